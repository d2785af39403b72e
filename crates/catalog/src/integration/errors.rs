//! Refusals: where a vendor puts what it says, and what certain refusals mean.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How to read the vendor's refusals.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Errors {
    /// Dotted paths where an error body may hold its message; the first that exists is used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub message: Vec<String>,
    /// Tried in order; the first whose `when` holds is used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ErrorRule>,
}

/// What a certain refusal means and what an agent can do about it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorRule {
    /// Expression over `status`, `body` and `headers`, e.g. `status == 404 and body.message == "Order not found"`.
    pub when: String,
    /// Replaces the code derived from the status, e.g. `not_found`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Template that replaces the vendor's message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Template for what to do, e.g. which tool gives a valid id; sees `status`, `body` and `headers`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
