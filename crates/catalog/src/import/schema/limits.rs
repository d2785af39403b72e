//! Limits of numbers, lengths and patterns.

use serde_json::{Map, Number, Value, json};

use super::convert::Converter;
use crate::arguments;
use crate::types::Type;

/// Keywords that count something: lengths, items, properties.
const COUNTS: [(Type, &str, &str); 3] =
    [(Type::String, "minLength", "maxLength"), (Type::Array, "minItems", "maxItems"), (Type::Object, "minProperties", "maxProperties")];

/// Longest pattern that is kept.
const MAX_PATTERN_BYTES: usize = 2_000;

impl Converter<'_, '_> {
    /// The limits of `members` that say something of `types`; all of them where these are unknown.
    pub(super) fn limits(&mut self, members: &Map<String, Value>, types: &[Type], out: &mut Map<String, Value>) {
        let concerns = |one: Type| types.is_empty() || types.contains(&one);
        if concerns(Type::Number) || concerns(Type::Integer) {
            self.numbers(members, out);
        }
        for (kind, least, most) in COUNTS {
            if concerns(kind) {
                let (low, high) = (self.count(members, least), self.count(members, most));
                if let (Some(low), Some(high)) = (low, high)
                    && low > high
                {
                    self.note(&format!("has a `{least}` above its `{most}`; both are left out"));
                    continue;
                }
                for (key, value) in [(least, low), (most, high)] {
                    if let Some(value) = value.filter(|value| key != least || *value > 0) {
                        out.insert(key.to_owned(), value.into());
                    }
                }
            }
        }
        if concerns(Type::Array) && members.get("uniqueItems") == Some(&Value::Bool(true)) {
            out.insert("uniqueItems".to_owned(), Value::Bool(true));
        }
        if concerns(Type::String) {
            self.pattern(members, out);
        }
    }

    fn numbers(&mut self, members: &Map<String, Value>, out: &mut Map<String, Value>) {
        let mut found = Map::new();
        for (limit, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
            let value = self.number(members, limit);
            match members.get(exclusive) {
                // Draft 4: says how the limit is meant.
                Some(Value::Bool(true)) => found.extend(value.map(|value| (exclusive.to_owned(), value))),
                None | Some(Value::Bool(false)) => found.extend(value.map(|value| (limit.to_owned(), value))),
                Some(Value::String(text)) if text == "true" => found.extend(value.map(|value| (exclusive.to_owned(), value))),
                Some(_) => {
                    found.extend(value.map(|value| (limit.to_owned(), value)));
                    found.extend(self.number(members, exclusive).map(|value| (exclusive.to_owned(), value)));
                }
            }
        }
        let bound = |keys: [&str; 2]| keys.iter().filter_map(|key| found.get(*key)?.as_f64()).next();
        if let (Some(low), Some(high)) = (bound(["minimum", "exclusiveMinimum"]), bound(["maximum", "exclusiveMaximum"]))
            && low > high
        {
            self.note("has a minimum above its maximum; both are left out");
            found.clear();
        }
        if let Some(step) = self.number(members, "multipleOf") {
            match step.as_f64() {
                Some(step) if step <= 0.0 => self.note("has a `multipleOf` that is not above 0; it is left out"),
                _ => found.extend([("multipleOf".to_owned(), step)]),
            }
        }
        out.extend(found);
    }

    fn number(&mut self, members: &Map<String, Value>, key: &str) -> Option<Value> {
        match members.get(key)? {
            Value::Null => None,
            // What no double can tell apart limits nothing.
            Value::Number(number) if number.as_f64().is_some_and(|number| number.abs() < 1e300) => Some(Value::Number(number.clone())),
            Value::Number(_) => None,
            Value::String(text) => {
                let number = serde_json::from_str::<Number>(text.trim()).ok();
                if number.is_none() {
                    self.note(&format!("has a `{key}` that is no number; it is left out"));
                }
                number.map(Value::Number)
            }
            _ => {
                self.note(&format!("has a `{key}` that is no number; it is left out"));
                None
            }
        }
    }

    fn count(&mut self, members: &Map<String, Value>, key: &str) -> Option<u64> {
        let value = members.get(key).filter(|value| !value.is_null())?;
        let number = match value {
            Value::String(text) => serde_json::from_str::<Number>(text.trim()).ok(),
            Value::Number(number) => Some(number.clone()),
            _ => None,
        };
        let float = number.as_ref().and_then(Number::as_f64).filter(|float| *float >= 0.0 && float.fract() == 0.0 && *float < 9e15);
        let count = number.as_ref().and_then(Number::as_u64).or(float.map(|float| float as u64));
        match number.as_ref().and_then(Number::as_f64) {
            // More than any value has.
            Some(float) if float >= 9e15 => None,
            _ if count.is_some() => count,
            _ => {
                self.note(&format!("has a `{key}` that is no count; it is left out"));
                None
            }
        }
    }

    fn pattern(&mut self, members: &Map<String, Value>, out: &mut Map<String, Value>) {
        let pattern = match members.get("pattern") {
            None | Some(Value::Null) => return,
            Some(Value::String(pattern)) if pattern.is_empty() => return,
            Some(Value::String(pattern)) => pattern,
            Some(_) => return self.note("has a `pattern` that is no text; it is left out"),
        };
        if is_delimited(pattern) {
            return self.note("has a `pattern` between slashes, which mean themselves in JSON Schema; it is left out");
        }
        match self.is_usable(pattern) {
            true => {
                out.insert("pattern".to_owned(), json!(pattern));
            }
            false => self.note("has a `pattern` that cannot be used; it is left out"),
        }
    }

    pub(super) fn is_usable(&self, pattern: &str) -> bool {
        if let Some(is_usable) = self.schemas.patterns.borrow().get(pattern) {
            return *is_usable;
        }
        let is_usable = pattern.len() <= MAX_PATTERN_BYTES && arguments::validator(&json!({"pattern": pattern})).is_ok();
        self.schemas.patterns.borrow_mut().insert(pattern.to_owned(), is_usable);
        is_usable
    }
}

/// Whether a pattern is written as `/…/i`, as in JavaScript.
fn is_delimited(pattern: &str) -> bool {
    let Some(inner) = pattern.strip_prefix('/') else { return false };
    inner.rsplit_once('/').is_some_and(|(inside, flags)| !inside.is_empty() && flags.chars().all(|flag| "dgimsuvy".contains(flag)))
}
