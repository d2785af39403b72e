//! Every path there is. The vendor has no PATCH, and anything else does not exist, whoever asks.

use crate::edesk::call::Call;
use crate::edesk::refusal::{Answer, not_found};
use crate::edesk::{messages, note_attachments, order_notes, people, sales_orders, tags, templates, tickets, tracking_links};

/// What a request asks for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Operation<'a> {
    OnAll(fn(&mut Call<'_>) -> Answer),
    OnOne(fn(&mut Call<'_>, u64) -> Answer, &'a str),
}

impl Operation<'_> {
    pub(super) fn run(self, call: &mut Call<'_>) -> Answer {
        match self {
            Operation::OnAll(operation) => operation(call),
            Operation::OnOne(operation, id) => operation(call, id.parse().map_err(|_| not_found())?),
        }
    }
}

/// `path` is what follows `/v1`.
pub(super) fn operation<'a>(method: &str, path: &[&'a str]) -> Option<Operation<'a>> {
    use Operation::{OnAll, OnOne};
    Some(match (method, path) {
        ("GET", ["tickets"]) => OnAll(tickets::list_all),
        ("POST", ["tickets"]) => OnAll(tickets::create),
        ("GET", ["tickets", id]) => OnOne(tickets::get, id),
        ("PUT", ["tickets", id]) => OnOne(tickets::update, id),
        ("DELETE", ["tickets", id]) => OnOne(tickets::delete, id),
        ("PUT", ["tickets", id, "data"]) => OnOne(tickets::update_data, id),
        ("POST", ["messages"]) => OnAll(messages::create),
        ("GET", ["messages", id]) => OnOne(messages::get, id),
        ("PUT", ["messages", id]) => OnOne(messages::update, id),
        ("DELETE", ["messages", id]) => OnOne(messages::delete, id),
        ("GET", ["sales-orders"]) => OnAll(sales_orders::list_all),
        ("POST", ["sales-orders"]) => OnAll(sales_orders::create),
        ("GET", ["sales-orders", id]) => OnOne(sales_orders::get, id),
        ("PUT", ["sales-orders", id]) => OnOne(sales_orders::update, id),
        ("DELETE", ["sales-orders", id]) => OnOne(sales_orders::delete, id),
        ("GET", ["sales-orders-tracking-links", id]) => OnOne(tracking_links::get, id),
        ("POST", ["sales-orders-tracking-links", id]) => OnOne(tracking_links::create, id),
        ("PUT", ["sales-orders-tracking-links", id]) => OnOne(tracking_links::update, id),
        ("DELETE", ["sales-orders-tracking-links", id]) => OnOne(tracking_links::delete, id),
        ("GET", ["order-notes"]) => OnAll(order_notes::list_all),
        ("POST", ["order-notes"]) => OnAll(order_notes::create),
        ("GET", ["order-notes", id]) => OnOne(order_notes::get, id),
        ("PUT", ["order-notes", id]) => OnOne(order_notes::update, id),
        ("DELETE", ["order-notes", id]) => OnOne(order_notes::delete, id),
        ("POST", ["order-notes", id, "attachments"]) => OnOne(note_attachments::create, id),
        ("GET", ["tags"]) => OnAll(tags::list_all),
        ("POST", ["tags"]) => OnAll(tags::create),
        ("GET", ["tags", id]) => OnOne(tags::get, id),
        ("PUT", ["tags", id]) => OnOne(tags::update, id),
        ("DELETE", ["tags", id]) => OnOne(tags::delete, id),
        ("GET", ["tag-groups"]) => OnAll(tags::list_groups),
        ("GET", ["templates"]) => OnAll(templates::list_all),
        ("POST", ["templates"]) => OnAll(templates::create),
        ("GET", ["templates", id]) => OnOne(templates::get, id),
        ("PUT", ["templates", id]) => OnOne(templates::update, id),
        ("DELETE", ["templates", id]) => OnOne(templates::delete, id),
        ("GET", ["contacts"]) => OnAll(people::contacts),
        ("GET", ["channels"]) => OnAll(people::channels),
        ("GET", ["users"]) => OnAll(people::users),
        ("GET", ["whoami"]) => OnAll(people::whoami),
        _ => return None,
    })
}
