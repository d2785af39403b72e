//! Notes, which agents leave for each other in a conversation.

use serde_json::json;

use crate::gladly::call::Call;
use crate::gladly::conversations::{known, note_in_timeline};
use crate::gladly::fields::Fields;
use crate::gladly::refusal::{Answer, not_exist};
use crate::gladly::success::{created, found};

pub(super) const NOTE: &str = "CONVERSATION_NOTE";

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("POST", ["conversations", id, "notes"]) => create(call, id),
        ("GET", ["conversations", id, "notes", note_id]) => get(call, id, note_id),
        _ => return None,
    })
}

/// The vendor's schema has the text in `body`, one of its examples in `content.body`.
fn create(call: &mut Call<'_>, conversation_id: &str) -> Answer {
    let conversation = known(call, conversation_id)?.clone();
    let fields = Fields::of(call.request)?;
    let body = match fields.object("content")? {
        Some(content) if !fields.has("body") => content.required_text("body")?,
        _ => fields.required_text("body")?,
    };
    let id = note_in_timeline(call, &conversation, json!({"type": NOTE, "body": body}));
    let content = json!({"noteId": id, "customerId": conversation.customer_id, "conversationId": conversation_id});
    call.record("CONVERSATION/NOTE_CREATED", content);
    Ok(created(format!("/api/v1/conversations/{conversation_id}/notes/{id}")))
}

fn get(call: &Call<'_>, conversation_id: &str, id: &str) -> Answer {
    known(call, conversation_id)?;
    let item = call.organization.item(id);
    let note = item.filter(|item| item.kind() == NOTE && item.conversation_id.as_deref() == Some(conversation_id));
    note.map(found).ok_or_else(not_exist)
}
