//! Requests that make no sense get an answer all the same, and a refused request changes nothing.

use serde_json::{Value, json};

use crate::gladly::support::Gladly;
use crate::support::{Answer, send};

/// Method, path and body.
type Writes = Vec<(&'static str, &'static str, Value)>;

/// Every write about people and conversations, with a body that would be accepted.
fn people(due_at: &str) -> Writes {
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

/// Every other write.
fn organization(later: &str) -> Writes {
    let block = json!([{"start": "09:00", "stop": "12:00"}]);
    let exception = json!({"name": "Eve", "start": "2026-12-24T00:00:00Z", "stop": "2026-12-25T00:00:00Z", "scheduleBlocks": block});
    let hours = json!({"version": 1, "name": "N", "officeHours": {"timezone": "UTC", "monday": block, "exceptions": [exception]},
                       "primary": true});
    let webhook = json!({"name": "N", "url": "https://gw.example/a", "events": ["TASK/CREATED"], "enabled": true,
                         "credentials": {"username": "u", "password": "p", "realm": "r"}, "headers": {"X-A": "1"}});
    let recipient = json!({"customerName": "N", "timezone": "UTC", "emailAddress": "n@example.com"});
    let report = json!({"metricSet": "TaskSummaryReport", "startAt": "2026-06-01", "endAt": "2026-06-02", "timezone": "UTC",
                        "aggregationLevel": "weekly", "filters": {"channel": "sms", "inboxes": ["inb_esc"], "teams": ["team_care"]}});
    let sender = json!({"address": "U1", "displayName": "N", "profileIdentifier": {"type": "EMAIL", "address": "n@example.com"}});
    let files = json!({"caption": "C", "files": [{"fileName": "a.jpg", "url": "https://x.example/a.jpg"}]});
    let menu = json!({"type": "MENU", "content": {"prompt": "P", "menuItems": [{"id": "a", "label": "A"}]}});
    vec![
        ("POST", "/topics", json!({"id": "new", "name": "N", "disabled": true, "parentId": "top_orders"})),
        ("PATCH", "/topics/top_refund", json!({"name": "N", "disabled": true, "parentId": "top_orders"})),
        ("POST", "/business-hours", hours.clone()),
        ("PUT", "/business-hours/bh_phone", hours),
        ("POST", "/answers", json!({"id": "new", "name": "N", "description": "D", "audienceIds": ["aud_vip"]})),
        ("PATCH", "/answers/ans_vip", json!({"name": "N", "description": "D", "audienceIds": ["aud_everyone"]})),
        ("PUT", "/answers/ans_vip/languages/en-us/type/public", json!({"bodyHtml": "<p>B</p>", "title": "T"})),
        ("POST", "/reports", report),
        ("POST", "/reports/work-session-events", json!({"startAtTime": "2026-06-01T00:00:00+02:00", "endAtTime": later})),
        ("POST", "/communications/sms", json!({"customer": {"mobileNumber": "+14155550199"}, "from": "+14155550000", "body": "B"})),
        (
            "POST",
            "/communications/email",
            json!({"to": [{"email": "n@example.com", "name": "N"}], "from": "help@acme.example", "subject": "S", "body": {"html": "H", "text": "T"}}),
        ),
        (
            "POST",
            "/campaigns/cmp_delays/recipient-collections",
            json!({"name": "N", "startAfter": "2026-06-01T00:00:00Z", "endBefore": later, "recipients": [recipient]}),
        ),
        ("POST", "/webhooks", webhook.clone()),
        ("PATCH", "/webhooks/wh_tasks", webhook),
        (
            "POST",
            "/communications/custom-channels/chan_line/messages",
            json!({"sender": sender, "to": "@acme", "type": "FILES", "groupId": "g", "groupName": "G", "content": files}),
        ),
        ("PUT", "/communications/custom-channels/chan_line/messages/msg_line_1/status", json!({"value": "READ", "details": "D"})),
        ("POST", "/message-automation/sessions/ses_1/messages", menu),
        ("POST", "/message-automation/sessions/ses_1/typing-indicators", json!({"state": "STARTED"})),
        ("POST", "/message-automation/sessions/ses_1/handoff", json!({"description": "D"})),
        ("POST", "/message-automation/sessions/ses_1/close", json!({"description": "D"})),
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
    api.control("settings", json!({"requests_per_second": 0, "reports_per_minute": 0})).await;
}

#[tokio::test]
async fn a_refused_write_about_people_names_the_problem_and_changes_nothing() {
    let api = Gladly::start().await;
    let due_at = api.in_days(1).await;
    refuse_without_a_trace(&api, people(&due_at)).await;
}

#[tokio::test]
async fn a_refused_write_about_the_organization_names_the_problem_and_changes_nothing() {
    let api = Gladly::start().await;
    let later = api.in_days(1).await;
    refuse_without_a_trace(&api, organization(&later)).await;
}

async fn refuse_without_a_trace(api: &Gladly, writes: Writes) {
    // Time stands still only since the sandbox was seeded.
    seed_again(api).await;
    let seeded = state(api).await;
    for (method, path, body) in writes {
        let mut refused = 0;
        for spoiled in spoiled(&body) {
            let answer = write(api, method, path, &spoiled).await;
            let shown: String = spoiled.to_string().chars().take(300).collect();
            if answer.status < 300 {
                seed_again(api).await;
                continue;
            }
            // 409 is for a version of business hours that is not the present one.
            assert!(matches!(answer.status, 400 | 409), "{method} {path} {shown} {}", answer.line());
            assert!(answer.json()["errors"][0]["code"].is_string(), "{method} {path} {shown} {}", answer.text);
            assert!(state(api).await == seeded, "{method} {path} {shown}");
            refused += 1;
        }
        assert!(refused > 0, "{method} {path} takes anything");
    }
}

#[tokio::test]
async fn the_bodies_of_these_tests_are_accepted_as_they_are() {
    let api = Gladly::start().await;
    let later = api.in_days(1).await;
    for (method, path, body) in people(&later).into_iter().chain(organization(&later)) {
        let answer = write(&api, method, path, &body).await;
        assert!((200..300).contains(&answer.status), "{method} {path} {}", answer.line());
        seed_again(&api).await;
    }
}

async fn write(api: &Gladly, method: &str, path: &str, body: &Value) -> Answer {
    send(api.request(method, &format!("/api/v1{path}")).basic_auth(&api.username, Some(&api.password)).json(body)).await
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
