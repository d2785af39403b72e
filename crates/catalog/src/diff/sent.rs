//! Where the requests of a tool go and how they are written.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::difference::{Difference, Weight, shown};
use super::{At, Change, breaking, harmless};
use crate::integration::{Body, Location, Method, Pagination, Parameter, Style};
use crate::types::resolved;

pub(super) fn compare(before: &At<'_>, after: &At<'_>, say: &mut dyn FnMut(Change)) {
    request(before, after, say);
    server(before, after, say);
    let one = |at: &At<'_>| json!({"header": headers(at), "query": queries(at)});
    for difference in Difference::all(&one(before), &one(after)) {
        difference.say("the constant", Weight::Breaking, say);
    }
    arguments(before.method, after.method, say);
    body(before.method.body.as_ref(), after.method.body.as_ref(), say);
    pages(before, after, say);
}

/// Verb and path, and the paths for certain arguments.
fn request(before: &At<'_>, after: &At<'_>, say: &mut dyn FnMut(Change)) {
    let (one, other) = (&before.method.request, &after.method.request);
    if one != other {
        let text = format!("sends `{other}` instead of `{one}`");
        // Another name of the record is no other request: its argument is always `id`.
        let is_same = by_arguments(one, before.name) == by_arguments(other, after.name);
        say(if is_same { harmless(text) } else { breaking(text) });
    }
    let when = |method: &Method| serde_json::to_value(&method.request_when).unwrap_or_default();
    if when(before.method) != when(after.method) {
        say(breaking("certain arguments lead to another path than before"));
    }
}

/// A request with the names of arguments in its braces.
fn by_arguments(request: &str, method: &str) -> String {
    match (method, request.rfind('{'), request.rfind('}')) {
        ("get" | "update" | "delete", Some(start), Some(end)) if start < end => format!("{}id{}", &request[..=start], &request[end..]),
        _ => request.to_owned(),
    }
}

fn server(before: &At<'_>, after: &At<'_>, say: &mut dyn FnMut(Change)) {
    // The base URL and servers of one name are compared once, for the whole integration.
    if before.method.server == after.method.server {
        return;
    }
    let url = |at: &At<'_>| {
        let named = at.method.server.as_ref().and_then(|name| at.integration.servers.get(name));
        named.unwrap_or(&at.integration.base_url).clone()
    };
    let (one, other) = (url(before), url(after));
    if one != other {
        say(breaking(format!("goes to {other} instead of {one}")));
    }
}

/// The integration's and the method's.
fn headers(at: &At<'_>) -> BTreeMap<String, String> {
    let all = at.integration.headers.iter().chain(&at.method.headers);
    all.map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect()
}

fn queries(at: &At<'_>) -> IndexMap<String, String> {
    at.integration.query.iter().chain(&at.method.query).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// How each argument that there was before is sent.
fn arguments(before: &Method, after: &Method, say: &mut dyn FnMut(Change)) {
    let (one, other) = (sent(before), sent(after));
    for (name, way) in &other {
        if let Some(known) = one.get(name).filter(|known| *known != way) {
            say(breaking(format!("argument `{name}` is sent {way} instead of {known}")));
        }
    }
}

/// How each argument is sent, by its key.
fn sent(method: &Method) -> BTreeMap<&str, String> {
    let schema = method.body.as_ref().map(|body| resolved(&body.schema, &body.schema));
    let members = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    let members = members.into_iter().flatten().map(|(name, _)| (name.as_str(), "in the body".to_owned()));
    let parameters = method.parameters.iter().map(|(key, parameter)| (key.as_str(), way(key, parameter)));
    members.chain(parameters).collect()
}

fn way(key: &str, parameter: &Parameter) -> String {
    let (place, usual) = match parameter.location {
        Location::Path => ("path", Style::Simple),
        Location::Header => ("header", Style::Simple),
        Location::Query => ("query", Style::Form),
        Location::Cookie => ("cookie", Style::Form),
    };
    let style = parameter.style.unwrap_or(usual);
    let explode = match parameter.explode.unwrap_or(style == Style::Form) {
        true => "each part alone",
        false => "in one piece",
    };
    let name = parameter.name.as_deref().unwrap_or(key);
    let written = serde_json::to_value(style).unwrap_or_default();
    format!("in the {place} as `{name}` ({}, {explode})", written.as_str().unwrap_or_default())
}

fn body(before: Option<&Body>, after: Option<&Body>, say: &mut dyn FnMut(Change)) {
    let (one, other) = match (before, after) {
        (None, None) => return,
        (Some(_), None) => return say(breaking("no body is sent any more")),
        (None, Some(body)) if body.required == Some(false) => return say(harmless("a body can be sent")),
        (None, Some(_)) => return say(breaking("a body is sent now")),
        (Some(one), Some(other)) => (one, other),
    };
    for difference in Difference::all(&form(one), &form(other)) {
        difference.say("the body's", Weight::Breaking, say);
    }
    let least = |body: &Body| resolved(&body.schema, &body.schema).get("minProperties").cloned();
    let (one, other) = (least(one), least(other));
    if one != other {
        let is_less = other.as_ref().and_then(Value::as_u64).unwrap_or(0) < one.as_ref().and_then(Value::as_u64).unwrap_or(0);
        let text = format!("needs at least {} members in the body", shown(&other.unwrap_or(Value::from(0))));
        say(if is_less { harmless(text) } else { breaking(text) });
    }
}

/// A body without its schema, which is compared as arguments.
fn form(body: &Body) -> Value {
    let body = Body { schema: Value::Null, required: Some(body.required.unwrap_or(true)), ..body.clone() };
    serde_json::to_value(body).unwrap_or_default()
}

fn pages(before: &At<'_>, after: &At<'_>, say: &mut dyn FnMut(Change)) {
    let value = |at: &At<'_>| at.pagination().map(|pagination| serde_json::to_value(pagination).unwrap_or_default()).unwrap_or_default();
    let (one, other) = (value(before), value(after));
    let style = |value: &Value| value.get("style").and_then(Value::as_str).unwrap_or("none").to_owned();
    match (style(&one), style(&other)) {
        (one, other) if one == other => {}
        (one, other) if other == "none" => return say(breaking(format!("is not paged any more; it was by {one}"))),
        // A cursor that was given before does not go on.
        (one, other) => return say(breaking(format!("pages by {other} instead of {one}"))),
    }
    for difference in Difference::all(&one, &other) {
        // Seen by agents, as default and maximum of `limit`.
        let is_size = matches!(difference.path.as_str(), "default_size" | "max_size");
        difference.say("of its pages", if is_size { Weight::Harmless } else { Weight::Breaking }, say);
    }
}

impl At<'_> {
    /// The pagination of a list, or of another method that declares its own.
    fn pagination(&self) -> Option<&Pagination> {
        let shared = || self.resource.pagination.as_ref().or(self.integration.pagination.as_ref());
        self.method.pagination.as_ref().or_else(|| if self.name == "list" { shared() } else { None })
    }
}
