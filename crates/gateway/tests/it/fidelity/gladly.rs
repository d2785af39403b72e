//! Gladly: a missing field is 400 with code `blank` and its place as `attr`.

use reqwest::header::LOCATION;
use sandbox::Vendor;
use serde_json::{Value, json};

use super::required::Place;
use super::table::{Call, calls};
use super::{Answer, Simulated};

/// Creates that answer 201 with the object instead of its address.
const CREATED_WITH_BODY: &[&str] = &["create_a_gladly_business_hour"];

/// Answers 200 that may have nothing in them: no event within the time asked for, and one that has no body.
const MAY_BE_EMPTY: &[&str] = &["list_all_gladly_events", "update_a_gladly_custom_channel_message_status_by_id"];

/// What the definition requires and the vendor does not: a search for nothing finds nothing, and an answer's text that is replaced
/// without a new one is gone.
const REQUIRED_BY_US: &[(&str, &str)] =
    &[("list_all_gladly_public_answer_searches", "q"), ("update_a_gladly_answer_content_by_id", "bodyHtml")];

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
        _ => !answer.text.is_empty() || MAY_BE_EMPTY.contains(&call.tool.as_str()),
    }
}

fn is_blank(call: &Call, place: &Place, answer: &Answer) -> bool {
    if REQUIRED_BY_US.contains(&(call.tool.as_str(), place.name())) {
        return answer.status == 200;
    }
    // The one documented exception: a blank name of business hours is invalid.
    let code = if call.tool.contains("_business_hour") && place.name() == "name" { "invalid" } else { "blank" };
    let is_this = |problem: &Value| {
        let attr = problem["attr"].as_str().unwrap_or_default();
        // How fields of a list's items are named is in no example. Instead of an object that is missing, what it must have may be named.
        let is_place = match place.is_in_a_list() {
            true => attr.ends_with(place.name()),
            false => attr == place.dotted() || attr.starts_with(&format!("{}.", place.dotted())),
        };
        is_place && problem["code"] == code
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
    // Only the last 24 hours can be asked for, which no written example knows.
    let tried = gladly().await.follows_the_examples(&["list_all_gladly_events"]).await;
    assert!(tried >= 30, "{tried}");
}
