//! Sendoso: one missing field at a time is 400 with `<field> can't be blank`, in the order of the schema.

use sandbox::Vendor;
use serde_json::json;

use super::required::Place;
use super::table::{Call, calls};
use super::{Answer, Simulated};

async fn sendoso() -> Simulated {
    let settings = json!({"core_requests_per_second": 0, "marketplace_requests_per_minute": 0});
    Simulated::start(Vendor::Sendoso, settings).await
}

fn table() -> Vec<Call> {
    calls(include_str!("sendoso.txt"))
}

#[tokio::test]
async fn every_operation_of_sendoso_succeeds_with_what_it_requires() {
    sendoso().await.succeeds(&table(), |_, answer| answer.is_json() || answer.text.contains("scim")).await;
}

#[tokio::test]
async fn the_examples_of_sendoso_work() {
    let tried = sendoso().await.follows_the_examples(&[]).await;
    assert!(tried >= 8, "{tried}");
}

#[tokio::test]
async fn every_operation_of_sendoso_is_refused_without_a_required_field() {
    // Without a field that tells the kinds of sends apart it is another kind, which lacks something else.
    let is_documented = |_: &Call, _: &Place, answer: &Answer| answer.status == 400 && answer.text.contains("can't be blank");
    let tried = sendoso().await.refuses(&table(), is_documented).await;
    assert!(tried >= 40, "{tried}");
}
