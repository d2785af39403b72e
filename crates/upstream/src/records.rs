//! A vendor's list as ours: `{"result":[…],"next_cursor":…}`, with the records exactly as the vendor wrote them.
//!
//! An answer that would be too long keeps whole records and continues after them: the cursor it gives leads to the
//! first record that was left out. A `note` says so.

use std::borrow::Cow;

use catalog::dotted_path::DottedPath;
use catalog::files::FilePlace;
use catalog::page::{Continuation, Needs, Page, Reply};
use catalog::tool::ResponseShape;
use http::header::{HeaderMap, LINK};
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use crate::answer::{Answer, File};
use crate::document::Document;
use crate::files::{Files, Taken};
use crate::shorten::shortened;
use crate::text;

/// A vendor's answer to a list call.
pub(crate) struct ListReply<'r> {
    pub(crate) text: &'r str,
    pub(crate) headers: &'r HeaderMap,
    /// What was asked, without the credential.
    pub(crate) url: &'r Url,
    /// What is to be said of it.
    pub(crate) notes: Vec<String>,
}

/// The envelope around the records of `reply` that `page` asked for, of at most `max` characters with the files of those
/// records.
///
/// # Errors
/// The answer is not JSON.
pub(crate) fn list(reply: &ListReply<'_>, shape: &ResponseShape, page: &Page, max: usize) -> Result<Answer, serde_json::Error> {
    let document = Document::open(reply.text)?;
    let total = shape.total.as_ref().and_then(|path| document.at(path.segments())).and_then(whole_number);
    let found = Found::in_document(document, reply, shape.records.as_ref(), page)?;
    let window = &found.records[page.window(found.records.len())];
    let mut list = List { page, window: Vec::new(), records: found.records.len(), total, continuation: found.continuation.borrowed(reply) };
    let room = if shape.files.is_empty() { max } else { list.room_for_records(max, &found.notes) };
    list.window = records(window, &shape.files, room.saturating_sub(COMMA));

    // Lengths are summed first: a list that is far too long is not written once more to be thrown away.
    let characters = list.window.iter().map(|record| record.characters_of_files).sum();
    if fits(list.window.iter().map(|record| record.text.as_ref()), characters, max) {
        let complete = list.write(list.window.len(), &found.notes);
        if fits([complete.as_str()], characters, max) {
            return Ok(list.answer(complete, list.window.len()));
        }
    }
    Ok(list.write_shorter(max, found.notes))
}

/// A record as it is given.
struct Record<'j> {
    text: Cow<'j, str>,
    files: Vec<File>,
    characters_of_files: usize,
}

