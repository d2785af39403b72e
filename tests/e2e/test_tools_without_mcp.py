"""Tools for agent frameworks and scripts: listed as models' APIs take them, run by one HTTP request."""

import json
import socket
import threading
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest
from anthropic.types import ToolParam
from jsonschema import Draft202012Validator
from openai.types.chat import ChatCompletionToolParam
from openai.types.responses import FunctionToolParam
from pydantic import TypeAdapter

from conftest import API_TOKEN
from mcp_client import call, post
from poll import until

EGIFT = {"touch_id": 77, "name": "Sarah Connor", "email": "sarah.connor@example.com", "via_from": "SDR Agent"}


def run(gateway, name, arguments=None, *, account=None):
    """One tool without MCP; the caller looks at the status."""
    return gateway.api("POST", f"/integrated-account/{account or gateway.account}/tools/{name}", arguments)


def entries(gateway, query, place=None):
    response = gateway.api("GET", f"{place or f'/integrated-account/{gateway.account}'}/tools?{query}")
    assert response.status_code == 200, response.text
    assert response.json()["next_cursor"] is None
    return response.json()["result"]


def strictly(kind, value):
    """Checks against a TypedDict of an official package that no member is missing, wrong or unknown to it."""
    TypeAdapter(kind).validate_python(value, strict=True, extra="forbid")


# Lists


@pytest.mark.parametrize(
    ("name", "kind", "function"),
    [
        ("openai", ChatCompletionToolParam, lambda entry: (entry["function"], entry["function"]["parameters"])),
        ("openai-responses", FunctionToolParam, lambda entry: (entry, entry["parameters"])),
        ("anthropic", ToolParam, lambda entry: (entry, entry["input_schema"])),
    ],
)
@pytest.mark.parametrize("place", [None, "/integration/sendoso"])
def test_tools_have_the_types_of_the_official_packages(demo, name, kind, function, place):
    plain = {tool["name"]: tool for tool in entries(demo, "", place)}
    listed = entries(demo, f"format={name}", place)
    assert [function(entry)[0]["name"] for entry in listed] == list(plain)
    for entry in listed:
        strictly(kind, entry)
        shown, schema = function(entry)
        Draft202012Validator.check_schema(schema)
        assert schema == plain[shown["name"]]["input_schema"]
        assert plain[shown["name"]]["description"].startswith(shown["description"])


def test_a_type_check_notices_what_is_wrong():
    with pytest.raises(ValueError):
        strictly(ToolParam, {"name": "x"})
    with pytest.raises(ValueError):
        strictly(ToolParam, {"name": "x", "input_schema": {"type": "object"}, "inputSchema": {}})


def test_the_mcp_format_is_what_tools_list_shows(demo):
    server = demo.create_server(demo.account, tags=["sends"])
    listed = post(server["url"], "tools/list").json()["result"]["tools"]
    assert entries(demo, "format=mcp&tags[]=sends") == listed


def test_lists_take_the_filters_of_an_mcp_server(demo):
    listed = entries(demo, "format=anthropic&methods[]=read&methods[]=update&tags[]=scim")
    assert [tool["name"] for tool in listed] == [
        "list_all_sendoso_scim_users",
        "get_single_sendoso_scim_user_by_id",
        "update_a_sendoso_scim_user_by_id",
    ]


def test_an_unknown_format_is_refused_with_the_known_ones(demo):
    response = demo.api("GET", f"/integrated-account/{demo.account}/tools?format=gemini")
    assert response.status_code == 400
    assert "openai" in response.json()["message"]


# Runs


def test_a_tool_answers_what_an_mcp_client_is_given(demo, url, vendor):
    arguments = {"delivery_type": "email", "limit": 2}
    over_mcp = call(url, "list_all_sendoso_campaigns", **arguments).json()["result"]["content"][0]["text"]
    response = run(demo, "list_all_sendoso_campaigns", arguments)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.text == over_mcp
    first, second = vendor.requests()
    assert first == second


@pytest.mark.parametrize("body", [None, {}])
def test_no_arguments_are_an_empty_object(demo, vendor, body):
    assert run(demo, "list_all_sendoso_me", body).json()["result"][0]["email"] == "dana.whitfield@company.com"


def test_wrong_arguments_are_all_named_and_nothing_is_sent(demo, vendor):
    response = run(demo, "create_a_sendoso_egift", {"touch_id": "many", "address": "1 Main St"})
    body = response.json()
    assert (response.status_code, body["statusCode"], body["error"]) == (400, 400, "Bad Request")
    assert body["tool_error"]["code"] == "invalid_arguments"
    for argument in ("/touch_id", "/address", "/email"):
        assert any(detail.startswith(argument + ": ") for detail in body["details"]), body
    assert [detail["path"] for detail in body["tool_error"]["details"]] == [
        detail.split(": ")[0] for detail in body["details"]
    ]
    assert vendor.requests() == []


