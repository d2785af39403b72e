//! Access tokens are replaced in time, once, and a refusal is told.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Gateway, McpUrl, UnknownHost};

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
async fn a_refresh_token_is_not_shown_to_a_host_that_nobody_knows_though_the_account_was_moved_there_unseen() {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    assert!(!list(&gateway, &server).await.0, "the account is known from here on");
    let elsewhere = UnknownHost::start();
    gateway.move_unseen(&server.account, &elsewhere.url).await;
    advance(&gateway, 3 * 3600).await;
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(is_error);
    assert!(!elsewhere.was_reached());
    assert_eq!(refreshes(&gateway).await, 0);
    let message = answer["error"]["message"].as_str().unwrap().replace(&elsewhere.url, "ELSEWHERE");
    insta::assert_snapshot!(message, @"the account's access token cannot be refreshed: `base_url`: the integration does not know ELSEWHERE; leave `base_url` out, or have the operator of this server add `localhost` to `allowed_upstream_hosts`");
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
async fn a_token_that_is_refused_with_a_status_of_success_is_replaced_and_the_call_repeated_once() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../integrations/sendoso.yaml");
    let ruled = "errors:\n  refused_when: body.ok == false\n";
    let definition = std::fs::read_to_string(shipped).unwrap().replacen("errors:\n", ruled, 1);
    let definition = definition.replacen("  rules:\n", "  rules:\n    - {when: body.ok == false, code: needs_reauth}\n", 1);
    std::fs::write(folder.path().join("sendoso.yaml"), definition).unwrap();
    let catalog_dir = folder.path().to_owned();
    let gateway = Gateway::start_with(|config| config.catalog_dir = Some(catalog_dir)).await;
    let server = with_app(&gateway).await;
    let refused =
        json!({"kind": "status", "status": 200, "path_prefix": "/api", "times": 1, "body": {"ok": false, "error": "token_expired"}});
    gateway.control(Method::POST, "faults", refused).await;
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(!is_error, "{answer}");
    assert_eq!(refreshes(&gateway).await, 1);
    assert_eq!(account(&gateway, &server).await["status"], "active");
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
    assert_eq!(answer["error"]["code"], "unreachable", "{answer}");
    assert!((1..=5).contains(&answer["error"]["retry_after"].as_u64().unwrap()), "{answer}");
    gateway.clock.advance(Duration::from_secs(5));
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(!is_error, "{answer}");
    assert_eq!(account(&gateway, &server).await["last_error"], Value::Null);
    gateway.stop().await;
}

#[tokio::test]
async fn a_vendor_in_trouble_is_asked_when_it_said_and_not_by_each_call() {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    advance(&gateway, 3 * 3600).await;
    let fault = json!({"kind": "status", "status": 429, "headers": {"retry-after": "40"}, "path_prefix": "/oauth/token"});
    gateway.control(Method::POST, "faults", fault).await;
    let waits = async || list(&gateway, &server).await.1["error"]["retry_after"].clone();
    assert_eq!([waits().await, waits().await], [40, 40]);
    gateway.clock.advance(Duration::from_secs(39));
    assert_eq!(waits().await, 1);
    assert_eq!(refreshes(&gateway).await, 1);
    gateway.clock.advance(Duration::from_secs(1));
    assert!(!list(&gateway, &server).await.0);
    assert_eq!(refreshes(&gateway).await, 2);
    gateway.stop().await;
}

#[tokio::test]
async fn other_credentials_are_tried_though_the_vendor_was_to_be_left_alone() {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    advance(&gateway, 3 * 3600).await;
    gateway.control(Method::POST, "faults", json!({"kind": "status", "status": 503, "path_prefix": "/oauth/token"})).await;
    assert!(list(&gateway, &server).await.0);
    let mut credentials = gateway.sandbox.issue_credentials();
    credentials.insert("expires_at".to_owned(), json!(1));
    let path = format!("/integrated-account/{}", server.account);
    assert_eq!(gateway.api(Method::PATCH, &path, json!({"credentials": credentials})).await.0, StatusCode::OK);
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(!is_error, "{answer}");
    gateway.stop().await;
}

#[tokio::test]
async fn an_app_that_is_set_after_tokens_have_ended_is_used_from_the_next_call_on() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    advance(&gateway, 3 * 3600).await;
    for _ in 0..2 {
        assert!(list(&gateway, &server).await.0);
    }
    gateway.clock.advance(Duration::from_secs(1));
    let app = gateway.sandbox.vendor().oauth_apps()[0];
    let body = json!({"client_id": app.client_id, "client_secret": app.client_secret});
    assert_eq!(gateway.api(Method::PUT, "/integration/sendoso/oauth-app", body).await.0, StatusCode::OK);
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(!is_error, "{answer}");
    gateway.stop().await;
}

