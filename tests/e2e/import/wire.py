"""What a request says, read by the rules of RFC 6570 and OpenAPI alone: which parameter has which value, and the body.

Values of parameters are texts, or lists and objects of texts, as nothing on the wire tells numbers from texts. Written apart from
the encoder that it judges; `shapes` only says whether a text is to be taken apart.
"""

import json
import re
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

from werkzeug.formparser import MultiPartParser

from exemptions import Exemption, spare


@dataclass
class Item:
    """One value as it arrived: `place` is path, query, header, cookie or body; the name is empty for a whole body. What was read as JSON has types."""

    place: str
    name: str
    value: object


@dataclass
class Json:
    """A value whose numbers, texts and the like are told apart on the wire."""

    value: object


@dataclass
class File:
    """A part of a multipart body that has a file name or a media type of its own."""

    name: str | None
    media_type: str | None
    content: bytes


@dataclass
class Request:
    verb: str
    url: str
    headers: list
    body: bytes | None

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class Unreadable(Exception):
    """The request does not say what the description wants said."""


def items(request, operation, document, shapes):
    """All that the request says. `shapes`: vendor's name → the kind of value (`str`, `list`, `dict`) that was given.

    Raises `Unreadable`.
    """
    found = [*path_items(request, operation, shapes), *query_items(request, operation, document, shapes)]
    found += [*header_items(request, operation, shapes), *cookie_items(request, operation, shapes)]
    return found + body_items(request, operation, document, shapes)


def style_of(parameter):
    place = parameter["in"]
    style = parameter.get("style") or ("form" if place in ("query", "cookie") else "simple")
    return style, parameter.get("explode", style == "form")


# --- path ---


def path_expression(template):
    """Finds a path's end and its pieces, still encoded."""
    pieces = re.split(r"\{([^{}]*)\}", template)
    names = pieces[1::2]
    return re.compile("(.*)" + "".join(re.escape(p) if i % 2 == 0 else "([^/]*?)" for i, p in enumerate(pieces)) + "$"), names


def path_items(request, operation, shapes):
    expression, names = path_expression(operation.path if operation.path.startswith("/") else "/" + operation.path)
    match = expression.match(urlsplit(request.url).path)
    if not match:
        raise Unreadable(f"the path {urlsplit(request.url).path} is not {operation.path}")
    declared = {p["name"]: p for p in operation.parameters if p.get("in") == "path"}
    for name, text in zip(names, match.groups()[1:]):
        parameter = declared.get(name, {"name": name, "in": "path"})
        yield Item("path", name, of_path(parameter, text, shapes.get(("path", name), str)))


def of_path(parameter, text, kind):
    if "content" in parameter:
        return Json(json.loads(unquote(text)))
    style, explode = style_of(parameter)
    name = parameter["name"]
    if style == "label":
        text = text.removeprefix(".")
        return apart(text, kind, explode, "." if explode else ",", unquote)
    if style == "matrix":
        if explode and kind is list:
            return [unquote(part.partition("=")[2]) for part in text.split(";")[1:]]
        if explode and kind is dict:
            return apart(text.removeprefix(";"), dict, True, ";", unquote)
        key, _, text = text.removeprefix(";").partition("=")
        if unquote(key) != name:
            raise Unreadable(f"`;{key}` in the path is not `{name}`")
        return apart(text, kind, False, ",", unquote)
    return apart(text, kind, explode, ",", unquote)


def apart(text, kind, explode, separator, decoded):
    """The pieces of one text."""
    if kind is str:
        return decoded(text)
    pieces = [decoded(piece) for piece in text.split(separator)] if not explode or kind is list else text.split(separator)
    if kind is list:
        return pieces
    if explode:
        return {decoded(piece.partition("=")[0]): decoded(piece.partition("=")[2]) for piece in pieces}
    return dict(zip(pieces[::2], pieces[1::2]))


# --- query and forms ---


def pairs_of(text):
    """Names and values, the values still encoded."""
    parts = [part.partition("=") for part in text.split("&") if part]
    return [(unquote_plus(name), value) for name, _, value in parts]


