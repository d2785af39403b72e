"""Whether openapi-core takes a request for a valid one, of the right operation.

It gets the vendor's own description, but for what `exemptions.Exemption` says. Private methods of openapi-core are used (requirements.txt pins it): it has no
other place at which a value that was read elsewhere could be handed in.
"""

import copy
import json
import re
import warnings
from urllib.parse import parse_qsl, unquote, urlsplit

from jsonschema_path import SchemaPath
from openapi_core.datatypes import RequestParameters
from openapi_core.deserializing.styles.exceptions import EmptyQueryParameterValue
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.validation.request.exceptions import MissingParameter, MissingRequestBody
from openapi_core.validation.request.validators import V30RequestValidator, V31RequestValidator, V32RequestValidator
from werkzeug.datastructures import Headers, ImmutableMultiDict

import compare
from exemptions import Exemption, spare

VALIDATORS = {"3.0": V30RequestValidator, "3.1": V31RequestValidator, "3.2": V32RequestValidator}
RESERVED = ("accept", "content-type", "authorization")


class Judge:
    """`credentials`: (place, name in lower case) of what is attached later."""

    def __init__(self, root, document, operations, credentials):
        self.root = adapted(root, document, credentials)
        self.operations = operations
        self.validators = {}

    def complaints(self, request, operation, given, size=None):
        """What is wrong with the request, as sentences. `given`: (place, vendor's name) → the value that was to arrive; `size`: the parameter that `limit`
        goes to."""
        validator = self.validator(operation)
        validator.given = {(place, usable(name) if place == "path" else name): value for (place, name), value in given.items()}
        validator.unequal, validator.size = [], size
        split = urlsplit(request.url)
        asked = Request(f"{split.scheme}://{split.netloc}", split.path, request)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                path, found, _, result, _ = validator._find_path(asked)
            except PathError as error:
                return [f"no such operation: {error!r}"]
            if result.pattern != usable_path(operation.path):
                return [f"it is taken for {request.verb} {result.pattern}"]
            asked.parameters.path = {name: unquote(text) for name, text in result.variables.items()}
            if asked.parameters.path != result.variables:
                spare(Exemption.ESCAPES_IN_PATHS)
            return self.told(validator, asked, found, path)

    def told(self, validator, asked, operation, path):
        errors = []
        try:
            validator._get_parameters(asked.parameters, operation, path)
        except Exception as error:  # noqa: BLE001 - whatever it raises is what it says
            errors += [reason(each) for each in getattr(error, "errors", [error]) if not is_empty_text(each, validator.given)]
        try:
            validator._get_body(asked.body, asked.content_type, operation)
        except (MissingRequestBody, MissingParameter):
            # Raised for what is optional too; what is required has errors of its own.
            pass
        except Exception as error:  # noqa: BLE001
            errors.append(reason(error))
        return errors + validator.unequal

    def validator(self, operation):
        """One for all whose URLs differ by their paths, one for each of the others."""
        alike = [other for other in self.operations if other.key != operation.key and ties(other.path, operation.path)]
        key = operation.key if alike or operation.key != operation.path else ""
        if key not in self.validators:
            root = dict(self.root)
            if key:
                spare(Exemption.TIES)
                paths = {k: v for k, v in root["paths"].items() if not ties(k.split("#")[0].split("?")[0], operation.path)}
                root["paths"] = {usable_path(operation.path): self.root["paths"][usable_path(operation.key)], **paths}
            self.validators[key] = validator_class(root)(SchemaPath.from_dict(root))
        return self.validators[key]


def usable(name):
    """A name of a path parameter with letters, digits and underscores only."""
    return re.sub(r"\W", "_", name)


def usable_path(path):
    return re.sub(r"\{([^{}]*)\}", lambda match: f"{{{usable(match[1])}}}", path)


