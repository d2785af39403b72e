//! Requests that make no sense get an answer all the same, and a refused request changes nothing.

use serde_json::{Value, json};

use crate::gladly::support::Gladly;
use crate::support::send;

/// Every write about people and conversations, with a body that would be accepted.
fn writes(due_at: &str) -> Vec<(&'static str, &'static str, Value)> {
    let task = json!({"id": "new", "body": "Call", "dueAt": due_at, "assignee": {"inboxId": "inb_esc", "agentId": "agt_ana"}});
    let mut contact_task = task.clone();
    contact_task["customer"] = json!({"emailAddress": "new@example.com"});
    let activity = json!({"type": "CUSTOMER_ACTIVITY", "activityType": "SMS", "title": "T", "body": "B", "sourceName": "S",
                          "link": {"url": "https://x.example", "text": "L"}, "expandByDefault": true, "occurredAt": due_at});
    let profile = json!({"id": "new", "name": "N", "image": "i", "address": "a", "externalCustomerId": "e", "customAttributes": {"a": 1},
                         "emails": [{"original": "n@example.com", "primary": true}], "phones": [{"original": "+14155550111", "extension": "1"}]});
    vec![
        ("POST", "/customer-profiles", profile.clone()),
        ("PATCH", "/customer-profiles/cus_200", profile),
        ("POST", "/user-identity-jwt", json!({"identityType": "EMAIL", "identity": "a@b.example"})),
        (
            "PATCH",
            "/conversations/con_9912",
            json!({"assignee": {"inboxId": "inb_esc", "agentId": "agt_ana"}, "status": {"value": "CLOSED", "force": true}}),
        ),
        ("POST", "/conversation-items", json!({"id": "new", "customer": {"mobilePhone": "+14155550199"}, "content": activity})),
        ("POST", "/customers/cus_123/conversation-items", json!({"id": "new", "content": activity})),
        ("POST", "/conversation-items/it_1/reply", json!({"content": {"type": "SMS", "body": "Hi"}})),
        ("POST", "/conversations/con_2/notes", json!({"body": "Note"})),
        ("POST", "/conversations/con_2/topics", json!({"topicIds": ["top_orders"]})),
        (
            "POST",
            "/customer-history/cus_892834/conversations/con_9912/custom-attributes",
            json!({"add": [{"key": "reviewed", "value": "yes"}], "remove": []}),
        ),
        ("POST", "/customers/cus_123/tasks", task),
        ("POST", "/tasks", contact_task),
        ("PATCH", "/tasks/tsk_5", json!({"status": "CLOSED", "body": "Again", "dueAt": due_at, "assignee": {"inboxId": "inb_esc"}})),
        ("POST", "/tasks/tsk_5/comments", json!({"id": "new", "agentId": "agt_qa", "comment": "Hello"})),
        ("PATCH", "/agents/agt_ben/call-recorder", json!({"recording": false})),
    ]
}

/// The body with every one of its values, at any depth, replaced by each of a few that do not fit.
fn spoiled(body: &Value) -> Vec<Value> {
    let odd = [json!(null), json!(7), json!(" "), json!("\u{0}é\u{1f600}"), json!([null]), json!({"type": []}), json!("x".repeat(26_000))];
    let mut bodies = Vec::new();
    for pointer in pointers(body, "") {
        for value in &odd {
            let mut spoiled = body.clone();
            *spoiled.pointer_mut(&pointer).unwrap() = value.clone();
            bodies.push(spoiled);
        }
    }
    bodies
}

fn pointers(value: &Value, path: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (format!("{path}/{name}"), value)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(place, value)| (format!("{path}/{place}"), value)).collect(),
        _ => Vec::new(),
    };
    children.into_iter().flat_map(|(path, value)| [pointers(value, &path), vec![path]].concat()).collect()
}

async fn state(api: &Gladly) -> String {
    send(api.request("GET", "/__sandbox/state")).await.text
}

async fn seed_again(api: &Gladly) {
    api.control("reset", json!({})).await;
    api.set("requests_per_second", json!(0)).await;
}

#[tokio::test]
async fn a_refused_write_names_the_problem_and_changes_nothing() {
    let api = Gladly::start().await;
    // Time stands still only since the sandbox was seeded.
    seed_again(&api).await;
    let seeded = state(&api).await;
    let due_at = api.in_days(1).await;
    for (method, path, body) in writes(&due_at) {
        let mut refused = 0;
        for spoiled in spoiled(&body) {
            let request = api.request(method, &format!("/api/v1{path}")).basic_auth(&api.username, Some(&api.password));
            let answer = send(request.json(&spoiled)).await;
            let shown: String = spoiled.to_string().chars().take(300).collect();
            if answer.status < 300 {
                seed_again(&api).await;
                continue;
            }
            assert_eq!(answer.status, 400, "{method} {path} {shown} {}", answer.text);
            assert!(answer.json()["errors"][0]["code"].is_string(), "{method} {path} {shown} {}", answer.text);
            assert!(state(&api).await == seeded, "{method} {path} {shown}");
            refused += 1;
        }
        assert!(refused > 0, "{method} {path} takes anything");
    }
}

#[tokio::test]
async fn the_bodies_of_these_tests_are_accepted_as_they_are() {
    let api = Gladly::start().await;
    let due_at = api.in_days(1).await;
    for (method, path, body) in writes(&due_at) {
        let request = api.request(method, &format!("/api/v1{path}")).basic_auth(&api.username, Some(&api.password));
        let answer = send(request.json(&body)).await;
        assert!((200..300).contains(&answer.status), "{method} {path} {}", answer.line());
        seed_again(&api).await;
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let api = Gladly::start().await;
    let nested = format!("{}{}", "{\"content\":".repeat(50_000), "}".repeat(50_000));
    for body in ["{\"body\": ", "\u{0}{{", "[1]", "null", nested.as_str()] {
        let request = api.request("POST", "/api/v1/conversations/con_2/notes").basic_auth(&api.username, Some(&api.password));
        let answer = send(request.body(body.to_owned())).await;
        assert_eq!(answer.line(), r#"400 {"errors":[{"code":"invalid","detail":"request body must be a JSON object"}]}"#);
    }
}
