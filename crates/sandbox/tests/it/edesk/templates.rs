//! Templates: replaced as a whole, but for their files.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{codes, data, edesk, template, with, without};

#[tokio::test]
async fn the_sought_template_is_not_on_the_first_page_and_cannot_be_searched() {
    let api = edesk().await;
    let names = async |path: &str| -> Vec<String> {
        let list = data(&api.get(path).await);
        list.as_array().unwrap().iter().map(|template| template["name"].as_str().unwrap().to_owned()).collect()
    };
    let sought = "International Shipping Delay".to_owned();
    assert!(!names("/v1/templates").await.contains(&sought));
    assert!(names("/v1/templates?page=2").await.contains(&sought));
    assert_eq!(names("/v1/templates?name=International&q=Delay").await.len(), 20);
}

#[tokio::test]
async fn a_new_template_shows_every_documented_field() {
    let api = edesk().await;
    let body = with(template(), "attachments", json!([{"name": "terms.pdf", "url": "https://files.example/terms.pdf"}]));
    let body = with(body, "ai_classification", json!({"classification": "Damaged", "quick_reply": true}));
    let body = with(body, "channels", json!([47, 42]));
    let template = data(&api.post("/v1/templates", body).await);
    let keys: Vec<&str> = template.as_object().unwrap().keys().map(String::as_str).collect();
    assert_snapshot!(keys.join(" "), @"id name subject body_text channels template_usage template_type query_type order_status delivery_date active order_fulfilment created_at message_subject invoice_attached only_use_if_no_replies_yet ai_classification attachments");
    assert_eq!((&template["channels"], &template["invoice_attached"]), (&json!([42, 47]), &json!(false)));
    assert_eq!(template["ai_classification"], json!({"classification": "Damaged", "quick_reply": true}));
    assert_eq!(template["attachments"][0]["name"], "terms.pdf");
    assert_eq!(data(&api.get(&format!("/v1/templates/{}", template["id"])).await), template);
}

#[tokio::test]
async fn a_template_needs_five_fields_also_when_it_is_replaced() {
    let api = edesk().await;
    assert_snapshot!(codes(&api.post("/v1/templates", json!({})).await), @"name: 4001, body_text: 4001, template_usage: 4001, template_type: 4001, active: 4001");
    for field in ["name", "body_text", "template_usage", "template_type", "active"] {
        let body = without(template(), field);
        assert_eq!(codes(&api.post("/v1/templates", body.clone()).await), format!("{field}: 4001"));
        assert_eq!(codes(&api.put("/v1/templates/301", body).await), format!("{field}: 4001"));
    }
}

#[tokio::test]
async fn values_of_a_template_have_kinds() {
    let api = edesk().await;
    let refused = async |field: &str, value: Value| codes(&api.post("/v1/templates", with(template(), field, value)).await);
    assert_eq!(refused("template_usage", json!("Auto")).await, "template_usage: 4007");
    assert_eq!(refused("template_type", json!("Consumer")).await, "template_type: 4006");
    assert_eq!(refused("template_type", json!(["ChatConsumer"])).await, "template_type: 4007");
    assert_eq!(refused("query_type", json!(["Refund"])).await, "query_type: 4007");
    assert_eq!(refused("order_status", json!(["shipped"])).await, "order_status: 4007");
    assert_eq!(refused("order_fulfilment", json!(["FBM"])).await, "order_fulfilment: 4007");
    assert_eq!(refused("delivery_date", json!("Later")).await, "delivery_date: 4007");
    assert_eq!(refused("channels", json!([1])).await, "channels: 4002");
    assert_eq!(refused("active", json!("true")).await, "active: 4009");
    assert_eq!(refused("ai_classification", json!({"classification": "Late"})).await, "ai_classification.classification: 4007");
    assert_eq!(refused("delete_attachments", json!([1])).await, "delete_attachments: 4002");
    let long = json!([{"name": "x".repeat(101), "url": "https://files.example/x"}]);
    assert_eq!(refused("attachments", long).await, "attachments.0.name: 4020");
}

#[tokio::test]
async fn nothing_of_an_ai_classification_is_required() {
    let api = edesk().await;
    let template = data(&api.post("/v1/templates", with(template(), "ai_classification", json!({"quick_reply": true}))).await);
    assert_eq!(template["ai_classification"], json!({"classification": null, "quick_reply": true}));
}

#[tokio::test]
async fn an_update_replaces_all_but_the_files() {
    let api = edesk().await;
    let before = data(&api.get("/v1/templates/312").await);
    assert_eq!(before["attachments"][0]["name"], "return-label.pdf");
    let after = data(&api.put("/v1/templates/312", template()).await);
    assert_eq!((&after["id"], &after["name"], &after["subject"]), (&json!(312), &json!("Apology"), &Value::Null));
    assert_eq!((&after["channels"], &after["ai_classification"]), (&Value::Null, &Value::Null));
    assert_eq!((&after["created_at"], &after["attachments"]), (&before["created_at"], &before["attachments"]));
    let gone = with(template(), "delete_attachments", json!([before["attachments"][0]["id"]]));
    assert_eq!(data(&api.put("/v1/templates/312", gone).await)["attachments"], json!([]));
}

#[tokio::test]
async fn an_account_has_room_for_only_so_many_templates() {
    let api = edesk().await;
    api.control("settings", json!({"max_templates": 25})).await;
    assert_eq!(api.post("/v1/templates", template()).await.status, 200);
    assert_eq!(codes(&api.post("/v1/templates", template()).await), "name: 4016");
    assert_eq!(api.put("/v1/templates/301", template()).await.status, 200);
    assert_snapshot!(api.delete("/v1/templates/301").await.line(), @r#"200 {"data":{"ok":true,"message":"Template deleted"}}"#);
    assert_eq!(api.post("/v1/templates", template()).await.status, 200);
}
