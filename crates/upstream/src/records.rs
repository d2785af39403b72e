//! A vendor's list as ours: `{"result":[…],"next_cursor":…}`, with the records exactly as the vendor wrote them.
//!
//! An answer that would be too long keeps whole records and continues after them: the cursor it gives leads to the
//! first record that was left out. A `note` says so.

use catalog::dotted_path::DottedPath;
use catalog::page::{Continuation, Needs, Page, Reply};
use catalog::tool::ResponseShape;
use http::header::{HeaderMap, LINK};
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use crate::document::Document;
use crate::shorten::shortened;
use crate::text;

/// A vendor's answer to a list call.
pub(crate) struct ListReply<'r> {
    pub(crate) text: &'r str,
    pub(crate) headers: &'r HeaderMap,
    /// What was asked, without the credential.
    pub(crate) url: &'r Url,
}

/// The envelope around the records of `reply` that `page` asked for, of at most `max` characters.
///
/// # Errors
/// The answer is not JSON.
pub(crate) fn list(reply: &ListReply<'_>, shape: &ResponseShape, page: &Page, max: usize) -> Result<String, serde_json::Error> {
    let document = Document::open(reply.text)?;
    let found = Found::in_document(&document, reply, shape.records.as_ref(), page)?;
    let total = shape.total.as_ref().and_then(|path| document.at(path.segments())).and_then(whole_number);
    let window = &found.records[page.window(found.records.len())];
    let list = List { page, window, records: found.records.len(), total, continuation: found.continuation.borrowed(reply) };

    let complete = list.write(window.len(), &found.notes);
    if fits(&complete, max) { Ok(complete) } else { Ok(list.write_shorter(max, found.notes)) }
}

/// The envelope of an answer without a body.
pub(crate) fn empty_list() -> String {
    r#"{"result":[],"next_cursor":null}"#.to_owned()
}

/// What the document holds of the things a list needs.
struct Found<'j> {
    records: Vec<&'j RawValue>,
    continuation: Kept<'j>,
    notes: Vec<String>,
}

/// A [`Continuation`] that owns what had to be decoded.
enum Kept<'j> {
    Absent,
    Cursor(String),
    Link(String),
    Body { body: Value, headers: Vec<(&'j str, &'j str)> },
}

impl<'j> Found<'j> {
    fn in_document(
        document: &Document<'j>,
        reply: &ListReply<'j>,
        path: Option<&DottedPath>,
        page: &Page,
    ) -> Result<Found<'j>, serde_json::Error> {
        let mut notes = Vec::new();
        let path = path.filter(|path| !path.segments().is_empty());
        let records = match (path, document) {
            (None, Document::Array(items)) => items.clone(),
            (None, Document::Scalar(value)) => records_in(value)?,
            (None, Document::Object(_)) => vec![serde_json::from_str(reply.text)?],
            (Some(path), _) => match document.at(path.segments()) {
                Some(found) => records_in(found)?,
                None => {
                    notes.push(missing(path, document));
                    Vec::new()
                }
            },
        };
        let continuation = match page.needs() {
            Needs::Nothing => Kept::Absent,
            Needs::Cursor(path) => document.at(path.segments()).and_then(cursor_text).map_or(Kept::Absent, Kept::Cursor),
            Needs::Link => link(reply.headers).map_or(Kept::Absent, Kept::Link),
            Needs::Body => Kept::Body {
                body: serde_json::from_str(reply.text)?,
                headers: reply.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect(),
            },
        };
        Ok(Found { records, continuation, notes })
    }
}

impl Kept<'_> {
    fn borrowed<'k>(&'k self, reply: &ListReply<'k>) -> Continuation<'k> {
        match self {
            Kept::Absent => Continuation::Absent,
            Kept::Cursor(cursor) => Continuation::Cursor(cursor),
            Kept::Link(header) => Continuation::Link(header),
            Kept::Body { body, headers } => Continuation::Body { body, headers, url: reply.url },
        }
    }
}

/// A list ready to be written, with as many of its records as fit.
struct List<'l> {
    page: &'l Page,
    /// The records that may be given.
    window: &'l [&'l RawValue],
    /// All records of the vendor's answer.
    records: usize,
    total: Option<u64>,
    continuation: Continuation<'l>,
}

