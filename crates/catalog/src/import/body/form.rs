//! Bodies that are forms: members of one object, some of them files.

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};
use serde_json::{Map, Value, json};

use super::plain_body;
use crate::files::{self, is_content_type, is_json};
use crate::integration::{Body, BodyFormat, PropertyEncoding, Style};

pub(super) fn form(schema: Map<String, Value>, encoding: Option<&Map<String, Value>>, notes: &mut Vec<String>) -> Body {
    let Some(schema) = members(schema, notes) else {
        let schema = json!({ "type": "string", "description": "The form as URL-encoded text, e.g. `a=1&b=2`." });
        let content_type = Some("application/x-www-form-urlencoded".to_owned());
        return Body { content_type, ..plain_body(BodyFormat::Raw, schema) };
    };
    let mut encoding = encodings(&schema, encoding, |_, _| None);
    // A form has no types of single members; JSON is text all the same.
    encoding.retain(|_, encoding| encoding.content_type.as_deref().is_none_or(files::is_json));
    Body { encoding, ..plain_body(BodyFormat::Form, Value::Object(schema)) }
}

/// # Errors
/// Nothing says which parts the body has.
pub(super) fn multipart(
    schema: Map<String, Value>,
    encoding: Option<&Map<String, Value>>,
    notes: &mut Vec<String>,
) -> Result<Body, String> {
    let whole = Value::Object(schema.clone());
    let described = match is_file(referred(&whole, &whole), None) {
        true => {
            notes.push("the body is one file whose part has no name, so it is called `file`".to_owned());
            let named = json!({ "type": "object", "required": ["file"], "properties": { "file": whole } });
            named.as_object().cloned()
        }
        false => members(schema, notes),
    };
    let Some(mut schema) = described else {
        return Err("the parts of the multipart body are not described; give its schema `properties`".to_owned());
    };
    let definitions = Value::Object(schema.clone());
    let types = |name: &str| encoding?.get(name)?.get("contentType")?.as_str();
    let mut files = Vec::new();
    for (name, property) in schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        let whole = referred(property, &definitions);
        if is_file(whole, types(name)) {
            *property = file(whole, types(name));
            files.push(name.clone());
        } else if let Some(items) =
            whole.get("items").map(|items| referred(items, &definitions)).filter(|items| is_file(items, types(name)))
        {
            let mut list = whole.clone();
            list["items"] = file(items, types(name));
            *property = list;
            files.push(name.clone());
        }
    }
    let encoding = encodings(&schema, encoding, |name, property| {
        // Parts that are objects are JSON unless it is said otherwise (OpenAPI 3.1.1, section 4.8.15.1.1).
        let holds_objects = is_object(property, &definitions, 0)
            || referred(property, &definitions).get("items").is_some_and(|items| is_object(items, &definitions, 0));
        (holds_objects && !files.iter().any(|file| file == name)).then(|| "application/json".to_owned())
    });
    let encoding = encoding.into_iter().filter(|(name, _)| !files.contains(name)).collect();
    Ok(Body { encoding, ..plain_body(BodyFormat::Multipart, Value::Object(schema)) })
}

/// Whether a value is an object, or may be one.
fn is_object(schema: &Value, definitions: &Value, depth: usize) -> bool {
    let schema = referred(schema, definitions);
    let parts = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    schema.get("type").is_some_and(|kind| kind == "object")
        || schema.get("properties").is_some()
        || (depth < MAX_DEPTH && parts.into_iter().any(|part| is_object(part, definitions, depth + 1)))
}

/// The object whose members the fields are. Alternatives are read as one object that has the members of all; `None` where no
/// member is known.
fn members(schema: Map<String, Value>, notes: &mut Vec<String>) -> Option<Map<String, Value>> {
    const COMPOSED: [&str; 3] = ["allOf", "oneOf", "anyOf"];
    let root = Value::Object(schema.clone());
    let mut schema = match referred(&root, &root) {
        Value::Object(object) => object.clone(),
        _ => schema,
    };
    if COMPOSED.iter().any(|key| schema.contains_key(*key)) {
        let mut united = United::default();
        let whole = Value::Object(schema.clone());
        let mut required = united.add(&whole, &root, 0);
        let properties = united.properties;
        notes.push("the form's alternatives are read as one form".to_owned());
        schema.retain(|key, _| key == "description" || key == "$defs");
        schema.insert("type".to_owned(), "object".into());
        required.retain(|name| properties.contains_key(name));
        schema.insert("properties".to_owned(), Value::Object(properties));
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
    }
    const SAID_OF_MEMBERS: [&str; 9] =
        ["type", "properties", "required", "additionalProperties", "minProperties", "$defs", "title", "description", "default"];
    schema.retain(|key, _| SAID_OF_MEMBERS.contains(&key.as_str()));
    schema.remove("default");
    if let Some(definitions) = root.get("$defs") {
        schema.insert("$defs".to_owned(), definitions.clone());
    }
    schema.insert("type".to_owned(), "object".into());
    schema.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty()).then_some(schema)
}

