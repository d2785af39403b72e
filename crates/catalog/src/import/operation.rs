//! The operations of a description, as they are written there, with references of their parts resolved.

use indexmap::IndexMap;
use indexmap::map::Entry;
use serde_json::{Map, Value};

use super::path::PathKey;
use super::read::Description;
use super::refs::{Refs, reference};
use super::report::{Note, Skipped};
use crate::files::is_json;
use crate::headers;
use crate::plan::Verb;
use crate::pointer::escaped;

/// One operation, in the vendor's words.
#[derive(Debug, Clone)]
pub(crate) struct Operation<'d> {
    pub(crate) verb: Verb,
    /// The path without query and fragment, as a definition writes it, e.g. `/v1/orders/{id}`: it begins with `/`, what a URL must not
    /// hold is encoded, and each name in braces stands once.
    pub(crate) path: String,
    /// What stood behind `?` in the path.
    pub(crate) query: Vec<(String, String)>,
    /// The path as the description has it, e.g. `/v1/documents?upload` or `/oauth2/token#refresh`.
    pub(crate) key: &'d str,
    /// JSON Pointer, e.g. `/paths/~1v1~1orders~1{id}/get`.
    pub(crate) at: String,
    /// The Operation Object.
    pub(crate) value: &'d Map<String, Value>,
    /// The Path Item Object, for its `servers`, `summary` and `description`.
    pub(crate) item: &'d Map<String, Value>,
    /// Parameter Objects: the path item's, then the operation's, which replace those of the same name and place. References are
    /// resolved, and headers that descriptions must not declare (`Accept`, `Content-Type`, `Authorization`) are not among them.
    pub(crate) parameters: Vec<&'d Value>,
    /// Names in braces that the path has twice, and what they are called at the second place.
    pub(crate) repeated: Vec<(String, String)>,
    /// The Request Body Object.
    pub(crate) body: Option<&'d Value>,
    /// The successful answer that is read: the lowest 2xx (else `2XX`, else `default`).
    pub(crate) success: Option<Success<'d>>,
}

/// A successful answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Success<'d> {
    /// E.g. `200`, `2XX` or `default`.
    pub(crate) status: &'d str,
    /// Its JSON media type if it has one, else its first; `None` for an empty answer.
    pub(crate) media_type: Option<&'d str>,
    /// Not resolved.
    pub(crate) schema: Option<&'d Value>,
    /// Header Objects by name.
    pub(crate) headers: Option<&'d Map<String, Value>>,
}

impl Operation<'_> {
    /// `GET /v1/orders/{id}`: what people know it by.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.verb.as_str(), self.key)
    }

    /// A text of the operation, e.g. `summary`; empty where there is none.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.value.get(key).and_then(Value::as_str).unwrap_or_default().trim()
    }
}

/// The operations in the order of the description, and those that cannot be read.
pub(crate) struct Operations<'d> {
    pub(crate) operations: Vec<Operation<'d>>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) notes: Vec<Note>,
}

pub(crate) fn operations(description: &Description) -> Operations<'_> {
    let refs = Refs::new(&description.root);
    let mut walk = Walk { refs, operations: Vec::new(), skipped: Vec::new(), notes: Vec::new() };
    match description.root.get("paths") {
        Some(Value::Object(paths)) => paths.iter().filter(|(key, _)| !key.starts_with("x-")).for_each(|(key, item)| walk.item(key, item)),
        Some(Value::Null) | None => {}
        Some(_) => walk.note("/paths", "`paths` is no mapping, so it holds no operations".to_owned()),
    }
    let Walk { operations, skipped, notes, .. } = walk;
    Operations { operations, skipped, notes }
}

/// Most parameters of one operation; an agent could not read more.
const MAX_PARAMETERS: usize = 500;

/// Longest path of an operation; a URL that servers take has hardly more.
const MAX_PATH_BYTES: usize = 4096;

/// The members of a Path Item Object that are no verbs (OpenAPI 3.2.0, section 4.9).
const NO_VERBS: &[&str] = &["$ref", "summary", "description", "servers", "parameters", "additionalOperations"];

struct Walk<'d> {
    refs: Refs<'d>,
    operations: Vec<Operation<'d>>,
    skipped: Vec<Skipped>,
    notes: Vec<Note>,
}

impl<'d> Walk<'d> {
    fn note(&mut self, at: &str, message: String) {
        self.notes.push(Note { at: at.to_owned(), message });
    }

    fn skip(&mut self, operation: String, at: String, reason: impl Into<String>) {
        self.skipped.push(Skipped { operation, at, reason: reason.into() });
    }

    fn item(&mut self, key: &'d str, written: &'d Value) {
        let at = format!("/paths/{}", escaped(key));
        let Some(own) = written.as_object() else {
            return self.skip(key.to_owned(), at, "the path item is no mapping; write its operations by verb");
        };
        // What stands beside a reference is read too: published descriptions rely on it.
        let mut items = vec![own];
        if reference(written).is_some() {
            match self.refs.resolve(written).map(Value::as_object) {
                Ok(Some(target)) => items.insert(0, target),
                Ok(None) => return self.skip(key.to_owned(), at, "the path item refers to something that is no mapping"),
                Err(error) => return self.skip(key.to_owned(), at, format!("{error}; add what it refers to")),
            }
        }
        for item in items {
            for (verb, operation) in item.iter().filter(|(name, _)| !NO_VERBS.contains(&name.as_str()) && !name.starts_with("x-")) {
                self.operation(key, item, verb, operation, &at);
            }
            if let Some(more) = item.get("additionalOperations").and_then(Value::as_object) {
                let at = format!("{at}/additionalOperations");
                more.iter().for_each(|(verb, operation)| self.operation(key, item, verb, operation, &at));
            }
        }
    }

