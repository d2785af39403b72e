//! The event list.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::support::Gladly;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn what_happened_is_listed_in_json_lines_by_entity() {
    let api = Gladly::start().await;
    let start = api.in_days(0).await;
    api.post("/customer-profiles", json!({"id": "cus_new", "name": "New"})).await;
    let task = json!({"body": "Call", "dueAt": api.in_days(1).await, "assignee": {"inboxId": "inb_esc"}, "id": "tsk_new"});
    assert_eq!(api.post("/customers/cus_new/tasks", task).await.status, 201);
    let answer = api.get(&format!("/events?startAt={start}&entities=TASK&entities=CUSTOMER")).await;
    assert_eq!((answer.status, &answer.headers["content-type"]), (200, &"application/x-jsonlines".parse().unwrap()));
    let events = lines(&answer.text);
    let types: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["CUSTOMER_PROFILE/CREATED", "TASK/CREATED"]);
    assert_eq!((&events[1]["content"]["taskId"], &events[1]["content"]["customerId"]), (&json!("tsk_new"), &json!("cus_new")));
    assert_eq!(events[1]["initiator"], json!({"id": "agt_api", "type": "API"}));
    let tasks = lines(&api.get(&format!("/events?startAt={start}&entities=TASK")).await.text);
    assert_eq!(tasks, events[1..]);
    assert_eq!(api.get(&format!("/events?startAt={start}&entities=AGENT_STATUS")).await.text, "");
}

#[tokio::test]
async fn the_seeded_conversations_of_the_last_day_are_told() {
    let api = Gladly::start().await;
    let start = api.in_days(0).await;
    let start = (start.parse::<jiff::Timestamp>().unwrap() - jiff::SignedDuration::from_hours(23)).to_string();
    let events = lines(&api.get(&format!("/events?startAt={start}&entities=CONVERSATION&entities=CONTACT")).await.text);
    let about = |id: &str| -> Vec<&str> {
        let events = events.iter().filter(|event| event["content"]["conversationId"] == id);
        events.map(|event| event["type"].as_str().unwrap()).collect()
    };
    assert_eq!(about("con_2"), ["CONVERSATION/CREATED", "CONTACT/MESSAGE_RECEIVED", "CONTACT/MESSAGE_RECEIVED"]);
    assert_eq!(about("con_1"), [""; 0]);
    assert!(events.is_sorted_by_key(|event| event["timestamp"].as_str().unwrap().to_owned()));

    api.post("/conversation-items/it_1/reply", json!({"content": {"type": "SMS", "body": "We are on it."}})).await;
    api.post("/communications/sms", json!({"customer": {"mobileNumber": "+15555550198"}, "from": "+14155550000", "body": "Sent."})).await;
    let events = lines(&api.get(&format!("/events?startAt={start}&entities=CONTACT")).await.text);
    let sent = json!({"channel": "SMS", "contactId": "ctc_con_2", "conversationId": "con_2", "customerId": "cus_123"});
    assert_eq!(events.iter().rev().take(2).map(|event| &event["content"]).collect::<Vec<_>>(), [&sent, &sent]);
    assert_eq!(events.last().unwrap()["type"], "CONTACT/MESSAGE_SENT");
}

#[tokio::test]
async fn the_list_can_be_behind() {
    let api = Gladly::start().await;
    api.set("event_lag_seconds", json!(15)).await;
    let start = api.in_days(0).await;
    api.post("/customer-profiles", json!({"name": "New"})).await;
    let path = format!("/events?startAt={start}&entities=CUSTOMER");
    assert_eq!(api.get(&path).await.text, "");
    api.control("clock", json!({"advance_seconds": 15})).await;
    assert_eq!(lines(&api.get(&path).await.text).len(), 1);
}

#[tokio::test]
async fn the_list_reaches_back_for_a_day() {
    let api = Gladly::start().await;
    let path = format!("/events?startAt={}&entities=TASK", api.in_days(0).await);
    api.control("clock", json!({"advance_seconds": 86_390})).await;
    assert_eq!(api.get(&path).await.status, 200);
    api.control("clock", json!({"advance_seconds": 20})).await;
    assert_snapshot!(api.get(&path).await.line(), @r#"400 {"errors":[{"attr":"startAt","code":"invalid","detail":"startAt must be within the last 24 hours"}]}"#);
}

#[tokio::test]
async fn a_time_that_makes_no_sense_is_refused() {
    let api = Gladly::start().await;
    let (now, later) = (api.in_days(0).await, api.in_days(1).await);
    let mut refusals = Vec::new();
    for query in [
        "entities=TASK".to_owned(),
        format!("startAt={now}"),
        format!("startAt={now}&entities=TASK&entities=PARCEL"),
        format!("startAt={later}&endAt={now}&entities=TASK"),
        "startAt=yesterday&entities=TASK".to_owned(),
    ] {
        refusals.push(api.get(&format!("/events?{query}")).await.line());
    }
    assert_snapshot!(refusals.join("\n"), @r#"
    400 {"errors":[{"attr":"startAt","code":"blank","detail":"startAt cannot be blank"}]}
    400 {"errors":[{"attr":"entities","code":"blank","detail":"entities cannot be blank"}]}
    400 {"errors":[{"attr":"entities","code":"invalid","detail":"PARCEL is not one of AGENT_AVAILABILITY, AGENT_STATUS, CONTACT, CONVERSATION, CUSTOMER, PAYMENT_REQUEST, TASK"}]}
    400 {"errors":[{"attr":"startAt","code":"invalid","detail":"endAt must occur after startAt"}]}
    400 {"errors":[{"attr":"startAt","code":"invalid","detail":"startAt must be an RFC 3339 date and time"}]}
    "#);
}
