"""Two servers on one PostgreSQL: what begins at one of them goes on at the other."""

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import urljoin

import httpx2
import pytest

from clients import Errand, by_hand, python_sdk
from legacy_sse import events, legacy_client
from matrix import check
from mcp_client import HANDSHAKE, STATELESS, connected, envelope, wire_headers

# Longer than anything here takes, so that what does not come is missed.
PATIENCE = 20


@pytest.fixture
def send_to(replicas):
    """`send_to(server)`: whom the balancer gives all requests from now on."""
    at_random = replicas.balancer.choose

    def to(server):
        replicas.balancer.choose = lambda request_line, addresses: server.url

    yield to
    replicas.balancer.choose = at_random


async def test_a_session_is_answered_whichever_replica_takes_its_messages(replicas, send_to):
    url = replicas.create_server()["url"]
    send_to(replicas.first)
    async with legacy_client(url) as client:
        for server in (replicas.second, replicas.first, replicas.second):
            send_to(server)
            assert len((await client.request("tools/list"))["tools"]) == 20
            assert not (await client.request("tools/call", {"name": "list_all_sendoso_me", "arguments": {}}))["isError"]


async def test_what_is_refused_because_a_replica_is_held_up_is_never_carried_out(replicas, send_to):
    url = replicas.create_server()["url"]
    send_to(replicas.first)
    async with legacy_client(url) as client:
        address = urljoin(url, await client.endpoint)
        call = envelope("tools/call", {"name": "create_a_sendoso_egift", "arguments": {"touch_id": 77, "email": "held@example.com"}})
        send_to(replicas.second)
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            with replicas.first.process.held_up():
                assert (await http.post(address, json=call)).status_code == 404
            # Whatever was waiting at the replica is dealt with before this is answered.
            assert len((await client.request("tools/list"))["tools"]) == 20
            assert not any("held@example.com" in json.dumps(entry["body"]) for entry in replicas.vendor.journal())


async def test_a_session_with_too_much_unanswered_says_so_through_either_replica(replicas, send_to):
    async with HeldVendor() as vendor, httpx2.AsyncClient(timeout=PATIENCE) as http:
        url = await held_url(replicas, vendor)
        send_to(replicas.first)
        async with legacy_client(url) as client:
            address = urljoin(url, await client.endpoint)
            call = envelope("tools/call", {"name": "list_all_sendoso_me", "arguments": {}})
            statuses = [(await http.post(address, json=call)).status_code for _ in range(40)]
            send_to(replicas.second)
            statuses.append((await http.post(address, json=call)).status_code)
    assert set(statuses) == {202, 429} and statuses[-1] == 429, statuses


@asynccontextmanager
async def streamable(url):
    """The GET stream of revisions 2025-03-26 to 2025-11-25."""
    async with httpx2.AsyncClient(timeout=PATIENCE) as http:
        headers = {"accept": "text/event-stream", "mcp-protocol-version": HANDSHAKE}
        async with http.stream("GET", url, headers=headers) as stream:
            assert stream.status_code == 200
            yield (json.loads(data) async for _, data in events(stream))


@asynccontextmanager
async def subscribed(url):
    """`subscriptions/listen` of revision 2026-07-28, acknowledged."""
    prefix = "io.modelcontextprotocol/"
    meta = {prefix + "protocolVersion": STATELESS, prefix + "clientCapabilities": {}}
    params = {"notifications": {"toolsListChanged": True}, "_meta": meta}
    headers = {**wire_headers(), "mcp-protocol-version": STATELESS, "mcp-method": "subscriptions/listen"}
    async with httpx2.AsyncClient(timeout=PATIENCE) as http:
        body = json.dumps(envelope("subscriptions/listen", params))
        async with http.stream("POST", url, content=body, headers=headers) as stream:
            assert stream.status_code == 200
            messages = (json.loads(data) async for _, data in events(stream))
            assert (await anext(messages))["method"] == "notifications/subscriptions/acknowledged"
            yield messages


@asynccontextmanager
async def session(url):
    """HTTP+SSE of revision 2024-11-05."""

    async def messages(client):
        while True:
            yield await client.notifications.get()

    async with legacy_client(url) as client:
        yield messages(client)


@pytest.mark.parametrize("opened", [streamable, subscribed, session], ids=lambda opened: opened.__name__)
async def test_a_stream_tells_of_a_change_that_is_made_at_the_other_replica(replicas, send_to, opened):
    made = replicas.create_server()
    path = f"/integrated-account/{replicas.account}/mcp/{made['id']}"
    send_to(replicas.first)
    async with opened(made["url"]) as messages:
        changed = await asyncio.to_thread(replicas.second.api, "PATCH", path, {"config": {"methods": ["read"]}})
        assert changed.status_code == 200, changed.text
        async with asyncio.timeout(PATIENCE):
            assert (await anext(messages))["method"] == "notifications/tools/list_changed"
    # Whoever was told must find the new list, wherever it asks.
    for server in (replicas.first, replicas.second):
        send_to(server)
        async with connected(made["url"], mode="legacy") as client:
            tools = (await client.list_tools()).tools
            assert len(tools) < 20 and all(tool.annotations.read_only_hint for tool in tools)


class HeldVendor:
    """Never answers; tells when a request has come, and when whoever sent it has given up."""

    def __init__(self):
        self.arrived, self.abandoned = asyncio.Event(), asyncio.Event()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._hold, "127.0.0.1", 0)
        self.url = "http://127.0.0.1:%d" % self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _hold(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        self.arrived.set()
        await reader.read()
        self.abandoned.set()
        writer.close()


async def held_url(replicas, vendor):
    """An MCP server whose vendor never answers."""
    connect = lambda: replicas.first.connect_account(vendor.url, {"access_token": "any"}, tenant="held")
    account = await asyncio.to_thread(connect)
    return (await asyncio.to_thread(replicas.first.create_server, account))["url"]


async def test_a_call_is_cancelled_through_the_other_replica(replicas, send_to):
    request = {**envelope("tools/call", {"name": "list_all_sendoso_me", "arguments": {}}), "id": "to be cancelled"}
    note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": request["id"]}}
    async with HeldVendor() as vendor, httpx2.AsyncClient(timeout=PATIENCE, headers=wire_headers()) as http:
        url = await held_url(replicas, vendor)
        send_to(replicas.first)
        calling = asyncio.create_task(http.post(url, json=request))
        async with asyncio.timeout(PATIENCE):
            await vendor.arrived.wait()
            send_to(replicas.second)
            assert (await http.post(url, json=note)).status_code == 202
            await vendor.abandoned.wait()
            answer = (await calling).json()
        assert answer["result"]["structuredContent"]["error"]["code"] == "cancelled"


async def test_many_clients_of_every_transport_at_once_meet_no_error(replicas, binary, tmp_path):
    url = replicas.create_server()["url"]
    errand = Errand(url, None, 10, binary, tmp_path)
    clients = [python_sdk("legacy", HANDSHAKE), python_sdk(STATELESS, STATELESS)]

    async def visit(client):
        check(client, await client.visit(errand))

    sessions = [by_hand(errand) for _ in range(10)]
    visits, *_ = await asyncio.gather(asyncio.gather(*sessions), *(visit(client) for client in clients * 10))
    assert {tools for visit in visits for tools, _ in visit.rounds} == {20}
