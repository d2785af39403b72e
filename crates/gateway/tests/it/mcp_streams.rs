//! Streams: notice of changes in every revision, and the HTTP+SSE transport.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Events, Gateway, McpUrl, SlowVendor};

/// Opens the stream of a client of Streamable HTTP.
async fn listen(gateway: &Gateway, server: &McpUrl) -> Events {
    let request = gateway.request(Method::GET, &server.path).header("accept", "text/event-stream");
    Events::of(request.header("mcp-protocol-version", "2025-11-25").send().await.unwrap())
}

/// Opens a session of HTTP+SSE; gives its stream and the path for messages.
async fn open(gateway: &Gateway, server: &McpUrl) -> (Events, String) {
    let response = gateway.request(Method::GET, &server.path).header("accept", "text/event-stream").send().await.unwrap();
    let mut events = Events::of(response);
    let (event, path) = events.next().await.unwrap();
    assert_eq!(event, "endpoint");
    assert!(path.starts_with(&format!("{}/messages?sessionId=", server.path)), "{path}");
    (events, path)
}

async fn post(gateway: &Gateway, path: &str, message: Value) -> StatusCode {
    gateway.request(Method::POST, path).json(&message).send().await.unwrap().status()
}

fn request(id: u32, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

async fn change(gateway: &Gateway, server: &McpUrl, body: Value) {
    let (status, answer) = gateway.api(Method::PATCH, &format!("/integrated-account/{}/mcp/{}", server.account, server.id), body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

fn changed() -> Value {
    json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed", "params": {}})
}

#[tokio::test]
async fn a_stream_tells_of_other_tools_and_prompts_and_of_nothing_else() {
    let gateway = Gateway::start().await;
    let (server, other) = (gateway.server(json!({})).await, gateway.server(json!({})).await);
    let mut events = listen(&gateway, &server).await;
    change(&gateway, &server, json!({"name": "renamed"})).await;
    change(&gateway, &other, json!({"config": {"methods": ["read"]}})).await;
    change(&gateway, &server, json!({"config": {"methods": ["read"]}})).await;
    assert_eq!(events.message().await, changed());
    // The prompts tell of tools that write, so they went with them.
    assert_eq!(events.message().await["method"], "notifications/prompts/list_changed");
    let (status, _) = gateway.api(Method::DELETE, &format!("/integrated-account/{}/mcp/{}", server.account, server.id), Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(events.next().await, None, "one notice a list for one change, and the end with the server's");
    gateway.stop().await;
}

#[tokio::test]
async fn a_stream_ends_with_the_api_token_that_opened_it() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({"config": {"auth": "bearer"}})).await;
    let (_, token) = gateway.api(Method::POST, "/api-token", json!({"name": "agent"})).await;
    let open = |secret: Option<String>| {
        let request = gateway.request(Method::GET, &server.path).header("accept", "text/event-stream");
        secret
            .map(|secret| format!("Bearer {secret}"))
            .into_iter()
            .fold(request, |request, value| request.header("authorization", value))
            .send()
    };
    assert_eq!(open(None).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let mut events = Events::of(open(token["token"].as_str().map(str::to_owned)).await.unwrap());
    assert_eq!(events.next().await.unwrap().0, "endpoint");
    gateway.api(Method::DELETE, &format!("/api-token/{}", token["id"].as_str().unwrap()), Value::Null).await;
    assert_eq!(events.next().await, None);
    gateway.stop().await;
}

#[tokio::test]
async fn a_stream_ends_with_its_expired_server() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({"expires_at": "2026-11-21T12:01:00Z"})).await;
    let other = gateway.server(json!({})).await;
    let mut events = listen(&gateway, &server).await;
    gateway.clock.advance(Duration::from_secs(60));
    // Time stands still here, so something else must happen for the stream to look at the clock.
    change(&gateway, &other, json!({"name": "renamed"})).await;
    assert_eq!(events.next().await, None);
    gateway.stop().await;
}

#[tokio::test]
async fn streams_end_when_the_server_stops() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let mut events = listen(&gateway, &server).await;
    let (mut session, _) = open(&gateway, &server).await;
    gateway.stop().await;
    assert_eq!(events.next().await, None);
    assert_eq!(session.next().await, None);
}

