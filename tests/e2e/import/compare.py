"""Whether what arrived is what was given."""

import base64
import json
import math
import re

from wire import File


def same(given, arrived):
    """Equal values; on the wire numbers and booleans may be texts, and files their bytes."""
    if isinstance(arrived, File):
        return same_file(given, arrived)
    if isinstance(arrived, bytes):
        return isinstance(given, str) and (given.encode() == arrived or decoded(given) == arrived)
    if isinstance(given, (dict, list)) and isinstance(arrived, str):
        # What OpenAPI leaves open (objects in lists of a query, lists in lists) is written as JSON.
        return given == json_of(arrived)
    if isinstance(given, dict):
        return isinstance(arrived, dict) and given.keys() == arrived.keys() and all(same(given[k], arrived[k]) for k in given)
    if isinstance(given, list):
        return isinstance(arrived, list) and len(given) == len(arrived) and all(map(same, given, arrived))
    if isinstance(given, bool) or given is None:
        return arrived is given or isinstance(arrived, str) and arrived == json.dumps(given)
    if isinstance(given, (int, float)):
        return not isinstance(arrived, bool) and is_number(arrived) and math.isclose(float(given), float(arrived), rel_tol=1e-12)
    return given == arrived


def is_number(value):
    try:
        return isinstance(value, (int, float)) or isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


def same_file(given, part):
    if isinstance(given, dict):
        content = content_of(given)
        told = given.get("name") in (None, part.name) and given.get("media_type") in (None, part.media_type)
        return told and same_file(content, part)
    return isinstance(given, str) and part.content in (decoded(given), given.encode())


def content_of(file):
    """The base64 in an object that is a file (docs/definitions.md)."""
    return next((value for key, value in file.items() if key not in ("name", "media_type")), None)


def decoded(text):
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def json_of(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def kind(value):
    return list if isinstance(value, list) else dict if isinstance(value, dict) else str


PLACE = re.compile(r"__(path|query|header|cookie|body)(_\d+)?$")


def plain(name):
    """A name as far as renaming keeps it."""
    return re.sub(r"[^a-z0-9]", "", PLACE.sub("", name).lower())


def may_be(argument, place, name, record):
    """Whether an argument of that name may stand for the vendor's `name` at `place`; `record`: the path parameter called `id`."""
    suffix = PLACE.search(argument)
    if suffix and suffix[1] != place:
        return False
    if argument == "id" and record is not None:
        return place == "path" and name == record
    plainly = plain(name)
    return plain(argument) == plainly or not plainly and argument.startswith("argument") or (
        len(argument) >= 40 and len(plainly) > 40 and plainly.startswith(plain(argument)[:30])
    )


def differences(arguments, items, record, is_fixed):
    """What is given and did not arrive, and what arrived though neither given nor fixed, as sentences.

    Each argument stands for one item; a body is a whole one or its members.
    """
    left = dict(arguments)
    found = []
    for item in spread(left, items):
        matching = [name for name in left if may_be(name, item.place, item.name, record) or item.name == "" and PLACE.sub("", name) == "body"]
        taken = next((name for name in matching if same(left[name], item.value)), None)
        if taken is not None:
            del left[taken]
        elif not is_fixed(item):
            given = f"; given {short(left[matching[0]])}" if matching else ""
            found.append(f"{item.place} `{item.name}` has {short(item.value)}{given}")
    return found + [f"`{name}` did not arrive: {short(value)}" for name, value in left.items()]


def spread(arguments, items):
    """The members of a body where they were given one by one."""
    for item in items:
        whole = [name for name in arguments if PLACE.sub("", name) == "body" and same(arguments[name], item.value)]
        if item.name == "" and isinstance(item.value, dict) and not whole:
            yield from (type(item)("body", name, value) for name, value in item.value.items())
        else:
            yield item


def short(value):
    text = repr(value)
    return text if len(text) < 160 else text[:160] + "…"
