//! A Request Body Object as the body of a method.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::operation::Operation;
use super::prose::plain;
use super::refs::Refs;
use super::schema::Schemas;
use crate::files::{is_content_type, is_json, without_parameters};
use crate::integration::{Body, BodyFormat};
use crate::plan::Verb;

mod form;

/// Longest description of a body that is one argument.
const MAX_DESCRIPTION_CHARACTERS: usize = 400;

/// A body and what was concluded of it.
#[derive(Debug)]
pub(crate) struct ReadBody {
    pub(crate) body: Body,
    /// Why it counts as required although the description does not say so.
    pub(crate) inferred: Option<&'static str>,
}

/// The body in the media type that suits agents best: a multipart form with files, JSON, then form, multipart, text, bytes.
///
/// # Errors
/// What makes the operation unusable, and what would help.
pub(crate) fn body(operation: &Operation<'_>, schemas: &Schemas<'_>, notes: &mut Vec<String>) -> Result<Option<ReadBody>, String> {
    let Some(written) = operation.body else {
        return Ok(None);
    };
    let content =
        written.get("content").map(|content| schemas.refs.resolve(content)).transpose().map_err(|error| format!("the body's {error}"))?;
    let mut first_problem = None;
    let mut found = None;
    let mut candidates = content.and_then(Value::as_object).map(|content| best_first(content, schemas.refs)).unwrap_or_default();
    let only = operation.only_value("Content-Type");
    if let Some(only) = only {
        candidates.sort_by_key(|(media_type, _)| !without_parameters(media_type).eq_ignore_ascii_case(without_parameters(only)));
    }
    if !candidates.is_empty() && candidates.iter().all(|(_, media)| admits_nothing(media, schemas.refs)) {
        return Ok(None);
    }
    for (media_type, media) in &candidates {
        match of_media(media_type, media, schemas, notes) {
            Ok(body) => {
                found = Some((*media_type, body));
                break;
            }
            Err(problem) => first_problem = first_problem.or(Some(problem)),
        }
    }
    let Some((media_type, mut body)) = found else {
        return first_problem.map_or(Ok(None), Err);
    };
    // A description has the plain media type and, as a header, the one that is meant.
    if let Some(only) = only.filter(|only| body.format == BodyFormat::Json && is_json(only)) {
        body.content_type = own_type(only, "application/json");
    }
    if candidates.len() > 1 {
        let others: Vec<&str> = candidates.iter().map(|(other, _)| *other).filter(|other| *other != media_type).collect();
        notes.push(format!("the body is sent as {media_type}, not as {}", others.join(", ")));
    }
    let said = plain(written.get("description").and_then(Value::as_str).unwrap_or_default(), MAX_DESCRIPTION_CHARACTERS);
    if let Some(schema) = body.schema.as_object_mut()
        && !said.is_empty()
    {
        schema.insert("description".to_owned(), said.into());
    }
    let is_required = written.get("required").and_then(Value::as_bool).unwrap_or(false);
    let has_required = body.schema.get("required").and_then(Value::as_array).is_some_and(|names| !names.is_empty());
    let writes = matches!(operation.verb, Verb::Post | Verb::Put | Verb::Patch);
    let mut inferred = None;
    match (is_required, has_required) {
        (true, true) => {}
        (true, false) => body.required = Some(true),
        (false, true) if writes => inferred = Some("its schema has required members"),
        (false, _) => body.required = Some(false),
    }
    Ok(Some(ReadBody { body, inferred }))
}

/// Whether the body is an object without members, which some generators write at each GET.
fn admits_nothing(media: &Value, refs: Refs<'_>) -> bool {
    let Some(schema) = refs.resolve(media).ok().and_then(|media| refs.resolve(media.get("schema")?).ok()) else {
        return false;
    };
    let has_members = schema.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty());
    let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    let is_composed = ["allOf", "anyOf", "oneOf", "patternProperties"].iter().any(|key| schema.get(key).is_some());
    is_closed && !has_members && !is_composed
}

