"""The proof's own tools: made arguments fit, and requests written by hand are read as they were meant."""

import itertools
import random
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import compare
import description
import generate
import judge
import patterns
import proof
import routes
import wire
from generate import Fullness, Texts

TREE = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 3, "maxLength": 6},
        "code": {"type": "string", "pattern": "^[A-Z]{2}-\\d{3,5}$"},
        "choice": {"oneOf": [{"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}, "additionalProperties": False}, {"type": "boolean"}]},
        "both": {"allOf": [{"type": "object", "properties": {"x": {"type": "integer", "minimum": 7}}}, {"required": ["x"]}]},
        "steps": {"type": "array", "items": {"enum": ["u", "d", "l"]}, "uniqueItems": True, "minItems": 3},
        "quarter": {"type": "number", "multipleOf": 0.25, "minimum": 1},
        "inner": {"$ref": "#/$defs/node"},
        "map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2},
        "maybe": {"type": ["string", "null"], "format": "date"},
    },
    "dependentRequired": {"maybe": ["code"]},
    "additionalProperties": False,
    "$defs": {"node": {"type": "object", "properties": {"left": {"$ref": "#/$defs/node"}, "leaf": {"type": "string"}}}},
}


@pytest.mark.parametrize("fullness", Fullness)
@pytest.mark.parametrize("seed", range(5))
def test_arguments_fit_their_schema_and_are_always_the_same(fullness, seed):
    made = generate.arguments(TREE, seed, fullness)
    assert Draft202012Validator(TREE).is_valid(made)
    assert made == generate.arguments(TREE, seed, fullness)


def test_all_means_every_property_and_required_no_other():
    assert set(generate.arguments(TREE, 1, Fullness.ALL)) == set(TREE["properties"])
    assert set(generate.arguments(TREE, 1, Fullness.REQUIRED)) == {"name"}


def test_empty_arguments_are_as_little_as_the_schema_admits():
    kinds = {"text": "string", "list": "array", "map": "object", "whole": "integer", "real": "number", "flag": "boolean", "none": ["string", "null"]}
    schema = {"type": "object", "properties": {name: {"type": kind} for name, kind in kinds.items()}}
    made = [generate.arguments(schema, seed, Fullness.ALL, Texts.EMPTY) for seed in range(30)]
    assert all(Draft202012Validator(schema).is_valid(each) and each.keys() == kinds.keys() for each in made)
    seen = {name: [each[name] for each in made] for name in kinds}
    assert set(seen["text"]) == {""} and not any(seen["flag"])
    for name, value in [("list", []), ("map", {}), ("whole", 0), ("real", 0), ("real", 1e-7), ("real", -1.5), ("none", None), ("none", "")]:
        assert value in seen[name], name
    assert any(value < 0 for value in seen["whole"])


def test_what_admits_nothing_is_said_to_be_impossible():
    with pytest.raises(generate.Impossible):
        generate.arguments({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "enum": []}}}, 1, Fullness.ALL)


@pytest.mark.parametrize("pattern", ["^a+b?$", r"^(\d{3})-\1$", "^[^,;]{4}$", "^(red|green)+$", r"\w{2}\s\S", "^[a-f0-9]{8}(-[a-f0-9]{4}){3}$"])
def test_patterns_are_matched(pattern):
    assert re.search(pattern, patterns.matching(pattern, random.Random(1)))


# --- reading ---

PARAMETERS = description.load(Path(__file__).with_name("specs") / "parameters.yaml")


def read(verb, path, url, headers=(), shapes=None, body=None):
    document = description.Document(PARAMETERS)
    operation = next(each for each in document.operations() if (each.verb, each.path) == (verb, path))
    request = wire.Request(verb.upper(), "https://lighthouse.example/v1" + url, list(headers), body)
    items = wire.items(request, operation, document, shapes or {})
    return {(item.place, item.name): item.value for item in items}


def test_simple_label_and_matrix_are_read_in_a_path():
    shapes = {("path", "words"): list, ("path", "more"): list, ("path", "point"): dict, ("path", "far"): dict}
    assert read("get", "/simple/{one}/{words}/{point}/{far}", "/simple/a%2Fb/x,y%2Cz/lat,1,lon,2/lat=1,lon=2", shapes=shapes) == {
        ("path", "one"): "a/b",
        ("path", "words"): ["x", "y,z"],
        ("path", "point"): {"lat": "1", "lon": "2"},
        ("path", "far"): {"lat": "1", "lon": "2"},
    }
    label = read("get", "/label/{one}/{words}/{more}/{point}/{far}", "/label/.7/.x,y/.x.y/.lat,1,lon,2/.lat=1.lon=2", shapes=shapes)
    matrix = read(
        "get",
        "/matrix/{one}/{words}/{more}/{point}/{far}",
        "/matrix/;one=7/;words=x,y/;more=x;more=y/;point=lat,1,lon,2/;lat=1;lon=2",
        shapes=shapes,
    )
    expected = {"one": "7", "words": ["x", "y"], "more": ["x", "y"], "point": {"lat": "1", "lon": "2"}, "far": {"lat": "1", "lon": "2"}}
    assert label == matrix == {("path", name): value for name, value in expected.items()}


