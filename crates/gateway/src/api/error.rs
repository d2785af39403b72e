//! What a caller of the management API is told when something is wrong, and what the operator reads in the log.

use axum::Json;
use axum::response::{IntoResponse, Response};
use catalog::parse::DefinitionError;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::AccessError;

/// After how many seconds a client may come back when the database is gone.
pub(crate) const UNAVAILABLE_RETRY_SECONDS: &str = "2";

/// A refused request. `message` says what to do.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    message: String,
}

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// The HTTP status again.
    #[serde(rename = "statusCode")]
    status_code: u16,
    /// The status in words.
    #[schema(example = "Bad Request")]
    error: &'static str,
    /// What is wrong and what to do.
    message: String,
    /// Further problems, where several are found at once; else empty.
    details: Vec<String>,
}

impl ErrorBody {
    pub(super) fn new(status: StatusCode, message: String, details: Vec<String>) -> Self {
        Self { status_code: status.as_u16(), error: status.canonical_reason().unwrap_or("Error"), message, details }
    }
}

impl ApiError {
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("there is no such {what} in this environment"))
    }

    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

/// Only a fault of the build brings this about: a file of a folder is read before it is used.
impl From<&DefinitionError> for ApiError {
    fn from(error: &DefinitionError) -> Self {
        let request_id = Uuid::now_v7();
        tracing::error!(%request_id, %error, "a definition that is built in cannot be read");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, format!("internal error (request {request_id})"))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let request_id = Uuid::now_v7();
        match error {
            StoreError::Conflict(message) => Self::new(StatusCode::CONFLICT, message),
            StoreError::Invalid(message) => Self::bad_request(message),
            StoreError::Unavailable(_) => {
                tracing::error!(%request_id, %error, "the database is unavailable");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, format!("the database is unavailable, try again shortly (request {request_id})"))
            }
            StoreError::Unreadable(_) | StoreError::WrongKey | StoreError::Unexpected(_) => {
                tracing::error!(%request_id, %error, "a management request failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, format!("internal error (request {request_id})"))
            }
        }
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Store(error) => error.into(),
            AccessError::Unusable { reason, .. } => Self::new(StatusCode::CONFLICT, format!("the account cannot be used: {reason}")),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody::new(self.status, self.message, Vec::new());
        let mut response = (self.status, Json(body)).into_response();
        match self.status {
            StatusCode::UNAUTHORIZED => response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            StatusCode::SERVICE_UNAVAILABLE => {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(UNAVAILABLE_RETRY_SECONDS))
            }
            StatusCode::TOO_MANY_REQUESTS => response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1")),
            _ => None,
        };
        response
    }
}
