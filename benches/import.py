#!/usr/bin/env python3
"""Measures an import of a large description: benches/import.py [--rounds N] [FILE …]

Without files it makes one of some 7 MB, as the APIs of large payment providers are: hundreds of operations, form bodies that go deep, answers that refer to each
other in circles; as JSON and as YAML. Of each file: `tidegate import` to a definition file, time from start to exit on core 0, median and best of the rounds, what of it
the processor was busy, and the most memory it had (`ru_maxrss`). Then that file is served from a catalog folder, and `tools/list` is timed over HTTP from core 1 to the last byte: the
first time, when the definition is read, and afterwards. Needs a built `tidegate` (TIDEGATE_BIN, or target/release/tidegate) and PyYAML. Prints Markdown.
"""

import argparse
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import yaml

import compare
import vendors

NOUNS = "account invoice charge refund payout dispute customer plan price coupon order mandate transfer card reader quote".split()
WORDS = "amount created currency country status reason source target label note reference method period balance limit region".split()
RESOURCES = 130
THINGS = 450


def text(number: int) -> str:
    noun, word = NOUNS[number % len(NOUNS)], WORDS[number % len(WORDS)]
    return f"The {word} of this {noun}, as it was when the {noun} was made; number {number} of those that are told apart by their {word}."


def leaf(number: int) -> dict:
    kinds = (
        {"type": "string", "maxLength": 5000},
        {"type": "integer", "format": "unix-time"},
        {"type": "boolean"},
        {"type": "string", "enum": [f"{word}_{number % 7}" for word in WORDS[: 3 + number % 9]]},
        {"type": "string", "nullable": True, "maxLength": 800},
    )
    return {"description": text(number), **kinds[number % len(kinds)]}


def form(number: int, depth: int) -> dict:
    """Members of a body: at each level some that go deeper, lists, and alternatives."""
    properties = {f"{WORDS[index]}_{depth}": leaf(number + index) for index in range(3)}
    if depth < 2:
        properties[f"{NOUNS[number % 16]}_data"] = form(number + 1, depth + 1)
        properties["items"] = {"type": "array", "description": text(number), "items": form(number + 2, depth + 2)}
        properties["metadata"] = {"type": "object", "additionalProperties": {"type": "string"}, "description": text(number)}
        properties["expires"] = {"anyOf": [form(number + 3, depth + 2), {"type": "string", "enum": [""]}], "description": text(number)}
    return {"type": "object", "description": text(number), "properties": properties, "required": [f"{WORDS[0]}_{depth}"]}


def record(index: int) -> dict:
    """An answer: its members are ids, or in their place what they stand for, which has the same."""
    properties = {f"{word}_{index % 5}": leaf(index + number) for number, word in enumerate(WORDS)}
    for step in (1, 7, 31):
        other = f"#/components/schemas/thing_{(index + step) % THINGS}"
        properties[f"{NOUNS[(index + step) % 16]}_{step}"] = {
            "anyOf": [{"type": "string", "maxLength": 5000}, {"$ref": other}],
            "description": text(index),
            "x-expansionResources": {"oneOf": [{"$ref": other}]},
        }
    return {"type": "object", "title": f"Thing {index}", "description": text(index), "properties": properties, "required": [f"{WORDS[0]}_{index % 5}"]}


