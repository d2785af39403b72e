//! Messages and notes of tickets. There is no list of them: a ticket names its own.

use jiff::SignedDuration;
use serde::Serialize;
use serde_json::json;

use crate::edesk::answer::{confirmation, created, data};
use crate::edesk::attachments::{self, Attachment};
use crate::edesk::call::Call;
use crate::edesk::fields::{Fields, body};
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::moment::Moment;
use crate::edesk::people::User;
use crate::edesk::refusal::{Answer, ErrorCode, not_found};
use crate::edesk::value::{boolean, date, id_in, integer, one_of, text};
use crate::edesk::vocabulary::{MESSAGE_DIRECTION, MESSAGE_TYPE, MESSAGE_TYPE_ON_UPDATE};

/// A customer's message is to be answered within a day; assumed.
const TIME_TO_REPLY: SignedDuration = SignedDuration::from_hours(24);
const LONGEST_ATTACHMENT_NAME: usize = 255;

#[derive(Debug, Clone, Serialize)]
pub(super) struct Message {
    pub(super) id: u64,
    pub(super) external_id: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) created_at: Moment,
    pub(super) from_consumer_id: Option<i64>,
    pub(super) from_user: Option<User>,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) attachments: Vec<Attachment>,
    pub(super) direction: &'static str,
    pub(super) body: String,
    pub(super) errors: Vec<String>,
    pub(super) ticket_id: u64,
}

/// A message that really went to the customer. Not part of the API: for assertions.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Email {
    message_id: u64,
    ticket_id: u64,
    to: String,
    subject: String,
    body: String,
}

pub(super) fn get(call: &mut Call<'_>, id: u64) -> Answer {
    data(call.helpdesk.messages.get(id).ok_or_else(not_found)?)
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let helpdesk = &*call.helpdesk;
    let ticket_id = fields.required("ticket_id", id_in(&helpdesk.tickets));
    let text_of_message = fields.required("body", text);
    let kind = fields.required("type", one_of(MESSAGE_TYPE));
    let subject = fields.optional("subject", text);
    let direction = fields.optional("direction", one_of(MESSAGE_DIRECTION));
    let send = fields.optional("send", boolean);
    // Read-only by the schema; accepted, as users are told to send it.
    let from_consumer_id = fields.optional("from_consumer_id", integer);
    let files = attachments::read(&mut fields, LONGEST_ATTACHMENT_NAME);
    let created_at = fields.optional("created_at", date).unwrap_or_else(|| call.moment());
    let full = fields.optional("full_response", boolean);
    let present = helpdesk.tickets.get(ticket_id);
    if present.is_some_and(|ticket| ticket.messages_ids.len() >= call.settings.max_messages_per_ticket) {
        fields.refuse("ticket_id", ErrorCode::TooManyMessages);
    }
    fields.finish()?;

    let direction = match (kind, direction) {
        // A note stays internal whatever else is set; which direction it shows is assumed.
        ("Note", _) => "Other",
        (_, given) => given.unwrap_or("Outgoing"),
    };
    let contact_id = call.helpdesk.tickets.get(ticket_id).and_then(|ticket| ticket.contact_id);
    let is_incoming = direction == "Incoming";
    let message = Message {
        id: 0,
        external_id: None,
        subject,
        created_at,
        from_consumer_id: if is_incoming { from_consumer_id.or_else(|| i64::try_from(contact_id?).ok()) } else { None },
        from_user: if is_incoming { None } else { call.user() },
        kind,
        attachments: call.helpdesk.attach(files),
        direction,
        body: text_of_message,
        errors: Vec::new(),
        ticket_id,
    };
    let id = call.helpdesk.messages.add(|id| Message { id, ..message });
    call.helpdesk.file(id, call.moment());
    if direction == "Outgoing" && send == Some(true) {
        call.helpdesk.email(id);
    }
    let message = call.helpdesk.messages.get(id).ok_or_else(not_found)?;
    created(id, full, json!(message))
}

pub(super) fn update(call: &mut Call<'_>, id: u64) -> Answer {
    let message = call.helpdesk.messages.get_mut(id).ok_or_else(not_found)?;
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let subject = fields.optional("subject", text);
    let text_of_message = fields.optional("body", text);
    let kind = fields.optional("type", one_of(MESSAGE_TYPE_ON_UPDATE));
    fields.finish()?;
    if let Some(subject) = subject {
        message.subject = Some(subject);
    }
    if let Some(text) = text_of_message {
        message.body = text;
    }
    if let Some(kind) = kind {
        message.kind = kind;
        message.direction = "Other";
    }
    get(call, id)
}

pub(super) fn delete(call: &mut Call<'_>, id: u64) -> Answer {
    let message = call.helpdesk.messages.remove(id).ok_or_else(not_found)?;
    if let Some(ticket) = call.helpdesk.tickets.get_mut(message.ticket_id) {
        ticket.messages_ids.retain(|&other| other != id);
    }
    confirmation("Message deleted")
}

impl Helpdesk {
    /// What a new message does to its ticket. Assumed: an answer ends the customer's waiting, a message of the customer
    /// begins it, a note does neither.
    fn file(&mut self, message_id: u64, now: Moment) {
        let Some(message) = self.messages.get(message_id) else { return };
        let Some(ticket) = self.tickets.get_mut(message.ticket_id) else { return };
        let is_earlier = |id: &u64| self.messages.get(*id).is_none_or(|other| other.created_at <= message.created_at);
        let place = ticket.messages_ids.partition_point(is_earlier);
        ticket.messages_ids.insert(place, message_id);
        ticket.last_updated_at = Some(now);
        match message.direction {
            "Outgoing" => {
                ticket.replies += 1;
                ticket.reply_due_at = None;
            }
            "Incoming" => {
                ticket.reply_due_at = Some(now.plus(TIME_TO_REPLY));
                ticket.is_read = false;
            }
            _ => {}
        }
    }

    /// A ticket without a contact has nobody to write to; that the message then says so in its `errors` is assumed.
    fn email(&mut self, message_id: u64) {
        let Some(message) = self.messages.get_mut(message_id) else { return };
        let Some(ticket) = self.tickets.get(message.ticket_id) else { return };
        let Some(contact) = ticket.contact_id.and_then(|id| self.contacts.get(id)) else {
            message.errors.push("The ticket has no contact to send the message to.".to_owned());
            return;
        };
        self.emails.push(Email {
            message_id,
            ticket_id: ticket.id,
            to: contact.email.clone(),
            subject: message.subject.clone().unwrap_or_else(|| ticket.subject.clone()),
            body: message.body.clone(),
        });
    }
}
