"""`tidegate doctor`: what would fail, for whom, and how to mend it."""

import json
import ssl
import threading
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import foreign
import gateway
from foreign import Reply, error, event, reply_events, reply_json, result


class Report:
    def __init__(self, done):
        assert done.stderr == "", done.stderr
        self.code = done.returncode
        self.whole = json.loads(done.stdout)
        self.checks = {check["name"]: check for check in self.whole["checks"]}
        self.clients = {client["name"]: client for client in self.whole["clients"]}
        assert self.whole["ok"] is (self.code == 0)
        for check in self.whole["checks"]:
            assert check["seen"] and bool(check["remedy"]) is (check["result"] in ("warn", "fail")) or check["seen"] == "the same"

    def of(self, result):
        return {name for name, check in self.checks.items() if check["result"] == result}

    def fails(self, name, *words):
        """The check failed, told with these words."""
        check = self.checks[name]
        assert check["result"] == "fail", check
        self._says(check, words)

    def warns(self, name, *words):
        check = self.checks[name]
        assert check["result"] == "warn", check
        self._says(check, words)

    def _says(self, check, words):
        for word in words:
            assert word in check["seen"] + check["remedy"], check

    def unhappy(self):
        """The clients that would fail."""
        return {name for name, client in self.clients.items() if client["result"] == "fail"}


CLOUD = {"Claude web, desktop and phones", "ChatGPT", "Anthropic Messages API", "OpenAI Responses API"}


@pytest.fixture
def doctor(binary, tmp_path):
    def doctor(*arguments, **settings):
        done = gateway.run(binary, "doctor", *arguments, "--json", folder=tmp_path, **settings)
        assert "secret-token" not in done.stdout + done.stderr
        return Report(done)

    return doctor


# --- our own URLs ---


def test_a_url_of_the_demo_is_well_but_for_clients_in_the_cloud(doctor, url, vendor):
    report = doctor(url)
    assert report.code == 0
    assert report.of("warn") == {"public https"} and report.of("fail") == set()
    assert report.of("skip") == {"tools/call", "keep-alive"}
    assert report.unhappy() == CLOUD
    assert all("private address" in report.clients[name]["reasons"][0] for name in CLOUD)
    assert vendor.requests() == [], "nothing may be called"


def test_a_call_is_made_only_where_it_is_asked_for(doctor, url, vendor):
    report = doctor(url, "--call", "list_all_sendoso_me", "{}")
    assert "characters" in report.checks["tools/call"]["seen"] and report.code == 0
    assert len(vendor.requests()) == 1
    report = doctor(url, "--call", "create_a_sendoso_egift", '{"touch_id": 7}')
    report.fails("tools/call", "email")
    assert len(vendor.requests()) == 1


def test_a_url_that_opens_nothing_is_told_once(doctor, demo):
    report = doctor(demo.url + "/mcp/tg_nothing")
    report.fails("initialize 2025-11-25", "404", "revoked")
    assert report.checks["initialize 2025-06-18"]["seen"] == "the same"
    assert report.unhappy() == set(report.clients)
    assert "tools/list" not in report.checks


def test_a_url_behind_an_api_token_is_told_with_and_without_it(doctor, demo):
    server = demo.create_server(demo.account, require_api_token_auth=True)
    report = doctor(server["url"])
    report.fails("authorization", "a token is demanded", "--header")
    assert report.unhappy() == CLOUD and report.clients["Claude Code"]["result"] == "skip"
    assert report.checks["OAuth discovery"]["result"] == "ok"
    report = doctor(server["url"], "--header", "Authorization: Bearer nonsense")
    report.fails("authorization", "not accepted")
    report = doctor(server["url"], "--header", f"Authorization: Bearer {demo.api_token}")
    assert report.code == 0 and report.checks["authorization"]["seen"] == "accepted, and demanded of others"
    assert demo.api_token not in json.dumps(report.whole)


def test_the_text_says_the_same_in_lines(binary, tmp_path, url):
    done = gateway.run(binary, "doctor", url, folder=tmp_path)
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert any(line.split() == ["ok", "initialize", "2025-11-25", "agreed"] for line in lines)
    assert any(line.startswith("  yes   Claude Code") for line in lines)
    assert any(line.startswith("  no    ChatGPT") and "would fail" in line for line in lines)
    assert lines[-1] == "24 ok, 1 warning, 0 failures, 2 skipped"
    assert url.rsplit("/", 1)[1] not in done.stdout


