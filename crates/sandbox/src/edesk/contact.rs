//! The customer of a new ticket or sales order: a known one by id, or one described in the body.

use crate::edesk::fields::Fields;
use crate::edesk::helpdesk::Helpdesk;
use crate::edesk::people::Contact;
use crate::edesk::refusal::ErrorCode;
use crate::edesk::value::{email, id_in, text};

#[derive(Debug)]
pub(super) enum Customer {
    Known(u64),
    Described { email: String, full_name: Option<String>, phone_number: Option<String> },
}

/// `contact_id`, or else `contact`; both are checked.
pub(super) fn read(fields: &mut Fields<'_>, helpdesk: &Helpdesk) -> Option<Customer> {
    let known = fields.optional("contact_id", id_in(&helpdesk.contacts));
    let described = fields.object("contact", |contact| Customer::Described {
        email: contact.required("email", email),
        full_name: contact.optional("full_name", text),
        phone_number: contact.optional("phone_number", text),
    });
    known.map(Customer::Known).or(described)
}

/// A contact belongs to one channel.
pub(super) fn check_channel(fields: &mut Fields<'_>, helpdesk: &Helpdesk, contact_id: u64, channel_id: u64) {
    let contact = helpdesk.contacts.get(contact_id);
    if contact.is_some_and(|contact| contact.channel_id != channel_id) && helpdesk.channels.get(channel_id).is_some() {
        fields.refuse("contact_id", ErrorCode::ContactOfOtherChannel);
    }
}

impl Helpdesk {
    /// The customer's id. One described is the channel's contact of that e-mail address, or a new one; assumed.
    pub(super) fn contact_of(&mut self, customer: Customer, channel_id: u64) -> u64 {
        let (email, full_name, phone_number) = match customer {
            Customer::Known(id) => return id,
            Customer::Described { email, full_name, phone_number } => (email, full_name, phone_number),
        };
        let is_same = |contact: &&Contact| contact.channel_id == channel_id && contact.email.eq_ignore_ascii_case(&email);
        if let Some(known) = self.contacts.iter().find(is_same) {
            return known.id;
        }
        let full_name = full_name.unwrap_or_else(|| email.clone());
        self.contacts.add(|id| Contact { id, channel_id, client_id: 500_000 + id, full_name, phone_number, email })
    }
}
