//! Messages: direction and type decide whether the customer ever reads them.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{codes, data, edesk, with, without};
use crate::support::Api;

fn reply() -> Value {
    json!({"ticket_id": 99_421, "type": "Message", "body": "We are sorry."})
}

async fn emails(api: &Api) -> usize {
    api.state().await["emails"].as_array().unwrap().len()
}

#[tokio::test]
async fn only_an_outgoing_message_with_send_reaches_the_customer() {
    let api = edesk().await;
    let cases = [
        (json!({"direction": "Outgoing", "send": true}), "Message", "Outgoing", 1),
        (json!({"send": true}), "Message", "Outgoing", 1),
        (json!({"direction": "Outgoing"}), "Message", "Outgoing", 0),
        (json!({"direction": "Outgoing", "send": false}), "Message", "Outgoing", 0),
        (json!({"direction": "Outgoing", "send": null}), "Message", "Outgoing", 0),
        (json!({}), "Message", "Outgoing", 0),
        (json!({"direction": "Incoming", "send": true}), "Message", "Incoming", 0),
        (json!({"type": "Note"}), "Note", "Other", 0),
        (json!({"type": "Note", "direction": "Outgoing", "send": true}), "Note", "Other", 0),
    ];
    for (fields, kind, direction, sent) in cases {
        let before = emails(&api).await;
        let mut body = reply();
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let message = data(&api.post("/v1/messages", body).await);
        assert_eq!((&message["type"], &message["direction"]), (&json!(kind), &json!(direction)), "{fields}");
        assert_eq!(emails(&api).await - before, sent, "{fields}");
    }
}

#[tokio::test]
async fn an_email_to_nobody_is_not_sent_and_says_so() {
    let api = edesk().await;
    let ticket = data(&api.post("/v1/tickets", json!({"subject": "Who?", "channel_id": 42, "status": "Open"})).await);
    let before = emails(&api).await;
    let to_nobody = with(with(reply(), "ticket_id", ticket["id"].clone()), "send", json!(true));
    let message = data(&api.post("/v1/messages", to_nobody).await);
    assert_eq!(message["errors"], json!(["The ticket has no contact to send the message to."]));
    assert_eq!(data(&api.get(&format!("/v1/messages/{}", message["id"])).await), message);
    assert_eq!(emails(&api).await, before);
}

#[tokio::test]
async fn messages_of_a_ticket_are_in_the_order_of_their_moments() {
    let api = edesk().await;
    let add = async |created_at: &str| data(&api.post("/v1/messages", with(reply(), "created_at", json!(created_at))).await)["id"].clone();
    let (later, earlier, same) = (add("2020-01-02 10:00:00").await, add("2020-01-01 10:00:00").await, add("2020-01-02 10:00:00").await);
    let now = data(&api.post("/v1/messages", reply()).await)["id"].clone();
    assert_eq!(data(&api.get("/v1/tickets/99421").await)["messages_ids"], json!([earlier, later, same, 8_801, now]));
}

#[tokio::test]
async fn a_message_says_who_wrote_it() {
    let api = edesk().await;
    let ours = data(&api.post("/v1/messages", reply()).await);
    assert_eq!((&ours["from_user"]["id"], &ours["from_consumer_id"]), (&json!(11), &Value::Null));
    let theirs = data(&api.post("/v1/messages", with(reply(), "direction", json!("Incoming"))).await);
    assert_eq!((&theirs["from_user"], &theirs["from_consumer_id"]), (&Value::Null, &json!(9_002)));
    let told = with(with(reply(), "direction", json!("Incoming")), "from_consumer_id", json!(77));
    assert_eq!(data(&api.post("/v1/messages", told).await)["from_consumer_id"], 77);
}

#[tokio::test]
async fn a_message_changes_its_ticket() {
    let api = edesk().await;
    let ticket = async || data(&api.get("/v1/tickets/99421").await);
    assert_eq!(ticket().await["time_left_to_reply"], 9_900);
    api.advance(10).await;

    let note = data(&api.post("/v1/messages", with(reply(), "type", json!("Note"))).await);
    let after = ticket().await;
    assert_eq!(after["messages_ids"], json!([8_801, note["id"]]));
    assert_eq!(after["last_updated_at"], note["created_at"]);
    assert_eq!((&after["replies"], &after["time_left_to_reply"]), (&json!(0), &json!(9_890)));

    let answer = data(&api.post("/v1/messages", reply()).await);
    let after = ticket().await;
    assert_eq!(after["messages_ids"], json!([8_801, note["id"], answer["id"]]));
    assert_eq!((&after["replies"], &after["time_left_to_reply"]), (&json!(1), &json!(false)));

    api.post("/v1/messages", with(reply(), "direction", json!("Incoming"))).await;
    let after = ticket().await;
    assert_eq!((&after["replies"], &after["time_left_to_reply"]), (&json!(1), &json!(86_400)));
}

