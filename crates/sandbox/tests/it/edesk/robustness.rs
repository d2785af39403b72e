//! Requests that make no sense get an answer all the same.

use insta::assert_snapshot;
use serde_json::json;

use super::support::edesk;
use crate::support::send;

#[tokio::test]
async fn unknown_paths_and_verbs_have_no_route_whoever_asks() {
    let api = edesk().await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/tickets"),
        ("GET", "/v2/tickets"),
        ("PATCH", "/v1/tickets/70012"),
        ("GET", "/v1/messages"),
        ("POST", "/v1/users"),
    ] {
        let answer = send(api.request(method, path)).await;
        assert_eq!(answer.line(), "404 no Route matched with those values", "{method} {path}");
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    }
}

#[tokio::test]
async fn strange_ids_are_not_found() {
    let api = edesk().await;
    for path in ["tickets", "messages", "sales-orders", "sales-orders-tracking-links", "order-notes", "tags", "templates"] {
        for id in ["1", "0", "-1", "x", "18446744073709551616", "70012.0", "%00"] {
            let answer = api.get(&format!("/v1/{path}/{id}")).await;
            assert_eq!(
                answer.line(),
                r#"404 {"error":{"httpCode":404,"message":"Not found","details":"Object not found"}}"#,
                "{path}/{id}"
            );
            assert_eq!(api.delete(&format!("/v1/{path}/{id}")).await.status, 404);
            assert_eq!(api.put(&format!("/v1/{path}/{id}"), json!({})).await.status, 404);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let api = edesk().await;
    let post = |body: &'static str| {
        send(api.request("POST", "/v1/messages").bearer_auth(&api.token).header("content-type", "application/json").body(body))
    };
    assert_snapshot!(post("{\"ticket_id\": ").await.line(), @r#"400 {"error":{"httpCode":400,"message":"Bad request","details":"Request body is not valid JSON."}}"#);
    assert_snapshot!(post("[1]").await.line(), @r#"400 {"error":{"httpCode":400,"message":"Bad request","details":"Request body must be a JSON object."}}"#);
    let plain = api.request("POST", "/v1/messages").bearer_auth(&api.token).header("content-type", "text/plain");
    let answer = send(plain.body(json!({"ticket_id": 70_012, "type": "Note", "body": "x"}).to_string())).await;
    assert_eq!(answer.status, 400);
}
