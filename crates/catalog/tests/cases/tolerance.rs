//! Slips of clients, which are mended where the schema leaves no doubt.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::requests::{act, definition, plan, posting};

fn posted(schema: Value, value: Value) -> String {
    let method = posting(json!({"schema": {"type": "object", "properties": {"a": schema, "b": {"type": "string"}}}}));
    let request = act(method, json!({"a": value, "b": "x"}));
    request.split_once("\n\n").map_or(request.clone(), |(_, body)| body.to_owned())
}

#[test]
fn case_c8_a_plan_says_whether_something_was_mended() {
    let definition = definition("act", posting(json!({"schema": {"type": "object", "properties": {"a": {"type": "integer"}}}})), json!({}));
    assert!(plan(&definition, json!({"a": "7"})).unwrap().is_mended);
    assert!(!plan(&definition, json!({"a": 7})).unwrap().is_mended);
}

#[test]
fn case_c8_slips_are_mended_as_the_schema_says_and_only_then() {
    assert_snapshot!(posted(json!({"type": "integer"}), json!("null")), @r#"{"b":"x"}"#);
    assert_snapshot!(posted(json!({"type": "string"}), json!("null")), @r#"{"a":"null","b":"x"}"#);
    assert_snapshot!(posted(json!({"type": "object"}), json!("{\"k\": [1]}")), @r#"{"a":{"k":[1]},"b":"x"}"#);
    assert_snapshot!(posted(json!({"type": "array", "items": {"type": "integer"}}), json!("[1, 2]")), @r#"{"a":[1,2],"b":"x"}"#);
    assert_snapshot!(posted(json!({"type": "array", "items": {"type": "integer"}}), json!(["1", "2"])), @r#"{"a":[1,2],"b":"x"}"#);
    assert_snapshot!(posted(json!({"type": ["string", "object"]}), json!("{\"k\": 1}")), @r#"{"a":"{\"k\": 1}","b":"x"}"#);
    assert_snapshot!(posted(json!({"type": "boolean"}), json!("True")), @r#"{"a":true,"b":"x"}"#);
    assert_snapshot!(posted(json!({"type": "boolean"}), json!("yes")), @r#"/a: expected boolean, got string "yes""#);
    assert_snapshot!(posted(json!({"type": "integer"}), json!("12345678901234567890123")), @r#"/a: expected integer, got string "12345678901234567890123""#);
}
