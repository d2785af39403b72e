//! eDesk: a missing field is 400 with `details.<field>.errorCode` 4001, all of them together.

use sandbox::Vendor;
use serde_json::{Value, json};

use super::required::Place;
use super::table::{Call, calls};
use super::{Answer, Simulated};

async fn edesk() -> Simulated {
    Simulated::start(Vendor::EDesk, json!({"bucket_capacity": 0})).await
}

fn table() -> Vec<Call> {
    calls(include_str!("edesk.txt"))
}

fn is_missing(answer: &Answer, place: &Place) -> bool {
    let body = answer.json();
    let error = &body["error"];
    answer.status == 400
        && error["httpCode"] == 400
        && error["message"] == "Validation failed"
        // Fields within others are not in the vendor's examples; how the sandbox names them is its own.
        && (error["details"][place.dotted()]["errorCode"] == 4001)
}

#[tokio::test]
async fn every_operation_of_edesk_succeeds_with_what_it_requires() {
    edesk().await.succeeds(&table(), |_, answer| answer.is_json() && answer.json().get("data").is_some()).await;
}

#[tokio::test]
async fn every_operation_of_edesk_is_refused_without_a_required_field() {
    let tried = edesk().await.refuses(&table(), |_, place, answer| is_missing(answer, place)).await;
    assert!(tried >= 40, "{tried}");
}

#[tokio::test]
async fn edesk_names_all_missing_fields_together() {
    let edesk = edesk().await;
    let mut tried = 0;
    for call in table() {
        let Some((required, plan)) = edesk.empty(&call).filter(|(required, _)| !required.is_empty()) else { continue };
        let answer = edesk.answer(&call, &plan).await;
        tried += 1;
        assert!(required.iter().all(|place| is_missing(&answer, place)), "{}: {}", call.tool, answer.text);
        let named = answer.json()["error"]["details"].as_object().map_or(0, serde_json::Map::len);
        assert!(named >= required.len(), "{}: {}", call.tool, answer.text);
    }
    assert!(tried >= 8, "{tried}");
}

#[tokio::test]
async fn the_examples_of_edesk_work() {
    let tried = edesk().await.follows_the_examples(&[]).await;
    assert!(tried >= 15, "{tried}");
}

#[test]
fn a_refusal_that_names_another_field_is_not_taken_for_the_documented_one() {
    let answer = |details: Value| Answer {
        status: 400,
        headers: reqwest::header::HeaderMap::new(),
        text: json!({"error": {"httpCode": 400, "message": "Validation failed", "details": details}}).to_string(),
    };
    assert!(is_missing(&answer(json!({"name": {"errorCode": 4001}})), &Place::of(&["name"])));
    assert!(!is_missing(&answer(json!({"body": {"errorCode": 4001}})), &Place::of(&["name"])));
    assert!(!is_missing(&answer(json!({"name": {"errorCode": 4002}})), &Place::of(&["name"])));
}
