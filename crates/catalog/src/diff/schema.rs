//! Whether a schema accepts more or less than before.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::arguments::compare_members;
use super::{Change, breaking, harmless};

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
    if old == new {
        return;
    }
    let (Some(before), Some(after)) = (old.as_object(), new.as_object()) else {
        return say(if *new == Value::Bool(true) {
            harmless(format!("{what} accepts anything"))
        } else {
            breaking(format!("{what} accepts something else"))
        });
    };
    types(before, after, what, say);
    values(before, after, what, say);
    for (words, is_upper) in [(UPPER, true), (LOWER, false)] {
        words.iter().for_each(|word| limit(word, is_upper, before, after, what, say));
    }
    if before.contains_key("properties") || after.contains_key("properties") {
        compare_members(old, new, &format!("member of {what}:"), say);
    }
    match (before.get("items"), after.get("items")) {
        (Some(one), Some(other)) => compare(one, other, &format!("each item of {what}"), say),
        (None, Some(items)) if *items != Value::Bool(true) && *items != Value::Object(Map::new()) => {
            say(breaking(format!("items of {what} must be of a kind now")))
        }
        (Some(_), None) => say(harmless(format!("items of {what} may be anything"))),
        _ => {}
    }
    if rest(before) != rest(after) {
        say(breaking(format!("{what} has other rules")));
    } else if before.get("description") != after.get("description") {
        say(harmless(format!("{what} is described otherwise")));
    } else if before.get("default") != after.get("default") {
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
        let mut words: Vec<String> = values
            .iter()
            .take(SHOWN)
            .map(|value| format!("`{}`", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
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

fn limit(word: &str, is_upper: bool, before: &Map<String, Value>, after: &Map<String, Value>, what: &str, say: &mut dyn FnMut(Change)) {
    let (one, other) = (before.get(word).and_then(Value::as_f64), after.get(word).and_then(Value::as_f64));
    let (text, is_narrower) = match (one, other) {
        (None, Some(other)) => (format!("{what} has `{word}` {other} now"), true),
        (Some(one), None) => (format!("{what} does not have `{word}` {one} any more"), false),
        (Some(one), Some(other)) if one != other => (format!("{what} has `{word}` {other} instead of {one}"), (other < one) == is_upper),
        _ => return,
    };
    say(if is_narrower { breaking(text) } else { harmless(text) });
}

/// What is neither talk nor compared word by word.
fn rest(schema: &Map<String, Value>) -> Vec<(&String, Value)> {
    let kept = schema.iter().filter(|(key, _)| !TALK.contains(&key.as_str()) && !COMPARED.contains(&key.as_str()));
    let mut rest: Vec<(&String, Value)> = kept.map(|(key, value)| (key, silent(value))).collect();
    rest.sort_by_key(|(key, _)| *key);
    rest
}

/// A schema without its descriptions.
fn silent(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                .filter(|(key, value)| *key != "description" || !value.is_string())
                .map(|(key, value)| (key.clone(), silent(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(silent).collect()),
        other => other.clone(),
    }
}