def test_every_style_is_read_in_a_query():
    shapes = {("query", name): list for name in ("words", "comma", "spaced", "piped", "spaced_each", "tags[]")}
    shapes |= {("query", name): dict for name in ("spot", "box", "deep")}
    url = (
        "/query?words=a%2Cb&words=c&comma=a,b%2Cc&spaced=a%20b&piped=1%7C2&spaced_each=a&spaced_each=b&tags%5B%5D=1&tags%5B%5D=2"
        "&spot=lat,1,lon,2&box%5Blat%5D=1&box%5Blon%5D=2&deep%5Binner%5D%5Blow%5D=1&deep%5Bname%5D=n&kind=fixed"
    )
    assert read("get", "/query", url, shapes=shapes) == {
        ("query", "words"): ["a,b", "c"],
        ("query", "comma"): ["a", "b,c"],
        ("query", "spaced"): ["a", "b"],
        ("query", "piped"): ["1", "2"],
        ("query", "spaced_each"): ["a", "b"],
        ("query", "tags[]"): ["1", "2"],
        ("query", "spot"): {"lat": "1", "lon": "2"},
        ("query", "box"): {"lat": "1", "lon": "2"},
        ("query", "deep"): {"inner": {"low": "1"}, "name": "n"},
        ("query", "kind"): "fixed",
    }


@pytest.mark.parametrize("query", ["words%5B%5D=a&words%5B%5D=b", "words%5B0%5D=a&words%5B1%5D=b", "box%5Blat%5Dx=1", "boxes%5Blat%5D=1"])
def test_brackets_that_the_description_does_not_ask_for_are_part_of_another_name(query):
    found = read("get", "/query", f"/query?{query}&kind=fixed", shapes={("query", "words"): list, ("query", "box"): dict})
    assert ("query", "words") not in found and ("query", "box") not in found


def test_a_form_has_brackets_for_members_and_none_for_lists():
    form = description.Document({"paths": {}})
    schema = {"properties": {"tags": {"type": "array"}, "meta": {"type": "object"}}}
    body = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    operation = description.Operation("post", "/f", {}, {}, [], body)

    def read(text):
        headers = [("content-type", "application/x-www-form-urlencoded")]
        request = wire.Request("POST", "https://a.example/f", headers, text)
        items = wire.items(request, operation, form, {("body", "tags"): list, ("body", "meta"): dict})
        return {item.name: item.value for item in items}

    assert read(b"tags=a&tags=b&meta%5Bx%5D=1") == {"tags": ["a", "b"], "meta": {"x": "1"}}
    assert "tags" not in read(b"tags%5B%5D=a&tags%5B%5D=b")
    with pytest.raises(wire.Unreadable):
        read(b"tags=a,b")


def test_members_of_an_exploded_object_are_gathered():
    assert read("get", "/bare", "/bare?lat=1&other=x&lon=2", shapes={("query", "spot"): dict}) == {
        ("query", "spot"): {"lat": "1", "lon": "2"},
        ("query", "other"): "x",
    }


def test_headers_and_cookies_are_read():
    headers = [("x-words", "a,b"), ("X-Count", "3"), ("X-Unknown", "1"), ("Accept", "*/*")]
    assert read("get", "/headers", "/headers", headers, {("header", "X-Words"): list}) == {
        ("header", "X-Words"): ["a", "b"],
        ("header", "X-Count"): "3",
        ("header", "X-Unknown"): "1",
    }
    assert read("get", "/cookies", "/cookies", [("Cookie", "session=a%3Bb; seen=1%2C2")], {("cookie", "seen"): list}) == {
        ("cookie", "session"): "a;b",
        ("cookie", "seen"): ["1", "2"],
    }


# --- comparing ---


def differences(places, arguments, items, **more):
    return compare.differences(arguments, items, routes.Routes(places, **more), lambda _: False)


