//! Two values of a definition compared member by member.

use serde_json::Value;

use super::{Change, breaking, harmless};
use crate::wording::shortened;

/// Longest value that a line repeats.
const MAX_SHOWN_CHARACTERS: usize = 120;

/// A member that is not what it was.
pub(super) struct Difference {
    /// Keys joined by dots, e.g. `oauth2.token_url`.
    pub(super) path: String,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// How much a difference matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// Calls can fail, mean something else, or show a credential to somebody else.
    Breaking,
    Harmless,
    /// Words for people.
    Prose,
}

impl Difference {
    /// The innermost differences: objects are compared member by member, lists as a whole. Null is as good as absent.
    pub(super) fn all(before: &Value, after: &Value) -> Vec<Self> {
        let mut found = Vec::new();
        compare("", Some(before), Some(after), &mut found);
        found
    }

    /// ``what `path` is … instead of …``; nothing for prose.
    pub(super) fn say(&self, what: &str, weight: Weight, say: &mut dyn FnMut(Change)) {
        let Self { path, before, after } = self;
        let name = match path.as_str() {
            "" => what.to_owned(),
            path => format!("{what} `{path}`"),
        };
        let text = match (before, after) {
            (Some(before), Some(after)) => format!("{name} is {} instead of {}", shown(after), shown(before)),
            (None, Some(after)) => format!("{name} is {} now", shown(after)),
            (Some(before), None) => format!("{name} is gone; it was {}", shown(before)),
            (None, None) => return,
        };
        match weight {
            Weight::Breaking => say(breaking(text)),
            Weight::Harmless => say(harmless(text)),
            Weight::Prose => {}
        }
    }
}

/// A value in a line of text.
pub(super) fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    format!("`{}`", shortened(&text, MAX_SHOWN_CHARACTERS))
}

fn compare(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    let (before, after) = (before.filter(|value| !value.is_null()), after.filter(|value| !value.is_null()));
    if before == after {
        return;
    }
    let none = serde_json::Map::new();
    let (one, other) = match (before, after) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => (one, other),
        (Some(Value::Object(one)), None) if !one.is_empty() => (one, &none),
        (None, Some(Value::Object(other))) if !other.is_empty() => (&none, other),
        _ => return found.push(Difference { path: path.to_owned(), before: before.cloned(), after: after.cloned() }),
    };
    let new = other.keys().filter(|key| !one.contains_key(*key));
    for key in one.keys().chain(new) {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        compare(&path, one.get(key), other.get(key), found);
    }
}
