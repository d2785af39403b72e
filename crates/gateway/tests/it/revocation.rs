//! What is deleted here is ended at the vendor's too, and what is still needed is not deleted.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Gateway, UnknownHost};

const APP: &str = "/integration/sendoso/oauth-app";

async fn set_app(gateway: &Gateway) {
    let app = gateway.sandbox.vendor().oauth_apps()[0];
    let body = json!({"client_id": app.client_id, "client_secret": app.client_secret});
    assert_eq!(gateway.api(Method::PUT, APP, body).await.0, StatusCode::OK);
}

async fn delete(gateway: &Gateway, account: &str) -> StatusCode {
    gateway.api(Method::DELETE, &format!("/integrated-account/{account}"), Value::Null).await.0
}

/// The status of each revocation that reached the vendor.
async fn revocations(gateway: &Gateway) -> Vec<Value> {
    let journal = gateway.journal().await;
    journal.iter().filter(|entry| entry["path"] == "/oauth/revoke").map(|entry| entry["status"].clone()).collect()
}

#[tokio::test]
async fn deleting_an_account_ends_its_tokens_at_the_vendor() {
    let gateway = Gateway::start().await;
    set_app(&gateway).await;
    let credentials = gateway.sandbox.issue_credentials();
    let body = json!({"integration": "sendoso", "tenant_id": "acme", "base_url": gateway.sandbox.url(), "credentials": credentials});
    let (_, account) = gateway.api(Method::POST, "/integrated-account", body).await;
    assert_eq!(delete(&gateway, account["id"].as_str().unwrap()).await, StatusCode::NO_CONTENT);
    assert_eq!(revocations(&gateway).await, [200]);
    let me = reqwest::Client::builder().no_proxy().build().unwrap().get(format!("{}/api/v3/me", gateway.sandbox.url()));
    let answer = me.bearer_auth(credentials["access_token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(delete(&gateway, account["id"].as_str().unwrap()).await, StatusCode::NOT_FOUND);
    gateway.stop().await;
}

#[tokio::test]
async fn an_account_is_deleted_whatever_its_vendor_answers() {
    let gateway = Gateway::start().await;
    set_app(&gateway).await;
    for kind in ["status", "garbage", "close_before_answer"] {
        let account = gateway.account().await;
        gateway.control(Method::POST, "faults", json!({"kind": kind, "path_prefix": "/oauth/revoke"})).await;
        assert_eq!(delete(&gateway, &account).await, StatusCode::NO_CONTENT, "{kind}");
        let (status, _) = gateway.api(Method::GET, &format!("/integrated-account/{account}"), Value::Null).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{kind}");
    }
    assert_eq!(revocations(&gateway).await.len(), 3, "each was tried once");
    gateway.stop().await;
}

#[tokio::test]
async fn without_an_app_the_vendor_is_not_asked_to_revoke() {
    let gateway = Gateway::start().await;
    let account = gateway.account().await;
    assert_eq!(delete(&gateway, &account).await, StatusCode::NO_CONTENT);
    assert!(gateway.journal().await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn tokens_of_an_account_that_was_moved_unseen_are_not_shown_to_a_host_that_nobody_knows() {
    let gateway = Gateway::start().await;
    set_app(&gateway).await;
    let server = gateway.server(json!({})).await;
    assert!(!gateway.call(&server, "list_all_sendoso_campaigns", json!({})).await.0, "the account is known from here on");
    let elsewhere = UnknownHost::start();
    gateway.move_unseen(&server.account, &elsewhere.url).await;
    assert_eq!(delete(&gateway, &server.account).await, StatusCode::NO_CONTENT);
    assert!(!elsewhere.was_reached());
    assert!(revocations(&gateway).await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn an_app_that_accounts_need_is_not_deleted() {
    let gateway = Gateway::start().await;
    set_app(&gateway).await;
    let accounts = [gateway.account().await, gateway.account().await];
    let (status, error) = gateway.api(Method::DELETE, APP, Value::Null).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(error["message"], "2 accounts of your environment need this app to refresh; delete them first");
    assert_eq!(gateway.api(Method::GET, APP, Value::Null).await.0, StatusCode::OK);
    for account in &accounts {
        delete(&gateway, account).await;
    }
    assert_eq!(revocations(&gateway).await, [200, 200]);
    assert_eq!(gateway.api(Method::DELETE, APP, Value::Null).await.0, StatusCode::NO_CONTENT);
    gateway.stop().await;
}
