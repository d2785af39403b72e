//! Sales orders: what a new one needs, what an update may change.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{codes, data, edesk, ids, order, with, without};

#[tokio::test]
async fn an_order_shows_every_documented_field() {
    let api = edesk().await;
    let order = data(&api.get("/v1/sales-orders/509211").await);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_snapshot!(keys(&order), @"id channel_id seller_order_id status order_items shipping_amount total_amount ship_to bill_to contact_id tracking_codes created_at last_updated_at ticket_id order_notes_id sales_order_delivery_dates order_created_at order_shipped_at delivery_type custom_fields");
    assert_snapshot!(keys(&order["order_items"][0]), @"id product quantity end_price");
    assert_snapshot!(keys(&order["order_items"][0]["product"]), @"id sku title brand dimensions weight product_image_url marketplace_link price currency");
    assert_snapshot!(keys(&order["ship_to"]), @"name line_1 line_2 city state county country postcode country_name");
    // Two sets of mugs, one of candles, and shipping.
    assert_eq!(order["total_amount"], 2.0 * 34.50 + 26.00 + 5.95);
    assert_eq!(order["ticket_id"], 1_409_923);
}

#[tokio::test]
async fn a_new_order_is_answered_whole() {
    let api = edesk().await;
    let body = with(
        order(),
        "tracking_codes",
        json!([{"tracking_code": "42", "tracking_carrier_name": "UPS", "tracking_carrier_link": "https://ups.example/?n=(tracking_code)"}]),
    );
    let body = with(body, "custom_fields", json!([{"name": "Warehouse", "value": "Denver"}]));
    let body = with(body, "sales_order_delivery_dates", json!({"expected_delivery_from": "2026-06-09"}));
    let order = data(&api.post("/v1/sales-orders", body).await);
    assert_eq!((&order["id"], &order["contact_id"]), (&json!(600_031), &json!(9_101)));
    assert_eq!((&order["shipping_amount"], &order["total_amount"]), (&json!(5.5), &json!(26.0)));
    assert_eq!((&order["order_items"][0]["end_price"], &order["order_items"][0]["product"]["currency"]), (&json!(20.5), &json!("USD")));
    assert_eq!(order["ship_to"]["country_name"], "United States");
    assert_eq!(
        order["tracking_codes"],
        json!([{"tracking_code": "42", "tracking_link": "https://ups.example/?n=42", "tracking_carrier_name": "UPS"}])
    );
    assert_eq!(order["sales_order_delivery_dates"], json!({"expected_delivery_from": "2026-06-09 00:00:00", "expected_delivery_to": null}));
    assert_eq!(data(&api.get("/v1/sales-orders/600031").await), order);
}

#[tokio::test]
async fn a_new_order_names_everything_it_lacks() {
    let api = edesk().await;
    assert_snapshot!(codes(&api.post("/v1/sales-orders", json!({})).await), @"channel_id: 4001, seller_order_id: 4001, currency: 4001, status: 4001, shipping_amount: 4001, order_items: 4001, ship_to: 4001, contact_id: 4001");
    for field in ["channel_id", "seller_order_id", "currency", "status", "shipping_amount", "order_items", "ship_to"] {
        assert_eq!(codes(&api.post("/v1/sales-orders", without(order(), field)).await), format!("{field}: 4001"));
    }
    assert_eq!(codes(&api.post("/v1/sales-orders", without(order(), "contact")).await), "contact_id: 4001");
    for field in ["sku", "title", "quantity", "item_amount", "shipping_amount"] {
        let mut body = order();
        body["order_items"][0] = without(body["order_items"][0].clone(), field);
        assert_eq!(codes(&api.post("/v1/sales-orders", body).await), format!("order_items.0.{field}: 4001"));
    }
    for field in ["name", "line_1", "city", "country", "postcode"] {
        let mut body = order();
        body["ship_to"] = without(body["ship_to"].clone(), field);
        assert_eq!(codes(&api.post("/v1/sales-orders", body).await), format!("ship_to.{field}: 4001"));
    }
}

#[tokio::test]
async fn values_of_a_new_order_have_kinds() {
    let api = edesk().await;
    let refused = async |field: &str, value: Value| codes(&api.post("/v1/sales-orders", with(order(), field, value)).await);
    assert_eq!(refused("channel_id", json!(45)).await, "channel_id: 4013");
    assert_eq!(refused("channel_id", json!(49)).await, "channel_id: 4004");
    assert_eq!(refused("currency", json!("dollar")).await, "currency: 4007");
    assert_eq!(refused("status", json!("shipped")).await, "status: 4007");
    assert_eq!(refused("shipping_amount", json!("free")).await, "shipping_amount: 4005");
    assert_eq!(refused("order_items", json!([])).await, "order_items: 4001");
    assert_eq!(refused("order_items", json!({"sku": "x"})).await, "order_items: 4006");
    assert_eq!(refused("contact_id", json!(9_001)).await, "contact_id: 4015");
    assert_eq!(refused("contact_id", json!(1)).await, "contact_id: 4002");
    assert_eq!(refused("contact", json!({"email": "nobody"})).await, "contact.email: 4021");
    assert_eq!(refused("delivery_type", json!("Overnight")).await, "delivery_type: 4007");
    assert_eq!(refused("order_created_at", json!("yesterday")).await, "order_created_at: 4010");
    assert_eq!(refused("tracking_codes", json!("42")).await, "tracking_codes: 4006");
    assert_eq!(
        refused("tracking_codes", json!([{}])).await,
        "tracking_codes.0.tracking_code: 4001, tracking_codes.0.tracking_carrier_name: 4001"
    );
    let parcel =
        |carrier: String, link: &str| json!([{"tracking_code": "4", "tracking_carrier_name": carrier, "tracking_carrier_link": link}]);
    assert_eq!(
        refused("tracking_codes", parcel("x".repeat(65), "https://ups.example/(tracking_code)")).await,
        "tracking_codes.0.tracking_carrier_name: 4020"
    );
    assert_eq!(
        refused("tracking_codes", parcel("UPS".to_owned(), "https://ups.example/4")).await,
        "tracking_codes.0.tracking_carrier_link: 4007"
    );
    assert_eq!(
        refused("tracking_codes", parcel("UPS".to_owned(), "ups(tracking_code)")).await,
        "tracking_codes.0.tracking_carrier_link: 4011"
    );

    let mut body = order();
    body["order_items"][0]["product_image_url"] = json!("https://shop.example/manual.pdf");
    body["order_items"][0]["weight"] = json!("heavy");
    body["ship_to"]["country"] = json!("UK");
    assert_eq!(
        codes(&api.post("/v1/sales-orders", body).await),
        "order_items.0.weight: 4005, order_items.0.product_image_url: 4012, ship_to.country: 4007"
    );
}

