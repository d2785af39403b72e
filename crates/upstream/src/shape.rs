//! A successful answer as a model reads it: lists in our envelope, everything else as the vendor wrote it, nothing
//! longer than a model can take.
//!
//! The usual answer, JSON that is no list and not too long, is passed on without being parsed or copied.

use catalog::integration::{AnswerFormat, RedirectMeaning};
use catalog::plan::Plan;
use catalog::tool::{Kind, Tool};
use http::StatusCode;
use http::header::{HeaderMap, LOCATION};
use serde_json::json;
use url::Url;

use crate::answer::{Answer, File, FileContent};
use crate::credential::Credential;
use crate::document::Document;
use crate::failure::{Code, Failure, Source};
use crate::files::{Files, Taken};
use crate::records::{self, ListReply};
use crate::send::{Body, Reply};
use crate::shorten::shortened;
use crate::text::{self, Content};
use crate::{json_lines, location, notes};

/// Limits below this leave no room for the notes that explain them.
const SHORTEST_LIMIT: usize = 1_000;

/// Whether an answer is what the definition calls success: 2xx, or a redirect where it says so.
pub(crate) fn is_success(tool: &Tool, plan: &Plan, reply: &Reply) -> bool {
    reply.status.is_success() || redirect(tool, plan, reply).is_some()
}

/// Turns a successful answer into what a model reads.
///
/// # Errors
/// The answer to a read is incomplete or binary and too long, or the answer to a list call is not JSON.
pub(crate) fn answer(tool: &Tool, plan: &Plan, reply: Reply, credential: &Credential) -> Result<Answer, Box<Failure>> {
    if let Some(link) = redirect(tool, plan, &reply) {
        return Ok(redirected(tool, plan, &reply, &link, credential));
    }
    let Reply { status, headers, body } = reply;
    let bytes = match body {
        Body::Complete(bytes) => bytes,
        Body::TooLong | Body::TimedOut | Body::BrokenOff if plan.kind == Kind::Read => return Err(unread(status, &body)),
        Body::TooLong | Body::TimedOut | Body::BrokenOff => {
            let note = notes::note(tool, plan, status, &headers, None, credential);
            return Ok(nothing(plan, status, &headers, credential, [note, Some(UNREAD.to_owned())]));
        }
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let note = notes::note(tool, plan, status, &headers, None, credential);
        return Ok(nothing(plan, status, &headers, credential, [note, None]));
    }
    let max = tool.response().max_characters.max(SHORTEST_LIMIT);
    let text = match text::content(&headers, bytes) {
        Content::Text(text) => text,
        Content::Binary { mime_type, bytes } if plan.page.is_none() => {
            let note = notes::note(tool, plan, status, &headers, None, credential);
            // Base64, in which a model gets it, makes four characters of three bytes.
            if bytes.len() <= room_beside(note.as_deref(), max) / 4 * 3 {
                let file = File { media_type: mime_type, name: None, content: FileContent::Bytes(bytes.into()) };
                return Ok(match note {
                    None => Answer::File(file),
                    Some(note) => Answer::with_files(json!({"note": note}).to_string(), vec![file]),
                });
            }
            let what = format!("{} bytes of {mime_type}, which is more than can be passed on", bytes.len());
            if plan.kind != Kind::Read {
                let unshown = format!("The vendor carried this out and answered with {what}. Do not repeat it.");
                return Ok(nothing(plan, status, &headers, credential, [note, Some(unshown)]));
            }
            let hint = "Calling again will not help. Ask for a smaller part, or tell the person where to find it at the vendor.";
            let failure = Failure::ours(Code::TooLarge, format!("the vendor's answer is {what}"), Some(hint));
            return Err(Box::new(Failure { status: Some(status.as_u16()), ..failure }));
        }
        Content::Binary { mime_type, .. } => return Err(no_list(status, &format!("of type {mime_type}"))),
    };
    let (text, broken) = match tool.response().format {
        AnswerFormat::Json => (text, None),
        AnswerFormat::JsonLines => json_lines::array(&text).map_err(|error| no_list(status, &format!("not JSON Lines ({error})")))?,
    };
    let note = notes::note(tool, plan, status, &headers, Some(&text), credential);
    match &plan.page {
        Some(page) => {
            let reply = ListReply { text: &text, headers: &headers, url: &plan.url, notes: note.into_iter().chain(broken).collect() };
            let list = records::list(&reply, tool.response(), page, max);
            list.map_err(|error| no_list(status, &format!("not JSON ({error})")))
        }
        None => {
            let path = tool.response().path.as_ref();
            let part = path.and_then(|path| Some(Document::open(&text).ok()?.at(path.segments())?.get().to_owned()));
            let text = part.unwrap_or(text);
            let note = note.as_deref();
            Ok(match Files::find(&text, &tool.response().files) {
                None => Answer::Text(fitted(text, max, note)),
                Some(files) => {
                    let Taken { text, files, .. } = files.take(room_beside(note, max), 1);
                    Answer::with_files(fitted(text, max, note), files)
                }
            })
        }
    }
}

