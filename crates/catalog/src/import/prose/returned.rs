//! What a tool returns, in a sentence: the members at the top of a successful answer.

use serde_json::Value;

use crate::import::infer::ListShape;
use crate::import::operation::{Operation, is_json};
use crate::import::refs::Refs;

/// Most members that are named.
const MAX_NAMED: usize = 8;

/// How deep compositions are looked into.
const MAX_DEPTH: usize = 4;

/// `Returns id, name and 4 more.`; empty where nothing is known.
pub(super) fn returned(operation: &Operation<'_>, shape: Option<&ListShape>, refs: Refs<'_>) -> String {
    let Some(success) = operation.success else {
        return String::new();
    };
    match (success.media_type, success.schema) {
        (Some(media_type), _) if !is_json(media_type) && media_type != "*/*" => {
            let media_type = media_type.split(';').next().unwrap_or(media_type).trim();
            match media_type.is_ascii() && media_type.len() < 60 {
                true => format!("Returns {media_type}."),
                false => String::new(),
            }
        }
        (_, Some(schema)) => {
            let records = shape.map(|shape| records(schema, shape, refs)).unwrap_or_default();
            let (names, each) = match records.is_empty() {
                true => (members(&[schema], refs), ""),
                false => (members(&records, refs), " of each"),
            };
            match said(&names) {
                names if names.is_empty() => String::new(),
                names => format!("Returns {names}{each}."),
            }
        }
        _ => String::new(),
    }
}

/// The schemas of one record of a list: several, where compositions speak of it in parts.
fn records<'d>(schema: &'d Value, shape: &ListShape, refs: Refs<'d>) -> Vec<&'d Value> {
    let mut schemas = vec![schema];
    for name in shape.records.iter().flat_map(|path| path.split('.')) {
        let mut found = Vec::new();
        for schema in schemas {
            properties(schema, name, refs, 0, &mut found);
        }
        schemas = found;
    }
    let mut items = Vec::new();
    for schema in schemas {
        listed(schema, refs, 0, &mut items);
    }
    items
}

/// What `schema` says of its property.
fn properties<'d>(schema: &'d Value, name: &str, refs: Refs<'d>, depth: usize, found: &mut Vec<&'d Value>) {
    let Ok(schema) = refs.resolve(schema) else {
        return;
    };
    found.extend(schema.get("properties").and_then(|properties| properties.get(name)));
    for part in parts(schema, depth) {
        properties(part, name, refs, depth + 1, found);
    }
}

/// What `schema` says of its items.
fn listed<'d>(schema: &'d Value, refs: Refs<'d>, depth: usize, found: &mut Vec<&'d Value>) {
    let Ok(schema) = refs.resolve(schema) else {
        return;
    };
    found.extend(schema.get("items"));
    for part in parts(schema, depth) {
        listed(part, refs, depth + 1, found);
    }
}

/// The parts of a composition, which all hold.
fn parts(schema: &Value, depth: usize) -> &[Value] {
    let parts = schema.get("allOf").and_then(Value::as_array).filter(|_| depth < MAX_DEPTH);
    parts.map(Vec::as_slice).unwrap_or_default()
}

fn members<'d>(schemas: &[&'d Value], refs: Refs<'d>) -> Vec<&'d str> {
    let mut names = Vec::new();
    for schema in schemas {
        collect(schema, refs, 0, &mut names);
    }
    // That it worked is no news.
    if matches!(names.as_slice(), ["ok" | "success" | "status"]) { Vec::new() } else { names }
}

fn collect<'d>(schema: &'d Value, refs: Refs<'d>, depth: usize, names: &mut Vec<&'d str>) {
    let Ok(schema) = refs.resolve(schema) else {
        return;
    };
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let is_hidden = property.get("writeOnly") == Some(&Value::Bool(true));
        if !is_hidden && !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    for part in parts(schema, depth) {
        collect(part, refs, depth + 1, names);
    }
}

fn said(names: &[&str]) -> String {
    let plain = |name: &&&str| name.len() <= 40 && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.$@".contains(c));
    let shown: Vec<&str> = names.iter().filter(plain).take(MAX_NAMED).copied().collect();
    let more = names.len() - shown.len();
    match (shown.as_slice(), more) {
        ([], _) => String::new(),
        (shown, 0) => match shown.split_last() {
            Some((last, first)) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            _ => shown.join(", "),
        },
        (shown, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