fn subscribe(notifications: Value) -> Value {
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}});
    let mut request = request(7, "subscriptions/listen", json!({"_meta": meta}));
    if !notifications.is_null() {
        request["params"]["notifications"] = notifications;
    }
    request
}

async fn subscribed(gateway: &Gateway, server: &McpUrl, notifications: Value, accept: &str) -> reqwest::Response {
    gateway
        .request(Method::POST, &server.path)
        .header("accept", accept)
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "subscriptions/listen")
        .json(&subscribe(notifications))
        .send()
        .await
        .unwrap()
}

const BOTH: &str = "application/json, text/event-stream";

#[tokio::test]
async fn a_subscription_is_granted_told_and_ended_under_its_id() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let asked = json!({"toolsListChanged": true, "resourcesListChanged": true});
    let mut events = Events::of(subscribed(&gateway, &server, asked, BOTH).await);
    let meta = json!({"io.modelcontextprotocol/subscriptionId": 7});
    let granted = json!({"_meta": meta, "notifications": {"toolsListChanged": true}});
    assert_eq!(events.message().await, json!({"jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged", "params": granted}));
    change(&gateway, &server, json!({"config": {"methods": ["read"]}})).await;
    assert_eq!(events.message().await, json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed", "params": {"_meta": meta}}));
    gateway.stop().await;
    let end = events.message().await;
    assert_eq!((&end["id"], &end["result"]["resultType"]), (&json!(7), &json!("complete")));
    assert_eq!(end["result"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 7);
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn a_subscription_is_not_told_of_what_it_did_not_ask_for() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let mut events = Events::of(subscribed(&gateway, &server, json!({}), BOTH).await);
    assert_eq!(events.message().await["params"]["notifications"], json!({}));
    change(&gateway, &server, json!({"config": {"methods": ["read"]}})).await;
    gateway.stop().await;
    assert_eq!(events.message().await["id"], 7, "the next thing is the end");
}

#[tokio::test]
async fn a_subscription_that_cannot_be_understood_or_read_is_refused() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    for (notifications, accept, status, code) in [
        (Value::Null, BOTH, 200, -32602),
        (json!([true]), BOTH, 200, -32602),
        (json!({"toolsListChanged": "yes"}), BOTH, 200, -32602),
        (json!({}), "application/json", 406, -32600),
    ] {
        let response = subscribed(&gateway, &server, notifications, accept).await;
        assert_eq!(response.status(), status);
        let answer: Value = response.json().await.unwrap();
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &json!(7)));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_session_is_answered_through_its_stream() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let (mut events, path) = open(&gateway, &server).await;
    let hello = json!({"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
    assert_eq!(post(&gateway, &path, request(0, "initialize", hello)).await, StatusCode::ACCEPTED);
    assert_eq!(events.message().await["result"]["protocolVersion"], "2024-11-05");
    assert_eq!(post(&gateway, &path, json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await, StatusCode::ACCEPTED);
    assert_eq!(post(&gateway, &path, request(1, "tools/list", json!({}))).await, StatusCode::ACCEPTED);
    let list = events.message().await;
    assert_eq!((&list["id"], list["result"]["tools"].as_array().unwrap().len()), (&json!(1), 20));
    assert_eq!(post(&gateway, &path, json!("no message")).await, StatusCode::ACCEPTED);
    assert_eq!(events.message().await["error"]["code"], -32600);
    let batch = json!([request(2, "ping", json!({})), request(3, "no/such", json!({}))]);
    assert_eq!(post(&gateway, &path, batch).await, StatusCode::ACCEPTED);
    let batch = events.message().await;
    assert_eq!((&batch[0]["result"], &batch[1]["error"]["code"]), (&json!({}), &json!(-32601)));
    change(&gateway, &server, json!({"config": {"methods": ["read"]}})).await;
    assert_eq!(events.message().await, changed());
    gateway.stop().await;
}

#[tokio::test]
async fn the_older_addresses_of_the_transport_work_too() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let sse = McpUrl { path: format!("{}/sse", server.path), ..server };
    let request = gateway.request(Method::GET, &sse.path).header("accept", "text/event-stream");
    let mut events = Events::of(request.header("mcp-protocol-version", "2024-11-05").send().await.unwrap());
    assert_eq!(events.next().await.unwrap().0, "endpoint");
    // This address has one meaning, so a client need not say that it reads events; a browser is still told what it is.
    let mut events = Events::of(gateway.request(Method::GET, &sse.path).header("accept", "*/*").send().await.unwrap());
    assert_eq!(events.next().await.unwrap().0, "endpoint");
    let browser = gateway.request(Method::GET, &sse.path).header("accept", "text/html,*/*;q=0.8").send().await.unwrap();
    assert_eq!(browser.status(), StatusCode::METHOD_NOT_ALLOWED);
    gateway.stop().await;
}

#[tokio::test]
async fn a_session_belongs_to_its_server_and_ends_with_its_stream() {
    let gateway = Gateway::start().await;
    let (server, other) = (gateway.server(json!({})).await, gateway.server(json!({})).await);
    let (events, path) = open(&gateway, &server).await;
    let ping = || request(1, "ping", json!({}));
    let (_, id) = path.split_once('?').unwrap();
    assert_eq!(post(&gateway, &format!("{}/messages?{id}", other.path), ping()).await, StatusCode::NOT_FOUND);
    for query in ["", "?sessionId=", "?sessionId=x", "?sessionId=0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2"] {
        assert_eq!(post(&gateway, &format!("{}/messages{query}", server.path), ping()).await, StatusCode::NOT_FOUND, "{query}");
    }
    assert_eq!(post(&gateway, "/mcp/tg_unknown/messages?sessionId=x", ping()).await, StatusCode::NOT_FOUND);
    drop(events);
    crate::support::eventually("the session has ended", async || post(&gateway, &path, ping()).await == StatusCode::NOT_FOUND).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answers_is_told_to_wait() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let vendor = SlowVendor::start().await;
    let slow = gateway.server_over(gateway.account_at(&vendor.url).await, json!({})).await;
    let (_events, path) = open(&gateway, &slow).await;
    let call = |id| request(id, "tools/call", json!({"name": "list_all_sendoso_campaigns"}));
    for id in 0..64 {
        assert_eq!(post(&gateway, &path, call(id)).await, StatusCode::ACCEPTED);
    }
    assert_eq!(post(&gateway, &path, call(64)).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(gateway.rpc(&server, "ping", json!({})).await["result"], json!({}), "others are served meanwhile");
    drop(vendor);
    gateway.stop().await;
}

#[tokio::test]
async fn no_more_streams_are_open_at_a_server_than_it_may_have() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let mut streams = Vec::new();
    for _ in 0..256 {
        streams.push(listen(&gateway, &server).await);
    }
    let request =
        gateway.request(Method::GET, &server.path).header("accept", "text/event-stream").header("mcp-protocol-version", "2025-11-25");
    let refused = request.send().await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (503, "30"));
    drop(streams);
    gateway.stop().await;
}

#[tokio::test]
async fn only_a_request_for_events_of_an_era_with_streams_opens_one() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    for headers in [
        vec![("accept", "text/event-stream"), ("mcp-protocol-version", "2026-07-28")],
        vec![("accept", "text/event-stream"), ("mcp-protocol-version", "2099-01-01")],
        vec![("accept", "*/*")],
        vec![("accept", "text/html,*/*")],
        vec![],
    ] {
        let request = gateway.request(Method::GET, &server.path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = tokio::time::timeout(Duration::from_secs(20), request.send()).await.unwrap().unwrap();
        assert_eq!((response.status().as_u16(), response.headers()["allow"].to_str().unwrap()), (405, "POST, OPTIONS"), "{headers:?}");
    }
    let unknown = gateway.request(Method::GET, "/mcp/tg_unknown").header("accept", "text/event-stream").send().await.unwrap();
    assert_eq!(unknown.status(), 404);
    gateway.stop().await;
}