/// The records without their files, which are counted from the first record on. A record that is alone in an answer has
/// `room` characters.
fn records<'j>(window: &[&'j RawValue], places: &[FilePlace], room: usize) -> Vec<Record<'j>> {
    let mut number = 1;
    let records = window.iter().map(|record| match Files::find(record.get(), places) {
        None => Record { text: record.get().into(), files: Vec::new(), characters_of_files: 0 },
        Some(files) => {
            let Taken { text, files, characters } = files.take(room, number);
            number += files.len();
            Record { text: text.into(), files, characters_of_files: characters }
        }
    });
    records.collect()
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
        document: Document<'j>,
        reply: &ListReply<'j>,
        path: Option<&DottedPath>,
        page: &Page,
    ) -> Result<Found<'j>, serde_json::Error> {
        let mut notes = reply.notes.clone();
        let path = path.filter(|path| !path.segments().is_empty());
        let continuation = match page.needs() {
            Needs::Nothing => Kept::Absent,
            Needs::Cursor(path) => document.at(path.segments()).and_then(cursor_text).map_or(Kept::Absent, Kept::Cursor),
            Needs::Link => link(reply.headers).map_or(Kept::Absent, Kept::Link),
            Needs::Body => Kept::Body {
                body: serde_json::from_str(reply.text)?,
                headers: reply.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect(),
            },
        };
        let records = match (path, document) {
            (None, Document::Array(items)) => items,
            (None, Document::Scalar(value)) => records_in(value)?,
            (None, Document::Object(_)) => vec![serde_json::from_str(reply.text)?],
            (Some(path), document) => match document.at(path.segments()) {
                Some(found) => records_in(found)?,
                None => {
                    notes.push(missing(path, &document));
                    Vec::new()
                }
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
    window: Vec<Record<'l>>,
    /// All records of the vendor's answer.
    records: usize,
    total: Option<u64>,
    continuation: Continuation<'l>,
}

impl List<'_> {
    /// Characters for the records of an answer that does not hold all of them.
    fn room_for_records(&self, max: usize, notes: &[String]) -> usize {
        max.saturating_sub(self.envelope(1.min(self.records), std::iter::empty(), notes).len() + ROOM_FOR_NOTE)
    }

    fn answer(&self, text: String, given: usize) -> Answer {
        let files = self.window.iter().take(given).flat_map(|record| &record.files);
        Answer::with_files(text, files.cloned().collect())
    }

    fn write(&self, given: usize, notes: &[String]) -> String {
        let records = self.window.iter().take(given).map(|record| record.text.as_ref());
        self.envelope(given, records, notes)
    }

    /// As many whole records as fit into `max` characters; a first record that is too long alone is shortened, so
    /// that every answer gets further.
    fn write_shorter(&self, max: usize, mut notes: Vec<String>) -> Answer {
        let room = self.room_for_records(max, &notes);
        let mut left = room;
        let fitting = self.window.iter().take_while(|record| {
            let length = record.text.chars().count() + record.characters_of_files + COMMA;
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
            return self.answer(self.write(given, &notes), given);
        }
        let Some(first) = self.window.first() else { return self.answer(self.write(0, &notes), 0) };
        notes.push("This record was too long and is shown shortened.".to_owned());
        let short = shortened(&first.text, room).unwrap_or_else(|| {
            // As a JSON string each character may take up to six.
            let beginning = text::cut(&first.text, room / 6).unwrap_or(&first.text);
            Value::from(format!("{beginning}…")).to_string()
        });
        // Of a record that is too long without its files, none is given.
        Answer::Text(self.envelope(1, std::iter::once(short.as_str()), &notes))
    }

    fn envelope<'w>(&self, given: usize, records: impl Iterator<Item = &'w str>, notes: &[String]) -> String {
        let reply = Reply { records: self.records, given, total: self.total, continuation: self.continuation };
        let (next_cursor, problem) = match self.page.next(&reply) {
            Ok(Some(cursor)) if cursor.len() > LONGEST_CURSOR => {
                (None, Some("There are more records, but the vendor's cursor for them is too long to be passed on.".to_owned()))
            }
            Ok(next_cursor) => (next_cursor, None),
            Err(error) => (None, Some(format!("There may be more records: the next page could not be determined ({error})."))),
        };
        let length: usize = self.window.iter().take(given).map(|record| record.text.len() + 1).sum();
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

/// What stands between two records, in characters.
const COMMA: usize = 1;

/// Characters that the note about records left out may take, and the digits by which a cursor may grow.
const ROOM_FOR_NOTE: usize = 300;

/// Longest cursor that is given, in bytes: it comes back in a URL, and servers refuse those that are much longer.
const LONGEST_CURSOR: usize = 8_000;

/// Whether `texts` fit into `max` characters with others beside them.
fn fits<'t>(texts: impl IntoIterator<Item = &'t str, IntoIter: Clone>, others: usize, max: usize) -> bool {
    let Some(max) = max.checked_sub(others) else { return false };
    let texts = texts.into_iter();
    texts.clone().map(str::len).sum::<usize>() <= max || texts.map(|text| text.chars().count()).sum::<usize>() <= max
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

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::definition::Definition;
    use catalog::target::Target;
    use proptest::prelude::*;
    use serde_json::json;

    const MAX: usize = 2_000;

    /// Pages as a vendor gives them: `size` records at a time at most, with or without their total number.
    struct Vendor {
        records: Vec<Value>,
        size: usize,
        total: Option<usize>,
    }

    impl Vendor {
        fn answer(&self, url: &Url) -> String {
            let number = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.parse::<usize>().unwrap());
            let size = number("size").map_or(self.size, |asked| asked.min(self.size));
            let start = match (number("page"), number("offset"), number("after")) {
                (Some(page), _, _) => (page - 1) * size,
                (_, Some(offset), _) => offset,
                (_, _, Some(after)) => after,
                _ if url.path() == "/all" => return json!({"records": self.records}).to_string(),
                _ => 0,
            };
            let end = (start + size).min(self.records.len());
            let records = self.records.get(start..end).unwrap_or_default();
            let after = (end < self.records.len()).then(|| end.to_string());
            json!({"records": records, "total": self.total, "after": after}).to_string()
        }
    }

    fn definition() -> Definition {
        let method = |path: &str, pagination: Value| {
            json!({"methods": {"list": {
                "request": format!("GET /{path}"),
                "pagination": pagination,
                "response": {"records": "records", "total": "total"},
                "documentation": {"description": "A list."},
            }}})
        };
        let integration = json!({
            "version": 1, "name": "v", "label": "V", "description": "d", "base_url": "https://v.example",
            "resources": {
                "pages": method("pages", json!({"style": "page", "page": "page", "size": "size", "default_size": 10, "max_size": 50})),
                "offsets": method("offsets", json!({"style": "offset", "offset": "offset", "size": "size", "default_size": 10, "max_size": 50})),
                "cursors": method("cursors", json!({"style": "cursor", "cursor": "after", "size": "size", "next": "after"})),
                "all": method("all", json!({"style": "none"})),
            },
        });
        Definition::compile(serde_json::from_value(integration).unwrap()).unwrap()
    }

    /// Follows `next_cursor` to the end of the list and collects the records.
    fn walk(definition: &Definition, resource: &str, vendor: &Vendor, limit: Option<u64>) -> Vec<Value> {
        let target = Target::new(&definition.integration, None, &serde_json::Map::new()).unwrap();
        let tool = definition.tools.iter().find(|tool| tool.resource == resource).unwrap();
        let mut collected = Vec::new();
        let mut cursor = Value::Null;
        for _ in 0..=2 * vendor.records.len() + 2 {
            let mut arguments = serde_json::Map::new();
            if let Some(limit) = limit {
                arguments.insert("limit".into(), json!(limit));
            }
            if !cursor.is_null() {
                arguments.insert("next_cursor".into(), cursor);
            }
            let plan = tool.plan(&target, arguments).unwrap();
            let text = vendor.answer(&plan.url);
            let reply = ListReply { text: &text, headers: &HeaderMap::new(), url: &plan.url, notes: Vec::new() };
            let list = text_of(list(&reply, tool.response(), plan.page.as_ref().unwrap(), MAX).unwrap());
            assert!(list.chars().count() <= MAX, "{} characters", list.chars().count());
            let mut list: Value = serde_json::from_str(&list).unwrap();
            let records = list["result"].take().as_array().unwrap().clone();
            assert!(limit.is_none_or(|limit| records.len() as u64 <= limit));
            collected.extend(records);
            cursor = list["next_cursor"].take();
            if cursor.is_null() {
                return collected;
            }
        }
        panic!("the list never ends");
    }

    fn text_of(answer: Answer) -> String {
        match answer {
            Answer::Text(text) | Answer::WithFiles { text, .. } => text,
            Answer::File(file) => panic!("{file:?} is no list"),
        }
    }

    fn lists() -> impl Strategy<Value = (Vec<usize>, usize, bool, Option<u64>, &'static str)> {
        let resources = prop::sample::select(vec!["pages", "offsets", "cursors", "all"]);
        (prop::collection::vec(0_usize..4_000, 0..25), 1_usize..20, any::<bool>(), prop::option::of(1_u64..50), resources)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn following_the_cursors_gives_every_record_once_whatever_has_to_be_cut((lengths, size, with_total, limit, resource) in lists()) {
            let record = |(id, length): (usize, &usize)| json!({"id": id, "text": "ä \"".repeat(length / 3)});
            let records: Vec<Value> = lengths.iter().enumerate().map(record).collect();
            // Without a total, a short page is the end of the list: such a vendor gives what it is asked for.
            let size = if with_total { size } else { 100 };
            let total = with_total.then_some(records.len());
            let vendor = Vendor { records, size, total };
            let collected = walk(&definition(), resource, &vendor, limit);
            let ids = |records: &[Value]| records.iter().map(|record| record["id"].clone()).collect::<Vec<_>>();
            prop_assert_eq!(ids(&collected), ids(&vendor.records));
            for (given, original) in collected.iter().zip(&vendor.records) {
                prop_assert!(given == original || original.to_string().chars().count() > MAX / 2, "{} was changed", original);
            }
        }

        #[test]
        fn any_json_becomes_a_list_or_an_error_and_never_broken_json(text in "[\\[\\]{}:,\"a-c0-9.\\\\ ]{0,40}") {
            let definition = definition();
            let target = Target::new(&definition.integration, None, &serde_json::Map::new()).unwrap();
            for tool in &definition.tools {
                let plan = tool.plan(&target, serde_json::Map::new()).unwrap();
                let reply = ListReply { text: &text, headers: &HeaderMap::new(), url: &plan.url, notes: Vec::new() };
                if let Ok(list) = list(&reply, tool.response(), plan.page.as_ref().unwrap(), MAX) {
                    prop_assert!(serde_json::from_str::<Value>(&text).is_ok());
                    prop_assert!(serde_json::from_str::<Value>(&text_of(list)).is_ok());
                }
            }
        }
    }
}
