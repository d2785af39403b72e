"""`tidegate connect`: any MCP URL for clients that only speak stdio."""

import contextlib
import json
import queue
import signal
import subprocess
import threading

import pytest

import foreign
import gateway
from foreign import META, error, event, reply_events, reply_json, result
from mcp_client import HANDSHAKE, STATELESS, connected_by_stdio, succeed, tool_names
from poll import until

ME = "list_all_sendoso_me"
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}
ABOUT = {
    META + "protocolVersion": STATELESS,
    META + "clientInfo": {"name": "test", "version": "1"},
    META + "clientCapabilities": {},
}


class Bridge:
    """A running `tidegate connect`, as the client that started it sees it."""

    def __init__(self, binary, url, *arguments):
        self.process = subprocess.Popen(
            [binary, "connect", url, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=gateway.clean_environment(),
        )
        self.lines = queue.Queue()
        self.log = b""
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_log, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def _read_log(self):
        for line in self.process.stderr:
            self.log += line

    def send(self, *messages):
        for message in messages:
            line = message if isinstance(message, bytes) else json.dumps(message).encode()
            self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def receive(self, within=10.0):
        """The next message on standard output; `None` at its end."""
        line = self.lines.get(timeout=within)
        return line and json.loads(line)

    def ask(self, id, method, params=None):
        """A request and the message that comes next."""
        self.send(request(id, method, params))
        return self.receive()

    def initialize(self, version=HANDSHAKE, **capabilities):
        params = {"protocolVersion": version, "capabilities": capabilities, "clientInfo": {"name": "test", "version": "1"}}
        answer = self.ask("init", "initialize", params)
        self.send(INITIALIZED)
        return answer["result"]

    def end(self, within=10.0):
        """Ends the input; returns the exit code and what was still said."""
        self.process.stdin.close()
        said = []
        while (message := self.receive(within)) is not None:
            said.append(message)
        return self.process.wait(timeout=within), said


def request(id, method, params=None):
    message = {"jsonrpc": "2.0", "id": id, "method": method}
    return message if params is None else {**message, "params": params}


def call(id, name, arguments=None, **meta):
    params = {"name": name, "arguments": arguments or {}}
    return request(id, "tools/call", {**params, "_meta": meta} if meta else params)


@pytest.fixture
def connect(binary):
    bridges = []

    def connect(url, *arguments):
        bridges.append(Bridge(binary, url, *arguments))
        return bridges[-1]

    yield connect
    for bridge in bridges:
        bridge.process.kill()
        bridge.process.wait()


def official(binary, url, *arguments, mode):
    return connected_by_stdio(binary, "connect", url, *arguments, mode=mode, env=gateway.clean_environment())


# --- official clients ---


@pytest.mark.parametrize(("mode", "revision"), [("auto", STATELESS), (STATELESS, STATELESS), ("legacy", HANDSHAKE)])
async def test_the_official_client_lists_and_calls_over_stdio(binary, url, demo, mode, revision):
    async with official(binary, url, mode=mode) as client:
        assert client.protocol_version == revision
        assert len(await tool_names(client)) == 20
        me = await succeed(client, ME)
        assert len(me["result"]) == 1


async def test_a_header_reaches_the_server_and_nothing_that_is_printed(binary, demo, connect):
    server = demo.create_server(demo.account, require_api_token_auth=True)
    async with official(binary, server["url"], "--header", f"Authorization: Bearer {demo.api_token}", mode="legacy") as client:
        assert len(await tool_names(client)) == 20
    without = connect(server["url"])
    answer = without.ask(1, "tools/list")
    assert answer["id"] == 1 and answer["error"]["data"]["status"] == 401
    assert "--header" in answer["error"]["data"]["hint"]
    wrong = connect(server["url"], "--header", "Authorization: Bearer sentinelSecret")
    answer = wrong.ask(1, "initialize", {"protocolVersion": HANDSHAKE})
    assert answer["error"]["data"]["status"] == 401
    assert wrong.end() == (0, [])
    assert b"sentinelSecret" not in wrong.log and "sentinelSecret" not in json.dumps(answer)


@pytest.mark.parametrize("mode", ["auto", "legacy", STATELESS])
@pytest.mark.parametrize("kind", [foreign.Sessions, foreign.StatelessOnly, foreign.LegacySse])
async def test_the_official_client_of_either_family_uses_servers_of_either(binary, start, kind, mode):
    server = start(kind)
    async with official(binary, server.url, mode=mode) as client:
        # A client that was told the revision asks nobody who they are.
        assert mode == STATELESS or client.server_info.name in ("sessions", "stateless", "legacy")
        assert await tool_names(client) == ["echo"]
        answered = await client.call_tool("echo", {"text": "größe"})
        said = answered.structured_content or json.loads(answered.content[0].text)
        assert said["arguments"] == {"text": "größe"}


def test_a_changed_filter_is_announced_to_clients_of_either_family(demo, connect):
    server = demo.create_server(demo.account, methods=["read", "write"])
    old, new = connect(server["url"]), connect(server["url"])
    assert old.initialize()["capabilities"]["tools"]["listChanged"] is True
    subscription = {"notifications": {"toolsListChanged": True}, "_meta": ABOUT}
    assert new.ask("sub", "subscriptions/listen", subscription)["method"] == "notifications/subscriptions/acknowledged"

    def changed():
        methods = ["read"] if changed.times % 2 else ["write"]
        changed.times += 1
        path = f"/integrated-account/{demo.account}/mcp/{server['id']}"
        assert demo.api("PATCH", path, {"config": {"methods": methods}}).status_code == 200
        with contextlib.suppress(queue.Empty):
            return old.receive(within=0.5)

    # The stream of a session is opened beside everything else, so the first change may come too early for it.
    changed.times = 0
    assert until(changed, what="an announcement")["method"] == "notifications/tools/list_changed"
    heard = new.receive()
    assert heard["method"] == "notifications/tools/list_changed"
    assert heard["params"]["_meta"][META + "subscriptionId"] == "sub"


# --- messages ---


def test_messages_come_back_with_their_ids_in_order_of_completion(demo, url, vendor, connect):
    bridge = connect(url)
    bridge.initialize()
    vendor.will_fail(kind="delay", milliseconds=1500, path_prefix="/api/v3/me")
    bridge.send(call("slow", ME))
    until(lambda: vendor.requests(), what="the slow call at the vendor")
    bridge.send(call(2, "list_all_sendoso_groups"), call("2", "list_all_sendoso_users"), call(-3, "list_all_sendoso_campaigns"))
    ids = [bridge.receive()["id"] for _ in range(4)]
    assert ids[-1] == "slow"
    assert sorted(map(str, ids[:3])) == ["-3", "2", "2"] and "2" in ids


def test_garbage_is_told_and_what_follows_still_works(url, connect):
    bridge = connect(url)
    for bad, code in [(b"{nope", -32700), (b"\xff", -32700), (b"42", -32600), (b"[]", -32600), (b'{"jsonrpc":"2.0"}', -32600)]:
        bridge.send(b"", bad)
        answer = bridge.receive()
        assert (answer["id"], answer["error"]["code"]) == (None, code), bad
    assert bridge.ask(7, "ping") == result(7, {})


def test_answers_are_passed_on_byte_for_byte_but_on_one_line(start, connect):
    odd = '{\n "jsonrpc" : "2.0",\r\n "id":1, "result":{"n":1.50,"big":123456789012345678901234567890,"u":"\\u00e9\\n"}, "more":[]}'
    server = start(foreign.Scripted, lambda request: foreign.Reply(200, odd.encode(), {"content-type": "application/json"}))
    bridge = connect(server.url)
    sent = b'{"jsonrpc":"2.0", "id":1,  "method":"odd","params":{"n":1.50},"x":null}'
    bridge.send(sent)
    assert bridge.lines.get(timeout=10).decode() == odd.replace("\n", " ").replace("\r", " ") + "\n"
    assert server.requests[0].body == sent


def test_nothing_for_this_machine_goes_to_a_proxy(start, connect, monkeypatch):
    proxy = start(foreign.Scripted, lambda request: foreign.Reply(502))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.origin)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    server = start(foreign.Sessions)
    for url in (server.url, server.url.replace("127.0.0.1", "localhost")):
        assert connect(url).initialize()["serverInfo"]["name"] == "sessions"
    assert proxy.requests == []
    assert connect("http://gate.example/mcp/secret-token").ask(1, "tools/list")["error"]["data"]["status"] == 502


