"""The command line as a person meets it: help, mistakes, commands that end by themselves."""

import os
import re
import signal
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

import gateway
from conftest import MASTER_KEY, ROOT

SENDOSO = ROOT / "integrations" / "sendoso.yaml"
COMMANDS = {"demo", "serve", "sandbox", "catalog", "migrate", "keys", "account", "mcp", "token", "connect", "doctor", "import"}
CATALOG_COMMANDS = {"list", "add", "show", "tools", "docs", "plan", "lint", "schema"}
# Stands for any secret in a place where it might be quoted.
SECRET = "sentinelSecretBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"


@pytest.fixture
def run(binary, tmp_path):
    def run(*arguments, **settings):
        return gateway.run(binary, *arguments, folder=tmp_path, **settings)

    return run


def assert_told(done, code, *words):
    """What went wrong and what to do about it, on standard error, and nothing else that would pass for a result."""
    assert done.returncode == code, done
    assert re.search("^error: .", done.stderr, re.MULTILINE), done.stderr
    assert re.search("^hint: .", done.stderr, re.MULTILINE), done.stderr
    assert "panicked" not in done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr


# --- help ---


def commands(run):
    """Every command and subcommand as the help names them, with its help: `(("catalog", "list"), text)`."""
    waiting = [()]
    while waiting:
        command = waiting.pop()
        done = run(*command, "--help")
        assert done.returncode == 0 and done.stderr == "", done
        yield command, done.stdout
        listed = re.search(r"^Commands:\n((?:  .*\n)+)", done.stdout, re.MULTILINE)
        names = re.findall(r"^  (\w[\w-]*)", listed[1], re.MULTILINE) if listed else []
        waiting += [(*command, name) for name in names if name != "help"]


def test_every_command_has_help_with_an_example(run):
    helps = dict(commands(run))
    assert {command[0] for command in helps if len(command) == 1} >= COMMANDS
    assert {command[1] for command in helps if command[:1] == ("catalog",) and len(command) == 2} >= CATALOG_COMMANDS
    for command, text in helps.items():
        example = " ".join(["tidegate", *command])
        assert re.search(rf"^Examples?:\n  +{example}\b", text, re.MULTILINE), text


def test_every_command_calls_an_unknown_flag_wrong_usage(run):
    for command, _ in commands(run):
        assert_told(run(*command, "--no-such-flag"), 2, "--no-such-flag")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        pytest.param(["catalogue"], "catalogue", id="an unknown command"),
        pytest.param(["catalog", "toolz"], "toolz", id="an unknown subcommand"),
        pytest.param(["catalog", "show"], "NAME", id="an argument is missing"),
        pytest.param(["serve", "--listen", "here"], "--listen", id="a flag's value that cannot be"),
        pytest.param(["sandbox", "acme"], "acme", id="an unknown vendor"),
        pytest.param(["demo", "now"], "now", id="an argument too many"),
    ],
)
def test_wrong_usage_is_told(run, arguments, word):
    assert_told(run(*arguments), 2, word)


def test_a_command_without_its_subcommand_is_wrong_usage(run):
    for command in ([], ["catalog"]):
        done = run(*command)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Usage:" in done.stderr


def test_serve_s_help_names_flag_variable_and_file_key_of_every_setting(run):
    text = run("serve", "--help").stdout
    blocks = re.split(r"\n(?= +(?:-\w, )?--[a-z])", text)[1:]
    settings = {re.search(r"--([a-z-]+)", block)[1]: block for block in blocks}
    contract = "listen public-url database-url master-key catalog-dir allow-private-upstreams bootstrap-api-token"
    assert set(contract.split()) <= set(settings)
    for flag in settings.keys() - {"help", "config"}:
        key = flag.replace("-", "_")
        assert re.search(rf"\bTIDEGATE_{key.upper()}\b", settings[flag]), settings[flag]
        assert re.search(rf"\bfile:\s+{key}\b", settings[flag]), settings[flag]


def test_help_shows_no_secret_of_the_environment(run):
    settings = {
        "master_key": SECRET,
        "bootstrap_api_token": SECRET,
        "database_url": f"postgres://tidegate:{SECRET}@127.0.0.1/x",
    }
    for command in ("serve", "migrate"):
        assert SECRET not in run(command, "--help", **settings).stdout


# --- failures ---


@pytest.mark.parametrize("command", ["serve", "demo", "sandbox"])
def test_a_port_that_is_taken_is_told(run, command):
    with closing(socket.create_server(("127.0.0.1", 0))) as holder:
        address = "127.0.0.1:{}".format(holder.getsockname()[1])
        done = run(command, "--listen", address)
    assert_told(done, 1, address)


