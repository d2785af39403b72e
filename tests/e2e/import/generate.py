"""Arguments for a tool, made from its schema: the same for the same seed, and valid by an independent library.

Values differ from each other wherever the schema lets them, so that one which arrives in another's place is noticed.
"""

import base64
import math
import random
from enum import Enum

from jsonschema import Draft202012Validator

import patterns

MAX_DEPTH = 12
MAX_VALUES = 400
FORMATS = {
    "date-time": "2026-03-04T05:06:{:02}Z",
    "date": "2026-03-{:02}",
    "time": "05:06:{:02}Z",
    "email": "person{}@mail.example",
    "idn-email": "person{}@mail.example",
    "hostname": "host{}.example",
    "ipv4": "192.0.2.{}",
    "ipv6": "2001:db8::{}",
    "uri": "https://site.example/{}",
    "url": "https://site.example/{}",
    "uri-reference": "https://site.example/{}",
    "uuid": "3f2b8c1e-5d4a-4e6f-9a7b-{:012}",
    "duration": "P{}D",
}
# What a careless encoder loses: separators of every style, escapes, other scripts.
AWKWARD = ["a b+c", "50%", "x/y?z#w", "k=v&l=m", "one,two;three|four", "ä€😀", "..", "q\"'<>\\", "[0]", "%2F", "~{}$"]


class Fullness(Enum):
    """How much is said."""

    REQUIRED = "required"
    SOME = "some"
    ALL = "all"


class Texts(Enum):
    """What free texts are like."""

    TAME = "tame"
    AWKWARD = "awkward"
    # Nothing that is something: null, "", [], {}, zero, negative and tiny numbers.
    EMPTY = "empty"


class Impossible(Exception):
    """No value was found that the schema admits."""


def arguments(schema, seed, fullness, texts=Texts.TAME, without=(), also=(), tame=()):
    """An object that `schema` admits, with the members `also` and without the members `without`, which it does not require. `tame` ones never have
    awkward texts.

    Raises `Impossible`.
    """
    schema = {**schema, "required": [*schema.get("required", []), *also]} if also else schema
    validator = Draft202012Validator(schema)
    error = "nothing was tried"
    for attempt in range(8):
        # What rules between members forbid is usually admitted where fewer of them are given.
        less = fullness if attempt < 3 else Fullness.SOME if attempt < 6 else Fullness.REQUIRED
        maker = Maker(schema, validator, f"{seed}/{attempt}", less, texts, without, tame)
        try:
            made = maker.value(schema, 0)
        except Impossible as impossible:
            error = str(impossible)
            continue
        found = next(validator.iter_errors(made), None)
        if found is None:
            return made
        error = f"{found.json_path}: {found.message[:300]}"
    raise Impossible(error)