def test_large_messages_pass_both_ways(start, connect):
    large = "x" * 6_000_000
    server = start(foreign.Sessions)
    bridge = connect(server.url)
    bridge.initialize()
    answer = bridge.ask(1, "tools/call", {"name": "echo", "arguments": {"text": large}})
    assert json.loads(answer["result"]["content"][0]["text"])["arguments"]["text"] == large


def test_what_is_too_large_for_the_server_is_told(url, connect):
    answer = connect(url).ask(1, "tools/call", {"name": ME, "arguments": {"text": "x" * 5_000_000}})
    assert answer["id"] == 1 and answer["error"]["data"]["status"] == 413


def test_each_message_of_a_batch_has_its_own_fate(start, connect):
    class Breaking(foreign.Sessions):
        version = "2025-03-26"

        def call(self, message):
            return None if message["method"] == "tools/call" else super().call(message)

    server = start(Breaking)
    bridge = connect(server.url)
    bridge.initialize(server.version)
    bridge.send([request(1, "tools/list"), INITIALIZED, 42, call(2, "echo"), request(3, "tools/list")])
    answers = {message["id"]: message for message in (bridge.receive() for _ in range(4))}
    assert set(answers) == {1, 2, 3, None}
    assert "result" in answers[1] and "result" in answers[3]
    assert "did not arrive" in answers[2]["error"]["message"] and answers[None]["error"]["code"] == -32600
    assert bridge.end() == (0, [])


