"""MCP servers that are not ours: each speaks one transport and one family of revisions, and nothing else."""

import base64
import contextlib
import itertools
import json
import queue
import socket
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATELESS = "2026-07-28"
META = "io.modelcontextprotocol/"


@dataclass
class Request:
    verb: str
    path: str
    headers: dict
    body: bytes

    @property
    def message(self):
        return json.loads(self.body)

    @property
    def method(self):
        """The JSON-RPC method, or the HTTP verb where there is no message."""
        return self.message.get("method", "answer") if self.body else self.verb


@dataclass
class Reply:
    """`body` is bytes, or an iterable of pieces that are sent as they come."""

    status: int = 200
    body: object = b""
    headers: dict = field(default_factory=dict)


def reply_json(message, status=200, **headers):
    return Reply(status, json.dumps(message).encode(), {"content-type": "application/json", **headers})


def reply_events(events, **headers):
    return Reply(200, events, {"content-type": "text/event-stream", **headers})


def event(message, name=None, id=None):
    head = (f"event: {name}\n" if name else "") + (f"id: {id}\n" if id else "")
    data = message if isinstance(message, str) else json.dumps(message)
    return f"{head}data: {data}\n\n".encode()


def result(request_id, value):
    return {"jsonrpc": "2.0", "id": request_id, "result": value}


def error(request_id, code, message="no", **data):
    return {"jsonrpc": "2.0", "id": request_id, "error": {"code": code, "message": message, **({"data": data} if data else {})}}


def decoded(header):
    """A header's text, which is encoded where plain ASCII cannot say it."""
    if header is None or not header.startswith("=?base64?"):
        return header
    return base64.b64decode(header.removeprefix("=?base64?").removesuffix("?=")).decode()