@pytest.mark.parametrize("content", ["{", "[1]", '"x"', '{"limit": 1, "limit": 2}', '{"a":' * 5_000, b"\xff"])
def test_a_body_that_is_no_object_is_invalid_arguments(demo, vendor, content):
    response = demo._http.post(
        f"{demo.url}/integrated-account/{demo.account}/tools/list_all_sendoso_users",
        content=content,
        headers={"authorization": f"Bearer {demo.api_token}"},
    )
    assert response.status_code == 400, response.text
    assert response.json()["tool_error"]["code"] == "invalid_arguments"
    assert vendor.requests() == []


@pytest.mark.parametrize(
    ("status", "code", "ours"),
    [
        (400, "vendor_error", 400),
        (401, "needs_reauth", 409),
        (403, "forbidden", 403),
        (404, "not_found", 404),
        (409, "conflict", 409),
        (422, "vendor_error", 422),
        (500, "vendor_error", 500),
        (503, "vendor_error", 503),
    ],
)
def test_a_vendor_s_refusal_has_the_vendor_s_status_and_the_error_of_mcp(demo, url, vendor, status, code, ours):
    refusal = {"success": False, "message": "No, thanks"}
    # More often than is asked: after a 401 the request is repeated with another token. The account itself is all right.
    vendor.will_fail(kind="status", status=status, times=9, path_prefix="/api/v3/groups", body=refusal)
    over_mcp = call(url, "list_all_sendoso_groups").json()["result"]["structuredContent"]["error"]
    response = run(demo, "list_all_sendoso_groups")
    body = response.json()
    assert (response.status_code, body["statusCode"]) == (ours, ours)
    assert body["tool_error"] == over_mcp
    assert (over_mcp["source"], over_mcp["code"], over_mcp["status"]) == ("vendor", code, status)
    assert body["message"].startswith(over_mcp["message"])
    assert over_mcp["hint"] in body["message"]


def test_a_vendor_s_429_comes_back_at_once_with_its_limits(demo, vendor):
    vendor.will_fail(kind="status", status=429, headers={"retry-after": "7"}, body={"message": "Too Many Requests"})
    response = run(demo, "list_all_sendoso_groups")
    assert response.status_code == 429
    assert response.headers["retry-after"] == "7"
    assert response.headers["ratelimit-remaining"] == "0"
    error = response.json()["tool_error"]
    assert (error["code"], error["retry_after"]) == ("rate_limited", 7)
    assert len(vendor.requests()) == 1


def test_a_success_has_the_limits_the_vendor_speaks_of(demo, vendor):
    limits = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "42", "x-ratelimit-reset": "30"}
    vendor.will_fail(kind="status", status=200, headers=limits, body=[])
    response = run(demo, "list_all_sendoso_groups")
    assert response.status_code == 200
    assert [response.headers[f"ratelimit-{name}"] for name in ("limit", "remaining", "reset")] == ["100", "42", "30"]


def test_a_change_whose_answer_is_lost_has_an_unknown_outcome_and_is_not_repeated(demo, vendor):
    vendor.will_fail(kind="close_before_answer", method="POST", applied=True)
    response = run(demo, "create_a_sendoso_egift", EGIFT)
    assert response.status_code == 502
    assert response.json()["tool_error"]["code"] == "outcome_unknown"
    assert "Do not repeat" in response.json()["message"]
    assert len(vendor.requests()) == 1


def test_a_read_without_an_answer_is_a_bad_gateway(demo, vendor):
    vendor.will_fail(kind="close_before_answer")
    response = run(demo, "list_all_sendoso_groups")
    assert (response.status_code, response.json()["tool_error"]["code"]) == (502, "unreachable")


def test_a_change_is_finished_although_its_caller_hangs_up(demo, vendor):
    before = len(vendor.state()["sends"])
    vendor.will_fail(kind="delay", method="POST", milliseconds=500)
    hung_up = threading.Event()

    def hang_up():
        with pytest.raises(Exception):
            demo._http.post(
                f"{demo.url}/integrated-account/{demo.account}/tools/create_a_sendoso_egift",
                json=EGIFT,
                headers={"authorization": f"Bearer {demo.api_token}"},
                timeout=0.2,
            )
        hung_up.set()

    calls = ok_calls(demo)
    threading.Thread(target=hang_up).start()
    assert hung_up.wait(10)
    until(lambda: ok_calls(demo) == calls + 1, within=10, what="the call is finished")
    assert len(vendor.state()["sends"]) == before + 1


