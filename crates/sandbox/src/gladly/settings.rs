//! Switches for what the vendor's documentation leaves open, and for what a test wants otherwise.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// For each of the five verbs; 0 lifts the limit, and then no header speaks of it.
    pub(super) requests_per_second: u32,
    pub(super) merged_status: MergedStatus,
    /// Profiles to merge besides the seeded ones, old id to new id, as agents do in the product.
    pub(super) merged_customers: BTreeMap<String, String>,
    /// Does a conversation need a topic before it can be closed?
    pub(super) topics_required: bool,
    /// The longest lists; a test may want them shorter than the vendor has them.
    pub(super) customers_cap: usize,
    pub(super) conversations_cap: usize,
    pub(super) items_cap: usize,
    pub(super) tasks_cap: usize,
    pub(super) comments_cap: usize,
    /// For the whole organization, on top of the limit for each second; 0 lifts it.
    pub(super) reports_per_minute: u32,
    /// Which contents of answers can be written.
    pub(super) answer_contents: AnswerContents,
    /// How the PING to a webhook ends, which the sandbox does not send.
    pub(super) webhook_pings: WebhookPings,
    /// How far the list of events is behind; the vendor says up to 15 seconds.
    pub(super) event_lag_seconds: u32,
}

/// With which status a merged customer's id is refused. The vendor documents both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub(super) enum MergedStatus {
    BadRequest,
    MovedPermanently,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WebhookPings {
    /// With status 200, so that the webhook works.
    Answered,
    /// Not, or with another status: the webhook is neither enabled nor moved.
    Unanswered,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            requests_per_second: 10,
            merged_status: MergedStatus::BadRequest,
            merged_customers: BTreeMap::new(),
            topics_required: true,
            customers_cap: 50,
            conversations_cap: 100,
            items_cap: 1_000,
            tasks_cap: 2_000,
            comments_cap: 1_000,
            reports_per_minute: 10,
            answer_contents: AnswerContents::All,
            webhook_pings: WebhookPings::Answered,
            event_lag_seconds: 0,
        }
    }
}

impl TryFrom<u16> for MergedStatus {
    type Error = String;

    fn try_from(status: u16) -> Result<MergedStatus, String> {
        match status {
            400 => Ok(MergedStatus::BadRequest),
            301 => Ok(MergedStatus::MovedPermanently),
            _ => Err(format!("merged_status is 400 or 301, not {status}")),
        }
    }
}

impl From<MergedStatus> for u16 {
    fn from(status: MergedStatus) -> u16 {
        match status {
            MergedStatus::BadRequest => 400,
            MergedStatus::MovedPermanently => 301,
        }
    }
}
