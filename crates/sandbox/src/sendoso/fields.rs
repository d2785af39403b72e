//! The fields of a JSON body, read as leniently as the vendor does: numbers as texts and the reverse.

use serde_json::{Map, Value};

use crate::kit::reply::Reply;
use crate::kit::request::{NoObject, Request};
use crate::sendoso::refusal::{bad, blank};

#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// The body itself.
    pub(super) fn flat(request: &Request) -> Result<Fields, Reply> {
        request.object().map(Fields).map_err(|problem| match problem {
            NoObject::OtherJson => bad("Request body must be a JSON object"),
            NoObject::NotJson => bad("Request body is not valid JSON"),
        })
    }

    /// The object under one key of the body.
    pub(super) fn under(request: &Request, key: &str) -> Result<Fields, Reply> {
        match Fields::flat(request)?.0.remove(key) {
            Some(Value::Object(fields)) => Ok(Fields(fields)),
            _ => Err(blank(key)),
        }
    }

    /// Refuses the first of these that is missing, null or an empty text, in the order given.
    pub(super) fn require(&self, names: &[&str]) -> Result<(), Reply> {
        match names.iter().find(|name| self.is_blank(name)) {
            Some(name) => Err(blank(name)),
            None => Ok(()),
        }
    }

    pub(super) fn is_blank(&self, name: &str) -> bool {
        match self.0.get(name) {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(Value::Array(list)) => list.is_empty(),
            Some(Value::Object(object)) => object.is_empty(),
            Some(Value::Bool(_) | Value::Number(_)) => false,
        }
    }

    /// A text or number as text; empty for anything else.
    pub(super) fn text(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// A whole number, also in quotes.
    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn id(&self, name: &str) -> Option<u64> {
        self.integer(name).and_then(|id| u64::try_from(id).ok())
    }

    /// `true` or `"true"`.
    pub(super) fn is_true(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }

    pub(super) fn boolean(&self, name: &str) -> Option<bool> {
        self.0.get(name)?.as_bool()
    }

    /// An object within; empty if there is none.
    pub(super) fn object(&self, name: &str) -> Fields {
        match self.0.get(name) {
            Some(Value::Object(fields)) => Fields(fields.clone()),
            _ => Fields(Map::new()),
        }
    }

    /// The elements of a list; none if it is no list.
    pub(super) fn list(&self, name: &str) -> &[Value] {
        self.0.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}