/// Where a redirect that is an answer leads to: to a page of the web, by a link that is no longer than an answer may be.
///
/// Source: RFC 9110, section 15.4; the other statuses of that class do not say where the answer is.
fn redirect(tool: &Tool, plan: &Plan, reply: &Reply) -> Option<String> {
    let RedirectMeaning::Location = tool.response().redirect?;
    if !matches!(reply.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = reply.headers.get(LOCATION)?.to_str().ok()?;
    // A relative one is of no use to who does not know where it was asked for (section 10.2.2).
    let absolute = plan.url.join(location).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let link = if Url::parse(location).is_ok() { location.to_owned() } else { String::from(absolute) };
    (link.len() <= tool.response().max_characters).then_some(link)
}

/// The link that a redirect leads to. Whole, because its query may be the vendor's signature; only our own credential is taken out.
fn redirected(tool: &Tool, plan: &Plan, reply: &Reply, link: &str, credential: &Credential) -> Answer {
    let answer = json!({"location": credential.blank_out(link)}).to_string();
    Answer::Text(match notes::note(tool, plan, reply.status, &reply.headers, None, credential) {
        Some(note) => notes::noted(answer, &note),
        None => answer,
    })
}

/// Why a read whose answer did not come in full has failed. A write has not: its status says that it succeeded, and
/// reporting a failure would invite a second one; so it is a success with the note [`UNREAD`].
fn unread(status: StatusCode, body: &Body) -> Box<Failure> {
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
    Box::new(Failure { status: Some(status.as_u16()), ..Failure::ours(code, message, Some(hint)) })
}

const UNREAD: &str =
    "The vendor carried this out, but its answer could not be read. Do not repeat it; look up the result with a read tool.";

/// What a success without a body says: an empty list, where the new record is, or `{"ok":true}`.
fn nothing(plan: &Plan, status: StatusCode, headers: &HeaderMap, credential: &Credential, notes: [Option<String>; 2]) -> Answer {
    let location = headers.get(LOCATION).and_then(|location| location.to_str().ok()).map(location::without_secrets);
    let location = location.map(|location| credential.blank_out(&location).into_owned());
    let mut said = match location {
        _ if plan.page.is_some() => json!({"result": [], "next_cursor": null}),
        Some(location) if status == StatusCode::CREATED => json!({"id": location::last_segment(&location), "location": location}),
        Some(location) => json!({"ok": true, "location": location}),
        None => json!({"ok": true}),
    };
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    if let (false, Some(members)) = (notes.is_empty(), said.as_object_mut()) {
        members.insert("note".to_owned(), json!(notes.join(" ")));
    }
    Answer::Text(said.to_string())
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

/// Characters that an answer may have beside its note.
fn room_beside(note: Option<&str>, max: usize) -> usize {
    note.map_or(max, |note| max.saturating_sub(notes::length(note)))
}

/// `text` with its note in at most `max` characters: JSON loses the ends of its long strings, or else, like any other text, its end.
fn fitted(text: String, max: usize, note: Option<&str>) -> String {
    let room = room_beside(note, max);
    let noted = |text: String| match note {
        None => text,
        Some(note) => notes::noted(text, note),
    };
    // No text has more characters than bytes: the usual answer is not even counted.
    if text.len() <= room {
        return noted(text);
    }
    let characters = text.chars().count();
    if characters <= room {
        return noted(text);
    }
    let cut = format!("The answer has {characters} characters; its long values were shortened to fit into {max}.");
    // An object says both in one member.
    if matches!(Document::open(&text), Ok(Document::Object(_))) {
        let both = note.map_or_else(|| cut.clone(), |note| format!("{note} {cut}"));
        if let Some(short) = shortened(&text, room_beside(Some(&both), max)) {
            return notes::noted(short, &both);
        }
    } else if let Some(short) = shortened(&text, room) {
        return noted(short);
    }
    noted(whole_items(&text, room - ROOM_FOR_NOTE).unwrap_or_else(|| beginning(&text, characters, room - ROOM_FOR_NOTE)))
}

/// The beginning of a text, and how much of it that is.
fn beginning(text: &str, characters: usize, max: usize) -> String {
    let kept = text::cut(text, max).unwrap_or(text);
    let shown = kept.chars().count();
    format!(
        "{kept}\n\n[The answer was cut: {shown} of its {characters} characters are shown. Ask for less with narrower arguments, or for single parts with another tool.]"
    )
}

/// The first items of an array, as many as fit into `max` characters, and a word about the others. `None` for anything
/// else, and when not even one fits.
fn whole_items(text: &str, max: usize) -> Option<String> {
    let Ok(Document::Array(items)) = Document::open(text) else { return None };
    let mut left = max;
    let fitting = items.iter().map(|item| item.get()).take_while(|item| {
        let length = item.chars().count() + 1;
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    });
    let fitting: Vec<&str> = fitting.collect();
    if fitting.is_empty() {
        return None;
    }
    Some(format!(
        "[{}]\n\n[The answer was cut: {} of its {} items are shown. Ask for less with narrower arguments.]",
        fitting.join(","),
        fitting.len(),
        items.len()
    ))
}

const ROOM_FOR_NOTE: usize = 250;
