"""What goes wrong in this field with imported descriptions, one test a case: the binary, a vendor on loopback, official clients."""

import base64
import json
import subprocess
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

import pytest

import gateway
import node
import proof
from conftest import ROOT
from foreign import Reply
from imported import SPECS, Imported, Recorder
from mcp_client import connected, fail, succeed, tool_names


@pytest.fixture
def vendor(start):
    return start(Recorder)


@pytest.fixture
def imported(binary, tmp_path):
    def imported(name, *options):
        return Imported(binary, SPECS / name, tmp_path, *options)

    return imported


def schema_ring(length):
    """Schemas that refer to each other in a circle, each to the next two."""

    def one(index):
        following = [f"#/components/schemas/Ring{(index + step) % length}" for step in (1, 2)]
        return {"type": "object", "properties": {"value": {"type": "integer"}, "next": {"$ref": following[0]}, "over": {"$ref": following[1]}}}

    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ring0"}}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Ring", "version": "1"},
        "servers": [{"url": "https://ring.example"}],
        "components": {"schemas": {f"Ring{index}": one(index) for index in range(length)}},
        "paths": {"/rings": {"post": {"requestBody": body, "responses": {"200": {"description": "Closed"}}}}},
    }


# --- A: recursion, and what is broken ---


async def test_case_a1_mutual_recursion_is_imported_listed_and_called(imported, serve, vendor):
    made = imported("schemas_old.yaml")
    deep = {"label": "ab-123", "branches": [{"branches": [{"branches": [{"branches": [{"label": "cd-456"}]}]}]}]}
    nest = {"bird": {"home": {"bird": {"home": {"eggs": 3}, "song": "ti"}}}}
    async with connected(made.url(serve, vendor)) as client:
        assert {tool["name"] for tool in made.tools.values()} == set(await tool_names(client))
        await succeed(client, made.name("POST /branches"), **deep)
        await succeed(client, made.name("POST /nests"), **nest)
        wrong = await fail(client, made.name("POST /branches"), branches=[{"branches": [{"label": 7}]}])
    assert [json.loads(request.body) for request in vendor.requests] == [deep, nest]
    assert wrong["code"] == "invalid_arguments" and "/branches/0/branches/0/label" in json.dumps(wrong)


def test_case_a1_a_ring_of_many_schemas_is_imported_in_no_time(binary, tmp_path):
    (tmp_path / "ring.json").write_text(json.dumps(schema_ring(300)))
    made = Imported(binary, tmp_path / "ring.json", tmp_path)
    plan = made.plan("POST /rings", {"value": 1, "next": {"over": {"value": 2}}})
    assert json.loads(base64.b64decode(plan["body_base64"])) == {"value": 1, "next": {"over": {"value": 2}}}
    # Shown schemas stay within what a model can read, however large the ring.
    assert len(json.dumps(made.tools["POST /rings"]["shown_schema"])) < 20_000


def test_case_a3_a_bad_operation_is_skipped_and_reported_and_the_rest_works(imported):
    made = imported("broken.yaml")
    assert "GET /good" in made.tools and made.plan("GET /good/{id}", {"id": "x"})["url"] == "https://sunk.example/good/x"
    reasons = {each["operation"]: each["reason"] for each in made.report["skipped"]}
    assert {"GET /not-an-operation", "POST /lost-body", "POST /itself", "TRACE /trace"} <= reasons.keys()
    assert all(len(reason) > 10 for reason in reasons.values())
    assert "POST /lost-body" in made.done.stderr and "lost" in made.done.stderr


# --- C: parameters ---


def test_case_c5_parameters_of_a_path_item_are_inherited_and_replaced_and_are_no_tools(imported):
    made = imported("parameters.yaml")
    assert [request for request in made.tools if request.endswith(" /headers")] == ["GET /headers", "PUT /headers"]
    replaced = made.plan("GET /headers", {"X-Trace": "t", "X-Words": ["a", "b"], "X-Count": 1})
    inherited = made.plan("PUT /headers", {"X-Trace": "t", "X-Words": "a"})
    assert ["X-Words", "a,b"] in replaced["headers"] and ["X-Trace", "t"] in replaced["headers"]
    assert ["X-Words", "a"] in inherited["headers"] and ["X-Trace", "t"] in inherited["headers"]


