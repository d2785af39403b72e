//! Switches for what the vendor's documentation leaves open, and for what a test wants otherwise.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// For each of the five verbs; 0 lifts the limit, and then no header speaks of it.
    pub(super) requests_per_second: u32,
    /// Which contents of answers can be written.
    pub(super) answer_contents: AnswerContents,
}

/// The descriptions of two years differ here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AnswerContents {
    /// All four types (2026).
    All,
    /// Only `public`; others are `not implemented` (2025).
    OnlyPublic,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { requests_per_second: 10, answer_contents: AnswerContents::All }
    }
}
