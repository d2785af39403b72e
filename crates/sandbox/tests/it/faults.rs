//! Things that go wrong on request.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Api, egift, send};

fn statuses(journal: &Value) -> Vec<Value> {
    journal.as_array().unwrap().iter().map(|entry| entry["status"].clone()).collect()
}

async fn send_count(api: &Api) -> usize {
    api.state().await["sends"].as_array().unwrap().len()
}

fn send_egift(api: &Api) -> reqwest::RequestBuilder {
    api.request("POST", "/api/v3/send").bearer_auth(&api.token).json(&egift())
}

#[tokio::test]
async fn a_status_comes_in_place_of_the_answer_as_often_as_asked() {
    let api = Api::start().await;
    api.control("faults", json!([{"kind": "status", "times": 2, "status": 503, "headers": {"Retry-After": "7"}, "body": {"oops": true}}]))
        .await;
    for _ in 0..2 {
        let answer = send(send_egift(&api)).await;
        assert_eq!((answer.line().as_str(), &answer.headers["retry-after"]), (r#"503 {"oops":true}"#, &"7".parse().unwrap()));
    }
    assert_eq!(send_count(&api).await, 60);
    assert_eq!(send(send_egift(&api)).await.status, 200);
}

#[tokio::test]
async fn a_fault_befalls_only_the_requests_it_names() {
    let api = Api::start().await;
    api.control("faults", json!([{"method": "post", "path_prefix": "/api/v3/send", "kind": "status"}])).await;
    assert_eq!(api.get("/api/v3/send").await.status, 200);
    assert_eq!(api.post("/api/v3/users", json!({})).await.status, 400);
    assert_eq!(send(send_egift(&api)).await.status, 500);
    assert_eq!(send(send_egift(&api)).await.status, 200);
}

#[tokio::test]
async fn faults_come_in_the_order_they_were_asked_for() {
    let api = Api::start().await;
    api.control("faults", json!([{"kind": "status", "status": 500}, {"kind": "status", "status": 502}])).await;
    api.control("faults", json!({"kind": "status", "status": 504})).await;
    let mut found = Vec::new();
    for _ in 0..4 {
        found.push(api.get("/api/v3/me").await.status);
    }
    assert_eq!(found, [500, 502, 504, 200]);
}

#[tokio::test]
async fn deleted_faults_do_not_happen() {
    let api = Api::start().await;
    api.control("faults", json!([{"kind": "status", "times": 9}])).await;
    assert_eq!(api.state().await["faults"][0]["times"], 9);
    send(api.request("DELETE", "/__sandbox/faults")).await;
    assert_eq!(api.get("/api/v3/me").await.status, 200);
}

#[tokio::test]
async fn a_connection_closed_before_the_answer_can_have_had_its_effect() {
    let api = Api::start().await;
    api.control("faults", json!([{"kind": "close_before_answer", "applied": true}, {"kind": "close_before_answer"}])).await;
    assert!(send_egift(&api).send().await.is_err());
    assert_eq!(send_count(&api).await, 61);
    assert!(send_egift(&api).send().await.is_err());
    assert_eq!(send_count(&api).await, 61);
    assert_eq!(statuses(&api.journal().await), [json!(null), json!(null)]);
}

#[tokio::test]
async fn a_body_cut_in_the_middle_begins_like_the_whole() {
    let api = Api::start().await;
    let whole = api.get("/api/v3/me").await.text;
    api.control("faults", json!([{"kind": "close_mid_body"}])).await;
    let mut response = api.request("GET", "/api/v3/me").bearer_auth(&api.token).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.content_length()), (200, Some(whole.len() as u64)));
    let mut received = Vec::new();
    let broken = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => received.extend(chunk),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken);
    assert!(whole.as_bytes().starts_with(&received) && received.len() < whole.len());
}

#[tokio::test]
async fn a_hanging_request_never_answers_and_does_not_stop_others_or_the_sandbox() {
    let api = Api::start().await;
    api.control("faults", json!([{"kind": "hang"}])).await;
    let hanging = tokio::spawn(api.request("GET", "/api/v3/me").bearer_auth(&api.token).send());
    while api.journal().await.as_array().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(api.get("/api/v3/me").await.status, 200);
    assert!(!hanging.is_finished());
    api.stop().await;
    assert!(hanging.await.unwrap().is_err());
}

#[tokio::test]
async fn a_delayed_answer_is_the_usual_one() {
    let api = Api::start().await;
    api.control("faults", json!([{"kind": "delay", "milliseconds": 1}, {"kind": "delay", "milliseconds": 1, "applied": false}])).await;
    assert_eq!(send(send_egift(&api)).await.json()["success"], true);
    assert_eq!(send(send_egift(&api)).await.json()["success"], true);
    assert_eq!(send_count(&api).await, 62);
}

#[tokio::test]
async fn a_delayed_write_takes_effect_before_the_wait_unless_told_otherwise() {
    let api = Api::start().await;
    for (applied, expected) in [(json!(null), 61), (json!(false), 61)] {
        api.control("faults", json!([{"kind": "delay", "milliseconds": 3_600_000, "applied": applied}])).await;
        let seen = api.journal().await.as_array().unwrap().len();
        let waiting = tokio::spawn(send_egift(&api).send());
        while api.journal().await.as_array().unwrap().len() == seen {
            tokio::task::yield_now().await;
        }
        waiting.abort();
        while send_count(&api).await < expected {
            tokio::task::yield_now().await;
        }
        assert_eq!(send_count(&api).await, expected);
    }
}

#[tokio::test]
async fn a_huge_body_has_the_size_asked_for_and_is_json() {
    let api = Api::start().await;
    for bytes in [3, 200_000] {
        api.control("faults", json!([{"kind": "huge_body", "bytes": bytes}])).await;
        let answer = api.get("/api/v3/me").await;
        assert_eq!((answer.status, answer.text.len()), (200, bytes));
        assert!(answer.json().is_string());
    }
}

#[tokio::test]
async fn garbage_claims_to_be_json_and_is_not() {
    let api = Api::start().await;
    api.control("faults", json!([{"kind": "garbage", "bytes": 9}])).await;
    let response = api.request("GET", "/api/v3/me").bearer_auth(&api.token).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    let bytes = response.bytes().await.unwrap();
    assert_eq!(bytes.len(), 9);
    assert!(serde_json::from_slice::<Value>(&bytes).is_err());
}

#[tokio::test]
async fn a_fault_that_cannot_be_understood_is_refused_and_none_is_added() {
    let api = Api::start().await;
    let body = json!([{"kind": "status"}, {"kind": "explode"}]);
    let answer = send(api.request("POST", "/__sandbox/faults").json(&body)).await;
    assert_snapshot!(answer.line(), @r#"400 {"error":"fault 1: unknown variant `explode`, expected one of `status`, `delay`, `close_before_answer`, `close_mid_body`, `hang`, `huge_body`, `garbage`"}"#);
    let answer = send(api.request("POST", "/__sandbox/faults").json(&json!({"kind": "status", "stauts": 1}))).await;
    assert_eq!(answer.status, 400);
    assert_eq!(api.get("/api/v3/me").await.status, 200);
}