@pytest.mark.slow
def test_a_keep_alive_is_waited_for_where_that_is_asked_for(doctor, url):
    assert "heard" in doctor(url, "--thorough").checks["keep-alive"]["seen"]


# --- other servers ---


def test_servers_that_speak_one_family_only_are_well_for_whom_they_can_be(doctor, start):
    report = doctor(start(foreign.Sessions).url)
    report.warns("discover 2026-07-28", "not spoken")
    report.warns("sessions", "refused")
    report.warns("initialize 2025-11-25", "2025-06-18 instead")
    report.warns("tool annotations", "echo")
    report.fails("tool schemas", "no object with properties")
    report = doctor(start(foreign.StatelessOnly).url)
    report.fails("initialize 2025-11-25", "404")
    assert report.checks["discover 2026-07-28"]["result"] == "ok"
    assert report.checks["tools/list 2026-07-28"]["seen"] == "1 tools"
    assert {"Claude Code", "Zed", "HTTP+SSE clients of 2024"} <= report.unhappy()
    assert "SDKs of 2026" not in report.unhappy()
    report = doctor(start(foreign.LegacySse).url)
    report.fails("initialize 2025-11-25", "405")
    report.warns("HTTP+SSE stream", "endpoint", "X-Accel-Buffering")
    assert "HTTP+SSE clients of 2024" not in report.unhappy() and "Claude Code" in report.unhappy()


def test_nothing_is_asked_of_a_server_but_to_open_and_to_list(doctor, start):
    server = start(foreign.Sessions)
    doctor(server.url)
    methods = {request.method for request in server.requests}
    assert methods == {"initialize", "server/discover", "notifications/initialized", "tools/list", "GET", "OPTIONS"}


@pytest.mark.parametrize("skew", [3630, -3630])
def test_a_clock_that_is_off_is_told(doctor, start, skew):
    server = start(foreign.Sessions)
    server.skew = skew
    doctor(server.url).warns("clock", "36", "ahead of" if skew > 0 else "behind", "NTP")


def test_a_page_instead_of_a_server_is_told(doctor, start):
    page = Reply(200, b"<html>sign in</html>", {"content-type": "text/html"})
    report = doctor(start(foreign.Scripted, lambda request: page).url)
    report.fails("initialize 2025-11-25", "text/html", "login page")
    assert report.unhappy() == set(report.clients)


def test_a_redirect_is_told_with_where_it_leads(doctor, start):
    moved = Reply(308, b"", {"location": "https://gate.example/mcp/secret-token/"})
    report = doctor(start(foreign.Scripted, lambda request: moved).url)
    report.fails("redirects", "https://gate.example/mcp/…")
    assert set(report.checks) == {"host name", "public https", "connection", "redirects"}


def test_a_host_name_that_is_refused_is_told(doctor, start):
    stranger = reply_json(error(None, -32600, "this Host may not"), status=403)
    doctor(start(foreign.Scripted, lambda request: stranger).url).fails("authorization", "this Host may not", "TIDEGATE_PUBLIC_URL")


def test_a_name_without_an_address_and_a_port_without_a_server_are_told(doctor):
    report = doctor("https://nowhere.invalid/mcp/secret-token")
    report.fails("host name", "nowhere.invalid")
    assert report.unhappy() == set(report.clients)
    doctor(f"http://127.0.0.1:{gateway.free_port()}/mcp/secret-token").fails("connection", "refused", "running")


def test_a_certificate_that_nobody_knows_is_told(doctor, start, tmp_path):
    report = doctor(start(foreign.Sessions, tls=self_signed(tmp_path)).url)
    report.fails("connection", "certificate", "signed by nobody who is known")
    assert report.unhappy() == set(report.clients)


