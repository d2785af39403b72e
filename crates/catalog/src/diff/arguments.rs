//! Arguments that came, went or changed.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::schema::compare as compare_schema;
use super::{Change, breaking, harmless};
use crate::tool::Tool;

pub(super) fn compare(before: &Tool, after: &Tool, say: &mut dyn FnMut(Change)) {
    let (old, new) = (&before.input_schema, &after.input_schema);
    compare_members(old, new, "argument", say);
    compare_others(old, new, "argument", say);
    if old.get("dependentRequired") != new.get("dependentRequired") {
        say(breaking("other arguments go together"));
    }
    // A definition that came or went matters to those that refer to it, whose references differ.
    let definitions = |schema: &Value| schema.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
    let (known, definitions) = (definitions(old), definitions(new));
    for (name, schema) in &definitions {
        if let Some(before) = known.get(name) {
            compare_schema(before, schema, &format!("`{name}` within arguments"), say);
        }
    }
}

/// Compares the properties of two objects. `what` says what they are, e.g. `argument`.
pub(super) fn compare_members(old: &Value, new: &Value, what: &str, say: &mut dyn FnMut(Change)) {
    let none = Map::new();
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
    for name in needed.difference(&needed_before).filter(|name| !after.contains_key(*name)) {
        say(breaking(format!("{what} `{name}` is required now")));
    }
    for name in needed_before.difference(&needed).filter(|name| !after.contains_key(*name) && !before.contains_key(*name)) {
        say(harmless(format!("{what} `{name}` is not required any more")));
    }
}

/// Compares what members may be that have no schema of their own.
pub(super) fn compare_others(old: &Value, new: &Value, what: &str, say: &mut dyn FnMut(Change)) {
    let anything = Value::Bool(true);
    let others = |schema: &Value| schema.get("additionalProperties").unwrap_or(&anything).clone();
    match (others(old), others(new)) {
        (one, other) if one == other => {}
        (_, Value::Bool(false)) => say(breaking(format!("no other {what} is accepted any more"))),
        (Value::Bool(false), _) => say(harmless(format!("any other {what} is accepted"))),
        (one, other) => compare_schema(&one, &other, &format!("any other {what}"), say),
    }
}
