//! MCP servers as the API shows and takes them.

use serde::{Deserialize, Serialize};
use store::{AccountId, Auth, McpServer, McpServerConfig, McpServerId, ToolExposure};
use utoipa::ToSchema;

use crate::api::error::ApiError;
use crate::api::output::Time;
use crate::snippet::{Snippet, Snippets};

/// An MCP server. Its token and URL were shown once, when it was made or rotated.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = McpServer)]
pub(crate) struct McpServerView {
    #[schema(value_type = String, example = "mcp_0197b2c8f3b27c11a6a1c0f4f5d0a1b2")]
    pub id: McpServerId,
    pub name: String,
    #[schema(value_type = String)]
    pub integrated_account_id: AccountId,
    pub config: ConfigView,
    /// When the URL stops working; null = never.
    pub expires_at: Option<Time>,
    pub created_at: Time,
    pub updated_at: Time,
}

/// What a server shows and asks for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = McpServerConfig)]
pub(crate) struct ConfigView {
    /// `read`, `write`, `custom` or exact method names; empty = all.
    pub methods: Vec<String>,
    /// Keeps tools that have one of these tags; empty = all.
    pub tags: Vec<String>,
    /// `url`: the URL is the secret; `bearer`: an API token is demanded as well.
    #[schema(value_type = String, example = "url")]
    pub auth: Auth,
    /// The same as `auth: "bearer"`.
    pub require_api_token_auth: bool,
    /// Whether successes are given as `structuredContent` too.
    pub structured_content: bool,
    /// `full`: every tool is listed; `discovery`: three tools find, describe and call the others.
    #[schema(value_type = String, example = "full")]
    pub tool_exposure: ToolExposure,
}

/// A new or rotated server, with the secret that nobody can read again.
#[derive(Serialize, ToSchema)]
pub(crate) struct McpServerSecret {
    #[serde(flatten)]
    pub server: McpServerView,
    /// How many tools the filters leave.
    pub tool_count: usize,
    pub token: String,
    /// What a client is given.
    pub url: String,
    /// The name under which `snippets` have clients keep the server.
    #[serde(skip)]
    pub key: String,
    /// How each client is told of the server: its id → one or more texts, with this URL in them.
    #[schema(value_type = BTreeMap<String, Vec<Snippet>>)]
    pub snippets: Snippets,
}

store::lacks!(McpServerSecret: std::fmt::Debug, std::fmt::Display, Clone);

/// Members of `config` to set; what is absent stays as it is, or as the default says for a new server.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigChange {
    /// `read` (list, get), `write` (create, update, delete), `custom`, or exact method names; OR-ed; empty = all.
    pub methods: Option<Vec<String>>,
    /// Keeps tools that have one of these tags; empty = all.
    pub tags: Option<Vec<String>>,
    /// `url` or `bearer`.
    #[schema(value_type = Option<String>)]
    pub auth: Option<Auth>,
    /// The same as `auth: "bearer"` (true) and `auth: "url"` (false).
    pub require_api_token_auth: Option<bool>,
    pub structured_content: Option<bool>,
    /// `full` (default) lists every tool. `discovery` lists three, `search_tools`, `get_tool_schema` and `call_tool`, which
    /// find, describe and call the others: for more tools than a model's context should hold.
    #[schema(value_type = Option<String>)]
    pub tool_exposure: Option<ToolExposure>,
}

impl ConfigChange {
    /// # Errors
    /// 400 when `auth` and `require_api_token_auth` say different things.
    pub(super) fn apply(self, config: &mut McpServerConfig) -> Result<(), ApiError> {
        let required = self.require_api_token_auth.map(|required| if required { Auth::Bearer } else { Auth::Url });
        if let (Some(auth), Some(required)) = (self.auth, required)
            && auth != required
        {
            return Err(ApiError::bad_request("`config.auth` and `config.require_api_token_auth` contradict each other; give one of them"));
        }
        config.auth = self.auth.or(required).unwrap_or(config.auth);
        config.methods = self.methods.unwrap_or_else(|| std::mem::take(&mut config.methods));
        config.tags = self.tags.unwrap_or_else(|| std::mem::take(&mut config.tags));
        config.structured_content = self.structured_content.unwrap_or(config.structured_content);
        config.tool_exposure = self.tool_exposure.unwrap_or(config.tool_exposure);
        Ok(())
    }
}

impl From<McpServer> for McpServerView {
    fn from(server: McpServer) -> Self {
        let McpServerConfig { methods, tags, auth, structured_content, tool_exposure } = server.config;
        Self {
            id: server.id,
            name: server.name,
            integrated_account_id: server.account_id,
            config: ConfigView { methods, tags, auth, require_api_token_auth: auth == Auth::Bearer, structured_content, tool_exposure },
            expires_at: server.expires_at.map(Time),
            created_at: Time(server.created_at),
            updated_at: Time(server.updated_at),
        }
    }
}
