//! Tickets: what creates, changes and archives them.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{codes, data, edesk, ids, with, without};

fn new_ticket() -> Value {
    json!({"subject": "Where is it?", "channel_id": 42, "status": "Open"})
}

#[tokio::test]
async fn a_ticket_shows_every_documented_field() {
    let api = edesk().await;
    let ticket = data(&api.get("/v1/tickets/99421").await);
    let keys: Vec<&str> = ticket.as_object().unwrap().keys().map(String::as_str).collect();
    assert_snapshot!(keys.join(" "), @"id subject type channel_id status sales_order_id sales_order external_order_id created_at last_updated_at owner_user_id custom_fields time_left_to_reply tags_ids contact_id messages_ids uri replies ai_classification");
    let created_at = ticket["created_at"].as_str().unwrap();
    assert_eq!((created_at.len(), &created_at[10..11]), ("2026-06-05 09:12:44".len(), " "));
}

#[tokio::test]
async fn a_new_ticket_is_answered_whole_and_with_200() {
    let api = edesk().await;
    let body = json!({"subject": "Where is it?", "channel_id": 42, "status": "Pending", "sales_order_id": 88_310, "contact_id": 9_001,
                      "created_at": "2026-06-05 09:12:44", "custom_fields": [{"name": "Refund amount", "value": "12.50"}]});
    let ticket = data(&api.post("/v1/tickets", body).await);
    let id = ticket["id"].as_u64().unwrap();
    assert_eq!(id, 1_500_041);
    assert_eq!((&ticket["created_at"], &ticket["last_updated_at"]), (&json!("2026-06-05 09:12:44"), &Value::Null));
    assert_eq!(ticket["custom_fields"], json!([{"id": 2, "name": "Refund amount", "value": "12.50"}]));
    assert_eq!((&ticket["messages_ids"], &ticket["time_left_to_reply"]), (&json!([]), &json!(false)));
    assert_eq!(ticket["sales_order"]["ticket_id"], id);
    assert_eq!(data(&api.get(&format!("/v1/tickets/{id}")).await), ticket);
}

#[tokio::test]
async fn a_new_ticket_needs_three_fields_and_hears_of_all_at_once() {
    let api = edesk().await;
    assert_snapshot!(codes(&api.post("/v1/tickets", json!({})).await), @"subject: 4001, channel_id: 4001, status: 4001");
    for field in ["subject", "channel_id", "status"] {
        let expected = format!("{field}: 4001");
        assert_eq!(codes(&api.post("/v1/tickets", without(new_ticket(), field)).await), expected);
        assert_eq!(codes(&api.post("/v1/tickets", with(new_ticket(), field, Value::Null)).await), expected);
    }
    assert_eq!(codes(&api.post("/v1/tickets", with(new_ticket(), "subject", json!("  "))).await), "subject: 4001");
}

#[tokio::test]
async fn what_a_new_ticket_refers_to_must_exist_and_fit() {
    let api = edesk().await;
    let refused = async |field: &str, value: Value| codes(&api.post("/v1/tickets", with(new_ticket(), field, value)).await);
    assert_eq!(refused("channel_id", json!(1)).await, "channel_id: 4002");
    assert_eq!(refused("channel_id", json!(-42)).await, "channel_id: 4002");
    assert_eq!(refused("channel_id", json!(49)).await, "channel_id: 4004");
    assert_eq!(refused("channel_id", json!("forty")).await, "channel_id: 4005");
    assert_eq!(refused("channel_id", json!(42.5)).await, "channel_id: 4005");
    assert_eq!(refused("sales_order_id", json!(1)).await, "sales_order_id: 4002");
    assert_eq!(refused("sales_order_id", json!(11_092)).await, "sales_order_id: 4014");
    assert_eq!(refused("contact_id", json!(1)).await, "contact_id: 4002");
    assert_eq!(refused("contact_id", json!(9_002)).await, "contact_id: 4015");
    assert_eq!(refused("subject", json!(7)).await, "subject: 4008");
    assert_eq!(refused("status", json!("Resolved")).await, "status: 4007");
    assert_eq!(refused("status", json!("Priority")).await, "status: 4007");
    assert_eq!(refused("created_at", json!("2026-06-05T09:12:44Z")).await, "created_at: 4010");
    assert_eq!(refused("created_at", json!(1_718_000_000)).await, "created_at: 4010");
    assert_eq!(refused("full_response", json!("no")).await, "full_response: 4009");
    assert_eq!(refused("contact", json!({})).await, "contact.email: 4001");
    assert_eq!(refused("contact", json!({"email": "ada", "full_name": 3})).await, "contact.email: 4021, contact.full_name: 4008");
}

