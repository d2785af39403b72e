"""Replacing the master key of a running server, and where a master key can come from."""

import base64
import fcntl
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import gateway
from conftest import MASTER_KEY
from mcp_client import call
from poll import until

ACCOUNTS = 24


@pytest.fixture
def run(binary, tmp_path):
    def run(*arguments, **settings):
        return gateway.run(binary, *arguments, folder=tmp_path, **settings)

    return run


def answered(run, *arguments, **settings):
    """What a command prints as JSON."""
    done = run(*arguments, "--json", **settings)
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def refused(run, *arguments, **settings):
    done = run(*arguments, **settings)
    assert done.returncode == 1 and "hint: " in done.stderr and done.stdout == "", done
    return done.stderr


def connected(server, vendor, count=1):
    """MCP URLs, each of an account of its own."""
    tokens = vendor.tokens()
    accounts = [server.connect_account(vendor.url, tokens, tenant=f"t{number}") for number in range(count)]
    return [server.create_server(account)["url"] for account in accounts]


def works(url):
    response = call(url, "list_all_sendoso_me")
    assert response.status_code == 200, response.text
    assert response.json()["result"]["isError"] is False, response.text


class Load:
    """Calls, changes and refreshes in the background, as long as the block lasts; none of them may fail."""

    def __init__(self, server, vendor, urls):
        self.server, self.vendor, self.urls = server, vendor, urls
        self.rounds = 0
        self.over = threading.Event()

    def __enter__(self):
        app = {"client_id": "sandbox-core-client", "client_secret": "sandbox-core-secret"}
        assert self.server.api("PUT", "/integration/sendoso/oauth-app", app).status_code == 200
        self.pool = ThreadPoolExecutor(4)
        self.running = [self.pool.submit(work) for work in (self.calls, self.calls, self.connections, self.refreshes)]
        self.until_more_rounds()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.until_more_rounds()
        self.over.set()
        self.pool.shutdown()
        for running in self.running:
            running.result()

    def until_more_rounds(self):
        target = self.rounds + 2
        until(lambda: self.rounds >= target or any(r.done() for r in self.running), within=60, what="more calls")

    def calls(self):
        while not self.over.is_set():
            for url in self.urls:
                works(url)
            self.rounds += 1

    def connections(self):
        """A new account each time, whose credential is read from the database at its first call."""
        while not self.over.is_set():
            [url] = connected(self.server, self.vendor)
            works(url)

    def refreshes(self):
        """Accounts whose token has ended by our book: their call needs the secret of the OAuth app, and saves new tokens."""
        while not self.over.is_set():
            ended = {**self.vendor.tokens(), "expires_at": 1}
            works(self.server.create_server(self.server.connect_account(self.vendor.url, ended))["url"])


def test_no_call_fails_while_the_master_key_is_replaced(serve, run, database_url, vendor, tmp_path):
    server = serve(database_url=database_url)
    urls = connected(server, vendor, ACCOUNTS)
    settings = {"database_url": database_url, "master_key": MASTER_KEY}
    new = tmp_path / "new.key"
    with Load(server, vendor, urls):
        rotated = answered(run, "keys", "rotate", "--new-master-key-file", str(new), **settings)
    assert (rotated["generation"], rotated["retired"], rotated["unreadable"]) == (2, False, [])
    assert rotated["rewrapped"] >= ACCOUNTS
    assert answered(run, "keys", "show", **settings)["left"] == 0
    assert "opens the database too" in run("doctor", **settings, listen="127.0.0.1:0").stdout
    assert new.stat().st_mode & 0o777 == 0o600
    assert "new one" in refused(run, "keys", "retire", **settings)
    assert server.process.stop() == 0

    # Both keys start a server; with the new one, the old one can be ended while it serves.
    assert serve(database_url=database_url).process.stop() == 0
    listen = {"listen": server.url.removeprefix("http://"), "database_url": database_url, "master_key": ""}
    again = serve(**listen, master_key_file=str(new))
    with Load(again, vendor, urls):
        settings = {"database_url": database_url, "master_key_file": str(new)}
        assert answered(run, "keys", "retire", **settings) == {"retired": 1}
    assert again.process.stop() == 0
    assert "does not fit" in refused(run, "serve", database_url=database_url, master_key=MASTER_KEY, listen="127.0.0.1:0")


def test_a_database_with_its_key_in_a_file_gets_a_new_one_in_its_place(serve, run, vendor, tmp_path):
    server = serve(master_key="")
    [url] = connected(server, vendor)
    database_url = f"sqlite://{tmp_path}/server/data/tidegate.db"
    key = tmp_path / "server" / "data" / "master.key"
    old = key.read_text()
    with Load(server, vendor, [url]):
        first = answered(run, "keys", "rotate", database_url=database_url)
    assert (first["retired"], first["new_master_key_file"]) == (False, str(key))
    assert first["old_master_key_file"] == f"{key}.old-1"
    again = answered(run, "keys", "rotate", database_url=database_url)
    assert (again["generation"], again["rewrapped"]) == (2, 0), "what is unfinished gets no further key"
    assert server.process.stop() == 0

    # Where no server runs there is nobody to wait for.
    assert answered(run, "keys", "rotate", database_url=database_url)["retired"] is True
    assert key.read_text() != old
    assert (key.stat().st_mode & 0o777, (tmp_path / "server/data/master.key.old-1").read_text()) == (0o600, old)
    names = sorted(path.name for path in key.parent.iterdir() if path.name.startswith("master"))
    assert names == ["master.key", "master.key.old-1", "master.key.rotate.lock"]
    assert "does not fit" in refused(run, "serve", database_url=database_url, master_key=old.strip(), listen="127.0.0.1:0")
    works(serve(master_key="", listen=server.url.removeprefix("http://")) and url)


