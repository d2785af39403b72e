"""One running `tidegate` as its users have it: a process, its management API, what it logged."""

import json
import os
import signal
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

import httpx2

from poll import until


class Process:
    """A `tidegate` command in the background; both outputs go to files in `folder`."""

    def __init__(self, binary, arguments, folder, env=None):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.stdout = folder / "stdout"
        self.stderr = folder / "stderr"
        # Appending, so that a second start in the same folder keeps the first one's log.
        with open(self.stdout, "ab") as out, open(self.stderr, "ab") as err:
            self._skip = out.tell()
            self.process = subprocess.Popen(
                [binary, *arguments],
                stdout=out,
                stderr=err,
                stdin=subprocess.DEVNULL,
                cwd=folder,
                env={**clean_environment(), **(env or {})},
            )

    def first_line(self, within=20.0):
        """The first complete line on standard output."""

        def line():
            assert self.process.poll() is None, f"exited with {self.process.returncode}: {self.log()[-2000:]}"
            text = self.stdout.read_bytes()[self._skip :]
            return b"\n" in text and text.split(b"\n", 1)[0]

        return until(line, within=within, what="a line on standard output").decode()

    def log(self):
        return self.stderr.read_text() + self.stdout.read_text()

    def stop(self, by=signal.SIGTERM, within=20.0):
        """Ends the process and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        return self.process.wait(timeout=within)

    @contextmanager
    def held_up(self):
        """The process does nothing, as when its machine is short of breath."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def end(self):
        """For the end of a test, whatever state it left the process in."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=10)


class Gateway:
    """The management API of a running server."""

    def __init__(self, process, url, api_token):
        self.process = process
        self.url = url.rstrip("/")
        self.api_token = api_token
        self._http = httpx2.Client(timeout=15)

    def api(self, verb, path, body=None, *, token=None):
        """One request to the management API; the caller looks at the status."""
        headers = {"authorization": f"Bearer {token or self.api_token}"}
        return self._http.request(verb, self.url + path, json=body, headers=headers)

    def created(self, path, body):
        """Creates something and returns what the API shows of it."""
        response = self.api("POST", path, body)
        assert response.status_code == 201, response.text
        return response.json()

    def connect_account(self, sandbox, credentials, tenant="acme", integration="sendoso", **more):
        return self.created(
            "/integrated-account",
            {
                "integration": integration,
                "tenant_id": tenant,
                "credentials": credentials,
                "base_url": sandbox,
                **more,
            },
        )["id"]

    def create_server(self, account, *, name="test", expires_at=None, **config):
        """An MCP server over one account; keyword arguments beside the named ones are its `config`."""
        body = {"name": name, "config": config}
        if expires_at is not None:
            body["expires_at"] = expires_at
        return self.created(f"/integrated-account/{account}/mcp", body)

    def metrics(self):
        response = self._http.get(self.url + "/metrics")
        assert response.status_code == 200, response.text
        return response.text

    def is_ready(self):
        try:
            return self._http.get(self.url + "/readyz").status_code == 200
        except httpx2.TransportError:
            return False


class Demo(Gateway):
    """`tidegate demo`: a server, a sandbox and one connected account."""

    def __init__(self, binary, folder):
        self.temporary = folder / "temporary"
        self.temporary.mkdir(parents=True)
        env = {"TMPDIR": str(self.temporary)}
        process = Process(binary, ["demo", "--json", "--listen", "127.0.0.1:0"], folder, env)
        self.line = json.loads(process.first_line())
        super().__init__(process, base_url(self.line["listen"]), self.line["api_token"])
        self.sandbox = self.line["sandboxes"]["sendoso"]
        self.account = self.line["accounts"]["sendoso"]


def serve(binary, folder, **settings):
    """`tidegate serve` on a free port. `settings` are its variables without `TIDEGATE_`, in lower case."""
    listen = settings.setdefault("listen", f"127.0.0.1:{free_port()}")
    process = Process(binary, ["serve"], folder, variables(settings))
    server = Gateway(process, base_url(listen), settings["bootstrap_api_token"])

    def ready():
        assert process.process.poll() is None, f"exited with {process.process.returncode}: {process.log()[-2000:]}"
        return server.is_ready()

    until(ready, within=30, what="/readyz")
    return server


def run(binary, *arguments, folder, within=30, stdin=None, **settings):
    """A command that ends by itself, within so many seconds, given `stdin` as text. `settings` as for `serve`."""
    env = {**clean_environment(), **variables(settings)}
    return subprocess.run([binary, *arguments], cwd=folder, env=env, input=stdin, capture_output=True, text=True, timeout=within)


def variables(settings):
    return {f"TIDEGATE_{name.upper()}": value for name, value in settings.items()}


def base_url(listen):
    return listen if "://" in listen else f"http://{listen}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def clean_environment():
    """The caller's environment without settings that would reach the binary."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("TIDEGATE_", "RUST_LOG"))}


def files_below(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]
