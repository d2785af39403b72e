//! `DELETE /api-token/{id}`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use store::ApiTokenId;

use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Revoke an API token
///
/// It stops working with the next request, and so do the links that were made with it.
#[utoipa::path(delete, path = "/api-token/{id}", tag = "API tokens",
    params(("id" = String, Path, description = "The token's id")),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(caller: ApiCaller, State(app): State<Arc<App>>, Id(id): Id<ApiTokenId>) -> Result<StatusCode, ApiError> {
    if !app.store.api_tokens().delete(caller.environment, id).await? {
        return Err(ApiError::not_found("API token"));
    }
    tracing::info!(api_token.id = %id, revoked_by = %caller.api_token, "API token revoked");
    Ok(StatusCode::NO_CONTENT)
}