#[tokio::test]
async fn a_message_needs_a_ticket_a_body_and_a_type() {
    let api = edesk().await;
    assert_snapshot!(codes(&api.post("/v1/messages", json!({})).await), @"ticket_id: 4001, body: 4001, type: 4001");
    for field in ["ticket_id", "body", "type"] {
        assert_eq!(codes(&api.post("/v1/messages", without(reply(), field)).await), format!("{field}: 4001"));
    }
    let refused = async |field: &str, value: Value| codes(&api.post("/v1/messages", with(reply(), field, value)).await);
    assert_eq!(refused("ticket_id", json!(1)).await, "ticket_id: 4002");
    assert_eq!(refused("ticket_id", json!({})).await, "ticket_id: 4005");
    assert_eq!(refused("body", json!(["x"])).await, "body: 4008");
    assert_eq!(refused("type", json!("AutoReply")).await, "type: 4007");
    assert_eq!(refused("direction", json!("Other")).await, "direction: 4007");
    assert_eq!(refused("send", json!("yes")).await, "send: 4009");
    assert_eq!(refused("created_at", json!("now")).await, "created_at: 4010");
    assert_eq!(refused("from_consumer_id", json!("Walter")).await, "from_consumer_id: 4005");
}

#[tokio::test]
async fn files_are_given_as_addresses_to_fetch() {
    let api = edesk().await;
    let file = |url: &str| json!([{"name": "label.pdf", "url": url}]);
    let message = data(&api.post("/v1/messages", with(reply(), "attachments", file("https://files.example/label.pdf"))).await);
    let attachment = &message["attachments"][0];
    assert_eq!((&attachment["name"], &attachment["mime"]), (&json!("label.pdf"), &json!("application/pdf")));
    assert_eq!(attachment["link"], format!("/crm/view/attachment/{}", attachment["id"]));

    let refused = async |value: Value| codes(&api.post("/v1/messages", with(reply(), "attachments", value)).await);
    assert_eq!(refused(json!("https://files.example/label.pdf")).await, "attachments: 4006");
    for malformed in [json!(["x"]), json!([{"name": "x"}]), json!([{"url": "https://files.example/x"}]), json!([{}])] {
        assert_eq!(refused(malformed.clone()).await, "attachments: 4019", "{malformed}");
    }
    for url in ["label.pdf", "ftp://files.example/x", "https://nowhere.invalid/x", "/label.pdf"] {
        assert_eq!(refused(file(url)).await, "attachments.0.url: 4011", "{url}");
    }
}

#[tokio::test]
async fn a_ticket_takes_only_so_many_messages() {
    let api = edesk().await;
    api.control("settings", json!({"max_messages_per_ticket": 2})).await;
    assert_eq!(api.post("/v1/messages", reply()).await.status, 200);
    assert_eq!(codes(&api.post("/v1/messages", reply()).await), "ticket_id: 4022");
}

#[tokio::test]
async fn the_same_message_twice_is_two_messages() {
    let api = edesk().await;
    let reply = with(reply(), "full_response", json!(false));
    assert_snapshot!(api.post("/v1/messages", reply.clone()).await.line(), @r#"200 {"data":{"id":502}}"#);
    assert_snapshot!(api.post("/v1/messages", reply).await.line(), @r#"200 {"data":{"id":503}}"#);
}

#[tokio::test]
async fn a_message_can_be_corrected_or_made_a_note_but_not_the_reverse() {
    let api = edesk().await;
    let id = data(&api.post("/v1/messages", reply()).await)["id"].clone();
    let path = format!("/v1/messages/{id}");
    let message = data(&api.put(&path, json!({"subject": "Vase", "body": "We are very sorry."})).await);
    assert_eq!(
        (&message["subject"], &message["body"], &message["type"]),
        (&json!("Vase"), &json!("We are very sorry."), &json!("Message"))
    );
    let message = data(&api.put(&path, json!({"type": "Note", "body": null})).await);
    assert_eq!(
        (&message["type"], &message["direction"], &message["body"]),
        (&json!("Note"), &json!("Other"), &json!("We are very sorry."))
    );
    assert_eq!(codes(&api.put(&path, json!({"type": "Message", "subject": 1})).await), "subject: 4008, type: 4007");
}

#[tokio::test]
async fn a_deleted_message_leaves_its_ticket() {
    let api = edesk().await;
    assert_snapshot!(api.delete("/v1/messages/9402").await.line(), @r#"200 {"data":{"ok":true,"message":"Message deleted"}}"#);
    assert_snapshot!(api.get("/v1/messages/9402").await.line(), @r#"404 {"error":{"httpCode":404,"message":"Not found","details":"Object not found"}}"#);
    assert_eq!(data(&api.get("/v1/tickets/1409923").await)["messages_ids"], json!([9_401]));
}
