//! Gladly: a missing field is 400 with code `blank` and its place as `attr`; none of several is `invalid`.

use reqwest::header::LOCATION;
use sandbox::Vendor;
use serde_json::{Value, json};

use super::required::Place;
use super::table::{Call, Operation, operations};
use super::{Answer, Simulated};

/// Creates that answer 201 with the object instead of its address.
const CREATED_WITH_BODY: &[&str] = &["create_a_gladly_business_hour"];

/// Answers 200 without a body: the vendor shows none.
const EMPTY: &[&str] = &["update_a_gladly_custom_channel_message_status_by_id"];

/// Answers 200 of a line a record. That of events may have none: nothing may have happened within the time asked for.
const LINES: &[(&str, &str)] =
    &[("list_all_gladly_events", "application/x-jsonlines"), ("get_single_gladly_job_file_by_id", "application/x-ndjson")];

const TABLES: &[&str] = &["create_a_gladly_report", "create_a_gladly_work_session_report"];

const SOUNDS: &[&str] = &["get_single_gladly_media_recording_by_id"];

/// What the definition requires and the vendor does not: a search for nothing finds nothing, and an answer's text that is replaced
/// without a new one is gone.
const REQUIRED_BY_US: &[(&str, &str)] =
    &[("list_all_gladly_public_answer_searches", "q"), ("update_a_gladly_answer_content_by_id", "bodyHtml")];

async fn gladly() -> Simulated {
    Simulated::start(Vendor::Gladly, json!({"requests_per_second": 0})).await
}

fn table() -> Vec<Operation> {
    operations(include_str!("gladly.txt"))
}

/// 201 is an empty answer with an address, 204 an empty one, and 200 of the documented media type.
fn is_right(call: &Call, answer: &Answer) -> bool {
    match answer.status {
        201 if CREATED_WITH_BODY.contains(&call.tool.as_str()) => answer.json()["id"].is_string(),
        201 => answer.text.is_empty() && answer.headers.get(LOCATION).is_some_and(|place| place.as_bytes().starts_with(b"/api/v1/")),
        204 => answer.text.is_empty(),
        303 => answer.headers.contains_key(LOCATION),
        200 => is_of_its_kind(&call.tool, answer),
        _ => false,
    }
}

fn is_of_its_kind(tool: &str, answer: &Answer) -> bool {
    if let Some((_, media_type)) = LINES.iter().find(|(lines, _)| *lines == tool) {
        let is_record = |line: &str| serde_json::from_str::<Value>(line).is_ok_and(|record| record.is_object());
        return answer.is(media_type) && answer.text.lines().all(is_record);
    }
    if TABLES.contains(&tool) {
        let width = |line: &str| line.split(',').count();
        let columns = answer.text.lines().next().map_or(0, width);
        // No seeded value has a comma in it.
        return answer.is("text/csv") && columns > 1 && answer.text.lines().all(|line| width(line) == columns);
    }
    if SOUNDS.contains(&tool) {
        return answer.is("audio/mpeg") && !answer.text.is_empty();
    }
    if EMPTY.contains(&tool) {
        return answer.text.is_empty();
    }
    answer.is("application/json") && (answer.json().is_object() || answer.json().is_array())
}

fn is_blank(call: &Call, place: &Place, answer: &Answer) -> bool {
    if REQUIRED_BY_US.contains(&(call.tool.as_str(), place.name())) {
        return answer.status == 200;
    }
    let dotted = place.dotted();
    let is_this = |problem: &Value| {
        let (attr, code) = (problem["attr"].as_str(), problem["code"].as_str());
        match dotted.as_str() {
            // One of several that must be there: nothing says which one is missing.
            "email" | "phoneNumber" | "externalCustomerId" => attr.is_none() && code == Some("invalid"),
            "customer.emailAddress" | "customer.mobilePhone" => (attr, code) == (Some("customer"), Some("invalid")),
            "body.text" | "body.html" => (attr, code) == (Some("body"), Some("blank")),
            // The one documented exception: a blank name of business hours is invalid.
            "name" if call.tool.contains("_business_hour") => (attr, code) == (Some("name"), Some("invalid")),
            _ => code == Some("blank") && attr.is_some_and(|attr| names(attr, place)),
        }
    };
    answer.status == 400 && answer.json()["errors"].as_array().is_some_and(|problems| problems.iter().any(is_this))
}

/// How fields of a list's items are named is in no example. Instead of an object that is missing, what it must have may be named.
fn names(attr: &str, place: &Place) -> bool {
    match place.is_in_a_list() {
        true => attr.ends_with(place.name()),
        false => attr == place.dotted() || attr.starts_with(&format!("{}.", place.dotted())),
    }
}

#[tokio::test]
async fn every_operation_of_gladly_succeeds_with_what_it_requires() {
    gladly().await.succeeds(&table(), is_right).await;
}

#[tokio::test]
async fn the_definition_requires_what_gladly_requires() {
    gladly().await.agrees_with(&table());
}

#[tokio::test]
async fn every_operation_of_gladly_is_refused_without_a_required_field() {
    gladly().await.refuses(&table(), &[], is_blank).await;
}

#[tokio::test]
async fn the_examples_of_gladly_work() {
    // Only the last 24 hours can be asked for, which no written example knows.
    gladly().await.follows_the_examples(&["list_all_gladly_events"]).await;
}
