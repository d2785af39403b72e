"""A server that lists three tools, which find, describe and call the others, within the same bounds."""

import json

import pytest

from mcp_client import HANDSHAKE, STATELESS, call, connected, fail, listed, post, post_raw, succeed, tool_names

THREE = ["search_tools", "get_tool_schema", "call_tool"]
EGIFT = {"touch_id": 77, "name": "Sarah Connor", "email": "sarah.connor@example.com", "via_from": "SDR Agent"}


def discovery(demo, **config):
    return demo.create_server(demo.account, tool_exposure="discovery", **config)


@pytest.fixture
def three(demo):
    """The URL of a server with every tool and three listed."""
    return discovery(demo)["url"]


@pytest.mark.parametrize("mode", ["legacy", STATELESS])
async def test_an_agent_finds_reads_and_calls_a_tool(three, vendor, mode):
    async with connected(three, mode=mode) as client:
        assert await tool_names(client) == THREE
        found = await succeed(client, "search_tools", query="email an eGift to someone")
        name = found["tools"][0]["name"]
        described = await succeed(client, "get_tool_schema", names=[name])
        required = described["tools"][0]["inputSchema"]["required"]
        sent = await succeed(client, "call_tool", name=name, arguments=EGIFT)
    assert name == "create_a_sendoso_egift"
    assert set(required) <= set(EGIFT)
    assert sent["success"] is True
    [(verb, path, _, body)] = vendor.requests()
    assert (verb, path, body["send"]["touch_id"]) == ("POST", "/api/v3/send", 77)


# search_tools


async def test_a_search_tells_what_a_tool_is_for_and_how_many_matched(three):
    async with connected(three) as client:
        found = await succeed(client, "search_tools", query="invite a user", limit=2)
    assert found["tools"][0] == {
        "name": "create_a_sendoso_user",
        "title": "Invite a Sendoso user",
        "description": "Invites a person as a sender in one team group.",
        "resource": "users",
        "tags": ["users"],
        "kind": "write",
    }
    assert len(found["tools"]) == 2
    assert 2 < found["matched"] <= 20


async def test_a_search_gives_eight_tools_unless_told_otherwise(three):
    async with connected(three) as client:
        assert len((await succeed(client, "search_tools", query="sendoso"))["tools"]) == 8
        assert len((await succeed(client, "search_tools", query="sendoso", limit=20))["tools"]) == 20


async def test_a_search_without_a_match_says_what_there_is(three, vendor):
    async with connected(three) as client:
        found = await succeed(client, "search_tools", query="zeppelin")
    assert (found["matched"], found["tools"]) == (0, [])
    assert "campaigns" in found["hint"]
    assert vendor.requests() == []


@pytest.mark.parametrize(
    ("name", "arguments", "paths"),
    [
        ("search_tools", {}, ["/query"]),
        ("search_tools", {"query": "", "limit": 21, "page": 2}, ["/limit", "/page", "/query"]),
        ("search_tools", {"query": "x" * 501}, ["/query"]),
        ("get_tool_schema", {"names": []}, ["/names"]),
        ("get_tool_schema", {"names": ["a", "b", "c", "d", "e", "f"]}, ["/names"]),
        ("get_tool_schema", {"names": [7]}, ["/names/0"]),
        ("get_tool_schema", {"names": ["x" * 129]}, ["/names/0"]),
        ("call_tool", {"arguments": {}}, ["/name"]),
        ("call_tool", {"name": "list_all_sendoso_me", "arguments": [], "limit": 1}, ["/arguments", "/limit"]),
    ],
)
async def test_wrong_arguments_of_the_three_are_all_named(three, vendor, name, arguments, paths):
    async with connected(three) as client:
        error = await fail(client, name, **arguments)
    assert error["code"] == "invalid_arguments"
    assert sorted(detail["path"] for detail in error["details"]) == paths
    assert vendor.requests() == []


# get_tool_schema


async def test_a_schema_is_what_tools_list_would_show(demo, three):
    full = post(demo.create_server(demo.account)["url"], "tools/list").json()["result"]["tools"]
    names = [tool["name"] for tool in full]
    async with connected(three) as client:
        shown = []
        for start in range(0, len(names), 5):
            shown += (await succeed(client, "get_tool_schema", names=names[start : start + 5]))["tools"]
    assert shown == full


async def test_a_name_that_no_tool_has_is_told_with_the_nearest(three):
    async with connected(three) as client:
        described = await succeed(client, "get_tool_schema", names=["list_all_sendoso_me", "list_all_sendoso_sent"])
    assert [tool["name"] for tool in described["tools"]] == ["list_all_sendoso_me"]
    [unknown] = described["unknown"]
    assert unknown["name"] == "list_all_sendoso_sent"
    assert "list_all_sendoso_sends" in unknown["nearest"]


