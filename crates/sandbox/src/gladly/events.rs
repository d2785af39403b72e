//! The events of the last day, as JSON Lines.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::conversations::Conversation;
use crate::gladly::event_log::{Actor, EventLog};
use crate::gladly::event_types::{self, ENTITIES};
use crate::gladly::items::Item;
use crate::gladly::moments;
use crate::gladly::refusal::{Answer, blank, invalid};
use crate::gladly::success::json_lines;

/// How far back the vendor tells.
const REACH: SignedDuration = SignedDuration::from_hours(24);
const MESSAGE_SENT: &str = "CONTACT/MESSAGE_SENT";

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("GET", ["events"]) => Some(list(call)),
        _ => None,
    }
}

/// What the seeded conversations tell of the last day, oldest first.
pub(super) fn seed(conversations: &[Conversation], items: &[Item], now: Timestamp) -> EventLog {
    let mut happened: Vec<(Timestamp, &'static str, &Actor, Value)> = Vec::new();
    for conversation in conversations {
        let its = |item: &&Item| item.conversation_id.as_ref() == Some(&conversation.id);
        for (place, item) in items.iter().filter(its).enumerate() {
            if place == 0 {
                let about = json!({"customerId": item.customer_id, "conversationId": conversation.id});
                happened.push((conversation.created_at, "CONVERSATION/CREATED", &item.initiator, about));
            }
            if item.is_message() {
                let kind = if item.initiator.kind == "CUSTOMER" { "CONTACT/MESSAGE_RECEIVED" } else { MESSAGE_SENT };
                happened.push((item.timestamp, kind, &item.initiator, contact(item)));
            }
        }
    }
    happened.retain(|(moment, ..)| now.duration_since(*moment) < REACH);
    happened.sort_by_key(|(moment, ..)| *moment);
    let mut log = EventLog::new();
    for (moment, kind, initiator, about) in happened {
        log.record(kind, initiator.clone(), about, moment);
    }
    log
}

/// Writes that a message went out, if it did so in a conversation.
pub(super) fn sent(call: &mut Call<'_>, item: &Item) {
    if item.conversation_id.is_some() {
        call.record(MESSAGE_SENT, contact(item));
    }
}

/// Assumed: one contact for each conversation, and channels named as kinds of items are.
fn contact(item: &Item) -> Value {
    let conversation_id = item.conversation_id.as_deref().unwrap_or_default();
    json!({
        "channel": item.kind(),
        "contactId": format!("ctc_{conversation_id}"),
        "conversationId": conversation_id,
        "customerId": item.customer_id,
    })
}

/// From `startAt`, which is included, to `endAt`, which is not. Assumed: that, and that a start more than 24 hours ago is
/// refused rather than moved up.
fn list(call: &Call<'_>) -> Answer {
    let start = moments::parameter(call.request, "startAt")?.ok_or_else(|| blank("startAt"))?;
    let end = moments::parameter(call.request, "endAt")?;
    let entities: Vec<&str> = call.request.all_parameters("entities").filter(|word| !word.is_empty()).collect();
    if entities.is_empty() {
        return Err(blank("entities"));
    }
    if let Some(unknown) = entities.iter().find(|entity| !ENTITIES.contains(entity)) {
        return Err(invalid("entities", &format!("{unknown} is not one of {}", ENTITIES.join(", "))));
    }
    if end.is_some_and(|end| end <= start) {
        return Err(invalid("startAt", "endAt must occur after startAt"));
    }
    if call.now.duration_since(start) > REACH {
        return Err(invalid("startAt", "startAt must be within the last 24 hours"));
    }
    // The vendor's stream is up to 15 seconds behind.
    let lag = SignedDuration::from_secs(i64::from(call.settings.event_lag_seconds));
    let shown_until = call.now.checked_sub(lag).unwrap_or(Timestamp::MIN);
    let events = call.organization.events.events.iter().filter(|event| {
        event.timestamp >= start
            && event.timestamp <= shown_until
            && end.is_none_or(|end| event.timestamp < end)
            && entities.iter().any(|entity| event_types::is_about(event.kind, entity))
    });
    Ok(json_lines("application/x-jsonlines", events.map(|event| json!(event))))
}
