"""The proof for one description: every operation is a tool or reported, and what tools send is what the vendor's description wants."""

import base64
import json
import re
import subprocess
from dataclasses import dataclass, field
from functools import cache

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

import compare
import description
import exemptions
import gateway
import generate
import judge
import routes
import wire
from exemptions import Exemption
from generate import Fullness, Texts

# Each operation is called with these; `AWKWARD` texts are for our decoder alone.
CALLS = [
    (1, Fullness.REQUIRED, Texts.TAME),
    (2, Fullness.ALL, Texts.TAME),
    (3, Fullness.SOME, Texts.TAME),
    (4, Fullness.ALL, Texts.AWKWARD),
    (5, Fullness.ALL, Texts.EMPTY),
]
ELSEWHERE = "https://elsewhere.example/base"


@dataclass
class Proof:
    """What came out. Each failure is a sentence that names the operation."""

    file: str
    operations: int = 0
    tools: int = 0
    skipped: list = field(default_factory=list)
    calls: int = 0
    valid: int = 0
    # Calls that were refused because something cannot be sent empty; they are none of `calls`.
    refused: int = 0
    # How often each exemption was made use of.
    spared: dict = field(default_factory=dict)
    unaccounted: list = field(default_factory=list)
    unsound: list = field(default_factory=list)
    incomplete: list = field(default_factory=list)
    invalid: list = field(default_factory=list)
    untried: list = field(default_factory=list)

    def figures(self):
        return (
            f"{self.file}: {self.operations} operations, {self.tools} tools ({share(self.tools, self.operations)}), "
            f"{self.calls} calls, {self.valid} valid ({share(self.valid, self.calls)}), {self.refused} more refused as empty; spared: "
            + ", ".join(f"{exemption.name.lower()} {count}" for exemption, count in sorted(self.spared.items(), key=lambda each: -each[1]))
        )


