//! Tasks and their comments.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::support::{Gladly, ids, location};

async fn new_task(api: &Gladly) -> Value {
    json!({"body": "Call back", "dueAt": api.in_days(1).await, "assignee": {"inboxId": "inb_esc", "agentId": "agt_ana"}})
}

#[tokio::test]
async fn tasks_are_listed_newest_first_and_by_status() {
    let api = Gladly::start().await;
    let list = async |query: &str| api.get(&format!("/customers/cus_456/tasks{query}")).await;
    assert_eq!(ids(&list("").await.json()), ["tsk_5", "tsk_4"]);
    assert_eq!(ids(&list("?status=CLOSED").await.json()), ["tsk_4"]);
    assert_snapshot!(list("?status=LATE").await.line(), @r#"400 {"errors":[{"attr":"status","code":"invalid","detail":"status must be one of OPEN, CLOSED"}]}"#);
    let mut body = new_task(&api).await;
    body["id"] = json!("mine");
    assert_eq!(location(&api.post("/customers/cus_456/tasks", body).await), "/tasks/mine");
    assert_eq!(ids(&list("?status=OPEN").await.json()), ["mine", "tsk_5"]);
    api.set("tasks_cap", json!(1)).await;
    let cut = list("").await;
    assert_eq!((ids(&cut.json()), &cut.headers["gladly-limited-data"]), (vec!["mine"], &"true".parse().unwrap()));
    assert_snapshot!(api.get("/customers/none/tasks").await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"customer profile [none] does not exist"}}"#);
}

