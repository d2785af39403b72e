//! Marketplace and SmartSend.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Api, send};

fn ids(products: &Value) -> Vec<String> {
    products.as_array().unwrap().iter().map(|product| product["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_cursor_leads_through_all_products_once() {
    let api = Api::start().await;
    let mut walked = Vec::new();
    let mut after = String::new();
    loop {
        let page = api.get(&format!("/api/v3/marketplace/products?after={after}")).await.json();
        walked.extend(ids(&page["products"]));
        match page["pagination"]["after"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    let all: Vec<String> = (1..=45).map(|number| format!("prod_{number:04}")).collect();
    assert_eq!(walked, all);
}

#[tokio::test]
async fn the_url_of_the_next_page_keeps_the_filters() {
    let api = Api::start().await;
    let first =
        api.get("/api/v3/marketplace/products?price_lte_usd=150&ship_to_country_codes[]=CA&ship_to_country_codes[]=GB").await.json();
    let url = first["pagination"]["next_page"]["url"].as_str().unwrap();
    let second = send(api.client.get(url).bearer_auth(&api.token)).await.json();
    assert!(!ids(&second["products"]).is_empty());
    assert!(ids(&second["products"]).iter().all(|id| !ids(&first["products"]).contains(id)));
    assert!(!second.to_string().contains("Red Wine"));
}

#[tokio::test]
async fn a_product_has_variants_with_prices_and_pictures() {
    let api = Api::start().await;
    let page = api.get("/api/v3/marketplace/products").await.json();
    assert_snapshot!(page["products"][0], @r#"{"id":"prod_0001","name":"Classic Single Origin Coffee","description":"Freshly roasted beans","variants":[{"id":"var_0001_1","estimated_total_price":{"currency":"USD","price_per_unit":"18.0"},"images":[{"url":"https://cdn.sendoso.example/original/var_0001_1.png","cdn_main":{"url":"https://cdn.sendoso.example/main/var_0001_1.png"},"cdn_thumbnail":{"url":"https://cdn.sendoso.example/thumbnail/var_0001_1.png"}}]}]}"#);
    assert_snapshot!(page["categories"][0], @r#"{"group_name":"Food & Drink","children":[{"id":"coffee-tea","name":"Coffee & Tea"},{"id":"sweets","name":"Sweets"},{"id":"wine","name":"Wine"}]}"#);
}

#[tokio::test]
async fn filters_narrow_the_products() {
    let api = Api::start().await;
    let count = async |query: &str| {
        let page = api.get(&format!("/api/v3/marketplace/products?{query}")).await.json();
        page["products"].as_array().unwrap().len()
    };
    assert_eq!(count("text_search=red+wine").await, 5);
    assert_eq!(count("text_search=red+wine&ship_to_country_codes[]=CA").await, 0);
    assert_eq!(count("category_ids[]=desk&category_ids[]=candles").await, 10);
    assert_eq!(count("price_gte_usd=200").await, 3);
    assert_eq!(count("price_lte_usd=18").await, 1);
    assert_eq!(count("price_gte_usd=20&price_lte_usd=22").await, 0);
}

#[tokio::test]
async fn an_invented_cursor_is_refused() {
    let api = Api::start().await;
    let answer = api.get("/api/v3/marketplace/products?after=2").await;
    assert_snapshot!(answer.line(), @r#"400 {"success":false,"message":"after is not a valid cursor"}"#);
}

#[tokio::test]
async fn the_first_variant_of_a_marketplace_send_is_sent() {
    let api = Api::start().await;
    let body = json!({"variant_ids": ["var_0001_1", "var_0002_1"], "recipient_email": "a@b.c",
                      "recipient_first_name": "Ann", "recipient_last_name": "Bee"});
    let answer = api.post("/api/v3/marketplace/products/send", body).await;
    assert_eq!(answer.status, 200);
    let answer = answer.json();
    let newest = api.newest_send().await;
    assert_eq!(answer, json!({"products": [{"variant_id": "var_0001_1"}], "send": {"id": newest["send_gid"]}}));
    assert_eq!((&newest["type"], &newest["recipient"]["name"]), (&json!("Sendoso Direct"), &json!("Ann Bee")));
    assert_eq!(api.budget(1_234).await, 4_982);
}

#[tokio::test]
async fn a_marketplace_send_that_needs_approval_waits_for_it() {
    let api = Api::start().await;
    let body = json!({"variant_ids": ["var_0001_1"], "recipient_email": "a@b.c", "recipient_first_name": "Ann",
                      "recipient_last_name": "Bee", "require_approval": true});
    api.post("/api/v3/marketplace/products/send", body).await;
    api.control("tick", json!({"count": 5})).await;
    assert_eq!(api.newest_send().await["status"], "Pending Approval");
}

#[tokio::test]
async fn marketplace_sends_name_what_is_missing_or_unknown() {
    let api = Api::start().await;
    let complete =
        json!({"variant_ids": ["nothing"], "recipient_email": "a@b.c", "recipient_first_name": "Ann", "recipient_last_name": "Bee"});
    let answer = api.post("/api/v3/marketplace/products/send", complete.clone()).await;
    assert_snapshot!(answer.line(), @r#"404 {"success":false,"message":"Variant not found"}"#);
    for field in ["recipient_last_name", "recipient_first_name", "recipient_email", "variant_ids"] {
        let mut body = complete.clone();
        body[field] = json!(null);
        let answer = api.post("/api/v3/marketplace/products/send", body).await;
        assert_eq!(answer.line(), format!(r#"400 {{"success":false,"message":"{field} can't be blank"}}"#));
    }
}

#[tokio::test]
async fn recommendations_are_the_same_for_the_same_recipient_and_say_why() {
    let api = Api::start().await;
    let ask = |email: &str| {
        let path = format!("/api/v3/smartsend/recommendations?recipient_email={email}&price_lte_usd=60&ship_to_country_code=CA");
        async { api.get(&{ path }).await.json() }
    };
    let ann = ask("ann@example.com").await;
    assert_eq!(ann, ask("ann@example.com").await);
    assert_ne!(ann, ask("bob@example.com").await);
    let products = ann["products"].as_array().unwrap();
    assert_eq!(products.len(), 5);
    assert!(products.iter().all(|product| product["interests"][0].is_string()));
    let missing = api.get("/api/v3/smartsend/recommendations").await;
    assert_snapshot!(missing.line(), @r#"400 {"success":false,"message":"recipient_email can't be blank"}"#);
}

#[tokio::test]
async fn a_recommendation_send_chooses_within_the_price() {
    let api = Api::start().await;
    let body = |price: i64| json!({"recipient_email": "ann@example.com", "recipient_first_name": "Ann", "recipient_last_name": "Bee", "price_lte_usd": price});
    let answer = api.post("/api/v3/smartsend/recommendations/send", body(60)).await;
    assert_eq!(answer.status, 200);
    let send = api.newest_send().await;
    assert_eq!(answer.json()["send"]["id"], send["send_gid"]);
    let cost: f64 = send["current_total_cost"].as_str().unwrap().parse().unwrap();
    assert!(cost <= 60.0);
    let none = api.post("/api/v3/smartsend/recommendations/send", body(1)).await;
    assert_snapshot!(none.line(), @r#"404 {"success":false,"message":"No recommendation found"}"#);
}

#[tokio::test]
async fn marketplace_and_smartsend_have_scopes_of_their_own() {
    let mut api = Api::start().await;
    let body =
        json!({"variant_ids": ["var_0001_1"], "recipient_email": "a@b.c", "recipient_first_name": "Ann", "recipient_last_name": "Bee"});
    api.take_token(json!({"scopes": ["smartsend"]})).await;
    assert_eq!(api.get("/api/v3/marketplace/products").await.status, 403);
    assert_eq!(api.get("/api/v3/smartsend/recommendations?recipient_email=a@b.c").await.status, 200);
    assert_eq!(api.post("/api/v3/marketplace/products/send", body.clone()).await.status, 200);
    api.take_token(json!({"scopes": ["marketplace"]})).await;
    assert_eq!(api.get("/api/v3/smartsend/recommendations?recipient_email=a@b.c").await.status, 403);
    assert_eq!(api.post("/api/v3/marketplace/products/send", body.clone()).await.status, 200);
    api.take_token(json!({"scopes": ["public", "write"]})).await;
    assert_eq!(api.post("/api/v3/marketplace/products/send", body).await.status, 403);
}