class Maker:
    """One attempt."""

    def __init__(self, root, validator, seed, fullness, texts, without, tame):
        self.root = root
        self.validator = validator
        self.rng = random.Random(seed)
        self.fullness = fullness
        self.texts = texts
        self.without, self.tame = set(without), set(tame)
        self.count = 0

    def number(self):
        self.count += 1
        return self.count

    def value(self, schema, depth):
        if depth > MAX_DEPTH:
            raise Impossible("the schema goes on for ever")
        flat = self.flat(schema)
        if not flat["_choices"]:
            return self.plain(flat, depth)
        for _ in range(6):
            picked = dict(flat, _choices=[])
            for branches in flat["_choices"]:
                picked = merged(picked, self.flat(self.pick(branches, depth)))
            try:
                made = self.value(picked, depth + 1) if picked["_choices"] else self.plain(picked, depth)
            except Impossible:
                continue
            if schema is True or self.validator.evolve(schema=as_schema(schema)).is_valid(made):
                return made
        raise Impossible("no combination of alternatives fits")

    def pick(self, branches, depth):
        """Prefers what says something, and far down what ends."""
        if self.texts is Texts.EMPTY and self.is_emptied():
            branches = [branch for branch in branches if isinstance(branch, dict) and branch.get("type") == "null"] or branches
        branches = [branch for branch in branches if not (isinstance(branch, dict) and branch.get("type") == "null")] or branches
        if depth > 6 or self.count > MAX_VALUES:
            ends = [branch for branch in branches if isinstance(branch, dict) and branch.get("type") in ("string", "integer", "null")]
            branches = ends or branches
        return self.rng.choice(branches)

    def is_emptied(self):
        """Half of what could be empty is."""
        return self.rng.random() < 0.5

    def flat(self, schema):
        """The schema without `$ref` and `allOf`; alternatives that are still to be chosen from stand in `_choices`."""
        if schema is True:
            return {"_choices": []}
        if schema is False:
            raise Impossible("the schema admits nothing")
        if "_choices" in schema:
            return schema
        flat = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "oneOf", "anyOf", "if", "then", "else")}
        flat["_choices"] = [schema[key] for key in ("oneOf", "anyOf") if key in schema]
        if "$ref" in schema:
            flat = merged(flat, self.flat(self.target(schema["$ref"])))
        for part in schema.get("allOf", []):
            flat = merged(flat, self.flat(part))
        if schema.get("if") is True and "then" in schema:
            flat = merged(flat, self.flat(schema["then"]))
        return flat

    def target(self, reference):
        value = self.root
        for step in reference.removeprefix("#").split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            value = value[int(step)] if isinstance(value, list) else value[step]
        return value

    def plain(self, flat, depth):
        if "const" in flat:
            return flat["const"]
        if "enum" in flat:
            if self.texts is Texts.EMPTY and (None in flat["enum"] or "" in flat["enum"]):
                return self.rng.choice([value for value in flat["enum"] if value is None or value == ""])
            usual = [value for value in flat["enum"] if value is not None and value != ""] or flat["enum"]
            if not usual:
                raise Impossible("two lists of values have none in common")
            return self.rng.choice(usual)
        makers = {"object": self.object, "array": self.array, "string": self.string, "integer": self.integer, "number": self.real}
        kind = self.kind(flat)
        self.count += 1
        if kind in makers:
            return makers[kind](flat, depth)
        return None if kind == "null" else bool(self.count % 2) and self.texts is not Texts.EMPTY

    def kind(self, flat):
        types = flat.get("type")
        types = [types] if isinstance(types, str) else list(types or [])
        if "type" in flat and not types:
            raise Impossible("two types have none in common")
        if "null" in types and self.texts is Texts.EMPTY and self.is_emptied():
            return "null"
        types = [kind for kind in types if kind != "null"] or types
        if types:
            return self.rng.choice(types)
        if "properties" in flat or "additionalProperties" in flat or "required" in flat:
            return "object"
        if "items" in flat or "prefixItems" in flat:
            return "array"
        return "integer" if "minimum" in flat or "maximum" in flat else "string"

    def object(self, flat, depth):
        made = {}
        required = flat.get("required", [])
        properties = flat.get("properties", {})
        names = list(dict.fromkeys([*required, *properties]))
        far = depth > 3 or self.count > MAX_VALUES or depth > 0 and self.texts is Texts.EMPTY and self.is_emptied()
        for name in names:
            if name not in required and (depth == 0 and name in self.without or far or not self.is_wanted()):
                continue
            if properties.get(name, True) is False:
                if name in required:
                    raise Impossible(f"`{name}` is required and refused")
                continue
            texts, self.texts = self.texts, Texts.TAME if depth == 0 and name in self.tame else self.texts
            try:
                made[name] = self.value(properties.get(name, flat.get("additionalProperties", True)), depth + 1)
            except Impossible:
                if name in required:
                    raise
            finally:
                self.texts = texts
        if any(isinstance(schema, dict) and schema.get("contentEncoding") == "base64" for schema in properties.values()):
            # A file of which more is said (docs/definitions.md); that this is a media type is no matter of the schema.
            made |= {name: value for name, value in {"name": f"file{self.number()}.pdf", "media_type": "application/pdf"}.items() if name in made}
        self.complete(flat, made, depth)
        return made

    def is_wanted(self):
        return self.fullness is Fullness.ALL or self.fullness is Fullness.SOME and self.rng.random() < 0.5

    def complete(self, flat, made, depth):
        """Members that are needed because of others, or because there have to be some."""
        properties = flat.get("properties", {})
        for name, needed in flat.get("dependentRequired", {}).items():
            for other in needed if name in made else []:
                if other not in made:
                    made[other] = self.value(properties.get(other, True), depth + 1)
        least = flat.get("minProperties", 0)
        # An empty object cannot be written in most styles.
        if 0 < depth < 5 and self.texts is not Texts.EMPTY:
            least = max(least, 1)
        for name, schema in properties.items():
            if len(made) >= least:
                return
            if name not in made and schema is not False and not (depth == 0 and name in self.without):
                try:
                    made[name] = self.value(schema, depth + 1)
                except Impossible:
                    continue
        more = flat.get("additionalProperties", True)
        pattern = next(iter(flat.get("patternProperties", {}).items()), None)
        while len(made) < least and (more is not False or pattern):
            name, schema = f"key{self.number()}", more
            if pattern:
                name, schema = self.matching(pattern[0]), pattern[1]
            names = self.flat(flat.get("propertyNames", True))
            made[self.string(names, depth) if "pattern" in names or "enum" in names else name] = self.value(schema, depth + 1)

    def array(self, flat, depth):
        least, most = flat.get("minItems", 0), flat.get("maxItems", math.inf)
        far = depth > 5 or self.count > MAX_VALUES
        is_short = far and depth > 8 or self.texts is Texts.EMPTY and self.is_emptied()
        wanted = max(least, 0 if is_short else 1 if far or self.fullness is Fullness.REQUIRED else self.rng.choice([1, 2, 3]))
        first = flat.get("prefixItems", [])
        made = []
        for index in range(int(min(wanted, most))):
            schema = first[index] if index < len(first) else flat.get("items", True)
            item = self.value(schema, depth + 1)
            if flat.get("uniqueItems") and item in made:
                if len(made) < least:
                    item = self.value(schema, depth + 1)
                if item in made:
                    continue
            made.append(item)
        return made

    def string(self, flat, depth):
        if "enum" in flat or "const" in flat:
            return self.plain(flat, depth)
        number = self.number()
        least, most = flat.get("minLength", 0), flat.get("maxLength")
        if flat.get("contentEncoding") == "base64" or flat.get("format") == "byte":
            return base64.b64encode(f"bytes {number} \x00\xff\r\n--".encode("latin-1")).decode()
        if "pattern" in flat:
            return self.matching(flat["pattern"], least, most)
        written = FORMATS.get(flat.get("format"))
        if written:
            return written.format(number % 27 + 1)
        text = "" if self.texts is Texts.EMPTY else f"text{number}"
        if self.texts is Texts.AWKWARD and depth > 0:
            text = f"{AWKWARD[number % len(AWKWARD)]}{number}"
        text += "x" * (least - len(text))
        return text if most is None or len(text) <= most else text[len(text) - most :]

    def matching(self, pattern, least=0, most=None):
        try:
            return patterns.matching(pattern, self.rng, least, most)
        except (patterns.Unmatched, ValueError, KeyError, OverflowError) as error:
            raise Impossible(f"pattern {pattern}: {error}") from error

    def integer(self, flat, _depth):
        step = flat.get("multipleOf", 1)
        step = int(step) if step == int(step) else 1
        low, high = bounds(flat, step)
        value = 100 + self.number()
        if self.texts is Texts.EMPTY:
            value = self.rng.choice([0, -self.count])
        if not low <= value <= high:
            value = low + self.count % 5 if low > -math.inf else high - self.count % 5
            value = min(max(value, low), high)
        value = int(value) if step == 1 else math.ceil(value / step) * step
        if not low <= value <= high:
            raise Impossible("no whole number is within the bounds")
        return value

    def real(self, flat, depth):
        if "multipleOf" in flat:
            step, low = flat["multipleOf"], max(bounds(flat, 0)[0], 0)
            return round((math.ceil(low / step) + 1) * step, 10)
        low, high = bounds(flat, 0.5)
        value = self.rng.choice([0, -1.5, 1e-7]) if self.texts is Texts.EMPTY else 100.25 + self.number()
        if low <= value <= high:
            return value
        if low > -math.inf and high < math.inf:
            return (low + high) / 2
        return low + 0.5 if low > -math.inf else high - 0.5


