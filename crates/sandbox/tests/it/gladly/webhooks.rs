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
    assert_snapshot!(api.delete(&path).await.line(), @r#""#);
    assert_eq!(api.patch(&path, json!({"enabled": false})).await.status, 204);
    assert_snapshot!(api.delete(&path).await.line(), @"204 ");
    assert_snapshot!(api.get(&path).await.line(), @r#""#);
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
    assert_snapshot!(api.patch(&path, json!({"enabled": true})).await.line(), @r#""#);
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
    assert_snapshot!(posted_without(&api, "/webhooks", &webhook(), &["/events", "/url"]).await, @r#""#);
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
    assert_snapshot!(refusals.join("\n"), @r#""#);
}

#[tokio::test]
async fn the_twenty_first_webhook_is_one_too_many() {
    let api = Gladly::start().await;
    for number in 2..=20 {
        let new = with(&webhook(), "/url", json!(format!("https://gw.example/{number}")));
        assert_eq!(api.post("/webhooks", new).await.status, 201);
    }
    assert_snapshot!(api.post("/webhooks", webhook()).await.line(), @r#""#);
}