#[tokio::test]
async fn custom_fields_are_known_by_name_and_have_types() {
    let api = edesk().await;
    let refused = async |fields: Value| codes(&api.put("/v1/tickets/70012", json!({"custom_fields": fields})).await);
    assert_eq!(refused(json!("Warehouse")).await, "custom_fields: 4006");
    assert_eq!(refused(json!([{"value": "x"}])).await, "custom_fields.0.name: 4001");
    assert_eq!(refused(json!([{"name": "Warehouse"}])).await, "custom_fields.0.value: 4001");
    assert_eq!(refused(json!([{"name": "Warhouse", "value": "x"}])).await, "custom_fields: 4002");
    for (name, value) in [
        ("Refund amount", json!("plenty")),
        ("Refund amount", json!(12.5)),
        ("Promised by", json!("soon")),
        ("Priority customer", json!("Maybe")),
        ("Warehouse", json!(["Denver"])),
    ] {
        assert_eq!(refused(json!([{"name": name, "value": value}])).await, "custom_fields: 4018", "{name} {value}");
    }
    let fields = json!([{"name": "Promised by", "value": "2026-06-09"}, {"name": "Priority customer", "value": "No"}]);
    let ticket = data(&api.put("/v1/tickets/1409923", json!({"custom_fields": fields})).await);
    assert_eq!(
        ticket["custom_fields"],
        json!([{"id": 1, "name": "Warehouse", "value": "Denver"}, {"id": 3, "name": "Promised by", "value": "2026-06-09"},
               {"id": 4, "name": "Priority customer", "value": "No"}])
    );
}

