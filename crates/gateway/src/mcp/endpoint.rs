//! `/mcp/{token}`: the HTTP side of the MCP endpoint. A secret URL becomes an [`Access`], a body becomes a
//! request; everything between is in `handler.rs`.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{ACCEPT, ALLOW, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use store::{Auth, StoreError};
use uuid::Uuid;

use super::answer::{self, Framing};
use super::envelope::{self, Message};
use super::error::RpcError;
use super::handler;
use super::origin::share_with;
use super::params::Params;
use super::revision::Era;
use crate::access::{Access, AccessError};
use crate::api::{UNAVAILABLE_RETRY_SECONDS, bearer};
use crate::app::App;

/// The largest body that is read.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;
/// A body that took less was there when the token was looked up.
const INSTANT_BODY: Duration = Duration::from_millis(1);
/// The longest wait for a complete body.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// `POST /mcp/{token}`: one message.
pub(crate) async fn post(State(app): State<Arc<App>>, token: Result<Path<String>, PathRejection>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !app.allowed_origins.admits_host(&parts.uri, &parts.headers) || !app.allowed_origins.admits_origin(&parts.headers) {
        return stranger();
    }
    // A path that cannot be read is a token that opens nothing.
    let token = token.map(|Path(token)| token).unwrap_or_default();
    let response = match admit(&app, &token, &parts.headers).await {
        Ok(access) => answer_post(&app, access, &token, &parts.headers, body).await,
        Err(refused) => *refused,
    };
    share_with(&parts.headers, response)
}

/// Any verb but POST and OPTIONS: no stream is offered and there is no session to end. A person who opens the URL in a
/// browser is told what it is.
pub(crate) async fn other(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    if !app.allowed_origins.admits_host(&uri, &headers) || !app.allowed_origins.admits_origin(&headers) {
        return stranger();
    }
    let html = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"));
    let mut response = if html {
        (StatusCode::METHOD_NOT_ALLOWED, super::help_page::render()).into_response()
    } else {
        refuse(StatusCode::METHOD_NOT_ALLOWED, "send MCP messages with POST")
    };
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    share_with(&headers, response)
}

/// A path that no MCP server can have.
pub(crate) fn nowhere() -> Response {
    refuse(StatusCode::NOT_FOUND, "there is no MCP server at this URL")
}

/// The answer to what ended in a panic, a bug of ours.
pub(crate) fn panicked(_: Box<dyn Any + Send>) -> Response {
    answer::error(Framing::Json, None, &RpcError::internal("internal error"))
}

/// `OPTIONS /mcp/{token}`: the CORS preflight.
pub(crate) async fn options(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if !app.allowed_origins.admits_origin(&headers) {
        return stranger();
    }
    app.allowed_origins.preflight(&headers)
}

/// Who may come in: a token that opens something, and a second one where the server asks for it.
async fn admit(app: &App, token: &str, headers: &HeaderMap) -> Result<Arc<Access>, Box<Response>> {
    let now = app.clock.now();
    let access = match app.door.access(token, now).await {
        Ok(Some(access)) => access,
        // Unknown, expired, rotated and deleted look the same from outside.
        Ok(None) => return Err(Box::new(nowhere())),
        Err(AccessError::Store(error)) => return Err(Box::new(store_failed(&error))),
        Err(error @ AccessError::Unusable { .. }) => return Err(Box::new(internal(&error))),
    };
    if access.server.config.auth == Auth::Url {
        return Ok(access);
    }
    let Some(secret) = bearer(headers) else {
        return Err(Box::new(unauthorized("Bearer", "this server also asks for an API token: Authorization: Bearer <API token>")));
    };
    match app.door.api_token(secret, now).await {
        Ok(Some(api_token)) if api_token.environment_id == access.server.environment_id => Ok(access),
        Ok(_) => Err(Box::new(unauthorized(r#"Bearer error="invalid_token""#, "the API token is not valid here"))),
        Err(error) => Err(Box::new(store_failed(&error))),
    }
}

async fn answer_post(app: &Arc<App>, mut access: Arc<Access>, token: &str, headers: &HeaderMap, body: Body) -> Response {
    let Some(framing) = Framing::accepted(headers) else {
        return refuse(StatusCode::NOT_ACCEPTABLE, "answers are application/json or text/event-stream; the header Accept admits neither");
    };
    if !is_json(headers) {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the header Content-Type must be application/json");
    }
    let began = Instant::now();
    let body = match read(headers, body).await {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    if began.elapsed() >= INSTANT_BODY {
        // While the body trickled in, the server may have ended.
        access = match admit(app, token, headers).await {
            Ok(access) => access,
            Err(refused) => return *refused,
        };
    }
    let request = match envelope::parse(&body) {
        Ok(Message::Request(request)) => request,
        Ok(Message::Notification | Message::Response) => return StatusCode::ACCEPTED.into_response(),
        Err((id, error)) => return answer::error(framing, id, &error),
    };
    let answered = async {
        let params = Params::read(request.params)?;
        let era = Era::of(&request, &params, headers)?;
        handler::handle(app, &access, &request, &params, era, framing).await
    };
    answered.await.unwrap_or_else(|error| answer::error(framing, Some(request.id), &error))
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Box<Response>> {
    let too_large = || Box::new(refuse(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 4 MiB"));
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY_BYTES) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_DEADLINE, axum::body::to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if is_limit(&error) => Err(too_large()),
        Ok(Err(_)) => Err(Box::new(refuse(StatusCode::BAD_REQUEST, "the body ended early"))),
        Err(_) => Err(Box::new(refuse(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"))),
    }
}

fn is_limit(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json"))
}

/// An answer outside JSON-RPC's own errors: the HTTP status says what is wrong.
fn refuse(status: StatusCode, message: &str) -> Response {
    answer::error(Framing::Json, None, &RpcError::invalid_request(message).with_status(status))
}

fn stranger() -> Response {
    refuse(StatusCode::FORBIDDEN, "this Host or Origin may not use this server; the operator can allow it")
}

fn unauthorized(challenge: &'static str, message: &str) -> Response {
    let mut response = refuse(StatusCode::UNAUTHORIZED, message);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    response
}

/// The database's fault is the operator's business: the client gets a request id and a time to come back.
fn store_failed(error: &StoreError) -> Response {
    if !matches!(error, StoreError::Unavailable(_)) {
        return internal(error);
    }
    let request_id = Uuid::now_v7();
    tracing::error!(%request_id, %error, "the database is unavailable");
    let message = format!("temporarily unavailable, try again in {UNAVAILABLE_RETRY_SECONDS} s (request {request_id})");
    let error = RpcError::internal(message).with_status(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = answer::error(Framing::Json, None, &error);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(UNAVAILABLE_RETRY_SECONDS));
    response
}

fn internal(error: &dyn std::error::Error) -> Response {
    let request_id = Uuid::now_v7();
    tracing::error!(%request_id, %error, "an MCP request failed");
    answer::error(Framing::Json, None, &RpcError::internal(format!("internal error (request {request_id})")))
}
