//! Rate limits: what a vendor says about them, and what is known besides.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a vendor says about its limits, beside the standard `RateLimit-*`, `X-RateLimit-*` and `Retry-After`
/// headers, which are always understood.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Header with the number of requests allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_header: Option<String>,
    /// Header with the number of requests left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_header: Option<String>,
    /// Header that says when the window ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_header: Option<String>,
    /// What the reset header holds.
    #[serde(default)]
    pub reset_format: ResetFormat,
    /// What is known about a 429 when the vendor's headers do not say it. Its `reset` also goes with counts of a vendor that never
    /// says when they start anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_limited: Option<KnownLimit>,
}

/// How a reset time is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResetFormat {
    /// Seconds from now.
    #[default]
    Seconds,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMilliseconds,
    /// An HTTP date.
    HttpDate,
}

/// A documented limit.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KnownLimit {
    /// Requests allowed in a window.
    pub limit: u64,
    /// Seconds until the window ends, where the vendor documents it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset: Option<u64>,
}