def bounds(flat, step):
    """The least and the greatest value."""
    low, high = flat.get("minimum", -math.inf), flat.get("maximum", math.inf)
    low, high = max(low, flat.get("exclusiveMinimum", -math.inf) + step), min(high, flat.get("exclusiveMaximum", math.inf) - step)
    return (math.ceil(low), math.floor(high)) if step and step == 1 and low > -math.inf and high < math.inf else (low, high)


def as_schema(schema):
    """Without what is only noted here."""
    if "_choices" not in schema:
        return schema
    kept = {key: value for key, value in schema.items() if not key.startswith("_")}
    return {**kept, "allOf": [{"anyOf": branches} for branches in schema["_choices"]]} if schema["_choices"] else kept


def merged(one, other):
    """What both admit, as far as it has to be known to make a value."""
    result = dict(one)
    for key, value in other.items():
        if key not in result:
            result[key] = value
        elif key == "_choices":
            result[key] = [*result[key], *value]
        elif key == "properties":
            both = {name: {"allOf": [result[key][name], schema]} for name, schema in value.items() if name in result[key]}
            result[key] = {**result[key], **value, **both}
        elif key == "required":
            result[key] = list(dict.fromkeys([*result[key], *value]))
        elif key == "enum":
            result[key] = [item for item in result[key] if item in value]
        elif key == "type":
            result[key] = common_types(result[key], value)
        elif key in ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"):
            result[key] = max(result[key], value)
        elif key in ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"):
            result[key] = min(result[key], value)
        elif key in ("items", "additionalProperties") and result[key] is not value:
            result[key] = {"allOf": [result[key], value]} if False not in (result[key], value) else False
        elif key in ("description", "title", "examples"):
            continue
        else:
            result[key] = value
    return result


def common_types(one, other):
    one, other = ([types] if isinstance(types, str) else types for types in (one, other))
    both = [kind for kind in one if kind in other]
    if "integer" in one and "number" in other or "number" in one and "integer" in other:
        both = [*both, "integer"] if "integer" not in both else both
    return both
