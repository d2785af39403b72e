"""Built-in definitions against the vendors' own descriptions: every request line and parameter of ours is theirs.

The descriptions are not part of this repository. `TIDEGATE_CORPUS` names the folder that holds them; without it these tests are skipped.
"""

import json
import os
import re
from pathlib import Path

import pytest

import gateway

CORPUS = os.environ.get("TIDEGATE_CORPUS")

# Definition -> file of the vendor's description.
VENDORS = {"slack": "slack_web.json", "notion": "notion.json", "google_calendar": "google_calendar.json"}

# What we send and the description does not have, with the reason.
STAND_IN = "the description has a stand-in called `type`; the reference calls the member as the block's type"
REPLY = "the description knows comments on pages only; the reference has discussion_id in place of parent"
EXCEPTIONS = {
    ("notion", "POST /v1/comments", "discussion_id"): REPLY,
    ("notion", "PATCH /v1/blocks/{block_id}", "paragraph"): STAND_IN,
    ("notion", "PATCH /v1/blocks/{block_id}", "to_do"): STAND_IN,
}

# Operations of ours that the description does not have, with the reason.
ABSENT = {("notion", "POST /v1/databases"): "the reference creates databases so since 2025-09-03; the description has only what was before"}

PLACEHOLDER = re.compile(r"\{[^}]+\}")


def shape(path):
    """A path whatever its parameters are called."""
    return PLACEHOLDER.sub("{}", path)


def resolved(description, node):
    while isinstance(node, dict) and "$ref" in node:
        target = description
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def members(description, schema):
    """The names that an object may have, through compositions."""
    schema = resolved(description, schema) or {}
    found = dict(schema.get("properties", {}))
    for part in [*schema.get("allOf", []), *schema.get("oneOf", []), *schema.get("anyOf", [])]:
        found.update(members(description, part))
    return found


def operations(description):
    """Verb and shape of each operation, with the names and enums of its parameters by place."""
    found = {}
    for path, item in description["paths"].items():
        for verb, operation in item.items():
            if verb not in ("get", "put", "post", "delete", "patch"):
                continue
            names = {}
            for parameter in [*item.get("parameters", []), *operation.get("parameters", [])]:
                parameter = resolved(description, parameter)
                names[(parameter["in"], parameter["name"])] = parameter.get("schema", parameter)
            body = resolved(description, operation.get("requestBody") or {})
            for media in body.get("content", {}).values():
                for name, schema in members(description, media.get("schema", {})).items():
                    names[("body", name)] = schema
            found[f"{verb.upper()} {shape(path)}"] = names
    return found


def methods(integration):
    for resource in integration["resources"].values():
        yield from resource["methods"].values()


def places(method):
    """Where each argument of a method goes: `(place, vendor's name, our schema)`."""
    for key, parameter in method.get("parameters", {}).items():
        yield parameter["in"], parameter.get("name", key), parameter["schema"]
    for name in method.get("query", {}):
        yield "query", name, {}
    body = method.get("body")
    if body and "wrap" in body:
        yield "body", body["wrap"], {}
    elif body:
        for name, schema in body["schema"].get("properties", {}).items():
            yield "body", name, schema


@pytest.fixture(params=VENDORS)
def vendor(request, binary, tmp_path):
    path = Path(CORPUS or "", VENDORS[request.param])
    if not CORPUS or not path.exists():
        pytest.skip(f"TIDEGATE_CORPUS names no folder with {path.name}")
    shown = gateway.run(binary, "catalog", "show", request.param, "--json", folder=tmp_path)
    return request.param, json.loads(shown.stdout), json.loads(path.read_text())


def test_every_request_line_and_argument_is_in_the_vendor_s_description(vendor):
    name, integration, description = vendor
    theirs = operations(description)
    wrong = []
    count = 0
    for method in methods(integration):
        count += 1
        verb, path = method["request"].split(" ")
        known = theirs.get(f"{verb} {shape(path)}")
        if known is None and (name, method["request"]) in ABSENT:
            continue
        if known is None:
            wrong.append(f"{method['request']}: no such operation")
            continue
        for place, argument, _ in places(method):
            if place == "path" or (name, method["request"], argument) in EXCEPTIONS:
                continue
            spots = [(place, argument)] if place != "body" else [("body", argument), ("formData", argument)]
            # An operation whose body is free-form in the description names no members.
            is_free = place == "body" and not any(spot[0] in ("body", "formData") for spot in known)
            if not is_free and not any(spot in known for spot in spots):
                wrong.append(f"{method['request']}: no {place} argument {argument}")
    assert wrong == [] and count >= 15


def test_no_enum_has_a_value_that_the_vendor_does_not_name(vendor):
    name, integration, description = vendor
    theirs = operations(description)
    wrong = []
    for method in methods(integration):
        verb, path = method["request"].split(" ")
        known = theirs.get(f"{verb} {shape(path)}", {})
        for place, argument, schema in places(method):
            enum = schema.get("enum") or schema.get("items", {}).get("enum")
            vendor_schema = resolved(description, known.get((place, argument)) or known.get(("formData", argument)) or {})
            named = vendor_schema.get("enum") or resolved(description, vendor_schema.get("items") or {}).get("enum")
            if enum and named and not set(enum) <= set(named):
                wrong.append(f"{method['request']}: {argument}: {sorted(set(enum) - set(named))}")
    assert wrong == []
