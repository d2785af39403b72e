//! Webhooks and deliveries as the API shows them.

use serde::Serialize;
use store::{Attempt, Delivery, DeliveryStatus, EventId, EventType, Webhook, WebhookId};
use utoipa::ToSchema;

use crate::api::output::Time;

/// Where you are told of changes. Its secret was shown once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(super) struct WebhookView {
    #[schema(value_type = String, example = "wh_0197b2c8f3b27c11a6a1c0f4f5d0a1b2")]
    id: WebhookId,
    url: String,
    /// null = all, also those that later versions bring.
    #[schema(example = json!(["integrated_account.status_changed"]))]
    events: Option<Vec<&'static str>>,
    description: Option<String>,
    /// Nothing is queued for a webhook that is not enabled, and what was waiting fails.
    enabled: bool,
    /// Why it was disabled, if you did not do it.
    disabled_reason: Option<String>,
    /// Until when the secret before the present one signs too.
    previous_secret_until: Option<Time>,
    created_at: Time,
    updated_at: Time,
}

/// A webhook, with the secret that nobody can read again.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookSecret {
    #[serde(flatten)]
    pub webhook: WebhookView,
    /// The key of the signatures, in the form of Standard Webhooks.
    #[schema(example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    pub secret: String,
}

// It is shown once, to whoever made it.
store::lacks!(WebhookSecret: std::fmt::Debug, std::fmt::Display, Clone);

/// One event on its way to one webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(super) struct DeliveryView {
    /// The event's id, which is sent as `webhook-id`.
    #[schema(value_type = String, example = "evt_0197b2c8f3b27c11a6a1c0f4f5d0a1b2")]
    id: EventId,
    #[serde(rename = "type")]
    #[schema(example = "integrated_account.status_changed")]
    kind: String,
    /// `pending`, `delivered` or `failed`.
    #[schema(value_type = String, example = "delivered")]
    status: DeliveryStatus,
    /// The oldest first; the last 50 are kept.
    attempts: Vec<AttemptView>,
    /// null while it is being sent, and when nothing is to follow.
    next_attempt_at: Option<Time>,
    created_at: Time,
}

/// One attempt to send an event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookAttempt)]
struct AttemptView {
    at: Time,
    /// The receiver's answer; null if there was none.
    status_code: Option<u16>,
    /// What went wrong, where the status does not say it.
    error: Option<String>,
    duration_ms: u64,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            events: webhook.events.map(|events| events.into_iter().map(EventType::as_str).collect()),
            description: webhook.description,
            enabled: webhook.disabled_at.is_none(),
            disabled_reason: webhook.disabled_reason,
            previous_secret_until: webhook.previous_secret_until.map(Time),
            created_at: Time(webhook.created_at),
            updated_at: Time(webhook.updated_at),
        }
    }
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            kind: delivery.kind,
            status: delivery.status,
            attempts: delivery.attempts.into_iter().map(AttemptView::from).collect(),
            next_attempt_at: delivery.next_attempt_at.map(Time),
            created_at: Time(delivery.created_at),
        }
    }
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        let Attempt { at, status_code, error, duration_ms } = attempt;
        Self { at: Time(at), status_code, error, duration_ms }
    }
}
