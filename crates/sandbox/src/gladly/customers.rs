//! Customer profiles: found by exactly one identifier, merged ones lead to their successor, and none with an open
//! conversation can be deleted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::gladly::access::Permission;
use crate::gladly::call::Call;
use crate::gladly::contact::{Email, Phone};
use crate::gladly::conversations::Status;
use crate::gladly::fields::Fields;
use crate::gladly::ids::wished_id;
use crate::gladly::organization::Organization;
use crate::gladly::phone;
use crate::gladly::profile::{Changes, absorb};
use crate::gladly::refusal::{Answer, Problem, invalid, taken};
use crate::gladly::settings::Settings;
use crate::gladly::success::{created, found, limited, no_content};
use crate::kit::reply::Reply;

/// What the vendor's documentation calls a customer profile.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Customer {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<String>,
    pub(super) emails: Vec<Email>,
    pub(super) phones: Vec<Phone>,
    /// Of lookup adaptors of the old kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) external_customer_id: Option<String>,
    /// Of lookup adaptors of the new kind, by adaptor.
    pub(super) external_customer_ids: BTreeMap<String, String>,
    pub(super) custom_attributes: Map<String, Value>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
}

/// Customers, and where merged ones went.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Customers {
    pub(super) customers: Vec<Customer>,
    /// Old id to the id it was merged into.
    pub(super) merged_customers: BTreeMap<String, String>,
}

/// Why an id stands for no customer.
#[derive(Debug)]
pub(super) enum Absence {
    Merged { into: String },
    Unknown,
}

impl Customer {
    pub(super) fn new(id: String, now: Timestamp) -> Customer {
        Customer {
            id,
            name: None,
            image: None,
            address: None,
            emails: Vec::new(),
            phones: Vec::new(),
            external_customer_id: None,
            external_customer_ids: BTreeMap::new(),
            custom_attributes: Map::new(),
            created_at: now,
            updated_at: now,
        }
    }
}

impl Customers {
    pub(super) fn find(&self, id: &str) -> Result<&Customer, Absence> {
        match self.merged_customers.get(id) {
            Some(into) => Err(Absence::Merged { into: self.latest(into).to_owned() }),
            None => self.customers.iter().find(|customer| customer.id == id).ok_or(Absence::Unknown),
        }
    }

    pub(super) fn with_email(&self, normalized: &str) -> impl Iterator<Item = &Customer> {
        self.customers.iter().filter(move |customer| customer.emails.iter().any(|email| email.normalized == normalized))
    }

    pub(super) fn with_phone(&self, normalized: &str) -> impl Iterator<Item = &Customer> {
        self.customers.iter().filter(move |customer| customer.phones.iter().any(|phone| phone.normalized == normalized))
    }

    /// Is it, or was it, the id of a customer?
    pub(super) fn has_used(&self, id: &str) -> bool {
        !matches!(self.find(id), Err(Absence::Unknown))
    }

    /// Also what led to it is forgotten.
    pub(super) fn forget(&mut self, id: &str) {
        self.customers.retain(|customer| customer.id != id);
        let leading: Vec<String> = self.merged_customers.keys().filter(|old| self.latest(old) == id).cloned().collect();
        self.merged_customers.retain(|old, _| !leading.contains(old));
    }

    /// Joins two profiles; the old id need not have had one. A merge that has been made is not an error.
    pub(super) fn merge(&mut self, old: &str, new: &str) -> Result<(), String> {
        match self.merged_customers.get(old) {
            Some(into) if into == new => return Ok(()),
            Some(into) => return Err(format!("`{old}` has been merged into `{into}`")),
            None => {}
        }
        if old == new || self.find(new).is_err() {
            return Err(format!("`{new}` is no customer that `{old}` could be merged into"));
        }
        let place = self.customers.iter().position(|customer| customer.id == old);
        let profile = place.map(|place| self.customers.remove(place));
        let successor = self.customers.iter_mut().find(|customer| customer.id == new);
        if let (Some(profile), Some(successor)) = (profile, successor) {
            absorb(successor, profile);
        }
        self.merged_customers.insert(old.to_owned(), new.to_owned());
        Ok(())
    }

    /// Where an id leads when profiles were merged one after the other.
    fn latest<'a>(&'a self, id: &'a str) -> &'a str {
        // No circle is possible: a merge is into a living profile, and ends one.
        self.merged_customers.get(id).map_or(id, |into| self.latest(into))
    }
}

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("GET", ["customer-profiles"]) => search(call),
        ("POST", ["customer-profiles"]) => create(call),
        ("GET", ["customer-profiles", id]) => known(call, id).map(found),
        ("PATCH", ["customer-profiles", id]) => update(call, id),
        ("DELETE", ["customer-profiles", id]) => delete(call, id),
        _ => return None,
    })
}

