"""A receiver of webhooks: keeps what it gets, and answers 204 or whatever it was told to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    def __init__(self):
        self.received = []
        self.answers = []
        self._free = threading.Event()
        self._free.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.append((dict(self.headers), body))
                status = receiver.answers.pop(0) if receiver.answers else 204
                receiver._free.wait(60)
                try:
                    self.send_response(status)
                    self.send_header("content-length", "0")
                    self.end_headers()
                except OSError:
                    # Whoever asked is gone, as some tests want it.
                    pass

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def hold(self):
        """From now on nobody is answered, until `let_go`."""
        self._free.clear()

    def let_go(self):
        self._free.set()

    def bodies(self, kind=None):
        bodies = [json.loads(body) for _, body in self.received]
        return [body for body in bodies if kind in (None, body["type"])]

    def ids(self):
        return [headers["webhook-id"] for headers, _ in self.received]

    def stop(self):
        self.let_go()
        self._server.shutdown()
        self._server.server_close()
