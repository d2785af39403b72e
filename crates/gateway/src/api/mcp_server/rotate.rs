//! `POST /integrated-account/{id}/mcp/{mcp_id}/rotate`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::{AccountId, McpServerId};

use super::create::{checked_tool_count, secret_view};
use super::find;
use super::view::McpServerSecret;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Give an MCP server a new URL
///
/// The old one stops working with the next request.
#[utoipa::path(post, path = "/integrated-account/{id}/mcp/{mcp_id}/rotate", tag = "MCP servers",
    params(("id" = String, Path, description = "The account's id"), ("mcp_id" = String, Path, description = "The server's id")),
    responses((status = 200, body = McpServerSecret), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id((account, id)): Id<(AccountId, McpServerId)>,
) -> Result<Json<McpServerSecret>, ApiError> {
    let account = app.store.accounts().get(caller.environment, account).await?.ok_or_else(|| ApiError::not_found("account"))?;
    find(&app, caller, account.id, id).await?;
    let rotated = app.store.mcp_servers().rotate(caller.environment, id, app.clock.now()).await?;
    let (server, token) = rotated.ok_or_else(|| ApiError::not_found("MCP server"))?;
    tracing::info!(mcp_server.id = %server.id, "MCP server rotated");
    // A definition may have changed since; a rotation must work all the same.
    let tool_count = checked_tool_count(&app, &account, &server.config).unwrap_or(0);
    Ok(Json(secret_view(&app, &account, server, tool_count, &token)))
}
