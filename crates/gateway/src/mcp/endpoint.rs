//! `POST /mcp/{token}`: the HTTP side of the MCP endpoint. A secret URL becomes an [`Access`](crate::access::Access), a body
//! becomes a request; everything between is in `exchange.rs` and `handler.rs`.

use std::any::Any;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::admission::{Credentials, admit};
use super::answer::{Framing, Reply};
use super::envelope::{self, Message};
use super::error::RpcError;
use super::exchange::Exchange;
use super::feed::{Feed, Terms};
use super::handler;
use super::in_flight::Peer;
use super::incoming;
use super::origin::{page, share_with};
use super::params::Params;
use super::progress;
use super::revision::{self, Era};
use crate::api::bearer;
use crate::app::App;

const UNACCEPTABLE: &str = "answers are application/json or text/event-stream; the header Accept admits neither";

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
    let Some(framing) = Framing::accepted(&headers) else {
        // Only who may come in is told how.
        admit(&app, token, bearer(&headers)).await.map_err(|refused| Box::new(refused.into_response()))?;
        return Err(Box::new(refuse(StatusCode::NOT_ACCEPTABLE, UNACCEPTABLE)));
    };
    let (access, body) = incoming::receive(&app, token, &headers, body).await?;
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
        Ok(message) => match revision::check_version(&exchange.headers) {
            Ok(()) => {
                if let Message::Notification(notification) = message {
                    exchange.take_note(&notification);
                }
                accepted()
            }
            Err(error) => Reply::error(None, &error).into_response(framing),
        },
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
    Feed::respond(&exchange.app, credentials, Arc::clone(&exchange.access), terms, None, first)
}

fn accepted() -> Response {
    StatusCode::ACCEPTED.into_response()
}

/// An answer outside JSON-RPC's own errors: the HTTP status says what is wrong.
pub(super) fn refuse(status: StatusCode, message: &str) -> Response {
    RpcError::invalid_request(message).with_status(status).into_response()
}

pub(super) fn stranger() -> Response {
    refuse(StatusCode::FORBIDDEN, "this Host or Origin may not use this server; the operator can allow it")
}
