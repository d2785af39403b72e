#!/usr/bin/env python3
"""Measures Tidegate against a bare rmcp server: benches/compare.py [--rounds N] [--secs S] [--build]

Server alone on core 0, load generator and upstream on core 1, both servers in turn within one run, medians of all
rounds, ratios. Prints a Markdown table; docs/performance.md holds such a run.
"""

import argparse
import http.client
import json
import os
import pathlib
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = pathlib.Path(os.environ.get("TIDEGATE_BENCH_TARGET", ROOT / "target" / "bench-tools")) / "release"
TIDEGATE = pathlib.Path(os.environ.get("TIDEGATE_BIN", ROOT / "target" / "release" / "tidegate"))
API_TOKEN = "tgk_bench_0123456789012345678901234567890123456789"


def build() -> None:
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, check=True)
    for tool in ("loadgen", "upstream", "rmcp-bare"):
        build_tool(tool)


def build_tool(tool: str) -> None:
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


def list_once(connection: http.client.HTTPConnection, path: str) -> float:
    """Milliseconds from the request to the last byte of `tools/list`, which is not parsed: that is the client's work."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}})
    headers = {
        "content-type": "application/json", "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list",
    }
    began = time.perf_counter()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    size = len(answer.read())
    took = (time.perf_counter() - began) * 1000
    assert answer.status == 200 and size > 100_000, (answer.status, size)
    return took


def measure_list(server, repetitions: int = 200) -> float:
    os.sched_setaffinity(0, {1})
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    path = server.url.split(str(server.port), 1)[1]
    return statistics.median(list_once(connection, path) for _ in range(repetitions))


def first_answer_ms(server: "Tidegate") -> float:
    """Milliseconds from the start of the process to the answer of its first `tools/list`."""
    stop(server.process)
    began = time.perf_counter()
    server.process = start(0, TIDEGATE, "serve", env=server.environment, stdout=server.log, stderr=server.log)
    found = loadgen("wait", "--url", server.url, "--proto", "2026-07-28")
    assert found["tools"] > 0, found
    return (time.perf_counter() - began) * 1000


def fill(database: pathlib.Path, count: int) -> None:
    """Adds rows like the one MCP server that is there, each with a token hash and an id of its own."""
    with sqlite3.connect(database) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(mcp_server)")]
        template = dict(zip(columns, connection.execute("SELECT * FROM mcp_server").fetchone()))
        marks = ", ".join("?" for _ in columns)
        rows = (
            tuple((template | {"id": f"mcp_{uuid.uuid4().hex}", "token_hash": os.urandom(32)}).values()) for _ in range(count)
        )
        connection.executemany(f"INSERT INTO mcp_server VALUES ({marks})", rows)


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


def measure_starts(server: Tidegate, rounds: int) -> tuple[dict, dict]:
    """Start and idle memory with one MCP server in the database and with 100,001."""
    starts, sizes = {}, {}
    for servers in (1, 100_001):
        if servers > 1:
            stop(server.process)
            fill(pathlib.Path(server.environment["TIDEGATE_DATABASE_URL"].removeprefix("sqlite://")), servers - 1)
            server.start()
        starts[servers] = statistics.median(first_answer_ms(server) for _ in range(max(rounds, 5)))
        sizes[servers] = resident_mib(server.process.pid)
    return starts, sizes


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
        upstream_process = start(1, TOOLS / "bench-upstream", "serve", "--port", port, stderr=subprocess.DEVNULL)
        small, large = [], []
        try:
            wait_for(f"{upstream}/__stats")
            small = [Tidegate(folder / "t", upstream, 10), RmcpBare(folder / "r", upstream, 10)]
            idle = {server.name: resident_mib(server.process.pid) for server in small}
            figures = measure_calls(small, upstream, options.rounds, options.secs)
            if options.raw:
                print(json.dumps(next(iter(figures.values()))[0], indent=1))
            large = [Tidegate(folder / "t1000", upstream, 1000), RmcpBare(folder / "r1000", upstream, 1000)]
            lists = {server.name: measure_list(server) for server in large}
            starts, sizes = measure_starts(small[0], options.rounds)
        finally:
            for server in small + large:
                stop(server.process)
            stop(upstream_process)
    report(figures, lists, idle)
    for servers in starts:
        print(f"\n{servers:,} MCP servers: start to first answer {starts[servers]:.0f} ms, memory after it {sizes[servers]:.1f} MiB")


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
    row("`tools/list` of 1,000, median", *(lists[name] for name in both), "ms")
    row("idle memory", *(idle[name] for name in both), "MiB")


if __name__ == "__main__":
    main()
