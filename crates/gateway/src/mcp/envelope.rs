//! JSON-RPC messages, read strictly and without copying what is only passed on.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::error::RpcError;
use super::params::text;

/// Messages of one batch.
const LONGEST_BATCH: usize = 100;
/// Characters of an id, as it is written.
const LONGEST_ID: usize = 1_024;

/// What a client sent: a request when it has an id, else a notification; or an answer to a request of ours.
#[derive(Debug)]
pub(crate) enum Message<'a> {
    Request(Request<'a>),
    Notification(Notification<'a>),
    Response,
}

/// A JSON-RPC notification.
#[derive(Debug)]
pub(crate) struct Notification<'a> {
    pub(crate) method: Cow<'a, str>,
    pub(crate) params: Option<&'a RawValue>,
}

/// A JSON-RPC request. The id is kept as the client wrote it.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) id: &'a RawValue,
    pub(crate) method: Cow<'a, str>,
    pub(crate) params: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, default)]
    jsonrpc: Option<&'a RawValue>,
    // `Option` alone would read an explicit null as absent and turn a bad request into a notification.
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<&'a RawValue>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Reads one message.
///
/// # Errors
/// -32700 when the body is not JSON, -32600 when it is JSON but no JSON-RPC 2.0 message (a member given twice, an id that
/// is no string or number), with the request's id where it could be read.
pub(crate) fn parse(body: &[u8]) -> Result<Message<'_>, (Option<&RawValue>, RpcError)> {
    // A derived reader would take the items of an array for members.
    if !body.trim_ascii_start().starts_with(b"{") {
        let error = serde_json::from_slice::<&RawValue>(body).err();
        return Err((None, error.map_or_else(|| RpcError::invalid_request("a message is an object"), |error| unreadable(&error))));
    }
    let members: Members<'_> = serde_json::from_slice(body).map_err(|error| (None, unreadable(&error)))?;
    let invalid = |message: &'static str| (members.id.filter(|id| is_id(id)), RpcError::invalid_request(message));
    if members.jsonrpc.and_then(text).as_deref() != Some("2.0") {
        return Err(invalid("the member `jsonrpc` must be \"2.0\""));
    }
    if let Some(id) = members.id
        && !is_id(id)
    {
        return Err((None, RpcError::invalid_request("the member `id` must be a string or a number of at most 1,024 characters")));
    }
    let method = members.method.map(|method| text(method).ok_or_else(|| invalid("the member `method` must be a string"))).transpose()?;
    match (method, members.id) {
        (Some(method), Some(id)) => Ok(Message::Request(Request { id, method, params: members.params })),
        (Some(method), None) => Ok(Message::Notification(Notification { method, params: members.params })),
        (None, Some(_)) if members.result.is_some() != members.error.is_some() => Ok(Message::Response),
        (None, _) => Err(invalid("the member `method` is missing")),
    }
}

/// Whether a body is a batch.
pub(crate) fn is_batch(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"[")
}

/// Splits a batch into its messages, each of which [`parse`] reads.
///
/// # Errors
/// -32700 when the body is not JSON, -32600 for a batch that is empty or has more than 100 messages.
pub(crate) fn split(body: &[u8]) -> Result<Vec<&RawValue>, RpcError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let split = reader.deserialize_seq(BatchVisitor).and_then(|messages| reader.end().map(|()| messages));
    match split {
        Ok(messages) if messages.is_empty() => Err(RpcError::invalid_request("a batch has at least one message")),
        Ok(messages) => Ok(messages),
        Err(error) if error.is_data() => {
            Err(RpcError::invalid_request(format!("a batch has at most {LONGEST_BATCH} messages; send several batches")))
        }
        Err(error) => Err(RpcError::parse_error(format!("the body is not JSON: {error}"))),
    }
}

/// Stops reading at the first message too many.
struct BatchVisitor;