def query_items(request, operation, document, shapes):
    pairs = pairs_of(urlsplit(request.url).query)
    for name, value in operation.query:
        if (name, value) not in [(key, unquote_plus(text)) for key, text in pairs]:
            raise Unreadable(f"`?{name}={value}` of the path is not sent")
        pairs = [(key, text) for key, text in pairs if (key, unquote_plus(text)) != (name, value)]
    declared = [parameter for parameter in operation.parameters if parameter.get("in") == "query"]
    whole = [p for p in operation.parameters if p.get("in") == "querystring"]
    if whole and pairs:
        yield Item("querystring", whole[0]["name"], dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True)))
        return
    yield from from_pairs(pairs, declared, document, shapes, "query")


def from_pairs(pairs, declared, document, shapes, place):
    """Values of parameters, or of a form's members, out of names and texts."""
    left = list(pairs)
    # What is written in its own name comes before what takes any name.
    for parameter in sorted(declared, key=lambda p: is_bare(p, shapes, place)):
        name, kind = parameter["name"], shapes.get((place, parameter["name"]), str)
        style, explode = style_of({"in": "query", **parameter})
        if "content" in parameter:
            taken = [pair for pair in left if pair[0] == name]
            value = Json(json.loads(unquote_plus(taken[0][1]))) if taken else None
        elif is_in_brackets(parameter, style, kind, place):
            taken = [pair for pair in left if re.fullmatch(re.escape(name) + r"(\[[^\[\]]*\])+", pair[0])]
            if taken and style != "deepObject":
                spare(Exemption.BRACKETS_IN_FORMS)
            value = nested(name, taken) if taken else None
        elif kind is dict and explode:
            known = document.properties(parameter.get("schema"))
            others = {other["name"] for other in declared}
            taken = [pair for pair in left if pair[0] in known or pair[0] not in others]
            value = {key: unquote_plus(text) for key, text in taken}
        else:
            taken = [pair for pair in left if pair[0] == name]
            value = of_pairs([text for _, text in taken], kind, style, explode)
        if taken:
            left = [pair for pair in left if pair not in taken]
            yield Item(place, name, value)
    for name, text in left:
        yield Item(place, name, unquote_plus(text))


def is_in_brackets(parameter, style, kind, place):
    """Whether items and members stand in brackets after the name. A bare name is all that there is of what has none."""
    return kind is not str and (style == "deepObject" or place == "body" and kind is dict and "style" not in parameter)


def is_bare(parameter, shapes, place):
    """Whether its members stand in the query under their own names."""
    style, explode = style_of({"in": "query", **parameter})
    return shapes.get((place, parameter["name"])) is dict and style == "form" and explode


def of_pairs(texts, kind, style, explode):
    if not texts:
        return None
    if kind is list and explode:
        return [unquote_plus(text) for text in texts]
    if len(texts) > 1:
        raise Unreadable(f"{len(texts)} values where one belongs")
    separators = {"spaceDelimited": "%20", "pipeDelimited": "|"}
    text = texts[0]
    if style == "spaceDelimited":
        text = text.replace("+", "%20")
    if style == "pipeDelimited":
        text = re.sub("%7[cC]", "|", text)
    return apart(text, kind, False, separators.get(style, ","), unquote_plus)


def nested(name, pairs):
    """`name[a][b]=1` as an object of objects; `[]` and numbers in a row from 0 make lists."""
    root = {}
    if any("[]" in key or re.search(r"\[\d+\]", key) for key, _ in pairs):
        spare(Exemption.LISTS_IN_DEEP_OBJECTS)
    for key, text in pairs:
        steps = re.findall(r"\[([^\[\]]*)\]", key[len(name) :])
        place = root
        for index, step in enumerate(steps):
            last = index == len(steps) - 1
            if step == "":
                step = len(place)
            if last and step in place:
                place[step] = [*(place[step] if isinstance(place[step], list) else [place[step]]), unquote_plus(text)]
            elif last:
                place[step] = unquote_plus(text)
            else:
                place = place.setdefault(step, {})
    return as_lists(root)


def as_lists(value):
    if not isinstance(value, dict):
        return value
    value = {key: as_lists(member) for key, member in value.items()}
    if value and [str(key) for key in value] == [str(index) for index in range(len(value))]:
        return list(value.values())
    return value


# --- headers and cookies ---

OURS = {"accept", "content-type", "user-agent", "content-length", "host", "cookie"}


