//! Tool calls through the whole path, against the sandbox.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Gateway, eventually};

const EGIFT: &str = "create_a_sendoso_egift";

fn egift() -> Value {
    json!({"touch_id": 77, "name": "Sarah Connor", "email": "sarah.connor@example.com", "via_from": "SDR Agent"})
}

#[tokio::test]
async fn an_egift_is_found_sent_and_seen() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let (_, campaigns) = gateway.call(&server, "list_all_sendoso_campaigns", json!({"delivery_type": "email", "limit": 100})).await;
    let coffee = campaigns["result"].as_array().unwrap().iter().find(|campaign| campaign["name"] == "Prospect Coffee").unwrap();
    assert_eq!(coffee["id"], 77);
    let (failed, sent) = gateway.call(&server, EGIFT, egift()).await;
    assert!(!failed, "{sent}");
    let (_, sends) = gateway.call(&server, "list_all_sendoso_sends", json!({"limit": 5})).await;
    assert_eq!(sends["result"][0]["recipient"]["email"], "sarah.connor@example.com");
    let journal = gateway.journal().await;
    assert_eq!(journal[1]["method"], "POST");
    assert_eq!(
        journal[1]["body"],
        json!({"send": {"touch_id": 77, "name": "Sarah Connor", "email": "sarah.connor@example.com", "via": "single_email_address", "via_from": "SDR Agent"}})
    );
    gateway.stop().await;
}

#[tokio::test]
async fn wrong_arguments_are_all_named_and_nothing_is_sent() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let (failed, answer) = gateway.call(&server, EGIFT, json!({"touch_id": "many", "address": "1 Main St", "via": "email"})).await;
    assert!(failed);
    assert_eq!(answer["error"]["code"], "invalid_arguments");
    let named: Vec<&str> =
        answer["error"]["details"].as_array().unwrap().iter().filter_map(|violation| violation["path"].as_str()).collect();
    for path in ["/touch_id", "/address", "/via", "/email"] {
        assert!(named.contains(&path), "{path} is not in {answer}");
    }
    assert!(gateway.journal().await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn a_hidden_tool_answers_like_one_that_does_not_exist() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({"config": {"methods": ["read"]}})).await;
    assert!(!gateway.tool_names(&server).await.iter().any(|name| name.starts_with("create")));
    let visible = gateway.tool_names(&server).await;
    for name in [EGIFT, "create_a_sendoso_egifu"] {
        let error = gateway.rpc(&server, "tools/call", json!({"name": name, "arguments": {}})).await["error"].take();
        let nearest: Vec<String> = serde_json::from_value(error["data"]["nearest"].clone()).unwrap();
        assert_eq!(error["code"], -32602);
        let remedy = if nearest.is_empty() {
            "tools/list names all there are".to_owned()
        } else {
            format!("the nearest names here: {}", nearest.join(", "))
        };
        assert_eq!(error["message"], format!("unknown tool `{name}`; {remedy}"));
        assert!(nearest.iter().all(|near| visible.contains(near)), "{error}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_vendor_429_comes_back_at_once_with_its_limits() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let fault = json!([{"times": 1, "kind": "status", "status": 429, "body": {"success": false, "message": "Too Many Requests"}}]);
    gateway.control(Method::POST, "faults", fault).await;
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_all_sendoso_me", "arguments": {}}});
    let response = gateway.post(&server, message).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["ratelimit-limit"], "10");
    assert_eq!(response.headers()["ratelimit-remaining"], "0");
    assert_eq!(response.headers()["ratelimit-reset"], "1");
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["result"]["structuredContent"]["error"]["code"], "rate_limited");
    assert_eq!(gateway.journal().await.len(), 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_has_an_unknown_outcome_and_is_not_repeated() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    gateway.control(Method::POST, "faults", json!([{"method": "POST", "times": 1, "kind": "close_before_answer", "applied": true}])).await;
    let (failed, answer) = gateway.call(&server, EGIFT, egift()).await;
    assert!(failed);
    assert_eq!(answer["error"]["code"], "outcome_unknown", "{answer}");
    assert_eq!(gateway.journal().await.len(), 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_write_is_finished_although_its_client_hangs_up() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    gateway.control(Method::POST, "faults", json!([{"method": "POST", "times": 1, "kind": "delay", "milliseconds": 300}])).await;
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": EGIFT, "arguments": egift()}});
    let call = gateway.request(Method::POST, &server.path).header("mcp-protocol-version", "2025-11-25").json(&message);
    let client = tokio::spawn(call.send());
    eventually("the vendor has the request", async || !gateway.journal().await.is_empty()).await;
    client.abort();
    eventually("the vendor's answer was taken", async || gateway.metrics().await.contains(r#"outcome="ok"} 1"#)).await;
    gateway.stop().await;
}

#[tokio::test]
async fn successes_are_structured_only_where_the_server_says_so() {
    let gateway = Gateway::start().await;
    let plain = gateway.server(json!({})).await;
    let structured = gateway.server(json!({"config": {"structured_content": true}})).await;
    let call = json!({"name": "list_all_sendoso_me", "arguments": {}});
    assert_eq!(gateway.rpc(&plain, "tools/call", call.clone()).await["result"]["structuredContent"], Value::Null);
    let answer = gateway.rpc(&structured, "tools/call", call).await;
    assert!(answer["result"]["structuredContent"]["result"][0]["email"].is_string(), "{answer}");
    gateway.stop().await;
}
