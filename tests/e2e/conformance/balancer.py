"""A load balancer without affinity: every request, also within one connection, goes to whichever replica `choose` says.

Streams pass unbuffered, and a client that leaves takes its request along, as with a proxy in front of a real deployment.
"""

import asyncio
import random
import threading
from urllib.parse import urlsplit


class Balancer:
    """Serves on a free port in a thread of its own until `stop`.

    `choose(request_line, replicas)` gives the address of one; chosen at random if it is not replaced.
    """

    def __init__(self):
        self.replicas = []
        self.choose = lambda request_line, replicas: random.choice(replicas)
        # How many requests each replica was given.
        self.given = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self._server.sockets[0].getsockname()[1]

    def stop(self):
        self._server.close()
        self._call(self._end_connections())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=10)

    async def _end_connections(self):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader, writer):
        client = Peer(reader, writer)
        try:
            while await self._forward_one(client):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # One of the two has gone, or the balancer goes: so does this connection.
            pass
        finally:
            writer.close()

    async def _forward_one(self, client):
        """Forwards one request and its answer. Says whether the client may send another."""
        head = await client.head()
        if head is None:
            return False
        body = await client.body(head)
        replica = self.choose(head.first_line, self.replicas)
        self.given[replica] = self.given.get(replica, 0) + 1
        target = urlsplit(replica)
        upstream = Peer(*await asyncio.open_connection(target.hostname, target.port))
        try:
            # A connection for each request, so that its end is the answer's end.
            upstream.write(head.without("connection").bytes(extra=b"connection: close\r\n") + body)
            answering = asyncio.create_task(client.take_answer(upstream))
            leaving = asyncio.create_task(client.gone())
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            is_answered = answering.done() and answering.exception() is None
            for task in (answering, leaving):
                task.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)
            return is_answered
        finally:
            upstream.close()


class Peer:
    """One side of a forwarded connection."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer
        # What came while only the other side was listened to.
        self._early = b""

    def write(self, data):
        self._writer.write(data)

    def close(self):
        self._writer.close()

    async def take_answer(self, other):
        """Passes on what the other side sends until it closes."""
        head = await other.head()
        if head is None:
            raise ConnectionResetError("closed without an answer")
        self._writer.write(head.without("connection").bytes())
        while data := await other._read():
            self._writer.write(data)
            await self._writer.drain()

    async def gone(self):
        """Returns when this side closes; what it sends before is kept."""
        while data := await self._reader.read(65_536):
            self._early += data

    async def head(self):
        """The next message's head, or None where there is none."""
        while b"\r\n\r\n" not in self._early:
            data = await self._reader.read(65_536)
            if not data:
                return None
            self._early += data
        text, self._early = self._early.split(b"\r\n\r\n", 1)
        return Head(text)

    async def body(self, head):
        if head.value("transfer-encoding") is not None:
            return await self._chunks()
        return await self._exactly(int(head.value("content-length") or 0))

    async def _chunks(self):
        """A chunked body as it came."""
        body = b""
        while True:
            line = await self._line()
            size = int(line.split(b";")[0], 16)
            body += line + await self._exactly(size + 2)
            if size == 0:
                return body

    async def _line(self):
        while b"\r\n" not in self._early:
            await self._more()
        line, self._early = self._early.split(b"\r\n", 1)
        return line + b"\r\n"

    async def _exactly(self, count):
        while len(self._early) < count:
            await self._more()
        data, self._early = self._early[:count], self._early[count:]
        return data

    async def _more(self):
        data = await self._reader.read(65_536)
        if not data:
            raise asyncio.IncompleteReadError(self._early, None)
        self._early += data

    async def _read(self):
        data, self._early = self._early, b""
        return data or await self._reader.read(65_536)


class Head:
    """First line and headers of a message."""

    def __init__(self, text):
        first, *lines = text.split(b"\r\n")
        self.first_line = first.decode()
        self._lines = lines

    def value(self, name):
        for line in self._lines:
            found, _, value = line.partition(b":")
            if found.strip().lower() == name.encode():
                return value.strip().decode()
        return None

    def without(self, name):
        head = Head(self.first_line.encode())
        head._lines = [line for line in self._lines if line.partition(b":")[0].strip().lower() != name.encode()]
        return head

    def bytes(self, extra=b""):
        return b"\r\n".join([self.first_line.encode(), *self._lines, b""]) + extra + b"\r\n"
