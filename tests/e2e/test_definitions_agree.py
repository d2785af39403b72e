"""Built-in definitions against the vendors' own descriptions: what ours send is theirs, and what theirs require is sent.

The descriptions are not part of this repository; `conftest.corpus` says where they are looked for. Without them these tests are skipped.
"""

import json
import re

import pytest

import description
import gateway
from judge import shape

# Definition -> file of the vendor's description.
VENDORS = {"slack": "slack_web.json", "notion": "notion.json", "google_calendar": "google_calendar.json"}

# What we send and the description does not have, or has and we do not send, with the reason.
STAND_IN = "the description has a stand-in called `type`; the reference calls the member as the block's type"
REPLY = "the description knows comments on pages only; the reference has discussion_id in place of parent"
UNVERSIONED = "the description leaves the version out of this operation only; the reference requires it of all"
ROWS = "the description has what was before 2025-09-03; since then the reference puts rows into data sources"
EXCEPTIONS = {
    ("notion", "PATCH /v1/blocks/{block_id}", "body.paragraph"): STAND_IN,
    ("notion", "PATCH /v1/blocks/{block_id}", "body.to_do"): STAND_IN,
    ("notion", "POST /v1/comments", "body.discussion_id"): REPLY,
    ("notion", "POST /v1/comments", "header.Notion-Version"): UNVERSIONED,
    ("notion", "POST /v1/pages", "body.parent.data_source_id"): ROWS,
}
# Operations of ours that the description does not have, with the reason.
ABSENT = {("notion", "POST /v1/databases"): "the reference creates databases so since 2025-09-03; the description has only what was before"}
# Headers that carry the credential.
CREDENTIALS = {("slack", "token")}


class Theirs:
    """An operation of the vendor's, whatever version of OpenAPI it is written in."""

    def __init__(self, document, operation):
        self.document = document
        self.path = operation.path
        self.parameters = {(each["in"], each["name"]): each for each in operation.parameters}
        self.body = None
        media = list(((operation.body or {}).get("content") or {}).values())
        if media:
            self.body = media[0].get("schema") or {}
        form = [each for each in operation.parameters if each["in"] == "formData"]
        whole = [each for each in operation.parameters if each["in"] == "body"]
        if form:
            needed = [each["name"] for each in form if each.get("required")]
            self.body = {"type": "object", "properties": {each["name"]: each for each in form}, "required": needed}
        elif whole:
            self.body = whole[0].get("schema") or {}

    def required(self, schema):
        """Names of members without which the vendor takes no object of a schema."""
        schema = self.document.resolved(schema) or {}
        parts = description.aslist(schema.get("allOf"))
        return set(schema.get("required") or []).union(*(self.required(part) for part in parts))


class Ours:
    """One method of a definition."""

    def __init__(self, integration, method):
        self.request = method["request"]
        self.path = self.request.split(" ")[1]
        self.parameters = {(each["in"], each.get("name", key)): each for key, each in method.get("parameters", {}).items()}
        self.fixed = {("query", name): value for name, value in method.get("query", {}).items()}
        headers = {**integration.get("headers", {}), **method.get("headers", {})}
        self.fixed |= {("header", name): value for name, value in headers.items()}
        body = method.get("body") or {}
        self.fixed_body = body.get("fixed", {})
        self.body = body.get("schema")
        if self.body is not None and "wrap" in body:
            self.body = {"type": "object", "required": [body["wrap"]], "properties": {body["wrap"]: self.body}}

    def paged(self, integration, resource, method):
        """Names that paging sends."""
        paging = method.get("pagination") or resource.get("pagination") or integration.get("pagination") or {}
        return {paging[key] for key in ("cursor", "page", "offset", "size") if key in paging}


@pytest.fixture(params=VENDORS)
def methods(request, binary, tmp_path, corpus):
    """The vendor's name and every method of ours beside the operation of theirs, `None` where they have none."""
    path = corpus / VENDORS[request.param]
    if not path.exists():
        pytest.skip(f"no {path.name} in {corpus}; TIDEGATE_CORPUS names another folder of descriptions")
    integration = json.loads(gateway.run(binary, "catalog", "show", request.param, "--json", folder=tmp_path).stdout)
    document = description.Document(description.load(path))
    theirs = {f"{each.verb.upper()} {shape(each.path)}": Theirs(document, each) for each in document.operations()}
    pairs = []
    for resource in integration["resources"].values():
        for method in resource["methods"].values():
            ours = Ours(integration, method)
            operation = theirs.get(shape(ours.request))
            if operation is not None or (request.param, ours.request) not in ABSENT:
                pairs.append((ours, operation, ours.paged(integration, resource, method)))
    assert len(pairs) >= 15
    return request.param, pairs


def excused(vendor, ours, place):
    return (vendor, ours.request, place) in EXCEPTIONS


def test_every_request_line_is_the_vendor_s_with_its_names_of_path_parameters(methods):
    vendor, pairs = methods
    wrong = [f"{ours.request}: no such operation" for ours, theirs, _ in pairs if theirs is None]
    for ours, theirs, _ in pairs:
        if theirs is None or excused(vendor, ours, "path"):
            continue
        placeholders = [re.findall(r"\{([^}]+)\}", path) for path in (ours.path, theirs.path)]
        if placeholders[0] != placeholders[1]:
            wrong.append(f"{ours.request}: the vendor writes {theirs.path}")
        declared = {name for place, name in ours.parameters if place == "path"}
        undeclared = {name for place, name in theirs.parameters if place == "path"} - declared
        if undeclared or not declared <= set(placeholders[0]):
            wrong.append(f"{ours.request}: path parameters {declared}")
    assert wrong == []


