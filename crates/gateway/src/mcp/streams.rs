//! The streams that a client opens with GET, and the messages of those whose answers come through one.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{ACCEPT, ALLOW, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use url::form_urlencoded;
use uuid::Uuid;

use super::admission::{self, Credentials};
use super::endpoint::{read_message, refuse, stranger};
use super::exchange::Exchange;
use super::feed::{Feed, Terms};
use super::in_flight::Peer;
use super::origin::{page, share_with};
use super::progress;
use super::session::Stream;
use super::{event, help_page, revision};
use crate::access::Access;
use crate::api::bearer;
use crate::app::App;

/// `GET /mcp/{token}`. A client of Streamable HTTP, which names its revision or session, hears of changes; any other that asks
/// for events is one of HTTP+SSE. A person who opens the URL in a browser is told what it is.
pub(crate) async fn get(State(app): State<Arc<App>>, token: Result<Path<String>, PathRejection>, uri: Uri, headers: HeaderMap) -> Response {
    let is_streamable = ["mcp-protocol-version", "mcp-session-id", "last-event-id"].iter().any(|name| headers.contains_key(*name));
    let kind = if is_streamable { Kind::Standalone } else { Kind::Session };
    open(&app, token, &uri, &headers, accepts(&headers, "text/event-stream").then_some(kind)).await
}

/// `GET /mcp/{token}/sse`: HTTP+SSE, also for clients that forget to say that they accept events. supergateway 4 is one.
pub(crate) async fn get_sse(
    State(app): State<Arc<App>>,
    token: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let is_page = accepts(&headers, "text/html") && !accepts(&headers, "text/event-stream");
    open(&app, token, &uri, &headers, (!is_page).then_some(Kind::Session)).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Standalone,
    Session,
}

/// Opens a stream, or says why there is none where `kind` is none.
async fn open(app: &Arc<App>, token: Result<Path<String>, PathRejection>, uri: &Uri, headers: &HeaderMap, kind: Option<Kind>) -> Response {
    if !app.allowed_origins.admits_host(uri, headers) || !app.allowed_origins.admits_origin(headers) {
        return stranger();
    }
    let Some(kind) = kind.filter(|_| !revision::names_stateless(headers)) else {
        return share_with(page(headers), not_here(headers));
    };
    // A path that cannot be read is a token that opens nothing.
    let token = token.map(|Path(token)| token).unwrap_or_default();
    let credentials = Arc::new(Credentials::of(&token, headers));
    let response = match credentials.admit(app).await {
        Ok(access) if kind == Kind::Standalone => Feed::respond(app, credentials, access, Terms::All, None, []),
        Ok(access) => {
            let session = app.sessions.open(access.server.id, Arc::clone(&credentials));
            let first = event::endpoint(&format!("{}/mcp/{token}/messages?sessionId={}", app.public_path, session.id));
            Feed::respond(app, credentials, access, Terms::All, Some(session), [first])
        }
        Err(refused) => refused.into_response(),
    };
    share_with(page(headers), response)
}

/// Any verb but POST, and GET where no stream is meant: there is no session to end.
pub(crate) async fn other(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    if !app.allowed_origins.admits_host(&uri, &headers) || !app.allowed_origins.admits_origin(&headers) {
        return stranger();
    }
    share_with(page(&headers), not_here(&headers))
}

fn not_here(headers: &HeaderMap) -> Response {
    let mut response = if accepts(headers, "text/html") {
        (StatusCode::METHOD_NOT_ALLOWED, help_page::render()).into_response()
    } else {
        refuse(StatusCode::METHOD_NOT_ALLOWED, "send MCP messages with POST")
    };
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    response
}

fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|value| value.contains(media_type))
}

/// `POST /mcp/{token}/messages?sessionId=…`: a message of HTTP+SSE. The answer goes through the session's stream.
pub(crate) async fn messages(State(app): State<Arc<App>>, token: Result<Path<String>, PathRejection>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !app.allowed_origins.admits_host(&parts.uri, &parts.headers) || !app.allowed_origins.admits_origin(&parts.headers) {
        return stranger();
    }
    let token = token.map(|Path(token)| token).unwrap_or_default();
    let taken = async {
        let access = admission::admit(&app, &token, bearer(&parts.headers)).await.map_err(IntoResponse::into_response)?;
        let session = named_session(&parts.uri).ok_or_else(no_session)?;
        let body = read_message(&parts.headers, body).await.map_err(|refused| *refused)?;
        let server = access.server.id;
        if let Some(stream) = app.sessions.find(server, session) {
            return if accept(&app, access, session, &stream, body) { Ok(()) } else { Err(behind()) };
        }
        let text = std::str::from_utf8(&body).map_err(|_| refuse(StatusCode::BAD_REQUEST, "the body is not UTF-8"))?;
        let is_taken = app.relay.hand_over(&app, server, session, text).await.map_err(|error| admission::unavailable(&error))?;
        if is_taken { Ok(()) } else { Err(no_session()) }
    };
    let response = match taken.await {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err(refused) => refused,
    };
    share_with(page(&parts.headers), response)
}

/// Has a message answered through `stream`. Says whether there was room for the answer.
pub(super) fn accept(app: &Arc<App>, access: Arc<Access>, session: Uuid, stream: &Stream, body: Bytes) -> bool {
    let Ok(place) = stream.events.clone().try_reserve_owned() else { return false };
    let events = stream.events.clone();
    let exchange = Exchange { app: Arc::clone(app), access, peer: Peer::of_session(session), headers: HeaderMap::new() };
    app.tasks.spawn(async move {
        let told = progress::token_of(&body);
        let answering = exchange.answer(&body);
        let reply = match told {
            Some(token) => {
                // A client that does not read its stream misses signs of progress, not answers.
                progress::told(&exchange, &token, answering, |event| drop(events.try_send(event))).await
            }
            None => answering.await,
        };
        if let Some(reply) = reply {
            place.send(reply.into_event());
        }
    });
    true
}

fn named_session(uri: &Uri) -> Option<Uuid> {
    let query = uri.query()?.as_bytes();
    form_urlencoded::parse(query).find(|(name, _)| name == "sessionId").and_then(|(_, id)| Uuid::try_parse(&id).ok())
}

fn no_session() -> Response {
    refuse(StatusCode::NOT_FOUND, "no stream is open for this sessionId; open one with GET and use the address in its first event")
}

fn behind() -> Response {
    let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, "too many answers wait to be read from the stream; read them first");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
