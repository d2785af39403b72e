//! `DELETE /webhook/{id}`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use store::WebhookId;

use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Delete a webhook
///
/// What is waiting for it is not sent any more, and its log is gone.
#[utoipa::path(delete, path = "/webhook/{id}", tag = "Webhooks",
    params(("id" = String, Path, description = "The webhook's id")),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(caller: ApiCaller, State(app): State<Arc<App>>, Id(id): Id<WebhookId>) -> Result<StatusCode, ApiError> {
    if !app.store.webhooks().delete(caller.environment, id).await? {
        return Err(ApiError::not_found("webhook"));
    }
    tracing::info!(webhook.id = %id, deleted_by = %caller.api_token, "webhook deleted");
    Ok(StatusCode::NO_CONTENT)
}
