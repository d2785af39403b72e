//! How a customer can be reached: e-mail addresses and phone numbers, with the form in which they are compared.

use serde::Serialize;
use serde_json::json;

use crate::gladly::call::Call;
use crate::gladly::customers::Customer;
use crate::gladly::fields::Fields;
use crate::gladly::organization::Organization;
use crate::gladly::phone;
use crate::gladly::refusal::{Problem, blank, invalid};
use crate::kit::reply::Reply;

const PHONE_TYPES: &[&str] = &["HOME", "MOBILE", "OFFICE"];
const SMS_PREFERENCES: &[&str] = &["ON", "OFF", "FORBIDDEN"];
pub(super) const MOBILE: &str = "MOBILE";

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Email {
    pub(super) original: String,
    pub(super) normalized: String,
    pub(super) primary: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Phone {
    pub(super) original: String,
    /// E.164.
    pub(super) normalized: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) extension: Option<String>,
    pub(super) region_code: String,
    pub(super) primary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sms_preference: Option<&'static str>,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// Whom a create is for when it does not know the customer's id.
#[derive(Debug)]
pub(super) enum Contact {
    Email(Email),
    Mobile(Phone),
}

impl Email {
    pub(super) fn new(original: &str) -> Email {
        Email { original: original.to_owned(), normalized: Email::normalize(original), primary: false }
    }

    pub(super) fn normalize(original: &str) -> String {
        original.trim().to_lowercase()
    }

    pub(super) fn read(fields: &Fields) -> Result<Email, Reply> {
        let email = Email::checked(&fields.required_text("original")?, "emails")?;
        Ok(Email { primary: fields.boolean("primary")?.unwrap_or(false), ..email })
    }

    /// Assumed: no more is asked of an address than something on either side of one `@`.
    pub(super) fn checked(original: &str, attr: &str) -> Result<Email, Reply> {
        let email = Email::new(original);
        match email.normalized.split_once('@') {
            Some((name, host)) if !name.is_empty() && !host.is_empty() && !host.contains('@') => Ok(email),
            _ => Err(invalid(attr, "email address is invalid")),
        }
    }
}

impl Phone {
    /// A mobile number that is in E.164 already.
    pub(super) fn mobile(number: &str) -> Phone {
        Phone {
            original: number.to_owned(),
            normalized: number.to_owned(),
            extension: None,
            region_code: "US".to_owned(),
            primary: false,
            sms_preference: None,
            kind: MOBILE,
        }
    }

    /// Assumed: a number without a type is a mobile one.
    pub(super) fn read(fields: &Fields) -> Result<Phone, Reply> {
        let original = fields.required_text("original")?;
        let region_code = fields.text("regionCode")?.filter(|code| !code.is_empty()).unwrap_or_else(|| "US".to_owned());
        let normalized = phone::normalized(&original, &region_code).ok_or_else(|| invalid("phones", "phone number is invalid"))?;
        Ok(Phone {
            original,
            normalized,
            extension: fields.text("extension")?,
            region_code,
            primary: fields.boolean("primary")?.unwrap_or(false),
            sms_preference: fields.word("smsPreference", SMS_PREFERENCES)?,
            kind: fields.word("type", PHONE_TYPES)?.unwrap_or(MOBILE),
        })
    }
}

impl Contact {
    /// `customer` of a body: `emailAddress` or `mobilePhone`, exactly one of them.
    pub(super) fn read(body: &Fields) -> Result<Contact, Reply> {
        let fields = body.object("customer")?.ok_or_else(|| blank("customer"))?;
        let given = |name: &str| fields.text(name).map(|text| text.filter(|text| !text.trim().is_empty()));
        match (given("emailAddress")?, given("mobilePhone")?) {
            (Some(email), None) => Email::checked(&email, "customer.emailAddress").map(Contact::Email),
            (None, Some(number)) => match phone::is_e164(&number) {
                true => Ok(Contact::Mobile(Phone::mobile(&number))),
                false => Err(invalid("customer.mobilePhone", "customer.mobilePhone must be in E.164 format")),
            },
            _ => {
                let detail = "exactly one of emailAddress, mobilePhone must be provided";
                Err(Problem::new("invalid", detail).at("customer").refused(400))
            }
        }
    }

    /// The id of the customer with this address or number, if there is one. Of several with the same number, which only
    /// numbers that are not mobile can have, the first.
    fn customer_id(&self, organization: &Organization) -> Option<String> {
        let customer = match self {
            Contact::Email(email) => organization.customers.with_email(&email.normalized).next(),
            Contact::Mobile(phone) => organization.customers.with_phone(&phone.normalized).next(),
        };
        customer.map(|customer| customer.id.clone())
    }
}

impl Call<'_> {
    /// The id of the customer who can be reached this way, who is created if there is none.
    pub(super) fn customer_of(&mut self, contact: Contact) -> String {
        if let Some(id) = contact.customer_id(self.organization) {
            return id;
        }
        let id = self.organization.ids.next();
        let mut customer = Customer::new(id.clone(), self.now);
        match contact {
            Contact::Email(email) => customer.emails.push(email),
            Contact::Mobile(phone) => customer.phones.push(phone),
        }
        self.organization.customers.customers.push(customer);
        self.record("CUSTOMER_PROFILE/CREATED", json!({"customerId": id}));
        id
    }
}
