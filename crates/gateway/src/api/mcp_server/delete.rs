//! `DELETE /integrated-account/{id}/mcp/{mcp_id}`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use store::{AccountId, McpServerId};

use super::find;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Delete an MCP server
///
/// Its URL stops working with the next request.
#[utoipa::path(delete, path = "/integrated-account/{id}/mcp/{mcp_id}", tag = "MCP servers",
    params(("id" = String, Path, description = "The account's id"), ("mcp_id" = String, Path, description = "The server's id")),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id((account, id)): Id<(AccountId, McpServerId)>,
) -> Result<StatusCode, ApiError> {
    find(&app, caller, account, id).await?;
    if !app.store.mcp_servers().delete(caller.environment, id).await? {
        return Err(ApiError::not_found("MCP server"));
    }
    tracing::info!(mcp_server.id = %id, "MCP server deleted");
    Ok(StatusCode::NO_CONTENT)
}
