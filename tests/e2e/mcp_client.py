"""Two ways to speak to an MCP URL: the official Python client, and single requests whose bytes a test decides."""

import json
import os
from contextlib import asynccontextmanager

import httpx2
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

# One for all: making a client costs more than most requests.
HTTP = httpx2.Client(timeout=30)

HANDSHAKE = "2025-11-25"
STATELESS = "2026-07-28"


@asynccontextmanager
async def connected(url, *, mode="auto", bearer=None):
    """The official client. `mode`: `auto` and a version speak the stateless revision, `legacy` initialises."""
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    async with httpx2.AsyncClient(headers=headers, timeout=30, follow_redirects=True) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode=mode, read_timeout_seconds=30) as client:
            yield client


@asynccontextmanager
async def connected_by_sse(url, *, bearer=None):
    """The official client over HTTP+SSE, the transport of revision 2024-11-05."""
    headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
    async with Client(sse_client(url, headers=headers, timeout=30), mode="legacy", read_timeout_seconds=30) as client:
        yield client


@asynccontextmanager
async def connected_by_stdio(program, *arguments, mode="auto", env=None):
    """The official client, speaking to a program that it starts; what that says on standard error is thrown away."""
    parameters = StdioServerParameters(command=program, args=[str(argument) for argument in arguments], env=env)
    with open(os.devnull, "w") as nowhere:
        async with Client(stdio_client(parameters, errlog=nowhere), mode=mode, read_timeout_seconds=30) as client:
            yield client


async def tool_names(client):
    return [tool.name for tool in (await client.list_tools()).tools]


async def succeed(client, name, /, **arguments):
    """Calls a tool and returns the JSON that it answers."""
    result = await client.call_tool(name, arguments)
    text = result.content[0].text
    assert not result.is_error, text
    return json.loads(text)


async def fail(client, name, /, **arguments):
    """Calls a tool that refuses and returns its `error` object, which text and structure give alike."""
    result = await client.call_tool(name, arguments)
    assert result.is_error, result.content[0].text
    failure = json.loads(result.content[0].text)
    assert result.structured_content == failure
    return failure["error"]


def post(url, method, params=None, *, bearer=None):
    """One JSON-RPC request of the handshake revisions, without a handshake: no session is ever needed."""
    return post_raw(url, json.dumps(envelope(method, params)), bearer=bearer)


def post_raw(url, body, *, bearer=None):
    headers = wire_headers()
    if bearer:
        headers["authorization"] = f"Bearer {bearer}"
    return HTTP.post(url, content=body, headers=headers)


def envelope(method, params=None):
    message = {"jsonrpc": "2.0", "id": 1, "method": method}
    return message if params is None else {**message, "params": params}


def wire_headers():
    return {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": HANDSHAKE,
    }


def call(url, name, /, **arguments):
    """One `tools/call`; the caller looks at status, headers and body."""
    return post(url, "tools/call", {"name": name, "arguments": arguments})


def listed(url, **more):
    """Tool names, by one `tools/list`."""
    response = post(url, "tools/list", **more)
    assert response.status_code == 200, response.text
    return [tool["name"] for tool in response.json()["result"]["tools"]]