#[tokio::test]
async fn an_app_that_the_vendor_refused_is_tried_again_once_it_is_corrected_and_not_before() {
    let gateway = Gateway::start().await;
    let app = gateway.sandbox.vendor().oauth_apps()[0];
    let set = async |secret: &str| {
        let body = json!({"client_id": app.client_id, "client_secret": secret});
        assert_eq!(gateway.api(Method::PUT, "/integration/sendoso/oauth-app", body).await.0, StatusCode::OK);
    };
    set("wrong").await;
    let server = gateway.server(json!({})).await;
    advance(&gateway, 3 * 3600).await;
    for _ in 0..3 {
        let (is_error, answer) = list(&gateway, &server).await;
        assert!(is_error);
        assert_eq!(answer["error"]["code"], "vendor_error", "{answer}");
    }
    assert_eq!(refreshes(&gateway).await, 1);
    assert_eq!(account(&gateway, &server).await["status"], "active", "its owner cannot do anything about it");
    set(app.client_secret).await;
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(!is_error, "{answer}");
    gateway.stop().await;
}

/// An account at the sandbox by way of a definition that knows how its vendor speaks.
const ACME: &str = "version: 1\nname: acme\nlabel: Acme\ndescription: Gifts of a shop.\nbase_url: https://api.acme.example
VARIABLES
credentials:\n  oauth2:\n    kind: oauth2\n    oauth2:
      authorize_url: https://api.acme.example/oauth/authorize\n      token_url: TOKEN_URL\n      token_endpoint_auth: post
      grant_refused_errors: [session_over]
resources:\n  campaigns:\n    tags: [campaigns]\n    methods:\n      list:\n        request: GET /api/v3/touches
        pagination: {style: none}\n        documentation: {description: Lists all campaigns.}\n";

async fn with_acme(token_url: &str) -> Gateway {
    let folder = tempfile::tempdir().unwrap();
    let variables = if token_url.contains("{shop}") { "variables: {shop: {description: The shop's part of the address.}}" } else { "" };
    let definition = ACME.replace("TOKEN_URL", token_url).replace("VARIABLES", variables);
    std::fs::write(folder.path().join("acme.yaml"), definition).unwrap();
    Gateway::start_with(|config| config.catalog_dir = Some(folder.path().to_owned())).await
}

