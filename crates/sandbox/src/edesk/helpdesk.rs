//! Everything one account holds.

use serde::Serialize;

use crate::edesk::attachments::Attachment;
use crate::edesk::collection::Collection;
use crate::edesk::custom_fields::Definition;
use crate::edesk::messages::{Email, Message};
use crate::edesk::order_notes::OrderNote;
use crate::edesk::people::{Channel, Contact, User};
use crate::edesk::sales_order::SalesOrder;
use crate::edesk::tags::{Tag, TagGroup};
use crate::edesk::templates::Template;
use crate::edesk::tickets::Ticket;

#[derive(Debug, Clone, Serialize)]
pub(super) struct Helpdesk {
    pub(super) users: Collection<User>,
    pub(super) channels: Collection<Channel>,
    pub(super) contacts: Collection<Contact>,
    pub(super) custom_field_definitions: Vec<Definition>,
    pub(super) tickets: Collection<Ticket>,
    pub(super) messages: Collection<Message>,
    /// What left the house, oldest first.
    pub(super) emails: Vec<Email>,
    pub(super) sales_orders: Collection<SalesOrder>,
    pub(super) order_notes: Collection<OrderNote>,
    pub(super) tags: Collection<Tag>,
    pub(super) tag_groups: Collection<TagGroup>,
    pub(super) templates: Collection<Template>,
    /// The last id given to a file, or to an item of an order or its product.
    #[serde(skip)]
    pub(super) last_part_id: u64,
}

impl Helpdesk {
    pub(super) fn next_part_id(&mut self) -> u64 {
        self.last_part_id += 1;
        self.last_part_id
    }

    pub(super) fn attach(&mut self, names: Vec<String>) -> Vec<Attachment> {
        names.into_iter().map(|name| Attachment::new(self.next_part_id(), name)).collect()
    }
}
