"""The texts that tell clients of a server: run as they are printed, wherever the client can be run here."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

import gateway
import node
from poll import until

CLIENTS = {
    "claude-desktop", "claude-web", "claude-code", "chatgpt", "codex", "cursor", "vscode", "windsurf",
    "gemini-cli", "goose", "zed", "curl", "anthropic-api", "openai-api", "inspector",
}  # fmt: skip


@pytest.fixture(params=["url", "bearer"])
def server(demo, request):
    """A new server over the demo's account, with and without a second secret."""
    return demo.create_server(demo.account, auth=request.param)


@pytest.fixture
def environment(binary, demo):
    """Where a user would run the texts: programs on the path, the API token in its variable."""
    for package in ("mcp-remote", "@modelcontextprotocol/inspector"):
        node.package(package)
    programs = [Path(node.node()).parent, Path(binary).parent, os.environ["PATH"]]
    path = os.pathsep.join(str(program) for program in programs)
    return {**gateway.clean_environment(), "PATH": path, "TIDEGATE_API_TOKEN": demo.api_token}


@pytest.fixture
def shell(environment):
    """Runs a text as it is. `npx` finds what is installed in this folder and fetches nothing."""

    def run(text):
        done = subprocess.run(
            ["sh", "-eu", "-c", text], cwd=node.FOLDER, env=environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done
        return done.stdout

    return run


def texts(server, client, kind):
    return [snippet["text"] for snippet in server["snippets"][client] if snippet["kind"] == kind]


def test_every_client_has_a_text_and_none_holds_an_api_token(server, demo):
    assert set(server["snippets"]) == CLIENTS
    assert demo.api_token not in json.dumps(server["snippets"])
    assert "server-sse" not in json.dumps(server["snippets"])


def test_curl_opens_a_connection_and_lists_the_tools(server, shell):
    initialize, tools = (json.loads(shell(text))["result"] for text in texts(server, "curl", "command"))
    assert initialize["protocolVersion"] == "2025-11-25"
    assert len(tools["tools"]) == 20


def test_the_inspector_lists_the_tools(server, shell):
    [text] = texts(server, "inspector", "command")
    assert len(json.loads(shell(text))["tools"]) == 20


@pytest.mark.parametrize("label", ["Claude Desktop, with mcp-remote", "Claude Desktop, with tidegate connect"])
async def test_claude_desktop_s_file_starts_a_bridge_that_works(server, demo, environment, tmp_path, label):
    [text] = [one["text"] for one in server["snippets"]["claude-desktop"] if one["label"] == label]
    # What the note tells the user to do.
    entry = json.loads(text.replace("<API_TOKEN>", demo.api_token))["mcpServers"]["sendoso"]
    # Other users of the machine see arguments, and on Windows one with a space would become two.
    assert demo.api_token not in " ".join(entry["args"]) and not any(" " in argument for argument in entry["args"])
    env = {"PATH": environment["PATH"], "MCP_REMOTE_CONFIG_DIR": str(tmp_path), **entry.get("env", {})}
    parameters = StdioServerParameters(command=entry["command"], args=entry["args"], env=env, cwd=node.FOLDER)
    async with Client(stdio_client(parameters), mode="legacy", read_timeout_seconds=60) as client:
        assert len((await client.list_tools()).tools) == 20
        assert not (await client.call_tool("list_all_sendoso_me", {})).is_error


# --- the command that prints them ---


@pytest.fixture
def snippet(binary, demo, tmp_path):
    def run(*arguments):
        settings = {"url": demo.url, "api_token": demo.api_token}
        return gateway.run(binary, "mcp", "snippet", *arguments, folder=tmp_path, **settings)

    return run


def test_the_command_prints_what_the_api_answered(server, snippet):
    done = snippet(server["id"], "--client", "all", "--url", server["url"], "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == server["snippets"]


def test_the_command_prints_one_client_s_texts_for_people(server, snippet):
    done = snippet(server["id"], "--client", "codex", "--url", server["url"])
    for text in texts(server, "codex", "command") + texts(server, "codex", "file"):
        assert text.strip() in done.stdout
    assert "claude" not in done.stdout


def test_without_the_url_a_text_has_a_place_for_it_and_the_user_is_told(server, snippet):
    done = snippet(server["id"], "--client", "cursor", "--json")
    assert "<MCP_URL>" in done.stderr and f"tidegate mcp rotate {server['id']}" in done.stderr
    # A link would hold the place encoded, where nobody can fill it.
    [file] = json.loads(done.stdout)["cursor"]
    assert json.loads(file["text"])["mcpServers"]["sendoso"]["url"] == "<MCP_URL>"


def test_without_a_client_the_clients_are_named(snippet):
    assert set(re.findall(r"^ ([a-z][a-z-]*)  ", snippet().stdout, re.MULTILINE)) == CLIENTS
    assert {client["client"] for client in json.loads(snippet("--json").stdout)} == CLIENTS


def test_an_unknown_client_is_told_with_the_known_ones(demo, snippet):
    done = snippet(demo.line["mcp_servers"]["sendoso"]["id"], "--client", "cursr")
    assert (done.returncode, done.stdout) == (2, "")
    assert all(client in done.stderr for client in CLIENTS)


@pytest.mark.parametrize("url", ["mcp/tg_secret", "ftp://gate.example/mcp/tg_secret"])
def test_a_url_that_cannot_be_one_is_told_and_not_shown(demo, snippet, url):
    done = snippet(demo.line["mcp_servers"]["sendoso"]["id"], "--client", "cursor", "--url", url)
    assert (done.returncode, done.stdout) == (2, "")
    assert "https://tidegate.example.com/mcp/tg_" in done.stderr and "secret" not in done.stderr


def test_the_demo_prints_texts_of_the_same_table(binary, tmp_path):
    process = gateway.Process(binary, ["demo", "--listen", "127.0.0.1:0"], tmp_path)
    try:
        text = until(lambda: "API token" in process.log() and process.log(), what="the demo's text")
        urls = re.findall(r"^  MCP URL +(http\S+/mcp/tg_\S+)$", text, re.MULTILINE)
        for vendor, url in zip(("sendoso", "edesk", "gladly"), urls, strict=True):
            assert f"  claude mcp add --transport http {vendor} {url}\n" in text
        assert text.count(urls[0]) == 4, "by itself, and for three clients"
        # Built from its sources, the program is not on the path of whoever starts it.
        assert f'"command": {json.dumps(str(Path(binary).resolve()))}' in text
        assert "give its full path" not in text
        assert "quit and reopen Claude Desktop" in text and "keep the file out of version control" in text
    finally:
        process.end()
