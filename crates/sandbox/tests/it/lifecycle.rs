//! What happens to sends as time passes.

use serde_json::{Value, json};

use crate::support::{Api, address_collection, egift, physical, with};

/// The status the newest send had at each step, until nothing moves any more.
async fn course(api: &Api) -> Vec<String> {
    for _ in 0..8 {
        api.tick().await;
    }
    let send = api.newest_send().await;
    let updates = send["status_updates"].as_array().unwrap();
    assert_eq!(updates.last().unwrap()["status"], send["status"]);
    updates.iter().map(|update| update["status"].as_str().unwrap().to_owned()).collect()
}

async fn sent(body: Value) -> Api {
    let api = Api::start().await;
    assert_eq!(api.post("/api/v3/send", body).await.status, 200);
    api
}

#[tokio::test]
async fn a_parcel_travels_one_step_a_tick() {
    let api = sent(physical()).await;
    api.tick().await;
    assert_eq!(api.newest_send().await["status"], "Order Received");
    assert_eq!(course(&api).await, ["Initiated", "Order Received", "Processing", "Packed", "Shipped", "Delivered"]);
}

#[tokio::test]
async fn an_address_is_confirmed_before_the_parcel_leaves() {
    let api = sent(address_collection()).await;
    assert_eq!(course(&api).await, ["Initiated", "Confirming Address", "Order Received", "Processing", "Shipped", "Delivered"]);
}

#[tokio::test]
async fn an_egift_is_opened_and_redeemed() {
    let api = sent(egift()).await;
    assert_eq!(course(&api).await, ["Initiated", "Sent", "Opened", "Clicked", "Redeemed"]);
}

#[tokio::test]
async fn time_alone_moves_sends_on_every_fifteen_seconds() {
    let api = sent(physical()).await;
    api.advance(31).await;
    assert_eq!(api.newest_send().await["status"], "Processing");
    api.advance(3_600).await;
    assert_eq!(api.newest_send().await["status"], "Delivered");
}

#[tokio::test]
async fn with_ticks_switched_off_time_alone_moves_nothing() {
    let api = Api::start().await;
    api.control("settings", json!({"tick_seconds": 0})).await;
    api.post("/api/v3/send", physical()).await;
    api.advance(3_600).await;
    assert_eq!(api.newest_send().await["status"], "Initiated");
}

#[tokio::test]
async fn in_sandbox_mode_parcels_stop_at_processing_and_egifts_do_not() {
    let api = Api::start().await;
    api.control("settings", json!({"sandbox_mode": true})).await;
    api.post("/api/v3/send", address_collection()).await;
    assert_eq!(course(&api).await.last().unwrap(), "Processing");
    api.post("/api/v3/send", physical()).await;
    assert_eq!(course(&api).await.last().unwrap(), "Processing");
    api.post("/api/v3/send", egift()).await;
    assert_eq!(course(&api).await.last().unwrap(), "Redeemed");
}

#[tokio::test]
async fn a_parcel_abroad_without_a_phone_number_is_accepted_and_fails() {
    let abroad = with(with(physical(), "country", json!("DE")), "state", json!("BE"));
    let api = sent(abroad.clone()).await;
    assert_eq!(course(&api).await, ["Initiated", "Failed"]);
    api.post("/api/v3/send", with(abroad, "mobile_no", json!(4_915_112_345_678_i64))).await;
    assert_eq!(course(&api).await.last().unwrap(), "Delivered");
}

#[tokio::test]
async fn every_spelling_of_the_united_states_needs_no_phone_number() {
    for country in ["US", "USA", "usa", "United States"] {
        let api = sent(with(physical(), "country", json!(country))).await;
        assert_eq!(course(&api).await.last().unwrap(), "Delivered", "{country}");
    }
}

#[tokio::test]
async fn a_send_beyond_the_budget_is_accepted_and_ends_without_funds() {
    let mut api = Api::start().await;
    api.take_token(json!({"user_id": 511})).await;
    let before = api.budget(1_237).await;
    for body in [physical(), address_collection(), egift()] {
        let answer = api.post("/api/v3/send", body).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["success"], true);
        assert_eq!(course(&api).await, ["Initiated", "Insufficient Funds"]);
    }
    assert_eq!(api.budget(1_237).await, before);
}

#[tokio::test]
async fn a_budget_runs_out_after_as_many_sends_as_it_pays_for() {
    let api = Api::start().await;
    for _ in 0..34 {
        api.post("/api/v3/send", physical()).await;
    }
    assert_eq!(api.budget(1_234).await, 5_000 - 33 * 150);
    assert_eq!(course(&api).await.last().unwrap(), "Insufficient Funds");
}

#[tokio::test]
async fn an_address_nobody_confirms_is_cancelled_at_its_date_and_credited() {
    let mut api = Api::start().await;
    api.control("settings", json!({"recipients_respond": false})).await;
    api.post("/api/v3/send", with(address_collection(), "expire_after_days", json!(2))).await;
    assert_eq!(api.budget(1_234).await, 4_850);
    api.advance(2 * 86_400 - 60).await;
    api.take_token(json!({})).await;
    assert_eq!(api.newest_send().await["status"], "Confirming Address");
    api.advance(120).await;
    assert_eq!(api.newest_send().await["status"], "Address Confirmation - Cancelled");
    assert_eq!(api.budget(1_234).await, 5_000);
}

#[tokio::test]
async fn an_egift_nobody_opens_expires_after_thirty_days_and_is_credited() {
    let mut api = Api::start().await;
    api.control("settings", json!({"recipients_respond": false})).await;
    api.post("/api/v3/send", egift()).await;
    assert_eq!(api.budget(1_234).await, 4_950);
    api.advance(31 * 86_400).await;
    api.take_token(json!({})).await;
    assert_eq!(course(&api).await, ["Initiated", "Sent", "Expired", "Expired and Credited"]);
    assert_eq!(api.budget(1_234).await, 5_000);
}

#[tokio::test]
async fn seeded_sends_are_history_and_do_not_move() {
    let api = Api::start().await;
    let before = api.get("/api/v3/send?per_page=100").await.text;
    api.control("tick", json!({"count": 20})).await;
    assert_eq!(api.get("/api/v3/send?per_page=100").await.text, before);
}
