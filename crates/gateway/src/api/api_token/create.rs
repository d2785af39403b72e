//! `POST /api-token`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ApiTokenView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Body, checked_text};
use crate::api::output::Time;
use crate::app::App;

/// A token for a person or a backend.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewApiToken {
    #[schema(example = "billing backend")]
    name: String,
    /// When the token stops working; absent = never.
    expires_at: Option<Time>,
}

/// A new token, with the secret that nobody can read again.
#[derive(Serialize, ToSchema)]
pub(super) struct ApiTokenSecret {
    #[serde(flatten)]
    api_token: ApiTokenView,
    token: String,
}

store::lacks!(ApiTokenSecret: std::fmt::Debug, std::fmt::Display, Clone);

/// Create an API token
#[utoipa::path(post, path = "/api-token", tag = "API tokens", request_body = NewApiToken,
    responses((status = 201, body = ApiTokenSecret), (status = 400, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Body(new): Body<NewApiToken>,
) -> Result<(StatusCode, Json<ApiTokenSecret>), ApiError> {
    let now = app.clock.now();
    let name = checked_text("name", new.name)?;
    let expires_at = new.expires_at.map(|Time(at)| at);
    if expires_at.is_some_and(|at| at <= now) {
        return Err(ApiError::bad_request(format!("`expires_at` must be in the future; it is now {now:.3}")));
    }
    let (api_token, secret) = app.store.api_tokens().create(caller.environment, &name, expires_at, now).await?;
    tracing::info!(api_token.id = %api_token.id, created_by = %caller.api_token, "API token created");
    let body = ApiTokenSecret { api_token: api_token.into(), token: secret.expose_secret().to_owned() };
    Ok((StatusCode::CREATED, Json(body)))
}
