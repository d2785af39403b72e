"""Clients that are too large to be installed for every run: their commands are run as they are printed.

Not collected by itself. With `claude`, `gemini` and `codex` on the path (npm packages @anthropic-ai/claude-code,
@google/gemini-cli, @openai/codex; no login is needed):

    .venv/bin/python -m pytest tests/e2e/installed_clients.py
"""

import json
import os
import subprocess
import tomllib

import pytest

import gateway


@pytest.fixture(params=["url", "bearer"])
def server(demo, request):
    return demo.create_server(demo.account, auth=request.param)


@pytest.fixture
def home(tmp_path):
    (tmp_path / "project").mkdir()
    return tmp_path


@pytest.fixture
def shell(demo, home):
    """Runs a text in a new user's project folder."""

    def run(text):
        env = {
            **gateway.clean_environment(),
            "HOME": str(home),
            "TIDEGATE_API_TOKEN": demo.api_token,
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
        }
        env = {name: value for name, value in env.items() if not name.startswith(("XDG_", "CODEX_", "CLAUDE_"))}
        done = subprocess.run(
            ["sh", "-eu", "-c", text], cwd=home / "project", env=env, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done
        return done.stdout + done.stderr

    return run


def command(server, client):
    return next(snippet["text"] for snippet in server["snippets"][client] if snippet["kind"] == "command")


def file(server, client):
    return next(snippet["text"] for snippet in server["snippets"][client] if snippet["kind"] == "file")


def files_without(secret, home):
    return all(secret.encode() not in path.read_bytes() for path in gateway.files_below(home))


def test_claude_code_keeps_the_entry_of_the_file_and_connects(server, shell, home, demo):
    shell(command(server, "claude-code"))
    projects = json.loads((home / ".claude.json").read_text())["projects"]
    kept = projects[os.path.realpath(home / "project")]["mcpServers"]
    assert kept == json.loads(file(server, "claude-code"))["mcpServers"]
    assert "Connected" in shell("claude mcp list")
    assert files_without(demo.api_token, home), "only the variable is kept"


def test_gemini_cli_keeps_the_entry_of_the_file_and_connects(server, shell, home, demo):
    shell(command(server, "gemini-cli"))
    kept = json.loads((home / ".gemini" / "settings.json").read_text())["mcpServers"]
    assert kept == json.loads(file(server, "gemini-cli"))["mcpServers"]
    assert "- Connected" in shell("gemini mcp list")
    assert files_without(demo.api_token, home), "only the variable is kept"


def test_codex_keeps_the_entry_of_the_file(server, shell, home):
    shell(command(server, "codex"))
    kept = tomllib.loads((home / ".codex" / "config.toml").read_text())["mcp_servers"]
    assert kept == tomllib.loads(file(server, "codex"))["mcp_servers"]
    assert "enabled" in shell("codex mcp list")
