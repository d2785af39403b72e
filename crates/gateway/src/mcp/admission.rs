//! Who may come in at an MCP URL: a token that opens something, and a second secret where the server asks for it.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue, StatusCode};
use store::{Auth, StoreError, TokenHash};
use uuid::Uuid;

use super::endpoint::{nowhere, refuse};
use super::error::RpcError;
use crate::access::{Access, AccessError};
use crate::api::{UNAVAILABLE_RETRY_SECONDS, bearer};
use crate::app::App;

/// What a client came with, kept while its stream is open. No `Debug`: both are secrets.
pub(crate) struct Credentials {
    pub(crate) token: String,
    pub(crate) api_token: Option<String>,
}

impl Credentials {
    pub(crate) fn of(token: &str, headers: &HeaderMap) -> Self {
        Self { token: token.to_owned(), api_token: bearer(headers).map(str::to_owned) }
    }

    /// Who stands behind them at a server that asks for a second secret; at others, everybody who has the URL is the same.
    pub(crate) fn principal(&self, app: &App, access: &Access) -> Option<TokenHash> {
        let asks = access.server.config.auth == Auth::Bearer;
        self.api_token.as_deref().filter(|_| asks).map(|secret| app.store.hash_token(secret))
    }

    pub(crate) async fn admit(&self, app: &App) -> Result<Arc<Access>, Refused> {
        admit(app, &self.token, self.api_token.as_deref()).await
    }
}

/// Why a client may not come in.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Unknown, expired, rotated and deleted look the same from outside.
    Nowhere,
    NoApiToken,
    WrongApiToken,
    /// The database, or what it holds, is at fault.
    Failed(AccessError),
}

impl Refused {
    /// Whether the same client may come in a moment later.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self, Self::Failed(AccessError::Store(StoreError::Unavailable(_))))
    }
}

/// # Errors
/// [`Refused`], which is a response.
pub(crate) async fn admit(app: &App, token: &str, api_token: Option<&str>) -> Result<Arc<Access>, Refused> {
    let now = app.clock.now();
    let access = app.door.access(token, now).await.map_err(Refused::Failed)?.ok_or(Refused::Nowhere)?;
    if access.server.config.auth == Auth::Url {
        return Ok(access);
    }
    let secret = api_token.ok_or(Refused::NoApiToken)?;
    let api_token = app.door.api_token(secret, now).await.map_err(|error| Refused::Failed(error.into()))?;
    match api_token {
        Some(api_token) if api_token.environment_id == access.server.environment_id => Ok(access),
        _ => Err(Refused::WrongApiToken),
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Nowhere => nowhere(),
            Self::NoApiToken => unauthorized("Bearer", "this server also asks for an API token: Authorization: Bearer <API token>"),
            Self::WrongApiToken => unauthorized(r#"Bearer error="invalid_token""#, "the API token is not valid here"),
            Self::Failed(AccessError::Store(error @ StoreError::Unavailable(_))) => unavailable(&error),
            Self::Failed(error) => internal(&error),
        }
    }
}

fn unauthorized(challenge: &'static str, message: &str) -> Response {
    let mut response = refuse(StatusCode::UNAUTHORIZED, message);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    response
}

/// The database's fault is the operator's business: the client gets a request id and a time to come back.
pub(crate) fn unavailable(error: &StoreError) -> Response {
    let request_id = Uuid::now_v7();
    tracing::error!(%request_id, %error, "the database is unavailable");
    let message = format!("temporarily unavailable, try again in {UNAVAILABLE_RETRY_SECONDS} s (request {request_id})");
    RpcError::internal(message).with_status(StatusCode::SERVICE_UNAVAILABLE).into_response()
}

fn internal(error: &dyn std::error::Error) -> Response {
    let request_id = Uuid::now_v7();
    tracing::error!(%request_id, %error, "an MCP request failed");
    RpcError::internal(format!("internal error (request {request_id})")).into_response()
}