def test_a_key_that_something_else_names_too_is_not_ended_before_that_was_changed(serve, run, tmp_path):
    assert serve(master_key="").process.stop() == 0
    key = tmp_path / "server" / "data" / "master.key"
    old = key.read_text()
    settings = {"database_url": f"sqlite://{tmp_path}/server/data/tidegate.db"}
    new = ["--new-master-key-file", str(tmp_path / "new.key")]
    done = run("keys", "rotate", *new, **settings, master_key_file=str(key))
    assert done.returncode == 0 and "next: " in done.stdout, done
    assert key.read_text() == old, "a file that a setting names is for its owner to change"

    elsewhere = tmp_path / "elsewhere.key"
    key.rename(elsewhere)
    key.symlink_to(elsewhere)
    assert answered(run, "keys", "rotate", *new, **settings)["retired"] is False
    assert key.is_symlink() and elsewhere.read_text() == old


def test_two_rotations_do_not_share_a_key_file(serve, run, tmp_path):
    assert serve(master_key="").process.stop() == 0
    key = tmp_path / "server" / "data" / "master.key"
    settings = {"database_url": f"sqlite://{tmp_path}/server/data/tidegate.db"}
    old = key.read_text()
    with open(f"{key}.rotate.lock", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "under way" in refused(run, "keys", "rotate", **settings)
    assert key.read_text() == old
    assert answered(run, "keys", "rotate", **settings)["retired"] is True


def test_a_rotation_that_is_killed_goes_on_when_it_is_run_again(serve, binary, run, vendor, tmp_path):
    server = serve()
    urls = connected(server, vendor, ACCOUNTS)
    settings = {"database_url": f"sqlite://{tmp_path}/server/data/tidegate.db", "master_key": MASTER_KEY}
    new = tmp_path / "new.key"
    command = ["keys", "rotate", "--new-master-key-file", str(new)]
    killed = gateway.Process(binary, command, tmp_path / "killed", gateway.variables(settings))
    until(new.exists, within=20, what="a new key")
    killed.process.kill()
    killed.process.wait(timeout=10)
    for url in urls:
        works(url)
    assert answered(run, *command, **settings)["generation"] == 2
    assert answered(run, "keys", "show", **settings)["left"] == 0
    for url in urls:
        works(url)


def test_a_new_key_is_shown_only_where_that_is_asked_for(serve, run, tmp_path):
    assert serve().process.stop() == 0
    settings = {"database_url": f"sqlite://{tmp_path}/server/data/tidegate.db", "master_key": MASTER_KEY}
    assert "--new-master-key-file" in refused(run, "keys", "rotate", **settings)
    new = tmp_path / "new.key"
    done = run("keys", "rotate", "--new-master-key-file", str(new), **settings)
    assert done.returncode == 0, done
    assert new.read_text().strip() not in done.stdout + done.stderr
    assert answered(run, "keys", "retire", database_url=settings["database_url"], master_key_file=str(new)) == {"retired": 1}

    given = base64.b64encode(os.urandom(32)).decode()
    settings = {"database_url": settings["database_url"], "master_key_file": str(new), "new_master_key": given}
    shown = run("keys", "rotate", "--show-new-key", **settings)
    assert shown.returncode == 0 and given in shown.stdout, shown
    assert answered(run, "keys", "retire", database_url=settings["database_url"], master_key=given) == {"retired": 1}
    assert "in use already" in refused(
        run, "keys", "rotate", database_url=settings["database_url"], master_key=given, new_master_key=given
    )


def test_a_command_may_tell_the_master_key(serve, run, tmp_path):
    key = tmp_path / "key"
    key.write_text(MASTER_KEY)
    assert serve(master_key="", master_key_command=f"cat '{key}'").process.stop() == 0
    assert not (tmp_path / "server/data/master.key").exists()
    url = f"sqlite://{tmp_path}/server/data/tidegate.db"
    assert answered(run, "keys", "show", database_url=url, master_key=MASTER_KEY)["generation"] == 1
    assert "failed" in refused(run, "keys", "show", database_url=url, master_key_command="exit 3")
    told = refused(run, "keys", "show", database_url=url, master_key_command="echo sentinel-output")
    assert "sentinel-output" not in told
    secret = "sentinel-" + "x" * 40
    spy = f'printf "%s" "$TIDEGATE_DATABASE_URL$TIDEGATE_BOOTSTRAP_API_TOKEN" > "{tmp_path}/seen"; cat "{key}"'
    assert answered(run, "keys", "show", database_url=url, bootstrap_api_token=secret, master_key_command=spy)["left"] == 0
    assert (tmp_path / "seen").read_text() == ""
    both = {"master_key": MASTER_KEY, "master_key_command": "true"}
    done = run("keys", "show", database_url=url, **both)
    assert done.returncode == 1 and "more than one way" in done.stderr


def test_doctor_warns_of_a_key_file_that_others_may_read(serve, run, tmp_path):
    assert serve(master_key="").process.stop() == 0
    key = tmp_path / "server" / "data" / "master.key"
    settings = {"database_url": f"sqlite://{tmp_path}/server/data/tidegate.db", "listen": "127.0.0.1:0"}
    assert "for its owner only" in run("doctor", **settings).stdout
    key.chmod(0o640)
    told = run("doctor", **settings)
    assert "has mode 640" in told.stdout and "chmod 600" in told.stdout, told