def test_case_c6_swagger_2_bodies_forms_and_files_are_delivered(imported):
    made = imported("old_swagger.json")
    sack = made.plan("POST /sacks", {"grain": "rye", "kilos": 5, "note": None})
    assert sack["url"] == "https://mill.example/api/sacks"
    assert json.loads(base64.b64decode(sack["body_base64"])) == {"grain": "rye", "kilos": 5, "note": None}
    label = made.plan("POST /sacks/{id}/labels", {"id": "7", "text": "a b", "colors": ["red", "blue"]})
    assert parse_qsl(base64.b64decode(label["body_base64"]).decode()) == [("text", "a b"), ("colors", "red"), ("colors", "blue")]
    lists = made.plan("GET /sacks", {"csv": ["a", "b"], "pipes": ["a", "b"], "ssv": ["a", "b"], "multi": [1, 2]})
    query = lists["url"].partition("?")[2]
    assert [query.count(name + "=") for name in ("csv", "ssv", "pipes", "multi")] == [1, 1, 1, 2]
    rounds = made.plan("POST /grind", {"body": [1, 2]})
    assert json.loads(base64.b64decode(rounds["body_base64"])) == [1, 2]


# --- D: bodies and answers ---


def parts(request):
    """A multipart body as its reader finds it: name → (media type, file name, bytes)."""
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + request.body)
    return {
        part.get_param("name", header="content-disposition"): (part.get_content_type(), part.get_filename(), part.get_payload(decode=True))
        for part in message.iter_parts()
    }


async def test_case_d1_form_multipart_bytes_text_and_xml_arrive_as_they_should(imported, serve, vendor):
    made = imported("bodies.yaml")
    picture = bytes(range(256))
    encoded = base64.b64encode(picture).decode()
    photo = {"content": encoded, "name": "boat.png", "media_type": "image/png"}
    xml = "<boat><name>Ann &amp; Co</name></boat>"
    async with connected(made.url(serve, vendor)) as client:
        await succeed(client, made.name("POST /form"), **{"name": "a&b", "Timers.Slow": 3, "tags": ["x", "y"], "comma": ["p", "q"], "pier": {"number": 1}})
        photo_shape = made.tools["POST /upload"]["input_schema"]["properties"]["photo"]
        await succeed(client, made.name("POST /upload"), title="Åse", photo=photo if photo_shape["type"] == "object" else encoded, labels=["a", "b"], meta={"place": "x"})
        await succeed(client, made.name("PUT /bytes/{name}"), id="a/b", body=encoded)
        await succeed(client, made.name("POST /text"), body="two\nlines ä")
        await succeed(client, made.name("POST /xml"), body=xml)
    form, upload, bytes_, text, markup = vendor.requests
    assert form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert form.body.decode() in FORMS
    found = parts(upload)
    assert found["title"][2].decode() == "Åse" and found["photo"][2] == picture
    assert found["photo"][0] == "image/png" and found["photo"][1]
    assert found["meta"][0] == "application/json" and json.loads(found["meta"][2]) == {"place": "x"}
    assert (bytes_.path, bytes_.headers["content-type"], bytes_.body) == ("/bytes/a%2Fb", "application/octet-stream", picture)
    assert text.headers["content-type"].startswith("text/plain") and text.body.decode() == "two\nlines ä"
    assert markup.headers["content-type"].startswith("application/xml") and markup.body.decode() == xml


# A comma between items may stand for itself or be escaped, since servers unescape a form before they take a list apart.
FORMS = [f"name=a%26b&Timers.Slow=3&tags=x&tags=y&comma=p{comma}q&{pier}=1" for comma in (",", "%2C") for pier in ("pier%5Bnumber%5D", "pier[number]")]


