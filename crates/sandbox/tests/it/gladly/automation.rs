//! Message automation and custom channels, which only the 2025 description has.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::required::{posted_without, with, without};
use crate::gladly::support::{Gladly, by_id, ids, location};

const SESSION: &str = "/message-automation/sessions/ses_1";
const CHANNEL: &str = "/communications/custom-channels/chan_line/messages";

fn text() -> Value {
    json!({"type": "TEXT", "content": {"value": "Which order is it?"}})
}

fn menu() -> Value {
    json!({"type": "MENU", "content": {"prompt": "Which order?", "menuItems": [{"id": "a", "label": "8812"}]}})
}

fn incoming() -> Value {
    json!({"sender": {"address": "U1", "displayName": "Dana", "profileIdentifier": {"type": "EMAIL", "address": "dana.poe@example.com"}},
           "to": "@acme", "type": "TEXT", "content": {"text": "Hello?"}})
}

#[tokio::test]
async fn a_program_writes_into_its_session() {
    let api = Gladly::start().await;
    assert_eq!(api.get(SESSION).await.json()["customerId"], "cus_123");
    let messages = format!("{SESSION}/messages");
    assert_eq!(ids(&api.get(&messages).await.json()), ["aut_1", "aut_2"]);
    for message in [text(), menu(), json!({"type": "HTML", "content": {"value": "<p>Hi</p>"}})] {
        let sent = api.post(&messages, message.clone()).await;
        assert_eq!((sent.status, &sent.json()["content"]), (200, &message["content"]));
        let id = sent.json()["id"].as_str().unwrap().to_owned();
        assert_eq!(api.get(&format!("{messages}/{id}")).await.json(), sent.json());
        assert_eq!(by_id(&api.get(&messages).await.json(), &id), sent.json());
    }
    assert_snapshot!(api.post(&format!("{SESSION}/typing-indicators"), json!({"state": "STARTED"})).await.line(), @"204 ");
}

