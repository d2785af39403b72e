"""What an MCP server's filter hides is not there: not in the list, and not by name."""

import pytest

from mcp_client import call, connected, listed, tool_names
from vendor import Vendor


async def test_a_read_only_server_has_no_tool_that_writes(demo):
    server = demo.create_server(demo.account, methods=["read"])
    async with connected(server["url"]) as client:
        names = await tool_names(client)
    assert len(names) == server["tool_count"] == 11
    assert all(name.startswith(("list_all_", "get_single_")) for name in names)


def test_calling_a_hidden_tool_is_answered_like_a_name_that_does_not_exist(demo, vendor):
    server = demo.create_server(demo.account, methods=["read"])
    hidden = call(server["url"], "create_a_sendoso_egift", touch_id=77, email="a@b.example")
    absent = call(server["url"], "create_a_sendoso_egifz", touch_id=77, email="a@b.example")
    assert hidden.status_code == absent.status_code == 200
    assert set(hidden.headers) == set(absent.headers)
    assert hidden.text.replace("create_a_sendoso_egift", "create_a_sendoso_egifz") == absent.text
    assert hidden.json()["error"]["code"] == -32602
    # Not even the suggestions give it away.
    assert "create_a_" not in hidden.text.replace("create_a_sendoso_egift", "")
    assert vendor.requests() == []


@pytest.mark.parametrize(
    ("config", "names"),
    [
        ({"tags": ["users"]}, {"list_all_sendoso_me", "list_all_sendoso_users", "create_a_sendoso_user"}),
        ({"tags": ["groups"], "methods": ["read"]}, {"list_all_sendoso_groups", "list_all_sendoso_team_group_users"}),
        ({"tags": ["campaigns", "scim"], "methods": ["get"]}, {"get_single_sendoso_campaign_by_id", "get_single_sendoso_scim_user_by_id"}),
        ({"tags": ["scim"], "methods": ["update"]}, {"update_a_sendoso_scim_user_by_id"}),
    ],
)
def test_tools_have_an_admitted_method_and_an_admitted_tag(demo, config, names):
    server = demo.create_server(demo.account, **config)
    assert set(listed(server["url"])) == names
    assert server["tool_count"] == len(names)
    assert server["config"]["methods"] == config.get("methods", [])


def test_the_article_s_request_gives_the_tools_of_a_sales_agent(demo):
    server = demo.create_server(
        demo.account, name="SDR agent", methods=["read", "write"], tags=["campaigns", "sends", "users"]
    )
    assert server["name"] == "SDR agent"
    assert server["tool_count"] == 10
    assert server["expires_at"] is None


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"methods": ["read", "destroy"]}, ["destroy"]),
        ({"tags": ["gifts"]}, ["gifts", "campaigns", "sends", "users"]),
        ({"methods": ["update"], "tags": ["campaigns"]}, ["no tool"]),
        ({"method": ["read"]}, ["method"]),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused_and_told_why(demo, config, named):
    response = demo.api("POST", f"/integrated-account/{demo.account}/mcp", {"name": "x", "config": config})
    assert response.status_code == 400
    body = response.json()
    assert (body["statusCode"], body["error"]) == (400, "Bad Request")
    for word in named:
        assert word in response.text


def test_the_vendor_never_hears_of_a_listing(demo):
    listed(demo.create_server(demo.account, methods=["read"])["url"])
    assert Vendor(demo.sandbox).requests() == []
