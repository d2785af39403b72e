//! Customer profiles: found, created, changed, merged, deleted.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::support::{Gladly, by_id, ids, location};

#[tokio::test]
async fn exactly_one_identifier_finds_customers() {
    let api = Gladly::start().await;
    for (query, found) in [
        ("email=Dana.Poe@Example.com", vec!["cus_123"]),
        ("phoneNumber=%2B15555550198", vec!["cus_123"]),
        ("phoneNumber=%2B15550198", vec!["cus_123"]),
        ("externalCustomerId=shop-cus_456", vec!["cus_456"]),
        ("email=nobody@example.com", vec![]),
        ("phoneNumber=%2B15555559999", vec![]),
        ("externalCustomerId=none", vec![]),
    ] {
        let answer = api.get(&format!("/customer-profiles?{query}")).await;
        assert_eq!((answer.status, ids(&answer.json())), (200, found), "{query}");
    }
    for query in ["", "?email=", "?email=dana.poe@example.com&phoneNumber=%2B15555550198", "?name=Dana"] {
        assert_eq!(
            api.get(&format!("/customer-profiles{query}")).await.line(),
            r#"400 {"errors":[{"code":"invalid","detail":"exactly one of email, phoneNumber, externalCustomerId must be provided"}]}"#
        );
    }
    // An unescaped plus sign is a space.
    for number in ["+15555550198", "5555550198", "%2B1-555-555-0198", "%2B0155555501", "%2B1234567890123456"] {
        assert_eq!(
            api.get(&format!("/customer-profiles?phoneNumber={number}")).await.line(),
            r#"400 {"errors":[{"attr":"phoneNumber","code":"invalid","detail":"phoneNumber must be in E.164 format"}]}"#
        );
    }
}

#[tokio::test]
async fn what_was_changed_last_is_found_first_and_a_long_list_is_cut() {
    let api = Gladly::start().await;
    let office = |name: &str| json!({"id": name, "phones": [{"original": "+1 415 555 0100", "type": "OFFICE"}]});
    for name in ["first", "second", "third"] {
        location(&api.post("/customer-profiles", office(name)).await);
        api.control("clock", json!({"advance_seconds": 1})).await;
    }
    let path = "/customer-profiles?phoneNumber=%2B14155550100";
    let all = api.get(path).await;
    assert_eq!((ids(&all.json()), &all.headers["gladly-limited-data"]), (vec!["third", "second", "first"], &"false".parse().unwrap()));
    api.patch("/customer-profiles/first", json!({"name": "Frida"})).await;
    api.set("customers_cap", json!(2)).await;
    let some = api.get(path).await;
    assert_eq!((ids(&some.json()), &some.headers["gladly-limited-data"]), (vec!["first", "third"], &"true".parse().unwrap()));
}

#[tokio::test]
async fn a_created_customer_has_normalized_addresses_and_numbers() {
    let api = Gladly::start().await;
    let created = api
        .post(
            "/customer-profiles",
            json!({"name": "Ines Vega", "address": "1 Main St", "emails": [{"original": " Ines@Example.COM ", "primary": true}],
                   "phones": [{"original": "(415) 555-0111"}, {"original": "+44 20 7946 0018", "regionCode": "GB", "type": "HOME", "smsPreference": "OFF", "extension": "12"}],
                   "externalCustomerId": "old-9", "customAttributes": {"tier": 2, "vip": true}}),
        )
        .await;
    let path = location(&created);
    assert!(path.starts_with("/customer-profiles/"), "{path}");
    let customer = api.get(&path).await.json();
    assert_eq!(customer["emails"], json!([{"original": " Ines@Example.COM ", "normalized": "ines@example.com", "primary": true}]));
    assert_eq!(
        customer["phones"],
        json!([{"original": "(415) 555-0111", "normalized": "+14155550111", "regionCode": "US", "primary": false, "type": "MOBILE"},
               {"original": "+44 20 7946 0018", "normalized": "+442079460018", "extension": "12", "regionCode": "GB", "primary": false,
                "smsPreference": "OFF", "type": "HOME"}])
    );
    assert_eq!((&customer["customAttributes"], &customer["externalCustomerId"]), (&json!({"tier": 2, "vip": true}), &json!("old-9")));
    assert_eq!(customer["createdAt"], customer["updatedAt"]);
    assert_eq!(ids(&api.get("/customer-profiles?externalCustomerId=old-9").await.json()), [customer["id"].as_str().unwrap()]);
    assert_eq!(by_id(&api.state("customers").await, customer["id"].as_str().unwrap()), customer);
    assert_eq!(api.post("/customer-profiles", json!({})).await.status, 201, "nothing is required");
}

