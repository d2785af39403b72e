"""What stands between a server and its vendor: it holds a request or an answer for as long as a test wants."""

import contextlib
import socket
import threading

import httpx2

from foreign import Reply, Server
from open_call import is_read

# What belongs to one connection and not to the message on it.
OF_A_CONNECTION = {"host", "connection", "content-length", "transfer-encoding", "content-encoding", "accept-encoding"}


class Relay(Server):
    """Passes requests on to the vendor at `to`, and its answers back.

    `change` is given each request and its answer, and gives the answer that is passed on.
    """

    def __init__(self, to):
        self._vendor = httpx2.Client(base_url=to, timeout=60)
        self._gates = []
        self.answered = []
        self.change = lambda request, reply: reply
        super().__init__()

    def answer(self, request):
        if not self._let_pass("request", request):
            return None
        headers = {name: value for name, value in request.headers.items() if name not in OF_A_CONNECTION}
        answered = self._vendor.request(request.verb, request.path, content=request.body, headers=headers)
        kept = {name: value for name, value in answered.headers.items() if name not in OF_A_CONNECTION}
        reply = self.change(request, Reply(answered.status_code, answered.content, kept))
        return reply if self._let_pass("answer", request) else None

    def was_answered(self, request, connection):
        self.answered.append((request.path, connection))

    def was_read(self, path):
        """Whether the server has read the last answer to a request for `path`."""
        found = [connection for answered, connection in list(self.answered) if answered.startswith(path)]
        return bool(found) and is_read(found[-1])

    def asked(self, path):
        """The requests for `path` that were sent here, whatever has become of them."""
        return [request for request in list(self.requests) if request.path.startswith(path)]

    @contextlib.contextmanager
    def holding(self, what, path):
        """The next `request` for `path`, or the `answer` to it, waits here until its gate is opened or the block ends."""
        gate = Gate(what, path)
        with self._lock:
            self._gates.append(gate)
        try:
            yield gate
        finally:
            gate.open()

    def _let_pass(self, what, request):
        with self._lock:
            found = [gate for gate in self._gates if gate.what == what and request.path.startswith(gate.path)]
            for gate in found[:1]:
                self._gates.remove(gate)
        return all(gate.wait() for gate in found[:1])

    @contextlib.contextmanager
    def out_of_reach(self):
        """Connecting takes for ever: the queue of connections that wait to be accepted is full."""
        self._http.shutdown()
        queue = []
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(TimeoutError):
                while True:
                    queue.append(stack.enter_context(socket.socket()))
                    queue[-1].settimeout(0.2)
                    queue[-1].connect(("127.0.0.1", self.port))
            yield
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()


class Gate:
    """What waits at a relay."""

    def __init__(self, what, path):
        self.what, self.path = what, path
        self.reached = threading.Event()
        self._opened = threading.Event()
        self._passes = True

    def wait(self):
        self.reached.set()
        assert self._opened.wait(60), f"nobody opened the gate for the {self.what} of {self.path}"
        return self._passes

    def open(self):
        self._opened.set()

    def drop(self):
        """What waits goes nowhere; its connection is closed."""
        self._passes = False
        self.open()