def described() -> dict:
    paths = {}
    for index in range(RESOURCES):
        name = f"{NOUNS[index % 16]}_{WORDS[index // 16]}s"
        answers = {"200": {"description": "Done.", "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/thing_{index * 2}"}}}}}
        listed = {
            "type": "object",
            "required": ["data", "has_more"],
            "properties": {"data": {"type": "array", "items": {"$ref": f"#/components/schemas/thing_{index * 2}"}}, "has_more": {"type": "boolean"}},
        }
        paging = [
            {"name": parameter, "in": "query", "description": text(index), "schema": {"type": kind}}
            for parameter, kind in (("limit", "integer"), ("starting_after", "string"), ("ending_before", "string"))
        ]
        made = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form(index, 0), "encoding": {"items": {"style": "deepObject", "explode": True}}}}}
        record_id = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 5000}}
        said = {"operationId": f"Op{index}", "summary": f"Something with {name}", "description": f"<p>{text(index)}</p>", "responses": answers}
        paths[f"/v1/{name}"] = {
            "get": {**said, "parameters": paging, "responses": {"200": {"description": "Some.", "content": {"application/json": {"schema": listed}}}}},
            "post": {**said, "requestBody": made},
        }
        paths[f"/v1/{name}/{{id}}"] = {
            "get": {**said, "parameters": [record_id]},
            "post": {**said, "parameters": [record_id], "requestBody": made},
            "delete": {**said, "parameters": [record_id]},
        }
    schemas = {f"thing_{index}": record(index) for index in range(THINGS)}
    return {
        "openapi": "3.0.0",
        "info": {"title": "Large Payments", "version": "1"},
        "servers": [{"url": "https://payments.example"}],
        "components": {"schemas": schemas, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "security": [{"bearer": []}],
        "paths": paths,
    }


def write(folder: pathlib.Path) -> list[pathlib.Path]:
    made = described()
    as_json, as_yaml = folder / "payments.json", folder / "payments.yaml"
    as_json.write_text(json.dumps(made, indent=2))
    as_yaml.write_text(yaml.dump(made, Dumper=yaml.CSafeDumper, sort_keys=False))
    return [as_json, as_yaml]


def imported(file: pathlib.Path, output: pathlib.Path) -> tuple[float, float, float]:
    """Seconds, seconds of the processor, and MiB of one import."""
    command = ["taskset", "-c", "0", compare.TIDEGATE, "import", file, "--name", "bench", "--label", "Bench", "-o", output, "--force"]
    command += ["--base-url", "https://bench.example"]
    began = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, told.decode()
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def listed_ms(connection: http.client.HTTPConnection, path: str) -> tuple[float, int]:
    """Milliseconds to the last byte of `tools/list`, and its size."""
    began = time.perf_counter()
    connection.request("POST", path, vendors.LIST, vendors.HEADERS)
    answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - began) * 1000
    assert answer.status == 200 and body.startswith(b'{"jsonrpc":"2.0"') and b'"error"' not in body[:60], body[:200]
    return took, len(body)


def lists(definition: pathlib.Path, folder: pathlib.Path, rounds: int) -> tuple[float, float, int]:
    """The first list, the median of those afterwards, and its size."""
    folder.mkdir()
    with vendors.server(folder, catalog_dir=definition.parent) as server:
        path = vendors.mcp_path(server, str(definition))
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        first, size = listed_ms(connection, path)
        warm = statistics.median(listed_ms(connection, path)[0] for _ in range(rounds))
    return first, warm, size


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("files", nargs="*", type=pathlib.Path)
    options = options.parse_args()
    print("| description | import, median | best | of the processor | most memory | first `tools/list` | afterwards, median | its size |\n" + "| --- " * 8 + "|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for index, file in enumerate(options.files or write(folder)):
            catalog = folder / f"catalog{index}"
            catalog.mkdir()
            times, busy, memory = zip(*(imported(file, catalog / "bench.yaml") for _ in range(options.rounds)))
            first, warm, size = lists(catalog / "bench.yaml", folder / f"server{index}", options.rounds * 20)
            told = f"{file.name}, {file.stat().st_size / 1e6:.1f} MB"
            print(
                f"| {told} | {statistics.median(times):.2f} s | {min(times):.2f} s | {statistics.median(busy):.2f} s | {max(memory):.0f} MiB | {first:.1f} ms | {warm:.2f} ms | {size / 1e6:.2f} MB |"
            )


if __name__ == "__main__":
    main()