#[tokio::test]
async fn ids_addresses_and_mobile_numbers_belong_to_one_customer() {
    let api = Gladly::start().await;
    let refused = async |body: Value| api.post("/customer-profiles", body).await.line();
    assert_snapshot!(refused(json!({"id": "cus_123"})).await, @r#"409 {"errors":[{"attr":"id","code":"taken","detail":"customer ID exists"}]}"#);
    assert_snapshot!(refused(json!({"id": "cus_892833"})).await, @r#"409 {"errors":[{"attr":"id","code":"taken","detail":"customer ID exists"}]}"#);
    assert_snapshot!(refused(json!({"emails": [{"original": "DANA.POE@example.com"}]})).await, @r#"409 {"errors":[{"attr":"emails","code":"taken","detail":"email address is used by another customer"}]}"#);
    assert_snapshot!(refused(json!({"phones": [{"original": "+1 555 555 0198", "type": "MOBILE"}]})).await, @r#"409 {"errors":[{"attr":"phones","code":"taken","detail":"mobile phone number is used by another customer"}]}"#);
    assert_eq!(api.post("/customer-profiles", json!({"phones": [{"original": "+1 555 555 0198", "type": "HOME"}]})).await.status, 201);
    let email = json!({"emails": [{"original": "dana.poe@example.com"}]});
    assert_eq!(api.patch("/customer-profiles/cus_456", email.clone()).await.status, 409);
    assert_eq!(api.patch("/customer-profiles/cus_123", email).await.status, 204, "one's own address is no conflict");
}

#[tokio::test]
async fn what_a_profile_cannot_hold_is_refused_with_its_place() {
    let api = Gladly::start().await;
    let refused = async |body: Value| api.post("/customer-profiles", body).await.line();
    assert_snapshot!(refused(json!({"id": "a b"})).await, @r#"400 {"errors":[{"attr":"id","code":"invalid","detail":"id contains unsupported characters"}]}"#);
    assert_snapshot!(refused(json!({"id": "x".repeat(51)})).await, @r#"400 {"errors":[{"attr":"id","code":"too_long","detail":"id cannot be longer than 50 characters"}]}"#);
    assert_snapshot!(refused(json!({"name": 7})).await, @r#"400 {"errors":[{"attr":"name","code":"invalid","detail":"name must be a string"}]}"#);
    assert_snapshot!(refused(json!({"emails": [{}]})).await, @r#"400 {"errors":[{"attr":"emails.original","code":"blank","detail":"emails.original cannot be blank"}]}"#);
    assert_snapshot!(refused(json!({"emails": "a@b.example"})).await, @r#"400 {"errors":[{"attr":"emails","code":"invalid","detail":"emails must be a list"}]}"#);
    assert_snapshot!(refused(json!({"emails": [{"original": "not an address"}]})).await, @r#"400 {"errors":[{"attr":"emails","code":"invalid","detail":"email address is invalid"}]}"#);
    assert_snapshot!(refused(json!({"phones": [{"original": "call me"}]})).await, @r#"400 {"errors":[{"attr":"phones","code":"invalid","detail":"phone number is invalid"}]}"#);
    assert_snapshot!(refused(json!({"phones": [{"original": "+14155550111", "type": "FAX"}]})).await, @r#"400 {"errors":[{"attr":"phones.type","code":"invalid","detail":"phones.type must be one of HOME, MOBILE, OFFICE"}]}"#);
    let two = json!([{"original": "a@b.example", "primary": true}, {"original": "c@d.example", "primary": true}]);
    assert_snapshot!(refused(json!({"emails": two})).await, @r#"400 {"errors":[{"attr":"emails","code":"invalid","detail":"only one email can be primary"}]}"#);
}

#[tokio::test]
async fn a_change_replaces_lists_whole_and_leaves_the_rest() {
    let api = Gladly::start().await;
    api.control("clock", json!({"advance_seconds": 60})).await;
    let before = api.get("/customer-profiles/cus_123").await.json();
    let changes = json!({"emails": [{"original": "dana@new.example"}], "customAttributes": {"vip": "true"}});
    assert_eq!(api.patch("/customer-profiles/cus_123", changes).await.line(), "204 ");
    let after = api.get("/customer-profiles/cus_123").await.json();
    assert_eq!(after["emails"], json!([{"original": "dana@new.example", "normalized": "dana@new.example", "primary": false}]));
    assert_eq!(after["customAttributes"], json!({"vip": "true"}));
    assert_eq!((&after["name"], &after["phones"], &after["createdAt"]), (&before["name"], &before["phones"], &before["createdAt"]));
    assert!(after["updatedAt"].as_str() > before["updatedAt"].as_str());
    assert_eq!(api.get("/customer-profiles?email=dana.poe@example.com").await.json(), json!([]));
    assert_snapshot!(api.patch("/customer-profiles/none", json!({})).await.line(), @r#"404 {"errors":{"code":"not_exist","detail":"customer profile [none] does not exist"}}"#);
}

#[tokio::test]
async fn a_merged_id_is_refused_everywhere_with_the_new_one() {
    let api = Gladly::start().await;
    let profile = r#"{"errors":[{"attr":"customerId","code":"moved","detail":"customer id has changed","meta":{"old":"cus_892833","new":"rVamfZHvQuORFnsk-3mNuw"}}]}"#;
    let owner = r#"{"errors":[{"attr":"customer id","code":"moved","detail":"the customer id has changed from [cus_892833] to [rVamfZHvQuORFnsk-3mNuw]","meta":{"old":"cus_892833","new":"rVamfZHvQuORFnsk-3mNuw"}}]}"#;
    for status in [400, 301] {
        api.set("merged_status", json!(status)).await;
        for answer in [
            api.get("/customer-profiles/cus_892833").await,
            api.patch("/customer-profiles/cus_892833", json!({"name": "x"})).await,
            api.delete("/customer-profiles/cus_892833").await,
        ] {
            assert_eq!(answer.line(), format!("{status} {profile}"));
            assert!(!answer.headers.contains_key("location"));
        }
        for answer in [
            api.get("/customers/cus_892833/conversations").await,
            api.get("/customers/cus_892833/tasks").await,
            api.post("/customers/cus_892833/tasks", json!({})).await,
            api.delete("/customers/cus_892833/conversation-items/act_1").await,
            api.post("/customer-history/cus_892833/conversations/con_401/custom-attributes", json!({})).await,
        ] {
            assert_eq!(answer.line(), format!("{status} {owner}"));
        }
        // Here alone the vendor documents the redirect, so here it is one whatever the setting says.
        let moved = api.post("/customers/cus_892833/conversation-items", json!({})).await;
        assert_eq!(moved.line(), format!("301 {owner}"));
        let host = api.sandbox.url().strip_prefix("http://").unwrap();
        assert_eq!(moved.headers["location"], format!("https://{host}/api/v1/customers/rVamfZHvQuORFnsk-3mNuw/conversation-items"));
    }
}

#[tokio::test]
async fn a_merge_hands_over_what_the_old_profile_had() {
    let api = Gladly::start().await;
    api.set("merged_customers", json!({"cus_123": "cus_456", "cus_456": "cus_2671"})).await;
    let old = api.get("/customer-profiles/cus_123").await.json();
    assert_eq!(old["errors"][0]["meta"], json!({"old": "cus_123", "new": "cus_2671"}), "the last in the chain");
    let successor = api.get("/customer-profiles/cus_2671").await.json();
    assert_eq!((&successor["name"], successor["emails"].as_array().unwrap().len()), (&json!("Priya Raman"), 3));
    assert_eq!(ids(&api.get("/customer-profiles?phoneNumber=%2B15555550198").await.json()), ["cus_2671"]);
    let conversations = api.get("/customers/cus_2671/conversations").await.json();
    assert_eq!(ids(&conversations), ["con_1", "con_77", "con_301", "con_2"]);
    let open: Vec<Value> =
        conversations.as_array().unwrap().iter().filter(|conversation| conversation["status"] != "CLOSED").cloned().collect();
    assert_eq!(open.len(), 1, "at most one is not closed");
    assert!(ids(&api.get("/customers/cus_2671/tasks").await.json()).contains(&"tsk_5"));
    // The same merge again changes nothing.
    api.set("merged_customers", json!({"cus_123": "cus_456"})).await;
    assert_eq!(api.get("/customer-profiles/cus_123").await.json(), old);
}

#[tokio::test]
async fn deleting_a_customer_asks_for_closed_conversations() {
    let api = Gladly::start().await;
    for id in ["cus_123", "cus_2671"] {
        assert_eq!(
            api.delete(&format!("/customer-profiles/{id}")).await.line(),
            r#"400 {"errors":{"attr":"conversation","code":"invalid_state","detail":"Unable to delete the profile. Please close any open or waiting conversations."}}"#
        );
    }
    assert_eq!(api.delete("/customer-profiles/cus_456").await.line(), "204 ");
    for path in ["/customer-profiles/cus_456", "/conversations/con_77", "/conversation-items/it_900", "/tasks/tsk_5"] {
        assert_eq!(api.get(path).await.status, 404, "{path}");
    }
    assert_eq!(api.state("comments").await, json!([]));
    assert_eq!(api.delete("/customer-profiles/cus_456").await.status, 404);
    assert_eq!(api.post("/customer-profiles", json!({"id": "cus_456"})).await.status, 201, "the id is free again");
}
