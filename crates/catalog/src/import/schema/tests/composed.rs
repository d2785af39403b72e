use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Dialect, is_valid, new, old, shown, turned};

fn with(schemas: Value, schema: Value) -> String {
    shown(turned(Dialect::Draft4, schemas, &schema))
}

#[test]
fn objects_that_are_composed_become_one() {
    assert_snapshot!(with(
        json!({"Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}),
        json!({"description": "An order.", "allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}]}),
    ), @r#"{"type":"object","description":"An order.","properties":{"id":{"type":"string"},"total":{"type":"number"}},"required":["id","total"]}"#);
    assert_snapshot!(old(json!({"allOf": [
        {"type": "object", "additionalProperties": false, "properties": {"a": {"type": "string"}}},
        {"type": "object", "required": ["b", "c"], "properties": {"b": {"type": "string"}}},
    ]})), @r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"additionalProperties":false,"required":["b"]}"#);
    assert_snapshot!(old(json!({"allOf": [
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "^a"}, "b": {"type": "string"}}},
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "z$", "description": "Both."}, "b": {"type": "integer"}}},
    ]})), @r#"{"type":"object","properties":{"a":{"description":"Both.","allOf":[{"type":"string","pattern":"^a"},{"type":"string","description":"Both.","pattern":"z$"}]},"b":{"type":"integer"}}}"#);
    assert_snapshot!(old(json!({"allOf": [
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"b": {"type": "integer"}}},
    ]})), @r#"{"type":"object","additionalProperties":{"type":"string"},"allOf":[{"type":"object","properties":{"b":{"type":"integer"}}}]}"#);
    assert_snapshot!(old(json!({"type": "integer", "allOf": [{"minimum": 1}, {"minimum": 5, "maximum": 9}]})), @r#"{"type":"integer","minimum":5,"maximum":9}"#);
}

