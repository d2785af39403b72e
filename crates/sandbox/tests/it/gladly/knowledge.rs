//! Answers, what they say, and who may read it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::required::posted_without;
use crate::gladly::support::{Gladly, ids};
use crate::support::send;

/// What anybody reads, without credentials.
async fn public(api: &Gladly, path: &str) -> crate::support::Answer {
    send(api.request("GET", &format!("/api/v1/orgs/{path}"))).await
}

#[tokio::test]
async fn a_question_leads_to_the_answer_on_shipping_delays_without_a_token() {
    let api = Gladly::start_with_limits().await;
    let organization = api.get("/organization").await.json();
    let org_id = organization["id"].as_str().unwrap();
    let hits = public(&api, &format!("{org_id}/answers-search?q=international%20shipping%20delays")).await;
    assert_eq!(hits.headers["ratelimit-limit-second"], "10");
    assert_eq!(hits.json()[0], json!({"id": "ans_intl_shipping", "name": "International shipping delays"}));
    let answer = public(&api, &format!("{org_id}/answers/ans_intl_shipping?lng=en-us")).await.json();
    assert!(answer["bodyHtml"].as_str().unwrap().contains("10 to 21 business days"));
    assert_eq!((&answer["language"], &answer["name"]), (&json!("en-us"), &json!("International shipping delays")));
}

#[tokio::test]
async fn the_public_sees_public_texts_in_its_language_by_name() {
    let api = Gladly::start().await;
    let english = public(&api, "org_acme/answers").await.json();
    assert_eq!(ids(&english), ["ans_missing_item", "ans_gift_cards", "ans_intl_shipping", "ans_returns", "ans_refund_time"]);
    assert_eq!(ids(&public(&api, "org_acme/answers?lng=es-mx").await.json()), ["ans_returns"]);
    assert_eq!(public(&api, "org_acme/answers-search?q=").await.json(), json!([]));
    assert_eq!(public(&api, "org_acme/answers-search?q=zeppelin").await.json(), json!([]));
    let titles = public(&api, "org_acme/help-center/hc_acme/answer-titles").await.json();
    assert_eq!(titles[0], json!({"id": "ans_intl_shipping", "name": "International shipping delays"}));
    assert_eq!(ids(&titles), ["ans_intl_shipping", "ans_returns"]);
    assert_eq!(public(&api, "other/answers").await.status, 404);
    assert_eq!(public(&api, "org_acme/help-center/none/answer-titles").await.status, 404);
    assert_snapshot!(public(&api, "org_acme/answers/ans_vip").await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"answer does not exist"}}"#);
}

#[tokio::test]
async fn an_audience_sees_what_is_for_it_and_for_all() {
    let api = Gladly::start().await;
    assert_eq!(ids(&api.get("/audiences").await.json()), ["aud_everyone", "aud_vip"]);
    assert_eq!(api.put("/answers/ans_vip/languages/en-us/type/public", json!({"bodyHtml": "<p>Early.</p>"})).await.status, 200);
    let is_shown = async |query: &str| {
        let shown = public(&api, &format!("org_acme/answers{query}")).await.json();
        ids(&shown).contains(&"ans_vip")
    };
    assert!(is_shown("?audienceId=aud_vip").await);
    assert!(is_shown("").await);
    assert!(!is_shown("?audienceId=aud_everyone").await);
}

#[tokio::test]
async fn an_answer_is_created_with_a_body_changed_and_deleted() {
    let api = Gladly::start().await;
    let created = api.post("/answers", json!({"id": "ans_new", "name": "New", "audienceIds": ["aud_vip"]})).await;
    assert_eq!(created.status, 200);
    assert_eq!(created.json()["audienceIds"], json!(["aud_vip"]));
    assert_eq!(api.get("/answers/ans_new").await.json(), created.json());
    assert_snapshot!(api.patch("/answers/ans_new", json!({"description": "About it", "audienceIds": []})).await.line(), @"204 ");
    let changed = api.get("/answers/ans_new").await.json();
    assert_eq!((&changed["name"], &changed["description"], &changed["audienceIds"]), (&json!("New"), &json!("About it"), &json!([])));
    assert_snapshot!(api.delete("/answers/ans_new").await.line(), @"204 ");
    assert_snapshot!(api.get("/answers/ans_new").await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"answer does not exist"}}"#);
}

