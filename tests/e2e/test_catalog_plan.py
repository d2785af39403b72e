"""`tidegate catalog plan`: the request that a call would make, printed and not sent."""

import base64
import json

import pytest

import gateway

DEFINITION = """
version: 1
name: acme
label: Acme
description: Parts.
base_url: https://{shop}.acme.test/v1
variables: { shop: { description: The shop. } }
resources:
  parts:
    methods:
      get:
        request: GET /parts/{id}
        parameters: { id: { in: path, schema: { type: integer } } }
        documentation: { description: Gives a part. }
      create:
        request: POST /parts
        body:
          schema: { type: object, required: [name], properties: { name: { type: string } } }
        documentation: { description: Makes a part. }
"""


@pytest.fixture
def acme(tmp_path):
    path = tmp_path / "acme.yaml"
    path.write_text(DEFINITION)
    return str(path)


@pytest.fixture
def run(binary, tmp_path):
    def run(*arguments, **settings):
        return gateway.run(binary, "catalog", *arguments, folder=tmp_path, **settings)

    return run


def test_a_plan_is_the_whole_request_and_nothing_is_sent(run, acme):
    done = run("plan", acme, "create_a_acme_part", '{"name": "bolt"}', "--context", '{"shop": "blue"}')
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        'POST https://blue.acme.test/v1/parts\nAccept: application/json\nContent-Type: application/json\n\n{"name":"bolt"}\n'
    )


def test_an_account_without_the_tool_s_server_is_told_of_rather_than_its_arguments(run, acme, tmp_path):
    path = tmp_path / "upload.yaml"
    path.write_text(
        DEFINITION.replace("resources:", "servers: { upload: 'https://up.{shop}.acme.test' }\nresources:").replace(
            "request: POST /parts", "request: POST /parts\n        server: upload"
        )
    )
    done = run("plan", str(path), "create_a_acme_part", '{"nam": 1}', "--base-url", "https://own.test")
    assert done.returncode == 1 and done.stdout == ""
    assert "error: this tool calls the vendor's server `upload`" in done.stderr and "nam" not in done.stderr.replace("named", "")
    done = run("plan", str(path), "create_a_acme_part", '{"name": "bolt"}', "--base-url", "https://blue.acme.test/v1")
    assert done.stdout.startswith("POST https://up.blue.acme.test/parts\n"), done.stderr


def test_arguments_that_do_not_fit_are_told_and_the_exit_code_is_1(run, acme):
    done = run("plan", acme, "get_single_acme_part_by_id", '{"id": "x"}', "--base-url", "https://own.test")
    assert done.returncode == 1 and done.stdout == ""
    assert "error: " in done.stderr and "id" in done.stderr and "hint: " in done.stderr


def test_an_unknown_tool_and_a_missing_variable_say_what_there_is(run, acme):
    done = run("plan", acme, "get_acme_part", "--base-url", "https://own.test")
    assert done.returncode == 1 and "get_single_acme_part_by_id" in done.stderr
    done = run("plan", acme, "get_single_acme_part_by_id", '{"id": 7}')
    assert done.returncode == 1 and "context.shop" in done.stderr and "--context" in done.stderr


def test_calls_on_standard_input_are_answered_line_by_line(run, acme):
    calls = [
        {"tool": "get_single_acme_part_by_id", "arguments": {"id": 7}},
        {"tool": "create_a_acme_part", "arguments": {"name": "ü"}},
        {"tool": "create_a_acme_part", "arguments": {"nam": "x"}},
        {"tool": "create_acme_part"},
        "no call",
    ]
    text = "".join(json.dumps(call) + "\n" for call in calls)
    done = run("plan", acme, "--stdin", "--base-url", "https://own.test", stdin=text)
    assert done.returncode == 0, done
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0] == {
        "plan": {"verb": "GET", "url": "https://own.test/parts/7", "headers": [["Accept", "application/json"]], "body_base64": None}
    }
    assert json.loads(base64.b64decode(answers[1]["plan"]["body_base64"])) == {"name": "ü"}
    assert {violation["path"] for violation in answers[2]["error"]["violations"]} == {"/nam", "/name"}
    assert "create_a_acme_part" in answers[3]["error"]["violations"][0]["message"]
    assert "no call" in answers[4]["error"]["violations"][0]["message"]


def test_tools_of_a_file_are_listed_with_both_schemas(run, acme):
    done = run("tools", acme, "--json", "--full")
    (part, _) = json.loads(done.stdout)
    assert part["resource"] == "parts" and part["method"] == "get" and part["request"] == "GET /parts/{id}"
    assert part["input_schema"]["properties"]["id"] == {"type": "integer"} and "shown_schema" in part
    assert run("show", acme).stdout.strip() == DEFINITION.strip()
