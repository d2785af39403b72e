//! Who calls the management API. A handler that takes an [`ApiCaller`] cannot be reached without an API token.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use jiff::Timestamp;
use store::{ApiTokenId, EnvironmentId};

use super::error::ApiError;
use crate::app::App;
use crate::mcp::names_loopback;

/// The holder of a valid API token; sees and changes one environment.
#[derive(Debug, Clone, Copy)]
pub(super) struct ApiCaller {
    pub environment: EnvironmentId,
    pub api_token: ApiTokenId,
    /// When the token ends, and what was made by it and must not outlive it.
    pub until: Option<Timestamp>,
}

impl FromRequestParts<Arc<App>> for ApiCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let secret = bearer(&parts.headers)
            .ok_or_else(|| ApiError::unauthorized("an API token is needed: send the header Authorization: Bearer <API token>"))?;
        match app.door.api_token(secret, app.clock.now()).await? {
            Some(token) => Ok(Self { environment: token.environment_id, api_token: token.id, until: token.expires_at }),
            None => Err(ApiError::unauthorized("the API token is unknown, revoked or expired; create another one")),
        }
    }
}

/// Someone on this machine, or the holder of an API token: who may see health and metrics.
pub(super) struct Operator;

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let local =
            parts.extensions.get::<ConnectInfo<SocketAddr>>().is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
        // A proxy on this machine forwards for someone who is not, and a page in a browser here may name any host.
        let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].iter().any(|name| parts.headers.contains_key(*name));
        if local && !forwarded && names_loopback(&parts.uri, &parts.headers) {
            return Ok(Self);
        }
        ApiCaller::from_request_parts(parts, app).await.map(|_| Self)
    }
}

/// The secret of an `Authorization: Bearer` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty()).then_some(secret)
}
