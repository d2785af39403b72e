//! JSON-RPC messages that are passed on: told apart, otherwise left as they are.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::json::one_line;

/// A request's id as JSON text, e.g. `7` or `"a"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Id(String);

/// One message on one line.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) text: String,
    pub(crate) kind: Kind,
}

/// What a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Request {
        id: Id,
        method: String,
    },
    Notification {
        method: String,
    },
    /// The answer to a request; `None` where an error could not be told whose it is.
    Response {
        id: Option<Id>,
    },
}

/// What one line holds.
#[derive(Debug)]
pub(crate) enum Line {
    One(Message),
    /// A batch (revision 2025-03-26): its text, and its messages one by one.
    Batch(String, Vec<Result<Message, BadMessage>>),
}

/// A line that is no JSON-RPC message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub(crate) struct BadMessage {
    /// The id it asks an answer for, where that can be read.
    pub(crate) id: Option<Id>,
    /// -32700 for what is not JSON, -32600 for JSON that is no message.
    pub(crate) code: i32,
    pub(crate) problem: String,
}

#[derive(Deserialize)]
#[serde(expecting = "expected an object")]
struct Members<'a> {
    // `Option` alone would read an explicit null as absent.
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Reads a line of standard input or an answer's body.
///
/// # Errors
/// [`BadMessage`], to be told to the sender.
pub(crate) fn read_line(bytes: &[u8]) -> Result<Line, BadMessage> {
    let not_json = |error: &dyn fmt::Display| BadMessage { id: None, code: -32700, problem: format!("not JSON: {error}") };
    let text = std::str::from_utf8(bytes).map_err(|error| not_json(&error))?.trim();
    if !text.starts_with('[') {
        return Message::read(text).map(Line::One);
    }
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    if items.is_empty() {
        return Err(invalid(None, "an empty batch"));
    }
    let messages = items.iter().map(|item| Message::read(item.get())).collect();
    Ok(Line::Batch(one_line(text.to_owned()), messages))
}

impl Line {
    /// The line as it was written.
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::One(message) => message.text,
            Self::Batch(text, _) => text,
        }
    }
}

impl Message {
    /// Reads one message.
    ///
    /// # Errors
    /// See [`read_line`].
    pub(crate) fn read(text: &str) -> Result<Self, BadMessage> {
        // Serde would take an array for the members in their order.
        if text.starts_with('[') {
            return Err(invalid(None, "a batch within a batch"));
        }
        let members: Members<'_> = serde_json::from_str(text).map_err(|error| unreadable(text, &error))?;
        let id = members.id.and_then(Id::read);
        let is_null = members.id.is_some_and(|raw| raw.get() == "null");
        let answers = members.result.is_some() != members.error.is_some();
        let kind = match (members.method, members.id) {
            (Some(method), None) => Kind::Notification { method: method.into_owned() },
            (Some(method), Some(_)) => match id {
                Some(id) => Kind::Request { id, method: method.into_owned() },
                None => return Err(invalid(None, "the member `id` must be a string or a number")),
            },
            (None, Some(_)) if answers && (id.is_some() || is_null) => Kind::Response { id },
            (None, None) if members.error.is_some() => Kind::Response { id: None },
            (None, _) => return Err(invalid(id, "the member `method` is missing")),
        };
        Ok(Self { text: one_line(text.to_owned()), kind })
    }

    /// The member `params`, as it was written.
    pub(crate) fn params(&self) -> Option<&RawValue> {
        self.members()?.params
    }

    /// The member `result`, as it was written.
    pub(crate) fn result(&self) -> Option<&RawValue> {
        self.members()?.result
    }

    /// The member `error`, as it was written.
    pub(crate) fn error(&self) -> Option<&RawValue> {
        self.members()?.error
    }

    /// The code of its error, if it is one.
    pub(crate) fn error_code(&self) -> Option<i64> {
        #[derive(Deserialize)]
        struct Error {
            code: i64,
        }
        serde_json::from_str::<Error>(self.error()?.get()).ok().map(|error| error.code)
    }

    /// The message of its error, if it is one.
    pub(crate) fn error_message(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Error {
            message: String,
        }
        serde_json::from_str::<Error>(self.error()?.get()).ok().map(|error| error.message)
    }

    /// The revision that `params._meta` names (2026-07-28 and later).
    pub(crate) fn meta_version(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Params<'a> {
            #[serde(borrow, rename = "_meta")]
            meta: Meta<'a>,
        }
        #[derive(Deserialize)]
        struct Meta<'a> {
            #[serde(borrow, rename = "io.modelcontextprotocol/protocolVersion")]
            version: Cow<'a, str>,
        }
        let params: Params<'_> = serde_json::from_str(self.params()?.get()).ok()?;
        Some(params.meta.version.into_owned())
    }

    /// Whether this is the answer to the request `id`.
    pub(crate) fn answers(&self, id: &Id) -> bool {
        matches!(&self.kind, Kind::Response { id: Some(answered) } if answered == id)
    }

    fn members(&self) -> Option<Members<'_>> {
        serde_json::from_str(&self.text).ok()
    }
}

