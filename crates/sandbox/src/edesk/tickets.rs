//! Tickets. Deleting one only archives it.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use crate::edesk::answer::{confirmation, created, data, list};
use crate::edesk::call::Call;
use crate::edesk::contact::{self, Customer};
use crate::edesk::custom_fields::{self, CustomField};
use crate::edesk::fields::{Fields, body};
use crate::edesk::filters::Filters;
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::moment::Moment;
use crate::edesk::people::usable_channel;
use crate::edesk::refusal::{Answer, ErrorCode, not_found};
use crate::edesk::value::{boolean, date, id_in, one_of, set_of, text};
use crate::edesk::vocabulary::{TICKET_STATUS, TICKET_STATUS_WIDE, TICKET_TYPE};

#[derive(Debug, Clone, Serialize)]
pub(super) struct Ticket {
    pub(super) id: u64,
    pub(super) subject: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) channel_id: u64,
    pub(super) status: &'static str,
    pub(super) sales_order_id: Option<u64>,
    pub(super) created_at: Moment,
    /// Of the last message.
    pub(super) last_updated_at: Option<Moment>,
    pub(super) owner_user_id: Option<u64>,
    pub(super) custom_fields: Vec<CustomField>,
    /// When the customer should have an answer; none while no clock runs.
    pub(super) reply_due_at: Option<Moment>,
    pub(super) tags_ids: BTreeSet<u64>,
    pub(super) contact_id: Option<u64>,
    /// Oldest first.
    pub(super) messages_ids: Vec<u64>,
    pub(super) replies: u64,
    pub(super) ai_classification: &'static str,
    /// Set by the commands `Read` and `Unread`; never shown; assumed.
    pub(super) is_read: bool,
    /// Set by the commands `Priority` and `Unpriority`; never shown; assumed.
    pub(super) is_priority: bool,
}

/// What an update may change; `/data` takes a part of it.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) subject: Option<String>,
    pub(super) channel_id: Option<u64>,
    pub(super) status: Option<&'static str>,
    pub(super) sales_order_id: Option<u64>,
    pub(super) contact_id: Option<u64>,
    pub(super) tag_ids: Option<BTreeSet<u64>>,
    pub(super) owner_user_id: Option<u64>,
    pub(super) custom_fields: Vec<CustomField>,
}

pub(super) fn list_all(call: &mut Call<'_>) -> Answer {
    let helpdesk = &*call.helpdesk;
    let offset = call.settings.user_utc_offset_hours;
    let mut filters = Filters::of(call.request);
    let contact = filters.integer("filter_contact_id_equals");
    let channel = filters.integer("filter_channel_id_equals");
    let status = filters.word("filter_status_equals", TICKET_STATUS_WIDE);
    let kind = filters.word("filter_type_equals", TICKET_TYPE);
    let order = filters.integer("filter_sales_order_id_equals");
    let owner = filters.integer("filter_owner_user_id_equals");
    let seller_order = filters.text("filter_seller_order_id_equals");
    let created = filters.days("created_at", offset)?;
    let updated = filters.days("last_updated_at", offset)?;
    let is_of_seller_order = |ticket: &Ticket, number: &str| {
        let order = ticket.sales_order_id.and_then(|id| helpdesk.sales_orders.get(id));
        order.is_some_and(|order| order.seller_order_id == number)
    };
    let mut tickets: Vec<&Ticket> = helpdesk
        .tickets
        .iter()
        .filter(|ticket| contact.is_none_or(|id| ticket.contact_id == Some(id)))
        .filter(|ticket| channel.is_none_or(|id| ticket.channel_id == id))
        .filter(|ticket| status.is_none_or(|status| ticket.is(status)))
        .filter(|ticket| kind.is_none_or(|kind| ticket.kind == kind))
        .filter(|ticket| order.is_none_or(|id| ticket.sales_order_id == Some(id)))
        .filter(|ticket| owner.is_none_or(|id| ticket.owner_user_id == Some(id)))
        .filter(|ticket| seller_order.is_none_or(|number| is_of_seller_order(ticket, number)))
        .filter(|ticket| created.include(Some(ticket.created_at)) && updated.include(ticket.last_updated_at))
        .collect();
    filters.sort(&mut tickets, |ticket| (ticket.id, ticket.created_at, ticket.last_updated_at));
    filters.finish()?;
    list(call.request, &tickets, |ticket| shape(helpdesk, ticket, call.moment()))
}

