//! Sendoso: one missing field at a time is 400 with `<field> can't be blank`, in the order of the schema.

use sandbox::Vendor;
use serde_json::json;

use super::required::Place;
use super::table::{Call, Operation, operations};
use super::{Answer, Simulated};

async fn sendoso() -> Simulated {
    let settings = json!({"core_requests_per_second": 0, "marketplace_requests_per_minute": 0});
    Simulated::start(Vendor::Sendoso, settings).await
}

fn table() -> Vec<Operation> {
    operations(include_str!("sendoso.txt"))
}

fn is_documented(call: &Call, place: &Place, answer: &Answer) -> bool {
    let lacks = match (call.tool.as_str(), place.name()) {
        // Without the flag it is a send to an address, which lacks that.
        ("create_a_sendoso_physical_gift_address_collection", "no_address") => "address",
        // Instead of the object, the first of what it must have.
        ("create_a_sendoso_scim_user", "name") => "givenName",
        (_, name) => name,
    };
    // SCIM has its own form of refusals (RFC 7644, section 3.12).
    let message = if call.tool.contains("_scim_") { "detail" } else { "message" };
    answer.status == 400 && answer.json()[message] == format!("{lacks} can't be blank")
}

#[tokio::test]
async fn every_operation_of_sendoso_succeeds_with_what_it_requires() {
    sendoso().await.succeeds(&table(), |_, answer| answer.is("application/json") || answer.text.contains("scim")).await;
}

#[tokio::test]
async fn the_definition_requires_what_sendoso_requires() {
    sendoso().await.agrees_with(&table());
}

#[tokio::test]
async fn the_examples_of_sendoso_work() {
    sendoso().await.follows_the_examples(&[]).await;
}

#[tokio::test]
async fn every_operation_of_sendoso_is_refused_without_a_required_field() {
    sendoso().await.refuses(&table(), &[], is_documented).await;
}
