//! `/openapi.json` and `/docs`: the API's own description, and the same for people.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::app::App;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}\
    h2{margin-top:2.5rem;border-bottom:1px solid #d0d7de}code{font-family:ui-monospace,monospace}\
    details{border:1px solid #d0d7de;border-radius:6px;margin:.5rem 0;padding:.5rem .8rem}summary{cursor:pointer}\
    .verb{display:inline-block;min-width:4.5rem;font-weight:600}table{border-collapse:collapse;margin:.5rem 0}\
    td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}pre{background:#f6f8fa;padding:.8rem;overflow:auto}\
    @media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}pre{background:#161b22}a{color:#58a6ff}}";

/// Both routes. What they serve is rendered once, at start.
pub(super) fn router(description: &OpenApi) -> Router<Arc<App>> {
    let document = serde_json::to_value(description).unwrap_or_default();
    let json = Bytes::from(document.to_string());
    let page = Bytes::from(page(&document).into_string());
    let serve = |body: Bytes, content_type: &'static str| get(move || async move { ([(CONTENT_TYPE, content_type)], body) });
    Router::new()
        .route("/openapi.json", serve(json.clone(), "application/json"))
        .route("/api/openapi.json", serve(json, "application/json"))
        .route("/docs", serve(page.clone(), "text/html; charset=utf-8"))
        .route("/api/docs", serve(page, "text/html; charset=utf-8"))
}

fn page(document: &Value) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (text(&document["info"]["title"])) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                h1 { (text(&document["info"]["title"])) }
                p { (prose(&document["info"]["description"])) }
                p {
                    "Every request carries " code { "Authorization: Bearer <API token>" } ". "
                    a href="openapi.json" { "The same as an OpenAPI description" } "."
                }
                @for tag in tags(document) {
                    h2 { (tag) }
                    @for (path, verb, operation) in operations(document) {
                        @if text(&operation["tags"][0]) == tag { (operation_entry(document, path, verb, operation)) }
                    }
                }
            }
        }
    }
}

fn operation_entry(document: &Value, path: &str, verb: &str, operation: &Value) -> Markup {
    html! {
        details {
            summary { code { span .verb { (verb.to_uppercase()) } (path) } " — " (text(&operation["summary"])) }
            @if operation["description"].is_string() { p { (prose(&operation["description"])) } }
            @if let Some(parameters) = operation["parameters"].as_array() {
                table {
                    @for parameter in parameters {
                        tr {
                            td { code { (text(&parameter["name"])) } }
                            td { (text(&parameter["in"])) }
                            td { (prose(&parameter["description"])) }
                        }
                    }
                }
            }
            @if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
                p { "Body" }
                (members(document, schema))
            }
            @if let Some(responses) = operation["responses"].as_object() {
                @for (status, response) in responses {
                    p { "Answer " code { (status) } " " (text(&response["description"])) }
                    @if !status.starts_with('4') && !status.starts_with('5')
                        && let Some(schema) = response.pointer("/content/application~1json/schema") { (members(document, schema)) }
                }
            }
        }
    }
}

/// The members of an object schema, one a row; parts of `allOf` count as one object.
fn members(document: &Value, schema: &Value) -> Markup {
    let schema = resolved(document, schema);
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    html! {
        @for part in schema["allOf"].as_array().into_iter().flatten() { (members(document, part)) }
        @for part in schema["oneOf"].as_array().into_iter().flatten() {
            p { (prose(&part["description"])) }
            (members(document, part))
        }
        @if let Some(properties) = schema["properties"].as_object() {
            table {
                @for (name, property) in properties {
                    tr {
                        td { code { (name) } @if required.contains(&name.as_str()) { " *" } }
                        td { (kind(property)) }
                        td { (prose(&property["description"])) (entries(document, property)) }
                    }
                }
            }
        }
    }
}

/// The members of what an array holds.
fn entries(document: &Value, schema: &Value) -> Markup {
    let items = &schema["items"];
    if items.is_object() {
        members(document, items)
    } else {
        html! {}
    }
}

/// A text whose words in backticks are code.
fn prose(value: &Value) -> Markup {
    html! {
        @for (index, part) in text(value).split('`').enumerate() {
            @if index % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}

fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    match &schema["type"] {
        Value::String(one) if one == "array" => format!("array of {}", kind(&schema["items"])),
        Value::String(one) => one.clone(),
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => schema["oneOf"].as_array().map(|parts| parts.iter().map(kind).collect::<Vec<_>>().join(" or ")).unwrap_or_default(),
    }
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let target = schema["$ref"].as_str().and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(schema)
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let verbs = item.as_object().into_iter().flatten();
        verbs.map(move |(verb, operation)| (path.as_str(), verb.as_str(), operation))
    })
}

fn tags(document: &Value) -> Vec<&str> {
    let mut tags = Vec::new();
    for (_, _, operation) in operations(document) {
        let tag = text(&operation["tags"][0]);
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
