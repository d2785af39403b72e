//! Whether a schema is already in the words that every client accepts, as most are: found without making anything.

use serde_json::{Map, Value};

use super::facts::is_plain_pattern;
use super::is_accepted_name;

/// Schemas of which one is made, at most; more may have to be shortened.
const MAX_SCHEMAS: usize = 100;

/// Whether `schema`, an input schema, can be shown as it is.
pub(super) fn is_accepted(schema: &Value, depth: usize) -> bool {
    let mut left = MAX_SCHEMAS;
    admits(schema, depth, &mut left)
}

fn admits(schema: &Value, depth: usize, left: &mut usize) -> bool {
    let (Some(depth), Some(rest)) = (depth.checked_sub(1), left.checked_sub(1)) else {
        return false;
    };
    *left = rest;
    let Some(schema) = schema.as_object() else {
        return false;
    };
    let Some(kind) = schema.get("type").and_then(Value::as_str) else {
        return false;
    };
    (kind != "array" || schema.contains_key("items")) && schema.iter().all(|(key, value)| is_keyword(key, value, kind, schema, depth, left))
}

fn is_keyword(key: &str, value: &Value, kind: &str, schema: &Map<String, Value>, depth: usize, left: &mut usize) -> bool {
    match (key, kind) {
        ("type" | "description" | "default", _) => true,
        ("minLength" | "maxLength", "string") | ("minimum" | "maximum", "integer" | "number") => true,
        ("minItems" | "maxItems", "array") | ("minProperties" | "maxProperties", "object") => true,
        ("pattern", "string") => value.as_str().is_some_and(is_plain_pattern),
        ("format", "string") => value == "date-time",
        ("enum", "string") => {
            value.as_array().is_some_and(|values| values.iter().all(|value| value.as_str().is_some_and(|text| !text.is_empty())))
        }
        ("items", "array") => admits(value, depth, left),
        ("properties", "object") => {
            value.as_object().is_some_and(|all| all.iter().all(|(name, property)| is_accepted_name(name) && admits(property, depth, left)))
        }
        ("required", "object") => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let is_property = |name: &Value| name.as_str().is_some_and(|name| properties.is_some_and(|all| all.contains_key(name)));
            value.as_array().is_some_and(|names| names.iter().all(is_property))
        }
        ("additionalProperties", "object") => *value == Value::Bool(false) || admits(value, depth, left),
        _ => false,
    }
}
