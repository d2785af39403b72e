//! Access tokens are replaced in time, once, and a refusal is told.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Gateway, McpUrl};

/// A server over an account of an environment that has the vendor's app; the vendor's clock shows our time.
pub(crate) async fn with_app(gateway: &Gateway) -> McpUrl {
    let theirs = gateway.control(Method::GET, "clock", Value::Null).await["now_seconds"].as_i64().unwrap();
    match theirs - gateway.clock.now().as_second() {
        ahead @ 0.. => gateway.clock.advance(Duration::from_secs(ahead as u64)),
        behind => drop(gateway.control(Method::POST, "clock", json!({"advance_seconds": -behind})).await),
    }
    let app = gateway.sandbox.vendor().oauth_apps()[0];
    let body = json!({"client_id": app.client_id, "client_secret": app.client_secret});
    let (status, answer) = gateway.api(Method::PUT, "/integration/sendoso/oauth-app", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    gateway.server(json!({})).await
}

/// Moves the vendor's clock and ours.
pub(crate) async fn advance(gateway: &Gateway, seconds: u64) {
    gateway.clock.advance(Duration::from_secs(seconds));
    gateway.control(Method::POST, "clock", json!({"advance_seconds": seconds})).await;
}

pub(crate) async fn refreshes(gateway: &Gateway) -> usize {
    gateway.journal().await.iter().filter(|entry| entry["path"] == "/oauth/token").count()
}

pub(crate) async fn list(gateway: &Gateway, server: &McpUrl) -> (bool, Value) {
    gateway.call(server, "list_all_sendoso_campaigns", json!({})).await
}

pub(crate) async fn account(gateway: &Gateway, server: &McpUrl) -> Value {
    gateway.api(Method::GET, &format!("/integrated-account/{}", server.account), Value::Null).await.1
}

#[tokio::test]
async fn fifty_calls_at_once_after_the_token_ended_make_one_refresh_and_all_succeed() {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    gateway.control(Method::POST, "settings", json!({"core_requests_per_second": 0})).await;
    advance(&gateway, 3 * 3600).await;
    let outcomes = join_all((0..50).map(|_| list(&gateway, &server))).await;
    for (is_error, answer) in outcomes {
        assert!(!is_error, "{answer}");
    }
    assert_eq!(refreshes(&gateway).await, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_refused_refresh_is_told_to_the_agent_and_on_the_account_and_not_tried_again() {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    let app = gateway.sandbox.vendor().oauth_apps()[0];
    let credentials = gateway.sandbox.issue_credentials();
    let path = format!("/integrated-account/{}", server.account);
    let (status, _) = gateway.api(Method::PATCH, &path, json!({"credentials": credentials})).await;
    assert_eq!(status, StatusCode::OK);
    // The vendor's user has taken the consent back.
    let url = format!("{}/oauth/revoke?token={}", gateway.sandbox.url(), credentials["access_token"].as_str().unwrap());
    let revoked = reqwest::Client::builder().no_proxy().build().unwrap().post(url).basic_auth(app.client_id, Some(app.client_secret));
    assert_eq!(revoked.send().await.unwrap().status(), StatusCode::OK);

    for _ in 0..2 {
        let (is_error, answer) = list(&gateway, &server).await;
        assert!(is_error);
        assert_eq!(answer["error"]["code"], "needs_reauth", "{answer}");
        assert!(answer["error"]["hint"].as_str().unwrap().contains("reconnect the account"), "{answer}");
    }
    assert_eq!(refreshes(&gateway).await, 1);
    let told = account(&gateway, &server).await;
    assert_eq!(told["status"], "needs_reauth", "{told}");
    assert!(told["last_error"].as_str().unwrap().contains("refresh token"), "{told}");

    let body = json!({"credentials": gateway.sandbox.issue_credentials()});
    assert_eq!(gateway.api(Method::PATCH, &path, body).await.0, StatusCode::OK);
    assert!(!list(&gateway, &server).await.0);
    let told = account(&gateway, &server).await;
    assert_eq!((&told["status"], &told["last_error"]), (&json!("active"), &Value::Null));
    gateway.stop().await;
}

#[tokio::test]
async fn without_an_app_nothing_is_refreshed_and_the_vendor_refuses_as_before() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    advance(&gateway, 3 * 3600).await;
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(is_error);
    assert_eq!((&answer["error"]["code"], &answer["error"]["status"]), (&json!("needs_reauth"), &json!(401)), "{answer}");
    assert_eq!(refreshes(&gateway).await, 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_token_that_the_vendor_ended_early_is_replaced_and_the_call_repeated_once() {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    // Nobody told us when the token ends.
    let mut credentials = gateway.sandbox.issue_credentials();
    credentials.remove("expires_at");
    let path = format!("/integrated-account/{}", server.account);
    assert_eq!(gateway.api(Method::PATCH, &path, json!({"credentials": credentials})).await.0, StatusCode::OK);
    gateway.control(Method::POST, "clock", json!({"advance_seconds": 3 * 3600})).await;
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(!is_error, "{answer}");
    let statuses: Vec<(String, u64)> =
        gateway.journal().await.iter().map(|entry| (entry["path"].to_string(), entry["status"].as_u64().unwrap())).collect();
    assert_eq!(statuses.iter().map(|(_, status)| *status).collect::<Vec<_>>(), [401, 200, 200], "{statuses:?}");
    gateway.stop().await;
}

#[tokio::test]
async fn while_the_vendor_cannot_refresh_a_living_token_is_used_and_after_it_the_caller_is_told_to_wait() {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    let path = format!("/integrated-account/{}", server.account);
    let ends_in = async |seconds: i64| {
        let mut credentials = gateway.sandbox.issue_credentials();
        credentials.insert("expires_at".to_owned(), json!(gateway.clock.now().as_second() + seconds));
        assert_eq!(gateway.api(Method::PATCH, &path, json!({"credentials": credentials})).await.0, StatusCode::OK);
    };
    let fault = json!({"kind": "status", "status": 503, "path_prefix": "/oauth/token", "times": 2});
    gateway.control(Method::POST, "faults", fault).await;
    ends_in(30).await;
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(!is_error, "{answer}");
    let told = account(&gateway, &server).await;
    assert_eq!(told["status"], "active");
    assert!(told["last_error"].as_str().unwrap().contains("503"), "{told}");

    ends_in(-1).await;
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(is_error);
    assert_eq!((&answer["error"]["code"], &answer["error"]["retry_after"]), (&json!("unreachable"), &json!(5)), "{answer}");
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(!is_error, "{answer}");
    assert_eq!(account(&gateway, &server).await["last_error"], Value::Null);
    gateway.stop().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_on_its_way_is_told_and_ends_in_needs_reauth_where_the_vendor_used_the_token_up() {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    advance(&gateway, 3 * 3600).await;
    let fault = json!({"kind": "close_before_answer", "path_prefix": "/oauth/token", "applied": true});
    gateway.control(Method::POST, "faults", fault).await;
    let (_, answer) = list(&gateway, &server).await;
    assert_eq!(answer["error"]["code"], "unreachable", "{answer}");
    let told = account(&gateway, &server).await;
    assert!(told["last_error"].as_str().unwrap().contains("may have used up the refresh token"), "{told}");
    for _ in 0..3 {
        let (_, answer) = list(&gateway, &server).await;
        assert_eq!(answer["error"]["code"], "needs_reauth", "{answer}");
    }
    assert_eq!(account(&gateway, &server).await["status"], "needs_reauth");
    assert_eq!(refreshes(&gateway).await, 2);
    gateway.stop().await;
}
