#!/usr/bin/env python3
"""Measures Tidegate against a bare rmcp server: benches/compare.py [--rounds N] [--secs S] [--build]

Server alone on core 0, load generator and upstream on core 1, both servers in turn within one run, medians of all
rounds, ratios. Prints a Markdown table; docs/performance.md holds such a run.
"""

import argparse
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = pathlib.Path(os.environ.get("TIDEGATE_BENCH_TARGET", ROOT / "target" / "bench-tools")) / "release"
TIDEGATE = pathlib.Path(os.environ.get("TIDEGATE_BIN", ROOT / "target" / "release" / "tidegate"))
API_TOKEN = "tgk_bench_0123456789012345678901234567890123456789"


def build() -> None:
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, check=True)
    for tool in ("loadgen", "upstream", "rmcp-bare"):
        manifest = ROOT / "benches" / "tools" / tool / "Cargo.toml"
        subprocess.run(
            ["cargo", "build", "--release", "--locked", "--manifest-path", manifest, "--target-dir", TOOLS.parent],
            check=True,
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(core: int, *command, **options) -> subprocess.Popen:
    return subprocess.Popen(["taskset", "-c", str(core), *map(str, command)], **options)


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read()


def api(port: int, path: str, body: dict) -> dict:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        json.dumps(body).encode(),
        {"authorization": f"Bearer {API_TOKEN}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def loadgen(*arguments) -> dict:
    command = ["taskset", "-c", "1", TOOLS / "bench-loadgen", *arguments]
    return json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout)


def resident_mib(pid: int) -> float:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def spec(operations: int, upstream: str) -> dict:
    printed = subprocess.run([TOOLS / "bench-upstream", "spec", "--ops", str(operations), "--server", upstream], check=True, capture_output=True)
    return json.loads(printed.stdout)


class Tidegate:
    name, tool, protocols = "tidegate", "get_single_bench_company_by_id", ("2026-07-28", "2025-11-25")

    def __init__(self, folder: pathlib.Path, upstream: str, operations: int):
        sys.path.insert(0, str(ROOT / "benches"))
        from definition import definition

        catalog = folder / "catalog"
        catalog.mkdir(parents=True, exist_ok=True)
        (catalog / "bench.json").write_text(json.dumps(definition(spec(operations, upstream), 1_000_000)))
        self.port = free_port()
        self.environment = os.environ | {
            "TIDEGATE_LISTEN": f"127.0.0.1:{self.port}",
            "TIDEGATE_DATABASE_URL": f"sqlite://{folder}/bench.db",
            "TIDEGATE_CATALOG_DIR": str(catalog),
            "TIDEGATE_ALLOW_PRIVATE_UPSTREAMS": "true",
            "TIDEGATE_BOOTSTRAP_API_TOKEN": API_TOKEN,
        }
        self.log = open(folder / "log", "a")
        self.start()
        account = api(self.port, "/integrated-account", {
            "integration": "bench", "tenant_id": "bench", "credentials": {"token": "secret"}, "base_url": upstream,
        })
        self.account = account["id"]
        self.url = api(self.port, f"/integrated-account/{self.account}/mcp", {"name": "bench"})["url"]

    def start(self) -> None:
        self.process = start(0, TIDEGATE, "serve", env=self.environment, stdout=self.log, stderr=self.log)
        wait_for(f"http://127.0.0.1:{self.port}/healthz")


class RmcpBare:
    name, tool, protocols = "rmcp-bare", "get_company", ("2026-07-28",)

    def __init__(self, folder: pathlib.Path, upstream: str, operations: int):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "spec.json").write_text(json.dumps(spec(operations, upstream)))
        self.port = free_port()
        self.process = start(0, TOOLS / "rmcp-bare", folder / "spec.json", upstream, self.port, "json")
        self.url = f"http://127.0.0.1:{self.port}/mcp"
        wait_for(f"http://127.0.0.1:{self.port}/")


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            get(url)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.005)
    raise SystemExit(f"{url} does not answer")


def stop(process: subprocess.Popen) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)


def measure_calls(servers: list, upstream: str, rounds: int, seconds: float) -> dict:
    figures: dict = {}
    arguments = json.dumps({"id": "__ID__"})
    for body, connections in ((1024, 1), (1024, 32), (102400, 32)):
        get(f"{upstream}/__ctl?body={body}")
        for round_number in range(rounds):
            for server in servers if round_number % 2 == 0 else servers[::-1]:
                result = loadgen(
                    "call", "--url", server.url, "--tool", server.tool, "--args", arguments, "--proto", server.protocols[0],
                    "--conns", connections, "--secs", seconds, "--pid", server.process.pid,
                )
                if result.get("errors"):
                    raise SystemExit(f"{server.name}: {result['errors']} {result.get('sample')}")
                figures.setdefault((body, connections, server.name), []).append(result)
    return figures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--secs", type=float, default=3)
    options.add_argument("--build", action="store_true")
    options.add_argument("--raw", action="store_true", help="print one raw result of the load generator")
    options = options.parse_args()
    if options.build:
        build()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        port = free_port()
        upstream = f"http://127.0.0.1:{port}"
        processes = [start(1, TOOLS / "bench-upstream", "serve", "--port", port, stderr=subprocess.DEVNULL)]
        try:
            wait_for(f"{upstream}/__stats")
            small = [Tidegate(folder / "t", upstream, 10), RmcpBare(folder / "r", upstream, 10)]
            processes += [server.process for server in small]
            idle = {server.name: resident_mib(server.process.pid) for server in small}
            figures = measure_calls(small, upstream, options.rounds, options.secs)
            if options.raw:
                print(json.dumps(next(iter(figures.values()))[0], indent=1))
            large = [Tidegate(folder / "t1000", upstream, 1000), RmcpBare(folder / "r1000", upstream, 1000)]
            processes += [server.process for server in large]
            lists = {server.name: loadgen("list", "--url", server.url, "--proto", server.protocols[0], "--reps", 200) for server in large}
        finally:
            for process in processes[::-1]:
                stop(process)
    report(figures, lists, idle)


def report(figures: dict, lists: dict, idle: dict) -> None:
    def median(body, connections, server, pick):
        return statistics.median(pick(result) for result in figures[body, connections, server])

    def row(title, ours, theirs, unit):
        print(f"| {title} | {ours:,.1f} {unit} | {theirs:,.1f} {unit} | {ours / theirs:.2f} |")

    print("| one core | tidegate | rmcp-bare | ratio |\n| --- | --- | --- | --- |")
    both = ("tidegate", "rmcp-bare")
    row("1 KB, 1 connection, median", *(median(1024, 1, name, lambda r: r["lat_us"]["p50"]) for name in both), "µs")
    row("1 KB, 32 connections", *(median(1024, 32, name, lambda r: r["rps"]) for name in both), "calls/s")
    row("100 KB, 32 connections", *(median(102400, 32, name, lambda r: r["rps"]) for name in both), "calls/s")
    row("`tools/list` of 1,000, median", *(lists[name]["p50_ms"] for name in both), "ms")
    row("idle memory", *(idle[name] for name in both), "MiB")


if __name__ == "__main__":
    main()
