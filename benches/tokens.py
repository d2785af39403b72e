#!/usr/bin/env python3
"""Counts what tools/list costs a model: benches/tokens.py [--build] [NAME...]

Starts a server, connects an account of each built-in integration (of those named, if any), asks its MCP server for all tools, and counts
the cl100k tokens of each tool's JSON text as it came over the wire. Prints Markdown; docs/performance.md holds such a run. Needs
a built `tidegate` (TIDEGATE_BIN, or target/release/tidegate) and `bench-tokens`, which --build builds.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

import compare
import vendors

AIM = 220


def count(texts: list[str]) -> list[int]:
    counted = subprocess.run([compare.TOOLS / "bench-tokens"], input=json.dumps(texts), capture_output=True, text=True, check=True)
    return json.loads(counted.stdout)


def texts_of_tools(answer: bytes) -> list[str]:
    """The JSON text of each tool, just as it stands in the answer."""
    tools = json.loads(answer)["result"]["tools"]
    texts = [json.dumps(tool, ensure_ascii=False, separators=(",", ":")) for tool in tools]
    assert "[" + ",".join(texts) + "]" in answer.decode(), "the answer is not written as it is counted"
    return texts


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("names", nargs="*")
    options.add_argument("--build", action="store_true")
    options = options.parse_args()
    if options.build:
        compare.build_tool("tokens")
    names = options.names or vendors.names()
    with tempfile.TemporaryDirectory() as folder:
        with vendors.server(pathlib.Path(folder)) as server:
            lists = {name: texts_of_tools(vendors.list_tools(server, name)) for name in names}
    print("| tokens of `tools/list` | tools | all | a tool | least | most | aim |\n| --- | --- | --- | --- | --- | --- | --- |")
    dearest = []
    for name, texts in lists.items():
        counts = count(texts)
        row = f"{len(counts)} | {sum(counts):,} | {statistics.mean(counts):.0f} | {min(counts)} | {max(counts)}"
        print(f"| {name} | {row} | at most {AIM} a tool |")
        named = sorted(zip(counts, (json.loads(text)["name"] for text in texts)), reverse=True)
        dearest.append(f"* {name}: " + ", ".join(f"`{tool}` {tokens}" for tokens, tool in named[:5]))
    print("\nThe five dearest of each:\n")
    print("\n".join(dearest))


if __name__ == "__main__":
    main()
