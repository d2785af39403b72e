//! The arguments of a tool as a table, members of objects in rows of their own.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::markdown::{self, Links, cell, code, codes, in_table};
use crate::tool::Tool;

/// What a row says of one argument, or of a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    /// E.g. `contact.email` or `tags[].name`.
    name: String,
    kind: String,
    need: Need,
    meaning: String,
    /// Which of several forms of an object have it; empty: all.
    forms: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

/// Without `limit` and `next_cursor`, which are the same for every list.
pub(super) fn table(tool: &Tool, links: &Links) -> String {
    let mut rows = Vec::new();
    members("", tool.shown_schema(), links, &mut rows);
    if tool.paging.is_some() {
        rows.retain(|row| row.name != "limit" && row.name != "next_cursor");
    }
    let cells = rows.into_iter().map(|row| {
        let need = if row.need == Need::Required { "yes" } else { "" };
        let forms = if row.forms.is_empty() { String::new() } else { format!("For {}.", in_table(&codes(&row.forms))) };
        let meaning: Vec<&str> = [forms.as_str(), &row.meaning].into_iter().filter(|text| !text.is_empty()).collect();
        [in_table(&code(&row.name)), row.kind.clone(), need.to_owned(), meaning.join(" ")]
    });
    markdown::table(["Argument", "Type", "Required", "Meaning"], cells)
}

/// The properties of an object schema whose own name is `path`.
fn members(path: &str, schema: &Value, links: &Links, rows: &mut Vec<Row>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (key, property) in properties {
        let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let need = if requires(schema, key) { Need::Required } else { Need::Optional };
        rows.push(Row { name: name.clone(), kind: kind(property), need, meaning: meaning(property, links), forms: Vec::new() });
        inner(&name, property, links, rows);
    }
}

/// What is within a value: members of an object, of the items of an array, or of each form that it may have.
fn inner(path: &str, schema: &Value, links: &Links, rows: &mut Vec<Row>) {
    if let Some(forms) = alternatives(schema) {
        let forms: Vec<&Value> = forms.iter().filter(|form| form.get("properties").is_some()).collect();
        return merged(path, &forms, links, rows);
    }
    if let Some(items) = schema.get("items") {
        return inner(&format!("{path}[]"), items, links, rows);
    }
    members(path, schema, links, rows);
}

/// The rows of several forms of one object, a row that several forms share once.
fn merged(path: &str, forms: &[&Value], links: &Links, rows: &mut Vec<Row>) {
    let marker = marker(forms);
    let mut merged: Vec<Row> = Vec::new();
    if let Some(marker) = &marker {
        let values: Vec<&str> = forms.iter().filter_map(|form| single_value(form, marker)).collect();
        let name = format!("{path}.{marker}");
        merged.push(Row { name, kind: "string".to_owned(), need: Need::Required, meaning: one_of(&values), forms: Vec::new() });
    }
    for (at, form) in forms.iter().enumerate() {
        let label =
            marker.as_deref().and_then(|marker| single_value(form, marker)).map_or_else(|| format!("form {}", at + 1), str::to_owned);
        let mut own = Vec::new();
        members(path, form, links, &mut own);
        own.retain(|row| marker.as_ref().is_none_or(|marker| row.name != format!("{path}.{marker}")));
        for row in own {
            let same = |known: &&mut Row| {
                known.name == row.name && known.kind == row.kind && known.need == row.need && known.meaning == row.meaning
            };
            match merged.iter_mut().find(same) {
                Some(known) => known.forms.push(label.clone()),
                None => merged.push(Row { forms: vec![label.clone()], ..row }),
            }
        }
    }
    for row in &mut merged {
        row.forms.dedup();
        if row.forms.len() == forms.len() {
            row.forms.clear();
        }
    }
    rows.extend(merged);
}

/// The property that tells the forms apart: each allows a single value of it, and no two the same.
fn marker(forms: &[&Value]) -> Option<String> {
    let properties = forms.first()?.get("properties")?.as_object()?;
    let tells_apart = |name: &&String| {
        let mut values = HashSet::new();
        forms.iter().all(|form| single_value(form, name).is_some_and(|value| values.insert(value)))
    };
    properties.keys().find(tells_apart).cloned()
}