class Server:
    """Answers with what `answer(request)` gives. `None` closes the connection without an answer."""

    # How far its clock is off, in seconds.
    skew = 0

    def __init__(self, port=0, tls=None):
        self.requests = []
        self._lock = threading.Lock()
        self._connections = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def setup(self):
                super().setup()
                server._connections.append(self.connection)

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except (ConnectionError, TimeoutError):
                    self.close_connection = True

            def _any(self):
                length = int(self.headers.get("content-length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, headers, self.rfile.read(length))
                with server._lock:
                    server.requests.append(request)
                self._send(server.answer(request))
                server.was_answered(request, self.connection)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_QUERY = _any

            def _send(self, reply):
                if reply is None:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if isinstance(reply.body, bytes):
                    self.send_header("content-length", str(len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body)
                    return
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for piece in reply.body:
                    if piece is None:
                        # Breaks off.
                        self.close_connection = True
                        return
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    self.wfile.flush()
                self.wfile.write(b"0\r\n\r\n")

            def date_time_string(self, timestamp=None):
                return super().date_time_string(time.time() + server.skew)

            def log_message(self, *_):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._http.daemon_threads = True
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
            self._http.handle_error = lambda *_: None
        self.port = self._http.server_port
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.url = f"{self.origin}/mcp/secret-token"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, request):
        raise NotImplementedError

    def was_answered(self, request, connection):
        """The answer to `request` is on its way."""

    def seen(self, method):
        """The requests with this JSON-RPC method or HTTP verb."""
        with self._lock:
            return [request for request in self.requests if request.method == method]

    def stop(self):
        """Ends it like a process that is killed: connections break."""
        self._http.shutdown()
        self._http.server_close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class Scripted(Server):
    """Answers each request with a function of it."""

    def __init__(self, script, **more):
        self._script = script
        super().__init__(**more)

    def answer(self, request):
        return self._script(request)


class Sessions(Server):
    """Streamable HTTP with a session that must be named, and a stream of its own for the server's words."""

    version = "2025-06-18"
    capabilities = {"tools": {"listChanged": True}}

    def __init__(self, **more):
        self.sessions = set()
        self.ready = set()
        self.words = queue.Queue()
        self._ids = itertools.count(1)
        super().__init__(**more)

    def expire(self):
        self.sessions.clear()

    def say(self, message):
        """Puts a message on the GET stream."""
        self.words.put(message)

    def answer(self, request):
        session = request.headers.get("mcp-session-id")
        if request.verb == "POST" and request.method == "initialize":
            session = f"session-{next(self._ids)}"
            self.sessions.add(session)
            info = {"protocolVersion": self.version, "capabilities": self.capabilities, "serverInfo": {"name": "sessions", "version": "1"}}
            return reply_json(result(request.message["id"], info), mcp_session_id=session)
        if session not in self.sessions:
            return reply_json(error(None, -32600, "no such session"), status=404 if session else 400)
        if request.headers.get("mcp-protocol-version") != self.version:
            return reply_json(error(None, -32600, "no version"), status=400)
        if request.verb == "GET":
            return reply_events(self._stream(session))
        if request.verb == "DELETE":
            self.sessions.discard(session)
            return Reply(204)
        return self.post(request, session)

    def _stream(self, session):
        while session in self.sessions:
            try:
                message = self.words.get(timeout=0.05)
            except queue.Empty:
                yield b": still here\n\n"
                continue
            yield event(message)

    def post(self, request, session):
        message = request.message
        if message.get("method") == "notifications/initialized":
            self.ready.add(session)
        if "id" not in message or "method" not in message:
            return Reply(202)
        if session not in self.ready:
            return reply_json(error(message["id"], -32600, "not initialized"), status=400)
        return self.call(message)

    def call(self, message):
        if message["method"] == "tools/list":
            return reply_json(result(message["id"], {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}))
        if message["method"] == "tools/call":
            return reply_json(result(message["id"], {"content": [{"type": "text", "text": json.dumps(message["params"])}]}))
        return reply_json(error(message["id"], -32601, "no such method"))


class StatelessOnly(Server):
    """2026-07-28 and nothing else, strictly."""

    capabilities = {"tools": {"listChanged": True}}

    def __init__(self, **more):
        self.words = queue.Queue()
        super().__init__(**more)

    def answer(self, request):
        if request.verb != "POST":
            return Reply(405, headers={"allow": "POST"})
        message = request.message
        id, method, meta = message.get("id"), message.get("method"), message.get("params", {}).get("_meta", {})
        if method == "initialize":
            return reply_json(error(id, -32601, "no such method"), status=404)
        if meta.get(META + "protocolVersion") != STATELESS or not isinstance(meta.get(META + "clientCapabilities"), dict):
            return reply_json(error(id, -32602, "_meta"), status=400)
        headers = request.headers
        if headers.get("mcp-protocol-version") != STATELESS or headers.get("mcp-method") != method:
            return reply_json(error(id, -32020, "headers"), status=400)
        if method == "tools/call" and decoded(headers.get("mcp-name")) != message["params"]["name"]:
            return reply_json(error(id, -32020, "name"), status=400)
        if method == "server/discover":
            return reply_json(
                result(
                    id,
                    {
                        "supportedVersions": [STATELESS],
                        "capabilities": self.capabilities,
                        "instructions": "be kind",
                        "resultType": "complete",
                        "ttlMs": 0,
                        "cacheScope": "private",
                        "_meta": {META + "serverInfo": {"name": "stateless", "version": "1"}},
                    },
                )
            )
        if method == "subscriptions/listen":
            return reply_events(self._subscription(id, message["params"]["notifications"]))
        return self.call(message)

    def _subscription(self, id, wanted):
        meta = {META + "subscriptionId": id}
        acknowledged = {"method": "notifications/subscriptions/acknowledged", "params": {"_meta": meta, "notifications": wanted}}
        yield event({"jsonrpc": "2.0", **acknowledged})
        while True:
            word = self.words.get()
            if word is None:
                yield None
            yield event({"jsonrpc": "2.0", "method": word, "params": {"_meta": meta}})

    def call(self, message):
        complete = {"resultType": "complete"}
        if message["method"] == "tools/list":
            tools = [{"name": "echo", "inputSchema": {"type": "object"}}]
            return reply_json(result(message["id"], {"tools": tools, "ttlMs": 5, "cacheScope": "public", **complete}))
        if message["method"] == "tools/call":
            return reply_json(result(message["id"], {"content": [], "structuredContent": message["params"], **complete}))
        return reply_json(error(message["id"], -32601, "no such method"), status=404)


class LegacySse(Server):
    """2024-11-05: answers come on the stream that a GET opens."""

    def __init__(self, **more):
        self.streams = {}
        self._ids = itertools.count(1)
        super().__init__(**more)

    def answer(self, request):
        if request.verb == "GET" and not request.path.startswith("/mcp/"):
            return Reply(404)
        if request.verb == "GET":
            name = str(next(self._ids))
            self.streams[name] = queue.Queue()
            return reply_events(self._stream(name))
        _, _, name = request.path.partition("/messages?session=")
        if request.verb != "POST" or name not in self.streams:
            return Reply(405, b"GET opens a stream", {"content-type": "text/plain"})
        message = request.message
        if "id" in message and "method" in message:
            answered = self.call(message)
            if answered is not None:
                self.streams[name].put(answered)
        return Reply(202, b"Accepted", {"content-type": "text/plain"})

    def say(self, message):
        for stream in list(self.streams.values()):
            stream.put(message)

    def break_off(self):
        for stream in list(self.streams.values()):
            stream.put(None)

    def _stream(self, name):
        yield event(f"/messages?session={name}", name="endpoint")
        while True:
            message = self.streams[name].get()
            if message is None:
                del self.streams[name]
                yield None
            yield event(message, name="message")

    def call(self, message):
        if message["method"] == "initialize":
            info = {"protocolVersion": "2024-11-05", "capabilities": {"tools": {"listChanged": True}}, "serverInfo": {"name": "legacy", "version": "1"}}
            return result(message["id"], info)
        if message["method"] == "tools/list":
            return result(message["id"], {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]})
        if message["method"] == "tools/call":
            return result(message["id"], {"content": [{"type": "text", "text": json.dumps(message["params"])}]})
        return error(message["id"], -32601, "no such method")
