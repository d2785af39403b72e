//! Writes JSON-RPC answers as HTTP responses: JSON, or one server-sent event for a client that accepts
//! nothing else.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::value::RawValue;

use super::body::Parts;
use super::error::RpcError;

/// How an answer travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Json,
    EventStream,
}

impl Framing {
    /// What the client accepts; JSON wherever it can be. `None` when it accepts neither form.
    ///
    /// The specification obliges clients to accept both; many accept less, and each gets a usable answer.
    pub(crate) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut ranges =
            headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).peekable();
        if ranges.peek().is_none_or(|first| first.trim().is_empty()) {
            return Some(Self::Json);
        }
        let mut event_stream = false;
        for range in ranges {
            let mut parts = range.split(';').map(str::trim);
            let media_type = parts.next().unwrap_or_default();
            if parts.any(|parameter| parameter == "q=0") {
                continue;
            }
            let is_one_of = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(media_type));
            if is_one_of(&["application/json", "application/*", "*/*"]) {
                return Some(Self::Json);
            }
            event_stream |= is_one_of(&["text/event-stream", "text/*"]);
        }
        event_stream.then_some(Self::EventStream)
    }
}

/// Answers with a result that is already JSON, e.g. a rendered tool list.
pub(crate) fn result(framing: Framing, id: &RawValue, result: Bytes) -> Response {
    let mut head = Vec::with_capacity(48 + id.get().len());
    push_head(&mut head, id);
    respond(framing, StatusCode::OK, [head.into(), result, Bytes::from_static(b"}")])
}

/// Answers with a message that starts with [`push_head`] and is complete.
pub(crate) fn message(framing: Framing, message: Vec<u8>) -> Response {
    respond(framing, StatusCode::OK, [message.into()])
}

/// Answers with an error; `id` is null where the request's could not be read.
pub(crate) fn error(framing: Framing, id: Option<&RawValue>, error: &RpcError) -> Response {
    let id = id.map_or("null", RawValue::get);
    let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{}}}"#, error.body());
    let mut response = respond(framing, error.status(), [text.into()]);
    if error.status() == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// Starts a message: everything before the value of `result`.
pub(crate) fn push_head(out: &mut Vec<u8>, id: &RawValue) {
    out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    out.extend_from_slice(id.get().as_bytes());
    out.extend_from_slice(br#","result":"#);
}

fn respond<const N: usize>(framing: Framing, status: StatusCode, parts: [Bytes; N]) -> Response {
    let (content_type, body) = match framing {
        Framing::Json => ("application/json", Body::new(Parts::from(parts))),
        Framing::EventStream => ("text/event-stream", Body::from(event(&parts))),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if framing == Framing::EventStream {
        headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    }
    response
}

/// One `message` event. Line breaks occur in JSON only between values, where a space means the same.
fn event(parts: &[Bytes]) -> Vec<u8> {
    let mut event = b"event: message\ndata: ".to_vec();
    let line = parts.iter().flatten().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte });
    event.extend(line);
    event.extend_from_slice(b"\n\n");
    event
}
