//! Tracking links: added, replaced as a set, removed all at once.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{codes, data, edesk};

const PATH: &str = "/v1/sales-orders-tracking-links/88310";
const FEDEX: &str = "https://www.fedex.com/fedextrack/?trknbr=123456789";
const DHL: &str = "https://www.dhl.com/track?tracking-id=7";

fn links(urls: &[&str]) -> Value {
    json!({"tracking_links": urls.iter().map(|url| json!({"tracking_link": url})).collect::<Vec<_>>()})
}

#[tokio::test]
async fn links_are_appended_replaced_and_cleared() {
    let api = edesk().await;
    let shown = async || -> Vec<String> {
        let links = data(&api.get(PATH).await)["tracking_links"].clone();
        links.as_array().unwrap().iter().map(|link| link["tracking_link"].as_str().unwrap().to_owned()).collect()
    };
    let order = data(&api.post(PATH, links(&[DHL])).await);
    // The whole order is answered.
    assert_eq!((&order["id"], &order["seller_order_id"]), (&json!(88_310), &json!("203-5518842-7731905")));
    assert_eq!(order["tracking_codes"][1], json!({"tracking_code": null, "tracking_link": DHL, "tracking_carrier_name": null}));
    assert_eq!(shown().await, [FEDEX, DHL]);

    let order = data(&api.put(PATH, links(&[DHL, "https://gls.example/8"])).await);
    assert_eq!(shown().await, [DHL, "https://gls.example/8"]);
    // The parcel is still known by its code.
    assert_eq!(
        (&order["tracking_codes"][0]["tracking_code"], &order["tracking_codes"][0]["tracking_link"]),
        (&json!("123456789"), &Value::Null)
    );

    assert_snapshot!(api.delete(PATH).await.line(), @r#"200 {"data":{"ok":true,"message":"Tracking links deleted"}}"#);
    assert_snapshot!(api.get(PATH).await.line(), @r#"200 {"data":{"tracking_links":[]}}"#);
    assert_eq!(data(&api.put(PATH, links(&[])).await)["id"], 88_310);
}

#[tokio::test]
async fn a_link_that_stays_keeps_its_code() {
    let api = edesk().await;
    let order = data(&api.put(PATH, links(&[FEDEX])).await);
    assert_eq!(order["tracking_codes"], json!([{"tracking_code": "123456789", "tracking_link": FEDEX, "tracking_carrier_name": "FedEx"}]));
}

#[tokio::test]
async fn links_are_whole_addresses_with_short_carrier_names() {
    let api = edesk().await;
    let refused = async |body: Value| [codes(&api.post(PATH, body.clone()).await), codes(&api.put(PATH, body).await)];
    let both = |text: &str| [text.to_owned(), text.to_owned()];
    assert_eq!(refused(json!({})).await, both("tracking_links: 4001"));
    assert_eq!(refused(json!({"tracking_links": DHL})).await, both("tracking_links: 4006"));
    assert_eq!(refused(json!({"tracking_links": [{}]})).await, both("tracking_links.0.tracking_link: 4001"));
    assert_eq!(refused(links(&["dhl.com/7"])).await, both("tracking_links.0.tracking_link: 4011"));
    let carrier = |length| json!({"tracking_links": [{"tracking_link": DHL, "tracking_carrier_name": "x".repeat(length)}]});
    assert_eq!(refused(carrier(65)).await, both("tracking_links.0.tracking_carrier_name: 4020"));
    assert_eq!(api.post(PATH, carrier(64)).await.status, 200);
    assert_eq!(api.post("/v1/sales-orders-tracking-links/1", json!({})).await.status, 404);
}
