//! A successful answer as a model reads it: lists in our envelope, everything else as the vendor wrote it, nothing
//! longer than a model can take.
//!
//! The usual answer, JSON that is no list and not too long, is passed on without being parsed or copied.

use catalog::plan::Plan;
use catalog::tool::{Kind, Tool};
use http::StatusCode;
use http::header::{HeaderMap, LOCATION};
use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::answer::Answer;
use crate::document::Document;
use crate::failure::{Code, Failure, Source};
use crate::records::{self, ListReply};
use crate::send::{Body, Reply};
use crate::shorten::shortened;
use crate::text::{self, Content};

/// Limits below this leave no room for the notes that explain them.
const SHORTEST_LIMIT: usize = 1_000;

/// Turns an answer with a 2xx status into what a model reads.
///
/// # Errors
/// The answer to a read is incomplete, or the answer to a list call is not JSON.
pub(crate) fn answer(tool: &Tool, plan: &Plan, reply: Reply) -> Result<Answer, Box<Failure>> {
    let Reply { status, headers, body } = reply;
    let bytes = match body {
        Body::Complete(bytes) => bytes,
        Body::TooLong | Body::TimedOut | Body::BrokenOff => return without_body(plan.kind, status, &headers, &body),
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Answer::Text(match &plan.page {
            Some(_) => records::empty_list(),
            None => done(status, &headers, None),
        }));
    }
    let max = tool.response().max_characters.max(SHORTEST_LIMIT);
    let text = match text::content(&headers, bytes) {
        Content::Text(text) => text,
        Content::Binary { mime_type, bytes } if plan.page.is_none() => {
            return Ok(Answer::Binary { mime_type, bytes: bytes.into() });
        }
        Content::Binary { mime_type, .. } => return Err(no_list(status, &format!("of type {mime_type}"))),
    };
    match &plan.page {
        Some(page) => {
            let reply = ListReply { text: &text, headers: &headers, url: &plan.url };
            let list = records::list(&reply, tool.response(), page, max);
            list.map(Answer::Text).map_err(|error| no_list(status, &format!("not JSON ({error})")))
        }
        None => {
            let path = tool.response().path.as_ref();
            let part = path.and_then(|path| Some(Document::open(&text).ok()?.at(path.segments())?.get().to_owned()));
            Ok(Answer::Text(fitted(part.unwrap_or(text), max)))
        }
    }
}

/// What is known when a success came without its complete body. A read has failed. A write has succeeded, its status
/// says so, and reporting a failure would invite a second one; so it is a success with a note.
fn without_body(kind: Kind, status: StatusCode, headers: &HeaderMap, body: &Body) -> Result<Answer, Box<Failure>> {
    if kind != Kind::Read {
        let note = "The vendor carried this out, but its answer could not be read. Do not repeat it; look up the result with a read tool.";
        return Ok(Answer::Text(done(status, headers, Some(note))));
    }
    let (code, message, hint) = match body {
        Body::TooLong => (
            Code::TooLarge,
            "the vendor's answer is too large to be read",
            "Ask for less: a smaller `limit`, a narrower filter, or a single record.",
        ),
        Body::TimedOut => (
            Code::Timeout,
            "the vendor's answer was not complete in time",
            "Ask for less (a smaller `limit`, a narrower filter) or try again later.",
        ),
        Body::BrokenOff | Body::Complete(_) => {
            (Code::Unreachable, "the vendor's answer broke off", "Nothing was changed. Try again later.")
        }
    };
    Err(Box::new(Failure { status: Some(status.as_u16()), ..Failure::ours(code, message, Some(hint)) }))
}

/// What a success without a body says: `{"ok":true}`, or where the new record is.
fn done(status: StatusCode, headers: &HeaderMap, note: Option<&str>) -> String {
    let location = headers.get(LOCATION).and_then(|location| location.to_str().ok());
    let mut said = match location {
        Some(location) if status == StatusCode::CREATED => json!({"id": last_segment(location), "location": location}),
        Some(location) => json!({"ok": true, "location": location}),
        None => json!({"ok": true}),
    };
    if let (Some(note), Some(members)) = (note, said.as_object_mut()) {
        members.insert("note".to_owned(), json!(note));
    }
    said.to_string()
}

/// The id in `https://api.example.com/v1/tickets/7?x#y`: always a text, as ids in URLs are.
fn last_segment(location: &str) -> String {
    let path = location.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let segment = path.rsplit('/').next().unwrap_or_default();
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

fn no_list(status: StatusCode, what: &str) -> Box<Failure> {
    Box::new(Failure {
        source: Source::Vendor,
        status: Some(status.as_u16()),
        ..Failure::ours(
            Code::VendorError,
            format!("the vendor's answer should be a list of records, but is {what}"),
            Some("Calling again will hardly help. A person has to check the base URL of the account."),
        )
    })
}

/// `text` in at most `max` characters: JSON loses the ends of its long strings, or else, like any other text, its end.
fn fitted(text: String, max: usize) -> String {
    // No text has more characters than bytes: the usual answer is not even counted.
    if text.len() <= max {
        return text;
    }
    let characters = text.chars().count();
    if characters <= max {
        return text;
    }
    let note = format!("The answer has {characters} characters; its long values were shortened to fit into {max}.");
    if let Some(short) = shortened(&text, max, Some(&note)) {
        return short;
    }
    let kept = text::cut(&text, max - ROOM_FOR_NOTE).unwrap_or(&text);
    let shown = kept.chars().count();
    format!(
        "{kept}\n\n[The answer was cut: {shown} of its {characters} characters are shown. Ask for less with narrower arguments, or for single parts with another tool.]"
    )
}

const ROOM_FOR_NOTE: usize = 250;