def test_a_value_in_another_place_or_of_another_name_is_noticed():
    places = {"id": ("path", "thing_id"), "name": ("body", "name"), "id__body": ("body", "id")}
    arguments = {"id": 7, "name": "x", "id__body": "y"}
    items = [wire.Item("path", "thing_id", "7"), wire.Item("body", "", wire.Json({"name": "x", "id": "y"}))]
    assert differences(places, arguments, items) == []
    swapped = [wire.Item("path", "thing_id", "y"), wire.Item("body", "", wire.Json({"name": "x", "id": 7}))]
    assert len(differences(places, arguments, swapped)) == 4
    assert differences({"a": ("query", "a")}, {"a": 1}, []) == ["`a` did not arrive: 1"]
    assert differences({}, {}, [wire.Item("query", "page", "1")]) == ["query `page` has '1'"]


def test_values_of_names_that_are_nearly_alike_are_told_apart():
    names = ("a b", "a_b", "A_B", "filter[gt]", "filter_gt")
    operation = description.Operation("get", "/things", {}, {}, [{"in": "query", "name": name} for name in names])
    tool = {"method": "get", "input_schema": {"properties": dict.fromkeys(("a_b", "a_b__query", "A_B", "filter_gt", "filter_gt__query"), {})}}
    method = {"request": "GET /things", "parameters": {name: {"in": "query"} for name in names}}
    ways = routes.routes(tool, operation, method, {})
    assert [ways.target(argument)[1] for argument in tool["input_schema"]["properties"]] == list(names)
    given = dict(zip(tool["input_schema"]["properties"], "12345"))
    arrived = [wire.Item("query", name, value) for name, value in zip(names, "12345")]
    assert compare.differences(given, arrived, ways, lambda _: False) == []
    for one, other in itertools.combinations(range(5), 2):
        swapped = list("12345")
        swapped[one], swapped[other] = swapped[other], swapped[one]
        items = [wire.Item("query", name, value) for name, value in zip(names, swapped)]
        assert len(compare.differences(given, items, ways, lambda _: False)) == 4, swapped


@pytest.mark.parametrize(
    "given, arrived", [(True, "1"), (1, True), ("1", 1), ([1], ["1", "2"]), ({"a": 1}, {"b": "1"}), (None, "0"), (1.5, "x"), ([None, 1], ["null", "1"])]
)
def test_other_values_are_not_the_same(given, arrived):
    assert not compare.same(given, arrived)


@pytest.mark.parametrize("given, arrived", [(5, "5"), ([1], "[1]"), (None, "null"), (None, ""), (True, 1), ([], None), ({}, []), ({"a": None}, {}), (1, True)])
def test_json_tells_types_apart_and_leaves_nothing_out(given, arrived):
    assert not compare.same(given, wire.Json(arrived)) and not compare.same({"a": [given]}, wire.Json({"a": [arrived]}))
    assert compare.same(given, wire.Json(given))


def test_what_cannot_be_written_may_be_missing_in_a_query_but_not_in_json():
    empty = {"none": None, "list": [], "map": {"a": [None]}}
    assert differences({name: ("query", name) for name in empty}, empty, []) == []
    assert len(differences({name: ("body", name) for name in empty}, empty, [], as_json=["body"])) == 3
    assert len(differences({"text": ("query", "text")}, {"text": ""}, [])) == 1


# --- judging ---


def judged(verb, path, url, given, headers=()):
    document = description.Document(PARAMETERS)
    operations = document.operations()
    operation = next(each for each in operations if (each.verb, each.path) == (verb, path))
    request = wire.Request(verb.upper(), url, list(headers), None)
    return judge.Judge(PARAMETERS, document, operations, set()).complaints(request, operation, given)


def test_the_judge_refuses_other_operations_missing_and_wrong_values():
    good = "https://lighthouse.example/v1/query?kind=fixed&height=1.5"
    assert judged("get", "/query", good, {("query", "kind"): "fixed", ("query", "height"): 1.5}) == []
    assert "no such operation" in judged("get", "/query", good.replace("/v1", ""), {})[0]
    assert "no such operation" in judged("get", "/query", "https://elsewhere.example/v1/query?kind=fixed", {})[0]
    assert "is taken for" in judged("get", "/query", "https://lighthouse.example/v1/bare", {})[0]
    assert "MissingRequiredParameter" in judged("get", "/query", good.replace("kind=fixed&", ""), {})[0]
    assert "InvalidParameter" in judged("get", "/query", good.replace("fixed", "loose"), {("query", "kind"): "loose"})[0]
    assert "is read as" in judged("get", "/query", good, {("query", "kind"): "turning"})[0]


def test_a_schema_that_refers_out_of_itself_or_is_none_is_told():
    good = {"type": "object", "properties": {"$ref": {"type": "string"}}}
    assert proof.problems_of({"input_schema": good, "shown_schema": good}) == []
    bad = {"type": "objekt", "properties": {"a": {"$ref": "#/components/schemas/A"}}, "anyOf": []}
    assert len(proof.problems_of({"input_schema": good, "shown_schema": bad})) >= 4
