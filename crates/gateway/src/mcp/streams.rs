//! The streams that a client opens with GET, and the messages of those whose answers come through one.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde::{Deserialize, Serialize};
use store::TokenHash;
use url::form_urlencoded;
use uuid::Uuid;

use super::accept::Accept;
use super::admission::Credentials;
use super::endpoint::{refuse, stranger};
use super::exchange::Exchange;
use super::feed::{Feed, Terms};
use super::in_flight::Peer;
use super::origin::{page, share_with};
use super::progress;
use super::session::Stream;
use super::{event, help_page, incoming, relay, revision};
use crate::access::Access;
use crate::app::App;

/// `GET /mcp/{token}`. A client of Streamable HTTP, which names its revision or session, hears of changes; any other that asks
/// for events is one of HTTP+SSE. A person who opens the URL in a browser is told what it is.
pub(crate) async fn get(State(app): State<Arc<App>>, token: Result<Path<String>, PathRejection>, uri: Uri, headers: HeaderMap) -> Response {
    let accept = Accept::of(&headers);
    let is_streamable = ["mcp-protocol-version", "mcp-session-id", "last-event-id"].iter().any(|name| headers.contains_key(*name));
    let kind = if is_streamable { Kind::Standalone } else { Kind::Session };
    open(&app, token, &uri, &headers, accept.events.then_some(kind)).await
}

/// `GET /mcp/{token}/sse`: HTTP+SSE, also for clients that forget to say that they accept events. supergateway 4 is one.
pub(crate) async fn get_sse(
    State(app): State<Arc<App>>,
    token: Result<Path<String>, PathRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let accept = Accept::of(&headers);
    let is_page = accept.html && !accept.events;
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
    let opened = match credentials.admit(app).await {
        Ok(access) => revision::check_version(headers).and_then(|()| match kind {
            Kind::Standalone => Feed::respond(app, credentials, access, Terms::All, None, []),
            Kind::Session => {
                let session = app.sessions.open(access.server.id, Arc::clone(&credentials));
                let first = event::endpoint(&format!("{}/mcp/{token}/messages?sessionId={}", app.public_path, session.id));
                Feed::respond(app, credentials, access, Terms::All, Some(session), [first])
            }
        }),
        Err(refused) => return share_with(page(headers), refused.into_response()),
    };
    share_with(page(headers), opened.unwrap_or_else(IntoResponse::into_response))
}

/// Any verb but POST, and GET where no stream is meant: there is no session to end.
pub(crate) async fn other(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    if !app.allowed_origins.admits_host(&uri, &headers) || !app.allowed_origins.admits_origin(&headers) {
        return stranger();
    }
    share_with(page(&headers), not_here(&headers))
}

fn not_here(headers: &HeaderMap) -> Response {
    let mut response = if Accept::of(headers).html {
        (StatusCode::METHOD_NOT_ALLOWED, help_page::render()).into_response()
    } else {
        refuse(StatusCode::METHOD_NOT_ALLOWED, "send MCP messages with POST")
    };
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    response
}

/// `POST /mcp/{token}/messages?sessionId=…`: a message of HTTP+SSE. The answer goes through the session's stream.
pub(crate) async fn messages(State(app): State<Arc<App>>, token: Result<Path<String>, PathRejection>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !app.allowed_origins.admits_host(&parts.uri, &parts.headers) || !app.allowed_origins.admits_origin(&parts.headers) {
        return stranger();
    }
    let token = token.map(|Path(token)| token).unwrap_or_default();
    let accepted = async {
        let (access, body) = incoming::receive(&app, &token, &parts.headers, body).await.map_err(|refused| *refused)?;
        let session = named_session(&parts.uri).ok_or_else(no_session)?;
        let principal = Credentials::of(&token, &parts.headers).principal(&app, &access);
        let taken = match app.sessions.find(access.server.id, session) {
            Some(stream) => accept(&app, access, session, &stream, principal, body),
            None => {
                let text = std::str::from_utf8(&body).map_err(|_| refuse(StatusCode::BAD_REQUEST, "the body is not UTF-8"))?;
                relay::hand_over(&app, access.server.id, session, principal, text).await?
            }
        };
        match taken {
            Taken::Yes => Ok(StatusCode::ACCEPTED.into_response()),
            Taken::Behind => Err(behind()),
            Taken::NoSession => Err(no_session()),
        }
    };
    share_with(page(&parts.headers), accepted.await.unwrap_or_else(|refused| refused))
}

/// What became of a message for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Taken {
    Yes,
    /// Too many of the session's messages are unanswered, or their answers unread.
    Behind,
    /// There is no such session for this client.
    NoSession,
}

/// Has a message answered through `stream`.
pub(super) fn accept(
    app: &Arc<App>,
    access: Arc<Access>,
    session: Uuid,
    stream: &Stream,
    principal: Option<TokenHash>,
    body: Bytes,
) -> Taken {
    if stream.credentials.principal(app, &access) != principal {
        return Taken::NoSession;
    }
    let Ok(place) = stream.events.clone().try_reserve_owned() else { return Taken::Behind };
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
    Taken::Yes
}

fn named_session(uri: &Uri) -> Option<Uuid> {
    let query = uri.query()?.as_bytes();
    form_urlencoded::parse(query).find(|(name, _)| name == "sessionId").and_then(|(_, id)| Uuid::try_parse(&id).ok())
}

fn no_session() -> Response {
    refuse(StatusCode::NOT_FOUND, "no stream is open for this sessionId; open one with GET and use the address in its first event")
}

fn behind() -> Response {
    let mut response =
        refuse(StatusCode::TOO_MANY_REQUESTS, "too many messages of this session are unanswered, or their answers unread; wait for some");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
