//! What an operation does with its resource.

use serde_json::Value;

use super::actions::is_search;
use super::fit::identifier;
use super::place::Place;
use super::resource::Form;
use super::words::{is_plural, singular_words, words};
use crate::import::infer::ListShape;
use crate::import::operation::Operation;
use crate::singular::singular;

/// Words that stand for groups of methods in filters.
const FILTER_WORDS: &[&str] = &["read", "write", "custom"];

/// Words of operationIds that name nothing.
const FILLING: &[&str] =
    &["a", "all", "an", "and", "api", "by", "controller", "for", "from", "in", "id", "ids", "of", "on", "the", "to", "with"];

/// Words of an operationId that are taken into a name.
const MAX_WORDS: usize = 4;

/// What an operation may be called, best first, and whether its resource is one of many.
pub(super) struct Wanted {
    pub(super) form: Form,
    pub(super) methods: Vec<String>,
    /// Whether whoever else wants the name fits it better: `GET /colors`, which is no list, steps back for `GET /colors/{id}`.
    pub(super) steps_back: bool,
}

pub(super) fn wanted(operation: &Operation<'_>, place: &Place, shape: Option<&ListShape>) -> Wanted {
    let verb = operation.verb.as_str();
    let said = said_by_id(operation, place);
    let (form, preferred) = match (&place.action, &place.item[..]) {
        (Some(action), _) => (if place.is_call { Form::AsWritten } else { Form::Many }, of_action(action, verb, place, shape)),
        (None, []) => of_collection(operation, place, shape, &said),
        (None, [.., last]) => (Form::Many, of_item(verb, last, shape)),
    };
    let preferred = match &place.extension {
        Some(extension) => with_word(&preferred, extension),
        None => preferred,
    };
    let steps_back = place.action.is_none() && place.item.is_empty() && is_plural_noun(place) && matches!(preferred.as_str(), "get");
    let mut methods = vec![preferred.clone()];
    if steps_back {
        methods.push("get_all".to_owned());
    }
    match (verb, preferred.as_str()) {
        ("PUT", "update") => methods.push("replace".to_owned()),
        ("PUT", "create" | "update_all") => methods.push("put".to_owned()),
        _ => {}
    }
    if let Some(last) = place.item.last().filter(|_| place.action.is_none()) {
        methods.push(identifier(&[vec![preferred.clone(), "by".to_owned()], last.clone()].concat()));
    }
    if !said.is_empty() {
        methods.push(identifier(&said));
    }
    methods.push(with_word(&verb.to_ascii_lowercase(), &preferred));
    let methods = methods.into_iter().map(|method| unlike_filters(method, place)).collect();
    Wanted { form, methods, steps_back }
}

/// `GET /orders/{id}`, and what else can be done there.
fn of_item(verb: &str, parameter: &[String], shape: Option<&ListShape>) -> String {
    match verb {
        "GET" if shape.is_some_and(|shape| shape.records.is_none()) && !is_identifier(parameter) => {
            identifier(&[vec!["list".to_owned(), "by".to_owned()], parameter.to_vec()].concat())
        }
        "GET" => "get".to_owned(),
        "PATCH" | "PUT" | "POST" => "update".to_owned(),
        other => other.to_ascii_lowercase(),
    }
}

/// Whether a schema tells a list from a thing: `{type: object}` alone does not.
fn says_something(schema: &Value) -> bool {
    ["$ref", "properties", "allOf", "oneOf", "anyOf", "items"].into_iter().any(|key| schema.get(key).is_some())
        || schema.get("type").is_some_and(|name| name != "object")
}

fn is_plural_noun(place: &Place) -> bool {
    place.nouns.last().is_some_and(|noun| is_plural(&noun.words))
}

fn is_identifier(parameter: &[String]) -> bool {
    let words = ["id", "ids", "uuid", "guid", "gid", "sid", "key", "slug", "number", "code", "name", "identifier"];
    parameter.last().is_some_and(|word| words.contains(&word.as_str()))
}

