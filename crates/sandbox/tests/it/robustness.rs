//! Requests that make no sense get an answer all the same.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Api, egift, send};

#[tokio::test]
async fn malformed_json_is_refused() {
    let api = Api::start().await;
    let post = |path: &str, body: &'static str| {
        send(api.request("POST", path).bearer_auth(&api.token).header("content-type", "application/json").body(body))
    };
    assert_snapshot!(post("/api/v3/send", "{\"send\": ").await.line(), @r#"400 {"success":false,"message":"Request body is not valid JSON"}"#);
    assert_snapshot!(post("/api/v3/send", "[1]").await.line(), @r#"400 {"success":false,"message":"Request body must be a JSON object"}"#);
    for path in [
        "/api/v3/users",
        "/api/v3/send/generate_egift_links",
        "/api/v3/marketplace/products/send",
        "/api/v3/smartsend/recommendations/send",
        "/api/scim/v2/Users",
        "/oauth/token",
        "/__sandbox/faults",
    ] {
        let answer = post(path, "\u{0}{{").await;
        assert!((400..=401).contains(&answer.status), "{path} {}", answer.status);
    }
    assert_eq!(post("/api/v3/send", "").await.json()["message"], "send can't be blank");
}

#[tokio::test]
async fn deeply_nested_json_is_refused() {
    let api = Api::start().await;
    let body = format!("{}{}", "{\"send\":".repeat(50_000), "}".repeat(50_000));
    let answer =
        send(api.request("POST", "/api/v3/send").bearer_auth(&api.token).header("content-type", "application/json").body(body)).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_body_that_is_not_announced_as_json_is_not_read() {
    let api = Api::start().await;
    let request = api.request("POST", "/api/v3/send").bearer_auth(&api.token).header("content-type", "text/plain");
    let answer = send(request.body(egift().to_string())).await;
    assert_snapshot!(answer.line(), @r#"400 {"success":false,"message":"send can't be blank"}"#);
}

#[tokio::test]
async fn fields_of_the_wrong_type_are_refused_or_read_leniently() {
    let api = Api::start().await;
    for (field, value) in [
        ("touch_id", json!([77])),
        ("touch_id", json!(-77)),
        ("touch_id", json!("seventy")),
        ("touch_id", json!(1.5)),
        ("email", json!({})),
        ("via", json!(7)),
    ] {
        let mut body = egift();
        body["send"][field] = value;
        let answer = api.post("/api/v3/send", body).await;
        assert!(matches!(answer.status, 400 | 404), "{field} {}", answer.line());
    }
    let mut body = egift();
    body["send"]["touch_id"] = json!("77");
    assert_eq!(api.post("/api/v3/send", body).await.status, 200);
}

#[tokio::test]
async fn unknown_paths_and_verbs_are_not_found_whoever_asks() {
    let api = Api::start().await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/api/v3"),
        ("GET", "/api/v3/"),
        ("GET", "/api/v3/sends"),
        ("GET", "/api/v2/me"),
        ("DELETE", "/api/v3/send"),
        ("PATCH", "/api/v3/touches/77"),
        ("GET", "/api/v3/touches/77/x"),
        ("GET", "/api/v3/%2e%2e/me"),
        ("GET", "/__sandboxes"),
    ] {
        let answer = send(api.request(method, path)).await;
        assert_eq!(answer.line(), r#"404 {"success":false,"message":"Not Found"}"#, "{method} {path}");
    }
}

#[tokio::test]
async fn strange_ids_are_not_found() {
    let api = Api::start().await;
    for id in ["0", "-1", "77x", "%00", "99999999999999999999999", "%ff", "7%2F7"] {
        assert_eq!(api.get(&format!("/api/v3/touches/{id}")).await.status, 404, "{id}");
        assert_eq!(api.get(&format!("/api/v3/groups/{id}/members")).await.status, 404, "{id}");
        assert_eq!(api.get(&format!("/api/scim/v2/Users/{id}")).await.status, 404, "{id}");
    }
}

#[tokio::test]
async fn too_large_a_body_is_refused() {
    let api = Api::start().await;
    let body = vec![b'x'; 1024 * 1024 + 1];
    let answer = send(api.request("POST", "/api/v3/send").bearer_auth(&api.token).body(body)).await;
    assert_snapshot!(answer.line(), @r#"413 {"success":false,"message":"Request body too large"}"#);
    assert_eq!(api.journal().await[0]["status"], 413);
}

#[tokio::test]
async fn odd_authorization_headers_are_no_token() {
    let api = Api::start().await;
    for value in ["", "Bearer", "Bearer ", "Basic !!!", "bearer nobody", "\u{e4}"] {
        let answer = send(api.request("GET", "/api/v3/me").header("authorization", value.as_bytes())).await;
        assert_eq!(answer.status, 401, "{value}");
    }
    let lower = send(api.request("GET", "/api/v3/me").header("authorization", format!("bearer {}", api.token))).await;
    assert_eq!(lower.status, 200);
}
