"""A request whose connection a test has in its hands: to see whether it was read, and to hang up."""

import contextlib
import json
import socket
from urllib.parse import urlsplit

from mcp_client import envelope, wire_headers


def open_call(url, name, **arguments):
    """A tool call."""
    return OpenRequest("POST", url, wire_headers(), json.dumps(envelope("tools/call", {"name": name, "arguments": arguments})))


class OpenRequest:
    def __init__(self, verb, url, headers, body=""):
        parts, body = urlsplit(url), body.encode()
        headers = {**headers, "host": parts.netloc, "content-length": len(body), "connection": "close"}
        head = f"{verb} {parts.path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=60)
        self._socket.sendall(head.encode() + b"\r\n" + body)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()

    def was_read(self):
        """Whether the server has taken every byte of it."""
        return is_read(self._socket)

    def answer(self):
        """Status and text, once the server has closed; `None` if it did without a word."""
        text = b""
        with contextlib.suppress(ConnectionError):
            while piece := self._socket.recv(65536):
                text += piece
        self._socket.close()
        head, _, body = text.partition(b"\r\n\r\n")
        return (int(head.split()[1]), body.decode()) if text else None

    def hang_up(self):
        self._socket.close()


def is_read(connection):
    """Whether the process at the other end of a connection of this machine has read all that was sent on it.

    Source: the columns of /proc/net/tcp, proc(5); `local_address` there is the other end, and addresses are in the machine's order.
    """
    theirs, ours = (address(*name) for name in (connection.getpeername(), connection.getsockname()))
    with open("/proc/net/tcp") as table:
        for line in table:
            _, local, remote, _, queues, *_ = line.split()
            if (local, remote) == (theirs, ours):
                return queues.partition(":")[2] == "00000000"
    raise AssertionError("the connection is gone")


def address(host, port):
    return f"{int.from_bytes(socket.inet_aton(host), 'little'):08X}:{port:04X}"
