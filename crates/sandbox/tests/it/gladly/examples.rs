//! The vendor's workflows, request by request.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::support::{Gladly, by_id, ids, location};

#[tokio::test]
async fn a_recurring_complaint_becomes_a_task_of_the_escalations_inbox() {
    let api = Gladly::start_with_limits().await;

    let found = api.get("/customer-profiles?phoneNumber=%2B15555550198").await.json();
    assert_eq!(ids(&found), ["cus_123"]);
    assert_eq!(found[0]["name"], "Dana Poe");
    assert_eq!(found[0]["phones"][0]["original"], "+15555550198");
    assert_eq!((&found[0]["phones"][0]["normalized"], &found[0]["phones"][0]["type"]), (&json!("+15555550198"), &json!("MOBILE")));

    let conversations = api.get("/customers/cus_123/conversations").await.json();
    assert_eq!(ids(&conversations), ["con_1", "con_2"]);
    assert_eq!((&conversations[0]["status"], &conversations[1]["status"]), (&json!("CLOSED"), &json!("OPEN")));

    let items = api.get("/conversations/con_2/items").await.json();
    assert_eq!(items[0]["id"], "it_1");
    assert_eq!(items[0]["initiator"], json!({"id": "cus_123", "type": "CUSTOMER"}));
    let sms = json!({"type": "SMS", "from": "+15555550198", "to": "+14155550000", "content": "My box was missing item X again"});
    assert_eq!(items[0]["content"], sms);
    let earlier = api.get("/conversations/con_1/items").await.json();
    assert_eq!(earlier[0]["content"]["content"], "Hi, my box came without item X.");

    let inboxes = api.get("/inboxes").await.json();
    assert_eq!(by_id(&inboxes, "inb_esc")["name"], "Escalations");
    let body = "HIGH PRIORITY: recurring missing item X. Previous reports in con_1 and con_2.";
    let due_at = api.in_days(1).await;
    let created = api.post("/customers/cus_123/tasks", json!({"body": body, "dueAt": due_at, "assignee": {"inboxId": "inb_esc"}})).await;
    let task = api.get(&location(&created)).await.json();
    assert_eq!(task["id"].as_str().unwrap().len(), 22);
    assert_eq!((&task["body"], &task["assignee"], &task["status"]), (&json!(body), &json!({"inboxId": "inb_esc"}), &json!("OPEN")));
    assert_eq!(task["createdBy"], json!({"id": "agt_api", "type": "API"}));
    assert_eq!(api.get("/customers/cus_123/tasks").await.json(), json!([task]));
    assert_eq!(by_id(&api.state("tasks").await, task["id"].as_str().unwrap()), task);
}

#[tokio::test]
async fn a_call_without_a_pin_check_is_flagged_on_its_quality_task() {
    let api = Gladly::start_with_limits().await;

    let conversations = api.get("/customers/cus_456/conversations").await.json();
    assert_eq!(ids(&conversations), ["con_77"]);
    let items = api.get("/conversations/con_77/items").await.json();
    assert_eq!((&items[0]["id"], &items[0]["content"]["type"]), (&json!("it_900"), &json!("PHONE_CALL")));

    let transcript = api.get("/conversation-items/it_900/voice-transcript").await.json();
    assert_eq!(
        transcript["paragraphs"][0],
        json!({"transcript": "Thanks for calling, how can I help?", "speaker": 0, "startTime": 0.4, "endTime": 2.1})
    );
    assert_eq!(
        transcript["paragraphs"][1],
        json!({"transcript": "I want to change my address.", "speaker": 1, "startTime": 2.5, "endTime": 4.0})
    );
    assert_eq!(
        (&transcript["customerId"], &transcript["numberOfSpeakers"], &transcript["language"]),
        (&json!("cus_456"), &json!(2), &json!("en"))
    );
    let said: Vec<&Value> = transcript["paragraphs"].as_array().unwrap().iter().map(|paragraph| &paragraph["transcript"]).collect();
    assert!(!said.iter().any(|text| text.as_str().unwrap().contains("PIN")));

    let tasks = api.get("/customers/cus_456/tasks?status=OPEN").await.json();
    assert_eq!((ids(&tasks), &tasks[0]["body"]), (vec!["tsk_5"], &json!("QA review")));
    assert_eq!(by_id(&api.get("/agents").await.json(), "agt_qa")["emailAddress"], "quinn.adler@acme.example");
    let text = "Compliance: security PIN was not verified on call it_900.";
    let created = api.post("/tasks/tsk_5/comments", json!({"agentId": "agt_qa", "comment": text})).await;
    let path = location(&created);
    assert!(path.starts_with("/tasks/tsk_5/comments/"), "{path}");
    let comment = api.get(&path).await.json();
    assert_eq!((&comment["agentId"], &comment["comment"], &comment["taskId"]), (&json!("agt_qa"), &json!(text), &json!("tsk_5")));
    assert_eq!(api.state("comments").await.as_array().unwrap().last().unwrap(), &comment);
}

