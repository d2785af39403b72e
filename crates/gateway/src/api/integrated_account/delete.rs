//! `DELETE /integrated-account/{id}`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use store::AccountId;

use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Disconnect an account
///
/// Its credentials are erased and its MCP servers stop working with the next request.
#[utoipa::path(delete, path = "/integrated-account/{id}", tag = "Integrated accounts",
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(caller: ApiCaller, State(app): State<Arc<App>>, Id(id): Id<AccountId>) -> Result<StatusCode, ApiError> {
    if !app.store.accounts().delete(caller.environment, id, app.clock.now()).await? {
        return Err(ApiError::not_found("account"));
    }
    tracing::info!(account.id = %id, "account disconnected");
    Ok(StatusCode::NO_CONTENT)
}
