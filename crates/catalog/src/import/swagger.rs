//! Swagger 2.0 in the shape of OpenAPI 3, so that the rest of the import knows one shape.
//!
//! Schemas keep their words and their place (`#/definitions/…`): references keep leading to where they led.

use serde_json::{Map, Value, json};

use super::refs::Refs;

mod operation;
mod parameter;
mod security;

/// `host`, `basePath` and `schemes` become `servers`; `in: body` and `formData` parameters a `requestBody`; types of other
/// parameters a `schema`; `consumes` and `produces` media types; `securityDefinitions` security schemes. References keep leading
/// to where they led.
///
/// Source: OpenAPI Specification 2.0.
pub(crate) fn as_openapi(root: Value) -> Value {
    let Value::Object(written) = &root else {
        return root;
    };
    let shared =
        Shared { refs: Refs::new(&root), consumes: media_types(written.get("consumes")), produces: media_types(written.get("produces")) };
    let mut turned = Map::new();
    for (key, value) in written {
        match key.as_str() {
            "swagger" | "host" | "basePath" | "schemes" | "consumes" | "produces" | "securityDefinitions" => {}
            "paths" => {
                turned.insert(key.clone(), paths(value, &shared));
            }
            // Path items, parameters and answers refer to these; what they need of them is copied.
            "parameters" | "responses" => {}
            _ => {
                turned.insert(key.clone(), value.clone());
            }
        }
    }
    if let Some(servers) = servers(written) {
        turned.insert("servers".to_owned(), servers);
    }
    if let Some(definitions) = written.get("securityDefinitions").and_then(Value::as_object) {
        let schemes: Map<String, Value> = definitions.iter().map(|(name, scheme)| (name.clone(), security::scheme(scheme))).collect();
        turned.insert("components".to_owned(), json!({ "securitySchemes": schemes }));
    }
    Value::Object(turned)
}

/// What operations take from the document as a whole.
struct Shared<'d> {
    refs: Refs<'d>,
    consumes: Vec<&'d str>,
    produces: Vec<&'d str>,
}

/// `None` where the description says nothing, so that it is relative to where it was found.
fn servers(written: &Map<String, Value>) -> Option<Value> {
    let text = |key: &str| written.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let base_path = text("basePath").unwrap_or_default();
    let base_path = if base_path.is_empty() || base_path.starts_with('/') { base_path.to_owned() } else { format!("/{base_path}") };
    let Some(host) = text("host") else {
        return (!base_path.is_empty()).then(|| json!([{ "url": base_path }]));
    };
    let host = host.trim_end_matches('/');
    if host.contains("://") {
        return Some(json!([{ "url": format!("{host}{base_path}") }]));
    }
    let schemes: Vec<&str> = written.get("schemes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let scheme = if schemes == ["http"] { "http" } else { "https" };
    Some(json!([{ "url": format!("{scheme}://{host}{base_path}") }]))
}

fn media_types(written: Option<&Value>) -> Vec<&str> {
    match written {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).filter(|media_type| !media_type.is_empty()).collect(),
        Some(Value::String(one)) => vec![one],
        _ => Vec::new(),
    }
}

/// Members of a Path Item Object that are no operations.
const NO_OPERATIONS: &[&str] = &["$ref", "parameters"];

fn paths(written: &Value, shared: &Shared<'_>) -> Value {
    let Value::Object(written) = written else {
        return written.clone();
    };
    written
        .iter()
        .map(|(key, item)| (key.clone(), if key.starts_with("x-") { item.clone() } else { path_item(item, shared) }))
        .collect::<Map<_, _>>()
        .into()
}

/// References to path items are followed here: what they lead to has the old shape.
fn path_item(written: &Value, shared: &Shared<'_>) -> Value {
    let (Ok(Value::Object(target)), Value::Object(own)) = (shared.refs.resolve(written), written) else {
        return written.clone();
    };
    let mut item: Map<String, Value> = target.clone();
    item.extend(own.iter().filter(|(key, _)| *key != "$ref").map(|(key, value)| (key.clone(), value.clone())));
    let of_item = parameter::listed(item.get("parameters"));
    let mut turned = Map::new();
    for (key, value) in &item {
        let operation = value.as_object().filter(|_| !NO_OPERATIONS.contains(&key.as_str()) && !key.starts_with("x-"));
        match operation {
            Some(operation) => turned.insert(key.clone(), operation::turned(operation, &of_item, shared)),
            None if key == "parameters" => None, // Each operation has them.
            None => turned.insert(key.clone(), value.clone()),
        };
    }
    Value::Object(turned)
}