#[tokio::test]
async fn a_task_needs_a_text_a_moment_to_come_and_an_inbox() {
    let api = Gladly::start().await;
    let refused = async |name: &str, value: Value| {
        let mut body = new_task(&api).await;
        body[name] = value;
        api.post("/customers/cus_123/tasks", body).await.line()
    };
    assert_snapshot!(refused("body", Value::Null).await, @r#"400 {"errors":[{"attr":"body","code":"blank","detail":"body cannot be blank"}]}"#);
    assert_snapshot!(refused("body", json!("x".repeat(10_001))).await, @r#"400 {"errors":[{"attr":"body","code":"too_long","detail":"body cannot be longer than 10000 characters"}]}"#);
    assert_snapshot!(refused("dueAt", Value::Null).await, @r#"400 {"errors":[{"attr":"dueAt","code":"blank","detail":"dueAt cannot be blank"}]}"#);
    assert_snapshot!(refused("dueAt", json!("tomorrow")).await, @r#"400 {"errors":[{"attr":"dueAt","code":"invalid","detail":"dueAt must be an RFC 3339 date and time"}]}"#);
    assert_snapshot!(refused("dueAt", json!("2020-06-09T18:00:00.000Z")).await, @r#"400 {"errors":[{"attr":"dueAt","code":"invalid","detail":"dueAt must be in the future"}]}"#);
    assert_snapshot!(refused("assignee", Value::Null).await, @r#"400 {"errors":[{"attr":"assignee.inboxId","code":"blank","detail":"assignee.inboxId cannot be blank"}]}"#);
    assert_snapshot!(refused("assignee", json!({"inboxId": "Billing"})).await, @r#"400 {"errors":[{"attr":"assignee.inboxId","code":"invalid","detail":"inbox does not exist"}]}"#);
    assert_snapshot!(refused("assignee", json!({"inboxId": "inb_esc", "agentId": "none"})).await, @r#"400 {"errors":[{"attr":"assignee.agentId","code":"invalid","detail":"agent does not exist"}]}"#);
    assert_snapshot!(refused("id", json!("tsk_5")).await, @r#"409 {"errors":[{"attr":"newConversationItems","code":"taken","detail":"task already exists"}]}"#);
    assert_eq!(api.post("/customers/none/tasks", new_task(&api).await).await.status, 404);
    assert_eq!(api.state("tasks").await.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_task_for_a_contact_creates_the_customer_if_there_is_none() {
    let api = Gladly::start().await;
    let mut body = new_task(&api).await;
    assert_snapshot!(api.post("/tasks", body.clone()).await.line(), @r#"400 {"errors":[{"attr":"customer","code":"blank","detail":"customer cannot be blank"}]}"#);
    body["customer"] = json!({"emailAddress": "dana.poe@example.com"});
    let task = api.get(&location(&api.post("/tasks", body.clone()).await)).await.json();
    assert_eq!(task["customerId"], "cus_123");
    body["customer"] = json!({"mobilePhone": "+14155550177"});
    let task = api.get(&location(&api.post("/tasks", body).await)).await.json();
    let found = api.get("/customer-profiles?phoneNumber=%2B14155550177").await.json();
    assert_eq!(ids(&found), [task["customerId"].as_str().unwrap()]);
}

#[tokio::test]
async fn a_task_changes_in_what_is_given() {
    let api = Gladly::start().await;
    let due_at = api.in_days(9).await;
    let change = json!({"body": "Check twice", "dueAt": due_at, "assignee": {"inboxId": "inb_esc"}, "status": "CLOSED"});
    assert_eq!(api.patch("/tasks/tsk_5", change).await.line(), "204 ");
    let task = api.get("/tasks/tsk_5").await.json();
    assert_eq!((&task["body"], &task["dueAt"]), (&json!("Check twice"), &json!(due_at)));
    assert_eq!((&task["assignee"], &task["status"]), (&json!({"inboxId": "inb_esc"}), &json!("CLOSED")));
    assert_eq!(api.patch("/tasks/tsk_5", json!({"status": "OPEN"})).await.line(), "204 ");
    assert_eq!(api.get("/tasks/tsk_5").await.json()["body"], "Check twice");

    let refused = async |change: Value| api.patch("/tasks/tsk_5", change).await.line();
    assert_snapshot!(refused(json!({"status": "DONE"})).await, @r#"400 {"errors":[{"attr":"status","code":"invalid","detail":"status must be one of OPEN, CLOSED"}]}"#);
    assert_snapshot!(refused(json!({"assignee": {"agentId": "agt_qa"}})).await, @r#"400 {"errors":[{"attr":"assignee.inboxId","code":"blank","detail":"assignee.inboxId cannot be blank"}]}"#);
    assert_snapshot!(refused(json!({"body": " "})).await, @r#"400 {"errors":[{"attr":"body","code":"blank","detail":"body cannot be blank"}]}"#);
    assert_snapshot!(refused(json!({"dueAt": "2020-01-01T00:00:00Z"})).await, @r#"400 {"errors":[{"attr":"dueAt","code":"invalid","detail":"dueAt must be in the future"}]}"#);
    for answer in [api.get("/tasks/none").await, api.patch("/tasks/none", json!({})).await] {
        assert_eq!(answer.line(), r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
    }
}

#[tokio::test]
async fn comments_are_listed_oldest_first() {
    let api = Gladly::start().await;
    let list = async || api.get("/tasks/tsk_5/comments").await;
    assert_eq!(ids(&list().await.json()), ["cmt_51", "cmt_52"]);
    let comment = json!({"id": "cmt_53", "agentId": "agt_qa", "comment": "Done"});
    assert_eq!(location(&api.post("/tasks/tsk_5/comments", comment.clone()).await), "/tasks/tsk_5/comments/cmt_53");
    assert_eq!(ids(&list().await.json()), ["cmt_51", "cmt_52", "cmt_53"]);
    assert_eq!(api.get("/tasks/tsk_5/comments/cmt_53").await.json(), list().await.json()[2]);
    assert_snapshot!(api.post("/tasks/tsk_5/comments", comment).await.line(), @r#"409 {"errors":[{"attr":"id","code":"taken","detail":"comment already exists"}]}"#);
    api.set("comments_cap", json!(1)).await;
    let cut = list().await;
    assert_eq!((ids(&cut.json()), &cut.headers["gladly-limited-data"]), (vec!["cmt_51"], &"true".parse().unwrap()));
    for path in ["/tasks/none/comments", "/tasks/tsk_5/comments/none", "/tasks/tsk_6/comments/cmt_51"] {
        assert_eq!(api.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_comment_needs_an_agent_a_text_and_an_open_task() {
    let api = Gladly::start().await;
    let refused = async |task: &str, body: Value| api.post(&format!("/tasks/{task}/comments"), body).await.line();
    let comment = json!({"agentId": "agt_qa", "comment": "Hello"});
    assert_snapshot!(refused("tsk_4", comment.clone()).await, @r#"400 {"errors":[{"code":"invalid_state","detail":"cannot add comment to a closed task"}]}"#);
    assert_snapshot!(refused("tsk_5", json!({"comment": "Hello"})).await, @r#"400 {"errors":[{"attr":"agentId","code":"blank","detail":"agentId cannot be blank"}]}"#);
    assert_snapshot!(refused("tsk_5", json!({"agentId": "agt_qa", "message": "Hello"})).await, @r#"400 {"errors":[{"attr":"comment","code":"blank","detail":"comment cannot be blank"}]}"#);
    assert_snapshot!(refused("tsk_5", json!({"agentId": "Quinn", "comment": "Hello"})).await, @r#"400 {"errors":[{"attr":"agentId","code":"invalid","detail":"agent does not exist"}]}"#);
    assert_snapshot!(refused("none", comment).await, @r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
    let long = json!({"agentId": "agt_qa", "comment": "x".repeat(10_001)});
    assert_snapshot!(refused("tsk_5", long).await, @r#"400 {"errors":[{"attr":"comment","code":"too_long","detail":"comment cannot be longer than 10000 characters"}]}"#);
}
