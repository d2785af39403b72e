#!/usr/bin/env python3
"""Measures a search over 1,000 tools: benches/search.py [--queries N]

A server in discovery mode on core 0, searches over HTTP from core 1, one after the other; timed from the request to the last
byte. Each query is asked five times in turn with all others, and its best time counts, so that what else the machine does is
not taken for the search. Needs a built `tidegate` (TIDEGATE_BIN, or target/release/tidegate) and nothing else.
"""

import argparse
import http.client
import json
import os
import pathlib
import random
import statistics
import tempfile
import time

import compare

NOUNS = """account activity address agreement alert answer appointment approval article asset assignment attachment attendee audience
    balance batch bill booking branch budget calendar call campaign candidate card carrier case category channel charge claim
    class client comment company contact contract coupon course credit currency customer dashboard deal delivery department
    device discount dispute document domain draft email employee event expense field file folder form goal group guide holiday
    import interview inventory invitation invoice issue item job journal key label lead leave ledger license lesson link list
    location log mailbox market meeting member menu message metric milestone module note notice offer office opportunity order
    package page partner payment payout permission person phase phone pipeline plan policy position post price product profile
    project proposal purchase question queue quote rate reason receipt record refund region reminder report request reservation
    resource return review role room route rule sale schedule segment seller session shift shipment shop signature site skill
    source stage statement station status step stock store subscription supplier survey tag target task tax team template
    term territory test ticket tier topic track trade training transfer trip unit upload user variant vendor venue version
    view visit voucher wallet warehouse webhook widget workflow workspace zone""".split()
WORDS = NOUNS + """active after all also amount and archived are as at before by can closed count created date day due each empty end
    every first for from has id in is it last latest may more most name new next none number of old only open optional or own
    paid past per public read same seen sent shown since so some start that the their them then this time to total until
    updated value when which with without""".split()


def definition(tools: int) -> dict:
    """Five methods a resource, with descriptions of 20 to 60 words and up to eight arguments."""
    chance = random.Random(1)
    resources: dict = {}
    for index in range(tools // 5):
        noun, other = NOUNS[index % len(NOUNS)], NOUNS[(index * 7 + index // len(NOUNS)) % len(NOUNS)]
        name = f"{noun}_{other}_entries"
        one = f"/{name}/{{id}}"
        requests = {"list": f"GET /{name}", "get": f"GET {one}", "create": f"POST /{name}", "update": f"PATCH {one}", "delete": f"DELETE {one}"}
        methods = {}
        for method, request in requests.items():
            words = " ".join(chance.choices(WORDS, k=chance.randint(20, 60)))
            arguments = {f"{word}_id": {"type": "string"} for word in chance.choices(NOUNS, k=chance.randint(1, 8))}
            methods[method] = {"request": request, "documentation": {"description": f"{words.capitalize()}."}}
            if "{id}" in request:
                methods[method]["parameters"] = {"id": {"in": "path", "required": True, "schema": {"type": "string"}}}
            if method in ("create", "update"):
                methods[method]["body"] = {"schema": {"type": "object", "properties": arguments}}
        resources[name] = {"tags": [noun], "methods": methods}
    return {
        "version": 1, "name": "bench", "label": "Bench", "description": "A made-up API for measurements.", "base_url": "https://bench.example",
        "credentials": {"token": {"kind": "bearer"}}, "resources": resources,
    }


def queries(count: int) -> list[str]:
    """Of two to twelve words, most of which many tools have, and one that is as long as a query may be: the more tools the
    words find, the longer a search takes."""
    chance = random.Random(2)
    longest = " ".join(WORDS)[-500:]
    return [longest] + [" ".join(chance.choices(WORDS, k=chance.randint(2, 12))) for _ in range(count - 1)]


def search(connection: http.client.HTTPConnection, path: str, query: str) -> float:
    """Milliseconds from the request to the last byte of the answer."""
    call = {"name": "search_tools", "arguments": {"query": query, "limit": 20}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call})
    began = time.perf_counter()
    connection.request("POST", path, body, {"content-type": "application/json", "mcp-protocol-version": "2025-11-25"})
    answer = connection.getresponse()
    text = answer.read()
    took = (time.perf_counter() - began) * 1000
    assert answer.status == 200 and b'"isError":false' in text, text[:500]
    return took


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--queries", type=int, default=500)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "catalog").mkdir()
        (folder / "catalog" / "bench.json").write_text(json.dumps(definition(1_000)))
        port = compare.free_port()
        environment = os.environ | {
            "TIDEGATE_LISTEN": f"127.0.0.1:{port}",
            "TIDEGATE_DATABASE_URL": f"sqlite://{folder}/bench.db",
            "TIDEGATE_CATALOG_DIR": str(folder / "catalog"),
            "TIDEGATE_BOOTSTRAP_API_TOKEN": compare.API_TOKEN,
        }
        with open(folder / "log", "w") as log:
            process = compare.start(0, compare.TIDEGATE, "serve", env=environment, stdout=log, stderr=log)
        try:
            compare.wait_for(f"http://127.0.0.1:{port}/healthz")
            account = {"integration": "bench", "tenant_id": "bench", "credentials": {"token": "secret"}}
            account = compare.api(port, "/integrated-account", account)["id"]
            config = {"tool_exposure": "discovery"}
            server = compare.api(port, f"/integrated-account/{account}/mcp", {"name": "bench", "config": config})
            assert server["tool_count"] == 1_000, server["tool_count"]
            os.sched_setaffinity(0, {1})
            connection = http.client.HTTPConnection("127.0.0.1", port)
            path = server["url"].split(str(port), 1)[1]
            first = search(connection, path, "the first search makes the index")
            asked = queries(options.queries)
            rounds = [[search(connection, path, query) for query in asked] for _ in range(5)]
        finally:
            compare.stop(process)
    took = [min(times) for times in zip(*rounds)]
    print(f"search over 1,000 tools: median query {statistics.median(took):.2f} ms, slowest {max(took):.2f} ms; the first one {first:.0f} ms")


if __name__ == "__main__":
    main()