impl List<'_> {
    fn write(&self, given: usize, notes: &[String]) -> String {
        let records = self.window.iter().take(given).map(|record| record.get());
        self.envelope(given, records, notes)
    }

    /// As many whole records as fit into `max` characters; a first record that is too long alone is shortened, so
    /// that every answer gets further.
    fn write_shorter(&self, max: usize, mut notes: Vec<String>) -> String {
        let room = max.saturating_sub(self.envelope(1.min(self.window.len()), std::iter::empty(), &notes).len() + ROOM_FOR_NOTE);
        let mut left = room;
        let fitting = self.window.iter().take_while(|record| {
            let length = record.get().chars().count() + 1;
            let fits = length <= left;
            left = left.saturating_sub(length);
            fits
        });
        let given = fitting.count();
        if given > 0 {
            let all = self.window.len();
            notes.push(format!(
                "Only {given} of {all} records are shown, because an answer may have {max} characters. Call again with this next_cursor for the others."
            ));
            return self.write(given, &notes);
        }
        let Some(first) = self.window.first() else { return self.write(0, &notes) };
        notes.push("This record was too long and is shown shortened.".to_owned());
        let short = shortened(first.get(), room, None).unwrap_or_else(|| {
            // As a JSON string each character may take up to six.
            let beginning = text::cut(first.get(), room / 6).unwrap_or(first.get());
            Value::from(format!("{beginning}…")).to_string()
        });
        self.envelope(1, std::iter::once(short.as_str()), &notes)
    }

    fn envelope<'w>(&self, given: usize, records: impl Iterator<Item = &'w str>, notes: &[String]) -> String {
        let reply = Reply { records: self.records, given, total: self.total, continuation: self.continuation };
        let (next_cursor, problem) = match self.page.next(&reply) {
            Ok(next_cursor) => (next_cursor, None),
            Err(error) => (None, Some(format!("There may be more records: the next page could not be determined ({error})."))),
        };
        let length: usize = self.window.iter().take(given).map(|record| record.get().len() + 1).sum();
        let mut written = String::with_capacity(length + 64);
        written.push_str(r#"{"result":["#);
        for (index, record) in records.enumerate() {
            if index > 0 {
                written.push(',');
            }
            written.push_str(record);
        }
        written.push_str(r#"],"next_cursor":"#);
        written.push_str(&next_cursor.map_or(Value::Null, Value::from).to_string());
        let notes: Vec<&str> = notes.iter().chain(&problem).map(String::as_str).collect();
        if !notes.is_empty() {
            written.push_str(r#","note":"#);
            written.push_str(&Value::from(notes.join(" ")).to_string());
        }
        written.push('}');
        written
    }
}

/// Characters that the note about records left out may take, and the digits by which a cursor may grow.
const ROOM_FOR_NOTE: usize = 300;

fn fits(text: &str, max: usize) -> bool {
    text.len() <= max || text.chars().count() <= max
}

/// An array's items; one record for anything else but null.
fn records_in(value: &RawValue) -> Result<Vec<&RawValue>, serde_json::Error> {
    match value.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(value.get()),
        Some(b'n') => Ok(Vec::new()),
        _ => Ok(vec![value]),
    }
}

fn missing(path: &DottedPath, document: &Document<'_>) -> String {
    let Document::Object(members) = document else {
        return format!("The vendor's answer has no `{path}`.");
    };
    let names = members.names().take(20).collect::<Vec<_>>().join(", ");
    format!("The vendor's answer has no `{path}`; it has: {}.", text::excerpt(&names, 500))
}

/// A count, also one in quotes.
fn whole_number(value: &RawValue) -> Option<u64> {
    value.get().trim_matches('"').parse().ok()
}

/// A vendor's cursor: a text, or a number's digits; null, false and the like are the end.
fn cursor_text(value: &RawValue) -> Option<String> {
    match serde_json::from_str(value.get()) {
        Ok(Value::String(text)) if !text.is_empty() => Some(text),
        Ok(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

fn link(headers: &HeaderMap) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(LINK).into_iter().filter_map(|line| line.to_str().ok()).collect();
    if lines.is_empty() { None } else { Some(lines.join(", ")) }
}
