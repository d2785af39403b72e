//! `POST /mcp/{token}`: the HTTP side of the MCP endpoint. A secret URL becomes an [`Access`](crate::access::Access), a body
//! becomes a request; everything between is in `exchange.rs` and `handler.rs`.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use super::admission::{Credentials, Refused, admit};
use super::answer::{Framing, Reply};
use super::envelope::{self, Message};
use super::error::RpcError;
use super::exchange::Exchange;
use super::feed::{Feed, Terms};
use super::handler;
use super::in_flight::Peer;
use super::origin::{page, share_with};
use super::params::Params;
use super::progress;
use super::revision::Era;
use crate::api::bearer;
use crate::app::App;

/// The largest body that is read.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;
/// A body that took less was there when the token was looked up.
const INSTANT_BODY: Duration = Duration::from_millis(1);
const UNACCEPTABLE: &str = "answers are application/json or text/event-stream; the header Accept admits neither";
/// The longest wait for a complete body.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

/// `POST /mcp/{token}`: one message, or a batch where the revision has them.
pub(crate) async fn post(State(app): State<Arc<App>>, token: Result<Path<String>, PathRejection>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !app.allowed_origins.admits_host(&parts.uri, &parts.headers) || !app.allowed_origins.admits_origin(&parts.headers) {
        return stranger();
    }
    // A path that cannot be read is a token that opens nothing.
    let token = token.map(|Path(token)| token).unwrap_or_default();
    let page = page(&parts.headers);
    let response = answer_post(app, &token, parts.headers, body).await.unwrap_or_else(|refused| *refused);
    share_with(page, response)
}

/// A path that no MCP server can have.
pub(crate) fn nowhere() -> Response {
    refuse(StatusCode::NOT_FOUND, "there is no MCP server at this URL")
}

/// The answer to what ended in a panic, a bug of ours.
pub(crate) fn panicked(_: Box<dyn Any + Send>) -> Response {
    RpcError::internal("internal error").into_response()
}

/// `OPTIONS /mcp/{token}`: the CORS preflight.
pub(crate) async fn options(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    if !app.allowed_origins.admits_origin(&headers) {
        return stranger();
    }
    app.allowed_origins.preflight(&headers)
}

async fn answer_post(app: Arc<App>, token: &str, headers: HeaderMap, body: Body) -> Result<Response, Box<Response>> {
    let refused = |refused: Refused| Box::new(refused.into_response());
    let mut access = admit(&app, token, bearer(&headers)).await.map_err(refused)?;
    let Some(framing) = Framing::accepted(&headers) else {
        return Err(Box::new(refuse(StatusCode::NOT_ACCEPTABLE, UNACCEPTABLE)));
    };
    let began = Instant::now();
    let body = read_message(&headers, body).await?;
    if began.elapsed() >= INSTANT_BODY {
        // While the body trickled in, the server may have ended.
        access = admit(&app, token, bearer(&headers)).await.map_err(refused)?;
    }
    let peer = Peer::of_headers(&headers);
    let exchange = Exchange { app, access, peer, headers };
    if envelope::is_batch(&body) {
        let reply = exchange.answer(&body).await;
        return Ok(reply.map_or_else(accepted, |reply| reply.into_response(framing)));
    }
    Ok(match envelope::parse(&body) {
        Ok(Message::Request(request)) => {
            let answered = answer_request(&exchange, token, &request, &body, framing).await;
            answered.unwrap_or_else(|error| Reply::error(Some(request.id), &error).into_response(framing))
        }
        Ok(Message::Notification(notification)) => {
            exchange.take_note(&notification);
            accepted()
        }
        Ok(Message::Response) => accepted(),
        Err((id, error)) => Reply::error(id, &error).into_response(framing),
    })
}

/// Answers one request, with a stream where it asks for one.
async fn answer_request(
    exchange: &Exchange,
    token: &str,
    request: &envelope::Request<'_>,
    body: &Bytes,
    framing: Framing,
) -> Result<Response, RpcError> {
    let (params, era) = exchange.understand(request)?;
    if era == Era::Stateless && request.method == "subscriptions/listen" {
        return listen(exchange, token, request, &params, framing);
    }
    if request.method == "tools/call"
        && framing.reads_events()
        && let Some(progress_token) = params.progress_token()
    {
        return Ok(progress::respond(exchange.clone(), progress_token.to_owned(), body.clone(), framing).await);
    }
    Ok(handler::handle(exchange, request, &params, era).await?.into_response(framing))
}

/// Opens a stream of notices (2026-07-28, "Subscriptions").
fn listen(
    exchange: &Exchange,
    token: &str,
    request: &envelope::Request<'_>,
    params: &Params<'_>,
    framing: Framing,
) -> Result<Response, RpcError> {
    if !framing.reads_events() {
        return Err(RpcError::invalid_request("subscriptions/listen is answered by text/event-stream, which the header Accept must admit")
            .with_status(StatusCode::NOT_ACCEPTABLE));
    }
    let terms = Terms::subscribed(&exchange.access.tools, request.id, params.notifications)?;
    let first = terms.acknowledgement();
    let credentials = Arc::new(Credentials::of(token, &exchange.headers));
    Ok(Feed::respond(&exchange.app, credentials, Arc::clone(&exchange.access), terms, None, first))
}

fn accepted() -> Response {
    StatusCode::ACCEPTED.into_response()
}

/// Reads the body of a message, within limits.
pub(super) async fn read_message(headers: &HeaderMap, body: Body) -> Result<Bytes, Box<Response>> {
    if !is_json(headers) {
        return Err(Box::new(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the header Content-Type must be application/json")));
    }
    read(headers, body).await
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
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    RpcError::invalid_request(message).with_status(status).into_response()
}

pub(super) fn stranger() -> Response {
    refuse(StatusCode::FORBIDDEN, "this Host or Origin may not use this server; the operator can allow it")
}
