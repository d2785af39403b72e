//! `POST /integrated-account/{id}/mcp`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use catalog::definition::Definition;
use http::StatusCode;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use store::{Account, AccountId, EnvironmentId, McpServer, McpServerConfig, NewMcpServer};
use utoipa::ToSchema;

use super::view::{ConfigChange, McpServerSecret};
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Body, Id, checked_text};
use crate::api::output::Time;
use crate::app::App;
use crate::snippet::{Connection, PROGRAM, Snippets, server_key};
use crate::tool_set::filter_of;

/// How far ahead an expiry must be at least.
const SHORTEST_LIFE: Duration = Duration::from_secs(60);

/// A set of tools over one account, to be reached at a secret URL.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewServer {
    #[schema(example = "SDR agent")]
    pub name: String,
    #[serde(default)]
    pub config: ConfigChange,
    /// When the URL stops working, at least 60 seconds ahead; absent = never.
    pub expires_at: Option<Time>,
}

/// Create an MCP server
///
/// The answer holds the token, the URL and the texts that give it to clients; none of them can be read again.
#[utoipa::path(post, path = "/integrated-account/{id}/mcp", tag = "MCP servers",
    params(("id" = String, Path, description = "The account's id")),
    request_body = NewServer,
    responses((status = 201, body = McpServerSecret), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id(account): Id<AccountId>,
    Body(new): Body<NewServer>,
) -> Result<(StatusCode, Json<McpServerSecret>), ApiError> {
    let created = create_server(&app, caller.environment, account, new).await?;
    Ok((StatusCode::CREATED, Json(created)))
}

/// Makes a server after checking that its filters leave something and that it will live long enough.
pub(crate) async fn create_server(
    app: &App,
    environment: EnvironmentId,
    account: AccountId,
    new: NewServer,
) -> Result<McpServerSecret, ApiError> {
    let now = app.clock.now();
    let name = checked_text("name", new.name)?;
    let expires_at = new.expires_at.map(|Time(at)| checked_expiry(at, now)).transpose()?;
    let mut config = McpServerConfig::default();
    new.config.apply(&mut config)?;
    let account = app.store.accounts().get(environment, account).await?.ok_or_else(|| ApiError::not_found("account"))?;
    let tool_count = checked_tool_count(app, &account, &config)?;
    let new = NewMcpServer { name, config, expires_at };
    let created = app.store.mcp_servers().create(environment, account.id, new, now).await?;
    let (server, token) = created.ok_or_else(|| ApiError::not_found("account"))?;
    tracing::info!(mcp_server.id = %server.id, account.id = %account.id, tool_count, "MCP server created");
    Ok(secret_view(app, &account, server, tool_count, &token))
}

/// The answer that shows a token, once.
pub(super) fn secret_view(app: &App, account: &Account, server: McpServer, tool_count: usize, token: &SecretString) -> McpServerSecret {
    let token = token.expose_secret().to_owned();
    let url = format!("{}/mcp/{token}", app.public_url);
    let longest_tool_name = app.definition_of(account).map_or(0, |definition| longest_tool_name(&definition));
    let key = server_key(&account.integration, longest_tool_name);
    let snippets = Snippets::of(&Connection { key: &key, url: &url, auth: server.config.auth, program: PROGRAM });
    McpServerSecret { server: server.into(), tool_count, token, url, key, snippets }
}

/// In characters. Of all the integration's tools, whatever the server's filter, so that its servers have one key.
fn longest_tool_name(definition: &Definition) -> usize {
    definition.tools.iter().map(|tool| tool.name.len()).max().unwrap_or_default()
}

pub(super) fn checked_expiry(at: Timestamp, now: Timestamp) -> Result<Timestamp, ApiError> {
    let earliest = now.checked_add(SHORTEST_LIFE).unwrap_or(Timestamp::MAX);
    if at < earliest {
        return Err(ApiError::bad_request(format!("`expires_at` must be at least 60 seconds ahead; it is now {now:.3}")));
    }
    Ok(at)
}

/// How many tools a configuration leaves: at least one.
pub(super) fn checked_tool_count(app: &App, account: &Account, config: &McpServerConfig) -> Result<usize, ApiError> {
    let definition = app.definition_of(account)?;
    let filter = filter_of(config);
    filter.check(&definition).map_err(|error| ApiError::bad_request(error.to_string()))?;
    Ok(definition.tools.iter().filter(|tool| filter.admits(tool)).count())
}
