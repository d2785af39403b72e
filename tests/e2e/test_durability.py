"""What survives: a killed process, a database that goes away, a shutdown in the middle of a call."""

import asyncio
import signal
import threading

import httpx2
import pytest

from mcp_client import call, listed, post
from poll import until

CONCURRENT = 1_000


async def test_a_kill_during_a_thousand_concurrent_creates_loses_no_acknowledged_server(serve, database_url, vendor):
    server = serve(database_url=database_url)
    account = server.connect_account(vendor.url, vendor.tokens())
    path = f"{server.url}/integrated-account/{account}/mcp"
    headers = {"authorization": f"Bearer {server.api_token}"}
    acknowledged, killed = [], asyncio.Event()

    async def create_until_the_end(http):
        while True:
            try:
                response = await http.post(path, json={"name": "one of many"}, headers=headers)
            except httpx2.TransportError:
                # Killed before it could answer: nothing was promised. A living server drops nobody.
                assert killed.is_set()
                return
            assert response.status_code == 201, response.text
            acknowledged.append(response.json())
            if len(acknowledged) == CONCURRENT // 4:
                killed.set()
                server.process.process.kill()

    limits = httpx2.Limits(max_connections=CONCURRENT)
    async with httpx2.AsyncClient(timeout=60, limits=limits) as http:
        await asyncio.gather(*(create_until_the_end(http) for _ in range(CONCURRENT)))
    assert server.process.process.wait(timeout=10) == -signal.SIGKILL
    assert len(acknowledged) >= CONCURRENT // 4

    # The server's address is another one now, so the tokens count and not the URLs.
    again = serve(database_url=database_url)
    assert {made["id"] for made in acknowledged} <= ids_of_servers(again, account)
    for made in acknowledged:
        assert len(listed(f"{again.url}/mcp/{made['token']}")) == 20


def ids_of_servers(server, account):
    """The ids of all MCP servers of an account, by walking the API's pages."""
    ids, more = set(), ""
    while True:
        response = server.api("GET", f"/integrated-account/{account}/mcp?limit=100{more}")
        assert response.status_code == 200, response.text
        page = response.json()
        ids |= {made["id"] for made in page["result"]}
        if page["next_cursor"] is None:
            return ids
        more = f"&next_cursor={page['next_cursor']}"


def test_a_database_that_is_gone_is_503_until_it_is_back(serve, cluster, vendor):
    server = serve(database_url=cluster.url)
    account = server.connect_account(vendor.url, vendor.tokens())
    made = server.create_server(account)
    url = made["url"]
    assert len(listed(url)) == 20

    cluster.stop()
    seen = set()

    def unavailable():
        response = post(url, "tools/list")
        seen.add(response.status_code)
        return response.status_code == 503 and response

    refused = until(unavailable, within=30)
    # Never "not found", never a crash.
    assert seen <= {200, 503}
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["error"]["code"] == -32603
    api = server.api("GET", "/integrated-account")
    assert api.status_code == 503 and int(api.headers["retry-after"]) > 0
    assert not server.is_ready()

    cluster.start()
    until(lambda: post(url, "tools/list").status_code == 200, within=30, what="recovery")
    assert server.api("GET", f"/integrated-account/{account}/mcp/{made['id']}").status_code == 200
    until(server.is_ready, within=30)
    # Changes are seen at once again, so nothing stale is trusted after the gap.
    assert server.api("DELETE", f"/integrated-account/{account}/mcp/{made['id']}").is_success
    assert post(url, "tools/list").status_code == 404


def test_a_shutdown_finishes_the_call_in_flight(serve, vendor):
    server = serve()
    account = server.connect_account(vendor.url, vendor.tokens())
    url = server.create_server(account)["url"]
    vendor.will_fail(kind="delay", milliseconds=2_000, path_prefix="/api/v3/send", method="POST")
    answers = []

    def send():
        answers.append(call(url, "create_a_sendoso_egift", touch_id=77, email="sarah.connor@example.com"))

    in_flight = threading.Thread(target=send)
    in_flight.start()
    until(vendor.requests, what="the send has reached the vendor")
    server.process.process.send_signal(signal.SIGTERM)
    in_flight.join(timeout=20)
    assert answers[0].json()["result"]["isError"] is False
    assert server.process.process.wait(timeout=20) == 0
    with pytest.raises(httpx2.TransportError):
        post(url, "ping")
