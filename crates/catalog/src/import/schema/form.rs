//! A schema that has been turned, and what has to be known to copy it.

use serde_json::Value;

use super::target::Key;

/// What has no more bytes of JSON text is copied even where room is short: a reference and its definition would hardly be shorter.
pub(super) const MIN_SHARED_BYTES: usize = 400;

/// A schema in JSON Schema 2020-12.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) value: Value,
    /// Of its JSON text, about.
    pub(super) bytes: usize,
    /// Levels of JSON.
    pub(super) depth: usize,
    /// The definitions it refers to, and what they are called.
    pub(super) refers: Vec<(Key, String)>,
    pub(super) notes: Vec<String>,
}

impl Form {
    pub(super) fn new(value: Value, refers: Vec<(Key, String)>, notes: Vec<String>) -> Self {
        let (bytes, depth) = measured(&value);
        Self { value, bytes, depth, refers, notes }
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
