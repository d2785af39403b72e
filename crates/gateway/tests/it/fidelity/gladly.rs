//! Gladly: a missing field is 400 with code `blank` and its place as `attr`.

use reqwest::header::LOCATION;
use sandbox::Vendor;
use serde_json::{Value, json};

use super::required::Place;
use super::table::{Call, calls};
use super::{Answer, Simulated};

/// Creates that answer 201 with the object instead of its address.
const CREATED_WITH_BODY: &[&str] = &["create_a_gladly_business_hour"];

async fn gladly() -> Simulated {
    Simulated::start(Vendor::Gladly, json!({"requests_per_second": 0})).await
}

fn table() -> Vec<Call> {
    calls(include_str!("gladly.txt"))
}

/// 201 is an empty answer with an address, 204 an empty one, and of the rest each has something to tell.
fn is_right(call: &Call, answer: &Answer) -> bool {
    match answer.status {
        201 if CREATED_WITH_BODY.contains(&call.tool.as_str()) => answer.json()["id"].is_string(),
        201 => answer.text.is_empty() && answer.headers.get(LOCATION).is_some_and(|place| place.as_bytes().starts_with(b"/api/v1/")),
        204 => answer.text.is_empty(),
        303 => answer.headers.contains_key(LOCATION),
        _ => !answer.text.is_empty(),
    }
}

fn is_blank(call: &Call, place: &Place, answer: &Answer) -> bool {
    // The one documented exception: a blank name of business hours is invalid.
    let code = if call.tool.ends_with("_business_hour") || call.tool.contains("business_hour_by_id") {
        ["blank", "invalid"].as_slice()
    } else {
        &["blank"]
    };
    let is_this = |problem: &Value| {
        let attr = problem["attr"].as_str().unwrap_or_default();
        // How fields of a list's items are named is in no example.
        let is_place = if place.is_in_a_list() { attr.ends_with(place.name()) } else { attr == place.dotted() };
        is_place && problem["code"].as_str().is_some_and(|found| code.contains(&found))
    };
    answer.status == 400 && answer.json()["errors"].as_array().is_some_and(|problems| problems.iter().any(is_this))
}

#[tokio::test]
async fn every_operation_of_gladly_succeeds_with_what_it_requires() {
    gladly().await.succeeds(&table(), is_right).await;
}

#[tokio::test]
async fn every_operation_of_gladly_is_refused_without_a_required_field() {
    let tried = gladly().await.refuses(&table(), is_blank).await;
    assert!(tried >= 60, "{tried}");
}

#[tokio::test]
async fn the_examples_of_gladly_work() {
    let tried = gladly().await.follows_the_examples().await;
    assert!(tried >= 30, "{tried}");
}
