//! SCIM users, and that they are the same people as everywhere else.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::Api;

fn new_user() -> Value {
    json!({"userName": "zoe.quill@company.com", "name": {"givenName": "Zoe", "familyName": "Quill"},
           "userType": "sender", "division": "Enterprise Sales"})
}

#[tokio::test]
async fn users_are_listed_from_a_start_index_of_one() {
    let api = Api::start().await;
    let all = api.get("/api/scim/v2/Users").await.json();
    assert_eq!(all["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
    assert_eq!((&all["itemsPerPage"], &all["startIndex"], &all["totalResults"]), (&json!(14), &json!(1), &json!(14)));
    let below = api.get("/api/scim/v2/Users?startIndex=-3&count=2").await.json();
    assert_eq!((&below["startIndex"], &below["Resources"][0]), (&json!(1), &all["Resources"][0]));
    let part = api.get("/api/scim/v2/Users?startIndex=13&count=5").await.json();
    assert_eq!((&part["itemsPerPage"], &part["Resources"][0]), (&json!(2), &all["Resources"][12]));
    let none = api.get("/api/scim/v2/Users?startIndex=999999999999&count=0").await.json();
    assert_eq!((&none["itemsPerPage"], &none["totalResults"]), (&json!(0), &json!(14)));
}

#[tokio::test]
async fn one_user_is_read_by_id() {
    let api = Api::start().await;
    assert_snapshot!(api.get("/api/scim/v2/Users/501").await.line(), @r#"200 {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"501","userName":"dana.whitfield@company.com","active":true,"name":{"givenName":"Dana","familyName":"Whitfield"},"emails":[{"value":"dana.whitfield@company.com"}],"userType":"manager","division":"SDR Team"}"#);
    assert_snapshot!(api.get("/api/scim/v2/Users/7").await.line(), @r#"404 {"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"User not found","status":"404"}"#);
}

#[tokio::test]
async fn a_created_user_is_active_at_once() {
    let api = Api::start().await;
    let created = api.post("/api/scim/v2/Users", new_user()).await;
    assert_eq!(created.status, 201);
    let created = created.json();
    assert_eq!((&created["id"], &created["active"], &created["division"]), (&json!("515"), &json!(true), &json!("Enterprise Sales")));
    assert_eq!(api.get("/api/scim/v2/Users/515").await.json(), created);
    let users = api.get("/api/v3/users?per_page=100").await.json();
    assert!(users["users"].as_array().unwrap().iter().any(|user| user["email"] == "zoe.quill@company.com"));
    let again = api.post("/api/scim/v2/Users", new_user()).await;
    assert_eq!((again.status, &again.json()["detail"]), (409, &json!("userName has already been taken")));
}

#[tokio::test]
async fn a_deprovisioned_user_leaves_the_users_but_not_scim() {
    let api = Api::start().await;
    let answer = api.put("/api/scim/v2/Users/502", json!({"active": false})).await;
    assert_eq!((answer.status, &answer.json()["active"]), (200, &json!(false)));
    let users = api.get("/api/v3/users?per_page=100").await.json();
    assert!(!users["users"].as_array().unwrap().iter().any(|user| user["id"] == 502));
    assert_eq!(api.get("/api/scim/v2/Users/502").await.json()["active"], false);
}

#[tokio::test]
async fn an_update_changes_only_what_it_names() {
    let api = Api::start().await;
    let before = api.get("/api/scim/v2/Users/503").await.json();
    let after = api
        .put("/api/scim/v2/Users/503", json!({"name": {"familyName": "Rao"}, "userType": "admin", "division": "Customer Success"}))
        .await
        .json();
    assert_eq!(after["name"], json!({"givenName": before["name"]["givenName"], "familyName": "Rao"}));
    assert_eq!(
        (&after["userType"], &after["division"], &after["userName"]),
        (&json!("admin"), &json!("Customer Success"), &before["userName"])
    );
}

#[tokio::test]
async fn bad_users_are_refused() {
    let api = Api::start().await;
    let mut details = Vec::new();
    for (field, value) in [
        ("userName", json!("")),
        ("name", json!({"givenName": "Zoe"})),
        ("userType", json!("boss")),
        ("division", json!("enterprise sales")),
    ] {
        let mut body = new_user();
        body[field] = value;
        let answer = api.post("/api/scim/v2/Users", body).await;
        details.push(format!("{} {}", answer.status, answer.json()["detail"].as_str().unwrap()));
    }
    assert_snapshot!(details.join("\n"), @r"
    400 userName can't be blank
    400 familyName can't be blank
    400 userType can be one of these: sender,manager,admin
    400 division must be the name of a team group
    ");
    assert_eq!(api.put("/api/scim/v2/Users/501", json!({"active": "no"})).await.status, 400);
    assert_eq!(api.put("/api/scim/v2/Users/7", json!({})).await.status, 404);
}

#[tokio::test]
async fn core_scopes_do_not_open_scim() {
    let mut api = Api::start().await;
    api.take_token(json!({"scopes": ["public", "write", "update", "marketplace", "smartsend"]})).await;
    assert_eq!(api.get("/api/scim/v2/Users").await.status, 403);
    api.take_token(json!({"scopes": ["scim"]})).await;
    assert_eq!(api.get("/api/scim/v2/Users").await.status, 200);
}

#[tokio::test]
async fn there_is_no_patch_delete_or_group() {
    let api = Api::start().await;
    for (method, path) in [("PATCH", "Users/501"), ("DELETE", "Users/501"), ("GET", "Groups"), ("GET", "ServiceProviderConfig")] {
        let request = api.request(method, &format!("/api/scim/v2/{path}")).bearer_auth(&api.token);
        assert_eq!(crate::support::send(request).await.status, 404, "{method} {path}");
    }
}
