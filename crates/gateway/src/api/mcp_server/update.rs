//! `PATCH /integrated-account/{id}/mcp/{mcp_id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use store::{AccountId, McpServerChange, McpServerId};
use utoipa::ToSchema;

use super::create::{checked_expiry, checked_tool_count};
use super::find;
use super::view::{ConfigChange, McpServerView};
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Body, Id, checked_text, given};
use crate::api::output::Time;
use crate::app::App;

/// What to change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerPatch {
    name: Option<String>,
    /// Merged into the present configuration, member by member.
    config: Option<ConfigChange>,
    /// A new expiry, at least 60 seconds ahead; null = none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Time>)]
    expires_at: Option<Option<Time>>,
}

/// Change an MCP server
///
/// The change holds for the next request at its URL.
#[utoipa::path(patch, path = "/integrated-account/{id}/mcp/{mcp_id}", tag = "MCP servers",
    params(("id" = String, Path, description = "The account's id"), ("mcp_id" = String, Path, description = "The server's id")),
    request_body = ServerPatch,
    responses((status = 200, body = McpServerView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id((account, id)): Id<(AccountId, McpServerId)>,
    Body(patch): Body<ServerPatch>,
) -> Result<Json<McpServerView>, ApiError> {
    let now = app.clock.now();
    let server = find(&app, caller, account, id).await?;
    let mut config = server.config;
    if let Some(change) = patch.config {
        change.apply(&mut config)?;
        let account = app.store.accounts().get(caller.environment, account).await?.ok_or_else(|| ApiError::not_found("account"))?;
        checked_tool_count(&app, &account, &config)?;
    }
    let change = McpServerChange {
        version: Some(server.version),
        name: patch.name.map(|name| checked_text("name", name)).transpose()?,
        config: Some(config),
        expires_at: match patch.expires_at {
            Some(Some(Time(at))) => Some(Some(checked_expiry(at, now)?)),
            other => other.map(|_| None),
        },
    };
    let changed = app.store.mcp_servers().update(caller.environment, id, change, now).await?;
    changed.map(|server| Json(server.into())).ok_or_else(|| ApiError::not_found("MCP server"))
}
