//! Slips that MCP clients are known for, mended where the schema leaves no doubt about what was meant.
//!
//! Only tried on arguments that are wrong as they are, and never decides: the result is validated again.
//!
//! * `null` or `"null"` for an optional member that cannot be null: left out;
//! * an object or array as a text of JSON, where only an object or array fits;
//! * a number or boolean as a text, where only a number or boolean fits.

use serde_json::{Map, Value};

use crate::types::{Type, Types, resolved};

/// Deeper members are left as they are.
const MAX_DEPTH: usize = 32;

/// `arguments` with such slips mended; `None` if there are none.
pub(crate) fn tolerated(arguments: &Value, schema: &Value) -> Option<Value> {
    let mut mended = arguments.clone();
    let mut changed = false;
    mend(&mut mended, schema, schema, &mut changed, MAX_DEPTH);
    changed.then_some(mended)
}

fn mend(value: &mut Value, schema: &Value, root: &Value, changed: &mut bool, depth: usize) {
    if depth == 0 {
        return;
    }
    let types = Types::of(schema, root);
    if let Value::String(text) = value
        && let Some(meant) = meant_by(text, types)
    {
        *value = meant;
        *changed = true;
    }
    let schema = resolved(schema, root);
    match value {
        Value::Object(object) => mend_members(object, schema, root, changed, depth),
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for item in items {
                    mend(item, schema, root, changed, depth - 1);
                }
            }
        }
        _ => {}
    }
}

fn mend_members(object: &mut Map<String, Value>, schema: &Value, root: &Value, changed: &mut bool, depth: usize) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    let required = |name: &str| {
        let names = schema.get("required").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|required| required == name))
    };
    let before = object.len();
    object.retain(|name, value| match properties.get(name) {
        Some(schema) => required(name) || !stands_for_absence(value, schema, root),
        None => true,
    });
    *changed |= object.len() != before;
    for (name, value) in object {
        if let Some(schema) = properties.get(name) {
            mend(value, schema, root, changed, depth - 1);
        }
    }
}

fn stands_for_absence(value: &Value, schema: &Value, root: &Value) -> bool {
    let types = Types::of(schema, root);
    if types.is_empty() {
        return false; // Anything fits, so null may be meant.
    }
    match value {
        Value::Null => !types.has(Type::Null),
        Value::String(text) if text == "null" && !types.has(Type::Null) => {
            let not_a_choice = resolved(schema, root).get("enum").and_then(Value::as_array).is_some_and(|options| !options.contains(value));
            !types.has(Type::String) || not_a_choice
        }
        _ => false,
    }
}

/// What a text was meant to be where no text fits.
fn meant_by(text: &str, types: Types) -> Option<Value> {
    if types.is_empty() || types.has(Type::String) {
        return None;
    }
    let text = text.trim();
    if text == "null" {
        return types.has(Type::Null).then_some(Value::Null);
    }
    let meant: Value = match text {
        // Python's way of writing them.
        "True" => Value::Bool(true),
        "False" => Value::Bool(false),
        _ => serde_json::from_str(text).ok()?,
    };
    types.has(Type::of(&meant)).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mended(schema: Value, arguments: Value) -> Value {
        let schema = json!({"type": "object", "properties": {"a": schema}, "$defs": {"N": {"type": "number"}}});
        tolerated(&arguments, &schema).unwrap_or_else(|| json!("as it was"))
    }

    #[test]
    fn case_c8_null_for_an_optional_argument_is_left_out() {
        for nothing in [json!(null), json!("null")] {
            assert_eq!(mended(json!({"type": "integer"}), json!({ "a": nothing })), json!({}));
        }
        assert_eq!(mended(json!({"type": "string"}), json!({"a": null})), json!({}));
        assert_eq!(mended(json!({"type": "string", "enum": ["x"]}), json!({"a": "null"})), json!({}));
    }

    #[test]
    fn case_c8_a_text_null_or_a_null_that_fits_stays() {
        assert_eq!(mended(json!({"type": "string"}), json!({"a": "null"})), json!("as it was"));
        assert_eq!(mended(json!({"type": ["string", "null"]}), json!({"a": null})), json!("as it was"));
        assert_eq!(mended(json!({}), json!({"a": null})), json!("as it was"));
        assert_eq!(mended(json!({"type": ["integer", "null"]}), json!({"a": "null"})), json!({"a": null}));
    }

    #[test]
    fn case_c8_json_in_a_text_becomes_what_it_holds() {
        let list = json!({"type": "array", "items": {"type": "integer"}});
        assert_eq!(mended(list, json!({"a": r#"[1, "2"]"#})), json!({"a": [1, 2]}));
        let object = json!({"type": "object", "properties": {"b": {"$ref": "#/$defs/N"}}});
        assert_eq!(mended(object, json!({"a": r#"{"b": "1.5"}"#})), json!({"a": {"b": 1.5}}));
        let either = json!({"anyOf": [{"type": "object"}, {"type": "string"}]});
        assert_eq!(mended(either, json!({"a": "{}"})), json!("as it was"));
    }

    #[test]
    fn case_c8_numbers_and_booleans_in_a_text_become_what_they_say() {
        assert_eq!(mended(json!({"type": "integer"}), json!({"a": " 7 "})), json!({"a": 7}));
        assert_eq!(mended(json!({"type": "boolean"}), json!({"a": "True"})), json!({"a": true}));
        assert_eq!(mended(json!({"type": "integer"}), json!({"a": "7.5"})), json!("as it was"));
        assert_eq!(mended(json!({"type": "integer"}), json!({"a": "seven"})), json!("as it was"));
        assert_eq!(mended(json!({"type": "integer"}), json!({"a": "0x7"})), json!("as it was"));
    }
}
