//! MCP servers over one account: `/integrated-account/{id}/mcp`.

mod create;
mod delete;
mod everywhere;
mod get;
mod list;
mod rotate;
mod update;
mod view;

pub(crate) use create::{NewServer, create_server};
pub(crate) use view::{ConfigChange, McpServerSecret};

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::ApiCaller;
use super::error::ApiError;
use crate::app::App;
use store::{AccountId, McpServer, McpServerId};

/// A server of the caller's, by both ids of its path. One that has expired is gone, swept or not.
async fn find(app: &App, caller: ApiCaller, account: AccountId, id: McpServerId) -> Result<McpServer, ApiError> {
    find_by_id(app, caller, id).await?.filter(|server| server.account_id == account).ok_or_else(|| ApiError::not_found("MCP server"))
}

/// A server of the caller's, over whichever account.
async fn find_by_id(app: &App, caller: ApiCaller, id: McpServerId) -> Result<Option<McpServer>, ApiError> {
    let server = app.store.mcp_servers().get(caller.environment, id).await?;
    Ok(server.filter(|server| server.expires_at.is_none_or(|at| at > app.clock.now())))
}

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(create::handle, list::handle))
        .routes(routes!(get::handle, update::handle, delete::handle))
        .routes(routes!(rotate::handle))
        .routes(routes!(everywhere::list))
        .routes(routes!(everywhere::get))
}
