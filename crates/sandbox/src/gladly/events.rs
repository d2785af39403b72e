//! The events of the last day, as JSON Lines.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::gladly::call::Call;
use crate::gladly::event_types::{self, ENTITIES};
use crate::gladly::moments;
use crate::gladly::refusal::{Answer, blank, invalid};
use crate::gladly::success::json_lines;

/// How far back the vendor tells.
const REACH: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    match (method, path) {
        ("GET", ["events"]) => Some(list(call)),
        _ => None,
    }
}

/// From `startAt`, which is included, to `endAt`, which is not. Assumed: that, and that a start more than 24 hours ago is
/// refused rather than moved up.
fn list(call: &Call<'_>) -> Answer {
    let start = moments::parameter(call.request, "startAt")?.ok_or_else(|| blank("startAt"))?;
    let end = moments::parameter(call.request, "endAt")?;
    let entities: Vec<&str> =
        call.request.all_parameters("entities").flat_map(|list| list.split(',')).filter(|word| !word.is_empty()).collect();
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
