"""Ways to authenticate, each against a made-up vendor that demands it."""

import json
import shutil
from pathlib import Path

import pytest

import gateway
from mcp_client import connected, fail, succeed
from vendor import Vendor

DEFINITION = Path(__file__).parents[2] / "crates" / "sandbox" / "example.yaml"


@pytest.fixture
def example(binary, tmp_path):
    """The sandbox of the made-up vendor, started by its name."""
    process = gateway.Process(binary, ["sandbox", "example", "--listen", "127.0.0.1:0", "--json"], tmp_path / "sandbox")
    yield Vendor(json.loads(process.first_line())["example"]["url"])
    process.end()


@pytest.fixture
def server(serve, tmp_path):
    (tmp_path / "catalog").mkdir()
    shutil.copy(DEFINITION, tmp_path / "catalog")
    return serve(catalog_dir=str(tmp_path / "catalog"))


def url(server, example, method, credentials):
    account = {
        "integration": "example",
        "tenant_id": "acme",
        "authentication_method": method,
        "credentials": credentials,
        "base_url": example.url,
    }
    return server.create_server(server.created("/integrated-account", account)["id"])["url"]


def place(entry):
    """Where a request carried its key."""
    places = {"header": "x-api-key" in entry["headers"], "query": "key=" in entry["query"]}
    return [name for name, found in places.items() if found]


@pytest.mark.parametrize("where", ["header", "query"])
async def test_a_key_goes_where_the_vendor_takes_it(server, example, where):
    key = example.tokens(kind=f"key_in_{where}")
    async with connected(url(server, example, f"key_in_{where}", key)) as client:
        written = await succeed(client, "create_a_example_note", text="Buy milk")
        notes = await succeed(client, "list_all_example_notes")
    assert written in notes["result"]
    assert [place(entry) for entry in example.journal()] == [[where], [where]]


@pytest.mark.parametrize(("issued", "used"), [("header", "query"), ("query", "header")])
async def test_a_key_in_the_wrong_place_is_refused_and_shows_nowhere(server, example, issued, used):
    key = example.tokens(kind=f"key_in_{issued}")
    async with connected(url(server, example, f"key_in_{used}", key)) as client:
        refused = await fail(client, "list_all_example_notes")
    assert (refused["code"], refused["status"]) == ("needs_reauth", 401)
    assert key["api_key"] not in json.dumps(refused)
    assert key["api_key"] not in server.process.log()


async def test_an_account_with_a_client_id_and_a_secret_fetches_its_own_tokens(server, example):
    client_app = example.tokens(kind="client_credentials")
    async with connected(url(server, example, "client_credentials", client_app)) as client:
        written = await succeed(client, "create_a_example_note", text="Buy milk")
        assert written in (await succeed(client, "list_all_example_notes"))["result"]
    entries = [(entry["path"], entry["status"]) for entry in example.journal()]
    assert entries == [("/oauth/token", 200), ("/v1/notes", 201), ("/v1/notes", 200)]
    assert client_app["client_secret"] not in server.process.log()
