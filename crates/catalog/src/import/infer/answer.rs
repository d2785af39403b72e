//! What stands in the answer of an operation, as far as its schema says.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::import::refs::Refs;

/// How deep schemas within `allOf`, `oneOf` and `anyOf` are looked into.
const MAX_DEPTH: usize = 6;

/// Most schemas that one answer is put together from.
const MAX_SCHEMAS: usize = 200;

/// Most properties of one object that are looked at.
const MAX_PROPERTIES: usize = 400;

/// A schema with its references followed and its parts put together, one level of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer<'d> {
    /// The schemas of an array's items.
    pub(super) items: Option<&'d Value>,
    pub(super) is_array: bool,
    pub(super) properties: Vec<(&'d str, &'d Value)>,
    /// The types that it says.
    types: Vec<&'d str>,
}

impl<'d> Answer<'d> {
    pub(super) fn of(schema: &'d Value, refs: Refs<'d>) -> Self {
        let mut answer = Answer::default();
        answer.add(schema, refs, MAX_DEPTH, &mut HashSet::new());
        answer
    }

    /// `seen`: where the schemas are that were added; the same one says nothing new.
    fn add(&mut self, schema: &'d Value, refs: Refs<'d>, depth: usize, seen: &mut HashSet<*const Value>) {
        let Ok(schema) = refs.resolve(schema) else { return };
        if seen.len() >= MAX_SCHEMAS || !seen.insert(std::ptr::from_ref(schema)) {
            return;
        }
        let Value::Object(schema) = schema else { return };
        match schema.get("type") {
            Some(Value::String(name)) => self.types.push(name),
            Some(Value::Array(names)) => self.types.extend(names.iter().filter_map(Value::as_str)),
            _ => {}
        }
        if let Some(items) = schema.get("items") {
            self.items = self.items.or(Some(items));
        }
        if self.properties.is_empty() || !is_alternative(schema) {
            let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            let room = MAX_PROPERTIES.saturating_sub(self.properties.len());
            self.properties.extend(properties.take(room).map(|(name, schema)| (name.as_str(), schema)));
        }
        self.is_array |= self.types.contains(&"array") && !self.types.contains(&"object") || self.types.is_empty() && self.items.is_some();
        if depth == 0 {
            return;
        }
        for part in list(schema, "allOf").iter().take(MAX_SCHEMAS) {
            self.add(part, refs, depth - 1, seen);
        }
        // Alternatives: the first that says something other than null.
        for key in ["oneOf", "anyOf"] {
            if self.properties.is_empty() && !self.is_array {
                for part in list(schema, key).iter().take(8) {
                    self.add(part, refs, depth - 1, seen);
                    if !self.properties.is_empty() || self.is_array {
                        break;
                    }
                }
            }
        }
    }

    pub(super) fn property(&self, name: &str) -> Option<&'d Value> {
        self.properties.iter().find(|(known, _)| *known == name).map(|(_, schema)| *schema)
    }

    /// Whether it may be text or a number, as a cursor is.
    pub(super) fn may_be_scalar(&self) -> bool {
        self.properties.is_empty()
            && !self.is_array
            && (self.types.is_empty() || self.types.iter().any(|name| matches!(*name, "string" | "integer" | "number")))
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.types.contains(&name)
    }
}

fn is_alternative(schema: &Map<String, Value>) -> bool {
    schema.contains_key("oneOf") || schema.contains_key("anyOf")
}

fn list<'d>(schema: &'d Map<String, Value>, key: &str) -> &'d [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A dotted path of names; `None` where a name cannot stand in one.
pub(super) fn dotted(names: &[&str]) -> Option<String> {
    let is_plain = |name: &&str| !name.is_empty() && !name.contains(['.', '[', ']']);
    names.iter().all(is_plain).then(|| names.join("."))
}
