//! The operations of a description, as they are written there, with references of their parts resolved.

use std::collections::HashSet;

use indexmap::IndexMap;
use indexmap::map::Entry;
use serde_json::{Map, Value};

use super::only;
use super::path::PathKey;
use super::read::Description;
use super::refs::{Refs, reference};
use super::report::{Note, Skipped};
use crate::files::is_json;
use crate::headers;
use crate::lint::MAX_METHODS;
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
    /// The Path Item Object and what it refers to, for `servers`, `summary` and `description`.
    pub(crate) items: Vec<&'d Map<String, Value>>,
    /// Parameter Objects: the path item's, then the operation's, which replace those of the same name and place. References are
    /// resolved, and headers that descriptions must not declare (`Accept`, `Content-Type`, `Authorization`) are not among them.
    pub(crate) parameters: Vec<&'d Value>,
    /// Parameter Objects of such headers.
    pub(crate) reserved: Vec<&'d Value>,
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

    /// The one value that a reserved header can have, e.g. `application/xml` of `Accept`.
    pub(crate) fn only_value(&self, header: &str) -> Option<&str> {
        let mut named =
            self.reserved.iter().filter(|parameter| identity(parameter).is_some_and(|(name, _)| name.eq_ignore_ascii_case(header)));
        let schema = named.next_back()?.get("schema")?;
        let one = match schema.get("enum").and_then(Value::as_array).map(Vec::as_slice) {
            Some([one]) => Some(one),
            _ => None,
        };
        schema.get("const").or(one)?.as_str()
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
    /// How many more there are whose path is not asked for.
    pub(crate) left_out: usize,
}

/// `only` has the paths that are asked for: see [`only::admits`]. Of more operations than an integration may have, the first are read.
pub(crate) fn operations<'d>(description: &'d Description, only: &[String]) -> Operations<'d> {
    let refs = Refs::new(&description.root);
    let mut walk = Walk { refs, operations: Vec::new(), skipped: Vec::new(), notes: Vec::new(), left_out: 0 };
    match description.root.get("paths") {
        Some(Value::Object(paths)) => {
            for (key, item) in paths.iter().filter(|(key, _)| !key.starts_with("x-")) {
                match only::admits(only, key) {
                    true => walk.item(key, item),
                    false => walk.leave_out(item),
                }
            }
        }
        Some(Value::Null) | None => {}
        Some(_) => walk.note("/paths", "`paths` is no mapping, so it holds no operations".to_owned()),
    }
    let Walk { operations, skipped, notes, left_out, .. } = walk;
    Operations { operations, skipped, notes, left_out }
}

/// Most parameters of one operation; an agent could not read more.
const MAX_PARAMETERS: usize = 500;

/// Longest path of an operation; a URL that servers take has hardly more.
const MAX_PATH_BYTES: usize = 4096;

/// The members of a Path Item Object that are no verbs (OpenAPI 3.2.0, section 4.9).
const NO_VERBS: &[&str] = &["$ref", "summary", "description", "servers", "parameters", "additionalOperations"];

/// Parameters of an operation, and headers that are none.
struct Declared<'d> {
    parameters: Vec<&'d Value>,
    reserved: Vec<&'d Value>,
}

struct Walk<'d> {
    refs: Refs<'d>,
    operations: Vec<Operation<'d>>,
    skipped: Vec<Skipped>,
    notes: Vec<Note>,
    left_out: usize,
}

impl<'d> Walk<'d> {
    /// Counts the operations of a path that nobody asked for.
    fn leave_out(&mut self, item: &'d Value) {
        let beside = reference(item).and_then(|_| self.refs.resolve(item).ok());
        let holders = [Some(item), beside].into_iter().flatten();
        let members = holders.flat_map(|holder| [Some(holder), holder.get("additionalOperations")]).flatten().filter_map(Value::as_object);
        self.left_out +=
            members.flatten().filter(|(name, value)| Verb::parse(&name.to_ascii_uppercase()).is_some() && value.is_object()).count();
    }

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
        // What stands beside a reference is read too, and first: published descriptions rely on it.
        let mut items = vec![own];
        if reference(written).is_some() {
            match self.refs.resolve(written).map(Value::as_object) {
                Ok(Some(target)) => items.push(target),
                Ok(None) => return self.skip(key.to_owned(), at, "the path item refers to something that is no mapping"),
                Err(error) => return self.skip(key.to_owned(), at, format!("{error}; add what it refers to")),
            }
        }
        let mut known: HashSet<&str> = HashSet::new();
        let members = items.iter().flat_map(|item| item.iter());
        for (verb, operation) in members.filter(|(name, _)| !NO_VERBS.contains(&name.as_str()) && !name.starts_with("x-")) {
            if known.insert(verb) {
                self.operation(key, &items, verb, operation, &at);
            }
        }
        let at = format!("{at}/additionalOperations");
        for (verb, operation) in items.iter().filter_map(|item| item.get("additionalOperations")?.as_object()).flatten() {
            if known.insert(verb) {
                self.operation(key, &items, verb, operation, &at);
            }
        }
    }

    fn operation(&mut self, key: &'d str, items: &[&'d Map<String, Value>], written_verb: &'d str, written: &'d Value, item_at: &str) {
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
        if self.operations.len() >= MAX_METHODS {
            let limit =
                format!("an integration has at most {MAX_METHODS} methods; `--only '/users/*'` imports the paths of a part of the API");
            return self.skip(label, at, limit);
        }
        let PathKey { path, query, repeated, notes } = PathKey::parse(key);
        for note in notes {
            self.note(&label, note);
        }
        let Declared { parameters, reserved } = self.parameters(&label, items, value);
        let body = match value.get("requestBody").filter(|body| !body.is_null()).map(|body| self.refs.resolve(body)).transpose() {
            Ok(Some(body)) if !body.is_object() => return self.skip(label, at, "the request body is no mapping; write it as one"),
            Ok(body) => body,
            Err(error) => return self.skip(label, at, format!("the request body {error}; add what it refers to")),
        };
        let success = self.success(&label, value);
        let items = items.to_vec();
        self.operations.push(Operation { verb, path, query, key, at, value, items, parameters, reserved, repeated, body, success });
    }

    /// The path item's, then the operation's, which replace those of the same name and place.
    fn parameters(&mut self, label: &str, items: &[&'d Map<String, Value>], operation: &'d Map<String, Value>) -> Declared<'d> {
        let mut parameters: IndexMap<(String, &'d str), &'d Value> = IndexMap::new();
        let mut left_out = 0_usize;
        let mut reserved: Vec<&'d Value> = Vec::new();
        let holders = items.iter().rev().copied().chain([operation]);
        for written in holders.filter_map(|holder| holder.get("parameters")) {
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
                    let decided_by = match name.to_ascii_lowercase().as_str() {
                        "accept" | "content-type" => "it follows from what is sent and read",
                        "authorization" | "cookie" => "it is for the account's credential",
                        _ => "the connection decides it",
                    };
                    self.note(label, format!("the header `{name}` is no argument: {decided_by}"));
                    reserved.push(parameter);
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
        Declared { parameters: parameters.into_values().collect(), reserved }
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
    headers::is_of_the_answer(name) || headers::is_reserved(name)
}

/// Which answer is read first: the smaller, the sooner.
fn rank(status: &str) -> Option<u16> {
    match status {
        "default" => Some(1_000),
        _ if status.eq_ignore_ascii_case("2xx") => Some(999),
        _ => status.parse().ok().filter(|status| (200..300).contains(status)),
    }
}
