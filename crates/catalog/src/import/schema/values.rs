//! Values that a schema names: `enum`, `const`, `default`.

use serde_json::{Map, Number, Value, json};

use super::convert::Converter;
use crate::arguments;
use crate::types::Type;

/// Longest list of values that is shown in listings of tools; longer ones are checked all the same.
const MAX_SHOWN: usize = 50;

/// Longest default, in bytes of JSON.
const MAX_DEFAULT_BYTES: usize = 500;

impl Converter<'_, '_> {
    /// The values that are admitted, each once, with those that the type asks for and the list does not have in it; `types` gains what the list
    /// has and it does not. `None` where all are admitted.
    pub(super) fn listed(&mut self, members: &Map<String, Value>, types: &mut Vec<Type>) -> Option<Vec<Value>> {
        let list = match members.get("enum") {
            None | Some(Value::Null) => return None,
            Some(Value::Array(list)) if list.is_empty() => {
                self.note("has an empty `enum`; it is left out");
                return None;
            }
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.note("has an `enum` that is no list; it is left out");
                return None;
            }
        };
        let mut values: Vec<Value> = Vec::with_capacity(list.len());
        let mut seen = std::collections::HashSet::new();
        let mut is_widened = false;
        for value in list {
            let own = Type::of(value);
            if !admits(types, value) && own != Type::Null {
                is_widened = true;
                if let Some(meant) = types.iter().find_map(|one| as_type(value, *one))
                    && seen.insert(meant.to_string())
                {
                    values.push(meant);
                }
            }
            if seen.insert(value.to_string()) {
                values.push(value.clone());
            }
        }
        if is_widened {
            self.note("has values in its `enum` that are not of its type; both are admitted");
            for value in &values {
                if !admits(types, value) && !value.is_null() {
                    types.push(Type::of(value));
                }
            }
        }
        Some(values)
    }

    /// `default`, if it fits what was turned.
    pub(super) fn default(&mut self, members: &Map<String, Value>, out: &Map<String, Value>) -> Option<Value> {
        let default = members.get("default")?;
        // Said of references and parts elsewhere, which are not at hand here.
        let is_whole = !out.iter().any(|(key, value)| key == "$ref" || refers(value));
        if default.is_null() || !is_whole || default.to_string().len() > MAX_DEFAULT_BYTES {
            return None;
        }
        let meant = out.get("type").and_then(Value::as_str).and_then(Type::parse).and_then(|one| as_type(default, one));
        let default = meant.unwrap_or_else(|| default.clone());
        let fits = arguments::validator(&Value::Object(out.clone())).is_ok_and(|validator| validator.is_valid(&default));
        if !fits {
            self.note("has a `default` that it does not admit; it is left out");
        }
        fits.then_some(default)
    }
}

/// Adds the values that are admitted; a long list where it is checked but not shown. Answers what is to be said of it.
pub(super) fn put(values: Vec<Value>, out: &mut Map<String, Value>) -> Option<String> {
    // What else limits them says nothing more.
    for key in ["pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"] {
        out.shift_remove(key);
    }
    if values.len() <= MAX_SHOWN {
        out.insert("enum".to_owned(), Value::Array(values));
        return None;
    }
    let some: Vec<String> = values.iter().take(3).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
    let said = format!("One of {} values, e.g. {}; a refusal lists them.", values.len(), some.join(", "));
    out.insert("if".to_owned(), Value::Bool(true));
    out.insert("then".to_owned(), json!({"enum": values}));
    Some(said)
}

/// Whether a value is of these types; any is where none are named.
pub(super) fn admits(types: &[Type], value: &Value) -> bool {
    let own = Type::of(value);
    let is_whole = value.as_f64().is_some_and(|float| float.fract() == 0.0);
    types.is_empty()
        || types.iter().any(|one| *one == own || (*one == Type::Number && own == Type::Integer) || (*one == Type::Integer && is_whole))
}

/// A value that was written as another type, as the one that is meant; `None` where it is that already.
fn as_type(value: &Value, meant: Type) -> Option<Value> {
    match (meant, value) {
        (Type::String, Value::Number(_) | Value::Bool(_)) => Some(value.to_string().into()),
        (Type::Integer, Value::String(text)) => text.trim().parse::<i64>().ok().map(Value::from),
        (Type::Number, Value::String(text)) => serde_json::from_str::<Number>(text.trim()).ok().map(Value::Number),
        (Type::Boolean, Value::String(text)) => match text.trim() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => None,
    }
}

fn refers(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.contains_key("$ref") || members.values().any(refers),
        Value::Array(items) => items.iter().any(refers),
        _ => false,
    }
}
