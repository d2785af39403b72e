//! Topics of the organization.

use insta::assert_snapshot;
use serde_json::json;

use crate::gladly::required::posted_without;
use crate::gladly::support::{Gladly, by_id, location};

#[tokio::test]
async fn a_topic_is_created_renamed_and_read() {
    let api = Gladly::start().await;
    let path = location(&api.post("/topics", json!({"name": "Lost parcel", "parentId": "top_shipping"})).await);
    let topic = api.get(&path).await.json();
    assert_eq!((&topic["name"], &topic["disabled"], &topic["parentId"]), (&json!("Lost parcel"), &json!(false), &json!("top_shipping")));
    assert_eq!(by_id(&api.get("/topics").await.json(), topic["id"].as_str().unwrap()), topic);

    assert_snapshot!(api.patch(&path, json!({"name": "Lost", "disabled": true})).await.line(), @"204 ");
    let renamed = api.get(&path).await.json();
    assert_eq!((&renamed["name"], &renamed["disabled"], &renamed["parentId"]), (&json!("Lost"), &json!(true), &json!("top_shipping")));
    assert_eq!(location(&api.post("/topics", json!({"id": "mine", "name": "Mine"})).await), "/topics/mine");
}

#[tokio::test]
async fn names_and_ids_of_topics_are_unique() {
    let api = Gladly::start().await;
    assert_snapshot!(api.post("/topics", json!({"name": "Shipping"})).await.line(), @r#"409 {"errors":[{"attr":"name","code":"taken","detail":"another topic already has this name","meta":{"id":"top_shipping"}}]}"#);
    assert_snapshot!(api.patch("/topics/top_refund", json!({"name": "Shipping"})).await.line(), @r#"409 {"errors":[{"attr":"name","code":"taken","detail":"another topic already has this name","meta":{"id":"top_shipping"}}]}"#);
    assert_snapshot!(api.post("/topics", json!({"id": "top_orders", "name": "New"})).await.line(), @r#"409 {"errors":[{"attr":"id","code":"taken","detail":"another topic already has this id"}]}"#);
    assert_eq!(api.patch("/topics/top_refund", json!({"name": "Refund"})).await.status, 204);
}

#[tokio::test]
async fn what_cannot_be_a_topic_is_refused() {
    let api = Gladly::start().await;
    assert_snapshot!(posted_without(&api, "/topics", &json!({"name": "Lost"}), &["/name"]).await, @r#"400 {"errors":[{"attr":"name","code":"blank","detail":"name cannot be blank"}]}"#);
    assert_snapshot!(api.patch("/topics/top_refund", json!({"disabled": true})).await.line(), @r#"400 {"errors":[{"attr":"name","code":"blank","detail":"name cannot be blank"}]}"#);
    assert_snapshot!(api.get("/topics/none").await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"conversation topic [none] does not exist"}}"#);
    assert_snapshot!(api.patch("/topics/none", json!({"name": "A"})).await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"conversation topic [none] does not exist"}}"#);
    assert_snapshot!(api.post("/topics", json!({"name": "A", "parentId": "none"})).await.line(), @r#"400 {"errors":[{"attr":"parentId","code":"invalid","detail":"parent topic does not exist"}]}"#);
    assert_snapshot!(api.patch("/topics/top_orders", json!({"name": "Orders", "parentId": "top_refund"})).await.line(), @r#"400 {"errors":[{"attr":"parentId","code":"invalid","detail":"a topic cannot be its own parent"}]}"#);
}