/// The customer of a path under `/customers/{id}/…`, whose refusal of a merged id is worded in its own way. Assumed for
/// all of these routes; the vendor documents it for the creation of conversation items.
pub(super) fn owner(organization: &Organization, settings: &Settings, id: &str) -> Result<(), Reply> {
    match organization.customers.find(id) {
        Ok(_) => Ok(()),
        Err(Absence::Unknown) => Err(unknown(id)),
        Err(Absence::Merged { into }) => Err(moved_owner(id, &into).refused(settings.merged_status.into())),
    }
}

pub(super) fn moved_owner(old: &str, new: &str) -> Problem {
    let detail = format!("the customer id has changed from [{old}] to [{new}]");
    Problem::new("moved", &detail).at("customer id").with_meta(json!({"old": old, "new": new}))
}

pub(super) fn unknown(id: &str) -> Reply {
    Problem::new("not_exist", &format!("customer profile [{id}] does not exist")).refused_as_object(404)
}

fn search(call: &Call<'_>) -> Answer {
    let asked = |name: &str| call.request.parameter(name).filter(|value| !value.is_empty());
    let customers = &call.organization.customers;
    let mut matching: Vec<&Customer> = match (asked("email"), asked("phoneNumber"), asked("externalCustomerId")) {
        (Some(email), None, None) => customers.with_email(&Email::normalize(email)).collect(),
        (None, Some(number), None) if !phone::is_e164(number) => {
            return Err(invalid("phoneNumber", "phoneNumber must be in E.164 format"));
        }
        (None, Some(number), None) => customers.with_phone(number).collect(),
        (None, None, Some(id)) => customers.customers.iter().filter(|customer| has_external_id(customer, id)).collect(),
        _ => {
            let detail = "exactly one of email, phoneNumber, externalCustomerId must be provided";
            return Err(Problem::new("invalid", detail).refused(400));
        }
    };
    matching.sort_by_key(|customer| std::cmp::Reverse(customer.updated_at));
    Ok(limited(&matching, call.settings.customers_cap))
}

fn has_external_id(customer: &Customer, id: &str) -> bool {
    customer.external_customer_id.as_deref() == Some(id) || customer.external_customer_ids.values().any(|value| value == id)
}

fn create(call: &mut Call<'_>) -> Answer {
    let fields = Fields::of(call.request)?;
    let wished = wished_id(&fields)?;
    let changes = Changes::read(&fields)?;
    let customers = &call.organization.customers;
    if wished.as_deref().is_some_and(|id| customers.has_used(id)) {
        return Err(taken("id", "customer ID exists"));
    }
    changes.demand_unique(customers, None)?;
    let id = wished.unwrap_or_else(|| call.organization.ids.next());
    let mut customer = Customer::new(id.clone(), call.now);
    changes.apply(&mut customer);
    call.organization.customers.customers.push(customer);
    call.record("CUSTOMER_PROFILE/CREATED", json!({"customerId": id}));
    Ok(created(format!("/api/v1/customer-profiles/{id}")))
}

fn update(call: &mut Call<'_>, id: &str) -> Answer {
    known(call, id)?;
    let changes = Changes::read(&Fields::of(call.request)?)?;
    changes.demand_unique(&call.organization.customers, Some(id))?;
    if let Some(customer) = call.organization.customers.customers.iter_mut().find(|customer| customer.id == id) {
        changes.apply(customer);
        customer.updated_at = call.now;
    }
    call.record("CUSTOMER_PROFILE/UPDATED", json!({"customerId": id}));
    Ok(no_content())
}

/// Takes the conversations, with their items, and the tasks along.
fn delete(call: &mut Call<'_>, id: &str) -> Answer {
    call.caller.demand(Permission::ComplianceAdmin)?;
    known(call, id)?;
    let organization = &mut *call.organization;
    if organization.conversations.iter().any(|conversation| conversation.customer_id == id && conversation.status != Status::Closed) {
        let detail = "Unable to delete the profile. Please close any open or waiting conversations.";
        return Err(Problem::new("invalid_state", detail).at("conversation").refused_as_object(400));
    }
    organization.forget_customer(id);
    call.record("CUSTOMER_PROFILE/DELETED", json!({"customerId": id}));
    Ok(no_content())
}

fn known<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a Customer, Reply> {
    match call.organization.customers.find(id) {
        Ok(customer) => Ok(customer),
        Err(Absence::Unknown) => Err(unknown(id)),
        Err(Absence::Merged { into }) => {
            let problem = Problem::new("moved", "customer id has changed").at("customerId");
            Err(problem.with_meta(json!({"old": id, "new": into})).refused(call.settings.merged_status.into()))
        }
    }
}
