//! Null beside whatever else a schema admits.

use serde_json::{Map, Value, json};

/// Whether a schema says that null is admitted, in words of OpenAPI 3.0 or of vendors who still write Swagger 2.0.
pub(super) fn is_nullable(members: &Map<String, Value>) -> bool {
    ["nullable", "x-nullable"]
        .iter()
        .any(|key| matches!(members.get(*key), Some(Value::Bool(true))) || members.get(*key).is_some_and(|value| value == "true"))
}

/// What `value` admits, and null.
pub(super) fn nullable(value: Value) -> Value {
    let Value::Object(mut members) = value else { return value };
    if members.keys().all(|key| is_annotation(key)) {
        return Value::Object(members);
    }
    if let Some(Value::Array(alternatives)) = members.get_mut("anyOf") {
        let has_null = alternatives.iter().any(is_null);
        if !has_null {
            alternatives.push(json!({"type": "null"}));
        }
        if members.keys().all(|key| is_annotation(key) || key == "anyOf") {
            return Value::Object(members);
        }
        if !has_null && let Some(Value::Array(alternatives)) = members.get_mut("anyOf") {
            alternatives.pop();
        }
    }
    if members.keys().any(|key| ["allOf", "anyOf", "oneOf", "$ref", "not", "if"].contains(&key.as_str())) && !is_long_list(&members) {
        return beside_null(members);
    }
    with_null(&mut members);
    Value::Object(members)
}

pub(super) fn is_null(schema: &Value) -> bool {
    let Some(members) = schema.as_object() else { return false };
    let only_null = |values: &Value| values.as_array().is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_null));
    members.get("type").is_some_and(|one| one == "null" || *one == json!(["null"]))
        || members.get("enum").is_some_and(only_null)
        || members.get("const").is_some_and(Value::is_null)
}

/// Keywords that admit and refuse nothing.
pub(super) fn is_annotation(key: &str) -> bool {
    ["description", "title", "default", "deprecated", "examples", "format", "readOnly", "writeOnly"].contains(&key)
}

/// Whether the only rule in `if` is a list of values: see values.rs.
fn is_long_list(members: &Map<String, Value>) -> bool {
    members.get("if") == Some(&Value::Bool(true))
        && !["allOf", "anyOf", "oneOf", "$ref", "not"].iter().any(|key| members.contains_key(*key))
}

fn with_null(members: &mut Map<String, Value>) {
    match members.get_mut("type") {
        Some(Value::String(one)) if one != "null" => {
            let one = std::mem::take(one);
            members.insert("type".to_owned(), json!([one, "null"]));
        }
        Some(Value::Array(several)) if !several.iter().any(|one| one == "null") => several.push("null".into()),
        _ => {}
    }
    if let Some(value) = members.get("const").cloned() {
        let place = members.keys().position(|key| key == "const").unwrap_or_default();
        members.shift_remove("const");
        members.shift_insert(place, "enum".to_owned(), json!([value, null]));
    }
    let long = members.get_mut("then").and_then(Value::as_object_mut).and_then(|then| then.get_mut("enum"));
    if let Some(Value::Array(values)) = long
        && !values.iter().any(Value::is_null)
    {
        values.push(Value::Null);
    }
    if let Some(Value::Array(values)) = members.get_mut("enum")
        && !values.iter().any(Value::is_null)
    {
        values.push(Value::Null);
    }
}

fn beside_null(members: Map<String, Value>) -> Value {
    let (mut outside, mut inside) = (Map::new(), Map::new());
    for (key, value) in members {
        match is_annotation(&key) && key != "format" {
            true => outside.insert(key, value),
            false => inside.insert(key, value),
        };
    }
    outside.insert("anyOf".to_owned(), json!([inside, {"type": "null"}]));
    Value::Object(outside)
}
