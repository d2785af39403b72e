//! `allOf`, and alternatives beside it.

use serde_json::{Map, Value};

use super::convert::Converter;
use super::merge::merged;
use super::nullable::is_annotation;
use super::target::Role;
use crate::import::refs::reference;

impl<'d> Converter<'_, 'd> {
    /// `own`, what the schema says itself, with its parts and alternatives.
    pub(super) fn composed(&mut self, members: &'d Map<String, Value>, own: Map<String, Value>) -> Value {
        let list = |key: &str| members.get(key).and_then(Value::as_array).filter(|list| !list.is_empty());
        let mut parts: Vec<Value> = Vec::new();
        if let Some(list) = list("allOf") {
            let says_no_more = own.keys().all(|key| is_annotation(key)) && members.get("anyOf").is_none() && members.get("oneOf").is_none();
            match list.as_slice() {
                // How OpenAPI 3.0 adds words to a reference.
                [only] if says_no_more && reference(only).is_some() => parts.push(self.schema(only)),
                list => parts.extend(list.iter().map(|part| self.part(part))),
            }
        }
        for (key, list) in [("anyOf", list("anyOf")), ("oneOf", list("oneOf"))] {
            if let Some(list) = list {
                parts.push(self.alternatives(key, list, members));
            }
        }
        let tagless = parts.is_empty();
        // A wrong word for a list of parts.
        for key in ["allOf", "anyOf", "oneOf"] {
            if members.get(key).is_some_and(|value| !value.is_array() && !value.is_null()) {
                self.note(&format!("has an `{key}` that is no list; it is left out"));
            }
        }
        if tagless {
            let mut own = own;
            in_order(&mut own);
            return Value::Object(own);
        }
        let mut kept: Vec<Value> = Vec::new();
        let mut out = Value::Object(Map::new());
        parts.push(Value::Object(own));
        for part in parts {
            match merged(out.clone(), part.clone()) {
                Some(joined) => out = joined,
                None => kept.push(part),
            }
        }
        if let Value::Object(out) = &mut out {
            if !kept.is_empty() {
                let own = out.entry("allOf").or_insert_with(|| Value::Array(Vec::new()));
                own.as_array_mut().into_iter().for_each(|own| own.append(&mut kept));
            }
            in_order(out);
        }
        out
    }

    /// The role of a reference among alternatives: whatever it leads to stands for its children too.
    pub(super) fn alternative(&mut self, schema: &'d Value) -> Value {
        match reference(schema).filter(|_| !self.schemas.says_more(schema)) {
            Some(pointer) => self.referred(pointer, Role::Whole),
            None => self.schema(schema),
        }
    }
}

/// What people look for first stands first, and nothing that was closed by all its parts stays open.
fn in_order(out: &mut Map<String, Value>) {
    for (place, key) in ["type", "description"].into_iter().enumerate() {
        if let Some(value) = out.shift_remove(key) {
            let place = place.min(out.len());
            out.shift_insert(place, key.to_owned(), value);
        }
    }
    let is_plain = !["allOf", "anyOf", "oneOf", "$ref", "if"].iter().any(|key| out.contains_key(*key));
    if is_plain && out.get("unevaluatedProperties") == Some(&Value::Bool(false)) {
        out.shift_remove("unevaluatedProperties");
        out.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    // Names that all parts together do not admit cannot be asked for.
    let is_closed = is_plain && out.get("additionalProperties") == Some(&Value::Bool(false)) && !out.contains_key("patternProperties");
    if is_closed {
        let known: Vec<String> =
            out.get("properties").and_then(Value::as_object).map(|known| known.keys().cloned().collect()).unwrap_or_default();
        if let Some(Value::Array(required)) = out.get_mut("required") {
            required.retain(|name| name.as_str().is_some_and(|name| known.iter().any(|known| known == name)));
        }
        if out.get("required").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            out.shift_remove("required");
        }
    }
}