#[tokio::test]
async fn answers_are_refused_as_documented() {
    let api = Gladly::start().await;
    assert_snapshot!(posted_without(&api, "/answers", &json!({"name": "New"}), &["/name"]).await, @r#"400 {"errors":[{"attr":"name","code":"blank","detail":"name cannot be blank"}]}"#);
    let mut refusals = Vec::new();
    for body in [
        json!({"name": "x".repeat(501)}),
        json!({"name": "New", "description": "x".repeat(10_001)}),
        json!({"name": "New", "id": "a/b"}),
        json!({"name": "New", "id": "ans_vip"}),
        json!({"name": "Gift cards"}),
        json!({"name": "New", "audienceIds": ["none"]}),
    ] {
        refusals.push(api.post("/answers", body).await.line());
    }
    refusals.push(api.patch("/answers/ans_vip", json!({"name": "Gift cards"})).await.line());
    refusals.push(api.patch("/answers/none", json!({})).await.line());
    assert_snapshot!(refusals.join("\n"), @r#"
    400 {"errors":[{"attr":"name","code":"too_long","detail":"name cannot be longer than 500 characters"}]}
    400 {"errors":[{"attr":"description","code":"too_long","detail":"description cannot be longer than 10000 characters"}]}
    400 {"errors":[{"attr":"id","code":"invalid","detail":"id contains unsupported characters"}]}
    409 {"errors":[{"attr":"id","code":"taken","detail":"answer id already taken"}]}
    409 {"errors":[{"attr":"name","code":"taken","detail":"duplicate answer name"}]}
    400 {"errors":[{"attr":"audienceIds","code":"invalid","detail":"audience does not exist"}]}
    400 {"errors":[{"attr":"name","code":"taken","detail":"duplicate answer name"}]}
    404 {"errors":{"code":"not_exist","detail":"answer does not exist"}}
    "#);
}

#[tokio::test]
async fn an_answer_in_use_is_not_deleted() {
    let api = Gladly::start().await;
    let mut refusals = Vec::new();
    for path in ["ans_missing_item", "ans_refund_time", "ans_intl_shipping", "ans_returns/languages/en-us/type/public"] {
        refusals.push(api.delete(&format!("/answers/{path}")).await.line());
    }
    assert_snapshot!(refusals.join("\n"), @r#"
    400 {"errors":[{"code":"in_use","detail":"answer is associated with rules"}]}
    400 {"errors":[{"code":"in_use","detail":"answer is associated with thread"}]}
    400 {"errors":[{"code":"in_use","detail":"answer is associated with help center","meta":{"helpCenterID":"hc_acme","sectionID":"sec_shipping","snippetID":"snip_shipping"}}]}
    400 {"errors":[{"code":"in_use","detail":"answer is associated with help center","meta":{"helpCenterID":"hc_acme","sectionID":"sec_returns","snippetID":"snip_returns"}}]}
    "#);
    assert_eq!(api.delete("/answers/ans_gift_cards").await.status, 204);
}

#[tokio::test]
async fn contents_are_written_read_and_deleted_by_language_and_type() {
    let api = Gladly::start().await;
    let path = "/answers/ans_gift_cards/languages/fr-ca/type/messaging";
    assert_snapshot!(api.get(path).await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"answer content does not exist"}}"#);
    let written = api.put(path, json!({"bodyHtml": "<p>Oui.</p>", "title": "Cartes"})).await;
    assert_snapshot!(written.line(), @r#"200 {"answerId":"ans_gift_cards","language":"fr-ca","type":"messaging","bodyHtml":"<p>Oui.</p>","title":"Cartes"}"#);
    assert_eq!(api.get(path).await.json(), written.json());
    assert_eq!(api.put(path, json!({"bodyHtml": "<p>Non.</p>"})).await.json()["bodyHtml"], "<p>Non.</p>");
    assert_snapshot!(api.delete(path).await.line(), @"204 ");
    assert_eq!(api.delete(path).await.status, 404);
}

#[tokio::test]
async fn contents_of_unknown_languages_and_types_are_refused() {
    let api = Gladly::start().await;
    let body: Value = json!({"bodyHtml": "<p>Hi</p>"});
    let mut refusals = Vec::new();
    for path in [
        "ans_vip/languages/klingon/type/public",
        "ans_vip/languages/de-de/type/public",
        "ans_vip/languages/en-us/type/fax",
        "none/languages/en-us/type/public",
    ] {
        refusals.push(api.put(&format!("/answers/{path}"), body.clone()).await.line());
    }
    api.set("answer_contents", json!("only_public")).await;
    refusals.push(api.put("/answers/ans_vip/languages/en-us/type/email", body.clone()).await.line());
    assert_snapshot!(refusals.join("\n"), @r#"
    400 {"errors":[{"attr":"language","code":"invalid","detail":"invalid language"}]}
    400 {"errors":[{"attr":"language","code":"invalid","detail":"language not configured for org"}]}
    400 {"errors":[{"attr":"type","code":"invalid","detail":"invalid type"}]}
    404 {"errors":{"code":"not_exist","detail":"answer does not exist"}}
    400 {"errors":[{"code":"invalid","detail":"not implemented"}]}
    "#);
    assert_eq!(api.put("/answers/ans_vip/languages/en-us/type/public", body).await.status, 200);
}