/// How deep compositions are united.
const MAX_DEPTH: usize = 5;

/// The members of a composition.
#[derive(Default)]
struct United {
    properties: Map<String, Value>,
    /// What each schema requires that has been looked at, by where it is and how deep it was met.
    required: HashMap<(*const Value, usize), Vec<String>>,
}

impl United {
    /// Adds the properties of a schema and its parts, and gives the names that it requires.
    fn add(&mut self, schema: &Value, root: &Value, depth: usize) -> Vec<String> {
        let schema = referred(schema, root);
        let key = (std::ptr::from_ref(schema), depth);
        if let Some(known) = self.required.get(&key) {
            return known.clone();
        }
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if !self.properties.contains_key(name) {
                self.properties.insert(name.clone(), property.clone());
            }
        }
        let own = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let mut required: IndexSet<String> = own.map(str::to_owned).collect();
        if depth < MAX_DEPTH {
            let parts = |key: &str| schema.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for part in parts("allOf") {
                required.extend(self.add(part, root, depth + 1));
            }
            for key in ["oneOf", "anyOf"] {
                // What all alternatives require.
                let mut shared: Option<IndexSet<String>> = None;
                for part in parts(key) {
                    let own: IndexSet<String> = self.add(part, root, depth + 1).into_iter().collect();
                    shared = Some(shared.map_or(own.clone(), |shared| shared.intersection(&own).cloned().collect()));
                }
                required.extend(shared.unwrap_or_default());
            }
        }
        let required: Vec<String> = required.into_iter().collect();
        self.required.insert(key, required.clone());
        required
    }
}

/// What a reference within `root` refers to.
fn referred<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let mut schema = schema;
    for _ in 0..8 {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
        match target.and_then(|pointer| root.pointer(pointer)) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

/// Whether a member of a multipart body is bytes.
fn is_file(schema: &Value, content_type: Option<&str>) -> bool {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    let may_be_text = schema
        .get("type")
        .is_none_or(|kind| kind == "string" || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "string")));
    let is_said = text("format") == Some("binary")
        || text("contentEncoding").is_none() && text("contentMediaType").is_some_and(|media| !is_json(media));
    let is_bytes = |media: &str| {
        media.split(',').all(|one| {
            let one = one.trim();
            !is_json(one) && !one.starts_with("text/plain") && !one.starts_with("application/xml") && one.contains('/')
        })
    };
    may_be_text && (is_said || text("contentEncoding") == Some("base64") || content_type.is_some_and(is_bytes))
}

/// A file with its name: vendors look at both.
fn file(schema: &Value, content_type: Option<&str>) -> Value {
    let of_schema = schema.get("contentMediaType").and_then(Value::as_str);
    let media_type = content_type.or(of_schema).filter(|media_type| is_content_type(media_type)).unwrap_or("application/octet-stream");
    let said = schema.get("description").and_then(Value::as_str).unwrap_or("The file.");
    json!({
        "type": "object",
        "description": said,
        "required": ["content"],
        "additionalProperties": false,
        "properties": {
            "content": { "type": "string", "contentEncoding": "base64", "contentMediaType": media_type, "description": "The file's bytes, in base64." },
            "name": { "type": "string", "description": "File name, e.g. report.pdf." },
            "media_type": { "type": "string", "description": "Media type, e.g. application/pdf." },
        },
    })
}

/// Encoding Objects of members; `usual` gives the media type of those without one.
fn encodings(
    schema: &Map<String, Value>,
    written: Option<&Map<String, Value>>,
    usual: impl Fn(&str, &Value) -> Option<String>,
) -> IndexMap<String, PropertyEncoding> {
    let mut encodings = IndexMap::new();
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let own = written.and_then(|written| written.get(name));
        let style = own.and_then(|own| own.get("style")).and_then(Value::as_str).and_then(|style| match style {
            "spaceDelimited" => Some(Style::SpaceDelimited),
            "pipeDelimited" => Some(Style::PipeDelimited),
            "deepObject" => Some(Style::DeepObject),
            "form" => Some(Style::Form),
            _ => None,
        });
        let explode = own.and_then(|own| own.get("explode")).and_then(Value::as_bool);
        let explode = explode.filter(|_| style != Some(Style::DeepObject));
        let is_styled = style.is_some() || explode.is_some();
        let said = own.and_then(|own| own.get("contentType")).and_then(Value::as_str).map(str::to_owned);
        let content_type = said.or_else(|| usual(name, property)).filter(|_| !is_styled);
        let content_type = content_type.filter(|types| types.split(',').all(|one| is_content_type(one.trim())));
        let is_explode_usual =
            explode.is_none() || explode == Some(style.is_none_or(|style| matches!(style, Style::Form | Style::DeepObject)));
        if style.is_some_and(|style| style != Style::Form) || !is_explode_usual || content_type.is_some() {
            encodings.insert(name.clone(), PropertyEncoding { style, explode, content_type });
        }
    }
    encodings
}
