"""`tidegate account`, `tidegate mcp` and `tidegate token` against a running server."""

import json
import re
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

import gateway
from conftest import API_TOKEN, seconds_ahead
from mcp_client import listed, post

SERVER_ID = "mcp_0197b2c8f3b27c11a6a1c0f4f5d0a1b2"
SECRET = "sentinelCredentialCCCCCCCCCCCCCCCCCCCCCCCC"


@pytest.fixture
def server(serve):
    return serve()


@pytest.fixture
def tidegate(binary, server, tmp_path):
    """Runs a command with the server's address and API token in its variables; a value of None takes one away."""

    def run(*arguments, stdin="", **settings):
        settings = {"url": server.url, "api_token": API_TOKEN, **settings}
        given = {name: value for name, value in settings.items() if value is not None}
        env = {**gateway.clean_environment(), **gateway.variables(given)}
        return subprocess.run(
            [binary, *arguments], cwd=tmp_path, env=env, input=stdin, capture_output=True, text=True, timeout=60
        )

    return run


@pytest.fixture
def told(tidegate):
    """The JSON that a command prints."""

    def run(*arguments, **more):
        done = tidegate(*arguments, "--json", **more)
        assert (done.returncode, done.stderr) == (0, ""), done
        return json.loads(done.stdout)

    return run


@pytest.fixture
def account(told, vendor):
    flags = ["--integration", "sendoso", "--tenant-id", "acme", "--base-url", vendor.url]
    return told("account", "create", *flags, stdin=json.dumps(vendor.tokens()))["id"]


def assert_refused(done, code, *words):
    assert done.returncode == code, done
    assert re.search("^error: .", done.stderr, re.MULTILINE) and re.search("^hint: .", done.stderr, re.MULTILINE), done
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr, done.stderr


# --- accounts ---


def test_an_account_is_validated_and_one_that_the_vendor_refuses_is_a_failure(told, tidegate, account, vendor):
    assert "@" in told("account", "validate", account)["identity"]
    vendor.will_fail(kind="status", status=401, path_prefix="/api/v3", times=2)
    done = tidegate("account", "validate", account, "--json")
    vendor.reset()
    assert (done.returncode, json.loads(done.stdout)["status"]) == (1, "needs_reauth"), done
    assert "error: the vendor does not accept" in done.stderr and "hint: " in done.stderr, done


def test_credentials_that_the_vendor_refuses_are_not_taken_where_it_is_to_be_asked_first(told, tidegate, account, vendor):
    wrong, before = json.dumps({"access_token": "wrong"}), told("account", "show", account)
    place = ["--integration", "sendoso", "--tenant-id", "refused", "--base-url", vendor.url]
    for command in (["create", *place], ["update", account, "--credentials-file", "-"]):
        assert_refused(tidegate("account", *command, "--validate", stdin=wrong), 1, "does not accept them")
    assert told("account", "list", "--tenant-id", "refused")["result"] == []
    assert told("account", "show", account) == before
    assert tidegate("account", "update", account, "--name", "x", "--validate").returncode == 2


def test_an_account_is_connected_shown_changed_and_disconnected(told, tidegate, vendor, tmp_path):
    credentials = tmp_path / "credentials.json"
    credentials.write_text(json.dumps({"access_token": SECRET}))
    flags = ["--integration", "sendoso", "--tenant-id", "acme", "--base-url", vendor.url]
    made = told("account", "create", *flags, "--name", "Main", "--credentials-file", str(credentials))
    assert (made["integration"], made["tenant_id"], made["name"], made["status"]) == ("sendoso", "acme", "Main", "active")
    assert told("account", "show", made["id"]) == made
    assert told("account", "list")["result"] == [made]

    changed = told("account", "update", made["id"], "--name", "")
    assert changed["name"] is None
    assert told("account", "list", "--tenant-id", "nobody")["result"] == []
    assert told("account", "list", "--tenant-id", "acme", "--integration", "sendoso")["result"] == [changed]

    done = tidegate("account", "delete", made["id"])
    assert (done.returncode, done.stdout) == (0, f"account {made['id']} is deleted\n")
    assert told("account", "list")["result"] == []


