//! Agents, inboxes, teams, the organization, call recorders, user identity tokens.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::support::{Gladly, by_id, ids};

#[tokio::test]
async fn the_directory_is_listed_and_read_one_by_one() {
    let api = Gladly::start().await;
    for (path, id) in [("/agents", "agt_qa"), ("/inboxes", "inb_billing"), ("/teams", "team_quality")] {
        let list = api.get(path).await.json();
        assert_eq!(api.get(&format!("{path}/{id}")).await.json(), by_id(&list, id));
    }
    assert_snapshot!(api.get("/agents/agt_qa").await.text, @r#"{"id":"agt_qa","name":"Quinn Adler","emailAddress":"quinn.adler@acme.example"}"#);
    assert_snapshot!(api.get("/inboxes/inb_legacy").await.text, @r#"{"id":"inb_legacy","name":"Legacy Mail","disabled":true}"#);
    assert_snapshot!(api.get("/teams/team_quality").await.text, @r#"{"id":"team_quality","name":"Quality","description":"Listens to calls and checks them","agentIds":["agt_qa"]}"#);
    assert_snapshot!(api.get("/organization").await.text, @r#"{"id":"org_acme","loginDomain":"acme.example","name":"Acme Outfitters","timezone":"America/Los_Angeles","gladlyUrl":"https://acme.gladly.com"}"#);
    assert_snapshot!(api.get("/agents/none").await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"agent none does not exist"}}"#);
    for path in ["/inboxes/none", "/teams/none"] {
        assert_eq!(api.get(path).await.line(), r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
    }
    assert_eq!(ids(&api.get("/inboxes").await.json()).len(), 5);
}

#[tokio::test]
async fn a_call_recorder_is_switched_while_its_agent_is_on_a_call() {
    let api = Gladly::start().await;
    let read = async |agent: &str| api.get(&format!("/agents/{agent}/call-recorder")).await;
    let switch = async |agent: &str, body: Value| api.patch(&format!("/agents/{agent}/call-recorder"), body).await.line();
    assert_snapshot!(read("agt_ben").await.text, @r#"{"agentId":"agt_ben","customerId":"cus_892834","conversationItemId":"item_780","recording":true}"#);
    assert_eq!(switch("ben.okafor@acme.example", json!({"recording": false})).await, "204 ");
    assert_eq!(read("agt_ben").await.json()["recording"], false);
    assert_eq!(switch("agt_ana", json!({"recording": true})).await, "204 ");
    assert_snapshot!(read("agt_ana").await.text, @r#"{"agentId":"agt_ana","recording":false}"#);
    assert_snapshot!(switch("agt_ben", json!({})).await, @r#"400 {"errors":[{"attr":"recording","code":"blank","detail":"recording cannot be blank"}]}"#);
    assert_snapshot!(switch("none", json!({"recording": true})).await, @r#"404 {"errors":{"code":"not_exist","detail":"agent none does not exist"}}"#);
    assert_snapshot!(read("none").await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"agent none does not exist"}}"#);
}

#[tokio::test]
async fn a_user_identity_token_has_the_form_of_a_jwt() {
    let api = Gladly::start().await;
    let create =
        async |kind: Value, identity: Value| api.post("/user-identity-jwt", json!({"identityType": kind, "identity": identity})).await;
    for (kind, identity) in [("EMAIL", "dana.poe@example.com"), ("MOBILE_PHONE_NUMBER", "+15555550198")] {
        let answer = create(json!(kind), json!(identity)).await;
        assert_eq!(answer.status, 200);
        let token = answer.json()["token"].as_str().unwrap().to_owned();
        assert!(token.starts_with("eyJ") && token.split('.').count() == 3, "{token}");
    }
    assert_snapshot!(create(json!("EMAIL"), Value::Null).await.line(), @r#"400 {"errors":[{"attr":"identity","code":"blank","detail":"identity cannot be blank"}]}"#);
    assert_snapshot!(create(Value::Null, json!("x")).await.line(), @r#"400 {"errors":[{"attr":"identityType","code":"blank","detail":"identityType cannot be blank"}]}"#);
    assert_snapshot!(create(json!("FAX"), json!("x")).await.line(), @r#"400 {"errors":[{"attr":"identityType","code":"invalid","detail":"identityType must be one of EMAIL, MOBILE_PHONE_NUMBER"}]}"#);
    assert_eq!(create(json!("EMAIL"), json!("nobody")).await.status, 400);
    assert_eq!(create(json!("MOBILE_PHONE_NUMBER"), json!("555")).await.status, 400);
}
