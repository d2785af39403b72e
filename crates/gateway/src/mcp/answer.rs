//! Answers to requests, and how they travel: as JSON, or as server-sent events for a client that accepts nothing else.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::value::RawValue;
use upstream::RateLimitFacts;

use super::accept::Accept;
use super::body::Parts;
use super::error::RpcError;
use super::event;
use crate::api::UNAVAILABLE_RETRY_SECONDS;
use crate::call::push_rate_limit;

/// What a client accepts as an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// JSON. Where an answer takes long and the client wants to hear of it, events.
    Json {
        or_events: bool,
    },
    EventStream,
}

impl Framing {
    /// What the client accepts; JSON wherever it can be. `None` when it accepts neither form.
    ///
    /// The specification obliges clients to accept both; many accept less, and each gets a usable answer.
    pub(crate) fn accepted(headers: &HeaderMap) -> Option<Self> {
        match Accept::of(headers) {
            Accept { is_given: false, .. } => Some(Self::Json { or_events: false }),
            Accept { json: true, events, .. } => Some(Self::Json { or_events: events }),
            Accept { events: true, .. } => Some(Self::EventStream),
            Accept { .. } => None,
        }
    }

    /// Whether the client reads events.
    pub(crate) fn reads_events(self) -> bool {
        matches!(self, Self::EventStream | Self::Json { or_events: true })
    }
}

/// The answer to one request, complete but for its framing.
#[derive(Debug)]
pub(crate) struct Reply {
    /// One JSON-RPC message.
    parts: Vec<Bytes>,
    status: StatusCode,
    rate_limit: RateLimitFacts,
}

impl Reply {
    /// A result that is already JSON, e.g. a rendered tool list.
    pub(crate) fn result(id: &RawValue, result: Bytes) -> Self {
        let mut head = Vec::with_capacity(48 + id.get().len());
        push_head(&mut head, id);
        Self::of(vec![head.into(), result, Bytes::from_static(b"}")], StatusCode::OK)
    }

    /// A message that starts with [`push_head`] and is complete, and what the vendor said about its limits on the way.
    pub(crate) fn message(message: Vec<u8>, rate_limit: RateLimitFacts) -> Self {
        Self { rate_limit, ..Self::of(vec![message.into()], StatusCode::OK) }
    }

    /// An error; `id` is null where the request's could not be read.
    pub(crate) fn error(id: Option<&RawValue>, error: &RpcError) -> Self {
        let id = id.map_or("null", RawValue::get);
        let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{}}}"#, error.body());
        Self::of(vec![text.into()], error.status())
    }

    /// The answers to the requests of a batch.
    pub(crate) fn batch(replies: Vec<Self>) -> Self {
        let mut parts = Vec::with_capacity(4 * replies.len() + 1);
        for (at, reply) in replies.into_iter().enumerate() {
            parts.push(Bytes::from_static(if at == 0 { b"[" } else { b"," }));
            parts.extend(reply.parts);
        }
        parts.push(Bytes::from_static(b"]"));
        Self::of(parts, StatusCode::OK)
    }

    fn of(parts: Vec<Bytes>, status: StatusCode) -> Self {
        Self { parts, status, rate_limit: RateLimitFacts::default() }
    }

    /// As an HTTP response.
    pub(crate) fn into_response(self, framing: Framing) -> Response {
        let mut response = match framing {
            Framing::Json { .. } => {
                let mut response = Response::new(Body::new(Parts::from(self.parts)));
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
                response
            }
            Framing::EventStream => event::response(Body::from(event::message(&self.parts))),
        };
        *response.status_mut() = self.status;
        push_rate_limit(response.headers_mut(), &self.rate_limit);
        if let Some(seconds) = retry_seconds(self.status) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(seconds));
        }
        response
    }

    /// As a server-sent event.
    pub(crate) fn into_event(self) -> Bytes {
        event::message(&self.parts)
    }
}

/// When a client that was refused for now is to come again.
fn retry_seconds(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::TOO_MANY_REQUESTS => Some("1"),
        StatusCode::SERVICE_UNAVAILABLE => Some(UNAVAILABLE_RETRY_SECONDS),
        _ => None,
    }
}

/// Starts a message: everything before the value of `result`.
pub(crate) fn push_head(out: &mut Vec<u8>, id: &RawValue) {
    out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    out.extend_from_slice(id.get().as_bytes());
    out.extend_from_slice(br#","result":"#);
}
