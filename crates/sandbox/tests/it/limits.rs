//! Rate limits. Time stands still in these tests, so a window ends exactly when it is moved there.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Api, issued, send};

#[tokio::test]
async fn core_refuses_the_eleventh_request_of_a_second_and_says_nothing_of_limits() {
    let api = Api::start_with_limits().await;
    for _ in 0..10 {
        assert_eq!(api.get("/api/v3/me").await.status, 200);
    }
    let refused = api.get("/api/v3/me").await;
    assert_snapshot!(refused.line(), @r#"429 {"success":false,"message":"Too Many Requests"}"#);
    assert!(!refused.headers.keys().any(|name| name.as_str().contains("rate") || name == "retry-after"));
    api.advance(1).await;
    assert_eq!(api.get("/api/v3/me").await.status, 200);
}

#[tokio::test]
async fn a_client_that_went_over_the_core_limit_is_blocked_for_as_long_as_set() {
    let api = Api::start_with_limits().await;
    api.control("settings", json!({"core_requests_per_second": 1, "block_seconds": 60})).await;
    assert_eq!(api.get("/api/v3/me").await.status, 200);
    assert_eq!(api.get("/api/v3/me").await.status, 429);
    api.advance(59).await;
    assert_snapshot!(api.get("/api/v3/me").await.line(), @r#"429 {"success":false,"message":"Too Many Requests"}"#);
    // The other parts of the API are not core.
    assert_eq!(api.get("/api/scim/v2/Users").await.status, 200);
    assert_eq!(api.get("/api/v3/marketplace/products").await.status, 200);
    // What was asked meanwhile did not make it longer.
    api.advance(1).await;
    assert_eq!(api.get("/api/v3/me").await.status, 200);

    // A setting holds from the next request on.
    assert_eq!(api.get("/api/v3/me").await.status, 429);
    api.control("settings", json!({"block_seconds": 0, "core_requests_per_second": 0})).await;
    assert_eq!(api.get("/api/v3/me").await.status, 200);
}

#[tokio::test]
async fn the_core_limit_is_shared_by_all_tokens_of_a_client() {
    let api = Api::start_with_limits().await;
    api.control("settings", json!({"core_requests_per_second": 1})).await;
    let other = issued(&api.sandbox, "access_token");
    assert_eq!(api.get("/api/v3/me").await.status, 200);
    let refused = send(api.request("GET", "/api/v3/me").bearer_auth(other)).await;
    assert_eq!(refused.status, 429);
}

#[tokio::test]
async fn the_hundred_and_first_marketplace_request_of_a_minute_is_told_when_to_come_back() {
    let api = Api::start_with_limits().await;
    for number in 0..100 {
        let path = ["/api/v3/marketplace/products", "/api/v3/smartsend/recommendations?recipient_email=a@b.c"][number % 2];
        assert_eq!(api.get(path).await.status, 200);
    }
    let refused = api.get("/api/v3/marketplace/products").await;
    assert_snapshot!(refused.line(), @r#"429 {"success":false,"message":"Too Many Requests"}"#);
    let reset: i64 = refused.headers["x-rate-limit-reset"].to_str().unwrap().parse().unwrap();
    let now = api.state().await["now_seconds"].as_i64().unwrap();
    // Rounded up to the whole second.
    assert!((60..=61).contains(&(reset - now)));
    // Core is counted apart.
    assert_eq!(api.get("/api/v3/me").await.status, 200);
    api.advance(u32::try_from(reset - now).unwrap()).await;
    assert_eq!(api.get("/api/v3/marketplace/products").await.status, 200);
}

#[tokio::test]
async fn the_marketplace_limit_is_counted_for_each_user() {
    let mut api = Api::start_with_limits().await;
    api.control("settings", json!({"marketplace_requests_per_minute": 1})).await;
    assert_eq!(api.get("/api/v3/marketplace/products").await.status, 200);
    assert_eq!(api.get("/api/v3/marketplace/products").await.status, 429);
    api.take_token(json!({"user_id": 502})).await;
    assert_eq!(api.get("/api/v3/marketplace/products").await.status, 200);
}

#[tokio::test]
async fn scim_is_not_limited() {
    let api = Api::start_with_limits().await;
    for _ in 0..120 {
        assert_eq!(api.get("/api/scim/v2/Users?count=1").await.status, 200);
    }
}
