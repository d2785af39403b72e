//! `GET /integrated-account/{id}/mcp`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::AccountId;

use super::view::McpServerView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Id, PageQuery, Query};
use crate::api::output::Listed;
use crate::app::App;

/// List the MCP servers of an account
#[utoipa::path(get, path = "/integrated-account/{id}/mcp", tag = "MCP servers",
    params(("id" = String, Path, description = "The account's id"), PageQuery),
    responses((status = 200, body = Listed<McpServerView>), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id(account): Id<AccountId>,
    mut query: Query,
) -> Result<Json<Listed<McpServerView>>, ApiError> {
    let page = query.take_page()?;
    query.finish()?;
    app.store.accounts().get(caller.environment, account).await?.ok_or_else(|| ApiError::not_found("account"))?;
    let mut listed = app.store.mcp_servers().list(caller.environment, account, page).await?;
    let now = app.clock.now();
    listed.items.retain(|server| server.expires_at.is_none_or(|at| at > now));
    Ok(Json(Listed::from_store(listed)))
}
