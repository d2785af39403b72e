"""Whether what arrived is what was given."""

import base64
import json
import math

from exemptions import Exemption, spare
from wire import File, Json


def same(given, arrived):
    """Equal values. Where the wire has texts alone, numbers and booleans are texts, and files are their bytes; what cannot be written there is missing."""
    if isinstance(arrived, Json):
        return same_json(given, arrived.value)
    if isinstance(arrived, File):
        return same_file(given, arrived)
    if isinstance(arrived, bytes):
        return isinstance(given, str) and (given.encode() == arrived or decoded(given) == arrived)
    if isinstance(given, (dict, list)) and isinstance(arrived, str):
        spare(Exemption.PARTS_AS_JSON)
        return same_json(given, json_of(arrived))
    if isinstance(given, dict):
        given = written(given)
        return isinstance(arrived, dict) and given.keys() == arrived.keys() and all(same(given[k], arrived[k]) for k in given)
    if isinstance(given, list):
        given = written(given)
        return isinstance(arrived, list) and len(given) == len(arrived) and all(map(same, given, arrived))
    if isinstance(given, (bool, int, float)):
        spare(Exemption.NUMBERS_AS_TEXTS)
        return isinstance(arrived, str) and (arrived == json.dumps(given) if isinstance(given, bool) else is_same_number(given, arrived))
    return given == arrived


def same_json(given, arrived):
    """Equal values of JSON, where 1 is 1.0, but neither `true` nor "1"."""
    if isinstance(given, dict):
        return isinstance(arrived, dict) and given.keys() == arrived.keys() and all(same_json(given[k], arrived[k]) for k in given)
    if isinstance(given, list):
        return isinstance(arrived, list) and len(given) == len(arrived) and all(map(same_json, given, arrived))
    if isinstance(given, bool) or isinstance(arrived, bool) or not isinstance(given, (int, float)):
        return type(given) is type(arrived) and given == arrived
    return isinstance(arrived, (int, float)) and math.isclose(given, arrived, rel_tol=1e-12)


def is_same_number(given, text):
    try:
        return math.isclose(given, float(text), rel_tol=1e-12)
    except ValueError:
        return False


def written(value):
    """A list or object as far as texts can say it: without what is null, and without lists and objects that nothing is left of."""
    if isinstance(value, dict):
        kept = {key: member for key, member in value.items() if not is_lost(member)}
    else:
        kept = [item for item in value if not is_lost(item)]
    if len(kept) < len(value):
        spare(Exemption.LEFT_OUT)
    return kept


def is_lost(value):
    """Whether texts cannot say it: null, and lists and objects of nothing else."""
    if isinstance(value, dict):
        return all(map(is_lost, value.values()))
    return all(map(is_lost, value)) if isinstance(value, list) else value is None


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


def differences(arguments, items, routes, is_fixed):
    """What is given and did not arrive, and what arrived though neither given nor fixed, as sentences.

    Each argument stands for one item; a body is a whole one or its members.
    """
    left = dict(arguments)
    found = []
    for item in spread(items, routes):
        argument = routes.argument(item.place, item.name, left)
        if argument is not None and same(left[argument], item.value):
            del left[argument]
        elif not is_fixed(item):
            given = f"; given {short(left[argument])}" if argument is not None else ""
            found.append(f"{item.place} `{item.name}` has {short(item.value)}{given}")
    for name, value in left.items():
        if name in routes.unsent:
            continue
        # Whether it may be missing is for the judge: what is required is demanded there.
        if routes.may_be_left_out(name, value):
            spare(Exemption.LEFT_OUT)
        else:
            found.append(f"`{name}` did not arrive: {short(value)}")
    return found


def spread(items, routes):
    """The members of a body where they were given one by one."""
    for item in items:
        if item.name == "" and isinstance(item.value, Json) and isinstance(item.value.value, dict) and not routes.leads_to_whole_body():
            yield from (type(item)("body", name, Json(value)) for name, value in item.value.value.items())
        else:
            yield item


def short(value):
    text = repr(value)
    return text if len(text) < 160 else text[:160] + "…"
