//! Requests that make no sense get an answer all the same.

use insta::assert_snapshot;
use serde_json::json;

use super::support::{edesk, order, template, with};
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

/// Every field of every body, each in turn with values that do not belong there.
#[tokio::test]
async fn odd_values_are_refused_or_taken_but_never_a_failure() {
    let api = edesk().await;
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e308),
        json!(18_446_744_073_709_551_615_u64),
        json!(""),
        json!("\u{0}\u{10ffff}"),
        json!([]),
        json!([null, [], {}, 1, "x"]),
        json!({}),
        json!({"name": {}, "email": [], "country": 1, "classification": null}),
    ];
    let ticket = json!({"subject": "x", "channel_id": 42, "status": "Open"});
    let message = json!({"ticket_id": 99_421, "type": "Message", "body": "x", "send": true});
    let note = || json!({"sales_order_id": 88_310, "text": "x"});
    let tag = json!({"name": "x", "tag_group_id": 21});
    let nothing = || json!({});
    for (method, path, body, fields) in [
        (
            "POST",
            "/v1/tickets",
            ticket,
            "subject channel_id status sales_order_id created_at full_response custom_fields contact_id contact",
        ),
        ("PUT", "/v1/tickets/99421", nothing(), "subject channel_id status sales_order_id custom_fields contact_id tag_ids owner_user_id"),
        ("PUT", "/v1/tickets/99421/data", nothing(), "custom_fields status owner_user_id channel_id"),
        (
            "POST",
            "/v1/messages",
            message,
            "ticket_id body type subject direction send attachments created_at full_response from_consumer_id",
        ),
        ("PUT", "/v1/messages/8801", nothing(), "subject body type"),
        (
            "PUT",
            "/v1/sales-orders/11092",
            nothing(),
            "channel_id currency status shipping_amount order_items contact_id ship_to bill_to tracking_codes \
             sales_order_delivery_dates order_created_at order_shipped_at delivery_type custom_fields",
        ),
        ("POST", "/v1/sales-orders", order(), "channel_id seller_order_id contact ship_to order_items tracking_codes"),
        ("PUT", "/v1/sales-orders-tracking-links/11092", nothing(), "tracking_links"),
        ("POST", "/v1/order-notes", note(), "sales_order_id text"),
        ("PUT", "/v1/order-notes/2990", note(), "text sales_order_id"),
        ("POST", "/v1/order-notes/2990/attachments", nothing(), "files"),
        ("POST", "/v1/tags", tag, "name tag_group_id color icon active"),
        ("PUT", "/v1/tags/644", nothing(), "name tag_group_id color icon active ticket_id"),
        (
            "PUT",
            "/v1/templates/301",
            template(),
            "name body_text channels template_type query_type ai_classification attachments delete_attachments",
        ),
    ] {
        for field in fields.split_whitespace() {
            for value in &odd {
                let body = with(body.clone(), field, value.clone());
                let answer = send(api.request(method, path).bearer_auth(&api.token).json(&body)).await;
                assert!(matches!(answer.status, 200 | 400), "{method} {path} {body}: {}", answer.line());
                assert!(answer.json().is_object());
            }
        }
    }
}
