use insta::assert_snapshot;
use serde_json::json;

use super::{new, old};

#[test]
fn types_of_other_languages_are_read_as_they_are_meant() {
    assert_snapshot!(old(json!({"type": "int"})), @r#"
{"type":"integer"}
the schema has the type `int`, which there is not; it is read as `integer`
"#);
    assert_snapshot!(old(json!({"type": "date"})), @r#"
{"type":"string","format":"date"}
the schema has the type `date`, which there is not; it is read as `string`
"#);
    assert_snapshot!(old(json!({"type": "String", "format": "email"})), @r#"
{"type":"string","format":"email"}
the schema has the type `String`, which there is not; it is read as `string`
"#);
    assert_snapshot!(old(json!({"type": "Contact"})), @r#"
{}
the schema has the type `Contact`, which there is not; anything is admitted
"#);
    assert_snapshot!(old(json!({"type": {"a": 1}})), @r#"
{}
the schema has the type `{"a":1}`, which there is not; anything is admitted
"#);
}

#[test]
fn lists_of_values_admit_what_their_type_says_and_what_they_hold() {
    assert_snapshot!(old(json!({"type": "integer", "enum": ["1", "2", "1"]})), @r#"
{"type":["integer","string"],"enum":[1,"1",2,"2"]}
the schema has values in its `enum` that are not of its type; both are admitted
"#);
    assert_snapshot!(old(json!({"type": "string", "enum": [1, true, "x"]})), @r#"
{"type":["string","integer","boolean"],"enum":["1",1,"true",true,"x"]}
the schema has values in its `enum` that are not of its type; both are admitted
"#);
    assert_snapshot!(old(json!({"type": "string", "enum": []})), @r#"
{"type":"string"}
the schema has an empty `enum`; it is left out
"#);
    assert_snapshot!(old(json!({"type": "string", "enum": ["a", null], "maxLength": 0})), @r#"{"type":["string","null"],"enum":["a",null]}"#);
    assert_snapshot!(old(json!({"type": "array", "items": {"type": "string"}, "enum": ["a", "b"]})), @r#"
{"type":"array","items":{"type":"string","enum":["a","b"]}}
the schema is a list whose `enum` is of other values; it is read as that of its items
"#);
    assert_snapshot!(old(json!({"enum": ["a", "b"]})), @r#"{"type":"string","enum":["a","b"]}"#);
}

#[test]
fn defaults_that_are_not_admitted_are_left_out() {
    assert_snapshot!(old(json!({"type": "integer", "default": "10"})), @r#"{"type":"integer","default":10}"#);
    assert_snapshot!(old(json!({"type": "integer", "default": "many"})), @r#"
{"type":"integer"}
the schema has a `default` that it does not admit; it is left out
"#);
    assert_snapshot!(old(json!({"type": "string", "enum": ["a"], "default": "b"})), @r#"
{"type":"string","enum":["a"]}
the schema has a `default` that it does not admit; it is left out
"#);
    assert_snapshot!(old(json!({"type": "string", "default": null})), @r#"{"type":"string"}"#);
}

#[test]
fn limits_that_limit_nothing_are_left_out() {
    assert_snapshot!(old(json!({"type": "integer", "minimum": "1", "maximum": "ten"})), @r#"
{"type":"integer","minimum":1}
the schema has a `maximum` that is no number; it is left out
"#);
    assert_snapshot!(old(json!({"type": "number", "minimum": 5, "maximum": 1, "multipleOf": 0})), @r#"
{"type":"number"}
the schema has a minimum above its maximum; both are left out
the schema has a `multipleOf` that is not above 0; it is left out
"#);
    assert_snapshot!(old(json!({"type": "number", "maximum": 1.7976931348623157e308})), @r#"{"type":"number"}"#);
    assert_snapshot!(old(json!({"type": "string", "minLength": -1, "maxLength": 10.0})), @r#"
{"type":"string","maxLength":10}
the schema has a `minLength` that is no count; it is left out
"#);
    assert_snapshot!(old(json!({"type": "integer", "minLength": 3, "pattern": "^[0-9]+$"})), @r#"{"type":"integer"}"#);
}

#[test]
fn patterns_that_cannot_be_used_are_left_out() {
    assert_snapshot!(old(json!({"type": "string", "pattern": "/^[a-z]+$/i"})), @r#"
{"type":"string"}
the schema has a `pattern` between slashes, which mean themselves in JSON Schema; it is left out
"#);
    assert_snapshot!(old(json!({"type": "string", "pattern": "([a-z"})), @r#"
{"type":"string"}
the schema has a `pattern` that cannot be used; it is left out
"#);
    assert_snapshot!(old(json!({"type": "string", "pattern": 7})), @r#"
{"type":"string"}
the schema has a `pattern` that is no text; it is left out
"#);
    assert_snapshot!(old(json!({"type": "string", "pattern": "^(?!x)[a-z]+$"})), @r#"{"type":"string","pattern":"^(?!x)[a-z]+$"}"#);
    assert_snapshot!(new(json!({"type": "object", "not": {"type": "object", "properties": {"a": {"pattern": "(["}}}})), @r#"
{"type":"object"}
`not.a` has a `pattern` that cannot be used; it is left out
the schema has a `not` that cannot be kept; it is left out
"#);
}

#[test]
fn members_that_are_written_wrongly_are_read_as_they_are_meant() {
    assert_snapshot!(old(json!({"type": "object", "properties": [{"name": "a", "type": "string"}]})), @r#"
{"type":"object","properties":{"a":{"type":"string"}}}
the schema has `properties` as a list; they are read by their `name`
"#);
    assert_snapshot!(old(json!({"type": "object", "properties": {"a": {"type": "string", "required": true}, "": {}, "__proto__": {}}})), @r#"
{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}
the schema has a property whose name cannot be used; it is left out
the schema has `required: true` in `a`; it is read as required
"#);
    assert_snapshot!(old(json!({"type": "object", "additionalProperties": "false", "properties": {"a": {}}, "required": ["a", "b", "a"]})), @r#"
{"type":"object","properties":{"a":{}},"required":["a"],"additionalProperties":false}
the schema requires a property that it does not admit; that is left out
"#);
    assert_snapshot!(old(json!({"type": "object", "additionalProperties": false, "properties": {"a": {}}, "required": ["a", "b"]})), @r#"
{"type":"object","properties":{"a":{}},"required":["a"],"additionalProperties":false}
the schema requires a property that it does not admit; that is left out
"#);
    assert_snapshot!(old(json!({"type": "object", "properties": {"a": {}}, "required": ["b"]})), @r#"{"type":"object","properties":{"a":{}},"required":["b"]}"#);
    assert_snapshot!(old(json!({"type": "object", "items": {"type": "string"}})), @r#"
{"type":["array","object"],"items":{"type":"string"}}
the schema is an `object` with `items`; lists are admitted too
"#);
    assert_snapshot!(old(json!({"type": "array"})), @r#"{"type":"array","items":{}}"#);
    assert_snapshot!(old(json!({"type": "object", "properties": {"a": "text", "b": ["x"]}})), @r#"
{"type":"object","properties":{"a":{},"b":{}}}
`a` is no schema; anything is admitted
`b` is no schema; anything is admitted
"#);
    assert_snapshot!(old(json!({"type": "object", "additionalProperties": {}})), @r#"{"type":"object","additionalProperties":true}"#);
    assert_snapshot!(old(json!("string")), @r#"
{}
the schema is no schema; anything is admitted
"#);
    assert_snapshot!(old(json!({"properties": {"a": {"type": "string"}}})), @r#"{"type":"object","properties":{"a":{"type":"string"}}}"#);
}
