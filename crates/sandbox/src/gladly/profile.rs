//! What a request wants a customer profile to hold. A list that is given replaces the whole list.

use serde_json::{Map, Value};

use crate::gladly::contact::{Email, MOBILE, Phone};
use crate::gladly::customers::{Customer, Customers};
use crate::gladly::fields::Fields;
use crate::gladly::refusal::{invalid, taken};
use crate::kit::reply::Reply;

/// `None` leaves a field as it is.
#[derive(Debug)]
pub(super) struct Changes {
    name: Option<String>,
    image: Option<String>,
    address: Option<String>,
    emails: Option<Vec<Email>>,
    phones: Option<Vec<Phone>>,
    external_customer_id: Option<String>,
    custom_attributes: Option<Map<String, Value>>,
}

impl Changes {
    pub(super) fn read(fields: &Fields) -> Result<Changes, Reply> {
        let emails = fields.objects("emails")?.map(|list| list.iter().map(Email::read).collect::<Result<Vec<_>, _>>());
        let phones = fields.objects("phones")?.map(|list| list.iter().map(Phone::read).collect::<Result<Vec<_>, _>>());
        let changes = Changes {
            name: fields.text("name")?,
            image: fields.text("image")?,
            address: fields.text("address")?,
            emails: emails.transpose()?,
            phones: phones.transpose()?,
            external_customer_id: fields.text("externalCustomerId")?,
            custom_attributes: fields.object("customAttributes")?.map(Fields::into_values),
        };
        let primary_emails = changes.emails.iter().flatten().filter(|email| email.primary).count();
        let primary_phones = changes.phones.iter().flatten().filter(|phone| phone.primary).count();
        match (primary_emails > 1, primary_phones > 1) {
            (true, _) => Err(invalid("emails", "only one email can be primary")),
            (_, true) => Err(invalid("phones", "only one phone can be primary")),
            _ => Ok(changes),
        }
    }

    /// No other customer has one of these addresses or mobile numbers. The names of the fields are assumed.
    pub(super) fn demand_unique(&self, customers: &Customers, own_id: Option<&str>) -> Result<(), Reply> {
        let is_other = |customer: &Customer| Some(customer.id.as_str()) != own_id;
        if self.emails.iter().flatten().any(|email| customers.with_email(&email.normalized).any(is_other)) {
            return Err(taken("emails", "email address is used by another customer"));
        }
        let has_mobile =
            |customer: &Customer, number: &str| customer.phones.iter().any(|phone| phone.kind == MOBILE && phone.normalized == number);
        let is_taken = |phone: &Phone| {
            customers.with_phone(&phone.normalized).any(|customer| is_other(customer) && has_mobile(customer, &phone.normalized))
        };
        match self.phones.iter().flatten().filter(|phone| phone.kind == MOBILE).any(is_taken) {
            true => Err(taken("phones", "mobile phone number is used by another customer")),
            false => Ok(()),
        }
    }

    pub(super) fn apply(self, customer: &mut Customer) {
        fn replace<T>(field: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *field = new;
            }
        }
        replace(&mut customer.name, self.name.map(Some));
        replace(&mut customer.image, self.image.map(Some));
        replace(&mut customer.address, self.address.map(Some));
        replace(&mut customer.emails, self.emails);
        replace(&mut customer.phones, self.phones);
        replace(&mut customer.external_customer_id, self.external_customer_id.map(Some));
        replace(&mut customer.custom_attributes, self.custom_attributes);
    }
}

/// What a merge moves from one profile to the other: addresses and numbers always, the rest where the other has none.
pub(super) fn absorb(into: &mut Customer, from: Customer) {
    let new_emails: Vec<Email> = from.emails.into_iter().filter(|email| !into.emails.contains(email)).collect();
    let new_phones: Vec<Phone> = from.phones.into_iter().filter(|phone| !into.phones.contains(phone)).collect();
    into.emails.extend(new_emails.into_iter().map(|email| Email { primary: false, ..email }));
    into.phones.extend(new_phones.into_iter().map(|phone| Phone { primary: false, ..phone }));
    into.name = into.name.take().or(from.name);
    into.image = into.image.take().or(from.image);
    into.address = into.address.take().or(from.address);
    into.external_customer_id = into.external_customer_id.take().or(from.external_customer_id);
    let mut external = from.external_customer_ids;
    external.append(&mut into.external_customer_ids);
    into.external_customer_ids = external;
    let mut attributes = from.custom_attributes;
    attributes.append(&mut into.custom_attributes);
    into.custom_attributes = attributes;
}
