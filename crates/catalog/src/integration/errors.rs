//! Refusals: where a vendor puts what it says, and what certain refusals mean.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How to read the vendor's refusals.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Errors {
    /// Dotted paths where an error body may hold the object that describes the (first) error, e.g. `errors.0`, `errors`, `0`. The
    /// first that exists and is an object is what rules call `error`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entry: Vec<String>,
    /// Dotted paths where an error body may hold its message; the first that exists is used. All are looked for in what `entry`
    /// finds, then in the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub message: Vec<String>,
    /// Expression that holds for answers of a 2xx status that are refusals all the same, e.g. `body.ok == false`. It sees what rules see, but for
    /// `arguments`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_when: Option<String>,
    /// Tried in order; the first whose `when` holds is used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ErrorRule>,
}

/// What a certain refusal means and what an agent can do about it.
///
/// Expressions and templates see `status`, `headers` (names in lower case), `body`, `error` (what `errors.entry` finds; undefined where
/// it finds nothing) and `arguments` (what the tool was called with).
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorRule {
    /// Expression that holds for the refusals that are meant, e.g. `status == 404 and body.message == "Order not found"`.
    pub when: String,
    /// Replaces the code derived from the status, e.g. `not_found`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Values that an agent needs, by name: each an expression, e.g. `new_id: error.meta.new`. Texts, numbers and booleans are given
    /// as `extracted` beside the message, and `message` and `hint` see them by these names.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub extract: IndexMap<String, String>,
    /// Template that replaces the vendor's message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Template for what to do, e.g. which tool gives a valid id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