async def test_case_d2_case_d3_a_long_answer_is_cut_at_whole_records_and_continues(imported, serve, vendor):
    made = imported("newest.yaml")
    gates = [{"id": index, "note": "x" * 2000} for index in range(200)]
    vendor.reply = Reply(200, json.dumps(gates).encode(), {"content-type": "application/json"})
    seen = []
    async with connected(made.url(serve, vendor)) as client:
        arguments = {}
        while arguments is not None:
            page = await succeed(client, made.name("GET /gates"), **arguments)
            assert len(json.dumps(page)) < 110_000
            seen += page["result"]
            arguments = {"next_cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert seen == gates


# An object, a list, a scalar, an empty answer: each is an object in `structuredContent`.
ANSWERS = {
    "object": (Reply(200, b'{"id": 1, "name": null}', {"content-type": "application/json"}), {"id": 1, "name": None}),
    "list": (Reply(200, b"[1, 2]", {"content-type": "application/json"}), None),
    "scalar": (Reply(200, b"7", {"content-type": "application/json"}), None),
    "nothing": (Reply(204), {"ok": True}),
}


@pytest.mark.parametrize("kind", ANSWERS)
async def test_case_d4_structured_output_is_valid_in_both_sdks(imported, serve, vendor, kind):
    made = imported("bodies.yaml")
    vendor.reply, expected = ANSWERS[kind]
    url = made.url(serve, vendor, structured_content=True)
    calls = [[made.name("PUT /boats/{id}"), {"id": "7", "name": "Ann"}]]
    async with connected(url) as client:
        result = await client.call_tool(*calls[0])
    # Revisions before 2026-07-28 want an object there.
    program = ROOT / "tests/e2e/typescript/structured.js"
    seen = subprocess.run([node.node(), str(program), url, json.dumps(calls)], capture_output=True, text=True, timeout=60)
    assert seen.returncode == 0, seen.stderr
    for name, (told,) in json.loads(seen.stdout).items():
        assert isinstance(told["structured"], dict) or name not in ("sdk 1, initialize", "sdk 1, HTTP+SSE", "client 2, legacy"), (name, told)
        assert expected is None or told["structured"] == expected == json.loads(told["text"])
    assert not result.is_error and (expected is None or result.structured_content == expected)


async def test_case_d5_an_answer_that_breaks_the_vendor_s_own_schema_is_passed_on(imported, serve, vendor):
    made = imported("bodies.yaml")
    odd = {"id": 7, "name": None, "length": "long", "more": [1]}
    vendor.reply = Reply(201, json.dumps(odd).encode(), {"content-type": "application/json"})
    async with connected(made.url(serve, vendor, structured_content=True)) as client:
        assert await succeed(client, made.name("POST /boats"), name="Ann") == odd
        # Clients hold answers to an output schema, so there is none.
        assert all(tool.output_schema is None for tool in (await client.list_tools()).tools)


# --- E: what clients take ---


def test_case_e1_no_tool_of_any_definition_has_composition_at_its_root(binary, tmp_path, imported):
    listed = gateway.run(binary, "catalog", "list", "--json", folder=tmp_path)
    names = [entry["name"] for entry in json.loads(listed.stdout)]
    assert len(names) >= 3
    files = [*names, *(str(imported(path.name).file) for path in sorted(SPECS.glob("*.*")) if path.name != "relative_server.yaml")]
    problems = []
    for name in files:
        tools = json.loads(gateway.run(binary, "catalog", "tools", name, "--json", "--full", folder=tmp_path).stdout)
        problems += [f"{name}: {tool['name']}: {problem}" for tool in tools for problem in proof.problems_of(tool)]
    assert not problems, "\n".join(problems)


# --- L: base URLs and versions ---


def test_case_l1_base_urls_and_paths_are_joined_right(imported):
    made = imported("servers.yaml")
    assert made.plan("GET /trips", {})["url"] == "https://north.ferry.example/v2/trips"
    assert made.plan("GET /trips", {}, "--context", '{"line": "south", "edition": "v1"}')["url"] == "https://south.ferry.example/v1/trips"
    assert made.plan("POST /trips", {"from": "x"})["url"] == "https://booking.ferry.example/api/v9/trips"
    assert made.plan("PUT /uploads/", {"body": "AA=="})["url"] == "https://upload.ferry.example/uploads/"
    assert made.plan("GET /trips", {}, "--base-url", "https://own.example/x/")["url"] == "https://own.example/x/trips"


def test_case_l1_a_relative_server_needs_the_address_of_the_description_or_one_that_is_said(imported, binary, tmp_path):
    refused = gateway.run(binary, "import", str(SPECS / "relative_server.yaml"), folder=tmp_path)
    assert refused.returncode == 1 and "--base-url" in refused.stderr and "/api/v3" in refused.stderr
    made = imported("relative_server.yaml", "--base-url", "https://items.example/api/v3/")
    assert made.plan("GET /items/{id}", {"id": "a b"})["url"] == "https://items.example/api/v3/items/a%20b"


@pytest.mark.parametrize("name, version", [("bodies.yaml", "OpenAPI 3.0.3"), ("schemas_new.json", "OpenAPI 3.1.1"), ("newest.yaml", "OpenAPI 3.2.0"), ("old_swagger.json", "Swagger 2.0")])
async def test_case_l2_every_version_imports_and_its_tools_work(imported, serve, vendor, name, version):
    made = imported(name)
    assert made.report["version"] == version
    request, arguments = next(
        (request, arguments)
        for request, arguments in (("PUT /number", {"body": 3}), ("POST /closed", {"a": 1}), ("GET /gates", {"open": True}), ("POST /sacks", {"grain": "rye"}))
        if request in made.tools
    )
    async with connected(made.url(serve, vendor)) as client:
        await succeed(client, made.name(request), **arguments)
    assert [f"{got.verb} {got.path}" for got in vendor.requests] == [request + ("?open=true" if name == "newest.yaml" else "")]


@pytest.mark.parametrize("head", ['{"swagger": "1.2"', '{"openapi": "4.0.0"', '{"openapi": "2.0"'])
def test_case_l2_other_versions_are_refused_by_name(binary, tmp_path, head):
    (tmp_path / "other.json").write_text(head + ', "paths": {"/a": {"get": {"responses": {}}}}}')
    done = gateway.run(binary, "import", "other.json", folder=tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert "error: " in done.stderr and "hint: " in done.stderr and "is no version that is known" in done.stderr and "3" in done.stderr
