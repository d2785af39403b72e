//! Internal notes on sales orders, and their files.

use serde::Serialize;
use serde_json::json;

use crate::edesk::answer::{confirmation, data, list};
use crate::edesk::attachments::{link, mime};
use crate::edesk::call::Call;
use crate::edesk::fields::{Fields, body};
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::moment::Moment;
use crate::edesk::people::User;
use crate::edesk::refusal::{Answer, not_found};
use crate::edesk::value::{id_in, text};

#[derive(Debug, Clone, Serialize)]
pub(super) struct OrderNote {
    pub(super) id: u64,
    pub(super) sales_order_id: u64,
    pub(super) user: Option<User>,
    pub(super) text: String,
    pub(super) attachments: Vec<NoteAttachment>,
    pub(super) created_at: Moment,
    pub(super) last_updated_at: Moment,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct NoteAttachment {
    id: u64,
    name: String,
    link: Option<String>,
    mime: String,
    #[serde(rename = "attachmentType")]
    attachment_type: &'static str,
}

impl NoteAttachment {
    pub(super) fn new(id: u64, name: String, content_type: Option<String>, attachment_type: &'static str) -> NoteAttachment {
        let mime = content_type.unwrap_or_else(|| mime(&name).to_owned());
        NoteAttachment { id, link: Some(link(id)), mime, name, attachment_type }
    }
}

pub(super) fn list_all(call: &mut Call<'_>) -> Answer {
    let notes: Vec<&OrderNote> = call.helpdesk.order_notes.iter().collect();
    list(call.request, &notes, |note| json!(note))
}

pub(super) fn get(call: &mut Call<'_>, id: u64) -> Answer {
    data(call.helpdesk.order_notes.get(id).ok_or_else(not_found)?)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let sales_order_id = fields.required("sales_order_id", id_in(&call.helpdesk.sales_orders));
    let text = fields.required("text", text);
    fields.finish()?;
    let (user, now) = (call.user(), call.moment());
    let note = |id| OrderNote { id, sales_order_id, user, text, attachments: Vec::new(), created_at: now, last_updated_at: now };
    let id = call.helpdesk.order_notes.add(note);
    call.helpdesk.move_note(id, None, sales_order_id);
    get(call, id)
}

pub(super) fn update(call: &mut Call<'_>, id: u64) -> Answer {
    let present = call.helpdesk.order_notes.get(id).ok_or_else(not_found)?.sales_order_id;
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let text = fields.required("text", text);
    let sales_order_id = fields.optional("sales_order_id", id_in(&call.helpdesk.sales_orders));
    fields.finish()?;
    let now = call.moment();
    let note = call.helpdesk.order_notes.get_mut(id).ok_or_else(not_found)?;
    note.text = text;
    note.last_updated_at = now;
    if let Some(sales_order_id) = sales_order_id {
        note.sales_order_id = sales_order_id;
        call.helpdesk.move_note(id, Some(present), sales_order_id);
    }
    get(call, id)
}

pub(super) fn delete(call: &mut Call<'_>, id: u64) -> Answer {
    let note = call.helpdesk.order_notes.remove(id).ok_or_else(not_found)?;
    call.helpdesk.take_note_from(id, note.sales_order_id);
    confirmation("Order note deleted")
}

impl Helpdesk {
    /// Keeps the lists of notes that orders show.
    fn move_note(&mut self, note_id: u64, from: Option<u64>, to: u64) {
        if let Some(from) = from {
            self.take_note_from(note_id, from);
        }
        if let Some(order) = self.sales_orders.get_mut(to) {
            order.order_notes_id.get_or_insert_default().push(note_id);
        }
    }

    fn take_note_from(&mut self, note_id: u64, order_id: u64) {
        if let Some(order) = self.sales_orders.get_mut(order_id) {
            order.order_notes_id.get_or_insert_default().retain(|&other| other != note_id);
            order.order_notes_id.take_if(|notes| notes.is_empty());
        }
    }
}
