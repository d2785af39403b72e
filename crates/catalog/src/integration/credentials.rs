//! Credentials: which secrets an account holds, how they are shown to the vendor, and how one tells whether they work.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{CredentialField, OAuth2};

/// One way to authenticate: which secrets an account holds and how they are shown to the vendor.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialScheme {
    pub kind: CredentialKind,
    /// What people choose it by, where there are several, e.g. `Private app`. Default: by kind, e.g. `API key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What people should know before they connect an account this way, and which of several ways is theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What people who connect an account are asked for, by member of `credentials`. Default: by kind, e.g. `API key`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub fields: IndexMap<String, CredentialField>,
    /// How the credential is attached. Default: by kind, e.g. `Authorization: Bearer …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attach: Option<Attach>,
    /// Endpoints and scopes, for the `oauth2` kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2: Option<OAuth2>,
    /// A read that every account of this kind may do: it tells whether a credential works, and whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CredentialCheck>,
}

/// A call that tells whether a credential works.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialCheck {
    /// Name of the resource, e.g. `me`.
    pub resource: String,
    /// Name of its method, which must read, e.g. `list`. It needs no documentation.
    pub method: String,
    /// Arguments as a tool would be called with, e.g. `{limit: 1}`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub arguments: Map<String, Value>,
    /// Expression over `answer`, the answer as a tool gives it: who the vendor says the account belongs to, e.g. `answer.email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

/// Which secrets an account's `credentials` object holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// `api_key`.
    ApiKey,
    /// `username` and `password`.
    Basic,
    /// `token`.
    Bearer,
    /// `access_token`, and usually `refresh_token` and `expires_at`.
    #[serde(rename = "oauth2")]
    OAuth2,
    /// `client_id` and `client_secret`, exchanged for an `access_token`.
    #[serde(rename = "oauth2_client_credentials")]
    OAuth2ClientCredentials,
}

/// Where a credential goes in a request: exactly one of `header`, `query` and `cookie`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["header"] }, { "required": ["query"] }, { "required": ["cookie"] }]))]
pub struct Attach {
    /// Header name, e.g. `X-Api-Key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Query parameter name. Prefer a header where the vendor offers one: URLs end up in logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Cookie name: the credential is a pair of the header `Cookie`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookie: Option<String>,
    /// Text before the secret, e.g. `Token `. Default: none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
}
