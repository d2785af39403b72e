//! Conversations: lists, assignment, closing, topics, notes, custom attributes.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::support::{Gladly, ids, location};

const NO_TOPICS: &str = r#"400 {"errors":[{"code":"invalid_state","detail":"topics are required before closing of conversation"}]}"#;

#[tokio::test]
async fn a_conversation_is_listed_by_its_customer_and_read_by_its_id() {
    let api = Gladly::start().await;
    let list = api.get("/customers/cus_892834/conversations").await;
    assert_eq!((ids(&list.json()), &list.headers["gladly-limited-data"]), (vec!["con_9911", "con_9912"], &"false".parse().unwrap()));
    let conversation = api.get("/conversations/con_9912").await.json();
    assert_eq!(list.json()[1], conversation);
    assert_eq!((&conversation["agentId"], &conversation["inboxId"]), (&json!("agt_ben"), &json!("inb_support")));
    assert_eq!(conversation["customAttributes"], json!([{"id": "cat_order", "value": "8812"}]));
    assert!(conversation.get("closedAt").is_none());
    assert_eq!(api.get("/customers/cus_200/conversations").await.json(), json!([]));
    assert_snapshot!(api.get("/customers/none/conversations").await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"customer profile [none] does not exist"}}"#);
    assert_snapshot!(api.get("/conversations/none").await.line(), @r#"404 {"errors":[{"code":"not_exist","detail":"conversation does not exist"}]}"#);
    api.set("conversations_cap", json!(1)).await;
    let cut = api.get("/customers/cus_892834/conversations").await;
    assert_eq!((ids(&cut.json()), &cut.headers["gladly-limited-data"]), (vec!["con_9911"], &"true".parse().unwrap()));
}

