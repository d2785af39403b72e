//! Webhooks.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::required::{posted_without, with};
use crate::gladly::support::{Gladly, by_id, location};

fn webhook() -> Value {
    json!({"name": "CSAT", "url": "https://gw.example/gladly", "events": ["CONVERSATION/CLOSED"], "enabled": false,
           "headers": {"X-Gladly-Token": "123"}})
}

#[tokio::test]
async fn a_webhook_is_created_enabled_disabled_and_deleted() {
    let api = Gladly::start().await;
    let path = location(&api.post("/webhooks", webhook()).await);
    let created = api.get(&path).await.json();
    assert_eq!(
        (&created["enabled"], &created["headerKeys"], &created["hasCredentials"]),
        (&json!(false), &json!(["X-Gladly-Token"]), &json!(false))
    );
    assert!(!created.to_string().contains("123\""), "values of headers are write only: {created}");
    assert_eq!(by_id(&api.get("/webhooks").await.json(), created["id"].as_str().unwrap()), created);

    assert_snapshot!(api.patch(&path, json!({"enabled": true, "credentials": {"username": "u", "password": "p"}})).await.line(), @"204 ");
    let enabled = api.get(&path).await.json();
    assert_eq!((&enabled["enabled"], &enabled["hasCredentials"], &enabled["name"]), (&json!(true), &json!(true), &json!("CSAT")));
    assert_snapshot!(api.delete(&path).await.line(), @r#"400 {"errors":[{"code":"invalid_state","detail":"webhook must be disabled to be deleted"}]}"#);
    assert_eq!(api.patch(&path, json!({"enabled": false})).await.status, 204);
    assert_snapshot!(api.delete(&path).await.line(), @"204 ");
    assert_snapshot!(api.get(&path).await.line(), @r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
}

#[tokio::test]
async fn a_webhook_is_disabled_unless_asked_otherwise() {
    let api = Gladly::start().await;
    let path = location(&api.post("/webhooks", json!({"url": "https://gw.example/a", "events": ["TASK/CREATED"]})).await);
    assert_eq!(api.get(&path).await.json()["enabled"], false);
}

#[tokio::test]
async fn a_webhook_that_answers_no_ping_is_neither_enabled_nor_moved() {
    let api = Gladly::start().await;
    api.set("webhook_pings", json!("unanswered")).await;
    let path = location(&api.post("/webhooks", webhook()).await);
    let before = api.get(&path).await.json();
    assert_snapshot!(api.patch(&path, json!({"enabled": true})).await.line(), @r#"400 {"errors":[{"attr":"url","code":"invalid","detail":"url did not answer the PING event with status 200"}]}"#);
    assert_eq!(api.get(&path).await.json(), before);
    assert_eq!(api.patch("/webhooks/wh_tasks", json!({"url": "https://gw.example/b"})).await.status, 400);
    assert_eq!(api.patch("/webhooks/wh_tasks", json!({"name": "Board"})).await.status, 204);
    assert_eq!(
        api.post("/webhooks", with(&with(&webhook(), "/url", json!("https://gw.example/c")), "/enabled", json!(true))).await.status,
        400
    );
}

#[tokio::test]
async fn webhooks_are_refused_as_documented() {
    let api = Gladly::start().await;
    assert_snapshot!(posted_without(&api, "/webhooks", &webhook(), &["/events", "/url"]).await, @r#"
    400 {"errors":[{"attr":"events","code":"blank","detail":"events cannot be blank"}]}
    400 {"errors":[{"attr":"url","code":"blank","detail":"url cannot be blank"}]}
    "#);
    let mut refusals = Vec::new();
    for (field, value) in [
        ("/url", json!("http://gw.example/gladly")),
        ("/url", json!("https://hooks.acme.example/tasks")),
        ("/events", json!(["TASK/EATEN"])),
        ("/events", json!([])),
        ("/name", json!("x".repeat(201))),
        ("/credentials", json!({"username": "u"})),
        ("/credentials", json!({"password": "p"})),
    ] {
        refusals.push(api.post("/webhooks", with(&webhook(), field, value)).await.line());
    }
    assert_snapshot!(refusals.join("\n"), @r#"
    400 {"errors":[{"attr":"url","code":"invalid","detail":"url must be an HTTPS address"}]}
    400 {"errors":[{"attr":"url","code":"taken","detail":"another webhook already has this url"}]}
    400 {"errors":[{"attr":"events","code":"invalid","detail":"TASK/EATEN is not a known event type"}]}
    400 {"errors":[{"attr":"events","code":"blank","detail":"events cannot be blank"}]}
    400 {"errors":[{"attr":"name","code":"too_long","detail":"name cannot be longer than 200 characters"}]}
    400 {"errors":[{"attr":"credentials.password","code":"blank","detail":"credentials.password cannot be blank"}]}
    400 {"errors":[{"attr":"credentials.username","code":"blank","detail":"credentials.username cannot be blank"}]}
    "#);
}

#[tokio::test]
async fn the_twenty_first_webhook_is_one_too_many() {
    let api = Gladly::start().await;
    for number in 2..=20 {
        let new = with(&webhook(), "/url", json!(format!("https://gw.example/{number}")));
        assert_eq!(api.post("/webhooks", new).await.status, 201);
    }
    assert_snapshot!(api.post("/webhooks", webhook()).await.line(), @r#"400 {"errors":[{"code":"invalid_state","detail":"an organization cannot have more than 20 webhooks"}]}"#);
}