fn single_value<'s>(form: &'s Value, name: &str) -> Option<&'s str> {
    match form.get("properties")?.get(name)?.get("enum")?.as_array()?.as_slice() {
        [value] => value.as_str(),
        _ => None,
    }
}

fn alternatives(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("anyOf").and_then(Value::as_array)
}

fn requires(schema: &Value, name: &str) -> bool {
    schema.get("required").and_then(Value::as_array).is_some_and(|required| required.iter().any(|entry| entry == name))
}

/// `integer`, `array of string`, `string or integer`.
fn kind(schema: &Value) -> String {
    if let Some(forms) = alternatives(schema) {
        let mut kinds: Vec<String> = Vec::new();
        for kind in forms.iter().map(kind) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        return kinds.join(" or ");
    }
    let name = schema.get("type").and_then(Value::as_str).unwrap_or("any");
    match (name, schema.get("items")) {
        ("array", Some(items)) => format!("array of {}", kind(items)),
        _ => match schema.get("format").and_then(Value::as_str) {
            Some(format) => markdown::cell(format, &Links::default()),
            None => name.to_owned(),
        },
    }
}

/// The description and what else the schema says of a value.
fn meaning(schema: &Value, links: &Links) -> String {
    let mut sentences = Vec::new();
    let described = schema.get("description").and_then(Value::as_str).unwrap_or_default().trim();
    if !described.is_empty() {
        let stop = if described.ends_with(['.', '!', '?', ':']) { "" } else { "." };
        sentences.push(format!("{}{stop}", cell(described, links)));
    }
    sentences.extend(rules(schema));
    let items = schema.get("items").and_then(Value::as_object).filter(|items| !items.contains_key("properties"));
    if let Some(items) = items {
        sentences.extend(items.get("description").and_then(Value::as_str).map(|text| format!("Each: {}", cell(text, links))));
        sentences.extend(rules(&Value::Object(items.clone())).into_iter().map(|rule| format!("Each: {rule}")));
    }
    for form in alternatives(schema).into_iter().flatten() {
        sentences.extend(form.get("description").and_then(Value::as_str).map(|text| cell(text, links)));
        sentences.extend(rules(form));
    }
    // Alternatives repeat what is said of all of them.
    let mut seen = HashSet::new();
    sentences.retain(|sentence| seen.insert(sentence.clone()));
    sentences.join(" ")
}

/// What a schema allows, in words.
fn rules(schema: &Value) -> Vec<String> {
    let Some(schema) = schema.as_object() else { return Vec::new() };
    let mut rules = Vec::new();
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        rules.push(one_of(&values.iter().map(words).collect::<Vec<_>>()));
    }
    rules.extend(between(schema, "minimum", "maximum", ""));
    rules.extend(between(schema, "minLength", "maxLength", " character"));
    rules.extend(between(schema, "minItems", "maxItems", " item"));
    rules.extend(schema.get("pattern").and_then(Value::as_str).map(|pattern| format!("Must match {}.", in_table(&code(pattern)))));
    rules.extend(schema.get("default").map(|default| format!("Default {}.", in_table(&code(&words(default))))));
    rules
}

fn one_of<T: AsRef<str>>(values: &[T]) -> String {
    match values {
        [value] => format!("Always {}.", in_table(&code(value.as_ref()))),
        values => format!("One of {}.", in_table(&codes(values))),
    }
}

/// `2 to 7.`, `At least 1 item.`
fn between(schema: &Map<String, Value>, low: &str, high: &str, unit: &str) -> Option<String> {
    let several = |bound: &Value| if unit.is_empty() || *bound == 1 { unit.to_owned() } else { format!("{unit}s") };
    match (schema.get(low).filter(|low| **low != 0), schema.get(high)) {
        (Some(low), Some(high)) if low == high => Some(format!("Exactly {low}{}.", several(low))),
        (Some(low), Some(high)) => Some(format!("{low} to {high}{}.", several(high))),
        (Some(low), None) => Some(format!("At least {low}{}.", several(low))),
        (None, Some(high)) => Some(format!("At most {high}{}.", several(high))),
        (None, None) => None,
    }
}

fn words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
