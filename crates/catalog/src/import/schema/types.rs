//! `type`, as it is written and as it is meant.

use serde_json::{Map, Value};

use crate::types::Type;

/// The types that a schema names, and what they were called if that was no type of JSON Schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Without null; empty where the schema does not say.
    pub(super) types: Vec<Type>,
    pub(super) has_null: bool,
    /// The format that a wrong name of a type stands for.
    pub(super) format: Option<&'static str>,
    /// Names that are no types.
    pub(super) wrong: Vec<String>,
}

pub(super) fn named(members: &Map<String, Value>) -> Named {
    let mut named = Named::default();
    match members.get("type") {
        None | Some(Value::Null) => {}
        Some(Value::String(name)) => named.add(name),
        Some(Value::Array(names)) => {
            for name in names {
                match name {
                    Value::String(name) => named.add(name),
                    Value::Null => named.has_null = true,
                    other => named.wrong.push(other.to_string()),
                }
            }
        }
        Some(other) => named.wrong.push(other.to_string().chars().take(40).collect()),
    }
    if named.types.contains(&Type::Number) {
        named.types.retain(|one| *one != Type::Integer);
    }
    named
}

impl Named {
    fn add(&mut self, name: &str) {
        match Type::parse(name) {
            Some(Type::Null) => self.has_null = true,
            Some(one) => self.insert(one),
            None => {
                // `file` is a word of Swagger 2.0, and `any` can only be meant in one way.
                if !["file", "any"].contains(&name) {
                    self.wrong.push(name.chars().take(40).collect());
                }
                match meant(name) {
                    Some((one, format)) => {
                        self.insert(one);
                        self.format = self.format.or(format);
                    }
                    None if name.eq_ignore_ascii_case("null") => self.has_null = true,
                    None => {}
                }
            }
        }
    }

    fn insert(&mut self, one: Type) {
        if !self.types.contains(&one) {
            self.types.push(one);
        }
    }
}

/// The type and format that other languages' names stand for.
fn meant(name: &str) -> Option<(Type, Option<&'static str>)> {
    Some(match name.to_ascii_lowercase().as_str() {
        "string" | "str" | "text" | "char" | "varchar" | "enum" => (Type::String, None),
        "date" => (Type::String, Some("date")),
        "datetime" | "date-time" | "timestamp" => (Type::String, Some("date-time")),
        "time" => (Type::String, Some("time")),
        "uuid" | "guid" => (Type::String, Some("uuid")),
        "email" => (Type::String, Some("email")),
        "url" | "uri" => (Type::String, Some("uri")),
        "file" | "binary" => (Type::String, Some("binary")),
        "byte" | "base64" => (Type::String, Some("byte")),
        "integer" | "int" | "int32" | "int64" | "long" | "short" => (Type::Integer, None),
        "number" | "float" | "double" | "decimal" | "numeric" => (Type::Number, None),
        "boolean" | "bool" => (Type::Boolean, None),
        "array" | "list" | "set" => (Type::Array, None),
        "object" | "map" | "hash" | "dict" | "dictionary" => (Type::Object, None),
        _ => return None,
    })
}

/// `type` as it is written.
pub(super) fn written(types: &[Type]) -> Option<Value> {
    match types {
        [] => None,
        [one] => Some(one.name().into()),
        several => Some(several.iter().map(|one| Value::from(one.name())).collect()),
    }
}