/// `GET /orders`, and what else can be done there; or `GET /account`.
fn of_collection(operation: &Operation<'_>, place: &Place, shape: Option<&ListShape>, said: &[String]) -> (Form, String) {
    let is_plural = is_plural_noun(place);
    let first = first_word(operation);
    let answers_something = operation.success.and_then(|success| success.schema).is_some_and(says_something);
    let (form, method) = match operation.verb.as_str() {
        "GET" if shape.is_some() || is_plural && !answers_something => (Form::Many, "list"),
        "GET" => (Form::AsWritten, "get"),
        "POST" if shape.is_some() && is_search(&first) => (Form::Many, first.as_str()),
        "POST" if matches!(first.as_str(), "update" | "upsert") && !said.is_empty() => return (Form::Many, identifier(said)),
        "POST" => (Form::Many, "create"),
        "PUT" if matches!(first.as_str(), "create" | "add") => (Form::Many, "create"),
        "PUT" if is_plural => (Form::Many, "replace_all"),
        "PATCH" if is_plural => (Form::Many, "update_all"),
        "DELETE" if is_plural => (Form::Many, "delete_all"),
        "PUT" | "PATCH" => (Form::AsWritten, "update"),
        other => return (Form::AsWritten, other.to_ascii_lowercase()),
    };
    (form, method.to_owned())
}

fn of_action(action: &[String], verb: &str, place: &Place, shape: Option<&ListShape>) -> String {
    if place.nouns.is_empty() {
        return match (verb, shape) {
            ("GET", Some(_)) => "list".to_owned(),
            _ => "run".to_owned(),
        };
    }
    match (&action.iter().map(String::as_str).collect::<Vec<_>>()[..], verb) {
        (["list"], _) if shape.is_none() && verb != "GET" => "get_list".to_owned(),
        (["get" | "fetch" | "find" | "retrieve"], _) if place.is_procedure && shape.is_some() => "list".to_owned(),
        (
            ["delete" | "remove" | "destroy" | "purge" | "clear" | "empty" | "revoke" | "cancel" | "leave" | "detach" | "disconnect", ..],
            "DELETE",
        ) => identifier(action),
        (_, "DELETE") if !place.is_call => with_word("delete", &identifier(action)),
        _ => identifier(action),
    }
}

/// Words that mean several methods in filters get the noun behind them: `read_message`.
fn unlike_filters(method: String, place: &Place) -> String {
    if !FILTER_WORDS.contains(&method.as_str()) {
        return method;
    }
    let noun = place.nouns.last().map_or_else(|| vec!["it".to_owned()], |noun| singular_words(&noun.words));
    identifier(&[vec![method], noun].concat())
}

fn with_word(method: &str, word: &str) -> String {
    identifier(&[method.to_owned(), word.to_owned()])
}

/// The first word of the last part of an operationId, e.g. `search`; empty where there is none.
fn first_word(operation: &Operation<'_>) -> String {
    words(last_part(operation.text("operationId"))).into_iter().next().unwrap_or_default()
}

fn last_part(id: &str) -> &str {
    id.rsplit(['.', '/', ':']).next().unwrap_or(id)
}

/// The words of an operationId that the path does not say.
fn said_by_id(operation: &Operation<'_>, place: &Place) -> Vec<String> {
    let known: Vec<String> =
        place.nouns.iter().flat_map(|noun| &noun.words).chain(place.item.iter().flatten()).map(|word| singular(word)).collect();
    let id = words(last_part(operation.text("operationId")));
    let kept = id.into_iter().filter(|word| !FILLING.contains(&word.as_str()) && !known.contains(&singular(word)));
    let mut kept: Vec<String> = kept.take(MAX_WORDS).collect();
    while matches!(kept.last().map(String::as_str), Some("or" | "and")) {
        kept.pop();
    }
    kept
}
