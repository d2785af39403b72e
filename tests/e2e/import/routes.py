"""Which value of a request each argument of a tool stands for, by the definition that was imported."""

import re

import compare

PLACE = re.compile(r"__(path|query|header|cookie|body)(_\d+)?$")


class Routes:
    """Arguments and their targets, one to one. A target is (place, vendor's name); the name of a whole body is empty.

    `unsent`: arguments that are no vendor's business. `as_json`: targets that are written as JSON; a place where all are, e.g. `body`.
    """

    def __init__(self, places, unsent=(), as_json=()):
        self.places, self.unsent, self.as_json = places, set(unsent), set(as_json)
        self.arguments = {keyed(target): argument for argument, target in places.items()}

    def target(self, argument):
        """What an argument stands for: a member of the body where nothing else is said of it."""
        return self.places.get(argument, ("body", argument))

    def argument(self, place, name, given):
        """The argument among `given` that stands for the vendor's `name` at `place`, if one does."""
        known = self.arguments.get(keyed((place, name)))
        if known is not None:
            return known if known in given else None
        return name if place == "body" and name in given and name not in self.places else None

    def has(self, place, name):
        return keyed((place, name)) in self.arguments

    def may_be_left_out(self, argument, value):
        """Whether it cannot be written. JSON has words for all, of which a parameter does without `null`."""
        target = self.target(argument)
        if target[0] in self.as_json:
            return False
        return value is None if target in self.as_json else compare.is_lost(value)

    def leads_to_whole_body(self):
        return self.has("body", "")


def keyed(target):
    """Names of headers have no case."""
    place, name = target
    return (place, name.lower() if place == "header" else name)


def routes(tool, operation, method, paging):
    """The routes of a tool: its arguments stand in the order in which the definition has what they are for, so those that are called alike take turns.

    `paging`: how the vendor's pages are asked for, which the server does itself.
    """
    pages = {value for key, value in paging.items() if key in ("page", "offset", "cursor", "size")}
    place_of_pages = paging.get("in", "query")
    parameters = {key: (each["in"], str(each.get("name", key))) for key, each in method.get("parameters", {}).items()}
    theirs = names_in(operation.path)
    ours = names_in(method["request"].partition(" ")[2].partition("?")[0])
    vendor = dict(zip(ours, theirs)) if len(ours) == len(theirs) else {}
    record = ours[-1] if ours and tool["method"] in ("get", "update", "delete") else None
    # (what the argument is called after, the target)
    waiting = []
    for name in ours:
        key = next((key for key, target in parameters.items() if target == ("path", name)), name)
        waiting.append(("id" if name == record else key, ("path", vendor.get(name, name))))
    for key, (place, name) in parameters.items():
        if place != "path" and not (place == place_of_pages and name in pages):
            waiting.append((key, (place, declared_name(operation, place, name))))
    body = method.get("body", {})
    members = (resolved(body.get("schema", {})) or {}).get("properties", {})
    ours = {*body.get("fixed", {}), *(pages if place_of_pages == "body" else ())}
    waiting += [(name, ("body", name)) for name in members if name not in ours]
    found, left = {}, []
    for argument in tool["input_schema"].get("properties", {}):
        taken = next((each for each in waiting if is_called_after(argument, each[0], each[1][0])), None)
        if taken is None:
            left.append(argument)
            continue
        waiting.remove(taken)
        found[argument] = taken[1]
    if body and not any(place == "body" for place, _ in found.values()):
        found.update({argument: ("body", "") for argument in left if PLACE.sub("", argument) == "body"})
    unsent = []
    if tool["method"] == "list" or "pagination" in method:
        unsent = ["next_cursor", "limit"]
        if "limit" in left and paging.get("size"):
            # It goes where the vendor's size of a page goes.
            found["limit"] = (place_of_pages, paging["size"])
            unsent.remove("limit")
    as_json = {(each["in"], str(each.get("name", key))) for key, each in method.get("parameters", {}).items() if each.get("style") == "json"}
    if body.get("format", "json") == "json":
        as_json.add("body")
    return Routes(found, [name for name in unsent if name in left], as_json)


def names_in(path):
    return re.findall(r"\{([^{}]*)\}", path)


def declared_name(operation, place, name):
    """The name under which the description declares it: a list in the style deepObject is sent as `name[]`."""
    declared = {str(each["name"]) for each in operation.parameters if each.get("in") == place and each.get("style") == "deepObject"}
    return name.removesuffix("[]") if name.removesuffix("[]") in declared else name


def resolved(schema):
    """The schema of a body that is `$ref` to one of its own `$defs`."""
    for _ in range(20):
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        if not isinstance(reference, str):
            return schema
        value = schema
        for step in reference.removeprefix("#").split("/")[1:]:
            value = value.get(step.replace("~1", "/").replace("~0", "~"), {})
        schema = value
    return None


def is_called_after(argument, key, place):
    """Whether the argument may be what `key` is called for agents."""
    suffix = PLACE.search(argument)
    if argument == accepted(key):
        return True
    return suffix is not None and suffix[1] == place and argument[: suffix.start()] == accepted(key)[: suffix.start()]


def accepted(name):
    """A name with what every client accepts."""
    if name and len(name) <= 64 and re.fullmatch(r"[A-Za-z0-9_.-]+", name):
        return name
    return "_".join(filter(None, re.split(r"[^A-Za-z0-9_.-]+", name)))[:64] or "argument"
