//! How single schemas are shown.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{findings, nasty, shown, tool};

/// What is shown of an argument, in one line.
fn line(schema: Value) -> String {
    shown(schema).to_string()
}

#[test]
fn a_union_of_types_becomes_alternatives_of_one_type_each() {
    let due = json!({"type": ["string", "null"], "format": "date-time", "description": "When it is due.", "default": null});
    assert_snapshot!(line(due), @r#"{"anyOf":[{"type":"string","format":"date-time","description":"When it is due."},{"type":"null","default":null}]}"#);
    let id = json!({"type": ["integer", "string"], "minimum": 1, "maxLength": 9});
    assert_snapshot!(line(id), @r#"{"anyOf":[{"type":"integer","minimum":1},{"type":"string","maxLength":9}]}"#);
    assert_snapshot!(line(json!({"type": ["integer", "number"]})), @r#"{"type":"number"}"#);
}

#[test]
fn values_that_are_no_texts_are_told_and_texts_stay_a_list() {
    assert_snapshot!(line(json!({"const": "x"})), @r#"{"type":"string","enum":["x"]}"#);
    assert_snapshot!(line(json!({"type": "integer", "enum": [1, 2, 5], "description": "How much"})), @r#"{"type":"integer","description":"How much. One of 1, 2 or 5."}"#);
    assert_snapshot!(line(json!({"type": "boolean", "const": true, "default": true})), @r#"{"type":"boolean","default":true,"description":"Only true."}"#);
    assert_snapshot!(line(json!({"type": "boolean", "enum": [true, false]})), @r#"{"type":"boolean"}"#);
    assert_snapshot!(line(json!({"enum": ["a", 1, null]})), @r#"{"anyOf":[{"type":"string","enum":["a"]},{"type":"integer","description":"Only 1."},{"type":"null"}]}"#);
    assert_snapshot!(line(json!({"oneOf": [{"const": "a"}, {"const": "b"}]})), @r#"{"type":"string","enum":["a","b"]}"#);
}

#[test]
fn parts_of_a_composition_are_merged_and_alternatives_stay_apart() {
    let merged = json!({"allOf": [
        {"type": "object", "properties": {"a": {"type": "number", "minimum": 1}}, "required": ["a"]},
        {"properties": {"a": {"type": "integer"}, "b": {"type": "string"}}, "required": ["b"]},
    ], "description": "Both."});
    assert_snapshot!(line(merged), @r#"{"type":"object","properties":{"a":{"type":"integer","minimum":1},"b":{"type":"string"}},"required":["a","b"],"description":"Both."}"#);
    let either = json!({"oneOf": [{"type": "string"}, {"type": "object", "properties": {"id": {"type": "integer"}}, "additionalProperties": false}], "description": "Whom."});
    assert_snapshot!(line(either), @r#"{"anyOf":[{"type":"string","description":"Whom."},{"type":"object","properties":{"id":{"type":"integer"}},"additionalProperties":false}]}"#);
}

#[test]
fn rules_without_a_keyword_are_told_where_that_is_easy() {
    let rules = json!({
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "n": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01}},
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        "not": {"required": ["a", "b"]},
        "dependentRequired": {"n": ["a"]},
        "if": {"properties": {"a": {"const": "x"}}}, "then": {"required": ["n"]},
    });
    let shown = shown(rules);
    assert_snapshot!(shown["description"].as_str().unwrap(), @"Not `a` and `b` together. `n` is needed where `a` is \"x\". Exactly one of `a`, `b`. `n` needs `a`.");
    assert_snapshot!(shown["properties"]["n"], @r#"{"type":"number","minimum":0,"description":"More than 0. A multiple of 0.01."}"#);
    for more in [json!({"required": ["b"]}), json!({"minProperties": 2}), json!({"properties": {"a": {"const": "x"}, "b": {"const": "y"}}})]
    {
        let mut condition = json!({"properties": {"a": {"const": "x"}}});
        condition.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(line(json!({"type": "object", "if": condition, "then": {"required": ["n"]}})), r#"{"type":"object"}"#);
    }
    assert_snapshot!(line(json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10})), @r#"{"type":"integer","minimum":1,"maximum":9}"#);
    assert_snapshot!(line(json!({"type": "array", "items": {"type": "string"}, "uniqueItems": true})), @r#"{"type":"array","items":{"type":"string"},"description":"No item twice."}"#);
    assert_snapshot!(line(json!({"type": "string", "pattern": "^(?!x)", "format": "email"})), @r#"{"type":"string","description":"Matches `^(?!x)`. An email address."}"#);
    assert_snapshot!(line(json!({"type": "string", "format": "date", "description": "Date of birth."})), @r#"{"type":"string","description":"Date of birth."}"#);
}

#[test]
fn a_member_whose_name_clients_refuse_is_told_and_can_still_be_given() {
    let tool = tool(json!({
        "type": "object",
        "properties": {"@type": {"type": "string", "description": "The kind."}, "a": {"type": "integer"}},
        "required": ["@type"],
        "additionalProperties": false,
    }));
    let shown = &tool.shown_schema()["properties"]["x"];
    assert_snapshot!(shown, @r#"{"type":"object","properties":{"a":{"type":"integer"}},"description":"Takes `@type` too (string, required): The kind."}"#);
}

#[test]
fn what_a_client_is_not_shown_is_refused_all_the_same() {
    let tool = tool(json!({"type": "integer", "enum": [1, 2]}));
    let target = catalog::target::Target::new(&definition().integration, Some("https://acme.test"), &serde_json::Map::new()).unwrap();
    let arguments = |text: &str| serde_json::from_str(text).unwrap();
    assert!(tool.plan(&target, arguments(r#"{"x": 2}"#)).is_ok());
    assert_snapshot!(tool.plan(&target, arguments(r#"{"x": 3}"#)).unwrap_err(), @"/x: expected one of 1, 2, got number 3");
}

#[test]
fn recursion_is_unrolled_twice() {
    let tree = json!({"$ref": "#/$defs/Node", "$defs": {"Node": {
        "type": "object", "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}}}, "additionalProperties": false,
    }}});
    assert_snapshot!(line(tree), @r#"{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"children":{"type":"array","items":{"type":"object","description":"Nests: again a `Node`, with the same members."}}},"additionalProperties":false}}},"additionalProperties":false}"#);
}

#[test]
fn a_schema_without_end_is_shown_within_bounds_and_keeps_all_its_arguments() {
    let definition = nasty().remove(1);
    let tool = &definition.tools[0];
    assert_eq!(tool.name, "create_a_depths_depth");
    assert!(tool.shown_schema().to_string().len() <= 12_000);
    let names: Vec<&String> = tool.shown_schema()["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["wide", "deep"]);
}

/// An object with so many members, each of this schema.
fn all_of(schema: Value, count: usize) -> Value {
    let properties: serde_json::Map<String, Value> = (0..count).map(|at| (format!("p{at}"), json!({"$ref": "#/$defs/One"}))).collect();
    json!({"type": "object", "properties": properties, "$defs": {"One": schema}})
}

#[test]
fn values_and_texts_that_are_repeated_are_shortened_and_no_argument_is_lost() {
    let values = |count: usize| (0..count).map(|at| format!("value number {at}")).collect::<Vec<_>>();
    let text = "So many words. ".repeat(130);
    for (case, schema, count) in [
        ("values", json!({"type": "string", "enum": values(250)}), 20),
        ("many values", json!({"type": "string", "enum": values(10_000)}), 100),
        ("descriptions", json!({"type": "string", "description": text}), 90),
        ("defaults", json!({"type": "string", "default": text}), 90),
        ("patterns", json!({"type": "string", "pattern": "a".repeat(2_000)}), 90),
    ] {
        let tool = tool(all_of(schema, count));
        let found = findings(&tool);
        assert!(found.is_empty(), "{case}: {found:?}");
        let length = tool.shown_schema().to_string().len();
        assert!(length <= 12_000, "{case}: {length} characters");
        assert_eq!(tool.shown_schema()["properties"]["x"]["properties"].as_object().unwrap().len(), count, "{case}");
    }
}

#[test]
fn a_long_list_of_values_becomes_a_sentence_where_there_is_no_room() {
    let values: Vec<String> = (0..2_000).map(|at| at.to_string()).collect();
    let long = line(json!({"type": "string", "description": "Which", "enum": values}));
    assert!(long.starts_with(r#"{"type":"string","description":"Which. One of \"0\", \"1\","#), "{long}");
    assert!(long.ends_with("… (1980 more).\"}"), "{long}");
}

#[test]
fn a_plain_schema_that_is_too_long_is_shortened_too() {
    let tool = tool(json!({"type": "string", "description": "word ".repeat(4_000)}));
    assert!(tool.shown_schema().to_string().len() <= 12_000);
}

#[test]
fn the_last_level_may_hold_anything() {
    let deep = (0..12).fold(json!({"type": "array", "items": true}), |inner, _| json!({"type": "object", "properties": {"a": inner}}));
    assert!(findings(&tool(deep)).is_empty());
}

fn definition() -> catalog::definition::Definition {
    nasty().remove(0)
}
