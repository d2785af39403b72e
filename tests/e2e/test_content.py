"""Images, sounds and files in answers, as the official client gets them."""

import base64
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from mcp_client import HTTP, connected, envelope

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.7\n" + bytes(range(256))
CSV = "id,name\n1,Café Müller\n2,a second line of it\n"
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20)

DEFINITION = """
version: 1
name: post_office
label: Post Office
description: Letters with attachments.
base_url: https://post.example
credentials:
  token: { kind: bearer }
resources:
  letters:
    methods:
      get:
        request: GET /letters/{letter_id}
        parameters:
          letter_id: { in: path, schema: { type: string, description: Id of the letter. } }
        response:
          files:
            - { at: "attachments[].content", media_type_at: content_type, name_at: file_name }
            - { at: stamp, media_type: image/png }
        documentation:
          description: Reads one letter with its attachments.
  stamps:
    methods:
      get:
        request: GET /stamps/{stamp_id}
        parameters:
          stamp_id: { in: path, schema: { type: string, description: Id of the stamp. } }
        documentation:
          description: Reads one stamp as a picture, a sound or a file.
"""


def attachment(name, content_type, content):
    return {"file_name": name, "content_type": content_type, "content": base64.b64encode(content).decode()}


LETTER = {
    "id": 7,
    "stamp": base64.b64encode(PNG).decode(),
    "attachments": [
        attachment("invoice.pdf", "application/pdf", PDF),
        attachment("names.csv", "text/csv", CSV.encode()),
        {"file_name": "later.pdf", "content_type": "application/pdf", "content": "PENDING"},
    ],
}

ANSWERS = {
    "/letters/7": ("application/json", json.dumps(LETTER).encode()),
    "/stamps/png": ("image/png", PNG),
    "/stamps/misnamed": ("image/jpg", PNG),
    "/stamps/broken": ("image/png", b"<html>no image</html>"),
    "/stamps/wav": ("audio/wav", WAV),
    "/stamps/zip": ("application/zip", b"PK\x03\x04"),
}


class PostOffice(BaseHTTPRequestHandler):
    def do_GET(self):
        content_type, body = ANSWERS[self.path]
        self.send_response(200)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def post_office_url(serve, tmp_path):
    """An MCP server over a vendor that answers with files."""
    vendor = ThreadingHTTPServer(("127.0.0.1", 0), PostOffice)
    Thread(target=vendor.serve_forever, args=[0.05], daemon=True).start()
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    (catalog / "post_office.yaml").write_text(DEFINITION)
    server = serve(catalog_dir=str(catalog))
    account = server.created(
        "/integrated-account",
        {
            "integration": "post_office",
            "tenant_id": "acme",
            "credentials": {"token": "secret"},
            "base_url": f"http://127.0.0.1:{vendor.server_port}",
        },
    )
    yield server.create_server(account["id"])["url"]
    vendor.shutdown()
    vendor.server_close()


async def content(client, tool, id):
    result = await client.call_tool(tool, {"id": id})
    assert not result.is_error, result
    return result.content


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_files_in_json_come_beside_it_and_leave_a_note(post_office_url, mode):
    async with connected(post_office_url, mode=mode) as client:
        text, *files = await content(client, "get_single_post_office_letter_by_id", "7")
    letter = json.loads(text.text)
    assert letter["stamp"] == f"[file 1 below: image/png, {len(PNG)} bytes]"
    assert [attachment["content"] for attachment in letter["attachments"]] == [
        f"[file 2 below: invoice.pdf, application/pdf, {len(PDF)} bytes]",
        f"[file 3 below: names.csv, text/csv, {len(CSV.encode())} bytes]",
        "PENDING",
    ]
    stamp, invoice, names = files
    assert (stamp.type, stamp.mime_type, base64.b64decode(stamp.data)) == ("image", "image/png", PNG)
    assert (invoice.type, invoice.resource.mime_type) == ("resource", "application/pdf")
    assert base64.b64decode(invoice.resource.blob) == PDF
    assert (names.resource.mime_type, names.resource.text) == ("text/csv", CSV)
    assert invoice.resource.uri != names.resource.uri


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_answer_that_is_no_text_is_an_image_a_sound_or_a_resource(post_office_url, mode):
    async with connected(post_office_url, mode=mode) as client:
        got = {id: (await content(client, "get_single_post_office_stamp_by_id", id)) for id in ("png", "misnamed", "broken", "wav", "zip")}
    assert all(len(blocks) == 1 for blocks in got.values())
    got = {id: blocks[0] for id, blocks in got.items()}
    assert (got["png"].type, got["png"].mime_type, base64.b64decode(got["png"].data)) == ("image", "image/png", PNG)
    assert (got["misnamed"].type, got["misnamed"].mime_type) == ("image", "image/png")
    assert (got["broken"].type, got["broken"].resource.mime_type) == ("resource", "image/png")
    assert (got["wav"].type, got["wav"].mime_type, base64.b64decode(got["wav"].data)) == ("audio", "audio/wav", WAV)
    assert (got["zip"].type, got["zip"].resource.mime_type) == ("resource", "application/zip")


def test_a_client_that_does_not_say_what_it_speaks_gets_a_sound_as_a_resource(post_office_url):
    """It may be of 2024-11-05, which has no audio."""
    call = envelope("tools/call", {"name": "get_single_post_office_stamp_by_id", "arguments": {"id": "wav"}})
    block = HTTP.post(post_office_url, json=call).json()["result"]["content"][0]
    assert (block["type"], block["resource"]["mimeType"]) == ("resource", "audio/wav")
    assert base64.b64decode(block["resource"]["blob"]) == WAV
