//! The seeded people.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::gladly::contact::{Email, Phone};
use crate::gladly::customers::{Customer, Customers};
use crate::gladly::seed::{DAY, ago};

/// Created a year ago; `updated` is how many days ago something changed.
struct Person {
    id: &'static str,
    name: &'static str,
    email: &'static str,
    phone: &'static str,
    updated: i64,
    attributes: Value,
}

pub(in crate::gladly) fn customers(now: Timestamp) -> Customers {
    let mut customers: Vec<Customer> = people().into_iter().map(|person| customer(person, now)).collect();
    // People write numbers as they like. This one has too few digits for its country, and is E.164 nevertheless.
    if let Some(dana) = customers.first_mut() {
        dana.phones.push(Phone { original: "+1-555-0198".to_owned(), ..Phone::mobile("+15550198") });
    }
    Customers { customers, merged_customers: BTreeMap::from_iter([("cus_892833".to_owned(), "rVamfZHvQuORFnsk-3mNuw".to_owned())]) }
}

fn people() -> Vec<Person> {
    let person = |id, name, email, phone, updated, attributes| Person { id, name, email, phone, updated, attributes };
    vec![
        person("cus_123", "Dana Poe", "dana.poe@example.com", "+15555550198", 0, json!({"lifetimeValue": "310.00"})),
        person("cus_456", "Marcus Hale", "marcus.hale@example.com", "+15555550456", 2, json!({"lifetimeValue": "95.20"})),
        person(
            "cus_892834",
            "Elena Rossi",
            "elena.rossi@example.com",
            "+15555550834",
            0,
            json!({"vip": "true", "lifetimeValue": "1240.50"}),
        ),
        person(
            "rVamfZHvQuORFnsk-3mNuw",
            "Jordan Lee",
            "jordan.lee@example.com",
            "+15555550833",
            1,
            json!({"vip": "true", "lifetimeValue": "2080.00"}),
        ),
        person("cus_2671", "Priya Raman", "priya.raman@example.com", "+14155552671", 0, json!({"lifetimeValue": "862.40"})),
        // Has no conversation yet.
        person("cus_200", "Tomas Lind", "tomas.lind@example.com", "+15555550200", 30, json!({})),
    ]
}

fn customer(person: Person, now: Timestamp) -> Customer {
    let custom_attributes = match person.attributes {
        Value::Object(attributes) => attributes,
        _ => Map::new(),
    };
    Customer {
        name: Some(person.name.to_owned()),
        emails: vec![Email { primary: true, ..Email::new(person.email) }],
        phones: vec![Phone { primary: true, sms_preference: Some("ON"), ..Phone::mobile(person.phone) }],
        external_customer_ids: BTreeMap::from_iter([("acme-shop".to_owned(), format!("shop-{}", person.id))]),
        custom_attributes,
        created_at: ago(now, 365 * DAY),
        updated_at: ago(now, person.updated * DAY + 600),
        ..Customer::new(person.id.to_owned(), now)
    }
}
