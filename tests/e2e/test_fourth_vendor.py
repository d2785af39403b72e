"""A vendor that Tidegate has never heard of, from one definition file, with nothing built for it."""

import shutil
from pathlib import Path

import pytest

import gateway
from made_up_vendor import MadeUpVendor, answer, mcp_url
from mcp_client import connected, fail, succeed, tool_names

DEFINITION = Path(__file__).with_name("fourth_vendor.yaml")
TOOLS = ["list_all_tool_library_items", "get_single_tool_library_item_by_id", "create_a_tool_library_loan"]


KEY = "library-key-0123456789"
DRILL, LADDER, SANDER, SAW, VICE = ITEMS = [
    {"id": id, "name": name, "available": name != "Ladder"}
    for id, name in enumerate(["Drill", "Ladder", "Sander", "Saw", "Vice"], start=1)
]


def page(items, count):
    return answer({"found": {"items": items, "count": count}})


def lend(request):
    """The ladder is out; everything else can be had."""
    loan = request.message["loan"]
    if loan["item_no"] == LADDER["id"]:
        return answer({"fault": {"code": "LENT", "text": "somebody has it", "loan": "L-1"}}, status=409)
    return answer({"id": "L-2", **loan})


ANSWERS = {
    "GET /v2/items?skip=0&take=2": page(ITEMS[:2], 5),
    "GET /v2/items?skip=2&take=2": page(ITEMS[2:4], 5),
    "GET /v2/items?skip=4&take=2": page(ITEMS[4:], 5),
    "GET /v2/items?skip=0&take=50&available=true": page([DRILL, SANDER, SAW, VICE], 4),
    "GET /v2/items/1": answer({"item": DRILL}),
    "POST /v2/loans": lend,
}


@pytest.fixture
def library(start):
    return start(MadeUpVendor, ANSWERS)


@pytest.fixture
def url(serve, library, tmp_path):
    account = {
        "integration": "tool_library",
        "credentials": {"api_key": KEY},
        "context": {"branch": "north"},
        "base_url": f"{library.origin}/v2",
    }
    return mcp_url(serve, tmp_path, DEFINITION, account, library)


async def test_its_tools_are_listed_and_called(url, library):
    async with connected(url) as client:
        assert await tool_names(client) == TOOLS
        drill = await succeed(client, "get_single_tool_library_item_by_id", id=1)
        loan = await succeed(client, "create_a_tool_library_loan", item_no=1, member="M-7", weeks=2)
    assert loan == {"id": "L-2", "item_no": 1, "member": "M-7", "weeks": 2, "channel": "agent"}
    assert drill == DRILL
    assert library.asked == ["GET /v2/items/1", "POST /v2/loans"]
    assert library.requests[1].message == {"loan": {"item_no": 1, "member": "M-7", "weeks": 2, "channel": "agent"}}
    assert [request.headers["x-library-key"] for request in library.requests] == [KEY, KEY]


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
    assert library.asked == list(ANSWERS)[:4]
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
