//! Arguments that came, went or changed.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schema::compare as compare_schema;
use super::{Change, breaking, harmless};
use crate::tool::Tool;

pub(super) fn compare(before: &Tool, after: &Tool, changes: &mut Vec<Change>) {
    let (old, new) = (&before.input_schema, &after.input_schema);
    compare_members(old, new, "argument", &mut |change| changes.push(change));
    if old.get("$defs") != new.get("$defs") {
        changes.push(breaking("schemas that arguments refer to have changed".to_owned()));
    }
}

/// Compares the properties of two objects. `what` says what they are, e.g. `argument`.
pub(super) fn compare_members(old: &Value, new: &Value, what: &str, say: &mut dyn FnMut(Change)) {
    let none = serde_json::Map::new();
    let members = |schema: &Value| schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_else(|| none.clone());
    let required = |schema: &Value| -> BTreeSet<String> {
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let (before, after) = (members(old), members(new));
    let (needed_before, needed) = (required(old), required(new));
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        say(breaking(format!("{what} `{name}` removed")));
    }
    for (name, schema) in &after {
        match (before.get(name), needed.contains(name)) {
            (None, true) => say(breaking(format!("{what} `{name}` added, and required"))),
            (None, false) => say(harmless(format!("{what} `{name}` added"))),
            (Some(known), is_needed) => {
                match (needed_before.contains(name), is_needed) {
                    (false, true) => say(breaking(format!("{what} `{name}` is required now"))),
                    (true, false) => say(harmless(format!("{what} `{name}` is not required any more"))),
                    _ => {}
                }
                compare_schema(known, schema, &format!("{what} `{name}`"), say);
            }
        }
    }
    let is_closed = |schema: &Value| schema.get("additionalProperties") == Some(&Value::Bool(false));
    match (is_closed(old), is_closed(new)) {
        (false, true) => say(breaking(format!("no other {what} is accepted any more"))),
        (true, false) => say(harmless(format!("any other {what} is accepted"))),
        _ => {}
    }
}