#[tokio::test]
async fn an_assignee_is_an_inbox_and_perhaps_one_of_its_agents() {
    let api = Gladly::start().await;
    let refused = async |assignee: Value| api.patch("/conversations/con_2", json!({"assignee": assignee})).await.line();
    assert_snapshot!(refused(json!({})).await, @r#"400 {"errors":[{"attr":"assignee.inboxId","code":"blank","detail":"'inboxId' cannot be blank when updating assignee"}]}"#);
    assert_snapshot!(refused(json!({"agentId": "agt_ana", "inboxId": ""})).await, @r#"400 {"errors":[{"attr":"assignee.inboxId","code":"blank","detail":"'inboxId' cannot be blank when updating assignee"}]}"#);
    assert_snapshot!(refused(json!({"inboxId": "Escalations"})).await, @r#"400 {"errors":[{"attr":"assignee.inboxId","code":"invalid","detail":"inbox does not exist"}]}"#);
    assert_snapshot!(refused(json!({"inboxId": "inb_billing", "agentId": "agt_ana"})).await, @r#"400 {"errors":[{"attr":"assignee.agentId","code":"invalid_state","detail":"agent does not belong to inbox"}]}"#);
    assert_snapshot!(refused(json!({"inboxId": "inb_esc", "agentId": "agt_ana"})).await, @"204 ");
    let conversation = api.get("/conversations/con_2").await.json();
    assert_eq!((&conversation["inboxId"], &conversation["agentId"]), (&json!("inb_esc"), &json!("agt_ana")));
    assert_snapshot!(refused(json!({"inboxId": "inb_billing"})).await, @"204 ");
    assert!(api.get("/conversations/con_2").await.json().get("agentId").is_none());
    assert_eq!(api.patch("/conversations/none", json!({})).await.status, 404);
}

#[tokio::test]
async fn a_closed_conversation_is_reassigned_only_while_it_is_reopened() {
    let api = Gladly::start().await;
    let assignee = json!({"inboxId": "inb_esc"});
    let path = "/conversations/con_77";
    assert_snapshot!(api.patch(path, json!({"assignee": assignee})).await.line(), @r#"400 {"errors":[{"code":"invalid_state","detail":"closed conversation cannot be reassigned"}]}"#);
    assert_snapshot!(api.patch(path, json!({"assignee": assignee, "status": {"value": "OPEN"}})).await.line(), @"204 ");
    let conversation = api.get(path).await.json();
    assert_eq!((&conversation["status"], &conversation["inboxId"]), (&json!("OPEN"), &json!("inb_esc")));
    assert!(conversation.get("closedAt").is_none());
    assert_snapshot!(api.patch("/conversations/con_1", json!({"status": {"value": "OPEN"}})).await.line(), @r#"400 {"errors":[{"code":"invalid_state","detail":"customer has another open conversation"}]}"#);
}

#[tokio::test]
async fn closing_asks_for_topics_and_for_an_answered_customer() {
    let api = Gladly::start().await;
    let close = async |id: &str| api.patch(&format!("/conversations/{id}"), json!({"status": {"value": "CLOSED"}})).await.line();
    assert_eq!(close("con_2").await, NO_TOPICS);
    assert_eq!(api.patch("/conversations/con_2", json!({"status": {"value": "CLOSED", "force": true}})).await.line(), NO_TOPICS);
    api.set("topics_required", json!(false)).await;
    assert_snapshot!(close("con_2").await, @r#"400 {"errors":[{"code":"invalid_state","detail":"cannot close conversation, customer waiting for response, set 'status.force' to true to override"}]}"#);
    location(&api.post("/conversation-items/it_1/reply", json!({"content": {"type": "SMS", "body": "On its way"}})).await);
    assert_snapshot!(close("con_2").await, @"204 ");
    let conversation = api.get("/conversations/con_2").await.json();
    assert_eq!((&conversation["status"], conversation["closedAt"].is_string()), (&json!("CLOSED"), true));
    let timeline = api.get("/conversations/con_2/items").await.json();
    assert_eq!(timeline.as_array().unwrap().last().unwrap()["content"], json!({"type": "CONVERSATION_STATUS_CHANGE", "status": "CLOSED"}));
    // The agent wrote last, and there are topics.
    assert_snapshot!(close("con_9912").await, @"204 ");
    assert_snapshot!(close("con_9912").await, @"204 ");
    assert_eq!(api.patch("/conversations/con_301", json!({"status": {"value": "OPEN"}})).await.status, 204);
    assert_eq!(api.get("/conversations/con_301").await.json()["status"], "OPEN");
}

#[tokio::test]
async fn a_status_needs_a_value_that_can_be_asked_for() {
    let api = Gladly::start().await;
    let refused = async |status: Value| api.patch("/conversations/con_2", json!({"status": status})).await.line();
    assert_snapshot!(refused(json!({})).await, @r#"400 {"errors":[{"attr":"status.value","code":"blank","detail":"'value' cannot be blank when updating status"}]}"#);
    assert_snapshot!(refused(json!({"value": "WAITING"})).await, @r#"400 {"errors":[{"attr":"status.value","code":"invalid","detail":"status.value must be one of OPEN, CLOSED"}]}"#);
    assert_snapshot!(refused(json!({"value": "CLOSED", "force": "yes"})).await, @r#"400 {"errors":[{"attr":"status.force","code":"invalid","detail":"status.force must be a boolean"}]}"#);
    // Nothing is changed by half of a request.
    let half = json!({"assignee": {"inboxId": "inb_esc"}, "status": {"value": "CLOSED"}});
    assert_eq!(api.patch("/conversations/con_2", half).await.line(), NO_TOPICS);
    assert_eq!(api.get("/conversations/con_2").await.json()["inboxId"], "inb_support");
}

#[tokio::test]
async fn topics_are_added_once_and_removed() {
    let api = Gladly::start().await;
    let add = async |topics: Value| api.post("/conversations/con_1/topics", json!({"topicIds": topics})).await.line();
    assert_snapshot!(add(json!(["Z_Oto7j-Sy2DlQdnZBDdDw", "top_orders", "top_orders"])).await, @"204 ");
    assert_eq!(api.get("/conversations/con_1").await.json()["topicIds"], json!(["Z_Oto7j-Sy2DlQdnZBDdDw", "top_orders"]));
    assert_snapshot!(add(json!([])).await, @r#"400 {"errors":[{"attr":"topicIds","code":"blank","detail":"topicIds cannot be blank"}]}"#);
    assert_snapshot!(add(json!(["top_orders", "none"])).await, @r#"400 {"errors":[{"attr":"topicIds","code":"invalid","detail":"conversation topic [none] does not exist"}]}"#);
    assert_eq!(api.delete("/conversations/con_1/topics/Z_Oto7j-Sy2DlQdnZBDdDw").await.line(), "204 ");
    assert_eq!(api.get("/conversations/con_1").await.json()["topicIds"], json!(["top_orders"]));
    assert_snapshot!(api.delete("/conversations/con_1/topics/Z_Oto7j-Sy2DlQdnZBDdDw").await.line(), @r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
    let timeline = api.get("/conversations/con_1/items").await.json();
    let changes: Vec<&Value> =
        timeline.as_array().unwrap().iter().map(|item| &item["content"]).filter(|content| content["type"] == "TOPIC_CHANGE").collect();
    assert_eq!(
        changes,
        [
            &json!({"type": "TOPIC_CHANGE", "addedTopicIds": ["top_orders"], "removedTopicIds": []}),
            &json!({"type": "TOPIC_CHANGE", "addedTopicIds": [], "removedTopicIds": ["Z_Oto7j-Sy2DlQdnZBDdDw"]})
        ]
    );
    assert_eq!(api.post("/conversations/none/topics", json!({"topicIds": ["top_orders"]})).await.status, 404);
}

#[tokio::test]
async fn a_note_is_an_item_of_its_conversation() {
    let api = Gladly::start().await;
    let path = location(&api.post("/conversations/con_2/notes", json!({"body": "<b>Ship item X</b> today"})).await);
    let note = api.get(&path).await.json();
    assert_eq!(path, format!("/conversations/con_2/notes/{}", note["id"].as_str().unwrap()));
    assert_eq!(note["content"], json!({"type": "CONVERSATION_NOTE", "body": "<b>Ship item X</b> today"}));
    assert_eq!((&note["conversationId"], &note["customerId"]), (&json!("con_2"), &json!("cus_123")));
    assert!(ids(&api.get("/conversations/con_2/items").await.json()).contains(&note["id"].as_str().unwrap()));
    assert!(api.state("notes").await.as_array().unwrap().contains(&note));
    // The other form in the vendor's examples.
    let nested = location(&api.post("/conversations/con_2/notes", json!({"content": {"body": "Nested"}})).await);
    assert_eq!(api.get(&nested).await.json()["content"]["body"], "Nested");
    assert_snapshot!(api.post("/conversations/con_2/notes", json!({})).await.line(), @r#"400 {"errors":[{"attr":"body","code":"blank","detail":"body cannot be blank"}]}"#);
    for path in ["/conversations/con_2/notes/it_1", "/conversations/con_1/notes/it_902", "/conversations/none/notes/it_902"] {
        assert_eq!(api.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn custom_attributes_are_set_by_key_and_shown_by_id() {
    let api = Gladly::start().await;
    let path = "/customer-history/cus_892834/conversations/con_9912/custom-attributes";
    let change = json!({"add": [{"key": "contact_reason", "value": "refund"}, {"key": "order_number", "value": "8812"}],
                        "remove": [{"key": "order_number", "value": "1"}]});
    assert_eq!(api.post(path, change).await.line(), "204 ");
    let values = async || api.get("/conversations/con_9912").await.json()["customAttributes"].clone();
    assert_eq!(values().await, json!([{"id": "cat_order", "value": "8812"}, {"id": "cat_reason", "value": "refund"}]));
    assert_eq!(api.post(path, json!({"remove": [{"key": "order_number", "value": "8812"}]})).await.line(), "204 ");
    assert_eq!(values().await, json!([{"id": "cat_reason", "value": "refund"}]));
    let events = api.state("events").await;
    let kinds: Vec<&Value> = events.as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds[kinds.len() - 2..], ["CONVERSATION/CUSTOM_ATTRIBUTE_ADDED", "CONVERSATION/CUSTOM_ATTRIBUTE_REMOVED"]);
    assert_snapshot!(api.post(path, json!({"add": [{"value": "x"}]})).await.line(), @r#"400 {"errors":[{"attr":"add.key","code":"blank","detail":"add.key cannot be blank"}]}"#);
    for key in ["unknown", "legacy_segment"] {
        assert_eq!(api.post(path, json!({"add": [{"key": key, "value": "x"}]})).await.status, 400, "{key}");
    }
    let other = "/customer-history/cus_123/conversations/con_9912/custom-attributes";
    assert_snapshot!(api.post(other, json!({})).await.line(), @r#"404 {"errors":[{"code":"not_exist","detail":"conversation does not exist"}]}"#);

    let attribute = api.get("/custom-attributes/cat_order").await.json();
    assert_eq!(
        (&attribute["key"], &attribute["label"], &attribute["deactivated"]),
        (&json!("order_number"), &json!("Order number"), &json!(false))
    );
    assert_snapshot!(api.get("/custom-attributes/none").await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"custom attribute [none] does not exist"}}"#);
}

#[tokio::test]
async fn what_happens_to_conversations_and_tasks_is_written_down() {
    let api = Gladly::start().await;
    api.post("/conversations/con_2/topics", json!({"topicIds": ["top_orders"]})).await;
    api.patch("/conversations/con_2", json!({"status": {"value": "CLOSED", "force": true}})).await;
    api.patch("/tasks/tsk_5", json!({"status": "CLOSED"})).await;
    let events = api.state("events").await;
    let kinds: Vec<&str> = events.as_array().unwrap().iter().rev().take(3).map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["TASK/CLOSED", "CONVERSATION/CLOSED", "CONVERSATION/TOPIC_ADDED"]);
    let closed = events.as_array().unwrap().iter().rev().nth(1).unwrap();
    assert_eq!(closed["content"]["conversationId"], "con_2");
    assert_eq!(closed["initiator"], json!({"id": "agt_api", "type": "API"}));
}
