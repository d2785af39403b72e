//! One operation of Swagger 2.0.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Map, Value, json};

use super::{Shared, media_types, parameter};
use crate::import::operation::identity;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
const JSON: &str = "application/json";

pub(super) fn turned(written: &Map<String, Value>, of_item: &[&Value], shared: &Shared<'_>) -> Value {
    let mut operation: Map<String, Value> = written
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "parameters" | "consumes" | "produces" | "schemes" | "responses"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let (mut parameters, mut body, mut fields) = (Vec::new(), None, Vec::new());
    for parameter in united(of_item, &parameter::listed(written.get("parameters")), shared) {
        match identity(parameter) {
            Some((_, "body")) => body = Some(parameter),
            // Who writes only a schema means the body.
            None if parameter.get("schema").is_some() && parameter.get("in").and_then(Value::as_str) == Some("body") => {
                body = Some(parameter)
            }
            Some((_, "formData")) => fields.push(parameter),
            _ => parameters.push(parameter::turned(parameter)),
        }
    }
    let consumes = match media_types(written.get("consumes")) {
        own if own.is_empty() => shared.consumes.clone(),
        own => own,
    };
    let request_body = match body {
        Some(body) => Some(whole_body(body, &consumes)),
        None if !fields.is_empty() => Some(form(&fields, &consumes)),
        None => None,
    };
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), parameters.into());
    }
    if let Some(request_body) = request_body {
        operation.insert("requestBody".to_owned(), request_body);
    }
    if let Some(responses) = written.get("responses") {
        let produces = match media_types(written.get("produces")) {
            own if own.is_empty() => shared.produces.clone(),
            own => own,
        };
        operation.insert("responses".to_owned(), answers(responses, &produces, shared));
    }
    Value::Object(operation)
}

/// The path item's parameters and the operation's, which replace those of the same name and place; references followed.
fn united<'d>(of_item: &[&'d Value], own: &[&'d Value], shared: &Shared<'d>) -> Vec<&'d Value> {
    let mut all: Vec<&'d Value> = Vec::new();
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    for parameter in of_item.iter().chain(own) {
        // One that leads nowhere stays as it is: whoever reads it says so.
        let parameter = shared.refs.resolve(parameter).unwrap_or(parameter);
        match identity(parameter).map(|identity| places.entry(identity)) {
            Some(Entry::Occupied(known)) => all[*known.get()] = parameter,
            new => {
                if let Some(Entry::Vacant(new)) = new {
                    new.insert(all.len());
                }
                all.push(parameter);
            }
        }
    }
    all
}

fn whole_body(body: &Value, consumes: &[&str]) -> Value {
    let schema = body.get("schema").cloned().unwrap_or_else(|| json!({}));
    let media_types = if consumes.is_empty() { vec![JSON] } else { consumes.to_vec() };
    // A body with a schema is no form, whatever the document says of all its operations.
    let fit: Vec<&str> = media_types.iter().copied().filter(|media_type| !is_form(media_type)).collect();
    let fit = if fit.is_empty() { vec![JSON] } else { fit };
    let content: Map<String, Value> = fit.iter().map(|media_type| ((*media_type).to_owned(), json!({ "schema": schema }))).collect();
    let mut turned = Map::new();
    turned.insert("content".to_owned(), content.into());
    for key in ["description", "required"] {
        if let Some(value) = body.get(key) {
            turned.insert(key.to_owned(), value.clone());
        }
    }
    turned.into()
}

fn is_form(media_type: &str) -> bool {
    media_type.starts_with(FORM) || media_type.starts_with("multipart/")
}

fn form(fields: &[&Value], consumes: &[&str]) -> Value {
    let has_files = fields.iter().any(|field| field.get("type").and_then(Value::as_str) == Some("file"));
    let media_type = match consumes.iter().copied().find(|media_type| is_form(media_type)) {
        _ if has_files => MULTIPART,
        Some(named) if named.starts_with("multipart/") && !consumes.iter().any(|other| other.starts_with(FORM)) => MULTIPART,
        _ => FORM,
    };
    let (mut properties, mut required, mut encoding) = (Map::new(), Vec::new(), Map::new());
    for field in fields {
        let Some((name, _)) = identity(field) else {
            continue;
        };
        let parameter::Turned { schema, style, explode } = parameter::value(field);
        let mut schema = schema;
        if let (Some(schema), Some(description)) = (schema.as_object_mut(), field.get("description")) {
            schema.insert("description".to_owned(), description.clone());
        }
        properties.insert(name.to_owned(), schema);
        if field.get("required") == Some(&Value::Bool(true)) {
            required.push(Value::from(name));
        }
        if field.get("type").and_then(Value::as_str) == Some("array") {
            encoding.insert(name.to_owned(), json!({ "style": style.unwrap_or("form"), "explode": explode }));
        }
    }
    let is_required = !required.is_empty();
    let mut schema = json!({ "type": "object", "properties": properties });
    if is_required {
        schema["required"] = required.into();
    }
    let mut media = json!({ "schema": schema });
    if !encoding.is_empty() {
        media["encoding"] = encoding.into();
    }
    let mut content = Map::new();
    content.insert(media_type.to_owned(), media);
    json!({ "content": content, "required": is_required })
}

fn answers(written: &Value, produces: &[&str], shared: &Shared<'_>) -> Value {
    let Value::Object(written) = written else {
        return written.clone();
    };
    written.iter().map(|(status, answer)| (status.clone(), self::answer(answer, produces, shared))).collect::<Map<_, _>>().into()
}

fn answer(written: &Value, produces: &[&str], shared: &Shared<'_>) -> Value {
    let Ok(Value::Object(answer)) = shared.refs.resolve(written) else {
        return written.clone();
    };
    let mut turned: Map<String, Value> = answer
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "schema" | "examples" | "headers"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if let Some(Value::Object(headers)) = answer.get("headers") {
        let headers: Map<String, Value> = headers.iter().map(|(name, header)| (name.clone(), parameter::turned(header))).collect();
        turned.insert("headers".to_owned(), headers.into());
    }
    if let Some(schema) = answer.get("schema") {
        let is_file = schema.get("type").and_then(Value::as_str) == Some("file");
        let media_types = match (produces, is_file) {
            ([], true) => vec!["application/octet-stream"],
            ([], false) => vec![JSON],
            (named, _) => named.to_vec(),
        };
        let schema = if is_file { json!({ "type": "string", "format": "binary" }) } else { schema.clone() };
        let content: Map<String, Value> =
            media_types.iter().map(|media_type| ((*media_type).to_owned(), json!({ "schema": schema }))).collect();
        turned.insert("content".to_owned(), content.into());
    }
    turned.into()
}
