"""A running server with the built-in integrations, or with others, for benches about their tools."""

import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import subprocess
import typing

import compare

HEADERS = {"content-type": "application/json", "accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}
LIST = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}})


@dataclasses.dataclass
class Server:
    port: int
    process: subprocess.Popen


def catalog(*arguments: str) -> typing.Any:
    printed = subprocess.run([compare.TIDEGATE, "catalog", *arguments, "--json"], check=True, capture_output=True)
    return json.loads(printed.stdout)


def names() -> list[str]:
    return [entry["name"] for entry in catalog("list")]


@contextlib.contextmanager
def server(folder: pathlib.Path, catalog_dir: pathlib.Path | None = None) -> typing.Iterator[Server]:
    """On core 0, with an empty database in `folder`, and the definitions in `catalog_dir`."""
    port = compare.free_port()
    environment = os.environ | {
        "TIDEGATE_LISTEN": f"127.0.0.1:{port}",
        "TIDEGATE_DATABASE_URL": f"sqlite://{folder}/bench.db",
        "TIDEGATE_BOOTSTRAP_API_TOKEN": compare.API_TOKEN,
        "TIDEGATE_ALLOW_PRIVATE_UPSTREAMS": "true",
    }
    environment.pop("TIDEGATE_CATALOG_DIR", None)
    if catalog_dir is not None:
        environment["TIDEGATE_CATALOG_DIR"] = str(catalog_dir)
    with open(folder / "log", "w") as log:
        process = compare.start(0, compare.TIDEGATE, "serve", env=environment, stdout=log, stderr=log)
    try:
        compare.wait_for(f"http://127.0.0.1:{port}/healthz")
        yield Server(port, process)
    finally:
        compare.stop(process)


def connecting(name: str) -> dict[str, typing.Any]:
    """What `POST /integrated-account` takes for an integration, by name or definition file, as its page of documentation shows it; no vendor is ever called with it."""
    page = subprocess.run([compare.TIDEGATE, "catalog", "docs", name], check=True, capture_output=True, text=True).stdout
    shown = json.loads(page.split("```json\n", 1)[1].split("\n```", 1)[0])
    # Variables are parts of the base URL, of which there is another here.
    shown.pop("context", None)
    return shown | {"credentials": dict.fromkeys(shown.get("credentials", {}), "secret")}


def mcp_path(server: Server, name: str) -> str:
    """Path of a new MCP server with all tools of an integration, by name or definition file."""
    account = connecting(name) | {"tenant_id": "bench", "base_url": "http://127.0.0.1:9"}
    account = compare.api(server.port, "/integrated-account", account)["id"]
    url = compare.api(server.port, f"/integrated-account/{account}/mcp", {"name": "bench"})["url"]
    return url.split(str(server.port), 1)[1]


def list_tools(server: Server, name: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("POST", mcp_path(server, name), LIST, HEADERS)
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 200, text[:500]
    return text
