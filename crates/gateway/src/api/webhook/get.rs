//! `GET /webhook/{id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::WebhookId;

use super::view::WebhookView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Read a webhook
#[utoipa::path(get, path = "/webhook/{id}", tag = "Webhooks",
    params(("id" = String, Path, description = "The webhook's id")),
    responses((status = 200, body = WebhookView), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(caller: ApiCaller, State(app): State<Arc<App>>, Id(id): Id<WebhookId>) -> Result<Json<WebhookView>, ApiError> {
    let webhook = app.store.webhooks().get(caller.environment, id).await?;
    webhook.map(|webhook| Json(webhook.into())).ok_or_else(|| ApiError::not_found("webhook"))
}