    fn operation(&mut self, key: &'d str, item: &'d Map<String, Value>, written_verb: &'d str, written: &'d Value, item_at: &str) {
        let at = format!("{item_at}/{}", escaped(written_verb));
        let verb_text = written_verb.to_ascii_uppercase();
        let label = format!("{verb_text} {key}");
        let Some(verb) = Verb::parse(&verb_text) else {
            match written.is_object() {
                true => self.skip(label, at, format!("the verb {verb_text} cannot be called by tools")),
                false => self.note(&at, "this is no operation, so it is left out".to_owned()),
            }
            return;
        };
        if key.len() > MAX_PATH_BYTES {
            let short: String = label.chars().take(80).collect();
            return self.skip(format!("{short}…"), at, format!("the path has more than {MAX_PATH_BYTES} bytes"));
        }
        let value = match self.refs.resolve(written).map(Value::as_object) {
            Ok(Some(value)) => value,
            Ok(None) => return self.skip(label, at, "the operation is no mapping; write it as one"),
            Err(error) => return self.skip(label, at, format!("{error}; add what it refers to")),
        };
        let PathKey { path, query, repeated, notes } = PathKey::parse(key);
        for note in notes {
            self.note(&label, note);
        }
        let parameters = self.parameters(&label, item, value);
        let body = match value.get("requestBody").filter(|body| !body.is_null()).map(|body| self.refs.resolve(body)).transpose() {
            Ok(Some(body)) if !body.is_object() => return self.skip(label, at, "the request body is no mapping; write it as one"),
            Ok(body) => body,
            Err(error) => return self.skip(label, at, format!("the request body {error}; add what it refers to")),
        };
        let success = self.success(&label, value);
        self.operations.push(Operation { verb, path, query, key, at, value, item, parameters, repeated, body, success });
    }

    /// The path item's, then the operation's, which replace those of the same name and place.
    fn parameters(&mut self, label: &str, item: &'d Map<String, Value>, operation: &'d Map<String, Value>) -> Vec<&'d Value> {
        let mut parameters: IndexMap<(String, &'d str), &'d Value> = IndexMap::new();
        let mut left_out = 0_usize;
        for written in [item, operation].into_iter().filter_map(|holder| holder.get("parameters")) {
            let listed: Vec<&'d Value> = match written {
                Value::Array(list) => list.iter().collect(),
                // By name instead of in a list, which some generators write.
                Value::Object(map) => map.values().collect(),
                _ => {
                    self.note(label, "`parameters` is no list, so it is left out".to_owned());
                    continue;
                }
            };
            for parameter in listed {
                let parameter = match self.refs.resolve(parameter) {
                    Ok(parameter) => parameter,
                    Err(error) => {
                        self.note(label, format!("{error}, so this parameter is left out"));
                        continue;
                    }
                };
                let Some((name, place)) = identity(parameter) else {
                    self.note(label, "a parameter without `name` and `in` is left out".to_owned());
                    continue;
                };
                if place == "header" && is_reserved_header(name) {
                    continue;
                }
                // Case says nothing in the names of headers.
                let name = if place == "header" { name.to_ascii_lowercase() } else { name.to_owned() };
                let room = parameters.len() < MAX_PARAMETERS;
                match parameters.entry((name, place)) {
                    Entry::Occupied(mut known) => *known.get_mut() = parameter,
                    Entry::Vacant(new) if room => {
                        new.insert(parameter);
                    }
                    Entry::Vacant(_) => left_out += 1,
                }
            }
        }
        if left_out > 0 {
            self.note(label, format!("it has more than {MAX_PARAMETERS} parameters, so {left_out} are left out"));
        }
        parameters.into_values().collect()
    }

    fn success(&mut self, label: &str, operation: &'d Map<String, Value>) -> Option<Success<'d>> {
        let responses = operation.get("responses")?.as_object()?;
        let (status, response) = responses
            .iter()
            .filter_map(|(status, response)| Some((rank(status)?, status, response)))
            .min_by_key(|(rank, status, _)| (*rank, status.len(), status.as_str()))
            .map(|(_, status, response)| (status.as_str(), response))?;
        let response = match self.refs.resolve(response) {
            Ok(response) => response,
            Err(error) => {
                self.note(label, format!("{error}, so nothing is known of its answer"));
                return None;
            }
        };
        let content = response.get("content").map(|content| self.refs.resolve(content).unwrap_or(content)).and_then(Value::as_object);
        let chosen =
            content.and_then(|content| content.iter().find(|(media_type, _)| is_json(media_type)).or_else(|| content.iter().next()));
        let schema = chosen.and_then(|(_, media)| self.refs.resolve(media).ok()?.get("schema"));
        Some(Success {
            status,
            media_type: chosen.map(|(media_type, _)| media_type.as_str()),
            schema,
            headers: response.get("headers").and_then(Value::as_object),
        })
    }
}

/// Name and place of a Parameter Object.
pub(crate) fn identity(parameter: &Value) -> Option<(&str, &str)> {
    let name = parameter.get("name").and_then(Value::as_str)?;
    let place = parameter.get("in").and_then(Value::as_str)?;
    Some((name, place))
}

/// Headers that the connection, the account or the answer's form decides.
fn is_reserved_header(name: &str) -> bool {
    name.eq_ignore_ascii_case("accept") || headers::is_reserved(name)
}

/// Which answer is read first: the smaller, the sooner.
fn rank(status: &str) -> Option<u16> {
    match status {
        "default" => Some(1_000),
        _ if status.eq_ignore_ascii_case("2xx") => Some(999),
        _ => status.parse().ok().filter(|status| (200..300).contains(status)),
    }
}