impl<'de> Visitor<'de> for BatchVisitor {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a batch")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut messages = Vec::new();
        while let Some(message) = items.next_element()? {
            if messages.len() == LONGEST_BATCH {
                return Err(A::Error::custom("too many messages"));
            }
            messages.push(message);
        }
        Ok(messages)
    }
}

/// Whether a value can be an id: a string or a number, of a length that nobody minds to be given back.
pub(crate) fn is_id(id: &RawValue) -> bool {
    let is_number = matches!(id.get().as_bytes().first(), Some(b'-' | b'0'..=b'9'));
    id.get().len() <= LONGEST_ID && (is_number || text(id).is_some())
}

fn unreadable(error: &serde_json::Error) -> RpcError {
    use serde_json::error::Category;
    if error.classify() != Category::Data {
        return RpcError::parse_error(format!("the body is not JSON: {error}"));
    }
    RpcError::invalid_request(format!("the body is not a JSON-RPC message: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{Message, parse, split};

    fn read(body: &str) -> String {
        match parse(body.as_bytes()) {
            Ok(Message::Request(request)) => format!("request {} {}", request.id, request.method),
            Ok(Message::Notification(notification)) => format!("notification {}", notification.method),
            Ok(Message::Response) => "response".into(),
            Err((id, error)) => format!("{} for {}", error.code(), id.map_or("null", |id| id.get())),
        }
    }

    #[test]
    fn messages_are_told_apart() {
        assert_eq!(read(r#"{"jsonrpc":"2.0","id":"a-1","method":"ping"}"#), "request \"a-1\" ping");
        assert_eq!(read(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#), "notification notifications/initialized");
        assert_eq!(read(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#), "response");
    }

    #[test]
    fn what_is_not_json_is_a_parse_error() {
        for body in ["", "{nope", "{\"jsonrpc\":\"2.0\"", "\u{feff}{}"] {
            assert_eq!(read(body), "-32700 for null", "{body}");
        }
        assert!(parse(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}").is_err());
    }

    #[test]
    fn json_that_is_no_message_is_an_invalid_request() {
        for (body, id) in [
            (r#"{"id":1,"method":"ping"}"#, "1"),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "null"),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, "null"),
            (r#"{"jsonrpc":"2.0","id":7}"#, "7"),
            (r#"{"jsonrpc":"2.0","id":7,"method":"ping","method":"tools/list"}"#, "null"),
            (r#"[{"jsonrpc":"2.0","id":7,"method":"ping"}]"#, "null"),
            (r#"{"jsonrpc":"2.0","id":7,"method":7}"#, "7"),
            (r#"{"jsonrpc":2.0,"id":7,"method":"ping"}"#, "7"),
            (r#"["2.0",7,"ping"]"#, "null"),
            ("42", "null"),
        ] {
            assert_eq!(read(body), format!("-32600 for {id}"), "{body}");
        }
    }

    #[test]
    fn a_batch_is_split_within_its_limit() {
        let read = |body: &str| match split(body.as_bytes()) {
            Ok(messages) => messages.iter().map(|message| message.get()).collect::<Vec<_>>().join(" "),
            Err(error) => error.code().to_string(),
        };
        assert_eq!(read(r#" [ {"id": 1}, 2 ,[]] "#), r#"{"id": 1} 2 []"#);
        assert_eq!(read("[]"), "-32600");
        assert_eq!(read("[{}"), "-32700");
        assert_eq!(read("[{}] x"), "-32700");
        assert_eq!(read(&format!("[{}1]", "1,".repeat(99))).len(), 199);
        assert_eq!(read(&format!("[{}1]", "1,".repeat(100))), "-32600");
        assert_eq!(read(&format!("[{}", "1,".repeat(1_000_000))), "-32600", "what comes after the limit is not read");
    }

    #[test]
    fn deep_nesting_is_read_in_bounded_stack() {
        let deep = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&deep), "request 1 ping");
    }
}
