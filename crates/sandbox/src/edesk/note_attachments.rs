//! Uploads to an order note: parts of a multipart body. The JSON form is documented too, is accepted, and does nothing.

use serde_json::Value;

use crate::edesk::call::Call;
use crate::edesk::fields::{Fields, body};
use crate::edesk::order_notes::{self, NoteAttachment};
use crate::edesk::refusal::{Answer, ErrorCode, not_found, refused};
use crate::edesk::value::one_of;
use crate::edesk::vocabulary::ATTACHMENT_TYPE;
use crate::kit::multipart::{Part, parts};
use crate::kit::reply::Reply;

const FILES: &str = "attachments";
const KIND: &str = "attachmentType";

pub(super) fn create(call: &mut Call<'_>, note_id: u64) -> Answer {
    call.helpdesk.order_notes.get(note_id).ok_or_else(not_found)?;
    match parts(call.request) {
        Some(parts) => upload(call, note_id, parts),
        None => accept_json(call, note_id),
    }
}

fn upload(call: &mut Call<'_>, note_id: u64, parts: Vec<Part>) -> Answer {
    if parts.iter().any(|part| part.name.starts_with(&format!("{KIND}["))) {
        return Err(crash());
    }
    let kind = parts.iter().find(|part| part.name == KIND).map(|part| Value::from(String::from_utf8_lossy(&part.content)));
    let files: Vec<Part> = parts.into_iter().filter(|part| part.name == format!("{FILES}[]")).collect();
    // The text of the form in the shape of a JSON body, so that it is refused alike.
    let body = kind.map(|kind| (KIND.to_owned(), kind)).into_iter().collect();
    let mut fields = Fields::of(&body);
    if files.is_empty() {
        fields.refuse(FILES, ErrorCode::Missing);
    }
    if files.iter().any(|file| file.file_name.is_none()) {
        fields.refuse(FILES, ErrorCode::AttachmentForm);
    }
    let kind = fields.optional(KIND, one_of(ATTACHMENT_TYPE)).unwrap_or("Other");
    fields.finish()?;
    let now = call.moment();
    for Part { file_name, content_type, .. } in files {
        let id = call.helpdesk.next_part_id();
        let note = call.helpdesk.order_notes.get_mut(note_id).ok_or_else(not_found)?;
        note.attachments.push(NoteAttachment::new(id, file_name.unwrap_or_default(), content_type, kind));
        note.last_updated_at = now;
    }
    order_notes::get(call, note_id)
}

/// Answers the note as it was: the files never appear.
fn accept_json(call: &mut Call<'_>, note_id: u64) -> Answer {
    let body = body(call.request)?;
    let files = body.get("files").and_then(Value::as_array);
    let is_array = |value: Option<&Value>| value.is_some_and(Value::is_array);
    if is_array(body.get(KIND)) || files.into_iter().flatten().any(|file| is_array(file.get(KIND))) {
        return Err(crash());
    }
    let mut fields = Fields::of(&body);
    fields.require("files");
    fields.objects("files", |file| file.optional(KIND, one_of(ATTACHMENT_TYPE)));
    fields.finish()?;
    order_notes::get(call, note_id)
}

/// What the vendor does with a list as the type; text assumed.
fn crash() -> Reply {
    refused(500, "Internal server error", "Array to string conversion")
}
