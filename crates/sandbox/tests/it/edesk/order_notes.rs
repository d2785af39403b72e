//! Notes on orders, and the two ways to upload a file to one, of which one works.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{codes, data, edesk, ids};
use crate::support::{Answer, Api, send};

const FILES: &str = "/v1/order-notes/2990/attachments";

/// A multipart body of `(headers after the field's name, content)` with the fields' names.
async fn upload(api: &Api, parts: &[(&str, &str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, more, content) in parts {
        body.push_str(&format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{content}\r\n"));
    }
    body.push_str("--edge--\r\n");
    send(api.request("POST", FILES).bearer_auth(&api.token).header("content-type", "multipart/form-data; boundary=edge").body(body)).await
}

#[tokio::test]
async fn a_note_is_changed_moved_and_deleted() {
    let api = edesk().await;
    let notes = async |order: u64| data(&api.get(&format!("/v1/sales-orders/{order}")).await)["order_notes_id"].clone();
    api.advance(60).await;
    let note = data(&api.put("/v1/order-notes/2990", json!({"text": "Gift: no invoice."})).await);
    assert_eq!((&note["text"], &note["sales_order_id"]), (&json!("Gift: no invoice."), &json!(509_211)));
    assert_ne!(note["created_at"], note["last_updated_at"]);
    assert_eq!(note["user"]["id"], 14);

    data(&api.put("/v1/order-notes/2990", json!({"text": "Moved.", "sales_order_id": 88_310})).await);
    assert_eq!((notes(509_211).await, notes(88_310).await), (Value::Null, json!([2_990])));

    assert_snapshot!(api.delete("/v1/order-notes/2990").await.line(), @r#"200 {"data":{"ok":true,"message":"Order note deleted"}}"#);
    assert_eq!((notes(88_310).await, ids(&api.get("/v1/order-notes").await)), (Value::Null, vec![]));
}

#[tokio::test]
async fn a_note_needs_an_order_and_a_text() {
    let api = edesk().await;
    assert_snapshot!(codes(&api.post("/v1/order-notes", json!({})).await), @"sales_order_id: 4001, text: 4001");
    assert_snapshot!(codes(&api.post("/v1/order-notes", json!({"text": "x"})).await), @"sales_order_id: 4001");
    assert_snapshot!(codes(&api.post("/v1/order-notes", json!({"sales_order_id": 88_310})).await), @"text: 4001");
    assert_snapshot!(codes(&api.put("/v1/order-notes/2990", json!({"sales_order_id": 1})).await), @"text: 4001, sales_order_id: 4002");
}

#[tokio::test]
async fn uploaded_parts_appear_with_the_type_of_the_batch() {
    let api = edesk().await;
    let parts = [
        ("attachmentType", "", "Invoice"),
        ("attachments[]", "; filename=\"invoice.pdf\"\r\nContent-Type: application/pdf", "%PDF"),
        ("attachments[]", "; filename=\"crack.jpg\"", "\u{fffd}\r\n--"),
    ];
    let note = data(&upload(&api, &parts).await);
    let files: Vec<Value> = note["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| json!([file["name"], file["mime"], file["attachmentType"], file["link"].is_string()]))
        .collect();
    assert_eq!(files, [json!(["invoice.pdf", "application/pdf", "Invoice", true]), json!(["crack.jpg", "image/jpeg", "Invoice", true])]);
    assert_eq!(data(&api.get("/v1/order-notes/2990").await), note);
    let note = data(&upload(&api, &[("attachments[]", "; filename=\"a\"", "")]).await);
    assert_eq!(note["attachments"][2]["attachmentType"], "Other");
}

#[tokio::test]
async fn wrong_uploads_are_refused() {
    let api = edesk().await;
    let file = ("attachments[]", "; filename=\"a.txt\"", "x");
    assert_eq!(codes(&upload(&api, &[]).await), "attachments: 4001");
    assert_eq!(codes(&upload(&api, &[("attachments", "; filename=\"a.txt\"", "x")]).await), "attachments: 4001");
    assert_eq!(codes(&upload(&api, &[("attachments[]", "", "x")]).await), "attachments: 4019");
    assert_eq!(codes(&upload(&api, &[file, ("attachmentType", "", "Photo")]).await), "attachmentType: 4007");
    let crashed = upload(&api, &[file, ("attachmentType[]", "", "Invoice")]).await;
    assert_snapshot!(crashed.line(), @r#"500 {"error":{"httpCode":500,"message":"Internal server error","details":"Array to string conversion"}}"#);
    assert_eq!(data(&api.get("/v1/order-notes/2990").await)["attachments"], json!([]));
}

#[tokio::test]
async fn files_in_json_are_accepted_and_never_appear() {
    let api = edesk().await;
    let file = json!({"name": "a.txt", "type": "text/plain", "base64": "eA==", "attachmentType": "Other"});
    let note = data(&api.post(FILES, json!({"files": [file]})).await);
    assert_eq!((&note["id"], &note["attachments"]), (&json!(2_990), &json!([])));
    assert_eq!(data(&api.get("/v1/order-notes/2990").await)["attachments"], json!([]));
    assert_eq!(codes(&api.post(FILES, json!({})).await), "files: 4001");
    assert_eq!(codes(&api.post(FILES, json!({"files": [{"attachmentType": "Photo"}]})).await), "files.0.attachmentType: 4007");
    for crash in [json!({"files": [{"attachmentType": ["Other"]}]}), json!({"files": [{}], "attachmentType": ["Other"]})] {
        assert_eq!(api.post(FILES, crash).await.status, 500);
    }
    assert_eq!(api.post("/v1/order-notes/1/attachments", json!({})).await.status, 404);
}
