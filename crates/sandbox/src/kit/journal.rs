//! The requests a vendor has received, in order of arrival, whole: this is a tool for tests.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use serde_json::Value;

use crate::kit::request::Request;

/// Older entries fall out.
const CAPACITY: usize = 10_000;

#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    /// How many have fallen out or were deleted: the number of the first entry still here.
    gone: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    method: String,
    path: String,
    query: String,
    /// Lower-case names; a repeated header's values joined by a comma.
    headers: BTreeMap<String, String>,
    /// JSON where it is JSON, text where it is not, null where there is none.
    body: Value,
    /// Null while no answer has been sent, and for ever if none was.
    status: Option<u16>,
}

/// Which entry; stays right when older ones fall out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(u64);

impl Journal {
    pub(crate) fn arrived(&mut self, request: &Request) -> Number {
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
            self.gone += 1;
        }
        self.entries.push_back(entry(request));
        Number(self.gone + self.entries.len() as u64 - 1)
    }

    pub(crate) fn answered(&mut self, number: Number, status: u16) {
        let place = number.0.checked_sub(self.gone).and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
            entry.status = Some(status);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.gone += self.entries.len() as u64;
        self.entries.clear();
    }

    pub(crate) fn entries(&self) -> &VecDeque<Entry> {
        &self.entries
    }
}

fn entry(request: &Request) -> Entry {
    let mut headers = BTreeMap::<String, String>::new();
    for (name, value) in &request.headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|known| {
                known.push_str(", ");
                known.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    let body = match request.body.is_empty() {
        true => Value::Null,
        false => request.json().unwrap_or_else(|| Value::from(String::from_utf8_lossy(&request.body))),
    };
    let (method, path, query) = (request.method.clone(), request.path.clone(), request.query.clone());
    Entry { method, path, query, headers, body, status: None }
}
