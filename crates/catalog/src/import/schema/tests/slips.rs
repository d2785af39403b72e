use insta::assert_snapshot;
use serde_json::json;

use super::{new, old};

#[test]
fn types_of_other_languages_are_read_as_they_are_meant() {
    assert_snapshot!(old(json!({"type": "int"})), @"");
    assert_snapshot!(old(json!({"type": "date"})), @"");
    assert_snapshot!(old(json!({"type": "String", "format": "email"})), @"");
    assert_snapshot!(old(json!({"type": "Contact"})), @"");
    assert_snapshot!(old(json!({"type": {"a": 1}})), @"");
}

#[test]
fn lists_of_values_admit_what_their_type_says_and_what_they_hold() {
    assert_snapshot!(old(json!({"type": "integer", "enum": ["1", "2", "1"]})), @"");
    assert_snapshot!(old(json!({"type": "string", "enum": [1, true, "x"]})), @"");
    assert_snapshot!(old(json!({"type": "string", "enum": []})), @"");
    assert_snapshot!(old(json!({"type": "string", "enum": ["a", null], "maxLength": 0})), @"");
    assert_snapshot!(old(json!({"type": "array", "items": {"type": "string"}, "enum": ["a", "b"]})), @"");
    assert_snapshot!(old(json!({"enum": ["a", "b"]})), @"");
}

#[test]
fn defaults_that_are_not_admitted_are_left_out() {
    assert_snapshot!(old(json!({"type": "integer", "default": "10"})), @"");
    assert_snapshot!(old(json!({"type": "integer", "default": "many"})), @"");
    assert_snapshot!(old(json!({"type": "string", "enum": ["a"], "default": "b"})), @"");
    assert_snapshot!(old(json!({"type": "string", "default": null})), @"");
}

#[test]
fn limits_that_limit_nothing_are_left_out() {
    assert_snapshot!(old(json!({"type": "integer", "minimum": "1", "maximum": "ten"})), @"");
    assert_snapshot!(old(json!({"type": "number", "minimum": 5, "maximum": 1, "multipleOf": 0})), @"");
    assert_snapshot!(old(json!({"type": "number", "maximum": 1.7976931348623157e308})), @"");
    assert_snapshot!(old(json!({"type": "string", "minLength": -1, "maxLength": 10.0})), @"");
    assert_snapshot!(old(json!({"type": "integer", "minLength": 3, "pattern": "^[0-9]+$"})), @"");
}

#[test]
fn patterns_that_cannot_be_used_are_left_out() {
    assert_snapshot!(old(json!({"type": "string", "pattern": "/^[a-z]+$/i"})), @"");
    assert_snapshot!(old(json!({"type": "string", "pattern": "([a-z"})), @"");
    assert_snapshot!(old(json!({"type": "string", "pattern": 7})), @"");
    assert_snapshot!(old(json!({"type": "string", "pattern": "^(?!x)[a-z]+$"})), @"");
    assert_snapshot!(new(json!({"type": "object", "not": {"type": "object", "properties": {"a": {"pattern": "(["}}}})), @"");
}

#[test]
fn members_that_are_written_wrongly_are_read_as_they_are_meant() {
    assert_snapshot!(old(json!({"type": "object", "properties": [{"name": "a", "type": "string"}]})), @"");
    assert_snapshot!(old(json!({"type": "object", "properties": {"a": {"type": "string", "required": true}, "": {}, "__proto__": {}}})), @"");
    assert_snapshot!(old(json!({"type": "object", "additionalProperties": "false", "properties": {"a": {}}, "required": ["a", "b", "a"]})), @"");
    assert_snapshot!(old(json!({"type": "object", "additionalProperties": false, "properties": {"a": {}}, "required": ["a", "b"]})), @"");
    assert_snapshot!(old(json!({"type": "object", "properties": {"a": {}}, "required": ["b"]})), @"");
    assert_snapshot!(old(json!({"type": "object", "items": {"type": "string"}})), @"");
    assert_snapshot!(old(json!({"type": "array"})), @"");
    assert_snapshot!(old(json!({"type": "object", "properties": {"a": "text", "b": ["x"]}})), @"");
    assert_snapshot!(old(json!({"type": "object", "additionalProperties": {}})), @"");
    assert_snapshot!(old(json!("string")), @"");
    assert_snapshot!(old(json!({"properties": {"a": {"type": "string"}}})), @"");
}
