//! SMS, e-mail, and recipients of campaigns.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::required::{posted_without, with};
use crate::gladly::support::{Gladly, by_id};

fn sms() -> Value {
    json!({"customer": {"mobileNumber": "+15555550198"}, "from": "+14155550000", "body": "Your parcel is late."})
}

fn email() -> Value {
    json!({"to": [{"email": "New.Person@example.com", "name": "New"}], "from": "help@acme.example", "subject": "Late",
           "body": {"html": "<p>Late.</p>", "text": "Late."}})
}

fn recipients() -> Value {
    json!({"name": "June", "startAfter": "2099-06-01T00:00:00Z", "endBefore": "2099-06-02T00:00:00Z",
           "recipients": [{"customerName": "Dana Poe", "timezone": "America/Los_Angeles", "emailAddress": "dana.poe@example.com"}]})
}

#[tokio::test]
async fn an_sms_becomes_an_item_of_the_open_conversation() {
    let api = Gladly::start().await;
    let sent = api.post("/communications/sms", sms()).await;
    assert_eq!((sent.status, &sent.json()["customerId"]), (200, &json!("cus_123")));
    let item = sent.json()["conversationItemId"].as_str().unwrap().to_owned();
    let timeline = api.get("/conversations/con_2/items").await.json();
    let content = json!({"type": "SMS", "from": "+14155550000", "to": "+15555550198", "content": "Your parcel is late."});
    assert_eq!(by_id(&timeline, &item)["content"], content);
}

#[tokio::test]
async fn an_email_to_a_stranger_makes_a_customer() {
    let api = Gladly::start().await;
    let sent = api.post("/communications/email", email()).await;
    assert_eq!(sent.status, 200);
    let found = api.get("/customer-profiles?email=new.person%40example.com").await.json();
    assert_eq!(found[0]["id"], sent.json()["customerId"]);
    let item = api.get(&format!("/conversation-items/{}", sent.json()["conversationItemId"].as_str().unwrap())).await.json();
    assert_eq!((&item["content"]["subject"], &item["content"]["to"]), (&json!("Late"), &json!(["New.Person@example.com"])));
}

#[tokio::test]
async fn messages_without_a_required_field_are_refused() {
    let api = Gladly::start().await;
    let fields = ["/customer", "/customer/mobileNumber", "/from", "/body"];
    assert_snapshot!(posted_without(&api, "/communications/sms", &sms(), &fields).await, @r#"
    400 {"errors":[{"attr":"customer","code":"blank","detail":"customer cannot be blank"}]}
    400 {"errors":[{"attr":"customer.mobileNumber","code":"blank","detail":"customer.mobileNumber cannot be blank"}]}
    400 {"errors":[{"attr":"from","code":"blank","detail":"from cannot be blank"}]}
    400 {"errors":[{"attr":"body","code":"blank","detail":"body cannot be blank"}]}
    "#);
    assert_snapshot!(posted_without(&api, "/communications/email", &email(), &["/to", "/from", "/subject", "/body"]).await, @r#"
    400 {"errors":[{"attr":"to","code":"blank","detail":"to cannot be blank"}]}
    400 {"errors":[{"attr":"from","code":"blank","detail":"from cannot be blank"}]}
    400 {"errors":[{"attr":"subject","code":"blank","detail":"subject cannot be blank"}]}
    400 {"errors":[{"attr":"body","code":"blank","detail":"body cannot be blank"}]}
    "#);
    let mut refusals = Vec::new();
    for (field, value) in [
        ("/to", json!([{"name": "New"}])),
        ("/to", json!([{"email": "a@example.com"}, {"email": "b@example.com"}])),
        ("/from", json!("ceo@acme.example")),
        ("/subject", json!("x".repeat(1_000))),
        ("/body", json!({"html": " "})),
    ] {
        refusals.push(api.post("/communications/email", with(&email(), field, value)).await.line());
    }
    for from in ["555-0000", "+14155550001"] {
        refusals.push(api.post("/communications/sms", with(&sms(), "/from", json!(from))).await.line());
    }
    assert_snapshot!(refusals.join("\n"), @r#"
    400 {"errors":[{"attr":"to.email","code":"blank","detail":"to.email cannot be blank"}]}
    400 {"errors":[{"attr":"to","code":"invalid","detail":"to must have exactly one entry"}]}
    400 {"errors":[{"attr":"from","code":"invalid","detail":"from is not a configured email address"}]}
    400 {"errors":[{"attr":"subject","code":"too_long","detail":"subject cannot be longer than 999 characters"}]}
    400 {"errors":[{"attr":"body","code":"blank","detail":"body cannot be blank"}]}
    400 {"errors":[{"attr":"from","code":"invalid","detail":"from must be in E.164 format"}]}
    400 {"errors":[{"attr":"from","code":"invalid","detail":"from is not a configured phone number"}]}
    "#);
}

#[tokio::test]
async fn recipients_are_added_to_a_campaign() {
    let api = Gladly::start().await;
    let added = api.post("/campaigns/cmp_delays/recipient-collections", recipients()).await;
    assert_eq!(added.status, 200);
    let added = added.json();
    assert_eq!((&added["campaignId"], &added["type"], &added["status"]), (&json!("cmp_delays"), &json!("EMAIL"), &json!("SCHEDULED")));
    assert_eq!(api.state("recipient_collections").await, json!([added]));
    let now = with(&recipients(), "/startAfter", json!("2020-06-01T00:00:00Z"));
    assert_eq!(api.post("/campaigns/cmp_delays/recipient-collections", now).await.json()["status"], "ACTIVE");
    assert_snapshot!(api.post("/campaigns/none/recipient-collections", recipients()).await.line(), @r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
}

#[tokio::test]
async fn recipients_that_cannot_be_reached_are_refused() {
    let api = Gladly::start().await;
    let fields =
        ["/name", "/startAfter", "/recipients", "/recipients/0/customerName", "/recipients/0/timezone", "/recipients/0/emailAddress"];
    assert_snapshot!(posted_without(&api, "/campaigns/cmp_delays/recipient-collections", &recipients(), &fields).await, @r#"
    400 {"errors":[{"attr":"name","code":"blank","detail":"name cannot be blank"}]}
    400 {"errors":[{"attr":"startAfter","code":"blank","detail":"startAfter cannot be blank"}]}
    400 {"errors":[{"attr":"recipients","code":"blank","detail":"recipients cannot be blank"}]}
    400 {"errors":[{"attr":"recipients.customerName","code":"blank","detail":"recipients.customerName cannot be blank"}]}
    400 {"errors":[{"attr":"recipients.timezone","code":"blank","detail":"recipients.timezone cannot be blank"}]}
    400 {"errors":[{"attr":"recipients.emailAddress","code":"blank","detail":"recipients.emailAddress cannot be blank"}]}
    "#);
    assert_snapshot!(api.post("/campaigns/cmp_recall/recipient-collections", recipients()).await.line(), @r#"400 {"errors":[{"attr":"recipients.phoneNumber","code":"blank","detail":"recipients.phoneNumber cannot be blank"}]}"#);
    let by_phone = with(&recipients(), "/recipients/0/phoneNumber", json!("+15555550198"));
    assert_eq!(api.post("/campaigns/cmp_recall/recipient-collections", by_phone).await.json()["type"], "SMS");
}
