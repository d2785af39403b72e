"""Refreshing access tokens with two servers on one PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mcp_client import call

PATH = "/integration/sendoso/oauth-app"
APP = {"client_id": "sandbox-core-client", "client_secret": "sandbox-core-secret"}


@pytest.fixture
def servers(serve, cluster):
    return [serve(folder, database_url=cluster.url) for folder in ("server", "second")]


def test_fifty_calls_at_once_through_two_servers_make_one_refresh(servers, vendor):
    first, second = servers
    assert first.api("PUT", PATH, APP).status_code == 200
    # The vendor's clock is left alone: by our own book the token has ended, so every call wants another.
    account = first.connect_account(vendor.url, {**vendor.tokens(), "expires_at": 1})
    path = first.create_server(account)["url"].removeprefix(first.url)
    vendor.reset()

    def me(number):
        return call(servers[number % 2].url + path, "list_all_sendoso_me").json()["result"]

    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(me, range(50)))
    assert not [result for result in results if result["isError"]], results
    paths = [request["path"] for request in vendor.journal()]
    assert paths.count("/oauth/token") == 1
    assert len(paths) == 51


def test_a_refusal_that_one_server_meets_is_known_to_the_other(servers, vendor):
    first, second = servers
    assert first.api("PUT", PATH, APP).status_code == 200
    account = first.connect_account(vendor.url, {**vendor.tokens(), "refresh_token": "made-up", "expires_at": 1})
    path = first.create_server(account)["url"].removeprefix(first.url)
    vendor.reset()
    for server in (first, second, first):
        error = call(server.url + path, "list_all_sendoso_me").json()["result"]["structuredContent"]["error"]
        assert error["code"] == "needs_reauth" and "reconnect" in error["hint"], error
    assert [request["path"] for request in vendor.journal()] == ["/oauth/token"]
    shown = second.api("GET", f"/integrated-account/{account}").json()
    assert shown["status"] == "needs_reauth" and "made-up" not in shown["last_error"], shown
