"""Oddities of vendors that a definition can say, through the whole of Tidegate."""

import shutil
from base64 import b64encode
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

import gateway
from mcp_client import connected, fail, succeed

DEFINITION = Path(__file__).with_name("odd_vendor.yaml")

ANSWERS = {
    "GET /stations/north/recordings": (200, {"x-capped": "yes"}, b'[{"id":1},{"id":2}]'),
    "GET /stations/north/find?q=sea": (200, {}, b'[{"id":7}]'),
    "GET /recordings/7": (302, {"location": "https://files.example/7.mp3?signature=a%2Fb"}, b""),
    "POST /recordings": (200, {"content-type": "application/json"}, b'{ "stored": 2 }'),
    "GET /plays": (200, {"content-type": "application/x-jsonlines"}, b'{"id":1}\r\n\n{"id":2}\n{"id":'),
}


class Archive:
    """`requests` is what it received, as `(verb and target, media type, body)`."""

    def __init__(self):
        self.requests = []
        archive = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                asked = f"{self.command} {self.path}"
                archive.requests.append((asked, self.headers.get("content-type"), body))
                status, headers, answer = ANSWERS.get(asked, (404, {}, b"{}"))
                self.send_response(status)
                for name, value in {"content-length": str(len(answer)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = answer

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def archive(start):
    return start(Archive)


@pytest.fixture
def url(serve, archive, tmp_path):
    (tmp_path / "catalog").mkdir()
    shutil.copy(DEFINITION, tmp_path / "catalog" / "archive.yaml")
    server = serve(catalog_dir=str(tmp_path / "catalog"))
    account = {
        "integration": "archive",
        "tenant_id": "acme",
        "credentials": {"token": "key-0123456789"},
        "base_url": archive.url,
    }
    return server.create_server(server.created("/integrated-account", account)["id"])["url"]


async def test_one_tool_lists_and_searches_and_says_what_is_missing(url, archive):
    async with connected(url) as client:
        listed = await succeed(client, "list_all_archive_recordings", station="north")
        found = await succeed(client, "list_all_archive_recordings", station="north", q="sea")
    note = "The archive gives the newest 2 recordings only."
    assert listed == {"result": [{"id": 1}, {"id": 2}], "next_cursor": None, "note": note}
    assert found == {"result": [{"id": 7}], "next_cursor": None}
    asked = [asked for asked, _, _ in archive.requests]
    assert asked == ["GET /stations/north/recordings", "GET /stations/north/find?q=sea"]


async def test_a_redirect_is_a_link_that_is_not_followed(url, archive):
    async with connected(url) as client:
        link = await succeed(client, "get_single_archive_recording_by_id", id=7)
    assert link == {"location": "https://files.example/7.mp3?signature=a%2Fb"}
    assert len(archive.requests) == 1


async def test_lines_are_records_and_a_broken_one_is_told(url):
    async with connected(url) as client:
        first = await succeed(client, "list_all_archive_plays", limit=1)
        rest = await succeed(client, "list_all_archive_plays", next_cursor=first["next_cursor"])
    assert first["result"] + rest["result"] == [{"id": 1}, {"id": 2}]
    assert rest["next_cursor"] is None
    assert first["note"] == rest["note"] == "Line 4 of the vendor's answer is no JSON and was left out."


async def test_files_arrive_with_their_names_and_types(url, archive):
    sounds = [b"\xff\xfbsea\r\n--", b"wind"]
    files = [
        {"name": "the sea.mp3", "media_type": "audio/mpeg", "sound": b64encode(sounds[0]).decode()},
        {"name": "wind", "sound": b64encode(sounds[1]).decode()},
    ]
    async with connected(url) as client:
        stored = await succeed(client, "create_a_archive_recording", files=files)
        on_air = await succeed(client, "create_a_archive_recording", files=files, publish=True)
        wrong = await fail(client, "create_a_archive_recording", files=[{"name": "a", "sound": "not base64"}])
    assert stored == {"stored": 2, "note": "Stored, not on air: `publish` was not true."}
    assert on_air == {"stored": 2}
    assert wrong["code"] == "invalid_arguments"
    assert wrong["details"][0]["path"] == "/files/0/sound"
    assert len(archive.requests) == 2, "what is wrong is not sent"
    _, media_type, body = archive.requests[0]
    # Read by a parser that is not ours.
    message = BytesParser(policy=HTTP).parsebytes(f"content-type: {media_type}\r\n\r\n".encode() + body)
    parts = [
        (part.get_param("name", header="content-disposition"), part.get_filename(), part.get_content_type())
        for part in message.iter_parts()
    ]
    assert parts == [
        ("files[]", "the sea.mp3", "audio/mpeg"),
        ("files[]", "wind", "application/octet-stream"),
    ]
    assert all(sound in body for sound in sounds)


def test_its_definition_is_without_fault(binary, tmp_path):
    checked = gateway.run(binary, "catalog", "lint", str(DEFINITION), folder=tmp_path)
    assert checked.stdout.strip().endswith("0 errors, 0 warnings, 0 hidden methods"), checked.stdout