def self_signed(folder):
    """What a server needs for TLS with a certificate that it made itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


# --- authorization ---


def test_a_refusal_without_a_challenge_is_told(doctor, start):
    refused = reply_json(error(None, -32600, "who are you"), status=401)
    doctor(start(foreign.Scripted, lambda request: refused).url).fails("authorization", "WWW-Authenticate")


def test_oauth_documents_are_missed_where_they_are_demanded_and_told_where_they_are_not(doctor, start):
    class Guarded(foreign.Server):
        resource = None

        def answer(self, request):
            if request.path.startswith("/.well-known/oauth-protected-resource/for/"):
                if self.resource is None:
                    return Reply(404)
                return reply_json({"resource": self.resource, "authorization_servers": [self.origin]})
            if request.path.startswith("/.well-known/"):
                return Reply(404)
            metadata = f'{self.origin}/.well-known/oauth-protected-resource/for/it'
            return reply_json(error(None, -32600, "who"), status=401, www_authenticate=f'Bearer resource_metadata="{metadata}", scope="x"')

    server = start(Guarded)
    doctor(server.url).fails("authorization", "no document")
    server.resource = "https://internal.example/mcp/secret-token"
    doctor(server.url).fails("authorization", "https://internal.example", "public URL")
    server.resource = server.url
    doctor(server.url).fails("authorization", "by OAuth", "clients sign in themselves")

    class Documented(foreign.Sessions):
        def answer(self, request):
            if request.path.startswith("/.well-known/oauth-authorization-server"):
                return reply_json({"issuer": self.origin})
            return Reply(404) if request.path.startswith("/.well-known/") else super().answer(request)

    doctor(start(Documented).url).warns("OAuth discovery", "oauth-authorization-server", "drop the Authorization header")


# --- streams ---


def test_streams_that_a_proxy_holds_back_or_compresses_are_told(doctor, start):
    end = threading.Event()

    class Held(foreign.LegacySse):
        def _stream(self, name):
            end.wait(60)
            yield None

    class Compressed(foreign.LegacySse):
        def answer(self, request):
            reply = super().answer(request)
            if request.verb == "GET" and "gzip" in request.headers.get("accept-encoding", ""):
                reply.headers["content-encoding"] = "gzip"
            return reply

    class HeldHead(foreign.LegacySse):
        def answer(self, request):
            if request.verb == "GET" and request.path.startswith("/mcp/"):
                end.wait(60)
                return None
            return super().answer(request)

    doctor(start(Held).url).fails("HTTP+SSE stream", "named no endpoint", "buffering")
    doctor(start(Compressed).url).fails("HTTP+SSE stream", "compressed")
    doctor(start(HeldHead).url).fails("HTTP+SSE stream", "did not begin", "buffering")
    end.set()


def test_an_endpoint_at_another_address_is_a_wrong_public_url(doctor, start):
    class Elsewhere(foreign.LegacySse):
        def _stream(self, name):
            yield event("http://internal.example/messages?session=1", name="endpoint")

    doctor(start(Elsewhere).url).fails("HTTP+SSE stream", "another host", "TIDEGATE_PUBLIC_URL")


# --- tools ---


def with_tools(start, *tools, **members):
    class Listing(foreign.Sessions):
        version = "2025-11-25"

        def call(self, message):
            return reply_json(result(message["id"], {"tools": list(tools), **members}))

    return start(Listing).url


def tool(name="echo", schema=None, **members):
    hints = {"title": "Echo", "readOnlyHint": True}
    plain = {"type": "object", "properties": {}}
    return {"name": name, "description": "Says it again.", "inputSchema": schema or plain, "annotations": hints, **members}


def test_a_schema_that_one_api_refuses_is_told_with_its_users(doctor, start):
    union = {"type": "object", "properties": {"a": {"type": "string"}}, "anyOf": [{"required": ["a"]}]}
    report = doctor(with_tools(start, tool(), tool("union", union)))
    report.fails("tool schemas", "union", "`anyOf` at the root", "Anthropic", "OpenAI")
    assert {"Claude Code", "Codex", "Gemini CLI", "Cursor"} <= report.unhappy()
    numbers = {"type": "object", "properties": {"n": {"type": "integer", "enum": [1, 2]}}}
    report = doctor(with_tools(start, tool("numbers", numbers)))
    report.fails("tool schemas", "Gemini", "numbers")
    assert "Gemini CLI" in report.unhappy() and "Claude Code" not in report.unhappy()
    assert report.clients["Cursor"]["result"] == "warn" and "Gemini" in report.clients["Cursor"]["reasons"][0]
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {}}
    assert doctor(with_tools(start, tool("fine", dialect))).checks["tool schemas"]["result"] == "ok"


def test_lists_that_do_not_end_or_have_pages_are_told(doctor, start):
    doctor(with_tools(start, tool(), nextCursor="again")).fails("tools/list", "never ends")

    class Paged(foreign.Sessions):
        def call(self, message):
            cursor = message.get("params", {}).get("cursor")
            return reply_json(result(message["id"], {"tools": [tool("b")]} if cursor else {"tools": [tool("a")], "nextCursor": "2"}))

    report = doctor(start(Paged).url)
    report.warns("tools/list", "2 tools on 2 pages")
    assert report.checks["tool count"]["seen"] == "2"


def test_many_long_and_costly_tools_are_told(doctor, start):
    report = doctor(with_tools(start, *(tool(f"tool_{number}", description="x" * 2000) for number in range(130))))
    report.warns("tool count", "130")
    report.warns("token cost", "an estimate")
    assert report.clients["Cursor"]["reasons"] == ["uses 40 tools, and there are 130"]
    assert report.clients["VS Code"]["result"] == "warn" and report.clients["Claude Code"]["result"] == "ok"
    doctor(with_tools(start, tool("a" * 56))).warns("tool names", "leaves 1 for")
    doctor(with_tools(start, tool("twice"), tool("twice"))).fails("tool names", "same")
    doctor(with_tools(start)).warns("tool count", "no tools")


# --- a deployment ---


def test_a_deployment_that_was_never_started_is_well_and_stays_untouched(doctor, tmp_path):
    report = doctor(listen=f"127.0.0.1:{gateway.free_port()}")
    assert report.code == 0
    assert report.of("ok") == {"settings", "catalog", "database", "listen address"}
    assert list(tmp_path.iterdir()) == []


def test_a_deployment_that_is_running_is_well(doctor, serve, tmp_path):
    server = serve()
    own = {"database_url": f"sqlite://{tmp_path}/server/data/tidegate.db", "listen": server.url.removeprefix("http://")}
    key = {"master_key": "c2VudGluZWwtbWFzdGVyLWtleS0wMTIzNDU2Nzg5YWI="}
    report = doctor(**own, **key)
    assert report.code == 0 and report.of("ok") == {"settings", "catalog", "database", "listen address", "public URL"}
    wrong = {"master_key": "A" * 43 + "="}
    doctor(**own, **wrong).fails("database", "master key")
    away = f"http://127.0.0.1:{gateway.free_port()}"
    doctor(**own, **key, public_url=away).fails("public URL", "cannot reach", "TIDEGATE_PUBLIC_URL")


def test_what_is_wrong_with_a_deployment_is_told(doctor, start, tmp_path):
    other = start(foreign.Scripted, lambda request: Reply(200, b"hello", {"content-type": "text/plain"}))
    definitions = tmp_path / "definitions"
    definitions.mkdir()
    (definitions / "broken.yaml").write_text("version: 1\nnaem: acme\n")
    report = doctor(listen=f"127.0.0.1:{other.port}", catalog_dir=str(definitions))
    report.fails("listen address", "another program", "TIDEGATE_LISTEN")
    report.fails("catalog", "broken.yaml", "lint")
    doctor(database_url="postgres://localhost/x").fails("settings", "master key", "openssl rand")
    key = "A" * 43 + "="
    unreachable = f"postgres://127.0.0.1:{gateway.free_port()}/x"
    doctor(database_url=unreachable, master_key=key).fails("database", "TIDEGATE_DATABASE_URL")


def test_wrong_arguments_are_told(binary, tmp_path):
    url = "http://127.0.0.1/mcp/x"
    for code, arguments in (
        (1, [url, "--call", "a", "{nope"]),
        (1, [url, "--call", "a", "[]"]),
        (2, ["not a secret URL"]),
        (2, [url, "--header", "secret without a colon"]),
        (2, ["--thorough"]),
    ):
        done = gateway.run(binary, "doctor", *arguments, folder=tmp_path)
        assert done.returncode == code and "error: " in done.stderr and "hint: " in done.stderr and done.stdout == ""
        assert "secret" not in done.stderr
