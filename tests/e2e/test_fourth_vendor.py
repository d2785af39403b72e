"""A vendor that Tidegate has never heard of, from one definition file, with nothing built for it."""

import shutil
from pathlib import Path

import pytest

import gateway
from fourth_vendor import KEY, ToolLibrary
from mcp_client import connected, fail, succeed, tool_names

DEFINITION = Path(__file__).with_name("fourth_vendor.yaml")
TOOLS = ["list_all_tool_library_items", "get_single_tool_library_item_by_id", "create_a_tool_library_loan"]


@pytest.fixture
def library(start):
    return start(ToolLibrary)


@pytest.fixture
def url(serve, library, tmp_path):
    """An MCP server over an account at the vendor; the definition was put into the catalog folder, and that is all."""
    (tmp_path / "catalog").mkdir()
    shutil.copy(DEFINITION, tmp_path / "catalog" / "tool_library.yaml")
    server = serve(catalog_dir=str(tmp_path / "catalog"))
    account = {
        "integration": "tool_library",
        "tenant_id": "acme",
        "credentials": {"api_key": KEY},
        "context": {"branch": "north"},
        "base_url": library.url,
    }
    return server.create_server(server.created("/integrated-account", account)["id"])["url"]


async def test_its_tools_are_listed_and_called(url, library):
    async with connected(url) as client:
        assert await tool_names(client) == TOOLS
        loan = await succeed(client, "create_a_tool_library_loan", item_no=1, member="M-7", weeks=2)
    assert loan == {"id": "L-2", "item_no": 1, "member": "M-7", "weeks": 2, "channel": "agent"}
    assert library.requests == [
        ("POST", "/v2/loans", {"loan": {"item_no": 1, "member": "M-7", "weeks": 2, "channel": "agent"}})
    ]
    assert library.lent[1] == "L-2"


async def test_a_list_is_read_to_its_end_by_cursors(url, library):
    names, cursor = [], None
    async with connected(url) as client:
        while True:
            page = await succeed(client, "list_all_tool_library_items", **({"next_cursor": cursor} if cursor else {}))
            names += [item["name"] for item in page["result"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        free = await succeed(client, "list_all_tool_library_items", available=True, limit=50)
    assert names == ["Drill", "Ladder", "Sander", "Saw", "Vice"]
    asked = [path for _, path, _ in library.requests]
    assert asked[:3] == ["/v2/items?skip=0&take=2", "/v2/items?skip=2&take=2", "/v2/items?skip=4&take=2"]
    assert [item["name"] for item in free["result"]] == ["Drill", "Sander", "Saw", "Vice"]


async def test_a_refusal_says_what_the_definition_knows_of_it(url, library):
    async with connected(url) as client:
        lent = await fail(client, "create_a_tool_library_loan", item_no=2, member="M-7")
        unknown = await fail(client, "get_single_tool_library_item_by_id", id=99)
        too_long = await fail(client, "create_a_tool_library_loan", item_no=3, member="M-7", weeks=5)
    assert (lent["code"], lent["status"], lent["message"]) == ("conflict", 409, "somebody has it")
    assert lent["extracted"] == {"loan": "L-1"}
    assert lent["hint"].startswith("Loan L-1 has the item. list_all_tool_library_items")
    assert lent["vendor"] == {"fault": {"code": "LENT", "text": "somebody has it", "loan": "L-1"}}
    assert (unknown["code"], unknown["hint"]) == ("not_found", "Ids of items come from list_all_tool_library_items.")
    # Refused before it was sent.
    assert too_long["code"] == "invalid_arguments"
    assert len(library.requests) == 2


async def test_its_prompt_is_filled_in(url):
    async with connected(url) as client:
        [prompt] = (await client.list_prompts()).prompts
        filled = await client.get_prompt("lend", {"what": "Ladder"})
    assert (prompt.name, prompt.title) == ("lend", "Lend something")
    assert filled.messages[0].content.text.startswith('Find "Ladder" in list_all_tool_library_items')


def test_its_definition_is_checked_and_described_like_any_other(binary, tmp_path):
    checked = gateway.run(binary, "catalog", "lint", str(DEFINITION), folder=tmp_path)
    assert checked.returncode == 0
    assert checked.stdout.strip().endswith("0 errors, 0 warnings, 0 hidden methods"), checked.stdout
    shutil.copy(DEFINITION, tmp_path / "tool_library.yaml")
    page = gateway.run(binary, "catalog", "docs", "tool_library", folder=tmp_path, catalog_dir=str(tmp_path)).stdout
    assert page.startswith("# Tool Library\n")
    assert all(f"### {tool}\n" in page for tool in TOOLS)
