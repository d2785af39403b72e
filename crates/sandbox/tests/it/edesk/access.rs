//! Tokens, and how often they may be used. Time stands still in these tests.

use insta::assert_snapshot;
use serde_json::json;

use super::support::{data, edesk, edesk_with_limits};
use crate::support::{issued, send};

const NINETY_DAYS: u32 = 90 * 86_400;

#[tokio::test]
async fn whoami_is_the_user_of_the_token() {
    let api = edesk().await;
    assert_snapshot!(api.get("/v1/whoami").await.line(), @r#"200 {"data":{"user":{"id":11,"name":"Nora Castell","email":"nora.castell@brightwares.example","active":true,"username":"nora.castell","role":"admin"}}}"#);
}

#[tokio::test]
async fn without_a_token_nothing_is_answered() {
    let api = edesk().await;
    let missing = send(api.request("GET", "/v1/whoami")).await;
    assert_snapshot!(missing.line(), @r#"401 {"error":{"httpCode":401,"message":"You are not authorized to access this","details":"Token is missing or expired."}}"#);
    for header in ["", "Bearer", "Bearer ", "Basic bm9ib2R5Og==", &api.token] {
        let answer = send(api.request("GET", "/v1/whoami").header("authorization", header)).await;
        assert_eq!(answer.text, missing.text, "{header}");
    }
}

#[tokio::test]
async fn an_unknown_token_is_told_apart_from_an_expired_one() {
    let mut api = edesk().await;
    let unknown = send(api.request("GET", "/v1/tickets").bearer_auth("nobody")).await;
    assert_snapshot!(unknown.line(), @r#"403 {"error":{"httpCode":403,"message":"You are not authorized to access this","details":"Invalid token."}}"#);
    api.take_token(json!({"expires_in": 60})).await;
    api.advance(59).await;
    assert_eq!(api.get("/v1/whoami").await.status, 200);
    api.advance(1).await;
    assert_eq!(api.get("/v1/whoami").await.status, 401);
}

#[tokio::test]
async fn a_token_lives_ninety_days() {
    let api = edesk().await;
    api.advance(NINETY_DAYS - 1).await;
    assert_eq!(api.get("/v1/whoami").await.status, 200);
    api.advance(1).await;
    assert_snapshot!(api.get("/v1/whoami").await.line(), @r#"401 {"error":{"httpCode":401,"message":"You are not authorized to access this","details":"Token is missing or expired."}}"#);
}

#[tokio::test]
async fn a_token_that_reads_only_writes_nothing() {
    let mut api = edesk().await;
    api.take_token(json!({"permission": "read_only"})).await;
    assert_eq!(api.get("/v1/tickets/70012").await.status, 200);
    let denied = api.put("/v1/tickets/70012", json!({"status": "Closed"})).await;
    assert_snapshot!(denied.line(), @r#"403 {"error":{"httpCode":403,"message":"You are not authorized to access this","details":"Access denied."}}"#);
    assert_eq!(api.post("/v1/messages", json!({})).await.status, 403);
    assert_eq!(api.delete("/v1/tickets/70012").await.status, 403);
    assert_eq!(data(&api.get("/v1/tickets/70012").await)["status"], "Open");
    api.take_token(json!({"permission": "full"})).await;
    assert_eq!(api.put("/v1/tickets/70012", json!({"status": "Closed"})).await.status, 200);
}

#[tokio::test]
async fn the_sixty_first_call_at_once_is_out_of_quota_and_two_a_second_flow_in_again() {
    let api = edesk_with_limits().await;
    for _ in 0..60 {
        assert_eq!(api.get("/v1/whoami").await.status, 200);
    }
    let refused = api.get("/v1/whoami").await;
    assert_snapshot!(refused.line(), @r#"429 {"error":{"httpCode":429,"message":"Too many requests","details":"Out of quota"}}"#);
    assert!(!refused.headers.keys().any(|name| name.as_str().contains("rate") || name == "retry-after"));
    api.advance(1).await;
    let statuses = [api.get("/v1/whoami").await.status, api.get("/v1/whoami").await.status, api.get("/v1/whoami").await.status];
    assert_eq!(statuses, [200, 200, 429]);
}

#[tokio::test]
async fn every_token_has_a_bucket_of_its_own_and_zero_lifts_the_limit() {
    let api = edesk_with_limits().await;
    api.control("settings", json!({"bucket_capacity": 1})).await;
    assert_eq!(api.get("/v1/whoami").await.status, 200);
    assert_eq!(api.get("/v1/whoami").await.status, 429);
    let other = issued(&api.sandbox, "token");
    assert_eq!(send(api.request("GET", "/v1/whoami").bearer_auth(other)).await.status, 200);
    api.control("settings", json!({"bucket_capacity": 0})).await;
    for _ in 0..100 {
        assert_eq!(api.get("/v1/whoami").await.status, 200);
    }
}
