"""Requests that no proper client sends, and what they are answered with."""

import json
import socket
import time
from contextlib import closing
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from mcp_client import call, envelope, post, post_raw, wire_headers
from poll import until


def test_an_unknown_tool_is_an_error_that_names_the_nearest(url):
    response = call(url, "create_a_sendoso_gift", touch_id=1)
    error = response.json()["error"]
    assert response.status_code == 200 and error["code"] == -32602
    assert "create_a_sendoso_egift" in error["message"]


def test_every_violation_is_told_at_once_and_nothing_is_sent(url, vendor):
    response = call(
        url,
        "create_a_sendoso_physical_gift_address_collection",
        touch_id="the hamper",
        name="Jane",
        expire_after_days=14,
        address="639 Front St",
        no_address=False,
    )
    result = response.json()["result"]
    assert result["isError"] is True
    error = result["structuredContent"]["error"]
    assert (error["source"], error["code"]) == ("tidegate", "invalid_arguments")
    told = json.dumps(error["details"])
    for argument in ("touch_id", "email", "expire_after_days", "address", "no_address"):
        assert argument in told, told
    assert "7" in told
    assert vendor.requests() == []


@pytest.mark.parametrize("body", ["{", "", "\x00", '{"jsonrpc": "2.0", "id": 1, "method": "tools/list"'])
def test_a_body_that_is_not_json_is_a_parse_error(url, body):
    response = post_raw(url, body)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == -32700


@pytest.mark.parametrize("body", ["{}", '"tools/list"', "7", '{"jsonrpc": "1.0", "id": 1, "method": "ping"}'])
def test_json_that_is_no_request_is_an_invalid_request(url, body):
    response = post_raw(url, body)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == -32600


def test_deeply_nested_json_is_refused_and_does_not_take_the_server_down(url):
    assert post_raw(url, "[" * 200_000).status_code == 400
    assert post(url, "ping").status_code == 200


def test_a_body_over_four_mebibytes_is_too_large(url):
    blank = len(json.dumps(envelope("ping", {"x": ""})))
    largest = json.dumps(envelope("ping", {"x": "a" * (4 * 1024 * 1024 - blank)}))
    assert len(largest) == 4 * 1024 * 1024
    assert post_raw(url, largest).status_code == 200
    assert post_raw(url, largest + " ").status_code == 413


@pytest.mark.parametrize("door", ["mcp", "management"])
@pytest.mark.parametrize("framing", ["content-length", "chunked"])
def test_a_client_that_writes_everything_before_it_reads_learns_that_it_was_too_large(demo, url, door, framing):
    """Closing a connection on data that was not read yet would destroy the answer on its way."""
    body = b"x" * (4 * 1024 * 1024 + 1)
    target = urlsplit(url if door == "mcp" else f"{demo.url}/integrated-account")
    headers = {**wire_headers(), "host": target.netloc, "authorization": f"Bearer {demo.api_token}"}
    if framing == "chunked":
        headers["transfer-encoding"] = "chunked"
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    else:
        headers["content-length"] = str(len(body))
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    with closing(socket.create_connection((target.hostname, target.port), timeout=20)) as peer:
        peer.sendall("\r\n".join(lines).encode() + body)
        response = HTTPResponse(peer)
        response.begin()
        assert response.status == 413
        assert json.loads(response.read())
    assert post(url, "ping").status_code == 200


def test_a_vendor_s_429_is_passed_on_at_once_with_its_limits(url, vendor):
    vendor.will_fail(
        kind="status", status=429, path_prefix="/api/v3/touches", body={"success": False, "message": "Too Many Requests"}
    )
    response = call(url, "list_all_sendoso_campaigns")
    assert response.status_code == 200
    assert [response.headers[f"ratelimit-{what}"] for what in ("limit", "remaining", "reset")] == ["10", "0", "1"]
    error = response.json()["result"]["structuredContent"]["error"]
    assert (error["source"], error["code"], error["status"]) == ("vendor", "rate_limited", 429)
    assert error["ratelimit"] == {"limit": 10, "remaining": 0, "reset": 1}
    assert error["vendor"] == {"success": False, "message": "Too Many Requests"}
    assert len(vendor.requests()) == 1, "a 429 is never retried"
    assert call(url, "list_all_sendoso_campaigns").json()["result"]["isError"] is False


def test_the_vendor_s_own_limiter_is_met_at_the_eleventh_request_of_a_second(url, vendor):
    """Without any fault: the sandbox limits as the vendor does, and nothing here slows the caller down."""
    vendor.reset(limited=True)
    answers = [call(url, "list_all_sendoso_me") for _ in range(30)]
    limited = [answer for answer in answers if answer.json()["result"]["isError"]]
    assert limited, "thirty calls took three seconds"
    assert len(vendor.requests()) == 30
    assert {answer.headers["ratelimit-remaining"] for answer in limited} == {"0"}


def test_a_marketplace_429_tells_the_seconds_until_its_reset(url, vendor):
    reset_at = int(time.time()) + 40
    vendor.will_fail(
        kind="status", status=429, path_prefix="/api/v3/marketplace", headers={"X-Rate-Limit-Reset": str(reset_at)}
    )
    response = call(url, "list_all_sendoso_marketplace_products")
    assert response.headers["ratelimit-limit"] == "100"
    assert 38 <= int(response.headers["ratelimit-reset"]) <= 40
    assert "100 requests a minute" in response.text


def test_a_send_whose_answer_is_lost_is_of_unknown_outcome_and_not_repeated(url, vendor):
    before = len(vendor.state()["sends"])
    vendor.will_fail(method="POST", path_prefix="/api/v3/send", kind="close_before_answer", applied=True)
    result = call(url, "create_a_sendoso_egift", touch_id=77, email="sarah.connor@example.com").json()["result"]
    assert result["isError"] is True
    assert result["structuredContent"]["error"]["code"] == "outcome_unknown"
    until(lambda: len(vendor.state()["sends"]) == before + 1, what="the vendor has applied the send")
    assert [verb for (verb, *_) in vendor.requests()] == ["POST"]


def test_a_send_that_was_confirmed_in_half_an_answer_counts_as_done_and_is_not_repeated(url, vendor):
    before = len(vendor.state()["sends"])
    vendor.will_fail(method="POST", path_prefix="/api/v3/send", kind="close_mid_body")
    result = call(url, "create_a_sendoso_egift", touch_id=77, email="sarah.connor@example.com").json()["result"]
    # The status said that it was done; only the details are lost.
    assert result["isError"] is False
    assert json.loads(result["content"][0]["text"])["ok"] is True
    assert "note" in json.loads(result["content"][0]["text"])
    assert len(vendor.state()["sends"]) == before + 1
    assert [verb for (verb, *_) in vendor.requests()] == ["POST"]


def test_a_refused_token_says_that_the_account_must_be_connected_again(demo):
    account = demo.connect_account(demo.sandbox, {"access_token": "worthless"}, tenant="stale")
    url = demo.create_server(account)["url"]
    error = call(url, "list_all_sendoso_me").json()["result"]["structuredContent"]["error"]
    assert (error["code"], error["status"]) == ("needs_reauth", 401)
    assert error["hint"]
