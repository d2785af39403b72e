//! `POST /webhook/{id}/rotate-secret`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use secrecy::ExposeSecret;
use store::WebhookId;

use super::view::WebhookSecret;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Give a webhook a new secret
///
/// For 24 hours the secret before signs too: `webhook-signature` then holds two signatures, and receivers accept either.
#[utoipa::path(post, path = "/webhook/{id}/rotate-secret", tag = "Webhooks",
    params(("id" = String, Path, description = "The webhook's id")),
    responses((status = 200, body = WebhookSecret), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(caller: ApiCaller, State(app): State<Arc<App>>, Id(id): Id<WebhookId>) -> Result<Json<WebhookSecret>, ApiError> {
    let rotated = app.store.webhooks().rotate_secret(caller.environment, id, app.clock.now()).await?;
    let (webhook, secret) = rotated.ok_or_else(|| ApiError::not_found("webhook"))?;
    tracing::info!(webhook.id = %id, rotated_by = %caller.api_token, "webhook secret rotated");
    Ok(Json(WebhookSecret { webhook: webhook.into(), secret: secret.expose_secret().to_owned() }))
}
