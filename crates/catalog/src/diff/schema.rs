//! Whether a schema accepts more or less than before.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::arguments::{compare_members, compare_others};
use super::difference::shown;
use super::{Change, breaking, harmless};
use crate::subschemas::{Holds, held_by};

/// Words that change nothing about what is accepted.
const TALK: &[&str] = &["description", "title", "default", "example", "examples", "deprecated", "$comment", "format"];

/// Words that are compared one by one.
const COMPARED: &[&str] = &[
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "maximum",
    "exclusiveMaximum",
    "maxLength",
    "maxItems",
    "maxProperties",
    "minimum",
    "exclusiveMinimum",
    "minLength",
    "minItems",
    "minProperties",
];

const UPPER: &[&str] = &["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
const LOWER: &[&str] = &["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];

/// Says what is different; `what` is e.g. ``argument `limit` ``.
pub(super) fn compare(old: &Value, new: &Value, what: &str, say: &mut dyn FnMut(Change)) {
    let anything = Map::new();
    let (before, after) = match (old, new) {
        _ if old == new => return,
        (_, Value::Bool(false)) => return say(breaking(format!("{what} accepts nothing any more"))),
        (Value::Bool(false), _) => return say(harmless(format!("{what} accepts something"))),
        (old, new) => (old.as_object().unwrap_or(&anything), new.as_object().unwrap_or(&anything)),
    };
    types(before, after, what, say);
    values(before, after, what, say);
    for word in UPPER {
        limit(word, Ordering::Less, before, after, what, say);
    }
    for word in LOWER {
        limit(word, Ordering::Greater, before, after, what, say);
    }
    let members = format!("member of {what}:");
    compare_members(old, new, &members, say);
    compare_others(old, new, &members, say);
    let items = |schema: &Map<String, Value>| schema.get("items").unwrap_or(&Value::Bool(true)).clone();
    compare(&items(before), &items(after), &format!("each item of {what}"), say);
    if rest(before) != rest(after) {
        say(breaking(format!("{what} has other rules")));
    }
    if before.get("description") != after.get("description") {
        say(harmless(format!("{what} is described otherwise")));
    }
    if before.get("default") != after.get("default") {
        say(harmless(format!("{what} has another default")));
    }
}

fn types(before: &Map<String, Value>, after: &Map<String, Value>, what: &str, say: &mut dyn FnMut(Change)) {
    let (one, other) = (names(before.get("type")), names(after.get("type")));
    if one == other {
        return;
    }
    let is_within = |name: &String| other.contains(name) || name == "integer" && other.contains("number");
    let is_wider = other.is_empty() || !one.is_empty() && one.iter().all(is_within);
    let shown = |names: &BTreeSet<String>| match names.is_empty() {
        true => "anything".to_owned(),
        false => names.iter().cloned().collect::<Vec<_>>().join(" or "),
    };
    let text = format!("{what} is {} instead of {}", shown(&other), shown(&one));
    say(if is_wider { harmless(text) } else { breaking(text) });
}

fn names(value: Option<&Value>) -> BTreeSet<String> {
    match value {
        Some(Value::String(name)) => BTreeSet::from([name.clone()]),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    }
}

/// Values that came and went.
fn values(before: &Map<String, Value>, after: &Map<String, Value>, what: &str, say: &mut dyn FnMut(Change)) {
    const SHOWN: usize = 5;
    let all = |schema: &Map<String, Value>| -> Option<Vec<Value>> {
        let only = schema.get("const").map(|value| vec![value.clone()]);
        only.or_else(|| schema.get("enum").and_then(Value::as_array).cloned())
    };
    let listed = |values: &[&Value]| {
        let mut words: Vec<String> = values.iter().take(SHOWN).map(|value| shown(value)).collect();
        if values.len() > SHOWN {
            words.push(format!("{} more", values.len() - SHOWN));
        }
        words.join(", ")
    };
    match (all(before), all(after)) {
        (None, Some(_)) => say(breaking(format!("{what} is one of certain values now"))),
        (Some(_), None) => say(harmless(format!("{what} is not limited to certain values any more"))),
        (Some(one), Some(other)) => {
            let gone: Vec<&Value> = one.iter().filter(|value| !other.contains(value)).collect();
            let new: Vec<&Value> = other.iter().filter(|value| !one.contains(value)).collect();
            if !gone.is_empty() {
                say(breaking(format!("{what} cannot be {} any more", listed(&gone))));
            }
            if !new.is_empty() {
                say(harmless(format!("{what} can be {} too", listed(&new))));
            }
        }
        (None, None) => {}
    }
}

/// `narrower` is how a limit that admits less compares with the one before.
fn limit(word: &str, narrower: Ordering, before: &Map<String, Value>, after: &Map<String, Value>, what: &str, say: &mut dyn FnMut(Change)) {
    let (text, is_narrower) = match (before.get(word), after.get(word)) {
        (one, other) if one == other => return,
        (None, None) => return,
        (None, Some(other)) => (format!("{what} has `{word}` {other} now"), true),
        (Some(one), None) => (format!("{what} does not have `{word}` {one} any more"), false),
        (Some(one), Some(other)) => {
            let order = other.as_f64().zip(one.as_f64()).and_then(|(other, one)| other.partial_cmp(&one));
            // What cannot be told apart by rounded numbers may be narrower.
            let is_narrower = order.is_none_or(|order| order == narrower || order == Ordering::Equal && other.is_u64() == one.is_u64());
            (format!("{what} has `{word}` {other} instead of {one}"), is_narrower)
        }
    };
    say(if is_narrower { breaking(text) } else { harmless(text) });
}

/// What is neither talk nor compared word by word.
fn rest(schema: &Map<String, Value>) -> Vec<(&String, Value)> {
    let is_rest = |key: &str| !TALK.contains(&key) && !COMPARED.contains(&key);
    let kept = schema.iter().filter(|(key, _)| is_rest(key));
    let mut rest: Vec<(&String, Value)> = kept.map(|(key, value)| (key, silent_member(key, value))).collect();
    rest.sort_by_key(|(key, _)| *key);
    rest
}

/// A schema without what changes nothing about what it accepts.
fn silent(schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let kept = members.iter().filter(|(key, _)| !TALK.contains(&key.as_str()));
    Value::Object(kept.map(|(key, value)| (key.clone(), silent_member(key, value))).collect())
}

fn silent_member(keyword: &str, value: &Value) -> Value {
    match (held_by(keyword), value) {
        (Some(Holds::Schema), schema) => silent(schema),
        (Some(Holds::List), Value::Array(schemas)) => Value::Array(schemas.iter().map(silent).collect()),
        // Keys are names here: one may be called `description`.
        (Some(Holds::Map), Value::Object(schemas)) => {
            Value::Object(schemas.iter().map(|(name, schema)| (name.clone(), silent(schema))).collect())
        }
        _ => value.clone(),
    }
}