def test_new_credentials_are_used_from_the_next_call_on(told, account, server, vendor):
    url = server.create_server(account)["url"]
    told("account", "update", account, "--credentials-file", "-", stdin=json.dumps({"access_token": SECRET}))
    vendor.reset()
    post(url, "tools/call", {"name": "list_all_sendoso_me", "arguments": {}})
    assert SECRET in json.dumps(vendor.journal())


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f'{{"access_token": "{SECRET}"', "standard input:1:"),
        (f'"{SECRET}"', "standard input"),
        (f'["{SECRET}"]', "standard input"),
        ("", "standard input:1:"),
    ],
    ids=["cut off", "a text", "a list", "nothing"],
)
def test_credentials_that_cannot_be_read_are_told_and_not_shown(tidegate, text, place):
    done = tidegate("account", "create", "--integration", "sendoso", "--tenant-id", "acme", stdin=text)
    assert_refused(done, 1, place)
    assert SECRET not in done.stderr


def test_the_api_s_own_refusal_is_told(tidegate):
    done = tidegate("account", "create", "--integration", "nope", "--tenant-id", "acme", stdin="{}")
    assert_refused(done, 1, "no integration `nope`", "sendoso")


# --- MCP servers ---


def test_a_server_is_made_found_changed_rotated_and_deleted(told, tidegate, account):
    made = told("mcp", "create", "--account", account, "--name", "Reader", "--methods", "read")
    assert (made["config"]["methods"], made["tool_count"]) == (["read"], len(listed(made["url"])))
    shown = told("mcp", "show", made["id"])
    assert "url" not in shown and "token" not in shown
    assert told("mcp", "list")["result"] == told("mcp", "list", "--account", account)["result"] == [shown]

    expiry, _ = seconds_ahead(3600)
    flags = ["--methods", "read,write", "--tags", "campaigns", "--expires-at", expiry, "--name", "Campaigns"]
    changed = told("mcp", "update", made["id"], *flags)
    assert (changed["config"]["methods"], changed["config"]["tags"]) == (["read", "write"], ["campaigns"])
    assert (changed["expires_at"], changed["name"]) == (expiry, "Campaigns")
    assert 0 < len(listed(made["url"])) < made["tool_count"]
    cleared = told("mcp", "update", made["id"], "--tags", "", "--methods", "", "--expires-at", "never")
    assert (cleared["config"]["tags"], cleared["config"]["methods"], cleared["expires_at"]) == ([], [], None)
    assert len(listed(made["url"])) == 20

    rotated = told("mcp", "rotate", made["id"])
    assert post(made["url"], "tools/list").status_code == 404
    assert len(listed(rotated["url"])) == 20
    assert told("mcp", "delete", made["id"]) == {"deleted": True}
    assert post(rotated["url"], "tools/list").status_code == 404
    assert_refused(tidegate("mcp", "show", made["id"]), 1, "no such MCP server")


def test_a_server_may_list_three_tools_in_place_of_all(told, tidegate, account):
    made = told("mcp", "create", "--account", account, "--name", "Finder", "--tool-exposure", "discovery")
    assert (made["config"]["tool_exposure"], made["tool_count"]) == ("discovery", 20)
    assert listed(made["url"]) == ["search_tools", "get_tool_schema", "call_tool"]
    assert told("mcp", "update", made["id"], "--tool-exposure", "full")["config"]["tool_exposure"] == "full"
    assert len(listed(made["url"])) == 20
    assert tidegate("mcp", "update", made["id"], "--tool-exposure", "some").returncode == 2


def test_a_switch_may_be_given_before_the_id_and_turned_off_again(told, account):
    made = told("mcp", "create", "--account", account, "--name", "Structured", "--structured-content")
    assert made["config"]["structured_content"] is True
    off = told("mcp", "update", "--structured-content=false", made["id"])
    assert off["config"]["structured_content"] is False
    on = told("mcp", "update", "--structured-content", made["id"])
    assert on["config"]["structured_content"] is True