def header_items(request, operation, shapes):
    declared = {p["name"].lower(): p for p in operation.parameters if p.get("in") == "header"}
    for name, text in request.headers:
        parameter = declared.get(name.lower())
        if name.lower() in OURS:
            continue
        if parameter is None:
            yield Item("header", name, text)
            continue
        kind = shapes.get(("header", parameter["name"]), str)
        if "content" in parameter:
            yield Item("header", parameter["name"], Json(json.loads(text)))
        else:
            yield Item("header", parameter["name"], apart(text, kind, style_of(parameter)[1], ",", header_text))


def header_text(text):
    return text.strip()


def cookie_items(request, operation, shapes):
    texts = [value for name, value in request.headers if name.lower() == "cookie"]
    if len(texts) > 1:
        raise Unreadable("two Cookie headers")
    pairs = [pair.partition("=")[::2] for text in texts for pair in text.split("; ")]
    declared = [parameter for parameter in operation.parameters if parameter.get("in") == "cookie"]
    # A cookie's value cannot have a bare comma (RFC 6265), so those between items are escaped too.
    pairs = [(unquote(name), with_commas(value)) for name, value in pairs]
    yield from from_pairs(pairs, declared, None, shapes, "cookie")


def with_commas(value):
    """A value of a cookie or form with its commas unescaped."""
    if "," in value:
        raise Unreadable(f"a bare comma in {value}")
    if "%2C" in value:
        spare(Exemption.ESCAPED_COMMAS)
    return value.replace("%2C", ",")


# --- body ---


def body_items(request, operation, document, shapes):
    if request.body is None:
        return []
    media_type = (request.header("content-type") or "").split(";")[0].strip().lower()
    declared = declared_media_type(operation, document, media_type)
    if media_type == "application/x-www-form-urlencoded":
        members = form_members(declared, document)
        # Servers unescape a form before they take a list apart, so its commas are escaped like any other.
        pairs = [(name, with_commas(value)) for name, value in pairs_of(request.body.decode("ascii"))]
        return list(from_pairs(pairs, members, document, shapes, "body"))
    if media_type == "multipart/form-data":
        return multipart_items(request, declared, document, shapes)
    if media_type.endswith("json") and "ndjson" not in media_type and "jsonl" not in media_type:
        return [Item("body", "", Json(json.loads(request.body)))]
    return [Item("body", "", request.body)]


def declared_media_type(operation, document, media_type):
    """The Media Type Object that `media_type` stands for."""
    content = document.resolved((operation.body or {}).get("content")) or {}
    for wanted in (media_type, media_type.split("/")[0] + "/*", "*/*"):
        for key, value in content.items():
            if key.split(";")[0].strip().lower() == wanted:
                return document.resolved(value) or {}
    raise Unreadable(f"the body is {media_type or 'of no type'}; declared are {', '.join(content) or 'none'}")


def form_members(media_type, document):
    """Members of a form as query parameters, which is how they are written."""
    encoding = media_type.get("encoding") or {}
    for name, schema in document.properties(media_type.get("schema")).items():
        said = encoding.get(name) or {}
        member = {"name": name, "schema": schema, **{key: said[key] for key in ("style", "explode") if key in said}}
        if "json" in said.get("contentType", "") and "style" not in said:
            member["content"] = {}
        yield member


def multipart_items(request, media_type, document, shapes):
    boundary = re.search(r'boundary="?([^";]+)', request.header("content-type") or "")
    if not boundary:
        raise Unreadable("multipart without boundary")
    texts, files = MultiPartParser().parse(BytesIO(request.body), boundary[1].encode(), len(request.body))
    parts = {}
    for name, value in texts.items(multi=True):
        parts.setdefault(name, []).append(value)
    for name, part in files.items(multi=True):
        parts.setdefault(name, []).append(File(part.filename, part.content_type, part.read()))
    found = []
    for name, values in parts.items():
        kind = shapes.get(("body", name), str)
        if kind is dict and len(values) == 1 and isinstance(values[0], str):
            values = [Json(json.loads(values[0]))]
        if kind is list and len(values) == 1 and isinstance(values[0], str) and values[0].startswith("["):
            values = Json(json.loads(values[0]))
        elif kind is list:
            values = [Json(json.loads(v)) if isinstance(v, str) and v.startswith("{") else v for v in values]
        found.append(Item("body", name, values if kind is list else values[0] if len(values) == 1 else values))
    return found
