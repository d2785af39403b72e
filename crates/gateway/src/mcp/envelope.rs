//! One JSON-RPC message, read strictly and without copying what is only passed on.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::error::RpcError;

/// What a client sent: a request when it has an id, else a notification; or an answer to a request of ours.
#[derive(Debug)]
pub(crate) enum Message<'a> {
    Request(Request<'a>),
    Notification,
    Response,
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
    jsonrpc: Option<Cow<'a, str>>,
    // `Option` alone would read an explicit null as absent and turn a bad request into a notification.
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
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
/// -32700 when the body is not JSON, -32600 when it is JSON but no JSON-RPC 2.0 message (a batch, a member
/// given twice, an id that is no string or number), with the request's id where it could be read.
pub(crate) fn parse(body: &[u8]) -> Result<Message<'_>, (Option<&RawValue>, RpcError)> {
    let members: Members<'_> = serde_json::from_slice(body).map_err(|error| (None, unreadable(body, &error)))?;
    let invalid = |message: &'static str| (members.id.filter(|id| is_id(id)), RpcError::invalid_request(message));
    if members.jsonrpc.as_deref() != Some("2.0") {
        return Err(invalid("the member `jsonrpc` must be \"2.0\""));
    }
    if let Some(id) = members.id
        && !is_id(id)
    {
        return Err((None, RpcError::invalid_request("the member `id` must be a string or a number")));
    }
    match (members.method, members.id) {
        (Some(method), Some(id)) => Ok(Message::Request(Request { id, method, params: members.params })),
        (Some(_), None) => Ok(Message::Notification),
        (None, Some(_)) if members.result.is_some() != members.error.is_some() => Ok(Message::Response),
        (None, _) => Err(invalid("the member `method` is missing")),
    }
}

fn is_id(id: &RawValue) -> bool {
    matches!(id.get().as_bytes().first(), Some(b'"' | b'-' | b'0'..=b'9'))
}

fn unreadable(body: &[u8], error: &serde_json::Error) -> RpcError {
    use serde_json::error::Category;
    if error.classify() != Category::Data {
        return RpcError::parse_error(format!("the body is not JSON: {error}"));
    }
    if body.trim_ascii_start().starts_with(b"[") {
        return RpcError::invalid_request("batches are not part of the MCP revisions served here; send one message a request");
    }
    RpcError::invalid_request(format!("the body is not a JSON-RPC message: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{Message, parse};

    fn read(body: &str) -> String {
        match parse(body.as_bytes()) {
            Ok(Message::Request(request)) => format!("request {} {}", request.id, request.method),
            Ok(Message::Notification) => "notification".into(),
            Ok(Message::Response) => "response".into(),
            Err((id, error)) => format!("{} for {}", error.code(), id.map_or("null", |id| id.get())),
        }
    }

    #[test]
    fn messages_are_told_apart() {
        assert_eq!(read(r#"{"jsonrpc":"2.0","id":"a-1","method":"ping"}"#), "request \"a-1\" ping");
        assert_eq!(read(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#), "notification");
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
            ("42", "null"),
        ] {
            assert_eq!(read(body), format!("-32600 for {id}"), "{body}");
        }
    }

    #[test]
    fn deep_nesting_is_read_in_bounded_stack() {
        let deep = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&deep), "request 1 ping");
    }
}