def test_people_are_shown_the_url_once_and_what_to_do_with_it(tidegate, account):
    done = tidegate("mcp", "create", "--account", account, "--name", "Guarded", "--auth", "bearer")
    assert (done.returncode, done.stderr) == (0, "")
    url = re.search(r"shown only now:\n  (http\S+/mcp/tg_\S+)\n", done.stdout)[1]
    identity = re.search(r"^ id +(mcp_\w{32})$", done.stdout, re.MULTILINE)[1]
    assert f"tidegate mcp snippet {identity} --client claude-code --url {url}" in done.stdout
    assert len(listed(url, bearer=API_TOKEN)) == 20
    for command in (["mcp", "list"], ["mcp", "show", identity]):
        assert url.rsplit("/", 1)[1] not in tidegate(*command).stdout


# --- API tokens ---


def test_a_token_is_made_used_and_revoked(told, tidegate):
    expiry, _ = seconds_ahead(3600)
    made = told("token", "create", "--name", "ci", "--expires-at", expiry)
    names = [token["name"] for token in told("token", "list", api_token=made["token"])["result"]]
    assert "ci" in names
    assert made["token"] not in tidegate("token", "list").stdout
    assert told("token", "delete", made["id"]) == {"deleted": True}
    assert_refused(tidegate("token", "list", api_token=made["token"]), 1, "TIDEGATE_API_TOKEN")


def test_the_token_may_be_in_a_file(told, tmp_path):
    (tmp_path / "token").write_text(API_TOKEN + "\n")
    assert told("token", "list", "--api-token-file", "token", api_token=None)["result"]


# --- lists ---


def test_a_list_goes_on_where_its_first_part_ended(tidegate, told):
    for number in range(3):
        told("token", "create", "--name", f"t{number}")
    everything = told("token", "list")
    first = tidegate("token", "list", "--limit", "2")
    assert first.stdout.count("\n") == 3, "a header and two entries"
    cursor = re.fullmatch(r"there is more: add --next-cursor (\S+)\n", first.stderr)[1]
    second = told("token", "list", "--limit", "2", "--next-cursor", cursor)
    assert second["result"] == everything["result"][2:4]


# --- wrong settings and wrong servers ---


def test_without_a_token_the_remedy_is_told(tidegate):
    assert_refused(tidegate("token", "list", api_token=None), 1, "TIDEGATE_API_TOKEN")
    assert_refused(tidegate("token", "list", api_token=""), 1, "TIDEGATE_API_TOKEN")


def test_two_tokens_of_one_source_are_one_too_many(tidegate):
    assert_refused(tidegate("token", "list", api_token_file="nowhere"), 2, "both")
    assert_refused(tidegate("token", "list", "--api-token", API_TOKEN, "--api-token-file", "nowhere"), 2, "both")


def test_a_flag_beats_a_variable_whichever_form_the_token_has(tidegate, told, tmp_path):
    (tmp_path / "token").write_text(API_TOKEN + "\n")
    assert told("token", "list", "--api-token-file", "token", api_token="wrong")["result"]
    assert told("token", "list", "--api-token", API_TOKEN, api_token=None, api_token_file="nowhere")["result"]
    # Wherever on the line it is.
    assert told("token", "--api-token-file", "token", "list", api_token="wrong")["result"]
    assert_refused(tidegate("token", "list", "--api-token-file", "nowhere"), 1, "nowhere")


def test_a_variable_that_is_set_to_nothing_is_not_set(tidegate, told, tmp_path):
    (tmp_path / "token").write_text(API_TOKEN)
    assert told("token", "list", api_token_file="")["result"]
    assert told("token", "list", api_token="", api_token_file="token")["result"]
    assert_refused(tidegate("token", "list", url="", api_token=None), 1, "TIDEGATE_API_TOKEN")


