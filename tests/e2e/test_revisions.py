"""One URL, every revision of MCP, with the official Python client."""

import pytest

from mcp_client import HANDSHAKE, STATELESS, connected, fail, post, succeed, tool_names


@pytest.mark.parametrize(
    ("mode", "revision"), [("auto", STATELESS), (STATELESS, STATELESS), ("legacy", HANDSHAKE)]
)
async def test_the_official_client_lists_calls_and_is_refused_in_both_eras(url, mode, revision):
    async with connected(url, mode=mode) as client:
        assert client.protocol_version == revision
        assert len(await tool_names(client)) == 20
        me = await succeed(client, "list_all_sendoso_me")
        assert len(me["result"]) == 1 and me["next_cursor"] is None
        error = await fail(client, "create_a_sendoso_egift", touch_id=77)
        assert error["code"] == "invalid_arguments"


@pytest.mark.parametrize("revision", ["2025-11-25", "2025-06-18"])
def test_initialize_agrees_on_the_revision_that_is_asked_for(url, revision):
    params = {"protocolVersion": revision, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    response = post(url, "initialize", params)
    assert response.json()["result"]["protocolVersion"] == revision
    assert "mcp-session-id" not in response.headers


def test_initialize_with_an_unknown_revision_is_offered_the_newest_of_its_era(url):
    params = {"protocolVersion": "1999-01-01", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    assert post(url, "initialize", params).json()["result"]["protocolVersion"] == HANDSHAKE


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_that_asks_learns_whose_server_this_is(url, mode):
    async with connected(url, mode=mode) as client:
        assert (client.server_info.name, client.server_info.title) == ("tidegate", "Sendoso")
        assert "Sendoso" in client.instructions


async def test_clients_of_both_eras_share_an_url_at_the_same_time(url):
    async with connected(url, mode="legacy") as old, connected(url, mode=STATELESS) as new:
        assert await tool_names(old) == await tool_names(new)
        assert await succeed(old, "list_all_sendoso_groups") == await succeed(new, "list_all_sendoso_groups")
