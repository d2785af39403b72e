//! An eDesk with a client that has its token.

use sandbox::Vendor;
use serde_json::{Value, json};

use crate::support::{Answer, Api};

/// Requests are not limited here, so that a test may be as quick as it likes.
pub(crate) async fn edesk() -> Api {
    let api = edesk_with_limits().await;
    api.control("settings", json!({"bucket_capacity": 0})).await;
    api
}

pub(crate) async fn edesk_with_limits() -> Api {
    Api::of(Vendor::EDesk, "token").await
}

/// What is under `data` of an answer, which must be a 200.
pub(crate) fn data(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["data"].clone()
}

/// `field: code` of every refused field, in their order, of an answer which must be a 400 of the documented shape.
pub(crate) fn codes(answer: &Answer) -> String {
    assert_eq!(answer.status, 400, "{}", answer.text);
    let error = answer.json()["error"].clone();
    assert_eq!((&error["httpCode"], &error["message"]), (&json!(400), &json!("Validation failed")));
    let details = error["details"].as_object().unwrap();
    details.iter().map(|(field, detail)| format!("{field}: {}", detail["errorCode"])).collect::<Vec<_>>().join(", ")
}

/// The ids of a list under `data`.
pub(crate) fn ids(answer: &Answer) -> Vec<u64> {
    data(answer).as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()).collect()
}

/// Status and request line of everything the vendor received, oldest first.
pub(crate) async fn requests(api: &Api) -> Vec<String> {
    let journal = api.journal().await;
    let line = |entry: &Value| {
        let text = |key: &str| entry[key].as_str().unwrap().to_owned();
        let query = if text("query").is_empty() { String::new() } else { format!("?{}", text("query")) };
        format!("{} {}{query}", text("method"), text("path"))
    };
    journal.as_array().unwrap().iter().map(line).collect()
}

/// A customer's new order in channel 43.
pub(crate) fn order() -> Value {
    json!({
        "channel_id": 43, "seller_order_id": "BW-77001", "currency": "USD", "status": "PaymentAccepted", "shipping_amount": 5.5,
        "contact": {"email": "ada@mail.example", "full_name": "Ada Stone", "phone_number": "+12125550100"},
        "ship_to": {"name": "Ada Stone", "line_1": "1 Elm Street", "city": "Boston", "country": "US", "postcode": "02108"},
        "order_items": [{"sku": "MUG-1", "title": "Mug", "quantity": 2, "item_amount": 10.25, "shipping_amount": 5.5}],
    })
}

pub(crate) fn template() -> Value {
    json!({"name": "Apology", "body_text": "We are sorry.", "template_usage": "Manual", "template_type": ["Consumer"], "active": true})
}

/// The object with one field changed.
pub(crate) fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

/// The object without one field.
pub(crate) fn without(mut body: Value, field: &str) -> Value {
    body.as_object_mut().unwrap().shift_remove(field);
    body
}
