//! URLs end when they should, by the clock and by hand.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Gateway, McpUrl, eventually};

async fn status(gateway: &Gateway, server: &McpUrl) -> StatusCode {
    gateway.post(server, json!({"jsonrpc": "2.0", "id": 1, "method": "ping"})).await.status()
}

#[tokio::test]
async fn a_server_answers_until_its_expiry_and_its_row_goes_soon_after() {
    let gateway = Gateway::start().await;
    let expires_at = gateway.clock.now() + Duration::from_secs(61);
    let server = gateway.server(json!({"expires_at": expires_at.to_string()})).await;
    gateway.clock.advance(Duration::from_secs(61) - Duration::from_millis(1));
    assert_eq!(status(&gateway, &server).await, StatusCode::OK);
    gateway.clock.advance(Duration::from_millis(1));
    assert_eq!(status(&gateway, &server).await, StatusCode::NOT_FOUND);
    let row = format!("/integrated-account/{}/mcp", server.account);
    eventually("the row is gone", async || gateway.api(Method::GET, &row, Value::Null).await.1["result"] == json!([])).await;
    gateway.stop().await;
}

#[tokio::test]
async fn an_expiry_too_near_is_refused() {
    let gateway = Gateway::start().await;
    let account = gateway.account().await;
    let expires_at = (gateway.clock.now() + Duration::from_secs(59)).to_string();
    let (status, error) =
        gateway.api(Method::POST, &format!("/integrated-account/{account}/mcp"), json!({"name": "x", "expires_at": expires_at})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(error["message"].as_str().unwrap().starts_with("`expires_at` must be at least 60 seconds ahead"), "{error}");
    gateway.stop().await;
}

#[tokio::test]
async fn an_expiry_can_be_moved_and_cleared() {
    let gateway = Gateway::start().await;
    let soon = gateway.clock.now() + Duration::from_secs(61);
    let server = gateway.server(json!({"expires_at": soon.to_string()})).await;
    let path = format!("/integrated-account/{}/mcp/{}", server.account, server.id);
    let (_, changed) = gateway.api(Method::PATCH, &path, json!({"expires_at": null})).await;
    assert_eq!(changed["expires_at"], Value::Null);
    gateway.clock.advance(Duration::from_secs(3600));
    assert_eq!(status(&gateway, &server).await, StatusCode::OK);
    gateway.stop().await;
}

#[tokio::test]
async fn rotated_and_deleted_urls_fail_with_the_next_request() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    assert_eq!(status(&gateway, &server).await, StatusCode::OK);
    let path = format!("/integrated-account/{}/mcp/{}", server.account, server.id);
    let (_, rotated) = gateway.api(Method::POST, &format!("{path}/rotate"), Value::Null).await;
    assert_eq!(status(&gateway, &server).await, StatusCode::NOT_FOUND);
    let new = McpUrl { path: format!("/mcp/{}", rotated["token"].as_str().unwrap()), ..server };
    assert_eq!(status(&gateway, &new).await, StatusCode::OK);
    assert_eq!(gateway.api(Method::DELETE, &path, Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(status(&gateway, &new).await, StatusCode::NOT_FOUND);
    assert_eq!(gateway.api(Method::GET, &path, Value::Null).await.0, StatusCode::NOT_FOUND);
    gateway.stop().await;
}

#[tokio::test]
async fn a_deleted_account_takes_its_urls_with_it() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    assert_eq!(status(&gateway, &server).await, StatusCode::OK);
    let path = format!("/integrated-account/{}", server.account);
    assert_eq!(gateway.api(Method::DELETE, &path, Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(status(&gateway, &server).await, StatusCode::NOT_FOUND);
    gateway.stop().await;
}

#[tokio::test]
async fn a_changed_filter_holds_for_the_next_request() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    assert_eq!(gateway.tool_names(&server).await.len(), 20);
    let path = format!("/integrated-account/{}/mcp/{}", server.account, server.id);
    let (status, _) = gateway.api(Method::PATCH, &path, json!({"config": {"tags": ["campaigns"]}})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(gateway.tool_names(&server).await, ["list_all_sendoso_campaigns", "get_single_sendoso_campaign_by_id"]);
    gateway.stop().await;
}
