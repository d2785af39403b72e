//! The polymorphic `POST /send`: what it refuses, and that it repeats what it is told twice.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Api, address_collection, egift, physical, with};

async fn refusal(api: &Api, body: Value) -> String {
    let answer = api.post("/api/v3/send", body).await;
    format!("{} {}", answer.status, answer.json()["message"].as_str().unwrap())
}

#[tokio::test]
async fn required_fields_are_missed_one_at_a_time_in_their_order() {
    let api = Api::start().await;
    let required: [(Value, &[&str]); 3] = [
        (egift(), &["touch_id", "email", "via_from"]),
        (physical(), &["touch_id", "name", "email", "address", "city", "state", "zip", "country", "confirm_address", "via_from"]),
        (
            address_collection(),
            &[
                "touch_id",
                "name",
                "email",
                "confirm_address",
                "address_confirmation_via",
                "resume_with_unconfirmed_address",
                "expire_after_days",
                "hide_product_info",
                "via_from",
            ],
        ),
    ];
    for (complete, fields) in required {
        // From the last to the first: each new gap comes before those already there.
        let mut body = complete;
        for field in fields.iter().rev() {
            body = with(body, field, Value::Null);
            assert_eq!(refusal(&api, body.clone()).await, format!("400 {field} can't be blank"));
        }
    }
}

#[tokio::test]
async fn the_envelope_and_a_known_via_are_required() {
    let api = Api::start().await;
    assert_snapshot!(refusal(&api, json!({})).await, @"400 send can't be blank");
    assert_snapshot!(refusal(&api, egift()["send"].clone()).await, @"400 send can't be blank");
    assert_snapshot!(refusal(&api, with(egift(), "via", Value::Null)).await, @"400 via can't be blank");
    assert_snapshot!(refusal(&api, with(egift(), "via", json!("email"))).await, @"400 via is not included in the list");
}

#[tokio::test]
async fn a_campaign_outside_its_dates_can_be_read_but_not_sent() {
    let api = Api::start().await;
    for (id, body) in [(4_601, physical()), (4_890, egift())] {
        assert_eq!(api.get(&format!("/api/v3/touches/{id}")).await.status, 200);
        assert_eq!(refusal(&api, with(body, "touch_id", json!(id))).await, "404 Touch not found");
    }
    api.advance(31 * 86_400).await;
    let body = with(egift(), "touch_id", json!(4_890));
    let mut later = api;
    later.take_token(json!({})).await;
    assert_eq!(later.post("/api/v3/send", body).await.status, 200);
}

#[tokio::test]
async fn a_campaign_takes_only_its_own_delivery_type() {
    let api = Api::start().await;
    for body in [
        with(egift(), "touch_id", json!(4_711)),
        with(physical(), "touch_id", json!(77)),
        with(address_collection(), "touch_id", json!(77)),
    ] {
        assert_eq!(refusal(&api, body).await, "400 Touch does not support this delivery type");
    }
    let body = json!({"send": {"touch_id": 4711, "via": "generate_egift_links", "via_from": "x", "recipient_users": [{"email": "a@b.c"}]}});
    assert_eq!(api.post("/api/v3/send/generate_egift_links", body).await.status, 400);
}

#[tokio::test]
async fn an_address_collection_expires_after_two_to_seven_days() {
    let api = Api::start().await;
    for days in [json!(1), json!(8), json!(14), json!(-2), json!("soon"), json!(2.5)] {
        let answer = refusal(&api, with(address_collection(), "expire_after_days", days)).await;
        assert_eq!(answer, "400 expire_after_days must be between 2 and 7");
    }
    for days in [2, 7] {
        assert_eq!(api.post("/api/v3/send", with(address_collection(), "expire_after_days", json!(days))).await.status, 200);
    }
}

#[tokio::test]
async fn address_fields_and_collection_flags_exclude_each_other() {
    let api = Api::start().await;
    for body in [
        with(address_collection(), "address", json!("639 Front St")),
        with(address_collection(), "confirm_address", json!(false)),
        with(physical(), "confirm_address", json!(true)),
    ] {
        assert_eq!(refusal(&api, body).await, "400 no_address and confirm_address must be true for address collection");
    }
    assert_eq!(api.state().await["sends"].as_array().unwrap().len(), 60);
}

#[tokio::test]
async fn a_confirmation_by_link_answers_the_link() {
    let api = Api::start().await;
    let by_email = api.post("/api/v3/send", address_collection()).await.json();
    assert!(by_email.get("address_confirmation_link").is_none());
    let by_link = api.post("/api/v3/send", with(address_collection(), "address_confirmation_via", json!("link"))).await.json();
    assert!(by_link["address_confirmation_link"].as_str().unwrap().starts_with("https://"));
    let answer = refusal(&api, with(address_collection(), "address_confirmation_via", json!("pigeon"))).await;
    assert_snapshot!(answer, @"400 address_confirmation_via must be email or link");
}

#[tokio::test]
async fn the_same_request_twice_is_two_sends_and_two_charges() {
    let api = Api::start().await;
    let first = api.post("/api/v3/send", physical()).await.json();
    let second = api.post("/api/v3/send", physical()).await.json();
    assert_ne!(first["tracking_code"], second["tracking_code"]);
    assert_eq!(api.get("/api/v3/send").await.json()["total_count"], 62);
    assert_eq!(api.budget(1_234).await, 5_000 - 2 * 150);
}

#[tokio::test]
async fn a_link_is_made_for_each_recipient() {
    let api = Api::start().await;
    let links = |recipients: Value| {
        api.post(
            "/api/v3/send/generate_egift_links",
            json!({"send": {"touch_id": 5150, "via": "generate_egift_links", "via_from": "HR", "recipient_users": recipients}}),
        )
    };
    let answer = links(json!([{"email": "a@b.c"}, {"email": "d@e.f"}, {"email": "a@b.c"}])).await.json();
    assert_eq!(answer["message"], "Success! Here are your 3 eGift Card links:");
    let made: std::collections::HashSet<&str> =
        answer["egift_links"].as_array().unwrap().iter().map(|link| link["egift_link"].as_str().unwrap()).collect();
    assert_eq!(made.len(), 3);
    assert_snapshot!(links(json!([])).await.line(), @r#"400 {"success":false,"message":"recipient_users can't be blank"}"#);
    assert_snapshot!(links(json!([{"email": "a@b.c"}, {}])).await.line(), @r#"400 {"success":false,"message":"email can't be blank"}"#);
    assert_snapshot!(links(json!("a@b.c")).await.line(), @r#"400 {"success":false,"message":"recipient_users can't be blank"}"#);
    assert_eq!(api.get("/api/v3/send").await.json()["total_count"], 63);
}

#[tokio::test]
async fn a_send_remembers_the_application_and_the_sender() {
    let mut api = Api::start().await;
    api.take_token(json!({"user_id": 506})).await;
    api.post("/api/v3/send", egift()).await;
    let send = api.newest_send().await;
    assert_eq!(send["sent_via"], "SDR Agent");
    assert_eq!(
        send["sender"],
        json!({"id": 506, "name": "Andre Baptiste", "email": "andre.baptiste@company.com", "team_id": 1235, "team_name": "Enterprise Sales"})
    );
    assert_eq!(api.budget(1_235).await, 48_250 - 50);
    assert_eq!(api.budget(1_234).await, 5_000);
}
