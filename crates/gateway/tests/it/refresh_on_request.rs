//! `POST /integrated-account/{id}/refresh-credentials`.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Gateway;

async fn set_app(gateway: &Gateway) {
    let app = gateway.sandbox.vendor().oauth_apps()[0];
    let body = json!({"client_id": app.client_id, "client_secret": app.client_secret});
    assert_eq!(gateway.api(Method::PUT, "/integration/sendoso/oauth-app", body).await.0, StatusCode::OK);
}

async fn refresh(gateway: &Gateway, account: &str) -> (StatusCode, Value) {
    gateway.api(Method::POST, &format!("/integrated-account/{account}/refresh-credentials"), Value::Null).await
}

async fn message(gateway: &Gateway, account: &str) -> String {
    let (status, error) = refresh(gateway, account).await;
    format!("{} {}", status.as_u16(), error["message"].as_str().unwrap().replace(gateway.sandbox.url(), "SANDBOX"))
}

#[tokio::test]
async fn an_access_token_is_replaced_when_somebody_asks_for_it() {
    let gateway = Gateway::start().await;
    set_app(&gateway).await;
    let account = gateway.account().await;
    for _ in 0..3 {
        let (status, told) = refresh(&gateway, &account).await;
        assert_eq!((status, &told["status"], &told["id"]), (StatusCode::OK, &json!("active"), &json!(account)), "{told}");
    }
    let journal = gateway.journal().await;
    let statuses: Vec<&Value> = journal.iter().map(|entry| &entry["status"]).collect();
    assert_eq!(statuses, [200, 200, 200], "each with the refresh token of the one before");
    gateway.stop().await;
}

#[tokio::test]
async fn where_there_is_nothing_to_refresh_with_the_reason_is_told() {
    let gateway = Gateway::start().await;
    let account = gateway.account().await;
    insta::assert_snapshot!(message(&gateway, &account).await, @"409 your environment has no OAuth app for this account; set it with PUT /integration/sendoso/oauth-app");
    set_app(&gateway).await;
    let path = format!("/integrated-account/{account}");
    assert_eq!(gateway.api(Method::PATCH, &path, json!({"credentials": {"access_token": "at"}})).await.0, StatusCode::OK);
    insta::assert_snapshot!(message(&gateway, &account).await, @"409 the account holds no refresh token; connect it again");
    let body = json!({"integration": "edesk", "tenant_id": "acme", "credentials": {"token": "t"}});
    let (_, bearer) = gateway.api(Method::POST, "/integrated-account", body).await;
    insta::assert_snapshot!(message(&gateway, bearer["id"].as_str().unwrap()).await, @"400 accounts connected by `token` have nothing to refresh; give the account other `credentials` with PATCH when these end");
    assert_eq!(refresh(&gateway, "01a0c450-6c00-7273-b5ee-1fe05aa1a7bd").await.0, StatusCode::NOT_FOUND);
    assert!(gateway.journal().await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn what_the_vendor_refused_may_be_tried_again_on_request() {
    let gateway = Gateway::start().await;
    set_app(&gateway).await;
    let account = gateway.account().await;
    let fault = async |status: u16, body: Value| {
        let fault = json!({"kind": "status", "status": status, "body": body, "path_prefix": "/oauth/token"});
        gateway.control(Method::POST, "faults", fault).await;
    };
    fault(400, json!({"error": "invalid_grant", "error_description": "by mistake"})).await;
    insta::assert_snapshot!(message(&gateway, &account).await, @"409 the account has to be connected again: 127.0.0.1 refused the refresh token (status 400): invalid_grant: by mistake; connect the account again");
    let told = gateway.api(Method::GET, &format!("/integrated-account/{account}"), Value::Null).await.1;
    assert_eq!(told["status"], "needs_reauth");
    fault(503, json!({})).await;
    let unavailable = message(&gateway, &account).await;
    assert!(unavailable.starts_with("502 ") && unavailable.contains("try again in"), "{unavailable}");
    let (status, told) = refresh(&gateway, &account).await;
    assert_eq!((status, &told["status"], &told["last_error"]), (StatusCode::OK, &json!("active"), &Value::Null));
    gateway.stop().await;
}
