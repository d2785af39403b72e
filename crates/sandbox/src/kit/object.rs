//! Structs as JSON objects, for what the control endpoint shows.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// The fields of a struct; none of anything else.
pub(crate) fn object(fields: impl Serialize) -> Map<String, Value> {
    match json!(fields) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
