//! What became of a description: for the person who imports it.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

/// Of how many operations a remark is made one by one.
const MAX_SINGLE_NOTES: usize = 5;

/// How an import went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// File or URL.
    pub source: String,
    /// E.g. `OpenAPI 3.0.3` or `Swagger 2.0`.
    pub version: String,
    /// Operations that the description has.
    pub operations: usize,
    /// Those that nobody asked for: see [`Options::only`](super::Options::only).
    pub left_out: usize,
    /// Those that became tools.
    pub tools: usize,
    /// The others, in the order of the description.
    pub skipped: Vec<Skipped>,
    /// What is not said but was concluded; each can be overridden by an overlay.
    pub inferences: Vec<Inference>,
    /// What was left out or read in another way than it was written.
    pub notes: Vec<Note>,
    /// For overlays.
    #[serde(skip)]
    pub written: Written,
}

/// Requests as the description writes them, e.g. `POST /v1/files?upload`, where the definition has them otherwise; by resource and method.
pub type Written = HashMap<(String, String), String>;

/// An operation that is no tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// E.g. `GET /v1/orders/{id}`.
    pub operation: String,
    /// JSON Pointer into the description, e.g. `/paths/~1v1~1orders~1{id}/get`.
    pub at: String,
    /// What is wrong and what would help.
    pub reason: String,
}

/// Something concluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inference {
    /// Place in the definition, e.g. `resources.orders.methods.list.pagination`.
    pub at: String,
    /// What was concluded, e.g. `pages by cursor: starting_after`.
    pub what: String,
    /// What it rests on, e.g. `query parameter starting_after and has_more in the answer`.
    pub because: String,
}

/// Something that was left out or read in another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// JSON Pointer into the description, or the operation, e.g. `POST /v1/orders`.
    pub at: String,
    pub message: String,
}

/// Remarks that are made of many operations, once each: at the first and so many more.
pub(super) fn gathered(notes: Vec<Note>) -> Vec<Note> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for note in &notes {
        *counts.entry(&note.message).or_default() += 1;
    }
    let mut said: HashSet<&str> = HashSet::new();
    let mut kept = Vec::new();
    for note in &notes {
        match counts.get(note.message.as_str()).copied().unwrap_or_default() {
            count if count <= MAX_SINGLE_NOTES => kept.push(note.clone()),
            count if said.insert(&note.message) => {
                kept.push(Note { at: format!("{} and {} more", note.at, count - 1), message: note.message.clone() });
            }
            _ => {}
        }
    }
    kept
}