# call_tool


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("list_all_sendoso_campaigns", {"limit": 2}),
        ("get_single_sendoso_campaign_by_id", {"id": 1}),
        ("create_a_sendoso_egift", {"touch_id": "many", "address": "1 Main St"}),
        ("create_a_sendoso_gift", {}),
        ("zeppelin", {}),
    ],
)
@pytest.mark.parametrize("structured", [False, True])
def test_a_call_gives_what_a_direct_call_gives(demo, vendor, name, arguments, structured):
    direct = call(demo.create_server(demo.account, structured_content=structured)["url"], name, **arguments)
    server = discovery(demo, structured_content=structured)["url"]
    for same in (call(server, "call_tool", name=name, arguments=arguments), call(server, name, **arguments)):
        assert same.status_code == direct.status_code
        # Only where to look for names is another place.
        expected = direct.text.replace("tools/list names all there are", "search_tools finds those there are")
        assert same.text == expected
    calls = vendor.requests()
    assert calls == calls[: len(calls) // 3] * 3


def test_a_call_carries_the_vendor_s_limits(demo, three, vendor):
    vendor.will_fail(kind="status", status=429, headers={"retry-after": "7"}, body={"message": "Too Many Requests"})
    response = call(three, "call_tool", name="list_all_sendoso_groups")
    assert response.headers["retry-after"] == "7"
    assert response.headers["ratelimit-remaining"] == "0"
    error = response.json()["result"]["structuredContent"]["error"]
    assert (error["code"], error["retry_after"]) == ("rate_limited", 7)
    assert len(vendor.requests()) == 1


def test_arguments_may_come_as_a_text_of_json(three, vendor):
    response = call(three, "call_tool", name="list_all_sendoso_campaigns", arguments=json.dumps({"limit": 2}))
    assert response.json()["result"]["isError"] is False
    assert vendor.requests() == [("GET", "/api/v3/touches", {"page": "1", "per_page": "2"}, None)]


def test_a_member_given_twice_is_refused_inside_too(three, vendor):
    body = (
        '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"call_tool",'
        '"arguments":{"name":"list_all_sendoso_users","arguments":{"limit":1,"limit":2}}}}'
    )
    error = post_raw(three, body).json()["error"]
    assert error["code"] == -32602 and "limit" in error["message"]
    assert vendor.requests() == []


@pytest.mark.parametrize("name", THREE)
def test_the_three_are_no_tools_for_call_tool(three, name):
    assert call(three, "call_tool", name=name, arguments={"query": "x"}).json()["error"]["code"] == -32602


# Filters


async def test_what_the_filter_hides_is_neither_found_nor_described_nor_called(demo, vendor):
    server = discovery(demo, methods=["read"])
    async with connected(server["url"]) as client:
        found = await succeed(client, "search_tools", query="create_a_sendoso_egift email gift", limit=20)
        described = await succeed(client, "get_tool_schema", names=["create_a_sendoso_egift"])
    assert "create_" not in json.dumps(found)
    assert all(tool["kind"] == "read" for tool in found["tools"])
    assert described["tools"] == []
    assert "create_" not in json.dumps(described["unknown"][0]["nearest"])
    for name in ("call_tool", "create_a_sendoso_egift"):
        arguments = {"name": "create_a_sendoso_egift", "arguments": EGIFT} if name == "call_tool" else EGIFT
        hidden = call(server["url"], name, **arguments)
        text = hidden.text.replace("create_a_sendoso_egift", "")
        assert hidden.json()["error"]["code"] == -32602 and "create_" not in text
    assert vendor.requests() == []


def test_the_hints_of_call_tool_are_those_of_the_tools_behind_it(demo):
    def hints(**config):
        tools = post(discovery(demo, **config)["url"], "tools/list").json()["result"]["tools"]
        return [[value for key, value in sorted(tool["annotations"].items()) if key != "title"] for tool in tools]

    here = [False, True, False, True]  # destructive, idempotent, open world, read-only
    assert hints() == [here, here, [True, False, True, False]]
    assert hints(methods=["read"]) == [here, here, [False, True, True, True]]
    assert hints(methods=["create"]) == [here, here, [False, False, True, False]]


# Configuration


def test_the_exposure_is_part_of_a_server_s_configuration(demo):
    server = demo.create_server(demo.account)
    assert server["config"]["tool_exposure"] == "full"
    path = f"/integrated-account/{demo.account}/mcp/{server['id']}"
    changed = demo.api("PATCH", path, {"config": {"tool_exposure": "discovery"}}).json()
    assert changed["config"] == {**server["config"], "tool_exposure": "discovery"}
    assert listed(server["url"]) == THREE
    demo.api("PATCH", path, {"config": {"tool_exposure": "full"}})
    assert len(listed(server["url"])) == 20
    refused = demo.api("PATCH", path, {"config": {"tool_exposure": "hidden"}})
    assert refused.status_code == 400
    assert "discovery" in refused.json()["message"]


def test_the_tool_count_is_what_the_filters_leave(demo):
    assert discovery(demo)["tool_count"] == 20
    assert discovery(demo, methods=["read"])["tool_count"] == 11


def test_instructions_say_how_to_find_tools(three):
    result = post(three, "initialize", {"protocolVersion": HANDSHAKE}).json()["result"]
    assert "search_tools" in result["instructions"]


def test_in_a_full_server_the_three_do_not_exist(url):
    for name in THREE:
        assert call(url, name, query="x").json()["error"]["code"] == -32602