#[tokio::test]
async fn a_session_is_handed_to_an_agent_or_closed_once() {
    let api = Gladly::start().await;
    assert_snapshot!(api.post(&format!("{SESSION}/handoff"), json!({"description": "Needs a person"})).await.line(), @"204 ");
    assert_snapshot!(api.post("/message-automation/sessions/ses_2/close", json!({"description": "Solved"})).await.line(), @"204 ");
    assert_eq!(api.get(SESSION).await.json()["status"], "HANDED_OFF");
    assert_eq!(api.get("/message-automation/sessions/ses_2").await.json()["status"], "CLOSED");
    assert_snapshot!(api.post(&format!("{SESSION}/messages"), text()).await.line(), @r#"400 {"errors":[{"code":"invalid_state","detail":"session is no longer active"}]}"#);
    assert_eq!(api.post(&format!("{SESSION}/close"), json!({"description": "Again"})).await.status, 400);
}

#[tokio::test]
async fn an_unknown_session_is_not_found_but_a_bad_request_when_it_is_to_end() {
    let api = Gladly::start().await;
    let none = "/message-automation/sessions/none";
    assert_snapshot!(api.get(none).await.line(), @r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
    assert_eq!(api.get(&format!("{none}/messages")).await.status, 404);
    assert_eq!(api.get(&format!("{SESSION}/messages/none")).await.status, 404);
    assert_eq!(api.post(&format!("{none}/messages"), text()).await.status, 404);
    assert_snapshot!(api.post(&format!("{none}/handoff"), json!({"description": "x"})).await.line(), @r#"400 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
    assert_snapshot!(api.post(&format!("{none}/close"), json!({"description": "x"})).await.line(), @r#"400 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
}

#[tokio::test]
async fn automation_without_a_required_field_is_refused() {
    let api = Gladly::start().await;
    let messages = format!("{SESSION}/messages");
    assert_snapshot!(posted_without(&api, &messages, &text(), &["/type", "/content", "/content/value"]).await, @r#"
    400 {"errors":[{"attr":"type","code":"blank","detail":"type cannot be blank"}]}
    400 {"errors":[{"attr":"content","code":"blank","detail":"content cannot be blank"}]}
    400 {"errors":[{"attr":"content.value","code":"blank","detail":"content.value cannot be blank"}]}
    "#);
    assert_snapshot!(posted_without(&api, &messages, &menu(), &["/content/prompt", "/content/menuItems"]).await, @r#"
    400 {"errors":[{"attr":"content.prompt","code":"blank","detail":"content.prompt cannot be blank"}]}
    400 {"errors":[{"attr":"content.menuItems","code":"blank","detail":"content.menuItems cannot be blank"}]}
    "#);
    let mut refusals = Vec::new();
    for (path, body) in [
        ("messages", with(&text(), "/content/value", json!("x".repeat(2_049)))),
        ("messages", with(&menu(), "/content/prompt", json!("x".repeat(51)))),
        ("messages", with(&text(), "/type", json!("FAX"))),
        ("typing-indicators", json!({})),
        ("typing-indicators", json!({"state": "PAUSED"})),
        ("handoff", json!({})),
        ("close", json!({})),
        ("close", json!({"description": "x".repeat(241)})),
    ] {
        refusals.push(api.post(&format!("{SESSION}/{path}"), body).await.line());
    }
    assert_snapshot!(refusals.join("\n"), @r#"
    400 {"errors":[{"attr":"content.value","code":"too_long","detail":"content.value cannot be longer than 2048 characters"}]}
    400 {"errors":[{"attr":"content.prompt","code":"too_long","detail":"content.prompt cannot be longer than 50 characters"}]}
    400 {"errors":[{"attr":"type","code":"invalid","detail":"type must be one of TEXT, MENU, HTML"}]}
    400 {"errors":[{"attr":"state","code":"blank","detail":"state cannot be blank"}]}
    400 {"errors":[{"attr":"state","code":"invalid","detail":"state must be one of STARTED, STOPPED"}]}
    400 {"errors":[{"attr":"description","code":"blank","detail":"description cannot be blank"}]}
    400 {"errors":[{"attr":"description","code":"blank","detail":"description cannot be blank"}]}
    400 {"errors":[{"attr":"description","code":"too_long","detail":"description cannot be longer than 240 characters"}]}
    "#);
}

#[tokio::test]
async fn a_message_of_a_custom_channel_comes_in_and_its_status_is_told() {
    let api = Gladly::start().await;
    let created = location(&api.post(CHANNEL, incoming()).await);
    let id = created.rsplit('/').next().unwrap().to_owned();
    let files = json!({"caption": "Photo", "files": [{"fileName": "box.jpg", "url": "https://files.example/box.jpg"}]});
    let with_files = with(&with(&incoming(), "/type", json!("FILES")), "/content", files.clone());
    location(&api.post(CHANNEL, with_files).await);
    let told = api.put(&format!("{created}/status"), json!({"value": "READ", "details": "at once"})).await;
    assert_snapshot!(told.line(), @"200 ");
    let messages = api.state("custom_channel_messages").await;
    assert_eq!(by_id(&messages, &id)["status"], json!({"value": "READ", "details": "at once"}));
    assert_eq!(messages[2]["content"], files);
}

#[tokio::test]
async fn custom_channels_without_a_required_field_are_refused() {
    let api = Gladly::start().await;
    let fields = [
        "/sender",
        "/sender/address",
        "/sender/profileIdentifier/type",
        "/sender/profileIdentifier/address",
        "/to",
        "/type",
        "/content",
        "/content/text",
    ];
    assert_snapshot!(posted_without(&api, CHANNEL, &incoming(), &fields).await, @r#"
    400 {"errors":[{"attr":"sender","code":"blank","detail":"sender cannot be blank"}]}
    400 {"errors":[{"attr":"sender.address","code":"blank","detail":"sender.address cannot be blank"}]}
    400 {"errors":[{"attr":"sender.profileIdentifier.type","code":"blank","detail":"sender.profileIdentifier.type cannot be blank"}]}
    400 {"errors":[{"attr":"sender.profileIdentifier.address","code":"blank","detail":"sender.profileIdentifier.address cannot be blank"}]}
    400 {"errors":[{"attr":"to","code":"blank","detail":"to cannot be blank"}]}
    400 {"errors":[{"attr":"type","code":"blank","detail":"type cannot be blank"}]}
    400 {"errors":[{"attr":"content","code":"blank","detail":"content cannot be blank"}]}
    400 {"errors":[{"attr":"content.text","code":"blank","detail":"content.text cannot be blank"}]}
    "#);
    let files = with(&with(&incoming(), "/type", json!("FILES")), "/content", json!({"files": [{"fileName": "a"}]}));
    assert_snapshot!(api.post(CHANNEL, files.clone()).await.line(), @r#"400 {"errors":[{"attr":"content.files.url","code":"blank","detail":"content.files.url cannot be blank"}]}"#);
    assert_snapshot!(api.post(CHANNEL, without(&files, "/content/files")).await.line(), @r#"400 {"errors":[{"attr":"content.files","code":"blank","detail":"content.files cannot be blank"}]}"#);
    assert_snapshot!(api.put(&format!("{CHANNEL}/msg_line_1/status"), json!({})).await.line(), @r#"400 {"errors":[{"attr":"value","code":"blank","detail":"value cannot be blank"}]}"#);
    assert_snapshot!(api.put(&format!("{CHANNEL}/msg_line_1/status"), json!({"value": "LOST"})).await.line(), @r#"400 {"errors":[{"attr":"value","code":"invalid","detail":"value must be one of ACCEPTED, DELIVERED, READ, FAILED"}]}"#);
    assert_eq!(api.put(&format!("{CHANNEL}/none/status"), json!({"value": "READ"})).await.status, 404);
    assert_eq!(api.post("/communications/custom-channels/none/messages", incoming()).await.status, 404);
}
