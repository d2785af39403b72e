//! The vendor's workflows, request by request, and the mistakes its documentation warns of.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{codes, data, edesk, edesk_with_limits, ids, requests};
use crate::support::{Api, send};

async fn ticket(api: &Api, id: u64) -> Value {
    data(&api.get(&format!("/v1/tickets/{id}")).await)
}

#[tokio::test]
async fn the_oldest_question_about_shipping_is_answered_and_closed() {
    let api = edesk_with_limits().await;
    let found = api
        .get("/v1/tickets?filter_status_equals=Open&filter_type_equals=ShippingQuery&order_by=created_at&order_direction=asc&page=1&itemsPerPage=20")
        .await
        .json();
    assert_eq!(found["paginator"], json!({"currentPage": 1, "itemsPerPage": 20, "totalItemsCount": 1}));
    let first = &found["data"][0];
    for (field, value) in [
        ("id", json!(70_012)),
        ("subject", json!("Shipping update")),
        ("type", json!("ShippingQuery")),
        ("channel_id", json!(42)),
        ("status", json!("Open")),
        ("sales_order_id", json!(88_310)),
        ("time_left_to_reply", json!(5_400)),
        ("contact_id", json!(9_001)),
        ("messages_ids", json!([501])),
        ("tags_ids", json!([])),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    // Of all open tickets whose subject speaks of shipping, it is the oldest.
    let open = api.get("/v1/tickets?filter_status_equals=Open&order_by=created_at&itemsPerPage=100").await.json();
    let oldest = open["data"].as_array().unwrap().iter().find(|ticket| ticket["subject"].as_str().unwrap().contains("hipping"));
    assert_eq!(oldest.unwrap()["id"], 70_012);

    let order = data(&api.get("/v1/sales-orders/88310").await);
    assert_eq!(order["status"], "OrderShipped");
    let link = "https://www.fedex.com/fedextrack/?trknbr=123456789";
    assert_eq!(order["tracking_codes"], json!([{"tracking_code": "123456789", "tracking_link": link, "tracking_carrier_name": "FedEx"}]));
    let links = data(&api.get("/v1/sales-orders-tracking-links/88310").await);
    assert_eq!(links, json!({"tracking_links": [{"tracking_link": link, "tracking_carrier_name": "FedEx"}]}));

    let text = "Hi there, your order has shipped via FedEx. Tracking: 123456789";
    let body = json!({"ticket_id": 70_012, "type": "Message", "direction": "Outgoing", "send": true, "body": text});
    let message = data(&api.post("/v1/messages", body).await);
    assert_eq!((&message["id"], &message["type"], &message["direction"]), (&json!(502), &json!("Message"), &json!("Outgoing")));
    assert_eq!((&message["ticket_id"], &message["body"], &message["errors"]), (&json!(70_012), &json!(text), &json!([])));

    let closed = data(&api.put("/v1/tickets/70012/data", json!({"status": "Closed"})).await);
    assert_eq!((&closed["id"], &closed["status"], &closed["messages_ids"]), (&json!(70_012), &json!("Closed"), &json!([501, 502])));
    // The documented way to the same end.
    api.put("/v1/tickets/70012", json!({"status": "Open"})).await;
    let closed = data(&api.put("/v1/tickets/70012", json!({"status": "Closed"})).await);
    assert_eq!(closed["status"], "Closed");
    assert_eq!(ids(&api.get("/v1/tickets?filter_status_equals=Open&filter_type_equals=ShippingQuery").await), Vec::<u64>::new());

    let emails = api.state().await["emails"].clone();
    assert_eq!(
        emails,
        json!([{"message_id": 502, "ticket_id": 70_012, "to": "imogen.clarke@mail.example", "subject": "Shipping update", "body": text}])
    );
}

#[tokio::test]
async fn damaged_goods_are_escalated_with_a_note_and_a_tag() {
    let api = edesk_with_limits().await;
    let complaint = ticket(&api, 99_421).await;
    assert_eq!(complaint["subject"], "Vase arrived shattered");
    assert_eq!((&complaint["sales_order_id"], &complaint["messages_ids"]), (&json!(11_092), &json!([8_801])));
    assert_eq!(complaint["sales_order"]["id"], 11_092);
    let message = data(&api.get("/v1/messages/8801").await);
    assert_eq!((&message["direction"], &message["ticket_id"]), (&json!("Incoming"), &json!(99_421)));
    assert!(message["body"].as_str().unwrap().contains("in pieces"));

    let text = "I am so sorry about the damage. I have escalated this to our warehouse team for an immediate replacement.";
    let body = json!({"ticket_id": 99_421, "type": "Message", "direction": "Outgoing", "send": true, "body": text});
    assert_eq!(api.post("/v1/messages", body).await.status, 200);

    assert_eq!(data(&api.get("/v1/sales-orders/11092").await)["order_notes_id"], Value::Null);
    let text = "URGENT: Customer received shattered vase. Please check QA on this inventory batch.";
    let note = data(&api.post("/v1/order-notes", json!({"sales_order_id": 11_092, "text": text})).await);
    let at = note["created_at"].clone();
    assert_eq!(
        note,
        json!({"id": 3_001, "sales_order_id": 11_092,
               "user": {"id": 11, "name": "Nora Castell", "email": "nora.castell@brightwares.example", "active": true,
                        "username": "nora.castell", "role": "admin"},
               "text": text, "attachments": [], "created_at": at, "last_updated_at": at})
    );
    assert_eq!(data(&api.get("/v1/sales-orders/11092").await)["order_notes_id"], json!([3_001]));

    let tags = data(&api.get("/v1/tags?page=1&itemsPerPage=100").await);
    let tag = tags.as_array().unwrap().iter().find(|tag| tag["name"] == "Damaged Goods").unwrap();
    assert_eq!(tag["id"], 644);
    let tagged = data(&api.put("/v1/tickets/99421", json!({"tag_ids": [660, 644]})).await);
    assert_eq!(tagged["tags_ids"], json!([644, 660]));

    // What the vendor's users try instead.
    api.put("/v1/tickets/99421", json!({"tag_ids": [660]})).await;
    let tag = data(&api.put("/v1/tags/644", json!({"ticket_id": 99_421})).await);
    assert_eq!((&tag["id"], &tag["name"]), (&json!(644), &json!("Damaged Goods")));
    assert_eq!(ticket(&api, 99_421).await["tags_ids"], json!([644, 660]));
    assert_eq!(api.state().await["emails"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_ten_most_urgent_tickets_are_found_by_walking_the_pages() {
    let api = edesk_with_limits().await;
    let (mut open, mut page) = (Vec::new(), 1);
    loop {
        let list = api.get(&format!("/v1/tickets?filter_status_equals=Open&itemsPerPage=20&page={page}")).await.json();
        open.extend(list["data"].as_array().unwrap().clone());
        if page * 20 >= list["paginator"]["totalItemsCount"].as_u64().unwrap() {
            break;
        }
        page += 1;
    }
    assert_eq!((page, open.len()), (2, 35));
    let left = |ticket: &Value| ticket["time_left_to_reply"].as_i64();
    assert!(open.iter().any(|ticket| ticket["time_left_to_reply"] == false));
    assert!(open.iter().any(|ticket| left(ticket).is_some_and(|left| left < 0)));
    let mut urgent: Vec<&Value> = open.iter().filter(|ticket| left(ticket).is_some_and(|left| (0..7_200).contains(&left))).collect();
    urgent.sort_by_key(|ticket| left(ticket));
    assert_eq!(urgent.len(), 13);
    assert_eq!(urgent[9]["id"], 70_012);
    assert!(urgent[..10].iter().filter(|ticket| ticket["sales_order_id"].is_u64()).count() >= 8);
    // A clock that runs.
    api.advance(400).await;
    assert_eq!(ticket(&api, 70_012).await["time_left_to_reply"], 5_000);
}

#[tokio::test]
async fn what_an_agent_is_asked_of_one_ticket_and_its_order() {
    let api = edesk_with_limits().await;
    let details = ticket(&api, 1_409_923).await;
    assert_eq!(details["sales_order_id"], 509_211);
    assert_eq!(details["custom_fields"][0], json!({"id": 1, "name": "Warehouse", "value": "Denver"}));
    let first = details["messages_ids"][0].as_u64().unwrap();
    assert!(data(&api.get(&format!("/v1/messages/{first}")).await)["body"].as_str().unwrap().contains("five days ago"));

    let order = data(&api.get("/v1/sales-orders/509211").await);
    assert_eq!(order["status"], "OrderShipped");
    assert_eq!(order["tracking_codes"][0]["tracking_code"], "1Z9999999999999999");
    assert_eq!(order["order_items"].as_array().unwrap().len(), 2);

    let body = json!({"ticket_id": 1_409_923, "type": "Message", "direction": "Outgoing", "send": true,
                      "body": "Your order shipped this morning: 1Z9999999999999999"});
    assert_eq!(api.post("/v1/messages", body).await.status, 200);

    let wrong = api.put("/v1/tickets/1409923/data", json!({"status": "Resolved", "owner_user_id": 42})).await;
    assert_snapshot!(wrong.line(), @r#"400 {"error":{"httpCode":400,"message":"Validation failed","details":{"status":{"errorCode":4007}}}}"#);
    assert_eq!(ticket(&api, 1_409_923).await["owner_user_id"], 12);
    let right = data(&api.put("/v1/tickets/1409923/data", json!({"status": "Closed", "owner_user_id": 42})).await);
    assert_eq!((&right["status"], &right["owner_user_id"]), (&json!("Closed"), &json!(42)));

    let templates = data(&api.get("/v1/templates?itemsPerPage=100").await);
    let delay = templates.as_array().unwrap().iter().find(|template| template["name"] == "International Shipping Delay").unwrap();
    assert!(delay["body_text"].as_str().unwrap().contains("customs"));
    assert_eq!(delay["ai_classification"]["classification"], "WhereOrder");

    let text = "Customer reported a damaged package and requested a replacement.";
    assert_eq!(api.post("/v1/order-notes", json!({"sales_order_id": 509_211, "text": text})).await.status, 200);
    assert_eq!(data(&api.get("/v1/sales-orders/509211").await)["order_notes_id"], json!([2_990, 3_001]));
    // The note is no message.
    assert_eq!(ticket(&api, 1_409_923).await["messages_ids"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_mistakes_its_documentation_warns_of_are_refused() {
    let api = edesk_with_limits().await;
    let email = api.post("/v1/messages", json!({"ticket_id": 1_409_923, "type": "Email", "body": "x"})).await;
    assert_snapshot!(codes(&email), @"type: 4007");
    let loose = api.post("/v1/messages", json!({"type": "Note", "body": "x"})).await;
    assert_snapshot!(codes(&loose), @"ticket_id: 4001");
    let nowhere = api.post("/v1/order-notes", json!({"sales_order_id": 1, "text": "x"})).await;
    assert_snapshot!(codes(&nowhere), @"sales_order_id: 4002");
    let unchanged = api.put("/v1/tags/644", json!({"name": "Damaged Goods"})).await;
    assert_snapshot!(codes(&unchanged), @"name: 4003");
    let stranger = send(api.request("GET", "/v1/whoami").bearer_auth("nobody")).await;
    assert_snapshot!(stranger.line(), @r#"403 {"error":{"httpCode":403,"message":"You are not authorized to access this","details":"Invalid token."}}"#);

    assert_snapshot!(api.delete("/v1/tickets/99421").await.line(), @r#"200 {"data":{"ok":true,"message":"Ticket deleted"}}"#);
    assert_eq!(ticket(&api, 99_421).await["status"], "Archived");
}

#[tokio::test]
async fn the_journal_names_the_requests_of_a_workflow_in_order() {
    let api = edesk().await;
    api.get("/v1/tickets?filter_status_equals=Open&page=1&itemsPerPage=20").await;
    api.put("/v1/tickets/70012", json!({"status": "Closed"})).await;
    assert_snapshot!(requests(&api).await.join("\n"), @r"
    GET /v1/tickets?filter_status_equals=Open&page=1&itemsPerPage=20
    PUT /v1/tickets/70012
    ");
}
