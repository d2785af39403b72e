"""Oddities of vendors that a definition can say, through the whole of Tidegate."""

import json
from base64 import b64encode
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path

import pytest

import gateway
from foreign import Reply
from made_up_vendor import MadeUpVendor, answer, mcp_url
from mcp_client import connected, fail, succeed

DEFINITION = Path(__file__).with_name("odd_vendor.yaml")
LINES = {"content-type": "application/x-jsonlines"}

ANSWERS = {
    "GET /stations/north/recordings": answer([{"id": 1}, {"id": 2}], x_capped="yes"),
    "GET /stations/north/find?q=sea": answer([{"id": 7}]),
    "GET /recordings/7": Reply(302, headers={"location": "https://files.example/7.mp3?signature=a%2Fb"}),
    "POST /recordings": answer({"stored": 2}),
    "GET /plays": Reply(200, b'{"id":1}\r\n\n{"id":2}\n{"id":', LINES),
}


@pytest.fixture
def archive(start):
    return start(MadeUpVendor, ANSWERS)


@pytest.fixture
def url(serve, archive, tmp_path):
    account = {"integration": "archive", "credentials": {"token": "key-0123456789"}}
    return mcp_url(serve, tmp_path, DEFINITION, account, archive)


async def test_one_tool_lists_and_searches_and_says_what_is_missing(url, archive):
    async with connected(url) as client:
        listed = await succeed(client, "list_all_archive_recordings", station="north")
        found = await succeed(client, "list_all_archive_recordings", station="north", q="sea")
    note = "The archive gives the newest 2 recordings only."
    assert listed == {"result": [{"id": 1}, {"id": 2}], "next_cursor": None, "note": note}
    assert found == {"result": [{"id": 7}], "next_cursor": None}
    assert archive.asked == ["GET /stations/north/recordings", "GET /stations/north/find?q=sea"]


async def test_a_redirect_is_a_link_that_is_not_followed(url, archive):
    async with connected(url) as client:
        link = await succeed(client, "get_single_archive_recording_by_id", id=7)
    assert link == {"location": "https://files.example/7.mp3?signature=a%2Fb"}
    assert len(archive.requests) == 1


@pytest.mark.parametrize("location", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,<script>"])
async def test_a_redirect_to_no_page_is_no_link(url, archive, location):
    archive.answers["GET /recordings/7"] = Reply(303, headers={"location": location})
    async with connected(url) as client:
        refused = await fail(client, "get_single_archive_recording_by_id", id=7)
    assert refused["status"] == 303
    assert len(archive.requests) == 1


async def test_lines_are_records_and_a_broken_one_is_told(url):
    async with connected(url) as client:
        first = await succeed(client, "list_all_archive_plays", limit=1)
        rest = await succeed(client, "list_all_archive_plays", next_cursor=first["next_cursor"])
    assert first["result"] + rest["result"] == [{"id": 1}, {"id": 2}]
    assert rest["next_cursor"] is None
    assert first["note"] == rest["note"] == "Line 4 of the vendor's answer is no JSON and was left out."


async def test_an_array_where_lines_were_promised_is_the_list(url, archive):
    archive.answers["GET /plays"] = Reply(200, b'[{"id": 1},\n {"id": 2}]', LINES)
    async with connected(url) as client:
        first = await succeed(client, "list_all_archive_plays", limit=1)
        rest = await succeed(client, "list_all_archive_plays", next_cursor=first["next_cursor"])
    assert (first["result"], rest["result"], rest["next_cursor"]) == ([{"id": 1}], [{"id": 2}], None)
    assert "note" not in first and "note" not in rest


async def test_a_note_about_a_body_does_not_look_at_one_of_five_megabytes(url, archive):
    answers = {size: json.dumps({"text": "x" * size, "is_draft": True}).encode() for size in (100, 5_000_000)}
    notes = {}
    async with connected(url) as client:
        for size, body in answers.items():
            archive.answers["GET /recordings/7/transcript"] = Reply(200, body, {"content-type": "application/json"})
            notes[size] = (await succeed(client, "list_all_archive_transcripts", recording=7))["note"]
    assert notes[100] == "A draft: nobody has read it yet."
    assert "shortened" in notes[5_000_000] and "draft" not in notes[5_000_000]


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
    upload = archive.requests[0]
    # Read by a parser that is not ours.
    message = BytesParser(policy=HTTP).parsebytes(b"content-type: " + upload.headers["content-type"].encode() + b"\r\n\r\n" + upload.body)
    parts = [
        (part.get_param("name", header="content-disposition"), part.get_filename(), part.get_content_type())
        for part in message.iter_parts()
    ]
    assert parts == [
        ("files[]", "the sea.mp3", "audio/mpeg"),
        ("files[]", "wind", "application/octet-stream"),
    ]
    assert all(sound in upload.body for sound in sounds)


def test_its_definition_is_without_fault(binary, tmp_path):
    checked = gateway.run(binary, "catalog", "lint", str(DEFINITION), folder=tmp_path)
    assert checked.stdout.strip().endswith("0 errors, 0 warnings, 0 hidden methods"), checked.stdout
