//! Credentials, permissions, rate limits, settings and reset.

use insta::assert_snapshot;
use sandbox::{Sandbox, Vendor};
use serde_json::json;

use crate::gladly::support::{Gladly, ids, location};
use crate::support::send;

#[tokio::test]
async fn only_the_pair_of_email_and_token_is_let_in() {
    let api = Gladly::start().await;
    assert_eq!(api.get("/organization").await.status, 200);
    let request = || api.request("GET", "/api/v1/organization");
    assert_snapshot!(send(request()).await.line(), @r#"401 {"errors":[{"code":"unauthorized","detail":"invalid credentials"}]}"#);
    for wrong in [
        request().basic_auth(&api.username, Some("guess")),
        request().basic_auth("someone@acme.example", Some(&api.password)),
        request().basic_auth(&api.username, None::<&str>),
        request().bearer_auth(&api.password),
        request().header("authorization", "Basic !"),
    ] {
        assert_eq!(send(wrong).await.status, 401);
    }
    let loud = request().basic_auth(api.username.to_uppercase(), Some(&api.password));
    assert_eq!(send(loud).await.status, 200);
}

#[tokio::test]
async fn permissions_decide_who_may_call_and_who_may_delete() {
    let mut api = Gladly::start().await;
    api.password = token(&api, json!({"permissions": ["API User"]})).await;
    assert_snapshot!(api.delete("/customer-profiles/cus_200").await.line(), @r#"403 {"errors":[{"code":"forbidden","detail":"user does not have permission to access resource"}]}"#);
    assert_eq!(api.get("/customer-profiles/cus_200").await.status, 200);
    api.password = token(&api, json!({"permissions": ["Compliance Admin"]})).await;
    assert_eq!(api.get("/customer-profiles/cus_200").await.status, 403);
    api.password = token(&api, json!({})).await;
    assert_eq!(api.delete("/customer-profiles/cus_200").await.status, 204);
    for wrong in [json!({"permissions": ["Janitor"]}), json!({"scopes": []})] {
        assert_eq!(send(api.request("POST", "/__sandbox/tokens").json(&wrong)).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn every_answer_says_what_is_left_of_its_second() {
    let api = Gladly::start_with_limits().await;
    let headers = |answer: &crate::support::Answer| {
        let text = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        format!("{} of {}", text("ratelimit-remaining-second"), text("ratelimit-limit-second"))
    };
    assert_eq!(headers(&api.get("/inboxes").await), "9 of 10");
    assert_eq!(headers(&api.get("/nowhere").await), "8 of 10");
    assert_eq!(headers(&send(api.request("GET", "/api/v1/inboxes")).await), "7 of 10");
    // Each verb has a limit of its own.
    assert_eq!(headers(&api.post("/user-identity-jwt", json!({})).await), "9 of 10");
    for _ in 0..7 {
        assert_eq!(api.get("/inboxes").await.status, 200);
    }
    let refused = api.get("/inboxes").await;
    assert_snapshot!(refused.line(), @r#"429 {"message":"API rate limit exceeded"}"#);
    assert_eq!(headers(&refused), "0 of 10");
    assert!(!refused.headers.contains_key("retry-after"));
    assert_eq!(api.delete("/conversation-items/it_1").await.status, 400);
    api.control("clock", json!({"advance_seconds": 1})).await;
    assert_eq!(headers(&api.get("/inboxes").await), "9 of 10");
}

#[tokio::test]
async fn the_limit_is_shared_by_all_tokens_and_can_be_lifted() {
    let mut api = Gladly::start_with_limits().await;
    api.set("requests_per_second", json!(1)).await;
    assert_eq!(api.get("/inboxes").await.status, 200);
    api.password = token(&api, json!({})).await;
    assert_eq!(api.get("/inboxes").await.status, 429);
    api.set("requests_per_second", json!(0)).await;
    let answer = api.get("/inboxes").await;
    assert_eq!((answer.status, answer.headers.contains_key("ratelimit-limit-second")), (200, false));
}

#[tokio::test]
async fn paths_and_bodies_that_are_none_are_refused() {
    let api = Gladly::start().await;
    for path in ["/nothing", "/customers", "/customers/cus_123/", "/tasks"] {
        assert_eq!(api.get(path).await.line(), r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
    }
    assert_eq!(send(api.request("GET", "/")).await.status, 404);
    assert_eq!(api.get("/customers//tasks").await.status, 404);
    for body in [json!([]), json!("text")] {
        assert_eq!(
            api.post("/customer-profiles", body).await.line(),
            r#"400 {"errors":[{"code":"invalid","detail":"request body must be a JSON object"}]}"#
        );
    }
}

#[tokio::test]
async fn settings_are_refused_unless_they_make_sense() {
    let api = Gladly::start().await;
    for wrong in [
        json!({"merged_status": 302}),
        json!({"topics_required": "no"}),
        json!({"unknown": 1}),
        json!({"merged_customers": {"cus_123": "cus_none"}}),
        json!({"merged_customers": {"cus_123": "cus_123"}}),
        json!({"merged_customers": {"cus_892833": "cus_123"}}),
    ] {
        let answer = send(api.request("POST", "/__sandbox/settings").json(&wrong)).await;
        assert_eq!(answer.status, 400, "{wrong} {}", answer.text);
    }
    let wrong = json!({"merged_customers": {"cus_123": "cus_456", "cus_200": "cus_123"}});
    let answer = send(api.request("POST", "/__sandbox/settings").json(&wrong)).await;
    assert_snapshot!(answer.line(), @r#"400 {"error":"`cus_123` is no customer that `cus_200` could be merged into"}"#);
    assert_eq!(api.get("/customer-profiles/cus_123").await.status, 200, "none of it was done");
}

#[tokio::test]
async fn a_reset_brings_back_the_seed_and_keeps_credentials() {
    let api = Gladly::start().await;
    let names =
        ["customers", "merged_customers", "conversations", "items", "notes", "tasks", "comments", "topics", "agents", "inboxes", "teams"];
    let mut before = Vec::new();
    for name in names {
        before.push(ids_or_keys(&api.state(name).await));
    }
    api.set("merged_customers", json!({"cus_123": "cus_456"})).await;
    api.delete("/customer-profiles/cus_200").await;
    location(&api.post("/conversations/con_2/notes", json!({"body": "Anything"})).await);
    location(&api.post("/tasks/tsk_5/comments", json!({"agentId": "agt_qa", "comment": "Anything"})).await);
    api.control("reset", json!({})).await;
    for (name, before) in names.iter().zip(before) {
        assert_eq!(ids_or_keys(&api.state(name).await), before, "{name}");
    }
    assert_eq!(api.state("settings").await["merged_customers"], json!({}));
    assert_eq!(api.get("/customer-profiles/cus_123").await.status, 200);
}

#[tokio::test]
async fn two_sandboxes_make_the_same_ids_and_different_tokens() {
    let (one, two) = (Gladly::start().await, Gladly::start().await);
    assert_ne!(one.password, two.password);
    let note = json!({"body": "Same"});
    let made = [one.post("/conversations/con_2/notes", note.clone()).await, two.post("/conversations/con_2/notes", note).await];
    assert_eq!(location(&made[0]), location(&made[1]));
}

#[tokio::test]
async fn a_new_sandbox_hands_out_username_and_password() {
    let sandbox = Sandbox::start(Vendor::Gladly, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let credentials = sandbox.issue_credentials();
    let names: Vec<&String> = credentials.keys().collect();
    assert_eq!(names, ["username", "password"]);
    assert_eq!(credentials["username"], "api@acme.example");
    sandbox.stop().await;
}

async fn token(api: &Gladly, wish: serde_json::Value) -> String {
    api.control("tokens", wish).await["password"].as_str().unwrap().to_owned()
}

fn ids_or_keys(collection: &serde_json::Value) -> Vec<String> {
    match collection.as_object() {
        Some(object) => object.keys().cloned().collect(),
        None => ids(collection).into_iter().map(str::to_owned).collect(),
    }
}
