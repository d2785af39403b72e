//! The operations of a description, as they are written there, with references of their parts resolved.

use serde_json::{Map, Value};

use super::read::Description;
use super::report::{Note, Skipped};
use crate::plan::Verb;

/// One operation, in the vendor's words.
#[derive(Debug, Clone)]
pub(crate) struct Operation<'d> {
    pub(crate) verb: Verb,
    /// The path as the description has it, without query and fragment, e.g. `/v1/orders/{id}`.
    pub(crate) path: String,
    /// What stood behind `?` in the path.
    pub(crate) query: Vec<(String, String)>,
    /// JSON Pointer, e.g. `/paths/~1v1~1orders~1{id}/get`.
    pub(crate) at: String,
    /// The Operation Object.
    pub(crate) value: &'d Map<String, Value>,
    /// The Path Item Object, for its `servers`, `summary` and `description`.
    pub(crate) item: &'d Map<String, Value>,
    /// Parameter Objects: the path item's, then the operation's, which replace those of the same name and place. References are
    /// resolved, and headers that descriptions must not declare (`Accept`, `Content-Type`, `Authorization`) are not among them.
    pub(crate) parameters: Vec<&'d Value>,
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
        format!("{} {}", self.verb.as_str(), self.path)
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
    let _ = description;
    Operations { operations: Vec::new(), skipped: Vec::new(), notes: Vec::new() }
}
