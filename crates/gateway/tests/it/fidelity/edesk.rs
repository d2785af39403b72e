//! eDesk: a missing field is 400 with `details.<field>.errorCode` 4001, all of them together.

use catalog::plan::Plan;
use sandbox::Vendor;
use serde_json::{Value, json};

use super::incomplete::without;
use super::required::Place;
use super::table::{Operation, operations};
use super::{Answer, Simulated};

/// Takes files, not JSON.
const UPLOAD: &str = "create_a_e_desk_order_note_attachment";

/// Parts of an upload have no members that could be missing.
const NO_MEMBERS: &[(&str, &str)] = &[(UPLOAD, "attachments[].name"), (UPLOAD, "attachments[].content")];

async fn edesk() -> Simulated {
    Simulated::start(Vendor::EDesk, json!({"bucket_capacity": 0})).await
}

fn table() -> Vec<Operation> {
    operations(include_str!("edesk.txt"))
}

/// Neither fields within others nor the parts of an upload are in the vendor's examples; how the sandbox names them is its own.
fn is_missing(answer: &Answer, place: &Place) -> bool {
    let dotted = place.dotted();
    let (field, code) = match dotted.as_str() {
        // An order needs one of the two.
        "contact" => ("contact_id", 4001),
        // A file that is not told completely has the wrong form.
        file if file.starts_with("attachments.") => ("attachments", 4019),
        field => (field.trim_end_matches("[]"), 4001),
    };
    let body = answer.json();
    let error = &body["error"];
    answer.status == 400
        && error["httpCode"] == 400
        && error["message"] == "Validation failed"
        && error["details"][field]["errorCode"] == code
}

#[tokio::test]
async fn the_definition_requires_what_edesk_requires() {
    edesk().await.agrees_with(&table());
}

#[tokio::test]
async fn every_operation_of_edesk_succeeds_with_what_it_requires() {
    edesk().await.succeeds(&table(), |_, answer| answer.is("application/json") && answer.json().get("data").is_some()).await;
}

#[tokio::test]
async fn every_operation_of_edesk_is_refused_without_a_required_field() {
    edesk().await.refuses(&table(), NO_MEMBERS, |_, place, answer| is_missing(answer, place)).await;
}

#[tokio::test]
async fn edesk_names_all_missing_fields_together() {
    let edesk = edesk().await;
    for operation in table() {
        let call = &operation.calls[0];
        let plan = edesk.plan(&call.tool, &call.arguments);
        let top = operation.requires.iter().filter(|name| !name.contains('.'));
        let places: Vec<Place> = top.filter_map(|name| without(&plan, name)).map(|(place, _)| place).collect();
        if places.is_empty() || operation.tool == UPLOAD {
            continue;
        }
        let answer = edesk.answer(call, &Plan { body: Some(b"{}".to_vec()), ..plan }).await;
        assert!(places.iter().all(|place| is_missing(&answer, place)), "{}: {}", call.tool, answer.text);
    }
}

#[tokio::test]
async fn the_examples_of_edesk_work() {
    edesk().await.follows_the_examples(&[]).await;
}

#[test]
fn a_refusal_that_names_another_field_is_not_taken_for_the_documented_one() {
    let answer = |details: Value| Answer {
        status: 400,
        headers: reqwest::header::HeaderMap::new(),
        text: json!({"error": {"httpCode": 400, "message": "Validation failed", "details": details}}).to_string(),
    };
    assert!(is_missing(&answer(json!({"name": {"errorCode": 4001}})), &Place::of("name")));
    assert!(!is_missing(&answer(json!({"body": {"errorCode": 4001}})), &Place::of("name")));
    assert!(!is_missing(&answer(json!({"name": {"errorCode": 4002}})), &Place::of("name")));
}