pub(super) fn get(call: &mut Call<'_>, id: u64) -> Answer {
    let ticket = call.helpdesk.tickets.get(id).ok_or_else(not_found)?;
    data(shape(call.helpdesk, ticket, call.moment()))
}

pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let helpdesk = &*call.helpdesk;
    let subject = fields.required("subject", text);
    let channel_id = fields.required("channel_id", usable_channel(helpdesk));
    let status = fields.required("status", one_of(TICKET_STATUS));
    let sales_order_id = fields.optional("sales_order_id", id_in(&helpdesk.sales_orders));
    let created_at = fields.optional("created_at", date).unwrap_or_else(|| call.moment());
    let full = fields.optional("full_response", boolean);
    let custom_fields = custom_fields::read(&mut fields, &helpdesk.custom_field_definitions);
    let customer = contact::read(&mut fields, helpdesk);
    let known = match customer {
        Some(Customer::Known(id)) => Some(id),
        _ => None,
    };
    check_links(&mut fields, helpdesk, channel_id, sales_order_id, known);
    fields.finish()?;

    let contact_id = customer.map(|customer| call.helpdesk.contact_of(customer, channel_id));
    let id = call.helpdesk.tickets.add(|id| Ticket {
        id,
        subject,
        // Assumed: the vendor finds the type out by itself.
        kind: "Query",
        channel_id,
        status,
        sales_order_id,
        created_at,
        last_updated_at: None,
        owner_user_id: None,
        custom_fields,
        reply_due_at: None,
        tags_ids: BTreeSet::new(),
        contact_id,
        messages_ids: Vec::new(),
        replies: 0,
        ai_classification: "",
        is_read: false,
        is_priority: false,
    });
    link_order(call.helpdesk, id, sales_order_id);
    let ticket = call.helpdesk.tickets.get(id).ok_or_else(not_found)?;
    created_answer(call, ticket, full)
}

pub(super) fn update(call: &mut Call<'_>, id: u64) -> Answer {
    let ticket = call.helpdesk.tickets.get(id).ok_or_else(not_found)?;
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let helpdesk = &*call.helpdesk;
    let changes = Changes {
        subject: fields.optional("subject", text),
        channel_id: fields.optional("channel_id", usable_channel(helpdesk)),
        status: fields.optional("status", one_of(TICKET_STATUS_WIDE)),
        sales_order_id: fields.optional("sales_order_id", id_in(&helpdesk.sales_orders)),
        contact_id: fields.optional("contact_id", id_in(&helpdesk.contacts)),
        tag_ids: fields.optional("tag_ids", set_of(id_in(&helpdesk.tags))),
        owner_user_id: fields.optional("owner_user_id", id_in(&helpdesk.users)),
        custom_fields: custom_fields::read(&mut fields, &helpdesk.custom_field_definitions),
    };
    let channel_id = changes.channel_id.unwrap_or(ticket.channel_id);
    check_links(&mut fields, helpdesk, channel_id, changes.sales_order_id, changes.contact_id);
    check_move(&mut fields, helpdesk, ticket, &changes);
    fields.finish()?;
    apply(call, id, changes)
}

/// Documented for custom fields only. What else its users' workflows expect of it is taken too, unless the sandbox is
/// told to be strict.
pub(super) fn update_data(call: &mut Call<'_>, id: u64) -> Answer {
    let ticket = call.helpdesk.tickets.get(id).ok_or_else(not_found)?;
    let body = body(call.request)?;
    let mut fields = Fields::of(&body);
    let helpdesk = &*call.helpdesk;
    let custom_fields = custom_fields::read(&mut fields, &helpdesk.custom_field_definitions);
    let mut changes = Changes { custom_fields, ..Changes::default() };
    if !call.settings.strict_ticket_data {
        changes.status = fields.optional("status", one_of(TICKET_STATUS_WIDE));
        changes.owner_user_id = fields.optional("owner_user_id", id_in(&helpdesk.users));
        changes.channel_id = fields.optional("channel_id", usable_channel(helpdesk));
    }
    check_move(&mut fields, helpdesk, ticket, &changes);
    fields.finish()?;
    apply(call, id, changes)
}

pub(super) fn delete(call: &mut Call<'_>, id: u64) -> Answer {
    call.helpdesk.tickets.get_mut(id).ok_or_else(not_found)?.status = "Archived";
    confirmation("Ticket deleted")
}

impl Ticket {
    fn is(&self, status: &str) -> bool {
        match status {
            "Read" => self.is_read,
            "Unread" => !self.is_read,
            "Priority" => self.is_priority,
            "Unpriority" => !self.is_priority,
            status => self.status == status,
        }
    }

