//! Items made by the API, outside of any conversation.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::support::{Gladly, by_id};

fn activity() -> Value {
    json!({"type": "CUSTOMER_ACTIVITY", "activityType": "SURVEY", "title": "CSAT", "body": "<b>5</b> of 5", "sourceName": "Survey tool",
           "link": {"url": "https://survey.example/1", "text": "Open"}, "occurredAt": "2026-06-01T10:00:00Z"})
}

#[tokio::test]
async fn an_activity_is_answered_whole_and_lies_outside_of_conversations() {
    let api = Gladly::start().await;
    let answer = api.post("/customers/cus_123/conversation-items", json!({"id": "survey-1", "content": activity()})).await;
    assert_eq!(answer.status, 200);
    let item = answer.json();
    assert_eq!((&item["id"], &item["customerId"], item.get("conversationId")), (&json!("survey-1"), &json!("cus_123"), None));
    assert_eq!(item["initiator"], json!({"id": "agt_api", "type": "API"}));
    assert_eq!((&item["content"]["title"], &item["content"]["expandByDefault"]), (&json!("CSAT"), &json!(false)));
    assert_eq!((&item["content"]["occurredAt"], &item["content"]["receivedAt"]), (&json!("2026-06-01T10:00:00Z"), &item["timestamp"]));
    assert_eq!(api.get("/conversation-items/survey-1").await.json(), item);
    let timeline = api.get("/conversations/con_2/items").await.json();
    assert_eq!(by_id(&timeline, "survey-1"), Value::Null);
    let again = api.post("/customers/cus_123/conversation-items", json!({"id": "survey-1", "content": activity()})).await;
    assert_snapshot!(again.line(), @r#"409 {"errors":[{"attr":"newConversationItems","code":"taken","detail":"conversation item already exists"}]}"#);
}

#[tokio::test]
async fn what_an_activity_lacks_or_has_too_much_of_is_named() {
    let api = Gladly::start().await;
    let refused = async |name: &str, value: Value| {
        let mut content = activity();
        content[name] = value;
        api.post("/customers/cus_123/conversation-items", json!({"content": content})).await.line()
    };
    assert_snapshot!(refused("type", Value::Null).await, @r#"400 {"errors":[{"attr":"content.type","code":"blank","detail":"content.type cannot be blank"}]}"#);
    assert_snapshot!(refused("type", json!("SMS")).await, @r#"400 {"errors":[{"attr":"content.type","code":"invalid","detail":"type [SMS] is not supported"}]}"#);
    assert_snapshot!(refused("activityType", Value::Null).await, @r#"400 {"errors":[{"attr":"content.activityType","code":"blank","detail":"content.activityType cannot be blank"}]}"#);
    assert_snapshot!(refused("activityType", json!("CALL")).await, @r#"400 {"errors":[{"attr":"content.activityType","code":"invalid","detail":"content.activityType must be one of EMAIL, ISSUE, SMS, SURVEY"}]}"#);
    assert_snapshot!(refused("title", json!("x".repeat(101))).await, @r#"400 {"errors":[{"attr":"content.title","code":"too_long","detail":"content.title cannot be longer than 100 characters"}]}"#);
    assert_snapshot!(refused("body", json!("x".repeat(25_001))).await, @r#"400 {"errors":[{"attr":"content.body","code":"too_long","detail":"content.body cannot be longer than 25000 characters"}]}"#);
    assert_snapshot!(refused("sourceName", json!("x".repeat(51))).await, @r#"400 {"errors":[{"attr":"content.sourceName","code":"too_long","detail":"content.sourceName cannot be longer than 50 characters"}]}"#);
    assert_snapshot!(refused("link", json!({"url": "ftp://x"})).await, @r#"400 {"errors":[{"attr":"content.link.url","code":"invalid","detail":"content.link.url is not a web address"}]}"#);
    assert_snapshot!(refused("link", json!({"url": "https://x", "text": "x".repeat(51)})).await, @r#"400 {"errors":[{"attr":"content.link.text","code":"too_long","detail":"content.link.text cannot be longer than 50 characters"}]}"#);
    assert_snapshot!(refused("occurredAt", json!("yesterday")).await, @r#"400 {"errors":[{"attr":"content.occurredAt","code":"invalid","detail":"content.occurredAt must be an RFC 3339 date and time"}]}"#);
    assert_snapshot!(api.post("/customers/cus_123/conversation-items", json!({})).await.line(), @r#"400 {"errors":[{"attr":"content","code":"blank","detail":"content cannot be blank"}]}"#);
    assert_eq!(api.post("/customers/none/conversation-items", json!({})).await.status, 404);
}

#[tokio::test]
async fn an_activity_of_an_unknown_contact_creates_the_customer() {
    let api = Gladly::start().await;
    let create = async |customer: Value| api.post("/conversation-items", json!({"customer": customer, "content": activity()})).await;
    assert_eq!(create(json!({"emailAddress": "Dana.Poe@example.com"})).await.json()["customerId"], "cus_123");
    assert_eq!(create(json!({"mobilePhone": "+15555550456"})).await.json()["customerId"], "cus_456");
    let id = create(json!({"emailAddress": "new@example.com"})).await.json()["customerId"].as_str().unwrap().to_owned();
    let customer = api.get(&format!("/customer-profiles/{id}")).await.json();
    assert_eq!(customer["emails"][0]["normalized"], "new@example.com");
    assert_eq!(create(json!({"emailAddress": "new@example.com"})).await.json()["customerId"], id.as_str(), "only once");

    assert_snapshot!(create(Value::Null).await.line(), @r#"400 {"errors":[{"attr":"customer","code":"blank","detail":"customer cannot be blank"}]}"#);
    for customer in [json!({}), json!({"emailAddress": "a@b.example", "mobilePhone": "+15555550456"})] {
        assert_eq!(
            create(customer).await.line(),
            r#"400 {"errors":[{"attr":"customer","code":"invalid","detail":"exactly one of emailAddress, mobilePhone must be provided"}]}"#
        );
    }
    assert_snapshot!(create(json!({"mobilePhone": "555 0456"})).await.line(), @r#"400 {"errors":[{"attr":"customer.mobilePhone","code":"invalid","detail":"customer.mobilePhone must be in E.164 format"}]}"#);
    assert_snapshot!(create(json!({"emailAddress": "nobody"})).await.line(), @r#"400 {"errors":[{"attr":"customer.emailAddress","code":"invalid","detail":"email address is invalid"}]}"#);
    let count = api.state("customers").await.as_array().unwrap().len();
    let without = api.post("/conversation-items", json!({"customer": {"emailAddress": "third@example.com"}})).await;
    assert_eq!(without.status, 400);
    assert_eq!(api.state("customers").await.as_array().unwrap().len(), count, "a refused item creates nobody");
}

#[tokio::test]
async fn a_task_made_the_old_way_is_a_task() {
    let api = Gladly::start().await;
    let content = json!({"type": "TASK", "body": "Call back", "dueAt": api.in_days(1).await, "assignee": {"inboxId": "inb_esc"}});
    let item = api.post("/customers/cus_200/conversation-items", json!({"id": "old-task", "content": content})).await;
    assert_eq!((item.status, &item.json()["content"]["type"]), (200, &json!("TASK")));
    assert_eq!(api.get("/tasks/old-task").await.json()["body"], "Call back");
    let second = api.post("/customers/cus_200/conversation-items", json!({"id": "old-task", "content": content})).await;
    assert_eq!(second.status, 409);
    assert_snapshot!(api.post("/customers/cus_200/conversation-items", json!({"content": {"type": "TASK", "body": "x", "dueAt": api.in_days(1).await}})).await.line(), @r#"400 {"errors":[{"attr":"content.assignee.inboxId","code":"blank","detail":"content.assignee.inboxId cannot be blank"}]}"#);
}