async fn acme_account(gateway: &Gateway, mut more: Value) -> String {
    more["integration"] = json!("acme");
    more["tenant_id"] = json!("t");
    let (status, account) = gateway.api(Method::POST, "/integrated-account", more).await;
    assert_eq!(status, StatusCode::CREATED, "{account}");
    account["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_refusal_in_the_vendor_s_own_words_ends_in_needs_reauth_where_the_definition_says_so() {
    let gateway = with_acme("https://api.acme.example/oauth/token").await;
    let app = json!({"client_id": "c", "client_secret": "s"});
    assert_eq!(gateway.api(Method::PUT, "/integration/acme/oauth-app", app).await.0, StatusCode::OK);
    let credentials = json!({"access_token": "a", "refresh_token": "r", "expires_at": 1});
    let id = acme_account(&gateway, json!({"credentials": credentials, "base_url": gateway.sandbox.url()})).await;
    let server = gateway.server_over(id, json!({})).await;
    let fault = json!({"kind": "status", "status": 401, "body": {"error": "session_over"}, "path_prefix": "/oauth/token"});
    gateway.control(Method::POST, "faults", fault).await;
    for _ in 0..2 {
        let (is_error, answer) = gateway.call(&server, "list_all_acme_campaigns", json!({})).await;
        assert!(is_error);
        assert_eq!(answer["error"]["code"], "needs_reauth", "{answer}");
    }
    assert_eq!(refreshes(&gateway).await, 1);
    assert_eq!(account(&gateway, &server).await["status"], "needs_reauth");
    gateway.stop().await;
}

#[tokio::test]
async fn a_change_that_moves_the_token_endpoint_asks_for_the_credentials_again() {
    let gateway = with_acme("https://{shop}.acme.example/oauth/token").await;
    let credentials = json!({"access_token": "a", "refresh_token": "r"});
    let id = acme_account(&gateway, json!({"credentials": credentials, "context": {"shop": "blue"}})).await;
    let path = format!("/integrated-account/{id}");
    let (status, error) = gateway.api(Method::PATCH, &path, json!({"context": {"shop": "red"}})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(error["message"], "the change leads to another host; give the `credentials` for it again");
    for same in [json!({"context": {"shop": "blue"}}), json!({"base_url": "https://api.acme.example:443"})] {
        let (status, answer) = gateway.api(Method::PATCH, &path, same).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    let both = json!({"context": {"shop": "red"}, "credentials": credentials});
    assert_eq!(gateway.api(Method::PATCH, &path, both).await.0, StatusCode::OK);
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
    gateway.clock.advance(Duration::from_secs(5));
    for _ in 0..3 {
        let (_, answer) = list(&gateway, &server).await;
        assert_eq!(answer["error"]["code"], "needs_reauth", "{answer}");
    }
    assert_eq!(account(&gateway, &server).await["status"], "needs_reauth");
    assert_eq!(refreshes(&gateway).await, 2);
    gateway.stop().await;
}

/// An account whose refresh token the vendor has refused, beside the app that it is refreshed with.
async fn refused() -> (Gateway, McpUrl) {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    advance(&gateway, 3 * 3600).await;
    refuse_refreshes(&gateway, 1).await;
    assert_eq!(list(&gateway, &server).await.1["error"]["code"], "needs_reauth");
    (gateway, server)
}

async fn refuse_refreshes(gateway: &Gateway, times: u32) {
    let body = json!({"error": "invalid_grant", "error_description": "it was revoked"});
    let fault = json!({"kind": "status", "status": 400, "body": body, "path_prefix": "/oauth/token", "times": times});
    gateway.control(Method::POST, "faults", fault).await;
}

#[tokio::test]
async fn an_app_that_is_set_anew_after_a_refusal_is_worth_one_more_attempt_and_not_one_for_each_call() {
    let (gateway, server) = refused().await;
    refuse_refreshes(&gateway, 1).await;
    let app = gateway.sandbox.vendor().oauth_apps()[0];
    let body = json!({"client_id": app.client_id, "client_secret": app.client_secret});
    gateway.clock.advance(Duration::from_secs(1));
    assert_eq!(gateway.api(Method::PUT, "/integration/sendoso/oauth-app", body.clone()).await.0, StatusCode::OK);
    gateway.clock.advance(Duration::from_secs(1));
    for _ in 0..4 {
        assert_eq!(list(&gateway, &server).await.1["error"]["code"], "needs_reauth");
    }
    assert_eq!(refreshes(&gateway).await, 2);
    gateway.clock.advance(Duration::from_secs(1));
    // What else is changed of the account between the app and the next call is no matter.
    assert_eq!(gateway.api(Method::PUT, "/integration/sendoso/oauth-app", body).await.0, StatusCode::OK);
    gateway.clock.advance(Duration::from_secs(1));
    let path = format!("/integrated-account/{}", server.account);
    assert_eq!(gateway.api(Method::PATCH, &path, json!({"name": "another"})).await.0, StatusCode::OK);
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(!is_error, "{answer}");
    gateway.stop().await;
}

#[tokio::test]
async fn what_a_check_found_out_does_not_keep_a_refresh_token_from_being_used_that_was_never_refused() {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    gateway.control(Method::POST, "faults", json!({"kind": "status", "status": 401, "path_prefix": "/api/v3", "times": 1})).await;
    let path = format!("/integrated-account/{}", server.account);
    let mut credentials = gateway.sandbox.issue_credentials();
    credentials.insert("issued_at".to_owned(), json!(gateway.clock.now().as_second()));
    assert_eq!(gateway.api(Method::PATCH, &path, json!({"credentials": credentials})).await.0, StatusCode::OK);
    gateway.control(Method::POST, "faults", json!({"kind": "status", "status": 403, "path_prefix": "/api/v3/me", "times": 1})).await;
    let (_, told) = gateway.api(Method::POST, &format!("{path}/validate"), Value::Null).await;
    assert_eq!(told["status"], "needs_reauth", "{told}");
    advance(&gateway, 3 * 3600).await;
    let (is_error, answer) = list(&gateway, &server).await;
    assert!(!is_error, "{answer}");
    let told = account(&gateway, &server).await;
    assert_eq!((&told["status"], &told["last_error"]), (&json!("active"), &Value::Null));
    gateway.stop().await;
}

#[tokio::test]
async fn somebody_who_asks_to_validate_has_the_vendor_asked_and_reads_its_words_as_they_are() {
    let (gateway, server) = refused().await;
    let path = format!("/integrated-account/{}", server.account);
    let first = account(&gateway, &server).await["last_error"].clone();
    assert!(first.as_str().unwrap().starts_with("127.0.0.1 refused the refresh token"), "{first}");
    refuse_refreshes(&gateway, 3).await;
    for _ in 0..3 {
        let (status, told) = gateway.api(Method::POST, &format!("{path}/validate"), Value::Null).await;
        assert_eq!((status, &told["status"], &told["last_error"]), (StatusCode::OK, &json!("needs_reauth"), &first));
    }
    assert_eq!(refreshes(&gateway).await, 4);
    let (status, told) = gateway.api(Method::POST, &format!("{path}/validate"), Value::Null).await;
    assert_eq!((status, &told["status"], &told["last_error"]), (StatusCode::OK, &json!("active"), &Value::Null), "{told}");
    gateway.stop().await;
}
