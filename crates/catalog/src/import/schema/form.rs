//! A schema that has been turned, and what has to be known to copy it.

use serde_json::Value;

use super::target::Key;

/// What has no more bytes of JSON text is copied even where room is short: a reference and its definition would hardly be shorter.
pub(super) const MIN_SHARED_BYTES: usize = 160;

/// A schema in JSON Schema 2020-12.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) value: Value,
    /// Of its JSON text, about.
    pub(super) bytes: usize,
    /// Levels of JSON.
    pub(super) depth: usize,
    /// Levels of schemas down to the deepest reference; 0 without one.
    pub(super) reach: usize,
    /// The definitions it refers to, and what they are called.
    pub(super) refers: Vec<(Key, String)>,
    pub(super) notes: Vec<String>,
}

impl Form {
    pub(super) fn new(value: Value, refers: Vec<(Key, String)>, notes: Vec<String>) -> Self {
        let (bytes, depth) = measured(&value);
        let reach = reach(&value).unwrap_or_default();
        Self { value, bytes, depth, reach, refers, notes }
    }
}

/// Bytes of JSON text, about, and levels.
pub(super) fn measured(value: &Value) -> (usize, usize) {
    match value {
        Value::Null | Value::Bool(_) => (4, 1),
        Value::Number(_) => (6, 1),
        Value::String(text) => (text.len() + 2, 1),
        Value::Array(items) => around(items.iter().map(measured)),
        Value::Object(members) => around(members.iter().map(|(name, member)| {
            let (bytes, depth) = measured(member);
            (name.len() + 3 + bytes, depth)
        })),
    }
}

fn around(parts: impl Iterator<Item = (usize, usize)>) -> (usize, usize) {
    let (bytes, depth) = parts.fold((2, 0), |(bytes, depth), part| (bytes + part.0 + 1, depth.max(part.1)));
    (bytes, depth + 1)
}

fn reach(value: &Value) -> Option<usize> {
    match value {
        Value::Object(members) => {
            let own = members.contains_key("$ref").then_some(0);
            let inner = members.iter().filter_map(|(key, member)| match (key.as_str(), member) {
                // Schemas by name, which are no level of their own.
                ("properties" | "patternProperties" | "dependentSchemas", Value::Object(schemas)) => {
                    schemas.values().filter_map(reach).max()
                }
                _ => reach(member),
            });
            inner.max().or(own).map(|levels| levels + 1)
        }
        Value::Array(items) => items.iter().filter_map(reach).max(),
        _ => None,
    }
}
