//! Tags.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{codes, data, edesk, with, without};

fn tag() -> Value {
    json!({"name": "Fragile", "tag_group_id": 21, "color": "EB3F48", "icon": "flag"})
}

#[tokio::test]
async fn a_new_tag_is_active_unless_told_otherwise() {
    let api = edesk().await;
    assert_snapshot!(api.post("/v1/tags", tag()).await.line(), @r#"200 {"data":{"id":800,"name":"Fragile","active":true,"tag_group_id":21,"color":"EB3F48","icon":"flag"}}"#);
    assert_snapshot!(api.post("/v1/tags", json!({"name": "Quiet", "tag_group_id": 21, "active": false})).await.line(), @r#"200 {"data":{"id":801,"name":"Quiet","active":false,"tag_group_id":21,"color":null,"icon":null}}"#);
}

#[tokio::test]
async fn a_new_tag_needs_a_name_of_its_own_and_a_group() {
    let api = edesk().await;
    assert_snapshot!(codes(&api.post("/v1/tags", json!({})).await), @"name: 4001, tag_group_id: 4001");
    for field in ["name", "tag_group_id"] {
        assert_eq!(codes(&api.post("/v1/tags", without(tag(), field)).await), format!("{field}: 4001"));
    }
    let refused = async |field: &str, value: Value| codes(&api.post("/v1/tags", with(tag(), field, value)).await);
    assert_eq!(refused("name", json!("Damaged Goods")).await, "name: 4003");
    assert_eq!(refused("tag_group_id", json!(1)).await, "tag_group_id: 4002");
    assert_eq!(refused("color", json!("#EB3F48")).await, "color: 4007");
    assert_eq!(refused("color", json!("red")).await, "color: 4007");
    assert_eq!(refused("icon", json!("rocket")).await, "icon: 4007");
    assert_eq!(refused("active", json!(1)).await, "active: 4009");
    let error = api.post("/v1/tags", json!({"tag_group_id": 21, "color": "red"})).await;
    assert_snapshot!(error.line(), @r#"400 {"error":{"httpCode":400,"message":"Validation failed","details":{"name":{"errorCode":4001},"color":{"errorCode":4007}}}}"#);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_refuses_the_name_it_has() {
    let api = edesk().await;
    let tag = data(&api.put("/v1/tags/644", json!({"color": "000000"})).await);
    assert_eq!((&tag["name"], &tag["color"], &tag["icon"]), (&json!("Damaged Goods"), &json!("000000"), &json!("wrench")));
    let unchanged = api.put("/v1/tags/644", json!({"name": "Damaged Goods", "color": "F44336"})).await;
    assert_snapshot!(codes(&unchanged), @"name: 4003");
    assert_eq!(data(&api.get("/v1/tags/644").await)["color"], "000000");
    assert_eq!(data(&api.put("/v1/tags/644", json!({"name": "Broken Goods", "active": false})).await)["name"], "Broken Goods");
    assert_eq!(codes(&api.put("/v1/tags/644", json!({"tag_group_id": 1, "icon": 3})).await), "tag_group_id: 4002, icon: 4007");
}

#[tokio::test]
async fn a_ticket_is_tagged_by_the_tag_only_while_that_is_switched_on() {
    let api = edesk().await;
    let tags = async || data(&api.get("/v1/tickets/99421").await)["tags_ids"].clone();
    assert_eq!(codes(&api.put("/v1/tags/644", json!({"ticket_id": 1})).await), "ticket_id: 4002");
    for _ in 0..2 {
        assert_eq!(api.put("/v1/tags/644", json!({"ticket_id": 99_421})).await.status, 200);
        assert_eq!(tags().await, json!([644, 660]));
    }
    api.control("settings", json!({"tag_tickets": false})).await;
    assert_eq!(api.put("/v1/tags/645", json!({"ticket_id": 99_421})).await.status, 200);
    assert_eq!(api.put("/v1/tags/645", json!({"ticket_id": 1})).await.status, 200);
    assert_eq!(tags().await, json!([644, 660]));
}

#[tokio::test]
async fn a_deleted_tag_leaves_its_tickets() {
    let api = edesk().await;
    assert_snapshot!(api.delete("/v1/tags/660").await.line(), @r#"200 {"data":{"ok":true,"message":"Tag deleted"}}"#);
    assert_eq!(api.get("/v1/tags/660").await.status, 404);
    assert_eq!(data(&api.get("/v1/tickets/99421").await)["tags_ids"], json!([]));
}
