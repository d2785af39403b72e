//! The account a sandbox starts with: the same at every start, with dates relative to it. What the documentation and the
//! tests name by id or by name is written out in `named`; the rest is generated.

mod generated;
mod named;
mod orders;
mod people;
mod templates;

use jiff::{SignedDuration, Timestamp};

use crate::edesk::collection::Collection;
use crate::edesk::custom_fields::{Definition, Kind};
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::messages::Message;
use crate::edesk::moment::Moment;
use crate::edesk::people::User;
use crate::edesk::tags::{Tag, TagGroup};

/// Whose tokens a sandbox issues.
pub(super) const USUAL_USER: u64 = 11;
/// Parts are numbered from here.
const FIRST_PART: u64 = 710_000;
/// The first message, note and contact made in a sandbox get these ids.
const NEXT_MESSAGE: u64 = 502;
const NEXT_ORDER_NOTE: u64 = 3_001;
const NEXT_CONTACT: u64 = 9_101;

pub(super) fn helpdesk(now: Timestamp) -> Helpdesk {
    let now = Moment(now);
    let users = people::users();
    let mut helpdesk = Helpdesk {
        channels: Collection::new(60, people::channels().into_iter().map(|channel| (channel.id, channel))),
        contacts: Collection::new(NEXT_CONTACT, people::contacts().into_iter().map(|contact| (contact.id, contact))),
        custom_field_definitions: custom_fields(),
        tickets: Collection::new(0, []),
        messages: Collection::new(NEXT_MESSAGE, []),
        emails: Vec::new(),
        sales_orders: Collection::new(0, []),
        order_notes: Collection::new(NEXT_ORDER_NOTE, named::order_notes(&users, now).into_iter().map(|note| (note.id, note))),
        tags: Collection::new(800, tags().into_iter().map(|tag| (tag.id, tag))),
        tag_groups: Collection::new(30, tag_groups().into_iter().map(|group| (group.id, group))),
        templates: Collection::new(330, templates::templates(now).into_iter().map(|template| (template.id, template))),
        users: Collection::new(60, users.into_iter().map(|user| (user.id, user))),
        last_part_id: FIRST_PART,
    };
    let mut orders = named::sales_orders(&mut helpdesk, now);
    orders.extend(generated::sales_orders(&mut helpdesk, now));
    let (mut tickets, mut messages) = named::tickets(&helpdesk, now);
    let (more_tickets, more_messages) = generated::tickets(&orders, now);
    tickets.extend(more_tickets);
    messages.extend(more_messages);
    for ticket in &tickets {
        if let Some(order) = orders.iter_mut().find(|order| Some(order.id) == ticket.sales_order_id) {
            order.ticket_id = Some(ticket.id);
        }
    }
    helpdesk.messages = Collection::new(NEXT_MESSAGE, messages.into_iter().map(|message: Message| (message.id, message)));
    helpdesk.tickets = Collection::new(generated::NEXT_TICKET, tickets.into_iter().map(|ticket| (ticket.id, ticket)));
    helpdesk.sales_orders = Collection::new(generated::NEXT_ORDER, orders.into_iter().map(|order| (order.id, order)));
    helpdesk
}

fn custom_fields() -> Vec<Definition> {
    let definition = |id, name, kind| Definition { id, name, kind };
    vec![
        definition(1, "Warehouse", Kind::Text),
        definition(2, "Refund amount", Kind::Number),
        definition(3, "Promised by", Kind::Date),
        definition(4, "Priority customer", Kind::Choice(&["Yes", "No"])),
        definition(5, "Resolution", Kind::Text),
        definition(6, "Carrier", Kind::Text),
    ]
}

fn tag_groups() -> Vec<TagGroup> {
    let group = |id, name, entity_type, kind, hide| TagGroup { id, name, user_id: USUAL_USER, entity_type, kind, hide };
    vec![
        group(21, Some("Returns and damage"), "Ticket", "Ticket", false),
        group(22, Some("Delivery"), "Ticket", "Ticket", false),
        group(23, Some("Products"), "Product", "Ticket", false),
        group(24, Some("Calls"), "Ticket", "Voice", false),
        group(25, None, "Ticket", "Ticket", true),
    ]
}

/// More than a page of a hundred, with the names that matter on the first one.
fn tags() -> Vec<Tag> {
    const NAMED: [(u64, &str, u64, &str, &str); 12] = [
        (640, "Return requested", 21, "FB8C00", "reply"),
        (641, "Wrong item", 21, "F44336", "ban"),
        (642, "Missing parts", 21, "FFA000", "exclamation"),
        (643, "Refund approved", 21, "4CAF50", "money"),
        (644, "Damaged Goods", 21, "EB3F48", "wrench"),
        (645, "Quality check", 21, "795548", "eye"),
        (650, "Late delivery", 22, "2196F3", "truck"),
        (651, "Customs", 22, "3F51B5", "plane"),
        (652, "Address change", 22, "009688", "globe"),
        (653, "Lost parcel", 22, "000000", "close"),
        (660, "Vip", 25, "9C27B0", "star"),
        (670, "Callback", 24, "00BCD4", "phone"),
    ];
    let tag = |id, name: String, tag_group_id, color, icon| Tag { id, name, active: true, tag_group_id, color, icon };
    let mut tags: Vec<Tag> = NAMED.map(|(id, name, group, color, icon)| tag(id, name.to_owned(), group, Some(color), Some(icon))).into();
    tags.extend((680..800).map(|id| tag(id, format!("Batch {}", id - 679), 23, None, None)));
    tags
}

fn ago(now: Moment, hours: i64, minutes: i64) -> Moment {
    now.plus(SignedDuration::from_mins(-(60 * hours + minutes)))
}

fn user(users: &[User], id: u64) -> Option<User> {
    users.iter().find(|user| user.id == id).cloned()
}
