//! `GET /integrated-account/{id}/mcp/{mcp_id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::{AccountId, McpServerId};

use super::find;
use super::view::McpServerView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Read an MCP server
#[utoipa::path(get, path = "/integrated-account/{id}/mcp/{mcp_id}", tag = "MCP servers",
    params(("id" = String, Path, description = "The account's id"), ("mcp_id" = String, Path, description = "The server's id")),
    responses((status = 200, body = McpServerView), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id((account, id)): Id<(AccountId, McpServerId)>,
) -> Result<Json<McpServerView>, ApiError> {
    find(&app, caller, account, id).await.map(|server| Json(server.into()))
}
