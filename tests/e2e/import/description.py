"""A vendor's description as the tests read it: the text as values, and its operations, found without the importer's help."""

import json
import re
import subprocess
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

import yaml

import node

VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


class Loader(yaml.CSafeLoader):
    """YAML as JSON knows it: dates stay texts."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def load(path):
    """The file as values, every key a text."""
    text = path.read_text()
    return json.loads(text) if text.lstrip().startswith("{") else with_text_keys(yaml.load(text, Loader))


def with_text_keys(value):
    if isinstance(value, dict):
        return {key if isinstance(key, str) else json.dumps(key): with_text_keys(member) for key, member in value.items()}
    if isinstance(value, list):
        return [with_text_keys(item) for item in value]
    return value


def as_openapi(path, folder):
    """The file as OpenAPI 3, with the files beside it that it refers to. Swagger 2.0 is turned into it by another project's converter."""
    document = load(path)
    if "swagger" not in document:
        return in_one(document, path)
    converted = folder / f"{path.stem}.converted.json"
    converter = node.program("swagger2openapi", "swagger2openapi")
    command = [node.node(), converter, "--patch", "--outfile", str(converted), str(path)]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return json.loads(converted.read_text())


FILES = "x-files"


def in_one(document, path):
    """The document with all files that it refers to, by their places, under one more key."""
    files = {path.resolve(): document}
    waiting = [path.resolve()]
    while waiting:
        here = waiting.pop()
        for holder in holders(files[here]):
            file, _, fragment = holder["$ref"].partition("#")
            there = (here.parent / unquote(file)).resolve() if file else here
            if there not in files and re.match(r"[a-z]+://", file) is None and there.is_file():
                files[there] = load(there)
                waiting.append(there)
            if there in files:
                place = "" if there == path.resolve() else f"/{FILES}/{there.name}"
                holder["$ref"] = f"#{place}{fragment}"
    others = {file.name: value for file, value in files.items() if file != path.resolve()}
    assert len(others) == len(files) - 1, "two files of one name"
    return {**document, FILES: others} if others else document


def holders(value, is_schema_map=False):
    """Every object that is a reference, and not one with a member of that name."""
    if isinstance(value, list):
        for item in value:
            yield from holders(item)
    elif isinstance(value, dict):
        if isinstance(value.get("$ref"), str) and not is_schema_map:
            yield value
        for key, member in value.items():
            yield from holders(member, key == "properties" and not is_schema_map)


@dataclass
class Operation:
    """One operation with its references resolved at the top: parameters, body."""

    verb: str
    # As the description has it, with `?` and `#`.
    key: str
    item: dict
    value: dict
    parameters: list = field(default_factory=list)
    body: dict | None = None

    @property
    def path(self):
        """The part of the key that stands in a URL's path."""
        return self.key.split("#")[0].split("?")[0]

    @property
    def query(self):
        """What the key says after `?`: always sent."""
        _, _, query = self.key.split("#")[0].partition("?")
        return parse_qsl(query, keep_blank_values=True)

    def label(self):
        return f"{self.verb.upper()} {self.key}"


class Document:
    """References of one document, and its operations."""

    def __init__(self, root):
        self.root = root

    def resolved(self, value):
        for _ in range(50):
            if not (isinstance(value, dict) and isinstance(value.get("$ref"), str)):
                return value
            value = self.target(value["$ref"])
        return None

    def target(self, reference):
        if not reference.startswith("#"):
            return None
        value = self.root
        for step in reference[1:].split("/")[1:]:
            step = unquote(step).replace("~1", "/").replace("~0", "~")
            try:
                value = value[int(step)] if isinstance(value, list) else value[step]
            except (KeyError, IndexError, ValueError, TypeError):
                return None
        return value

    def operations(self):
        """All of them, in order, those that are broken too: identity is verb and key."""
        found = []
        for key, item in self.root.get("paths", {}).items():
            item = self.resolved(item)
            if key.startswith("x-") or not isinstance(item, dict):
                continue
            verbs = {verb: value for verb, value in item.items() if verb.lower() in VERBS}
            verbs |= {verb: value for verb, value in (item.get("additionalOperations") or {}).items()}
            for verb, value in verbs.items():
                found.append(self.operation(verb.lower(), key, item, value if isinstance(value, dict) else {}))
        return found

    def operation(self, verb, key, item, value):
        declared = {}
        for parameter in [*aslist(item.get("parameters")), *aslist(value.get("parameters"))]:
            parameter = self.resolved(parameter)
            if isinstance(parameter, dict) and "name" in parameter:
                declared[parameter["name"], parameter.get("in")] = parameter
        body = self.resolved(value.get("requestBody"))
        return Operation(verb, key, item, value, list(declared.values()), body if isinstance(body, dict) else None)

    def properties(self, schema, depth=0):
        """The properties that a schema names, in all of its parts."""
        schema = self.resolved(schema)
        if not isinstance(schema, dict) or depth > 8:
            return {}
        named = dict(schema.get("properties") or {})
        for part in [*aslist(schema.get("allOf")), *aslist(schema.get("oneOf")), *aslist(schema.get("anyOf"))]:
            named = {**self.properties(part, depth + 1), **named}
        return named


def aslist(value):
    return value if isinstance(value, list) else []
