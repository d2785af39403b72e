"""Every client that we can run here, each way it connects: the rows of the client matrix."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import node
from legacy_sse import REVISION, legacy_client
from mcp_client import HANDSHAKE, STATELESS, connected, connected_by_sse, connected_by_stdio

TOOL = "list_all_sendoso_me"


@dataclass(frozen=True)
class Errand:
    """Where a client is sent: lists and calls `rounds` times within one connection, if it keeps any."""

    url: str
    bearer: str | None
    rounds: int
    # The built `tidegate`, and a folder in which clients may leave things.
    binary: str
    scratch: Path

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}

    @property
    def header_words(self):
        """The headers as most commands take them."""
        return [word for name, value in self.headers.items() for word in ("--header", f"{name}: {value}")]


@dataclass(frozen=True)
class Visit:
    """What a client saw: the revision it agreed on, if it tells, and the tools and the answer of each round."""

    revision: str | None
    rounds: list[tuple[int, dict]]


@dataclass(frozen=True)
class Client:
    name: str
    version: str
    mode: str
    # The revision that it should agree on; None where it does not tell.
    revision: str | None
    visit: Callable[[Errand], Awaitable[Visit]]

    @property
    def title(self):
        return f"{self.name}, {self.mode}"


# --- official clients for Python and TypeScript -----------------------------------------------------------------------


async def visited(client, rounds):
    """Lists and calls with the official Python client, however it is connected."""
    seen = []
    for _ in range(rounds):
        tools = (await client.list_tools(cache_mode="bypass")).tools
        result = await client.call_tool(TOOL, {})
        assert not result.is_error, result.content[0].text
        seen.append((len(tools), json.loads(result.content[0].text)))
    return Visit(client.protocol_version, seen)


def python_sdk(mode, revision):
    async def visit(errand):
        async with connected(errand.url, mode=mode, bearer=errand.bearer) as client:
            return await visited(client, errand.rounds)

    return Client("Python SDK", metadata.version("mcp"), mode, revision, visit)


async def by_sse(errand):
    async with connected_by_sse(errand.url, bearer=errand.bearer) as client:
        return await visited(client, errand.rounds)


# Names of tests/e2e/typescript/clients.js.
TYPESCRIPT = [
    ("TypeScript SDK 1", "@modelcontextprotocol/sdk", "Streamable HTTP", HANDSHAKE, "sdk 1, initialize"),
    ("TypeScript SDK 1", "@modelcontextprotocol/sdk", "HTTP+SSE", HANDSHAKE, "sdk 1, HTTP+SSE"),
    ("TypeScript client 2", "@modelcontextprotocol/client", "auto", STATELESS, "client 2, auto"),
    ("TypeScript client 2", "@modelcontextprotocol/client", STATELESS, STATELESS, "client 2, pinned"),
    ("TypeScript client 2", "@modelcontextprotocol/client", "legacy", HANDSHAKE, "client 2, legacy"),
]


def typescript_sdk(name, package, mode, revision, known_as):
    async def visit(errand):
        told = [known_as, errand.url, json.dumps(errand.headers), TOOL, errand.rounds]
        seen = await output(node.node(), node.FOLDER / "client.js", *told)
        return Visit(seen["revision"], [(one["tools"], one["answer"]) for one in seen["rounds"]])

    return Client(name, node.version(package), mode, revision, visit)


# --- the Inspector on the command line: a process for each request ----------------------------------------------------


def inspector(era):
    package = "@modelcontextprotocol/inspector"
    how = ["--transport", "sse"] if era == "sse" else ["--transport", "http", "--protocol-era", era]

    async def visit(errand):
        command = [node.node(), node.program(package, "mcp-inspector"), "--cli", errand.url, *how, *errand.header_words]
        command += ["--format", "json", "--stored-auth-only"]
        call = ["--method", "tools/call", "--tool-name", TOOL, "--tool-args-json", "{}"]
        seen = []
        for _ in range(errand.rounds):
            tools = (await output(*command, "--method", "tools/list", home=errand.scratch))["result"]["tools"]
            result = (await output(*command, *call, home=errand.scratch))["result"]
            seen.append((len(tools), json.loads(result["content"][0]["text"])))
        return Visit(None, seen)

    mode = "HTTP+SSE" if era == "sse" else era
    return Client("MCP Inspector", node.version(package), mode, None, visit)


# --- bridges from stdio, driven by the official Python client ---------------------------------------------------------


def mcp_remote(strategy):
    async def visit(errand):
        arguments = [node.program("mcp-remote", "mcp-remote"), errand.url, "--allow-http", "--transport", strategy]
        env = {"MCP_REMOTE_CONFIG_DIR": str(errand.scratch / "mcp-remote")}
        return await over_stdio(errand, node.node(), *arguments, env=env)

    return Client("mcp-remote", node.version("mcp-remote"), strategy, HANDSHAKE, visit)


def supergateway(transport):
    # Its HTTP+SSE client does not say that it accepts events, so the address has to.
    path = "/sse" if transport == "sse" else ""

    async def visit(errand):
        arguments = [node.program("supergateway"), f"--{transport}", errand.url + path, "--logLevel", "none"]
        return await over_stdio(errand, node.node(), *arguments)

    mode = "HTTP+SSE at /sse" if transport == "sse" else "Streamable HTTP"
    return Client("supergateway", node.version("supergateway"), mode, HANDSHAKE, visit)


def tidegate_connect(mode, revision):
    async def visit(errand):
        return await over_stdio(errand, errand.binary, "connect", errand.url, mode=mode)

    return Client("tidegate connect", "ours", mode, revision, visit)


async def over_stdio(errand, program, *arguments, mode="legacy", env=None):
    async with connected_by_stdio(program, *arguments, *errand.header_words, mode=mode, env=env) as client:
        return await visited(client, errand.rounds)


# --- revision 2024-11-05 without an SDK -------------------------------------------------------------------------------


async def by_hand(errand):
    async with legacy_client(errand.url, bearer=errand.bearer) as client:
        seen = []
        for _ in range(errand.rounds):
            tools = (await client.request("tools/list"))["tools"]
            result = await client.request("tools/call", {"name": TOOL, "arguments": {}})
            assert not result["isError"], result
            seen.append((len(tools), json.loads(result["content"][0]["text"])))
        return Visit(client.greeting["protocolVersion"], seen)


async def output(*command, home=None):
    """The JSON in the last line that a command prints."""
    env = {**os.environ, **({"HOME": str(home)} if home else {})}
    process = await asyncio.create_subprocess_exec(
        *map(str, command), env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode == 0, f"exit code {process.returncode}: {err.decode()[-2000:]}{out.decode()[-2000:]}"
    return json.loads(out.decode().splitlines()[-1])


# --- the rows ---------------------------------------------------------------------------------------------------------

CLIENTS = [
    python_sdk("auto", STATELESS),
    python_sdk(STATELESS, STATELESS),
    python_sdk("legacy", HANDSHAKE),
    Client("Python SDK", metadata.version("mcp"), "HTTP+SSE", HANDSHAKE, by_sse),
    *(typescript_sdk(*one) for one in TYPESCRIPT),
    *(inspector(era) for era in ("modern", "legacy", "sse")),
    *(mcp_remote(strategy) for strategy in ("http-first", "http-only", "sse-first", "sse-only")),
    *(supergateway(transport) for transport in ("streamableHttp", "sse")),
    tidegate_connect("auto", STATELESS),
    tidegate_connect("legacy", HANDSHAKE),
    Client("HTTP+SSE by hand", "ours", "no SDK", REVISION, by_hand),
]