def test_every_parameter_is_the_vendor_s_and_none_that_it_requires_is_missing(methods):
    vendor, pairs = methods
    wrong = []
    for ours, theirs, paged in pairs:
        sent = {*ours.parameters, *ours.fixed}
        for place, name in sorted(sent):
            if place != "path" and (place, name) not in theirs.parameters and not excused(vendor, ours, f"{place}.{name}"):
                wrong.append(f"{ours.request}: no {place} parameter {name}")
        for (place, name), parameter in theirs.parameters.items():
            if place not in ("query", "header") or not parameter.get("required") or (vendor, name) in CREDENTIALS:
                continue
            given = (place, name) in ours.fixed or ours.parameters.get((place, name), {}).get("required") or name in paged
            if not given and not excused(vendor, ours, f"{place}.{name}"):
                wrong.append(f"{ours.request}: the vendor requires the {place} parameter {name}")
    assert wrong == []


def test_a_fixed_header_has_the_value_that_the_operation_is_described_for(methods):
    """Versions, above all: an operation that came with a newer one is not there in an older one."""
    vendor, pairs = methods
    wrong = []
    for ours, theirs, _ in pairs:
        for (place, name), value in ours.fixed.items():
            schema = theirs.parameters.get((place, name), {}).get("schema", {})
            described = schema.get("enum") or [schema[key] for key in ("const", "default") if key in schema]
            if place == "header" and described and value not in described:
                wrong.append(f"{ours.request}: {name} is {value}; the vendor describes {described}")
    assert wrong == []


def nested(ours, theirs, document, place):
    """Every object that both sides describe: its place, our schema and theirs."""
    theirs = document.resolved(theirs)
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return
    known = document.properties(theirs)
    if "properties" in ours:
        yield place, ours, theirs
        for name, member in ours["properties"].items():
            yield from nested(member, known.get(name), document, f"{place}.{name}")
    if "items" in ours:
        yield from nested(ours["items"], theirs.get("items"), document, f"{place}[]")
    for word in ("allOf", "anyOf", "oneOf"):
        for part in ours.get(word, []):
            yield from nested(part, theirs, document, place)


def test_every_member_of_a_body_is_the_vendor_s_at_any_depth(methods):
    vendor, pairs = methods
    wrong = []
    for ours, theirs, _ in pairs:
        if ours.body is not None and theirs.body is None and not excused(vendor, ours, "body"):
            wrong.append(f"{ours.request}: the vendor takes no body")
        for place, schema, vendors in nested(ours.body, theirs.body, theirs.document, "body"):
            known = theirs.document.properties(vendors)
            # A free object names no members, and an open one takes more than it names.
            if not known or vendors.get("additionalProperties"):
                continue
            names = [*schema["properties"], *(ours.fixed_body if place == "body" else [])]
            unknown = [name for name in names if name not in known and not excused(vendor, ours, f"{place}.{name}")]
            wrong += [f"{ours.request}: no {place}.{name}" for name in unknown]
    assert wrong == []


def test_what_the_vendor_requires_in_a_body_is_required_or_fixed(methods):
    vendor, pairs = methods
    wrong = []
    for ours, theirs, paged in pairs:
        if ours.body is None and theirs.body is not None:
            missing = theirs.required(theirs.body) - set(ours.fixed_body)
            wrong += [f"{ours.request}: the vendor requires body.{name}" for name in sorted(missing)]
        for place, schema, vendors in nested(ours.body, theirs.body, theirs.document, "body"):
            given = set(schema.get("required", [])) | (set(ours.fixed_body) | paged if place == "body" else set())
            missing = [name for name in theirs.required(vendors) - given if not excused(vendor, ours, f"{place}.{name}")]
            wrong += [f"{ours.request}: the vendor requires {place}.{name}" for name in sorted(missing)]
    assert wrong == []


def test_no_enum_has_a_value_that_the_vendor_does_not_name(methods):
    vendor, pairs = methods
    wrong = []
    for ours, theirs, _ in pairs:
        resolved = theirs.document.resolved
        sides = [
            (f"{place}.{name}", parameter["schema"], theirs.parameters[place, name].get("schema", theirs.parameters[place, name]))
            for (place, name), parameter in ours.parameters.items()
            if (place, name) in theirs.parameters
        ]
        for place, schema, vendors in nested(ours.body, theirs.body, theirs.document, "body"):
            known = theirs.document.properties(vendors)
            sides += [(f"{place}.{name}", member, known[name]) for name, member in schema["properties"].items() if name in known]
        for place, schema, vendors in sides:
            vendors = resolved(vendors) or {}
            enum = schema.get("enum") or schema.get("items", {}).get("enum")
            named = vendors.get("enum") or (resolved(vendors.get("items")) or {}).get("enum")
            if enum and named and not set(enum) <= set(named) and not excused(vendor, ours, place):
                wrong.append(f"{ours.request}: {place}: {sorted(set(enum) - set(named))}")
    assert wrong == []
