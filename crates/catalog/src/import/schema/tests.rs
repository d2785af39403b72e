//! What becomes of small schemas, one table a subject.

mod composed;
mod properties;
mod recursive;
mod slips;
mod texts_and_values;

use serde_json::json;

use super::*;

/// A description whose named schemas are `schemas`.
pub(super) fn description(dialect: Dialect, schemas: Value) -> Description {
    Description {
        root: json!({"components": {"schemas": schemas}}),
        source_name: "acme.json".to_owned(),
        version: "OpenAPI".to_owned(),
        dialect,
        notes: Vec::new(),
    }
}

/// What an agent's arguments are checked against, and the notes, for a schema beside named ones; valid in every way that is asked for.
pub(super) fn turned(dialect: Dialect, schemas: Value, schema: &Value) -> (Value, Vec<String>) {
    let description = description(dialect, schemas);
    let schemas = Schemas::new(&description);
    let mut notes = Vec::new();
    let value = schemas.converted(schema, &mut notes);
    assert_sound(&value);
    (value, notes)
}

pub(super) fn assert_sound(value: &Value) {
    jsonschema::draft202012::meta::validate(value).unwrap_or_else(|error| panic!("{error}: {value}"));
    crate::arguments::validator(value).unwrap_or_else(|error| panic!("{error}: {value}"));
    let mut around = vec![value];
    while let Some(part) = around.pop() {
        match part {
            Value::Object(members) => {
                if let Some(pointer) = part.get("$ref").and_then(Value::as_str) {
                    assert!(value.pointer(&pointer[1..]).is_some(), "{pointer} in {value}");
                }
                around.extend(members.values());
            }
            Value::Array(items) => around.extend(items),
            _ => {}
        }
    }
}

/// The schema in the words of OpenAPI 3.0, as JSON text, and its notes on lines of their own.
pub(super) fn old(schema: Value) -> String {
    shown(turned(Dialect::Draft4, json!({}), &schema))
}

/// The same in those of OpenAPI 3.1.
pub(super) fn new(schema: Value) -> String {
    shown(turned(Dialect::Draft202012, json!({}), &schema))
}

pub(super) fn shown((value, notes): (Value, Vec<String>)) -> String {
    let mut lines = vec![value.to_string()];
    lines.extend(notes);
    lines.join("\n")
}

pub(super) fn is_valid(schema: &Value, value: &Value) -> bool {
    crate::arguments::validator(schema).unwrap().is_valid(value)
}
