//! JSON-RPC errors with the codes that the MCP specification gives them.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Framing, Reply};

/// Characters of a client's own text that are given back to it.
const LONGEST_SHOWN: usize = 200;

/// What went wrong with a request, as the protocol says it. Failures of a tool are results instead.
#[derive(Debug)]
pub(crate) struct RpcError {
    kind: Kind,
    message: String,
    data: Option<Value>,
    status: Option<StatusCode>,
}

/// The codes in use. HTTP statuses depend on the revision and are chosen where the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    ParseError,
    InvalidRequest,
    MethodNotFound,
    InvalidParams,
    Internal,
    /// Headers and body disagree (revision 2026-07-28).
    HeaderMismatch,
    /// The revision asked for is not served (revision 2026-07-28).
    UnsupportedVersion,
}

impl RpcError {
    pub(crate) fn parse_error(message: impl Into<String>) -> Self {
        Self::new(Kind::ParseError, message)
    }

    pub(crate) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidRequest, message)
    }

    pub(crate) fn method_not_found(method: &str) -> Self {
        Self::new(Kind::MethodNotFound, format!("the method `{}` is not available here", shown(method)))
    }

    pub(crate) fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidParams, message)
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    pub(crate) fn header_mismatch(message: impl Into<String>) -> Self {
        Self::new(Kind::HeaderMismatch, message)
    }

    pub(crate) fn unsupported_version(requested: &str, supported: &[&str]) -> Self {
        Self::new(Kind::UnsupportedVersion, format!("the MCP revision `{requested}` is not served here"))
            .with_data(json!({"supported": supported, "requested": requested}))
    }

    pub(crate) fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// Answers with another HTTP status than the usual one.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), data: None, status: None }
    }

    /// The JSON-RPC error code.
    pub(crate) fn code(&self) -> i32 {
        match self.kind {
            Kind::ParseError => -32700,
            Kind::InvalidRequest => -32600,
            Kind::MethodNotFound => -32601,
            Kind::InvalidParams => -32602,
            Kind::Internal => -32603,
            Kind::HeaderMismatch => -32020,
            Kind::UnsupportedVersion => -32022,
        }
    }

    /// The HTTP status where no revision says otherwise: 400 for what is wrong with the envelope or the
    /// headers, 200 for what is wrong with a well-formed request.
    pub(crate) fn status(&self) -> StatusCode {
        self.status.unwrap_or(match self.kind {
            Kind::ParseError | Kind::InvalidRequest | Kind::HeaderMismatch | Kind::UnsupportedVersion => StatusCode::BAD_REQUEST,
            Kind::MethodNotFound | Kind::InvalidParams => StatusCode::OK,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        })
    }

    /// The `error` member of the answer.
    pub(crate) fn body(&self) -> Value {
        let mut error = json!({"code": self.code(), "message": self.message});
        if let Some(data) = &self.data {
            error["data"] = data.clone();
        }
        error
    }
}

/// What a client sent, fit to be given back to it: no control characters, no more than is needed to recognise it.
pub(crate) fn shown(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", text[..end].escape_debug()),
        None => text.escape_debug().to_string(),
    }
}

/// An error before any request was read, so under no id.
impl IntoResponse for RpcError {
    fn into_response(self) -> Response {
        Reply::error(None, &self).into_response(Framing::Json { or_events: false })
    }
}
