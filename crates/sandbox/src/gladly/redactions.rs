//! Redaction: an item stays, what was said in it is gone.

use serde_json::{Value, json};

use crate::gladly::call::Call;
use crate::gladly::items::supported;
use crate::gladly::refusal::{Answer, Problem};
use crate::gladly::success::created;

const WRITTEN: &[&str] = &["CHAT_MESSAGE", "SMS", "EMAIL", "TWITTER", "WHATSAPP"];
const SPOKEN: &[&str] = &["VOICEMAIL", "PHONE_CALL"];

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("POST", ["conversation-items", id, "redact"]) => create(call, id),
        _ => return None,
    })
}

/// Assumed: the location is the item's own, and the refusal of other kinds is worded as that of replies.
fn create(call: &mut Call<'_>, item_id: &str) -> Answer {
    let kind = supported(call, item_id)?.kind().to_owned();
    let is_written = WRITTEN.contains(&kind.as_str());
    if !is_written && !SPOKEN.contains(&kind.as_str()) {
        return Err(Problem::new("invalid", &format!("type [{kind}] is not supported")).refused(400));
    }
    if let Some(Value::Object(content)) = call.organization.item_mut(item_id).map(|item| &mut item.content) {
        for name in ["content", "subject"] {
            content.entry(name).and_modify(|text| *text = json!(""));
        }
        content.shift_remove("messageData");
        if !is_written {
            content.shift_remove("recordingUrl");
            content.insert("recordingStatus".to_owned(), json!("DELETED"));
            content.insert("recordingSummary".to_owned(), json!({"status": "REDACTED"}));
        }
    }
    call.organization.transcripts.retain(|transcript| transcript.item_id != item_id);
    call.organization.attachments.retain(|attachment| attachment.item_id != item_id);
    Ok(created(format!("/api/v1/conversation-items/{item_id}")))
}