#[tokio::test]
async fn a_reduced_answer_has_only_the_id() {
    let api = edesk().await;
    let answer = api.post("/v1/tickets", with(new_ticket(), "full_response", json!(false))).await;
    assert_snapshot!(answer.line(), @r#"200 {"data":{"id":1500041}}"#);
    assert_eq!(data(&api.post("/v1/tickets", with(new_ticket(), "full_response", Value::Null)).await)["subject"], "Where is it?");
}

#[tokio::test]
async fn a_described_contact_is_found_by_its_address_or_made() {
    let api = edesk().await;
    let contact = |email: &str| with(new_ticket(), "contact", json!({"email": email, "full_name": "Ada Stone"}));
    let known = data(&api.post("/v1/tickets", contact("Imogen.Clarke@mail.example")).await);
    assert_eq!(known["contact_id"], 9_001);
    let new = data(&api.post("/v1/tickets", contact("ada@mail.example")).await);
    assert_eq!(new["contact_id"], 9_101);
    assert_eq!(ids(&api.get("/v1/contacts?name=Ada").await), [9_101]);
    // A contact belongs to one channel.
    let elsewhere = with(contact("imogen.clarke@mail.example"), "channel_id", json!(43));
    assert_eq!(data(&api.post("/v1/tickets", elsewhere).await)["contact_id"], 9_102);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_tags_replace_the_whole_set() {
    let api = edesk().await;
    let before = data(&api.get("/v1/tickets/99421").await);
    let body = json!({"subject": "Vase", "status": "Pending", "owner_user_id": 42, "tag_ids": [644, 645, 644]});
    let after = data(&api.put("/v1/tickets/99421", body).await);
    assert_eq!((&after["subject"], &after["status"], &after["owner_user_id"]), (&json!("Vase"), &json!("Pending"), &json!(42)));
    assert_eq!(after["tags_ids"], json!([644, 645]));
    for field in ["channel_id", "sales_order_id", "contact_id", "custom_fields", "messages_ids", "last_updated_at"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    // The name that is shown is not the one that is written.
    let after = data(&api.put("/v1/tickets/99421", json!({"tags_ids": []})).await);
    assert_eq!(after["tags_ids"], json!([644, 645]));
    assert_eq!(data(&api.put("/v1/tickets/99421", json!({"tag_ids": []})).await)["tags_ids"], json!([]));
}

#[tokio::test]
async fn a_wrong_update_changes_nothing_and_names_every_field() {
    let api = edesk().await;
    let before = data(&api.get("/v1/tickets/99421").await);
    let body = json!({"subject": "Vase", "status": "Resolved", "owner_user_id": 1, "tag_ids": [644, 1], "sales_order_id": 88_310,
                      "contact_id": 9_001});
    let refused = api.put("/v1/tickets/99421", body).await;
    assert_snapshot!(codes(&refused), @"status: 4007, tag_ids: 4002, owner_user_id: 4002, sales_order_id: 4014, contact_id: 4015");
    assert_eq!(codes(&api.put("/v1/tickets/99421", json!({"tag_ids": 644})).await), "tag_ids: 4006");
    assert_eq!(codes(&api.put("/v1/tickets/99421", json!({"tag_ids": ["Damaged Goods"]})).await), "tag_ids: 4005");
    assert_eq!(data(&api.get("/v1/tickets/99421").await), before);
}

#[tokio::test]
async fn an_order_is_linked_to_a_ticket_of_its_channel() {
    let api = edesk().await;
    let ticket = data(&api.put("/v1/tickets/70012", json!({"channel_id": 43, "sales_order_id": 11_092, "contact_id": 9_002})).await);
    assert_eq!((&ticket["channel_id"], &ticket["sales_order"]["id"]), (&json!(43), &json!(11_092)));
    assert_eq!(data(&api.get("/v1/sales-orders/11092").await)["ticket_id"], 70_012);
}

#[tokio::test]
async fn a_ticket_does_not_move_to_a_channel_that_its_order_is_not_of() {
    let api = edesk().await;
    for path in ["/v1/tickets/70012", "/v1/tickets/70012/data"] {
        assert_eq!(codes(&api.put(path, json!({"channel_id": 43})).await), "channel_id: 4014", "{path}");
        assert_eq!(data(&api.put(path, json!({"channel_id": 42})).await)["channel_id"], 42, "{path}");
    }
}

#[tokio::test]
async fn read_and_priority_are_commands_and_never_a_status() {
    let api = edesk().await;
    for (command, opposite) in [("Read", "Unread"), ("Priority", "Unpriority")] {
        let found = async |status: &str| ids(&api.get(&format!("/v1/tickets?itemsPerPage=100&filter_status_equals={status}")).await);
        assert_eq!(found(command).await, Vec::<u64>::new());
        let ticket = data(&api.put("/v1/tickets/70012", json!({"status": command})).await);
        assert_eq!(ticket["status"], "Open");
        assert_eq!(found(command).await, [70_012]);
        assert_eq!(found(opposite).await.len(), 42);
        api.put("/v1/tickets/70012/data", json!({"status": opposite})).await;
        assert_eq!(found(command).await, Vec::<u64>::new());
    }
}

#[tokio::test]
async fn ticket_data_takes_status_owner_and_channel_unless_strict() {
    let api = edesk().await;
    let body = json!({"status": "Closed", "owner_user_id": 42, "channel_id": 43, "subject": "ignored",
                      "custom_fields": [{"name": "Resolution", "value": "Replaced"}]});
    let id = data(&api.post("/v1/tickets", new_ticket()).await)["id"].clone();
    let ticket = data(&api.put(&format!("/v1/tickets/{id}/data"), body.clone()).await);
    assert_eq!(
        (&ticket["status"], &ticket["owner_user_id"], &ticket["channel_id"], &ticket["subject"]),
        (&json!("Closed"), &json!(42), &json!(43), &json!("Where is it?"))
    );
    assert_eq!(ticket["custom_fields"][0]["value"], "Replaced");
    assert_eq!(
        codes(&api.put("/v1/tickets/70012/data", json!({"owner_user_id": 1, "channel_id": 1, "status": "x"})).await),
        "status: 4007, owner_user_id: 4002, channel_id: 4002"
    );

    api.control("reset", json!({})).await;
    api.control("settings", json!({"strict_ticket_data": true})).await;
    let ticket = data(&api.put("/v1/tickets/70012/data", body).await);
    assert_eq!((&ticket["status"], &ticket["owner_user_id"], &ticket["channel_id"]), (&json!("Open"), &Value::Null, &json!(42)));
    assert_eq!(ticket["custom_fields"][0]["value"], "Replaced");
    assert_eq!(api.put("/v1/tickets/70012/data", json!({"status": "Resolved"})).await.status, 200);
}

#[tokio::test]
async fn a_deleted_ticket_is_archived() {
    let api = edesk().await;
    assert_snapshot!(api.delete("/v1/tickets/99421").await.line(), @r#"200 {"data":{"ok":true,"message":"Ticket deleted"}}"#);
    assert_eq!(data(&api.get("/v1/tickets/99421").await)["status"], "Archived");
    assert!(ids(&api.get("/v1/tickets?filter_status_equals=Archived").await).contains(&99_421));
    assert_eq!(api.delete("/v1/tickets/99421").await.status, 200);
}
