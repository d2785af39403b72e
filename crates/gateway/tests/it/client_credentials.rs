//! Accounts that hold a client id and secret: their access tokens are fetched when they are needed.

use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use sandbox::Vendor;
use serde_json::{Value, json};

use crate::support::{Gateway, McpUrl};

/// A gateway that knows the made-up vendor of the sandbox.
async fn gateway() -> Gateway {
    let folder = tempfile::tempdir().unwrap();
    let definition = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox/example.yaml");
    std::fs::copy(definition, folder.path().join("example.yaml")).unwrap();
    Gateway::start_beside(Vendor::Example, |config| config.catalog_dir = Some(folder.path().to_owned())).await
}

async fn client(gateway: &Gateway) -> Value {
    gateway.control(Method::POST, "tokens", json!({"kind": "client_credentials"})).await
}

async fn server(gateway: &Gateway, credentials: Value) -> McpUrl {
    let body = json!({
        "integration": "example", "tenant_id": "acme", "base_url": gateway.sandbox.url(),
        "authentication_method": "client_credentials", "credentials": credentials,
    });
    let (status, account) = gateway.api(Method::POST, "/integrated-account", body).await;
    assert_eq!(status, StatusCode::CREATED, "{account}");
    gateway.server_over(account["id"].as_str().unwrap().to_owned(), json!({})).await
}

async fn list(gateway: &Gateway, server: &McpUrl) -> (bool, Value) {
    gateway.call(server, "list_all_example_notes", json!({})).await
}

/// Path and status of each request that reached the vendor.
async fn requests(gateway: &Gateway) -> Vec<(String, u64)> {
    let journal = gateway.journal().await;
    journal.iter().map(|entry| (entry["path"].as_str().unwrap().to_owned(), entry["status"].as_u64().unwrap())).collect()
}

async fn fetches(gateway: &Gateway) -> usize {
    requests(gateway).await.iter().filter(|(path, _)| path == "/oauth/token").count()
}

#[tokio::test]
async fn many_first_calls_fetch_one_token_with_the_scopes_of_all_tools() {
    let gateway = gateway().await;
    let server = server(&gateway, client(&gateway).await).await;
    for (is_error, answer) in join_all((0..20).map(|_| list(&gateway, &server))).await {
        assert!(!is_error, "{answer}");
    }
    let (is_error, answer) = gateway.call(&server, "create_a_example_note", json!({"text": "Buy milk"})).await;
    assert!(!is_error, "{answer}");
    assert_eq!(fetches(&gateway).await, 1);
    let sent = gateway.journal().await.iter().find(|entry| entry["path"] == "/oauth/token").unwrap()["body"].clone();
    assert_eq!(sent, "grant_type=client_credentials&scope=notes.read+notes.write");
    gateway.stop().await;
}

#[tokio::test]
async fn a_token_is_replaced_before_it_ends_and_when_the_vendor_refuses_it() {
    let gateway = gateway().await;
    let server = server(&gateway, client(&gateway).await).await;
    let advance = async |ours: u64, theirs: u64| {
        gateway.clock.advance(Duration::from_secs(ours));
        gateway.control(Method::POST, "clock", json!({"advance_seconds": theirs})).await;
    };
    assert!(!list(&gateway, &server).await.0);
    for _ in 0..5 {
        // Tokens live for 600 seconds.
        advance(550, 550).await;
        assert!(!list(&gateway, &server).await.0);
    }
    assert_eq!(fetches(&gateway).await, 6);
    assert!(requests(&gateway).await.iter().all(|(_, status)| *status == 200), "no token was refused");

    // It is no longer new, and the vendor has ended it before its time.
    advance(30, 600).await;
    gateway.control(Method::DELETE, "journal", Value::Null).await;
    assert!(!list(&gateway, &server).await.0);
    let expected = [("/v1/notes", 401), ("/oauth/token", 200), ("/v1/notes", 200)];
    assert_eq!(requests(&gateway).await, expected.map(|(path, status)| (path.to_owned(), status)));
    gateway.stop().await;
}

#[tokio::test]
async fn a_token_that_lives_for_a_minute_serves_for_half_of_it() {
    let gateway = gateway().await;
    gateway.control(Method::POST, "settings", json!({"token_seconds": 60})).await;
    let server = server(&gateway, client(&gateway).await).await;
    for _ in 0..10 {
        assert!(!list(&gateway, &server).await.0);
    }
    assert_eq!(fetches(&gateway).await, 1);
    gateway.clock.advance(Duration::from_secs(30));
    assert!(!list(&gateway, &server).await.0);
    assert_eq!(fetches(&gateway).await, 2);
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_that_the_vendor_refuses_has_to_be_given_anew_and_is_not_tried_again_before() {
    let gateway = gateway().await;
    let client = client(&gateway).await;
    let server = server(&gateway, json!({"client_id": client["client_id"], "client_secret": "wr0ng-secret"})).await;
    let path = format!("/integrated-account/{}", server.account);
    for _ in 0..3 {
        let (is_error, answer) = list(&gateway, &server).await;
        assert!(is_error);
        assert_eq!(answer["error"]["code"], "needs_reauth", "{answer}");
    }
    assert_eq!(fetches(&gateway).await, 1);
    let (_, told) = gateway.api(Method::GET, &path, Value::Null).await;
    assert_eq!(told["status"], "needs_reauth");
    let last_error = told["last_error"].as_str().unwrap();
    assert!(last_error.contains("refused the app") && !last_error.contains("wr0ng"), "{last_error}");

    let (status, told) = gateway.api(Method::PATCH, &path, json!({ "credentials": client })).await;
    assert_eq!((status, &told["status"]), (StatusCode::OK, &json!("active")));
    assert!(!list(&gateway, &server).await.0);
    gateway.stop().await;
}

#[tokio::test]
async fn the_token_that_a_client_was_validated_with_is_kept_for_its_calls() {
    let gateway = gateway().await;
    let body = json!({
        "integration": "example", "tenant_id": "acme", "base_url": gateway.sandbox.url(), "validate": true,
        "authentication_method": "client_credentials", "credentials": client(&gateway).await,
    });
    let (status, account) = gateway.api(Method::POST, "/integrated-account", body).await;
    assert_eq!(status, StatusCode::CREATED, "{account}");
    let server = gateway.server_over(account["id"].as_str().unwrap().to_owned(), json!({})).await;
    assert!(!list(&gateway, &server).await.0);
    assert_eq!(fetches(&gateway).await, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn deleting_an_account_ends_its_token_at_the_vendor() {
    let gateway = gateway().await;
    let server = server(&gateway, client(&gateway).await).await;
    assert!(!list(&gateway, &server).await.0);
    let (status, _) = gateway.api(Method::DELETE, &format!("/integrated-account/{}", server.account), Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let state = gateway.control(Method::GET, "state", Value::Null).await;
    assert_eq!(state["grants"][0]["revoked"], true, "{state}");
    gateway.stop().await;
}