impl Id {
    /// An id of our own; `text` needs no escapes.
    pub(crate) fn own(text: fmt::Arguments<'_>) -> Self {
        Self(format!("\"{text}\""))
    }

    /// An id from a JSON value; `None` unless it is a string or a number.
    pub(crate) fn read(raw: &RawValue) -> Option<Self> {
        // A string can be written in several ways; one of them stands for all.
        let value: serde_json::Value = match raw.get().as_bytes().first()? {
            b'"' => serde_json::from_str(raw.get()).ok()?,
            b'-' | b'0'..=b'9' => return Some(Self(raw.get().to_owned())),
            _ => return None,
        };
        Some(Self(value.to_string()))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn invalid(id: Option<Id>, problem: &str) -> BadMessage {
    BadMessage { id, code: -32600, problem: format!("not a JSON-RPC message: {problem}") }
}

fn unreadable(text: &str, error: &serde_json::Error) -> BadMessage {
    let is_json = error.classify() == serde_json::error::Category::Data;
    let id = is_json.then(|| id_of(text)).flatten();
    match is_json {
        true => BadMessage { id, code: -32600, problem: format!("not a JSON-RPC message: {error}") },
        false => BadMessage { id, code: -32700, problem: format!("not JSON: {error}") },
    }
}

/// The id of an object that is wrong elsewhere.
fn id_of(text: &str) -> Option<Id> {
    #[derive(Deserialize)]
    struct OnlyId<'a> {
        #[serde(borrow)]
        id: &'a RawValue,
    }
    serde_json::from_str::<OnlyId<'_>>(text).ok().and_then(|only| Id::read(only.id))
}

#[cfg(test)]
mod tests {
    use super::{Kind, Line, Message, read_line};

    fn read(text: &str) -> String {
        match read_line(text.as_bytes()) {
            Ok(Line::One(message)) => kind(&message),
            Ok(Line::Batch(_, messages)) => {
                let kinds = messages.iter().map(|one| one.as_ref().map_or_else(|bad| bad.code.to_string(), kind));
                format!("batch: {}", kinds.collect::<Vec<_>>().join(", "))
            }
            Err(bad) => format!("{} for {}", bad.code, bad.id.map_or("null".into(), |id| id.to_string())),
        }
    }

    fn kind(message: &Message) -> String {
        match &message.kind {
            Kind::Request { id, method } => format!("request {id} {method}"),
            Kind::Notification { method } => format!("notification {method}"),
            Kind::Response { id } => format!("response {}", id.as_ref().map_or("null".into(), ToString::to_string)),
        }
    }

    #[test]
    fn messages_are_told_apart() {
        assert_eq!(read(r#"{"jsonrpc":"2.0","id":"a-1","method":"ping"}"#), r#"request "a-1" ping"#);
        assert_eq!(read(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#), "notification notifications/initialized");
        assert_eq!(read(r#"{"jsonrpc":"2.0","id":1.0,"result":null}"#), "response 1.0");
        assert_eq!(read(r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"x"}}"#), "response null");
    }

    #[test]
    fn what_is_no_message_is_told_with_its_id_where_there_is_one() {
        assert_eq!(read("{nope"), "-32700 for null");
        assert_eq!(read(""), "-32700 for null");
        assert_eq!(read("42"), "-32600 for null");
        assert_eq!(read("[]"), "-32600 for null");
        assert_eq!(read(r#"{"id":7}"#), "-32600 for 7");
        assert_eq!(read(r#"{"id":7,"method":9}"#), "-32600 for 7");
        assert_eq!(read(r#"{"id":null,"method":"ping"}"#), "-32600 for null");
        assert!(read_line(b"{\"method\":\"\xff\"}").is_err_and(|bad| bad.code == -32700));
    }

    #[test]
    fn a_batch_is_read_message_by_message() {
        assert_eq!(read(r#"[{"id":1,"method":"ping"}, 7, {"method":"x"}]"#), "batch: request 1 ping, -32600, notification x");
    }

    #[test]
    fn ids_that_are_the_same_string_are_the_same() {
        let plain = Message::read(r#"{"id":"é","method":"ping"}"#).unwrap();
        let escaped = Message::read(r#"{"id":"\u00e9","result":{}}"#).unwrap();
        let Kind::Request { id, .. } = &plain.kind else { panic!("{plain:?}") };
        assert!(escaped.answers(id));
    }

    #[test]
    fn deep_nesting_is_passed_on_in_bounded_stack() {
        let deep = format!(r#"{{"id":1,"method":"ping","params":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&deep), "request 1 ping");
    }

    #[test]
    fn the_revision_is_read_from_meta() {
        let text = r#"{"id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
        assert_eq!(Message::read(text).unwrap().meta_version().as_deref(), Some("2026-07-28"));
        assert_eq!(Message::read(r#"{"id":1,"method":"ping","params":[]}"#).unwrap().meta_version(), None);
    }
}
