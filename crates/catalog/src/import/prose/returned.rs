//! What a tool returns, in a sentence: the members at the top of a successful answer.

use std::collections::HashSet;

use serde_json::Value;

use crate::files::is_json;
use crate::import::infer::ListShape;
use crate::import::operation::Operation;
use crate::import::refs::Refs;

/// Most members that are named.
const MAX_NAMED: usize = 8;

/// How deep compositions are looked into.
const MAX_DEPTH: usize = 4;

/// Most schemas that are looked at together.
const MAX_SCHEMAS: usize = 200;

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
        let all = composed(&schemas, refs);
        schemas = all.iter().filter_map(|schema| schema.get("properties")?.get(name)).collect();
    }
    composed(&schemas, refs).iter().filter_map(|schema| schema.get("items")).collect()
}

/// The schemas and the parts of their compositions, which all hold: each once, the first [`MAX_SCHEMAS`] of them.
fn composed<'d>(schemas: &[&'d Value], refs: Refs<'d>) -> Vec<&'d Value> {
    let mut all: Vec<&'d Value> = Vec::new();
    let mut seen: HashSet<*const Value> = HashSet::new();
    let mut waiting: Vec<(&'d Value, usize)> = schemas.iter().rev().map(|schema| (*schema, 0)).collect();
    while let Some((schema, depth)) = waiting.pop() {
        let Ok(schema) = refs.resolve(schema) else { continue };
        if all.len() >= MAX_SCHEMAS {
            break;
        }
        if seen.insert(std::ptr::from_ref(schema)) {
            all.push(schema);
            let parts = schema.get("allOf").and_then(Value::as_array).filter(|_| depth < MAX_DEPTH);
            let parts = parts.map(Vec::as_slice).unwrap_or_default().iter().take(MAX_SCHEMAS);
            waiting.extend(parts.rev().map(|part| (part, depth + 1)));
        }
    }
    all
}

fn members<'d>(schemas: &[&'d Value], refs: Refs<'d>) -> Vec<&'d str> {
    let all = composed(schemas, refs);
    let properties = all.iter().filter_map(|schema| schema.get("properties")?.as_object()).flatten();
    let shown = properties.filter(|(_, property)| property.get("writeOnly") != Some(&Value::Bool(true))).map(|(name, _)| name.as_str());
    let mut seen = HashSet::new();
    let names: Vec<&str> = shown.filter(|name| seen.insert(*name)).collect();
    // That it worked is no news.
    if matches!(names.as_slice(), ["ok" | "success" | "status"]) { Vec::new() } else { names }
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
