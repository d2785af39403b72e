#!/usr/bin/env python3
"""Measures what the built-in definitions cost: benches/built_in.py [--rounds N]

Loading: `tidegate catalog list`, which reads all definitions and derives their tools, from start to exit on core 0, in turn with
`tidegate --version`, which reads none. Of five runs in turn the best of each counts, so that what else the machine does is not taken for
the loading, and what the one takes longer than the other is a sample; printed is the median of the samples. Listing: `tools/list` of each integration over HTTP from core 1, from the request to
the last byte, unparsed. Memory: of a server after its start, when it has read no definition, and then after the lists of one integration after the other.
Needs a built `tidegate` (TIDEGATE_BIN, or target/release/tidegate) and nothing else. Prints Markdown; docs/performance.md holds such a run.
"""

import argparse
import http.client
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import compare
import vendors


def run_ms(*arguments: str) -> float:
    """Milliseconds from the start of a command to its exit."""
    began = time.perf_counter()
    subprocess.run(["taskset", "-c", "0", compare.TIDEGATE, *arguments], check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def loading_ms() -> float:
    """One sample: the best of five runs that load, less the best of five that do not."""
    with_them, without = zip(*((run_ms("catalog", "list"), run_ms("--version")) for _ in range(5)))
    return min(with_them) - min(without)


def list_ms(connection: http.client.HTTPConnection, path: str) -> tuple[float, int]:
    """Milliseconds from the request to the last byte of `tools/list`, and its size."""
    began = time.perf_counter()
    connection.request("POST", path, vendors.LIST, vendors.HEADERS)
    answer = connection.getresponse()
    text = answer.read()
    took = (time.perf_counter() - began) * 1000
    assert answer.status == 200 and text.startswith(b'{"jsonrpc":"2.0"'), text[:200]
    return took, len(text)


def memory_mib(pid: int) -> dict[str, float]:
    """Resident memory, and the part of it that is not mapped from files."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return {name: int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=200)
    rounds = options.parse_args().rounds
    samples = max(rounds // 10, 1)
    loading = statistics.median(loading_ms() for _ in range(samples))
    with tempfile.TemporaryDirectory() as folder, vendors.server(pathlib.Path(folder)) as server:
        os.sched_setaffinity(0, {1})
        memory = {"its start": memory_mib(server.process.pid)}
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        lists = {}
        for name in vendors.names():
            path = vendors.mcp_path(server, name)
            times, sizes = zip(*(list_ms(connection, path) for _ in range(rounds)))
            lists[name] = statistics.median(times), sizes[0]
            memory[f"that and the lists of {name}"] = memory_mib(server.process.pid)
    print("| | | aim |\n| --- | --- | --- |")
    print(f"| loading all definitions and deriving their tools, median of {samples} differences between the best of five runs with and without | {loading:.1f} ms | at most 20 ms |")
    for name, (took, size) in lists.items():
        print(f"| `tools/list` of {name}, {size / 1000:.0f} KB, median | {took:.2f} ms | at most 1 ms |")
    for when, found in memory.items():
        print(f"| resident memory of a server after {when} | {found['VmRSS']:.1f} MiB, {found['RssAnon']:.1f} of it not mapped from files | at most 20 MiB |")


if __name__ == "__main__":
    main()