    fn set_status(&mut self, status: &'static str) {
        match status {
            "Read" => self.is_read = true,
            "Unread" => self.is_read = false,
            "Priority" => self.is_priority = true,
            "Unpriority" => self.is_priority = false,
            status => self.status = status,
        }
    }
}

/// Order and contact must be of the ticket's channel.
fn check_links(fields: &mut Fields<'_>, helpdesk: &Helpdesk, channel_id: u64, order_id: Option<u64>, contact_id: Option<u64>) {
    let order = order_id.and_then(|id| helpdesk.sales_orders.get(id));
    if order.is_some_and(|order| order.channel_id != channel_id) && helpdesk.channels.get(channel_id).is_some() {
        fields.refuse("sales_order_id", ErrorCode::OrderOfOtherChannel);
    }
    if let Some(contact_id) = contact_id {
        contact::check_channel(fields, helpdesk, contact_id, channel_id);
    }
}

/// A ticket takes its order along to another channel, where that does not belong. Which field carries it is assumed.
fn check_move(fields: &mut Fields<'_>, helpdesk: &Helpdesk, ticket: &Ticket, changes: &Changes) {
    let kept_order = ticket.sales_order_id.filter(|_| changes.sales_order_id.is_none());
    let order = kept_order.and_then(|id| helpdesk.sales_orders.get(id));
    if let (Some(order), Some(channel_id)) = (order, changes.channel_id)
        && channel_id != ticket.channel_id
        && channel_id != order.channel_id
    {
        fields.refuse("channel_id", ErrorCode::OrderOfOtherChannel);
    }
}

fn apply(call: &mut Call<'_>, id: u64, changes: Changes) -> Answer {
    let ticket = call.helpdesk.tickets.get_mut(id).ok_or_else(not_found)?;
    if let Some(subject) = changes.subject {
        ticket.subject = subject;
    }
    if let Some(channel_id) = changes.channel_id {
        ticket.channel_id = channel_id;
    }
    if let Some(status) = changes.status {
        ticket.set_status(status);
    }
    if let Some(tag_ids) = changes.tag_ids {
        ticket.tags_ids = tag_ids;
    }
    ticket.sales_order_id = changes.sales_order_id.or(ticket.sales_order_id);
    ticket.contact_id = changes.contact_id.or(ticket.contact_id);
    ticket.owner_user_id = changes.owner_user_id.or(ticket.owner_user_id);
    custom_fields::merge(&mut ticket.custom_fields, changes.custom_fields);
    link_order(call.helpdesk, id, changes.sales_order_id);
    get(call, id)
}

/// An order names the last ticket it was linked to; assumed.
fn link_order(helpdesk: &mut Helpdesk, ticket_id: u64, order_id: Option<u64>) {
    if let Some(order) = order_id.and_then(|id| helpdesk.sales_orders.get_mut(id)) {
        order.ticket_id = Some(ticket_id);
    }
}

fn created_answer(call: &Call<'_>, ticket: &Ticket, full: Option<bool>) -> Answer {
    created(ticket.id, full, shape(call.helpdesk, ticket, call.moment()))
}

fn shape(helpdesk: &Helpdesk, ticket: &Ticket, now: Moment) -> Value {
    // Rounded up: the last second is not over yet.
    let seconds_left = |due: Moment| (due.0.duration_since(now.0).as_millis() as f64 / 1_000.0).ceil() as i64;
    json!({
        "id": ticket.id,
        "subject": ticket.subject,
        "type": ticket.kind,
        "channel_id": ticket.channel_id,
        "status": ticket.status,
        "sales_order_id": ticket.sales_order_id,
        "sales_order": ticket.sales_order_id.and_then(|id| helpdesk.sales_orders.get(id)),
        // Typed as a number, so it cannot be the marketplace's; assumed.
        "external_order_id": ticket.sales_order_id,
        "created_at": ticket.created_at,
        "last_updated_at": ticket.last_updated_at,
        "owner_user_id": ticket.owner_user_id,
        "custom_fields": ticket.custom_fields,
        "time_left_to_reply": ticket.reply_due_at.map_or(Value::Bool(false), |due| seconds_left(due).into()),
        "tags_ids": ticket.tags_ids,
        "contact_id": ticket.contact_id,
        "messages_ids": ticket.messages_ids,
        "uri": format!("https://dashboard.edesk.com/tickets/{}", ticket.id),
        "replies": ticket.replies,
        "ai_classification": ticket.ai_classification,
    })
}
