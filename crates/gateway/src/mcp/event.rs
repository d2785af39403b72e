//! Server-sent events as bytes (HTML Living Standard, "Server-sent events").

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Serialize;

/// What a silent stream sends so that nothing between us and the client takes it for dead.
pub(crate) const KEEP_ALIVE: Bytes = Bytes::from_static(b": keep-alive\n\n");

/// A response of events. Proxies are told not to hold them back.
pub(crate) fn response(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store, no-transform"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// The event that carries one JSON-RPC message, given in parts.
pub(crate) fn message(parts: &[Bytes]) -> Bytes {
    let mut event = Vec::with_capacity(parts.iter().map(Bytes::len).sum::<usize>() + 24);
    event.extend_from_slice(b"event: message\ndata: ");
    // Line breaks occur in JSON only between values, where a space means the same.
    let line = parts.iter().flatten().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte });
    event.extend(line);
    event.extend_from_slice(b"\n\n");
    event.into()
}

/// The event that carries a notification.
pub(crate) fn notification(method: &str, params: &impl Serialize) -> Bytes {
    #[derive(Serialize)]
    struct Notification<'a, P> {
        jsonrpc: &'static str,
        method: &'a str,
        params: &'a P,
    }
    // Written, not built as a value: ids and tokens of clients are passed on as they were written. Texts, numbers and raw
    // JSON always have a JSON text.
    message(&[serde_json::to_vec(&Notification { jsonrpc: "2.0", method, params }).unwrap_or_default().into()])
}

/// The first event of HTTP+SSE: where the client sends its messages.
pub(crate) fn endpoint(path: &str) -> Bytes {
    format!("event: endpoint\ndata: {path}\n\n").into()
}
