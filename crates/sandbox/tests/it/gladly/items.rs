//! Timelines, single items, their deletion and redaction.

use insta::assert_snapshot;
use serde_json::json;

use crate::gladly::support::{Gladly, ids, location};

const NO_ITEM: &str = r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#;

#[tokio::test]
async fn a_timeline_is_in_order_and_a_session_can_be_picked() {
    let api = Gladly::start().await;
    let timeline = api.get("/conversations/con_9912/items").await;
    assert_eq!(ids(&timeline.json()), ["item_773", "item_774", "item_775", "item_776", "item_777", "item_778", "item_780"]);
    assert_eq!(timeline.headers["gladly-limited-data"], "false");
    let session = api.get("/conversations/con_9912/items?sessionId=ses_1").await.json();
    assert_eq!(ids(&session), ["item_773", "item_774", "item_776", "item_777"]);
    assert_eq!(api.get("/conversations/con_9912/items?sessionId=ses_2").await.json(), json!([]));
    api.set("items_cap", json!(2)).await;
    let cut = api.get("/conversations/con_9912/items").await;
    assert_eq!((ids(&cut.json()), &cut.headers["gladly-limited-data"]), (vec!["item_773", "item_774"], &"true".parse().unwrap()));
    assert_snapshot!(api.get("/conversations/none/items").await.line(), @r#"404 {"errors":[{"code":"not_exist","detail":"conversation does not exist"}]}"#);
}

#[tokio::test]
async fn an_item_is_read_unless_the_api_does_not_know_its_kind() {
    let api = Gladly::start().await;
    let item = api.get("/conversation-items/it_301").await.json();
    assert_eq!((&item["content"]["type"], &item["conversationId"]), (&json!("EMAIL"), &json!("con_301")));
    assert_snapshot!(api.get("/conversation-items/item_779").await.line(), @r#"400 {"errors":[{"code":"invalid","detail":"Conversation item with id [item_779] exists but is not supported by the API."}]}"#);
    assert_eq!(api.get("/conversation-items/none").await.line(), NO_ITEM);
}

#[tokio::test]
async fn only_activities_can_be_deleted() {
    let api = Gladly::start().await;
    for path in ["/conversation-items/it_1", "/customers/cus_123/conversation-items/it_1"] {
        assert_eq!(
            api.delete(path).await.line(),
            r#"400 {"errors":[{"code":"invalid","detail":"only CUSTOMER_ACTIVITY items can be deleted"}]}"#
        );
    }
    assert_eq!(api.delete("/customers/cus_456/conversation-items/act_1").await.line(), NO_ITEM);
    assert_eq!(api.delete("/customers/none/conversation-items/act_1").await.status, 404);
    assert_eq!(api.delete("/customers/cus_123/conversation-items/act_1").await.line(), "204 ");
    assert_eq!(api.get("/conversation-items/act_1").await.line(), NO_ITEM);
    assert_eq!(api.delete("/conversation-items/act_1").await.line(), NO_ITEM);
    let created = api
        .post(
            "/customers/cus_123/conversation-items",
            json!({"id": "act_2", "content": {"type": "CUSTOMER_ACTIVITY", "activityType": "SMS"}}),
        )
        .await;
    assert_eq!(created.status, 200);
    assert_eq!(api.delete("/conversation-items/act_2").await.line(), "204 ");
}

#[tokio::test]
async fn a_redacted_item_stays_and_says_nothing() {
    let api = Gladly::start().await;
    let redact = async |id: &str| api.post(&format!("/conversation-items/{id}/redact"), json!({})).await;
    for id in ["it_1", "it_301", "item_773"] {
        assert_eq!(location(&redact(id).await), format!("/conversation-items/{id}"));
        let content = &api.get(&format!("/conversation-items/{id}")).await.json()["content"];
        assert_eq!(content["content"], "", "{id}");
    }
    assert_eq!(api.get("/conversation-items/it_301").await.json()["content"]["subject"], "");
    assert_eq!(api.get("/conversation-items/it_301/attachments/att_1").await.status, 404);
    assert_eq!(api.get("/conversations/con_2/items").await.json()[0]["content"]["from"], "+15555550198");

    for id in ["it_900", "it_401"] {
        location(&redact(id).await);
        let content = api.get(&format!("/conversation-items/{id}")).await.json()["content"].clone();
        assert_eq!((&content["recordingStatus"], &content["recordingSummary"]), (&json!("DELETED"), &json!({"status": "REDACTED"})));
        assert!(content.get("recordingUrl").is_none());
        assert_eq!(api.get(&format!("/conversation-items/{id}/voice-transcript")).await.line(), NO_ITEM);
        assert_eq!(api.get(&format!("/conversation-items/{id}/media/recording")).await.line(), NO_ITEM);
    }
    assert_snapshot!(redact("it_902").await.line(), @r#"400 {"errors":[{"code":"invalid","detail":"type [CONVERSATION_NOTE] is not supported"}]}"#);
    assert_eq!(redact("none").await.line(), NO_ITEM);
}
