//! What a check found.

use catalog::client_rules::ModelApi;
use serde::Serialize;

use super::clients::From;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Outcome {
    Ok,
    /// Works, but some clients or some days will not like it.
    Warn,
    Fail,
    /// Not tried, or does not apply.
    Skip,
}

/// The clients that something stops from working.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Breaks {
    Nobody,
    Everybody,
    CallersFrom(From),
    /// Whose models' APIs these are.
    UsersOf(Vec<ModelApi>),
}

/// One check's result.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) outcome: Outcome,
    pub(super) seen: String,
    pub(super) remedy: Option<String>,
    pub(super) breaks: Breaks,
    /// Whether there is nothing left to look at.
    pub(super) is_last: bool,
}

impl Finding {
    pub(super) fn ok(seen: impl Into<String>) -> Self {
        Self { outcome: Outcome::Ok, seen: seen.into(), remedy: None, breaks: Breaks::Nobody, is_last: false }
    }

    pub(super) fn skip(seen: impl Into<String>) -> Self {
        Self { outcome: Outcome::Skip, ..Self::ok(seen) }
    }

    pub(super) fn warn(seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { outcome: Outcome::Warn, remedy: Some(remedy.into()), ..Self::ok(seen) }
    }

    pub(super) fn fail(seen: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { outcome: Outcome::Fail, ..Self::warn(seen, remedy) }
    }

    /// Says which clients it stops.
    pub(super) fn breaking(self, breaks: Breaks) -> Self {
        Self { breaks, ..self }
    }

    pub(super) fn and_last(self) -> Self {
        Self { is_last: true, ..self }
    }
}