#[test]
fn what_stands_beside_a_reference_counts_where_the_dialect_says_so() {
    let schemas = json!({"Name": {"type": "string", "description": "A name."}});
    let schema = json!({"$ref": "#/components/schemas/Name", "description": "Who.", "maxLength": 9, "nullable": true});
    assert_snapshot!(shown(turned(Dialect::Draft4, schemas.clone(), &schema)), @r#"{"type":["string","null"],"description":"Who."}"#);
    assert_snapshot!(shown(turned(Dialect::Draft202012, schemas, &schema)), @r#"{"type":["string","null"],"description":"Who.","maxLength":9}"#);
}

#[test]
fn alternatives_that_overlap_are_any_of_them() {
    assert_snapshot!(old(json!({"oneOf": [{"type": "string"}, {"type": "string", "format": "email"}, {"type": "string"}]})), @r#"{"anyOf":[{"type":"string"},{"type":"string","format":"email"}]}"#);
    assert_snapshot!(old(json!({"anyOf": [{"type": "string"}]})), @r#"{"type":"string"}"#);
    assert_snapshot!(old(json!({"type": "object", "properties": {"a": {}, "b": {}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]})), @r#"{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}],"properties":{"a":{},"b":{}}}"#);
    assert_snapshot!(new(json!({"oneOf": [{"type": "null"}, {"type": "object", "properties": {"a": {}}}]})), @r#"{"type":["object","null"],"properties":{"a":{}}}"#);
    assert_snapshot!(new(json!({"anyOf": [{"type": "string"}], "oneOf": [{"type": "string", "minLength": 1}, {"type": "string", "maxLength": 4}]})), @r#"{"type":"string","anyOf":[{"type":"string","minLength":1},{"type":"string","maxLength":4}]}"#);
}

#[test]
fn a_tag_tells_which_alternative_is_meant() {
    let schemas = json!({
        "Card": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string", "description": "Which."}, "number": {"type": "string"}}},
        "Bank": {"type": "object", "properties": {"iban": {"type": "string"}}},
    });
    assert_snapshot!(with(schemas.clone(), json!({
        "oneOf": [{"$ref": "#/components/schemas/Card"}, {"$ref": "#/components/schemas/Bank"}],
        "discriminator": {"propertyName": "kind", "mapping": {"card": "#/components/schemas/Card", "credit": "Card", "bank": "Bank"}},
    })), @r#"{"anyOf":[{"type":"object","properties":{"number":{"type":"string"},"kind":{"type":"string","description":"Which.","enum":["card","credit"]}},"required":["kind"]},{"type":"object","properties":{"iban":{"type":"string"},"kind":{"type":"string","const":"bank"}}}]}"#);
    assert_snapshot!(with(schemas, json!({
        "oneOf": [{"$ref": "#/components/schemas/Card"}, {"$ref": "#/components/schemas/Bank"}], "discriminator": {"propertyName": "kind"},
    })), @r#"{"anyOf":[{"type":"object","properties":{"number":{"type":"string"},"kind":{"type":"string","description":"Tells which kind this is, by default `Card`."}},"required":["kind"]},{"type":"object","properties":{"iban":{"type":"string"},"kind":{"type":"string","description":"Tells which kind this is, by default `Bank`."}}}]}"#);
}

#[test]
fn a_parent_with_a_discriminator_admits_its_children() {
    let schemas = json!({
        "Pet": {
            "type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "friend": {"$ref": "#/components/schemas/Pet"}},
            "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
        },
        "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object", "required": ["claws"], "properties": {"claws": {"type": "integer"}}}]},
    });
    let (schema, notes) = turned(Dialect::Draft4, schemas.clone(), &json!({"$ref": "#/components/schemas/Pet"}));
    assert_eq!(notes, Vec::<String>::new());
    assert!(is_valid(&schema, &json!({"kind": "cat", "claws": 9, "friend": {"kind": "cat", "claws": 1}})), "{schema}");
    assert!(!is_valid(&schema, &json!({"kind": "cat", "claws": "9"})), "{schema}");
    assert!(!is_valid(&schema, &json!({"kind": "cat", "claws": 9, "friend": {"kind": "cow", "claws": 1}})), "{schema}");
    let (child, _) = turned(Dialect::Draft4, schemas, &json!({"$ref": "#/components/schemas/Cat"}));
    assert!(is_valid(&child, &json!({"kind": "cat", "claws": 9})), "{child}");
    assert!(child.get("anyOf").is_none(), "{child}");
}

#[test]
fn a_parent_without_a_mapping_admits_itself_too() {
    let schemas = json!({
        "Pet": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}, "discriminator": {"propertyName": "kind"}},
        "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "object", "properties": {"claws": {"type": "integer"}}}]},
    });
    assert_snapshot!(with(schemas, json!({"$ref": "#/components/schemas/Pet"})), @r#"{"anyOf":[{"type":"object","properties":{"claws":{"type":"integer"},"kind":{"type":"string","description":"Tells which kind this is, by default `Cat`."}},"required":["kind"]},{"type":"object","properties":{"kind":{"type":"string"}},"required":["kind"]}]}"#);
}

#[test]
fn properties_that_only_the_vendor_gives_are_left_out() {
    let schemas = json!({
        "Id": {"type": "string", "readOnly": true},
        "Order": {"type": "object", "required": ["id", "total", "secret", "made"], "properties": {
            "id": {"$ref": "#/components/schemas/Id"}, "made": {"readOnly": true, "allOf": [{"type": "string"}]},
            "by": {"allOf": [{"$ref": "#/components/schemas/Id"}]}, "total": {"type": "number"}, "secret": {"type": "string", "writeOnly": true},
        }},
    });
    let schema = json!({"$ref": "#/components/schemas/Order"});
    assert_snapshot!(shown(turned(Dialect::Draft4, schemas.clone(), &schema)), @r#"{"type":"object","properties":{"total":{"type":"number"},"secret":{"type":"string"}},"required":["total","secret"]}"#);
}