/// The body in one of its media types.
///
/// # Errors
/// It cannot be sent so.
fn of_media(media_type: &str, media: &Value, schemas: &Schemas<'_>, notes: &mut Vec<String>) -> Result<Body, String> {
    let media = schemas.refs.resolve(media).map_err(|error| format!("the body's {error}; add what it refers to"))?;
    let schema = match media.get("schema") {
        Some(schema) => schemas.converted(schema, notes),
        None => Value::Bool(true),
    };
    let schema = match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    };
    let encoding = media.get("encoding").and_then(Value::as_object);
    for (name, own) in encoding.into_iter().flatten() {
        if own.get("style").is_some_and(|style| style == "tabDelimited" || style == "nestedDelimited") {
            notes.push(format!("`{name}` is written with commas, because there is no style for the way that the description asks for"));
        }
    }
    let kind = match kind(media_type) {
        Kind::Json if media_type.contains('*') && is_binary(&Value::Object(schema.clone())) => Kind::Bytes,
        kind => kind,
    };
    Ok(match kind {
        Kind::Json => {
            Body { content_type: own_type(media_type, "application/json"), ..plain_body(BodyFormat::Json, Value::Object(schema)) }
        }
        Kind::Form => form::form(schema, encoding, notes),
        Kind::Multipart => form::multipart(schema, encoding, notes)?,
        Kind::Text => {
            // Of XML the schema says what the text stands for, not what it is.
            let is_text = schema.get("type").is_some_and(|kind| kind == "string") && !schema.contains_key("contentEncoding");
            let mut schema = if is_text { schema } else { Map::from_iter([("type".to_owned(), "string".into())]) };
            schema.entry("description").or_insert_with(|| format!("The body's text, {}.", without_parameters(media_type)).into());
            let schema = Value::Object(schema);
            Body { content_type: own_type(media_type, ""), ..plain_body(BodyFormat::Raw, schema) }
        }
        Kind::Bytes => {
            let media_type = if media_type.contains('*') { "application/octet-stream" } else { without_parameters(media_type) };
            let schema = json!({
                "type": "string", "contentEncoding": "base64", "contentMediaType": media_type, "description": "The file, in base64.",
            });
            Body { content_type: own_type(media_type, ""), ..plain_body(BodyFormat::Raw, schema) }
        }
    })
}

fn plain_body(format: BodyFormat, schema: Value) -> Body {
    Body {
        format,
        content_type: None,
        wrap: None,
        fixed: Map::new(),
        defaults: Map::new(),
        required: None,
        encoding: IndexMap::new(),
        schema,
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Json,
    Form,
    Multipart,
    Text,
    Bytes,
}

fn kind(media_type: &str) -> Kind {
    match without_parameters(media_type).to_ascii_lowercase().as_str() {
        // Whoever takes anything takes JSON.
        "*/*" | "application/*" | "" => Kind::Json,
        essence if is_json(essence) => Kind::Json,
        "application/x-www-form-urlencoded" => Kind::Form,
        essence if essence.starts_with("multipart/") => Kind::Multipart,
        essence if essence.starts_with("text/") || is_text(essence) => Kind::Text,
        _ => Kind::Bytes,
    }
}

fn is_text(essence: &str) -> bool {
    let kinds = ["xml", "yaml", "x-yaml", "x-ndjson", "ndjson", "jsonl", "javascript", "graphql", "x-json-stream", "jsonlines"];
    kinds.iter().any(|kind| essence == format!("application/{kind}")) || essence.ends_with("+xml") || essence.ends_with("+yaml")
}

/// The media types, those that suit agents best first. JSON has no place for bytes, so a form that has files comes before it.
fn best_first<'d>(content: &'d Map<String, Value>, refs: Refs<'d>) -> Vec<(&'d str, &'d Value)> {
    let rank = |media_type: &str, media: &Value| match kind(media_type) {
        Kind::Multipart if holds_files(media, refs) => 0,
        Kind::Json if without_parameters(media_type).eq_ignore_ascii_case("application/json") => 1,
        Kind::Json if media_type.contains('*') => 3,
        // A patch that looks like what it changes, before one of instructions.
        Kind::Json if without_parameters(media_type).contains("merge-patch") => 4,
        Kind::Json if without_parameters(media_type).contains("patch") => 5,
        Kind::Json => 2,
        kind => 6 + kind as u8,
    };
    let media = content.iter().filter(|(key, _)| *key != "$ref" && !key.starts_with("x-"));
    let mut media: Vec<(&str, &Value)> = media.map(|(media_type, media)| (media_type.as_str(), media)).collect();
    media.sort_by_cached_key(|(media_type, media)| rank(media_type, media));
    media
}

/// Whether a member of the form is bytes, or a list of them: of the schema itself or of the first level of its composition.
fn holds_files<'d>(media: &'d Value, refs: Refs<'d>) -> bool {
    let Some(schema) = resolved(media, refs).get("schema") else {
        return false;
    };
    let schema = resolved(schema, refs);
    let parts = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    std::iter::once(schema).chain(parts).map(|part| resolved(part, refs)).any(|part| {
        let properties = part.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::values);
        is_binary(part) || properties.map(|property| resolved(property, refs)).any(|property| is_file(property, refs))
    })
}

fn is_file<'d>(schema: &'d Value, refs: Refs<'d>) -> bool {
    is_binary(schema) || schema.get("items").is_some_and(|items| is_binary(resolved(items, refs)))
}

fn resolved<'d>(schema: &'d Value, refs: Refs<'d>) -> &'d Value {
    refs.resolve(schema).unwrap_or(schema)
}

fn is_binary(schema: &Value) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("binary")
}

/// The media type, where it is not the usual one and can be sent.
fn own_type(media_type: &str, usual: &str) -> Option<String> {
    let is_usual = without_parameters(media_type).eq_ignore_ascii_case(usual) || media_type.contains('*') || media_type.is_empty();
    let sendable = [media_type.trim(), without_parameters(media_type)].into_iter().find(|media_type| is_content_type(media_type));
    sendable.filter(|_| !is_usual).map(str::to_owned)
}