def shape(path):
    """The path with its parameters nameless."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


def ties(other, path):
    """Whether a URL of `path` may be one of `other`."""
    expression = "".join("[^/]*" if index % 2 else re.escape(text) for index, text in enumerate(re.split(r"\{([^{}]*)\}", other)))
    return other == path or "{" in path and re.fullmatch(expression, re.sub(r"\{[^{}]*\}", "a-value", path)) is not None


def is_empty_text(error, given):
    """Whether a text that was given empty is refused for nothing but that."""
    empty = error.__cause__
    told = isinstance(empty, EmptyQueryParameterValue) and given.get(("query", empty.name)) in ("", [""])
    if told:
        spare(Exemption.EMPTY_VALUES)
    return told


def reason(error):
    """An error and what it came from, in one line."""
    texts = []
    while error is not None and len(texts) < 4:
        details = [f"{e.json_path}: {e.message[:200]}" for e in getattr(error, "schema_errors", None) or []][:2]
        texts.append(" ".join([repr(error)[:200], *details]))
        error = error.__cause__
    return " <- ".join(texts)


def validator_class(root):
    version = root["openapi"][:3]

    class Validator(Patient, VALIDATORS[version]):
        pass

    return Validator


class Patient:
    """Takes values that were read elsewhere where openapi-core cannot read them."""

    given = {}
    # The vendor's parameter for the size of a page.
    size = None

    def _deserialise_style(self, parameter, location, name=None):
        name = name or (parameter / "name").read_str()
        place = (parameter / "in").read_str()
        given = self.given.get((place, name if place != "header" else name.lower()))
        if given is None and (parameter / "style").read_str("") == "deepObject":
            raise KeyError(name)
        if given is None:
            return super()._deserialise_style(parameter, location, name)
        if not is_read(parameter, given):
            is_text = (parameter / "schema").get("type") == "string" and isinstance(given, int) and not isinstance(given, bool)
            spare(Exemption.LIMIT_AS_TEXT if is_text and name == self.size else Exemption.STYLES)
            return str(given) if is_text and name == self.size else given
        value = super()._deserialise_style(parameter, location, name)
        # It has types where the schema names one.
        if not (compare.same(given, value) or compare.same_json(given, value)):
            self.unequal.append(f"{place} `{name}` is read as {compare.short(value)}; given {compare.short(given)}")
        return value

    def _deserialise_media_type(self, media_type, mimetype, parameters, value):
        if isinstance(value, bytes) and (mimetype.startswith("multipart/") or mimetype.endswith("x-www-form-urlencoded")):
            spare(Exemption.FORMS)
            return {name: given for (place, name), given in self.given.items() if place == "body"}
        if isinstance(value, bytes) and "json" not in mimetype:
            spare(Exemption.NOT_JSON)
            return NOT_JSON
        if isinstance(value, bytes) and mimetype != "application/json":
            spare(Exemption.JSON_BY_ANOTHER_NAME)
            return json.loads(value)
        return super()._deserialise_media_type(media_type, mimetype, parameters, value)

    def _validate_schema(self, schema, value):
        if value is not NOT_JSON:
            super()._validate_schema(schema, value)


# A body that no JSON schema is about.
NOT_JSON = object()


def is_read(parameter, given):
    """Whether openapi-core can take the value apart."""
    schema = parameter / "schema"
    kind = schema.get("type") if schema.exists() else None
    style = (parameter / "style").read_str("")
    if style in ("label", "matrix"):
        return False
    if isinstance(given, str):
        return kind == "string"
    if isinstance(given, bool) or not isinstance(given, (list, dict)):
        return kind in ("integer", "number", "boolean")
    texts = given if isinstance(given, list) else [*given.values()]
    if any(isinstance(text, (list, dict)) or set(str(text)) & set(",;.|= %&") for text in texts):
        return False
    if isinstance(given, list):
        return kind == "array" and style in ("", "form", "simple")
    explode = parameter.get("explode")
    return kind == "object" and style == "simple" and explode is not True


class Request:
    """A plan as openapi-core asks for it."""

    def __init__(self, host_url, path, request):
        self.host_url, self.path, self.method = host_url, path, request.verb.lower()
        self.body = request.body
        self.content_type = request.header("content-type") or ""
        cookies = [pair.partition("=")[::2] for pair in (request.header("cookie") or "").split("; ") if pair]
        self.parameters = RequestParameters(
            path={},
            query=ImmutableMultiDict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True)),
            header=Headers(request.headers),
            cookie=ImmutableMultiDict([(unquote(name), unquote(value)) for name, value in cookies]),
        )


# --- the copy of the description ---


def adapted(root, document, credentials):
    root = copy.deepcopy(root)
    if root.pop("security", None):
        spare(Exemption.SECURITY)
    readable(root, root["openapi"].startswith("3.0"))
    own = type(document)(root)
    paths = {}
    for key, item in root.get("paths", {}).items():
        item = own.resolved(item)
        if not isinstance(item, dict) or key.startswith("x-"):
            continue
        item = dict(item)
        above = item.pop("servers", None)
        item["parameters"] = kept(item.get("parameters"), own, credentials)
        for verb, operation in list(item.items()):
            if not isinstance(operation, dict) or verb in ("parameters", "additionalOperations"):
                continue
            if "security" in operation:
                spare(Exemption.SECURITY)
            operation = {name: value for name, value in operation.items() if name not in ("security", "callbacks")}
            operation["parameters"] = kept(operation.get("parameters"), own, credentials)
            if above and not operation.get("servers"):
                spare(Exemption.SERVERS)
                operation["servers"] = above
            item[verb.lower()] = operation
        for verb, operation in (item.pop("additionalOperations", None) or {}).items():
            item[verb.lower()] = operation
        paths[usable_path(key)] = item
    root["paths"] = paths
    return root


def kept(parameters, document, credentials):
    found = []
    for parameter in parameters if isinstance(parameters, list) else []:
        resolved = document.resolved(parameter)
        if not isinstance(resolved, dict) or "name" not in resolved:
            continue
        exempted = exemption(resolved.get("in"), str(resolved["name"]).lower(), credentials)
        if exempted is not None:
            spare(exempted)
        elif resolved.get("in") == "path":
            if usable(resolved["name"]) != resolved["name"]:
                spare(Exemption.NAMES_IN_PATHS)
            found.append({**resolved, "name": usable(resolved["name"])})
        else:
            found.append(parameter)
    return found


def exemption(place, name, credentials):
    """Why a parameter is kept from openapi-core, if it is."""
    if place == "querystring":
        return Exemption.QUERYSTRING
    if place == "header" and name in RESERVED:
        return Exemption.RESERVED_HEADERS
    return Exemption.CREDENTIALS if (place, name) in credentials else None


def readable(value, is_old, is_part=False, is_map=False):
    """Leaves out what neither Python nor a request can heed (in place). `is_part`: of an `allOf`, whose other parts may declare what it requires; `is_map`: of
    schemas by name."""
    if isinstance(value, list):
        for item in value:
            readable(item, is_old, is_part)
    if not isinstance(value, dict):
        return
    if is_map:
        for member in value.values():
            readable(member, is_old)
        return
    if "default" in value:
        spare(Exemption.DEFAULTS)
        del value["default"]
    if isinstance(value.get("pattern"), str):
        try:
            re.compile(value["pattern"])
        except re.error:
            spare(Exemption.PATTERNS)
            del value["pattern"]
    properties = value.get("properties")
    if not is_old and isinstance(properties, dict) and isinstance(value.get("required"), list):
        ours = [name for name in value["required"] if not (isinstance(properties.get(name), dict) and properties[name].get("readOnly"))]
        if ours != value["required"]:
            spare(Exemption.READ_ONLY)
        value["required"] = ours
    if isinstance(properties, dict) and isinstance(value.get("required"), list) and not is_part and not PARTS & value.keys():
        declared = [name for name in value["required"] if name in properties]
        if declared != value["required"]:
            spare(Exemption.NOWHERE_DECLARED)
        value["required"] = declared
    if isinstance(value.get("oneOf"), list) and "anyOf" not in value:
        spare(Exemption.ONE_OF)
        value["anyOf"] = value.pop("oneOf")
    for key, member in value.items():
        if key not in ("example", "examples", "enum", "const"):
            readable(member, is_old, key in PARTS, key in ("properties", "patternProperties", "schemas", "$defs"))


PARTS = {"allOf", "anyOf", "oneOf"}