def test_notifications_and_answers_keep_their_order(start, connect):
    server = start(foreign.Sessions)
    bridge = connect(server.url)
    bridge.initialize()
    sent = [{"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progress": number}} for number in range(100)]
    sent[50] = result("s-1", {})
    bridge.send(*sent)
    assert bridge.end() == (0, [])
    assert [one.message for one in server.requests if one.method in ("notifications/progress", "answer")] == sent


# --- opening ---


def never(_):
    threading.Event().wait()


def test_what_needs_no_server_goes_on_while_one_is_opened(start, connect):
    server = start(foreign.Scripted, never)
    bridge = connect(server.url)
    bridge.send(request(1, "initialize", {"protocolVersion": HANDSHAKE}))
    until(lambda: server.seen("initialize"), what="the opening")
    bridge.send(b"{nope")
    assert bridge.receive()["error"]["code"] == -32700
    bridge.process.send_signal(signal.SIGTERM)
    assert bridge.process.wait(timeout=5) == 0
    assert len(server.requests) == 1


def test_requests_that_wait_for_one_opening_share_its_failure(connect):
    bridge = connect(f"http://127.0.0.1:{gateway.free_port()}/mcp/secret-token")
    bridge.send(*[call(number, "echo", **ABOUT) for number in range(5)])
    first = bridge.receive()
    told = [first, *(bridge.receive(within=0.5) for _ in range(4))]
    assert sorted(message["id"] for message in told) == list(range(5))
    assert all("cannot reach" in message["error"]["message"] for message in told)


def test_a_malformed_first_message_is_for_the_server_to_refuse(url, connect):
    bridge = connect(url)
    answer = bridge.ask(1, "tools/list", {"_meta": {META + "protocolVersion": STATELESS}})
    assert answer["id"] == 1 and answer["error"]["code"] == -32602
    assert bridge.ask(2, "tools/list", {"_meta": ABOUT})["result"]["resultType"] == "complete"


