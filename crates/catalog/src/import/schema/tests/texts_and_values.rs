use insta::assert_snapshot;
use serde_json::json;

use super::{new, old};

#[test]
fn null_joins_whatever_else_is_admitted() {
    assert_snapshot!(old(json!({"type": "string", "nullable": true})), @r#"{"type":["string","null"]}"#);
    assert_snapshot!(old(json!({"type": "string", "enum": ["a"], "nullable": true})), @r#"{"type":["string","null"],"enum":["a",null]}"#);
    assert_snapshot!(old(json!({"nullable": true, "description": "Anything."})), @r#"{"description":"Anything."}"#);
    assert_snapshot!(old(json!({"nullable": true, "allOf": [{"type": "object", "properties": {"a": {"type": "string"}}}], "description": "A."})), @r#"{"type":["object","null"],"description":"A.","properties":{"a":{"type":"string"}}}"#);
    assert_snapshot!(old(json!({"type": "string", "x-nullable": true})), @r#"{"type":["string","null"]}"#);
    assert_snapshot!(old(json!({"nullable": true, "oneOf": [{"type": "string"}, {"type": "integer"}]})), @r#"{"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}"#);
    assert_snapshot!(new(json!({"type": "string", "nullable": true})), @r#"{"type":["string","null"]}"#);
    assert_snapshot!(new(json!({"type": ["string", "null"], "const": "a"})), @r#"{"type":["string","null"],"enum":["a",null]}"#);
    assert_snapshot!(new(json!({"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}], "description": "D."})), @r#"{"type":["string","null"],"description":"D.","enum":["a",null]}"#);
    assert_snapshot!(new(json!({"type": "null"})), @r#"{"type":"null"}"#);
}

#[test]
fn words_of_older_drafts_are_read() {
    assert_snapshot!(old(json!({"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false})), @r#"{"type":"number","exclusiveMinimum":0,"maximum":9}"#);
    assert_snapshot!(old(json!({"type": "file"})), @r#"{"type":"string","format":"binary"}"#);
    assert_snapshot!(old(json!({"type": "any", "description": "Anything."})), @r#"{"description":"Anything."}"#);
    assert_snapshot!(old(json!({
        "type": "object", "xml": {"name": "a"}, "externalDocs": {"url": "https://acme.example"}, "x-y": 1, "id": "urn:a",
        "properties": {"id": {"type": "string", "format": "uuid"}}, "discriminator": "id",
    })), @r#"{"type":"object","properties":{"id":{"type":"string","format":"uuid"}}}"#);
    assert_snapshot!(old(json!({"type": "array", "items": [{"type": "string"}, {"type": "integer"}], "additionalItems": false})), @r#"{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}"#);
}

#[test]
fn words_of_2020_12_are_kept() {
    assert_snapshot!(new(json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:a", "type": ["string", "integer"]})), @r#"{"type":["string","integer"]}"#);
    assert_snapshot!(new(json!({"type": "array", "prefixItems": [{"const": 1}, true], "items": false, "contains": {"type": "integer"}, "minContains": 1})), @r#"{"type":"array","prefixItems":[{"const":1},true],"items":false,"contains":{"type":"integer"},"minContains":1}"#);
    assert_snapshot!(new(json!({"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"})), @r#"{"type":"string","contentEncoding":"base64","contentMediaType":"image/png"}"#);
    assert_snapshot!(new(json!({"type": "object", "properties": {"a": true, "b": false}, "unevaluatedProperties": false, "propertyNames": {"pattern": "^[a-z]$"}})), @r#"{"type":"object","properties":{"a":true,"b":false},"propertyNames":{"pattern":"^[a-z]$"},"additionalProperties":false}"#);
    assert_snapshot!(new(json!({"type": "object", "properties": {"a": {"type": "string"}}, "if": {"required": ["a"]}, "then": {"required": ["b"]}, "not": {"required": ["c"]}})), @r#"{"type":"object","properties":{"a":{"type":"string"}},"not":{"required":["c"]},"if":{"required":["a"]},"then":{"required":["b"]}}"#);
    assert_snapshot!(new(json!({"type": "integer", "exclusiveMinimum": 0, "multipleOf": 5})), @r#"{"type":"integer","exclusiveMinimum":0,"multipleOf":5}"#);
}

#[test]
fn words_say_what_a_property_is_once_and_shortly() {
    assert_snapshot!(new(json!({"type": "object", "title": "Order", "properties": {
        "orderId": {"type": "string", "title": "Order Id", "example": "or_17"},
        "note": {"type": "string", "title": "Shown to the customer", "examples": ["Thanks"]},
        "text": {"type": "string", "description": "A text, e.g. Thanks.", "example": "Thanks"},
        "flag": {"type": "boolean", "example": true},
        "long": {"type": "string", "example": "far too long an example to be put into the description of a property"},
    }})), @r#"{"type":"object","description":"Order","properties":{"orderId":{"type":"string","description":"E.g. `or_17`."},"note":{"type":"string","description":"Shown to the customer. E.g. `Thanks`."},"text":{"type":"string","description":"A text, e.g. Thanks."},"flag":{"type":"boolean"},"long":{"type":"string"}}}"#);
}

#[test]
fn a_long_list_of_values_is_checked_but_not_shown() {
    let values: Vec<String> = (0..51).map(|number| format!("v{number}")).collect();
    let (schema, notes) =
        super::turned(super::Dialect::Draft4, json!({}), &json!({"type": "string", "enum": values, "description": "A value"}));
    assert_eq!(notes, Vec::<String>::new());
    assert_eq!(schema["description"], "A value. One of 51 values, e.g. v0, v1, v2; a refusal lists them.");
    assert!(schema.get("enum").is_none());
    assert!(super::is_valid(&schema, &json!("v50")));
    assert!(!super::is_valid(&schema, &json!("v51")));
}