def test_calls_beyond_the_limit_of_an_account_wait_and_hanging_up_makes_room(demo, url, vendor):
    most = 256
    vendor.will_fail(kind="hang", times=most)
    with ExitStack() as stack:
        address = urlsplit(demo.url)
        for _ in range(most):
            waiting = stack.enter_context(closing(socket.create_connection((address.hostname, address.port))))
            waiting.sendall(
                f"POST /integrated-account/{demo.account}/tools/list_all_sendoso_groups HTTP/1.1\r\nhost: {address.netloc}\r\n"
                f"authorization: Bearer {demo.api_token}\r\ncontent-length: 0\r\n\r\n".encode()
            )
        until(lambda: len(vendor.requests()) == most, within=20, what="all calls are at the vendor's")
        refused = run(demo, "list_all_sendoso_groups")
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        assert "tool_error" not in refused.json()
        # An MCP server over the same account has places of its own.
        assert call(url, "list_all_sendoso_groups").json()["result"]["isError"] is False
    until(lambda: run(demo, "list_all_sendoso_groups").status_code == 200, within=20, what="room for a call")


def ok_calls(demo):
    """Successful calls of every vendor's tools."""
    lines = [line for line in demo.metrics().splitlines() if line.startswith("tidegate_tool_calls_total") and '"ok"' in line]
    return sum(int(line.rsplit(" ", 1)[1]) for line in lines)


# Who may


def test_an_unknown_tool_is_not_found_and_the_nearest_are_named(demo, vendor):
    response = run(demo, "create_a_sendoso_gift", {})
    assert response.status_code == 404
    assert "create_a_sendoso_egift" in response.json()["message"]
    assert "tool_error" not in response.json()
    assert vendor.requests() == []


def test_an_account_that_does_not_exist_has_no_tools(demo):
    response = run(demo, "list_all_sendoso_me", account="0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2")
    assert response.status_code == 404


def test_only_an_api_token_opens_the_door(demo, vendor):
    path = f"/integrated-account/{demo.account}/tools/list_all_sendoso_me"
    mcp_token = demo.line["mcp_servers"]["sendoso"]["token"]
    for token in (mcp_token, "tgk_nonsense"):
        assert demo.api("POST", path, {}, token=token).status_code == 401
    assert vendor.requests() == []


def test_an_account_s_change_and_end_hold_for_the_next_call(serve, vendor):
    server = serve()
    account = server.connect_account(vendor.url, vendor.tokens())
    assert run(server, "list_all_sendoso_me", account=account).status_code == 200
    changed = server.api("PATCH", f"/integrated-account/{account}", {"credentials": {"access_token": "worn-out"}})
    assert changed.status_code == 200, changed.text
    refused = run(server, "list_all_sendoso_me", account=account)
    assert (refused.status_code, refused.json()["tool_error"]["code"]) == (409, "needs_reauth")
    assert server.api("DELETE", f"/integrated-account/{account}").status_code == 204
    assert run(server, "list_all_sendoso_me", account=account).status_code == 404


def test_no_secret_is_in_an_answer_or_the_log(serve, vendor):
    server = serve(log="trace")
    tokens = vendor.tokens()
    account = server.connect_account(vendor.url, tokens)
    answers = [
        server.api("GET", f"/integrated-account/{account}/tools?format=mcp"),
        run(server, "list_all_sendoso_me", account=account),
        run(server, "create_a_sendoso_egift", {"touch_id": "x"}, account=account),
        run(server, "nonsense", account=account),
    ]
    vendor.will_fail(kind="status", status=401, body={"message": f"bad token {tokens['access_token']}"})
    answers.append(run(server, "list_all_sendoso_me", account=account))
    assert [answer.status_code for answer in answers] == [200, 200, 400, 404, 409]
    seen = "".join(answer.text + json.dumps(dict(answer.headers)) for answer in answers) + server.process.log()
    for secret in (tokens["access_token"], tokens["refresh_token"], API_TOKEN):
        assert secret not in seen


def test_the_api_description_has_the_operation(demo):
    description = demo.api("GET", "/openapi.json").json()
    operation = description["paths"]["/integrated-account/{id}/tools/{name}"]["post"]
    assert {"200", "400", "404", "409", "429", "502", "504"} <= set(operation["responses"])
    schema = operation["responses"]["400"]["content"]["application/json"]["schema"]["$ref"]
    assert schema.rsplit("/", 1)[1] in description["components"]["schemas"]
