//! What a definition says of an OAuth 2.0 authorization server.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Endpoints and habits of an OAuth 2.0 authorization server. The app's client id and secret are never here.
///
/// The URLs may hold `variables`. Those of the same host as `base_url` move with it to an account's own base URL.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuth2 {
    /// RFC 6749 authorization endpoint; absent for client credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<String>,
    /// Query parameters of the authorization request beside those of the standard, e.g. `access_type: offline`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub extra_authorize_parameters: IndexMap<String, String>,
    pub token_url: String,
    /// How the app shows its secret at `token_url`. Default: `basic`.
    #[serde(default)]
    pub token_endpoint_auth: ClientAuthentication,
    /// Values of `error`, beside `invalid_grant`, by which `token_url` says that what was shown is worth nothing any more: the account
    /// has to be connected again. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grant_refused_errors: Vec<String>,
    /// RFC 7009 revocation endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_url: Option<String>,
    /// How the app shows its secret at `revoke_url`. Default: as at `token_url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_endpoint_auth: Option<ClientAuthentication>,
    /// Where the token to be revoked goes. Default: `body`, as RFC 7009 has it.
    #[serde(default)]
    pub revoke_token_in: TokenPlace,
    /// Every scope the vendor knows, with what it permits.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub scopes: IndexMap<String, String>,
    /// What stands between scopes. Default: `space`.
    #[serde(default)]
    pub scope_separator: ScopeSeparator,
    /// Whether authorization requests carry a code challenge (RFC 7636, S256). Vendors that do not know it ignore it, so `false` is only for
    /// one that refuses such requests. Default: `true`.
    #[serde(default = "yes")]
    pub pkce: bool,
    /// What the vendor sends as `iss` with every person who comes back (RFC 9207). Whoever comes back without it is refused, so leave it out
    /// where the vendor sends none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

fn yes() -> bool {
    true
}

/// How an app shows who it is (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// Client id and secret as HTTP Basic.
    #[default]
    Basic,
    /// `client_id` and `client_secret` in the form.
    Post,
}

/// What stands between scopes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeSeparator {
    /// As RFC 6749 has it.
    #[default]
    Space,
    Comma,
}

/// Where a token goes in a revocation request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenPlace {
    /// A field of the form.
    #[default]
    Body,
    /// A query parameter.
    Query,
}

impl ScopeSeparator {
    pub fn as_str(self) -> &'static str {
        match self {
            ScopeSeparator::Space => " ",
            ScopeSeparator::Comma => ",",
        }
    }
}
