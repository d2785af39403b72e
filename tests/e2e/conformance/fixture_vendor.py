"""The vendor behind fixture.yaml: answers with each kind of content, fails, is slow, and rewrites the definition."""

import base64
import io
import json
import os
import struct
import threading
import zipfile
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DEFINITION = Path(__file__).with_name("fixture.yaml")
# The suite wants three notifications of progress, which is told once a second.
SLOW_SECONDS = 4


class FixtureVendor:
    """Serves on a free port until `stop`; the definition it changes is `catalog_dir`/fixture.yaml."""

    def __init__(self, catalog_dir):
        self.changes = {"tools": 0, "prompts": 0}
        self.stopped = threading.Event()
        self._definition = catalog_dir / "fixture.yaml"
        self._lock = threading.Lock()
        self._write_definition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = "http://127.0.0.1:%d" % self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def change(self, what):
        """Writes a definition whose list of `what` is another one."""
        with self._lock:
            self.changes[what] += 1
            self._write_definition()

    def _write_definition(self):
        text = DEFINITION.read_text()
        text = text.replace("It has been changed 0 times.", f"It has been changed {self.changes['tools']} times.")
        text = text.replace("It was changed 0 times.", f"It was changed {self.changes['prompts']} times.")
        # In one step: a server that reads half a file would report it as broken.
        draft = self._definition.with_suffix(".draft")
        draft.write_text(text)
        os.replace(draft, self._definition)

    def _handler(vendor):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                match self.path:
                    case "/simple-text":
                        self.answer("text/plain", b"This is a simple text response for testing.")
                    case "/image":
                        self.answer("image/png", RED_PIXEL)
                    case "/audio":
                        self.answer("audio/wav", SILENCE)
                    case "/document":
                        self.answer("application/zip", ARCHIVE)
                    case "/mixed":
                        self.answer_json(200, MIXED)
                    case "/error":
                        self.answer_json(500, {"message": "This tool intentionally returns an error for testing"})
                    case "/slow":
                        vendor.stopped.wait(SLOW_SECONDS)
                        self.answer("text/plain", b"Done, after a while.")
                    case _:
                        self.answer_json(404, {"message": "no such fixture"})

            def do_POST(self):
                self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.path == "/simple-text":
                    return self.do_GET()
                what = self.path.removeprefix("/changes/")
                if what not in vendor.changes:
                    return self.answer_json(404, {"message": "no such fixture"})
                vendor.change(what)
                self.answer_json(200, {"changed": what})

            def answer_json(self, status, value):
                self.answer("application/json", json.dumps(value).encode(), status)

            def answer(self, media_type, body, status=200):
                self.send_response(status)
                self.send_header("content-type", media_type)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler


def png(red, green, blue):
    """A picture of one pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes([0, red, green, blue]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def wav(samples):
    """A sound of 8-bit samples, 8,000 a second."""
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8_000, 8_000, 1, 8)
    data = b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", 4 + len(form) + len(data)) + b"WAVE" + form + data


def archive(files):
    """A document that is neither picture nor sound."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zip:
        for name, text in files.items():
            zip.writestr(zipfile.ZipInfo(name), text)
    return packed.getvalue()


RED_PIXEL = png(255, 0, 0)
SILENCE = wav(bytes([128] * 8))
ARCHIVE = archive({"hello.txt": "Hello."})
MIXED = {
    "title": "Multiple content types",
    "picture": base64.b64encode(RED_PIXEL).decode(),
    "archive": base64.b64encode(ARCHIVE).decode(),
}