#[tokio::test]
async fn single_questions_are_answered_with_the_seeded_data() {
    let api = Gladly::start_with_limits().await;

    let profile = api.get("/customer-profiles/cus_892834").await.json();
    assert_eq!(profile["customAttributes"], json!({"vip": "true", "lifetimeValue": "1240.50"}));
    let found = api.get("/customer-profiles?phoneNumber=%2B14155552671").await.json();
    assert_eq!((ids(&found), &found[0]["customAttributes"]["lifetimeValue"]), (vec!["cus_2671"], &json!("862.40")));

    let timeline = api.get("/conversations/con_9912/items").await.json();
    let kinds: Vec<&str> = timeline.as_array().unwrap().iter().map(|item| item["content"]["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["CHAT_MESSAGE", "CHAT_MESSAGE", "CONVERSATION_NOTE", "CHAT_MESSAGE", "CHAT_MESSAGE", "TOPIC_CHANGE", "PHONE_CALL"]);

    assert_eq!(by_id(&api.get("/inboxes").await.json(), "inb_billing")["name"], "Billing");
    let task = json!({"body": "Review recent refund request for order 8812", "dueAt": api.in_days(2).await, "assignee": {"inboxId": "inb_billing"}});
    location(&api.post("/customers/cus_892834/tasks", task).await);

    let transcript = api.get("/conversation-items/item_772/voice-transcript").await.json();
    assert_eq!(transcript["customerId"], "cus_892834");
    assert!(transcript["paragraphs"][1]["transcript"].as_str().unwrap().contains("third time"));
}

#[tokio::test]
async fn a_merged_profile_leads_to_its_successor() {
    let api = Gladly::start_with_limits().await;
    assert_snapshot!(api.get("/customer-profiles/cus_892833").await.line(), @r#"400 {"errors":[{"attr":"customerId","code":"moved","detail":"customer id has changed","meta":{"old":"cus_892833","new":"rVamfZHvQuORFnsk-3mNuw"}}]}"#);
    let successor = api.get("/customer-profiles/rVamfZHvQuORFnsk-3mNuw").await;
    assert_eq!((successor.status, &successor.json()["name"]), (200, &json!("Jordan Lee")));

    // The workflow's own customer can be merged too.
    api.set("merged_customers", json!({"cus_892834": "rVamfZHvQuORFnsk-3mNuw"})).await;
    assert_snapshot!(api.get("/customer-profiles/cus_892834").await.line(), @r#"400 {"errors":[{"attr":"customerId","code":"moved","detail":"customer id has changed","meta":{"old":"cus_892834","new":"rVamfZHvQuORFnsk-3mNuw"}}]}"#);
}

#[tokio::test]
async fn a_customer_with_an_open_conversation_can_be_deleted_once_it_is_closed() {
    let api = Gladly::start_with_limits().await;
    assert_snapshot!(api.delete("/customer-profiles/cus_123").await.line(), @r#"400 {"errors":{"attr":"conversation","code":"invalid_state","detail":"Unable to delete the profile. Please close any open or waiting conversations."}}"#);

    let close = json!({"status": {"value": "CLOSED"}});
    assert_snapshot!(api.patch("/conversations/con_2", close.clone()).await.line(), @r#"400 {"errors":[{"code":"invalid_state","detail":"topics are required before closing of conversation"}]}"#);
    let topics = json!({"topicIds": ["Z_Oto7j-Sy2DlQdnZBDdDw"]});
    assert_snapshot!(api.post("/conversations/con_2/topics", topics).await.line(), @"204 ");
    assert_snapshot!(api.patch("/conversations/con_2", close).await.line(), @r#"400 {"errors":[{"code":"invalid_state","detail":"cannot close conversation, customer waiting for response, set 'status.force' to true to override"}]}"#);
    let force = json!({"status": {"value": "CLOSED", "force": true}});
    assert_snapshot!(api.patch("/conversations/con_2", force).await.line(), @"204 ");

    assert_snapshot!(api.delete("/customer-profiles/cus_123").await.line(), @"204 ");
    assert_snapshot!(api.get("/customer-profiles/cus_123").await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"customer profile [cus_123] does not exist"}}"#);
    assert_snapshot!(api.get("/conversations/con_2").await.line(), @r#"404 {"errors":[{"code":"not_exist","detail":"conversation does not exist"}]}"#);
    for collection in ["conversations", "items", "tasks", "transcripts"] {
        let left = api.state(collection).await;
        assert!(!left.as_array().unwrap().iter().any(|entry| entry["customerId"] == "cus_123"), "{collection}");
    }
}