def share(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "-"


def proven(binary, path, folder, calls=CALLS):
    """Imports the file into `folder` and tries every tool."""
    proof = Proof(path.name)
    exemptions.USED.clear()
    root = description.as_openapi(path, folder)
    document = description.Document(root)
    operations = document.operations()
    elsewhere = needs_base_url(root)
    if elsewhere:
        root["servers"] = [{"url": ELSEWHERE}]
    definition_file, report = imported(binary, path, elsewhere, folder)
    definition = description.load(definition_file)
    tools = json.loads(run(binary, folder, "catalog", "tools", str(definition_file), "--json", "--full"))
    proof.operations, proof.tools = len(operations), len(tools)
    proof.skipped = report["skipped"]
    pairs = accounted(proof, operations, tools, report, definition)
    for tool, _ in pairs:
        proof.unsound += [f"{tool['name']}: {problem}" for problem in problems_of(tool)]
    credentials = held_back(root, definition, report)
    made = []
    for tool, operation in pairs:
        method = definition["resources"][tool["resource"]]["methods"][tool["method"]]
        case = Case(tool, operation, method, definition, credentials)
        proof.incomplete += [f"{operation.label()}: {kind} `{name}`" for kind, name in gaps(case, document) if not is_told(report, operation, name)]
        made += [(case, arguments) for arguments in arguments_for(case, calls, proof)]
    try_out(binary, folder, definition_file, definition, made, judge.Judge(root, document, operations, credentials), document, proof)
    proof.spared = dict(exemptions.USED)
    return proof


@dataclass
class Case:
    """One tool and the operation that it stands for."""

    tool: dict
    operation: description.Operation
    method: dict
    definition: dict
    credentials: set

    def __post_init__(self):
        self.routes = routes.routes(self.tool, self.operation, self.method, self.paging())

    def paging(self):
        if self.tool["method"] != "list" and "pagination" not in self.method:
            return {}
        resource = self.definition["resources"][self.tool["resource"]]
        return self.method.get("pagination") or resource.get("pagination") or self.definition.get("pagination") or {}

    def is_fixed(self, item):
        """Whether the definition itself says so, for every call."""
        headers = {**self.definition.get("headers", {}), **self.method.get("headers", {})}
        if item.place == "header":
            return item.name.lower() in {name.lower() for name in headers}
        if item.place == "query":
            queries = {**self.definition.get("query", {}), **self.method.get("query", {})}
            return item.name in queries or item.name in self.paging_names()
        body = self.method.get("body", {})
        return item.place == "body" and item.name in {**body.get("fixed", {}), **body.get("defaults", {})}

    def paging_names(self):
        return {value for key, value in self.paging().items() if key in ("page", "offset", "cursor", "size")}


# --- import ---


def imported(binary, path, elsewhere, folder):
    """The definition file and the report."""
    definition, report = folder / f"{path.stem}.definition.yaml", folder / f"{path.stem}.report.json"
    command = ["import", str(path), "-o", str(definition), "--report", str(report), "--force"]
    if elsewhere:
        command += ["--base-url", ELSEWHERE]
    run(binary, folder, *command)
    return definition, json.loads(report.read_text())


def needs_base_url(root):
    servers = root.get("servers") or []
    return not any(re.match("https?://", str(server.get("url"))) for server in servers if isinstance(server, dict))


def run(binary, folder, *arguments, stdin=None):
    env = gateway.clean_environment()
    done = subprocess.run([binary, *arguments], cwd=folder, env=env, input=stdin, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"tidegate {' '.join(arguments)}: {done.returncode}\n{done.stderr[-3000:]}"
    return done.stdout


# --- accounting ---


def accounted(proof, operations, tools, report, definition):
    """Tools with their operations. What has none, or is neither tool nor reported, is told."""
    waiting = {}
    for operation in operations:
        waiting.setdefault(identity(operation.verb, operation.path), []).append(operation)
    for skipped in report["skipped"]:
        if not skipped.get("reason"):
            proof.unaccounted.append(f"{skipped['operation']} is skipped without a reason")
        # JSON Pointer `/paths/{key}/{verb}`: the key tells apart what the label does not.
        key, verb = pointed(skipped["at"])
        found = [each for each in operations if (each.key, each.verb) == (key, verb)]
        for operation in found:
            waiting[identity(verb, operation.path)].remove(operation)
        if not found and not is_lost_item(operations, key, skipped["at"]):
            proof.unaccounted.append(f"{skipped['operation']} at {skipped['at']} is skipped, but is no operation")
    pairs = []
    for tool in tools:
        method = definition["resources"][tool["resource"]]["methods"][tool["method"]]
        verb, _, path = method["request"].partition(" ")
        likes = waiting.get(identity(verb, path), [])
        query = {str(key): str(value) for key, value in method.get("query", {}).items()}
        ours = next((each for each in likes if dict(each.query).items() == query.items()), None)
        ours = ours or next((each for each in likes if dict(each.query).items() <= query.items()), None)
        if ours is None:
            proof.unaccounted.append(f"{tool['name']} ({method['request']}) stands for no operation")
            continue
        likes.remove(ours)
        pairs.append((tool, ours))
    for likes in waiting.values():
        proof.unaccounted += [f"{operation.label()} is neither a tool nor reported" for operation in likes]
    return pairs


def is_lost_item(operations, key, pointer):
    """Whether a whole path item is told of, none of whose operations can be seen."""
    steps = pointer.lstrip("#").split("/")[1:]
    return len(steps) == 2 and steps[0] == "paths" and not any(operation.key == unescaped(steps[1]) for operation in operations)


def unescaped(step):
    return step.replace("~1", "/").replace("~0", "~")


def identity(verb, path):
    return verb.lower(), judge.shape("/" + path.split("?")[0].strip("/"))


def pointed(pointer):
    steps = [unescaped(step) for step in pointer.lstrip("#").split("/")[1:]]
    return (steps[1], steps[-1].lower()) if len(steps) >= 3 else (None, None)


def held_back(root, definition, report):
    """(place, name) of parameters that carry the credential: by the description's schemes, by what the definition attaches, or told in the report."""
    held = set()
    schemes = (root.get("components") or {}).get("securitySchemes") or {}
    for scheme in schemes.values():
        if isinstance(scheme, dict) and scheme.get("type") == "apiKey":
            held.add((scheme.get("in"), str(scheme.get("name")).lower()))
    for scheme in definition.get("credentials", {}).values():
        held |= {(place, str(name).lower()) for place, name in (scheme.get("attach") or {}).items() if place in ("header", "query", "cookie")}
    for note in report["notes"]:
        told = re.fullmatch(r"`([^`]+)` carries the credential, so it is no argument", note["message"])
        held |= {(place, told[1].lower()) for place in ("query", "header", "cookie") if told}
    return held


# --- schemas ---

ROOT_COMPOSITION = ("oneOf", "anyOf", "allOf", "not", "if", "then", "else", "$ref", "enum", "const")


def problems_of(tool):
    """What is wrong with a tool's schemas."""
    found = []
    for name in ("input_schema", "shown_schema"):
        schema = tool[name]
        found += [f"{name} is no JSON Schema: {problem}" for problem in broken_parts(schema)]
        found += [f"{name} refers to {reference}" for reference in references(schema) if not leads_somewhere(schema, reference)]
        found += [f"{name} has `{key}` at its root" for key in ROOT_COMPOSITION if key in schema]
        if schema.get("type") != "object":
            found.append(f"{name} is not of type object")
    return found


def broken_parts(schema):
    """The schema apart from what it is made of, and each of its parts, many of which are the same in many tools."""
    parts = {key: schema[key] for key in ("properties", "$defs") if isinstance(schema.get(key), dict)}
    rest = {**schema, **dict.fromkeys(parts, {})}
    found = [broken(json.dumps(each)) for each in (rest, *(value for part in parts.values() for value in part.values()))]
    return [problem for problem in found if problem]


@cache
def broken(text):
    """What is wrong with a schema, by the metaschema of 2020-12."""
    try:
        Draft202012Validator.check_schema(json.loads(text))
    except SchemaError as error:
        return f"{error.json_path}: {error.message[:200]}"
    return None


def references(schema):
    """Every `$ref` that is one: not a property of that name, and nothing in examples."""
    if isinstance(schema, list):
        for item in schema:
            yield from references(item)
    elif isinstance(schema, dict):
        for key, value in schema.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str):
                yield value
            elif key in ("properties", "patternProperties", "$defs"):
                for member in value.values():
                    yield from references(member)
            elif key not in ("enum", "const", "default", "examples", "example"):
                yield from references(value)


def leads_somewhere(schema, reference):
    if not reference.startswith("#"):
        return False
    return reference == "#" or description.Document(schema).target(reference) is not None


def gaps(case, document):
    """Parameters and members of the body that no argument stands for: what they are, and their names."""
    operation = case.operation
    in_path = set(re.findall(r"\{([^{}]*)\}", operation.path))
    wanted = []
    for parameter in operation.parameters:
        place, name = parameter.get("in"), str(parameter["name"])
        if place == "header" and name.lower() in judge.RESERVED or (place, name.lower()) in case.credentials:
            continue
        if place == "path" and name not in in_path:
            continue
        wanted.append((place, name))
    wanted += [("path", name) for name in in_path if ("path", name) not in wanted]
    for place, name in wanted:
        if not case.routes.has(place, name) and not case.is_fixed(wire.Item(place, name, None)):
            yield f"{place} parameter", name
    if operation.body is not None and not case.routes.leads_to_whole_body():
        yield from body_gaps(case, document)


def is_told(report, operation, name):
    """Whether the report says of this operation that it was left out."""
    told = name and any(f"`{name}`" in note["message"] and is_about(note, operation) for note in report["notes"])
    if told:
        exemptions.spare(Exemption.TOLD)
    return told


def is_about(note, operation):
    """Whether a note names the operation; one that many share names the first, and how many there are more."""
    first, _, _ = note["at"].partition(" and ")
    return first == operation.label() or first != note["at"]


def body_gaps(case, document):
    body = case.method.get("body")
    if body is None:
        schemas = [document.resolved((media or {}).get("schema")) or {} for media in (case.operation.body.get("content") or {}).values()]
        # An object that admits no member is no body.
        if any(schema.get("properties") or schema.get("additionalProperties", True) for schema in schemas):
            yield "the body", ""
        return
    media_type = body.get("content_type") or {"form": "application/x-www-form-urlencoded", "multipart": "multipart/form-data"}.get(
        body.get("format"), "application/json"
    )
    try:
        declared = wire.declared_media_type(case.operation, document, media_type.split(";")[0].lower())
    except wire.Unreadable as error:
        yield str(error), ""
        return
    for name, schema in document.properties(declared.get("schema")).items():
        resolved = document.resolved(schema)
        if isinstance(resolved, dict) and resolved.get("readOnly") or isinstance(schema, dict) and schema.get("readOnly"):
            continue
        if not case.routes.has("body", name) and not case.is_fixed(wire.Item("body", name, None)):
            yield "member of the body", name


# --- calls ---


def arguments_for(case, calls, proof):
    schema = case.tool["input_schema"]
    names = schema.get("properties", {})
    plain = [(each.get("in"), str(each["name"])) for each in case.operation.parameters if is_plain(each)]
    plain += [("body", name) for name, said in case.method.get("body", {}).get("encoding", {}).items() if said.get("explode") is False]
    tame = [case.routes.argument(*target, names) for target in plain if case.routes.argument(*target, names)]
    in_path = [name for name in names if case.routes.target(name)[0] == "path"]
    seen = []
    for seed, fullness, texts in calls:
        asked = {"without": ("next_cursor",), "also": at_least(case, names), "tame": in_path if texts is Texts.EMPTY else tame}
        try:
            arguments = generate.arguments(schema, f"{case.tool['name']}/{seed}", fullness, texts, **asked)
        except generate.Impossible as error:
            proof.untried.append(f"{case.operation.label()} ({fullness.value}): {error}")
            continue
        if arguments not in seen:
            seen.append(arguments)
            yield arguments


def is_plain(parameter):
    """Whether a parameter cannot carry every text: headers no other scripts; lists none of the spaces, pipes or, in cookies, commas between items."""
    return parameter.get("in") in ("header", "cookie") or parameter.get("style") in ("spaceDelimited", "pipeDelimited")


def at_least(case, names):
    """As many members of the body as it must have, which the schema of the tool, with its path parameters, does not say."""
    schema = case.method.get("body", {}).get("schema")
    if not isinstance(schema, dict) or not schema.get("minProperties"):
        return []
    members = [case.routes.argument("body", member, names) for member in schema.get("properties", {}) if case.routes.has("body", member)]
    return members[: schema["minProperties"]]


def try_out(binary, folder, file, definition, made, judged, document, proof):
    lines = "".join(json.dumps({"tool": case.tool["name"], "arguments": arguments}) + "\n" for case, arguments in made)
    context = {
        name: variable.get("default") or next(iter(variable.get("options", {})), None) or variable.get("example") or "acme"
        for name, variable in definition.get("variables", {}).items()
    }
    out = run(binary, folder, "catalog", "plan", str(file), "--stdin", "--context", json.dumps(context), stdin=lines)
    answers = [json.loads(line) for line in out.splitlines()]
    assert len(answers) == len(made), f"{len(answers)} answers to {len(made)} calls"
    for (case, arguments), answer in zip(made, answers):
        if is_refused_as_empty(case, arguments, answer):
            proof.refused += 1
            continue
        proof.calls += 1
        complaints = complaints_about(case, arguments, answer, judged, document)
        proof.valid += not complaints
        if complaints:
            proof.invalid.append(f"{case.operation.label()}: {'; '.join(complaints)[:900]}")


def is_refused_as_empty(case, arguments, answer):
    """Whether the refusal is about arguments that are empty, all of them, and says so."""
    violations = answer.get("error", {}).get("violations") or []
    return bool(violations) and all("empty" in each["message"] and is_empty(arguments, each["path"]) for each in violations)


def is_empty(arguments, pointer):
    name = unescaped(pointer.removeprefix("/"))
    return name in arguments and (arguments[name] == "" or compare.is_lost(arguments[name]))


def complaints_about(case, arguments, answer, judged, document):
    if "error" in answer:
        return [f"refused: {json.dumps(answer['error'])[:400]}"]
    plan = answer["plan"]
    body = plan["body_base64"]
    request = wire.Request(plan["verb"], plan["url"], plan["headers"], None if body is None else base64.b64decode(body))
    if request.verb.lower() != case.operation.verb:
        return [f"the verb is {request.verb}"]
    try:
        items = wire.items(request, case.operation, document, Shapes(arguments, case.routes))
    except (wire.Unreadable, ValueError, KeyError) as error:
        return [f"cannot be read: {error!r}"]
    found = compare.differences(arguments, items, case.routes, case.is_fixed)
    given = typed(arguments, items, case.routes)
    return found + judged.complaints(request, case.operation, given, case.paging().get("size"))


class Shapes:
    """Whether a value that was given is a text, a list or an object."""

    def __init__(self, arguments, ways):
        self.arguments, self.routes = arguments, ways

    def get(self, key, default=None):
        place, name = key
        argument = self.routes.argument(place, name, self.arguments)
        if argument is not None:
            return compare.kind(self.arguments[argument])
        whole = self.arguments.get(self.routes.argument("body", "", self.arguments))
        if place == "body" and isinstance(whole, dict) and name in whole:
            return compare.kind(whole[name])
        return default


def typed(arguments, items, ways):
    """What arrived as it was given: numbers are numbers again. For openapi-core, where it cannot read texts itself."""
    given = {}
    whole = arguments.get(ways.argument("body", "", arguments))
    for item in compare.spread(items, ways):
        argument = ways.argument(item.place, item.name, arguments)
        value = arguments[argument] if argument is not None and compare.same(arguments[argument], item.value) else None
        if value is None and item.place == "body" and isinstance(whole, dict):
            value = whole.get(item.name)
        if value is not None:
            given[item.place, item.name.lower() if item.place == "header" else item.name] = as_vendor(value, item.value)
    return given


def as_vendor(value, arrived):
    """Files as the vendor's schema has them: their content alone."""
    if isinstance(arrived, list) and isinstance(value, list):
        return [as_vendor(*pair) for pair in zip(value, arrived)]
    if isinstance(arrived, wire.File) and isinstance(value, dict):
        return compare.content_of(value)
    return value