#[tokio::test]
async fn a_seller_order_number_is_unique_in_its_channel() {
    let api = edesk().await;
    let taken = with(order(), "seller_order_id", json!("BW-20917"));
    assert_eq!(codes(&api.post("/v1/sales-orders", taken.clone()).await), "seller_order_id: 4003");
    assert_eq!(api.post("/v1/sales-orders", with(taken, "channel_id", json!(47))).await.status, 200);
}

#[tokio::test]
async fn a_new_order_can_be_read_at_once_and_is_listed_a_second_later() {
    let api = edesk().await;
    let path = "/v1/sales-orders?filter_seller_order_id_equals=BW-77001";
    assert_eq!(api.post("/v1/sales-orders", order()).await.status, 200);
    assert_eq!(api.get("/v1/sales-orders/600031").await.status, 200);
    assert_eq!(ids(&api.get(path).await), Vec::<u64>::new());
    api.advance(1).await;
    assert_eq!(ids(&api.get(path).await), [600_031]);

    api.control("settings", json!({"search_lag_seconds": 0})).await;
    let body = with(order(), "seller_order_id", json!("BW-77002"));
    assert_eq!(api.post("/v1/sales-orders", body).await.status, 200);
    assert_eq!(ids(&api.get("/v1/sales-orders?filter_seller_order_id_equals=BW-77002").await), [600_032]);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_items_by_their_ids() {
    let api = edesk().await;
    let before = data(&api.get("/v1/sales-orders/509211").await);
    let mugs = before["order_items"][0]["id"].clone();
    let items = json!([{"id": mugs, "sku": "MUG-STW-04", "title": "Mugs", "quantity": 1, "item_amount": 30, "shipping_amount": 0}]);
    let body = json!({"status": "Delivered", "order_items": items, "seller_order_id": "ignored"});
    let after = data(&api.put("/v1/sales-orders/509211", body).await);
    assert_eq!((&after["status"], &after["seller_order_id"]), (&json!("Delivered"), &before["seller_order_id"]));
    assert_eq!(
        (&after["order_items"][0]["product"]["title"], &after["order_items"][0]["product"]["brand"]),
        (&json!("Mugs"), &json!("Brightwares"))
    );
    assert_eq!(after["order_items"][1], before["order_items"][1]);
    assert_eq!(after["total_amount"], 30.0 + 26.00 + 5.95);
    for field in ["ship_to", "contact_id", "tracking_codes", "order_shipped_at", "channel_id"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    let parcels = json!([{"tracking_code": "7", "tracking_carrier_name": "DHL"}]);
    let after = data(&api.put("/v1/sales-orders/509211", json!({"tracking_codes": parcels, "currency": "CAD"})).await);
    assert_eq!(after["tracking_codes"], json!([{"tracking_code": "7", "tracking_link": null, "tracking_carrier_name": "DHL"}]));
    assert_eq!(after["order_items"][1]["product"]["currency"], "CAD");
}

#[tokio::test]
async fn a_wrong_update_is_refused() {
    let api = edesk().await;
    let refused = async |body: Value| codes(&api.put("/v1/sales-orders/509211", body).await);
    assert_eq!(
        refused(json!({"order_items": [{}]})).await,
        "order_items.0.id: 4001, order_items.0.shipping_amount: 4001, order_items.0.sku: 4001, order_items.0.title: 4001, \
         order_items.0.quantity: 4001, order_items.0.item_amount: 4001"
    );
    let foreign = json!({"id": 1, "sku": "x", "title": "x", "quantity": 1, "item_amount": 1, "shipping_amount": 0});
    assert_eq!(refused(json!({"order_items": [foreign]})).await, "order_items.0.id: 4017");
    assert_eq!(refused(json!({"contact_id": 9_001})).await, "contact_id: 4015");
    assert_eq!(refused(json!({"channel_id": 46})).await, "channel_id: 4013");
    assert_eq!(refused(json!({"status": "Closed", "bill_to": {}})).await.split(", ").count(), 6);
}

#[tokio::test]
async fn a_deleted_order_leaves_its_tickets_and_takes_its_notes() {
    let api = edesk().await;
    assert_snapshot!(api.delete("/v1/sales-orders/509211").await.line(), @r#"200 {"data":{"ok":true,"message":"Sales order deleted"}}"#);
    assert_eq!(api.get("/v1/sales-orders/509211").await.status, 404);
    let ticket = data(&api.get("/v1/tickets/1409923").await);
    assert_eq!((&ticket["sales_order_id"], &ticket["sales_order"]), (&Value::Null, &Value::Null));
    assert_eq!(api.get("/v1/order-notes/2990").await.status, 404);
}
