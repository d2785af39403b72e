//! What a definition says to people who connect an account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How one member of an account's `credentials` is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialField {
    /// What the vendor calls it, e.g. `Private app token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where to find it, and what it must be allowed to do. Links in it can be followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// A value as it looks, e.g. `agent@acme.example`; never one that works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Regular expression that the whole value must match, to find slips before the vendor is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Whether it may be left empty, e.g. the password where a vendor takes an API key as user name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}