def test_a_legacy_url_that_refuses_to_be_opened_is_closed(start, connect):
    class Refusing(foreign.LegacySse):
        def call(self, message):
            if message["id"] in (1, 2):
                return error(message["id"], -32000, "later")
            return super().call(message)

    server = start(Refusing)
    bridge = connect(server.url)
    hello = {"protocolVersion": "2024-11-05"}
    assert bridge.ask(1, "initialize", hello) == error(1, -32000, "later")
    assert bridge.ask(2, "initialize", hello) == error(2, -32000, "later")
    assert bridge.ask(3, "initialize", hello)["result"]
    assert len(server.streams) == 3
    server.say({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
    assert bridge.receive()["method"] == "notifications/tools/list_changed"
    assert bridge.end() == (0, [])


# --- sessions and streams ---


def test_a_session_is_named_in_every_request_and_ended_at_the_end(start, connect):
    server = start(foreign.Sessions)
    bridge = connect(server.url)
    assert bridge.initialize("2025-06-18")["serverInfo"]["name"] == "sessions"
    assert bridge.ask(1, "tools/list")["result"]["tools"]
    assert bridge.end() == (0, [])
    assert len(server.seen("DELETE")) == 1 and not server.sessions
    assert {request.headers.get("mcp-session-id") for request in server.requests[1:]} == {"session-1"}


def test_a_second_handshake_ends_the_first_session(start, connect):
    server = start(foreign.Sessions)
    bridge = connect(server.url)
    bridge.initialize()
    bridge.initialize()
    assert bridge.ask(1, "tools/list")["result"]["tools"]
    until(lambda: server.seen("DELETE"), what="the end of the first session")
    assert server.sessions == {"session-2"}


def test_a_session_that_expired_is_opened_again_once_without_the_client_noticing(start, connect):
    server = start(foreign.Sessions)
    bridge = connect(server.url)
    bridge.initialize()
    until(lambda: server.seen("GET"), what="the server's stream")
    server.expire()
    bridge.send(*[call(number, "echo") for number in range(8)])
    assert sorted(bridge.receive()["id"] for _ in range(8)) == list(range(8))
    assert len(server.seen("initialize")) == 2
    # The stream is opened again too.
    server.say({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
    assert bridge.receive()["method"] == "notifications/tools/list_changed"


def test_a_404_that_answers_the_request_does_not_end_the_session(start, connect):
    class Strict(foreign.Sessions):
        def call(self, message):
            return reply_json(error(message["id"], -32602, "no such tool"), status=404)

    server = start(Strict)
    bridge = connect(server.url)
    bridge.initialize()
    assert bridge.ask(1, "tools/call", {"name": "gone"}) == error(1, -32602, "no such tool")
    assert len(server.seen("tools/call")) == 1 and len(server.seen("initialize")) == 1


def test_what_the_server_says_and_asks_reaches_the_client_and_its_answer_the_server(start, connect):
    server = start(foreign.Sessions)
    bridge = connect(server.url)
    bridge.initialize(sampling={})
    server.say(request("s-1", "sampling/createMessage", {"messages": []}))
    assert bridge.receive()["id"] == "s-1"
    bridge.send(result("s-1", {"role": "assistant"}))
    answers = until(lambda: server.seen("answer"), what="the answer")
    assert answers[0].message == result("s-1", {"role": "assistant"})


def test_progress_arrives_before_the_answer(start, connect):
    class Slow(foreign.Sessions):
        def call(self, message):
            progress = {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 1}}
            return reply_events(iter([b": hello\n\n", event(progress), b'data: {"jsonrpc":"2.0",\ndata: "id":1,"result":{}}\r\n\r\n']))

    bridge = connect(start(Slow).url)
    bridge.initialize()
    assert bridge.ask(1, "tools/call", {"name": "slow"})["method"] == "notifications/progress"
    assert bridge.receive() == result(1, {})


def test_an_answer_that_breaks_off_is_taken_up_where_the_server_says(start, connect):
    class Polling(foreign.Sessions):
        def answer(self, request):
            if request.headers.get("last-event-id"):
                return reply_events(iter([event(result(1, {"resumed": request.headers["last-event-id"]}), id="8")]))
            return super().answer(request)

        def call(self, message):
            return reply_events(iter([b"retry: 10\nid: 7\ndata:\n\n"]))

    bridge = connect(start(Polling).url)
    bridge.initialize()
    assert bridge.ask(1, "tools/call", {"name": "poll"}) == result(1, {"resumed": "7"})


def test_a_call_whose_answer_breaks_off_is_told_and_not_repeated(start, connect):
    class Broken(foreign.Sessions):
        def call(self, message):
            calls = self.seen(message["method"])
            if message["method"] == "tools/list" and len(calls) > 1:
                return super().call(message)
            return None if len(calls) == 1 else reply_events(iter([event(INITIALIZED), None]))

    server = start(Broken)
    bridge = connect(server.url)
    bridge.initialize()
    answer = bridge.ask(1, "tools/call", {"name": "write"})
    assert answer["id"] == 1 and "did not arrive" in answer["error"]["message"]
    assert len(server.seen("tools/call")) == 1
    # A list may be asked for again.
    assert bridge.ask(2, "tools/list")["result"]["tools"]
    assert len(server.seen("tools/list")) == 2


def test_a_legacy_stream_that_breaks_is_opened_again_with_its_session(start, connect):
    server = start(foreign.LegacySse)
    bridge = connect(server.url)
    assert bridge.initialize("2024-11-05")["protocolVersion"] == "2024-11-05"
    assert bridge.ask(1, "tools/list")["result"]["tools"]
    server.break_off()
    until(lambda: len(server.seen("notifications/initialized")) == 2, what="the session, opened again")
    assert bridge.ask(2, "tools/list")["result"]["tools"]
    server.say({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
    assert bridge.receive()["method"] == "notifications/tools/list_changed"


def test_a_legacy_call_that_is_interrupted_is_told(start, connect):
    class Silent(foreign.LegacySse):
        def call(self, message):
            return None if message["method"] == "tools/call" else super().call(message)

    server = start(Silent)
    bridge = connect(server.url)
    bridge.initialize()
    bridge.send(call(1, "echo"))
    until(lambda: server.seen("tools/call"), what="the call")
    server.break_off()
    answer = bridge.receive()
    assert answer["id"] == 1 and "did not arrive" in answer["error"]["message"]


def test_a_legacy_endpoint_on_another_host_gets_nothing(start, connect):
    class Elsewhere(foreign.LegacySse):
        def _stream(self, name):
            yield event(f"http://localhost:{self.port}/messages?session={name}", name="endpoint")

    server = start(Elsewhere)
    answer = connect(server.url, "--header", "Authorization: x").ask(1, "initialize", {"protocolVersion": HANDSHAKE})
    assert answer["error"]["data"]["status"] == 405
    assert all("/messages" not in request.path for request in server.requests)


# --- translation ---


def test_a_client_with_a_handshake_is_told_nothing_that_only_newer_ones_know(start, connect):
    server = start(foreign.StatelessOnly)
    bridge = connect(server.url)
    assert bridge.initialize("2025-06-18", roots={}) == {
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {"listChanged": True}},
        "serverInfo": {"name": "stateless", "version": "1"},
        "instructions": "be kind",
    }
    assert bridge.ask(1, "ping") == result(1, {})
    assert bridge.ask(2, "logging/setLevel", {"level": "debug"}) == result(2, {})
    assert set(bridge.ask(3, "tools/list")["result"]) == {"tools"}
    answer = bridge.ask(4, "tools/call", {"name": "größe", "_meta": {"progressToken": 9}})
    assert "resultType" not in answer["result"]
    meta = answer["result"]["structuredContent"]["_meta"]
    assert meta["progressToken"] == 9 and meta[META + "logLevel"] == "debug"
    assert meta[META + "clientCapabilities"] == {"roots": {}} and meta[META + "clientInfo"]["name"] == "test"


def test_announcements_of_a_stateless_server_reach_a_client_with_a_handshake(start, connect):
    server = start(foreign.StatelessOnly)
    bridge = connect(server.url)
    bridge.initialize()
    listening = until(lambda: server.seen("subscriptions/listen"), what="a subscription")
    assert listening[0].message["params"]["notifications"] == {"toolsListChanged": True}
    server.words.put("notifications/tools/list_changed")
    assert bridge.receive() == {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
    server.words.put(None)
    until(lambda: len(server.seen("subscriptions/listen")) == 2, what="another subscription")
    server.words.put("notifications/tools/list_changed")
    assert bridge.receive()["method"] == "notifications/tools/list_changed"


@pytest.mark.parametrize("status", [200, 404])
def test_a_server_that_announces_nothing_is_not_asked_again(start, connect, status):
    class Mute(foreign.StatelessOnly):
        def answer(self, request):
            if request.method == "subscriptions/listen":
                return reply_json(error(request.message["id"], -32601, "no such method"), status=status)
            return super().answer(request)

    server = start(Mute)
    bridge = connect(server.url)
    bridge.initialize()
    until(lambda: b"hint: " in bridge.log, what="a word about it")
    assert len(server.seen("subscriptions/listen")) == 1
    assert bridge.ask(1, "tools/list")["result"]["tools"]


def test_a_subscription_whose_url_is_withdrawn_ends_with_the_reason(start, connect):
    class Withdrawn(foreign.StatelessOnly):
        def answer(self, request):
            if len(self.seen("subscriptions/listen")) > 1:
                return foreign.Reply(403)
            return super().answer(request)

    server = start(Withdrawn)
    bridge = connect(server.url)
    wanted = {"notifications": {"toolsListChanged": True}, "_meta": ABOUT}
    assert bridge.ask("sub", "subscriptions/listen", wanted)["method"] == "notifications/subscriptions/acknowledged"
    server.words.put(None)
    told = bridge.receive()
    assert told["id"] == "sub" and told["error"]["data"]["status"] == 403


def test_what_a_stateless_server_needs_to_know_is_asked_of_the_client(start, connect):
    class Asking(foreign.StatelessOnly):
        def call(self, message):
            responses = message["params"].get("inputResponses")
            if responses is None:
                asked = {"method": "elicitation/create", "params": {"message": "sure?"}}
                needed = {"resultType": "input_required", "inputRequests": {"q": asked}, "requestState": "state"}
                return reply_json(result(message["id"], needed))
            assert message["params"]["requestState"] == "state"
            return reply_json(result(message["id"], {"content": [], "said": responses, "resultType": "complete"}))

    server = start(Asking)
    bridge = connect(server.url)
    bridge.initialize(elicitation={})
    question = bridge.ask(1, "tools/call", {"name": "delete"})
    assert (question["method"], question["params"]) == ("elicitation/create", {"message": "sure?"})
    bridge.send(result(question["id"], {"action": "accept"}))
    assert bridge.receive() == result(1, {"content": [], "said": {"q": {"action": "accept"}}})
    ids = [request.message["id"] for request in server.seen("tools/call")]
    assert ids[0] == 1 and ids[1] != 1
    # A client that cannot answer ends the call with its error.
    question = bridge.ask(2, "tools/call", {"name": "delete"})
    bridge.send(error(question["id"], -1, "cannot"))
    assert bridge.receive() == error(2, -1, "cannot")


def test_a_question_that_nobody_can_answer_any_more_ends_the_call(start, connect):
    class Asking(foreign.StatelessOnly):
        def call(self, message):
            asked = {"method": "elicitation/create", "params": {"message": "sure?"}}
            return reply_json(result(message["id"], {"resultType": "input_required", "inputRequests": {"q": asked}}))

    bridge = connect(start(Asking).url)
    bridge.initialize(elicitation={})
    assert bridge.ask(1, "tools/call", {"name": "delete"})["method"] == "elicitation/create"
    code, said = bridge.end()
    assert code == 0 and [message["id"] for message in said] == [1] and "error" in said[0]


def test_a_stateless_client_is_told_all_that_it_expects(start, connect):
    server = start(foreign.Sessions)
    bridge = connect(server.url)
    discovered = bridge.ask(1, "server/discover", {"_meta": ABOUT})["result"]
    assert STATELESS in discovered["supportedVersions"] and discovered["resultType"] == "complete"
    listed = bridge.ask(2, "tools/list", {"_meta": ABOUT})["result"]
    assert (listed["resultType"], listed["ttlMs"], listed["cacheScope"]) == ("complete", 0, "private")
    called = bridge.ask(3, "tools/call", {"name": "echo", "_meta": {**ABOUT, "progressToken": 5}})["result"]
    assert called["resultType"] == "complete" and "ttlMs" not in called
    assert json.loads(called["content"][0]["text"]) == {"name": "echo", "_meta": {"progressToken": 5}}
    assert bridge.ask(4, "ping", {"_meta": ABOUT})["error"]["code"] == -32601
    assert len(server.seen("initialize")) == 1


def test_a_stateless_client_subscribes_to_what_a_session_announces(start, connect):
    server = start(foreign.Sessions)
    bridge = connect(server.url)
    wanted = {"toolsListChanged": True, "promptsListChanged": True}
    acknowledged = bridge.ask("sub", "subscriptions/listen", {"notifications": wanted, "_meta": ABOUT})
    assert acknowledged["method"] == "notifications/subscriptions/acknowledged"
    assert acknowledged["params"] == {"_meta": {META + "subscriptionId": "sub"}, "notifications": {"toolsListChanged": True}}
    server.say({"jsonrpc": "2.0", "method": "notifications/prompts/list_changed"})
    server.say({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"})
    heard = bridge.receive()
    assert heard["method"] == "notifications/tools/list_changed"
    assert heard["params"]["_meta"] == {META + "subscriptionId": "sub"}
    server.say(request("r", "roots/list"))
    until(lambda: [one for one in server.seen("answer") if one.message["error"]["code"] == -32601], what="a refusal")
    # A subscription does not keep the bridge alive.
    assert bridge.end() == (0, [])


def test_tools_that_want_arguments_in_headers_get_them(start, connect):
    class Mirroring(foreign.StatelessOnly):
        def call(self, message):
            schema = {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"}}}
            if message["method"] == "tools/list":
                return reply_json(result(message["id"], {"tools": [{"name": "move", "inputSchema": schema}], "resultType": "complete"}))
            return super().call(message)

    server = start(Mirroring)
    bridge = connect(server.url)
    bridge.ask(1, "tools/list", {"_meta": ABOUT})
    bridge.ask(2, "tools/call", {"name": "move", "arguments": {"region": "eu"}, "_meta": ABOUT})
    assert server.seen("tools/call")[0].headers["mcp-param-region"] == "eu"


# --- cancellation ---


def test_cancelling_closes_a_stateless_request_and_is_told_to_a_session(start, connect):
    def waiting(closed):
        try:
            while True:
                yield b": wait\n\n"
                closed.wait(0.02)
        finally:
            closed.set()

    class SlowStateless(foreign.StatelessOnly):
        closed = threading.Event()

        def call(self, message):
            return reply_events(waiting(self.closed))

    class SlowSession(foreign.Sessions):
        closed = threading.Event()

        def call(self, message):
            return reply_events(waiting(self.closed)) if message["method"] == "tools/call" else super().call(message)

    cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "c"}}
    stateless, session = start(SlowStateless), start(SlowSession)
    bridge = connect(stateless.url)
    bridge.send(call("c", "slow", **ABOUT))
    until(lambda: stateless.seen("tools/call"), what="the call")
    bridge.send(cancelled)
    assert stateless.closed.wait(10)
    assert stateless.seen("notifications/cancelled") == []
    bridge = connect(session.url)
    bridge.initialize()
    bridge.send(call("c", "slow"))
    until(lambda: session.seen("tools/call"), what="the call")
    bridge.send(cancelled)
    until(lambda: session.seen("notifications/cancelled"), what="the cancellation")
    assert session.closed.wait(10)
    # The id is answered no more, and everything else goes on.
    assert bridge.ask(1, "tools/list")["id"] == 1
    assert bridge.end() == (0, [])


# --- failures ---


def reply_html(status):
    return foreign.Reply(status, b"<html>login</html>", {"content-type": "text/html"})


@pytest.mark.parametrize(
    ("reply", "status", "words"),
    [
        (reply_html(200), None, "text/html"),
        (reply_html(502), 502, "HTTP 502"),
        (foreign.Reply(429, b"", {"retry-after": "7"}), 429, "7 s"),
        (foreign.Reply(307, b"", {"location": "https://else.example/mcp/tg_x"}), 307, "https://else.example/mcp/…"),
        (foreign.Reply(200, b"{nope", {"content-type": "application/json"}), None, "not JSON"),
        (foreign.Reply(202), None, "without a reply"),
        (reply_json(error(None, -32055, "their words"), status=403), 403, "their words"),
    ],
    ids=["html", "bad gateway", "limit", "moved", "broken json", "nothing", "forbidden"],
)
def test_an_answer_that_is_none_is_told_to_the_id_that_waits(start, connect, reply, status, words):
    server = start(foreign.Scripted, lambda request: reply)
    bridge = connect(server.url)
    answer = bridge.ask("id", "tools/call", {"name": "echo"})
    assert answer["id"] == "id" and words in answer["error"]["message"]
    assert answer["error"]["data"].get("status") == status and answer["error"]["data"]["hint"]
    assert "secret-token" not in json.dumps(answer)
    assert len(server.requests) == 1


def test_an_error_of_the_server_is_passed_on_as_it_is(start, connect):
    own = error("id", -32602, "their words", more=[1])
    bridge = connect(start(foreign.Scripted, lambda request: reply_json(own, status=400)).url)
    assert bridge.ask("id", "tools/call", {"name": "echo"}) == own


def test_an_error_that_names_no_id_is_given_to_the_one_that_waits(start, connect):
    bridge = connect(start(foreign.Scripted, lambda request: reply_json(error(None, -32600, "their words"))).url)
    assert bridge.ask("id", "tools/call", {"name": "echo"}) == error("id", -32600, "their words")


def test_a_revoked_url_is_told_with_what_to_do(demo, connect):
    server = demo.create_server(demo.account)
    bridge = connect(server["url"])
    bridge.initialize()
    assert demo.api("DELETE", f"/integrated-account/{demo.account}/mcp/{server['id']}").status_code == 204
    answer = bridge.ask(1, "tools/list")
    assert answer["id"] == 1 and answer["error"]["data"]["status"] == 404
    assert "revoked" in answer["error"]["message"] and server["token"] not in json.dumps(answer)
    assert bridge.end() == (0, [])
    assert server["token"].encode() not in bridge.log


def test_a_server_that_is_gone_for_a_moment_is_waited_for_and_told_when_it_stays_away(start, connect):
    server = start(foreign.Sessions)
    bridge = connect(server.url)
    bridge.initialize()
    assert bridge.ask(1, "tools/list")["result"]
    server.stop()
    bridge.send(request(2, "tools/list"))
    with pytest.raises(queue.Empty):
        bridge.receive(within=0.3)
    start(foreign.Sessions, port=server.port)
    assert bridge.receive()["result"]["tools"]
    gone = connect(f"http://127.0.0.1:{gateway.free_port()}/mcp/secret-token")
    answer = gone.ask(1, "tools/call", {"name": "echo"})
    assert "cannot reach" in answer["error"]["message"] and "secret-token" not in answer["error"]["message"]


# --- the end ---


def test_the_end_of_input_waits_for_answers_and_exits_0(demo, url, vendor, connect):
    vendor.will_fail(kind="delay", milliseconds=700, path_prefix="/api/v3/me")
    bridge = connect(url)
    bridge.send(call(1, ME))
    code, said = bridge.end()
    assert code == 0 and [message["id"] for message in said] == [1] and not said[0]["result"]["isError"]


def test_everything_at_once_is_answered_in_a_useful_order(url, connect):
    bridge = connect(url)
    hello = {"protocolVersion": HANDSHAKE, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    bridge.send(request(0, "initialize", hello), INITIALIZED, request(1, "tools/list"))
    code, said = bridge.end()
    assert code == 0 and [message["id"] for message in said] == [0, 1]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM], ids=lambda by: by.name)
def test_a_signal_ends_it_at_once_even_with_a_call_under_way(demo, url, vendor, connect, by):
    vendor.will_fail(kind="hang", path_prefix="/api/v3/me")
    bridge = connect(url)
    bridge.initialize()
    bridge.send(call(1, ME))
    until(lambda: vendor.requests(), what="the call at the vendor")
    bridge.process.send_signal(by)
    assert bridge.process.wait(timeout=5) == 0


def test_a_signal_ends_the_session(start, connect):
    server = start(foreign.Sessions)
    bridge = connect(server.url)
    bridge.initialize()
    bridge.process.send_signal(signal.SIGTERM)
    assert bridge.process.wait(timeout=5) == 0
    assert len(server.seen("DELETE")) == 1 and not server.sessions


def test_a_client_that_has_gone_ends_it(binary, url):
    process = subprocess.Popen([binary, "connect", url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    process.stdin.write(json.dumps(request(1, "ping")).encode() + b"\n")
    process.stdin.flush()
    assert process.wait(timeout=10) == 0
    assert process.stderr.read() == b""


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense-secret"],
        ["ftp://host/secret"],
        ["http://host/mcp/x", "--header", "secret without a colon"],
        ["http://host/mcp/x", "--header", "Authorization:secret ${TIDEGATE_NOT_SET}"],
    ],
)
def test_wrong_arguments_are_told_without_being_quoted(binary, tmp_path, arguments):
    done = gateway.run(binary, "connect", *arguments, folder=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert "error: " in done.stderr and "hint: " in done.stderr and "secret" not in done.stderr
