//! Replies to customers.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gladly::support::{Gladly, location};

#[tokio::test]
async fn a_reply_goes_back_the_way_the_message_came_and_takes_the_conversation_on() {
    let api = Gladly::start().await;
    let reply = async |id: &str, content: Value| {
        let path = location(&api.post(&format!("/conversation-items/{id}/reply"), json!({"content": content})).await);
        api.get(&path).await.json()
    };
    let sms = reply("it_1", json!({"type": "SMS", "body": "Item X ships today"})).await;
    assert_eq!(sms["content"], json!({"type": "SMS", "from": "+14155550000", "to": "+15555550198", "content": "Item X ships today"}));
    assert_eq!((&sms["conversationId"], &sms["initiator"]), (&json!("con_2"), &json!({"id": "agt_api", "type": "API"})));
    assert_eq!(api.get("/conversations/con_2").await.json()["agentId"], "agt_api");
    assert_eq!(api.get("/conversations/con_2/items").await.json()[2], sms);

    let email = reply("it_301", json!({"type": "EMAIL", "body": "<p>Yes</p>", "bodyPlain": "Yes"})).await;
    assert_eq!(
        email["content"],
        json!({"type": "EMAIL", "from": "help@acme.example", "to": ["priya.raman@example.com"], "cc": [], "bcc": [],
               "subject": "Re: Jacket is too small", "content": "<p>Yes</p>"})
    );
    assert_eq!(api.get("/conversations/con_301").await.json()["agentId"], "agt_ana", "who has it keeps it");

    let options = json!([{"id": "yes", "label": "Yes"}, {"id": "no-2", "label": "No"}]);
    let chat =
        json!({"type": "CHAT_MESSAGE", "messageType": "QUICK_REPLY_REQUEST", "body": "Solved?", "messageData": {"options": options}});
    let chat = reply("item_776", chat).await;
    assert_eq!(
        chat["content"],
        json!({"type": "CHAT_MESSAGE", "messageType": "QUICK_REPLY_REQUEST", "sessionId": "ses_1", "content": "Solved?", "messageData": {"options": options}})
    );
    assert_eq!(
        reply("it_402", json!({"type": "FACEBOOK_MESSAGE", "body": "Hello"})).await["content"],
        json!({"type": "FACEBOOK_MESSAGE", "pageId": "acme", "userId": "jordan.lee", "content": "Hello"})
    );
    for (id, kind) in [("it_403", "INSTAGRAM_DIRECT"), ("it_404", "TWITTER"), ("it_405", "WHATSAPP")] {
        assert_eq!(reply(id, json!({"type": kind, "body": "Hello"})).await["content"], json!({"type": kind, "content": "Hello"}));
    }
}

#[tokio::test]
async fn a_reply_that_cannot_be_is_refused_in_the_vendors_words() {
    let api = Gladly::start().await;
    let refused = async |id: &str, body: Value| api.post(&format!("/conversation-items/{id}/reply"), body).await.line();
    let content = |content: Value| json!({"content": content});
    let sms = content(json!({"type": "SMS", "body": "Hello"}));
    assert_snapshot!(refused("it_11", sms.clone()).await, @r#"400 {"errors":[{"code":"invalid","detail":"you cannot reply to items in closed conversations"}]}"#);
    for id in ["item_777", "it_902", "act_1", "item_780"] {
        assert_eq!(
            refused(id, sms.clone()).await,
            r#"400 {"errors":[{"code":"invalid","detail":"you can only reply to customer messages"}]}"#
        );
    }
    assert_snapshot!(refused("it_401", sms.clone()).await, @r#"400 {"errors":[{"code":"invalid","detail":"type [VOICEMAIL] is not supported"}]}"#);
    assert_snapshot!(refused("item_776", sms.clone()).await, @r#"400 {"errors":[{"code":"invalid","detail":"type [SMS] is not supported"}]}"#);
    assert_snapshot!(refused("none", sms).await, @r#"404 {"errors":[{"code":"not_exist","detail":"entity does not exist"}]}"#);
    for body in [json!({}), content(json!({})), content(json!({"type": ""}))] {
        assert_eq!(refused("it_1", body).await, r#"400 {"errors":[{"attr":"content.type","code":"blank"}]}"#);
    }
    assert_snapshot!(refused("it_1", content(json!({"type": "VOICEMAIL", "body": "x"}))).await, @r#"400 {"errors":[{"code":"invalid","detail":"type [VOICEMAIL] is not supported"}]}"#);
    assert_snapshot!(refused("it_1", content(json!({"type": "SMS"}))).await, @r#"400 {"errors":[{"attr":"content.body","code":"blank","detail":"content.body cannot be blank"}]}"#);
    assert_snapshot!(refused("it_1", content(json!({"type": "SMS", "body": "é".repeat(2_049)}))).await, @r#"400 {"errors":[{"attr":"content.body","code":"too_long","detail":"content.body cannot be larger than 2048 characters"}]}"#);
    assert_eq!(api.post("/conversation-items/it_1/reply", content(json!({"type": "SMS", "body": "é".repeat(2_048)}))).await.status, 201);
}

#[tokio::test]
async fn quick_replies_have_one_to_ten_options_with_plain_ids_of_their_own() {
    let api = Gladly::start().await;
    let refused = async |options: Value| {
        let content =
            json!({"type": "CHAT_MESSAGE", "messageType": "QUICK_REPLY_REQUEST", "body": "?", "messageData": {"options": options}});
        api.post("/conversation-items/item_776/reply", json!({"content": content})).await.line()
    };
    assert_snapshot!(refused(json!([])).await, @r#"400 {"errors":[{"attr":"content.messageData.options","code":"blank","detail":"content.messageData.options cannot be blank"}]}"#);
    let many: Vec<Value> = (0..11).map(|n| json!({"id": n.to_string(), "label": "x"})).collect();
    assert_snapshot!(refused(json!(many)).await, @r#"400 {"errors":[{"attr":"content.messageData.options","code":"invalid","detail":"content.messageData.options cannot have more than 10 entries"}]}"#);
    assert_snapshot!(refused(json!([{"id": "a b", "label": "x"}])).await, @r#"400 {"errors":[{"attr":"content.messageData.options.id","code":"invalid","detail":"content.messageData.options.id contains unsupported characters"}]}"#);
    assert_snapshot!(refused(json!([{"id": "a", "label": "x"}, {"id": "a", "label": "y"}])).await, @r#"400 {"errors":[{"attr":"content.messageData.options.id","code":"invalid","detail":"content.messageData.options.id must be unique"}]}"#);
    assert_snapshot!(refused(json!([{"id": "a"}])).await, @r#"400 {"errors":[{"attr":"content.messageData.options.label","code":"blank","detail":"content.messageData.options.label cannot be blank"}]}"#);
}
