//! `DELETE /link-token/{id}`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use store::LinkTokenId;

use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Delete a link token
///
/// Its link opens nothing from now on, also for whoever is at the vendor's page by it. An account that it has connected stays.
#[utoipa::path(delete, path = "/link-token/{id}", tag = "Link tokens",
    params(("id" = String, Path, description = "The link token's id")),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(caller: ApiCaller, State(app): State<Arc<App>>, Id(id): Id<LinkTokenId>) -> Result<StatusCode, ApiError> {
    if !app.store.link_tokens().delete(caller.environment, id).await? {
        return Err(ApiError::not_found("link token"));
    }
    tracing::info!(link_token.id = %id, deleted_by = %caller.api_token, "link token deleted");
    Ok(StatusCode::NO_CONTENT)
}
