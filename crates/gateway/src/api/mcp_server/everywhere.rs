//! `GET /mcp-server` and `GET /mcp-server/{mcp_id}`: servers over any account, for whoever knows a server's id and not
//! its account's. What is found names the account, where everything else is done.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::McpServerId;

use super::find_by_id;
use super::view::McpServerView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Id, PageQuery, Query};
use crate::api::output::Listed;
use crate::app::App;

/// List the MCP servers of all accounts
#[utoipa::path(get, path = "/mcp-server", tag = "MCP servers", params(PageQuery),
    responses((status = 200, body = Listed<McpServerView>)))]
pub(super) async fn list(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    mut query: Query,
) -> Result<Json<Listed<McpServerView>>, ApiError> {
    let page = query.take_page()?;
    query.finish()?;
    let mut listed = app.store.mcp_servers().list_all(caller.environment, page).await?;
    let now = app.clock.now();
    listed.items.retain(|server| server.expires_at.is_none_or(|at| at > now));
    Ok(Json(Listed::from_store(listed)))
}

/// Find an MCP server by its id alone
#[utoipa::path(get, path = "/mcp-server/{mcp_id}", tag = "MCP servers",
    params(("mcp_id" = String, Path, description = "The server's id")),
    responses((status = 200, body = McpServerView), (status = 404, body = ErrorBody)))]
pub(super) async fn get(caller: ApiCaller, State(app): State<Arc<App>>, Id(id): Id<McpServerId>) -> Result<Json<McpServerView>, ApiError> {
    let server = find_by_id(&app, caller, id).await?;
    server.map(|server| Json(server.into())).ok_or_else(|| ApiError::not_found("MCP server"))
}
