"""`tidegate demo`: the whole product with no setup."""

import re
import signal

import httpx2
import pytest

import gateway
from mcp_client import call, connected, post, tool_names
from poll import until

SENDOSO_TOOLS = {
    "list_all_sendoso_me",
    "list_all_sendoso_users",
    "create_a_sendoso_user",
    "list_all_sendoso_groups",
    "list_all_sendoso_team_group_users",
    "list_all_sendoso_campaigns",
    "get_single_sendoso_campaign_by_id",
    "list_all_sendoso_sends",
    "create_a_sendoso_physical_gift",
    "create_a_sendoso_physical_gift_address_collection",
    "create_a_sendoso_egift",
    "create_a_sendoso_egift_link",
    "list_all_sendoso_marketplace_products",
    "create_a_sendoso_marketplace_send",
    "list_all_sendoso_recommendations",
    "create_a_sendoso_recommendation_send",
    "list_all_sendoso_scim_users",
    "get_single_sendoso_scim_user_by_id",
    "create_a_sendoso_scim_user",
    "update_a_sendoso_scim_user_by_id",
}


def test_the_json_line_says_all_that_a_script_needs(demo):
    line = demo.line
    assert set(line) == {"listen", "api_token", "dashboard_url", "sandboxes", "accounts", "mcp_servers"}
    # There is no dashboard yet, and a script can tell.
    assert line["dashboard_url"] is None
    server = line["mcp_servers"]["sendoso"]
    assert set(server) == {"id", "url", "token"}
    assert server["id"].startswith("mcp_") and len(server["id"]) == 36
    assert server["token"].startswith("tg_") and len(server["token"]) == 46
    assert server["url"].endswith("/mcp/" + server["token"])
    assert line["sandboxes"]["sendoso"].startswith("http://127.0.0.1:")
    assert line["accounts"]["sendoso"].count("-") == 4


async def test_the_official_client_lists_exactly_the_twenty_sendoso_tools(url):
    async with connected(url) as client:
        names = await tool_names(client)
        assert len(names) == 20
        assert set(names) == SENDOSO_TOOLS


async def test_every_tool_can_be_used_by_every_host(url):
    """Rules of the model APIs and of the client directories."""
    async with connected(url) as client:
        for tool in (await client.list_tools()).tools:
            schema = tool.input_schema
            assert schema["type"] == "object" and schema["additionalProperties"] is False, tool.name
            assert not {"anyOf", "oneOf", "allOf", "enum", "not"} & set(schema), tool.name
            assert set(schema.get("required", [])) <= set(schema["properties"]), tool.name
            for name, prop in schema["properties"].items():
                assert prop.get("description"), f"{tool.name}.{name}"
                assert prop.get("type") != "array" or "items" in prop, f"{tool.name}.{name}"
            hints = tool.annotations.model_dump(by_alias=True)
            for hint in ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"):
                assert isinstance(hints[hint], bool), f"{tool.name}: {hint}"
            assert hints["title"]
            assert hints["readOnlyHint"] is tool.name.startswith(("list_", "get_")), tool.name
            assert 0 < len(tool.description) <= 1024, tool.name


def test_tools_list_is_the_same_bytes_every_time(url):
    assert post(url, "tools/list").content == post(url, "tools/list").content


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda by: by.name)
def test_a_demo_that_is_told_to_stop_leaves_nothing_behind(binary, tmp_path, by):
    demo = gateway.Demo(binary, tmp_path)
    assert gateway.files_below(demo.temporary), "the demo keeps its database among the temporary files"
    assert demo.process.stop(by=by) == 0
    assert list(demo.temporary.iterdir()) == []
    assert {path.name for path in gateway.files_below(tmp_path)} == {"stdout", "stderr"}
    assert demo.process.stdout.read_text().count("\n") == 1


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda by: by.name)
def test_a_demo_that_is_stopped_while_it_starts_leaves_nothing_behind(binary, tmp_path, by):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    starting = gateway.Process(binary, ["demo", "--listen", "127.0.0.1:0"], tmp_path, {"TMPDIR": str(temporary)})
    until(lambda: list(temporary.iterdir()), every=0.0005, what="the demo's folder")
    starting.stop(by=by)
    assert list(temporary.iterdir()) == []


def test_the_line_is_printed_when_everything_is_ready_and_not_before(binary, tmp_path):
    demo = gateway.Demo(binary, tmp_path)
    try:
        answer = call(demo.line["mcp_servers"]["sendoso"]["url"], "list_all_sendoso_me")
        assert answer.json()["result"]["isError"] is False
    finally:
        demo.process.end()


def test_people_can_connect_an_account_of_the_demo_in_a_browser(binary, tmp_path):
    running = gateway.Process(binary, ["demo", "--listen", "127.0.0.1:0"], tmp_path)
    try:
        link = until(lambda: re.search(r"http\S+/link/tl_\S+", running.stdout.read_text()), within=20, what="a link")
        page = httpx2.get(link.group())
        assert page.status_code == 200 and "Sendoso" in page.text, page.text
    finally:
        running.end()