def test_a_demo_that_cannot_start_leaves_nothing_behind(binary, tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as holder:
        address = "127.0.0.1:{}".format(holder.getsockname()[1])
        demo = gateway.Process(binary, ["demo", "--listen", address], tmp_path / "own", {"TMPDIR": str(tmp_path)})
        assert demo.process.wait(timeout=20) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_another_master_key_than_the_database_s_is_told(serve, run, command, tmp_path):
    server = serve()
    assert server.process.stop() == 0
    database = f"sqlite://{tmp_path}/server/data/tidegate.db"
    another = "QU5PVEhFUi1tYXN0ZXIta2V5LS0wMTIzNDU2Nzg5YWI="
    done = run(command, database_url=database, master_key=another, listen="127.0.0.1:0")
    assert_told(done, 1, "key")
    assert another not in done.stderr


@pytest.mark.parametrize("key", [SECRET, SECRET + "!", "c2hvcnQ="], ids=["too long", "no base64", "too short"])
def test_a_master_key_that_cannot_be_one_is_told_and_not_shown(run, key):
    done = run("serve", master_key=key, database_url="postgres://tidegate@127.0.0.1:1/x", listen="127.0.0.1:0")
    assert_told(done, 1, "TIDEGATE_MASTER_KEY")
    assert key not in done.stderr


def test_an_empty_master_key_is_none_and_postgres_is_told_how_to_make_one(run):
    done = run("serve", master_key="", database_url="postgres://tidegate@127.0.0.1:1/x", listen="127.0.0.1:0")
    assert_told(done, 1, "TIDEGATE_MASTER_KEY", "openssl rand -base64 32")


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_database_that_does_not_answer_is_told_without_its_password(run, command):
    url = f"postgres://tidegate:{SECRET}@127.0.0.1:{gateway.free_port()}/x"
    done = run(command, database_url=url, master_key=MASTER_KEY)
    assert_told(done, 1)
    assert SECRET not in done.stderr


@pytest.mark.parametrize("url", [f"mysql://tidegate:{SECRET}@127.0.0.1/x", f"tidegate:{SECRET}", "postgres://"])
def test_a_database_url_that_cannot_be_one_is_told_without_its_password(run, url):
    done = run("serve", database_url=url, master_key=MASTER_KEY, listen="127.0.0.1:0")
    assert_told(done, 1)
    assert SECRET not in done.stderr


def test_a_second_server_on_the_same_file_is_told(serve, run, tmp_path):
    serve()
    database = f"sqlite://{tmp_path}/server/data/tidegate.db"
    assert_told(run("serve", database_url=database, master_key=MASTER_KEY, listen="127.0.0.1:0"), 1)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(f'master_key = "{SECRET}', id="a string without its end"),
        pytest.param(f"master_key = {SECRET}", id="a string without quotes"),
        pytest.param(f'master_key = ["{SECRET}"]', id="a list for a string"),
        pytest.param(f'bootstrap_api_token = {{ value = "{SECRET}" }}', id="a table for a string"),
        pytest.param(f'database_url = "postgres://x:{SECRET}@127.0.0.1" x', id="something after a value"),
        pytest.param(f'listen = "{SECRET}"', id="a secret in the wrong place"),
        pytest.param(f'log = "{SECRET}"', id="a key that is there twice"),
        pytest.param(f"{SECRET}", id="no key at all"),
    ],
)
def test_the_line_of_a_broken_settings_file_is_told_without_the_secret_on_it(run, tmp_path, line):
    (tmp_path / "tidegate.toml").write_text(f'log = "info"\n{line}\n')
    done = run("serve", listen="127.0.0.1:0")
    assert_told(done, 1, "tidegate.toml:2:")
    assert SECRET not in done.stderr


def test_an_unknown_setting_is_named_without_its_value(run, tmp_path):
    (tmp_path / "tidegate.toml").write_text(f'master_kee = "{SECRET}"\n')
    done = run("serve", listen="127.0.0.1:0")
    assert_told(done, 1, "tidegate.toml", "master_kee")
    assert SECRET not in done.stderr


def test_a_settings_file_that_is_not_there_is_told(run):
    assert_told(run("serve", "--config", "nowhere.toml"), 1, "nowhere.toml")


@pytest.mark.parametrize("command", ["show", "tools", "docs"])
def test_an_unknown_integration_is_told_with_the_known_ones(run, command):
    assert_told(run("catalog", command, "sendosso"), 1, "sendosso", "sendoso")


def test_a_definition_that_cannot_be_read_is_told(run):
    assert_told(run("catalog", "lint", "nowhere.yaml"), 1, "nowhere.yaml")
    assert_told(run("catalog", "list", "--catalog-dir", "nowhere"), 1, "nowhere")


@pytest.mark.parametrize(
    "arguments", ["catalog schema", "catalog show sendoso", "catalog list", "catalog lint", "--help"]
)
def test_a_reader_that_has_gone_is_no_failure(binary, tmp_path, arguments):
    """As in `tidegate catalog schema | head -1`, only surely before the first byte."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [binary, *arguments.split()], stdout=writer, stderr=subprocess.PIPE, cwd=tmp_path, text=True, timeout=30
        )
    finally:
        os.close(writer)
    assert done.stderr == ""
    assert done.returncode in (0, -signal.SIGPIPE)


# --- the catalog ---


def test_lint_accepts_the_shipped_definition(run):
    done = run("catalog", "lint", str(SENDOSO))
    assert done.returncode == 0, done.stdout + done.stderr


def test_lint_of_a_broken_definition_fails_and_names_the_line(run, tmp_path):
    broken = Path(tmp_path) / "broken.yaml"
    lines = SENDOSO.read_text().splitlines()
    line = next(number for number, text in enumerate(lines) if "default_size: 25" in text)
    lines[line] = lines[line].replace("default_size", "defualt_size")
    broken.write_text("\n".join(lines) + "\n")
    done = run("catalog", "lint", str(broken))
    assert done.returncode == 1
    assert f"broken.yaml:{line + 1}" in done.stdout + done.stderr
    assert "defualt_size" in done.stdout + done.stderr


def test_catalog_tools_names_the_twenty_tools(run):
    done = run("catalog", "tools", "sendoso")
    assert done.returncode == 0, done.stderr
    assert "create_a_sendoso_physical_gift_address_collection" in done.stdout
