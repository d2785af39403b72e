//! A message on its way in: who sends it, and its body, within limits of size, time and memory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use super::admission::{Refused, admit};
use super::endpoint::refuse;
use crate::access::Access;
use crate::api::bearer;
use crate::app::App;

/// The largest body that is read.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;
/// A body that is announced to be longer than this takes one of the server's places for large ones while it is read.
const LARGE_BODY_BYTES: usize = 64 * 1024;
/// A body that took less was there when the token was looked up.
const INSTANT_BODY: Duration = Duration::from_millis(1);
/// The longest wait for a complete body.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// Admits whoever sends a message and reads its body. A refusal is a response.
pub(super) async fn receive(app: &App, token: &str, headers: &HeaderMap, body: Body) -> Result<(Arc<Access>, Bytes), Box<Response>> {
    let refused = |refused: Refused| Box::new(refused.into_response());
    let access = admit(app, token, bearer(headers)).await.map_err(refused)?;
    if !is_json(headers) {
        return Err(Box::new(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the header Content-Type must be application/json")));
    }
    let began = Instant::now();
    let body = match tokio::time::timeout(BODY_DEADLINE, read(&access, headers, body)).await {
        Ok(body) => body?,
        Err(_) => return Err(Box::new(refuse(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time"))),
    };
    if began.elapsed() < INSTANT_BODY {
        return Ok((access, body));
    }
    // While the body trickled in, the server may have ended.
    Ok((admit(app, token, bearer(headers)).await.map_err(refused)?, body))
}

async fn read(access: &Access, headers: &HeaderMap, body: Body) -> Result<Bytes, Box<Response>> {
    let too_large = || Box::new(refuse(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 4 MiB"));
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY_BYTES) {
        return Err(too_large());
    }
    // What is not announced may become large.
    let _place = match announced {
        Some(length) if length <= LARGE_BODY_BYTES => None,
        _ => access.large_bodies.acquire().await.ok(),
    };
    match axum::body::to_bytes(body, MAX_BODY_BYTES).await {
        Ok(body) => Ok(body),
        Err(error) if is_limit(&error) => Err(too_large()),
        Err(_) => Err(Box::new(refuse(StatusCode::BAD_REQUEST, "the body ended early"))),
    }
}

fn is_limit(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json"))
}