def test_a_link_is_made_for_a_new_account_and_for_one_that_is_there(told, tidegate, account):
    made = told("account", "link", "--tenant-id", "acme", "--integration", "edesk", "--expires-in", "60")
    assert made["url"].endswith(f"/link/{made['link_token']}") and made["link_token"].startswith("tl_")
    done = tidegate("account", "link", "--tenant-id", "acme", "--integration", "edesk")
    assert done.returncode == 0 and "/link/tl_" in done.stdout
    assert told("account", "link", "--tenant-id", "acme", "--integration", "edesk", "--methods", "read", "--tags", "contacts")["url"]
    unknown = tidegate("account", "link", "--tenant-id", "acme", "--integration", "edesk", "--methods", "fly")
    assert (unknown.returncode, "`config`" in unknown.stderr) == (1, True), unknown
    refused = tidegate("account", "link", "--account", account)
    assert (refused.returncode, "oauth-app" in refused.stderr) == (1, True), refused
    assert tidegate("account", "link", "--account", account, "--integration", "edesk").returncode == 2
    assert tidegate("account", "link").returncode == 2


@pytest.mark.parametrize("flag", ["server", "api-token", "api-token-file"])
def test_a_flag_that_is_empty_is_wrong_usage(tidegate, flag):
    assert_refused(tidegate("token", "list", f"--{flag}", ""), 2, f"--{flag}")


def test_a_wrong_token_is_told_and_not_shown(tidegate):
    done = tidegate("token", "list", api_token=SECRET)
    assert_refused(done, 1, "TIDEGATE_API_TOKEN")
    assert SECRET not in done.stderr


def test_no_help_shows_the_token(tidegate):
    for command in ("account", "mcp", "token"):
        assert API_TOKEN not in tidegate(command, "list", "--help").stdout


def test_a_server_that_does_not_answer_is_named(tidegate):
    address = f"http://127.0.0.1:{gateway.free_port()}"
    assert_refused(tidegate("token", "list", url=address), 1, address, "TIDEGATE_URL")


def test_a_path_before_the_api_s_is_kept(told, server):
    assert told("token", "list", url=server.url + "/api/")["result"]


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/", "http://127.0.0.1/?x=1", "localhost:8700", f"http://admin:{SECRET}@127.0.0.1/", f"{SECRET}@127.0.0.1"],
    ids=["ftp", "query", "no scheme", "password", "password without scheme"],
)
def test_an_address_that_cannot_be_one_is_told_without_its_password(tidegate, url):
    for done in (tidegate("token", "list", url=url), tidegate("token", "list", "--server", url)):
        assert_refused(done, 2, "TIDEGATE_URL", "--server")
        assert SECRET not in done.stderr


@contextmanager
def answering(status, headers, body):
    """A server that answers everything alike, and the requests that it got."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            got.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", got
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("status", [200, 502])
def test_a_server_that_is_no_tidegate_is_told(tidegate, status):
    with answering(status, {}, b"<html>hello</html>") as (url, _):
        assert_refused(tidegate("token", "list", url=url), 1, url, str(status))


def test_a_token_is_not_sent_on_by_a_redirect(tidegate):
    with answering(200, {}, b"{}") as (elsewhere, got):
        with answering(308, {"location": elsewhere + "/api-token"}, b"") as (url, _):
            assert_refused(tidegate("token", "list", url=url), 1, elsewhere)
        assert got == []


def test_a_proxy_gets_no_token_for_a_server_on_this_machine(tidegate, server, monkeypatch):
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with answering(200, {}, b'{"result": []}') as (proxy, got):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        for host in ("127.0.0.1", "localhost"):
            assert "bootstrap" in tidegate("token", "list", url=server.url.replace("127.0.0.1", host)).stdout
        assert got == []
        # Elsewhere the proxy is what leads there.
        assert tidegate("token", "list", url="http://gate.example").returncode == 0
        assert got == ["http://gate.example/api-token?limit=100"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["mcp", "show", "../api-token"],
        ["account", "show", "nope"],
        ["token", "delete", API_TOKEN],
        ["mcp", "create", "--name", "x"],
        ["mcp", "update", SERVER_ID, "--auth", "none"],
        ["token", "list", "--limit", "0"],
        ["account", "create", "--integration", "x", "--tenant-id", "y", "--context", "novalue"],
        ["mcp", "snippet", "--client", "cursor"],
        ["mcp", "update", SERVER_ID],
        ["mcp", "update", SERVER_ID, "--structured-content", "false"],
        ["account", "update", "0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told(tidegate, arguments):
    assert_refused(tidegate(*arguments), 2)
