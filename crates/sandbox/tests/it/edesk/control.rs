//! The control endpoint, as far as it differs from vendor to vendor.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::support::{data, edesk, edesk_with_limits, order};
use crate::support::send;

#[tokio::test]
async fn the_settings_have_the_documented_defaults_and_unknown_ones_are_refused() {
    let api = edesk_with_limits().await;
    let defaults = send(api.request("GET", "/__sandbox/settings")).await;
    assert_snapshot!(defaults.text, @r#"{"tick_seconds":15,"strict_ticket_data":false,"tag_tickets":true,"search_lag_seconds":1,"bucket_capacity":60,"bucket_refill_per_second":2,"user_utc_offset_hours":0,"max_templates":500,"max_messages_per_ticket":1000}"#);
    for wrong in [json!({"strict": true}), json!({"search_lag_seconds": -1}), json!({"user_utc_offset_hours": 15})] {
        let answer = send(api.request("POST", "/__sandbox/settings").json(&wrong)).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn the_state_has_a_key_for_every_collection() {
    let api = edesk().await;
    let state = api.state().await;
    let keys: Vec<&String> = state.as_object().unwrap().keys().collect();
    let counts: Vec<String> = keys.iter().map(|key| format!("{key} {}", state[key.as_str()].as_array().map_or(0, Vec::len))).collect();
    assert_snapshot!(counts.join("\n"), @r"
    now 0
    now_seconds 0
    settings 0
    faults 0
    vendor 0
    users 7
    channels 7
    contacts 20
    custom_field_definitions 6
    tickets 43
    messages 44
    emails 0
    sales_orders 33
    order_notes 1
    tags 132
    tag_groups 5
    templates 24
    grants 1
    ");
}

#[tokio::test]
async fn reset_brings_back_the_seed_the_settings_and_the_quota() {
    let api = edesk_with_limits().await;
    // The seeded moments are relative to the present one.
    api.control("clock", json!({"frozen": true})).await;
    api.control("reset", json!({})).await;
    let before = api.state().await;
    api.delete("/v1/tickets/70012").await;
    api.post("/v1/messages", json!({"ticket_id": 99_421, "type": "Message", "body": "x", "send": true})).await;
    api.post("/v1/sales-orders", order()).await;
    api.delete("/v1/tags/644").await;
    api.control("settings", json!({"bucket_capacity": 1, "strict_ticket_data": true})).await;
    assert_eq!(api.get("/v1/whoami").await.status, 200);
    assert_eq!(api.get("/v1/whoami").await.status, 429);
    api.control("reset", json!({})).await;
    let after = api.state().await;
    for key in before.as_object().unwrap().keys() {
        assert_eq!(after[key], before[key], "{key}");
    }
    assert_eq!(api.journal().await, json!([]));
    assert_eq!(api.get("/v1/whoami").await.status, 200);
}

#[tokio::test]
async fn two_sandboxes_start_with_the_same_data_and_different_tokens() {
    let (one, two) = (edesk().await, edesk().await);
    let (first, second) = (one.state().await, two.state().await);
    for key in ["users", "channels", "contacts", "tags", "tag_groups"] {
        assert_eq!(first[key], second[key], "{key}");
    }
    let codes = |state: &Value| -> Vec<Value> {
        state["sales_orders"].as_array().unwrap().iter().map(|order| json!([order["id"], order["tracking_codes"]])).collect()
    };
    assert_eq!(codes(&first), codes(&second));
    assert_ne!(one.token, two.token);
}

#[tokio::test]
async fn an_account_holds_one_token() {
    let api = edesk().await;
    let issued = api.control("tokens", json!({})).await;
    assert_eq!(issued.as_object().unwrap().keys().collect::<Vec<_>>(), ["token"]);
    for wrong in [json!({"permission": "everything"}), json!({"scopes": ["full"]}), json!({"expires_in": "soon"})] {
        assert_eq!(send(api.request("POST", "/__sandbox/tokens").json(&wrong)).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn what_the_seed_points_to_exists() {
    let api = edesk().await;
    let state = api.state().await;
    let has = |collection: &str, id: &Value| state[collection].as_array().unwrap().iter().any(|item| item["id"] == *id);
    for ticket in state["tickets"].as_array().unwrap() {
        assert!(has("channels", &ticket["channel_id"]) && has("contacts", &ticket["contact_id"]), "{ticket}");
        assert!(ticket["messages_ids"].as_array().unwrap().iter().all(|id| has("messages", id)), "{ticket}");
        assert!(ticket["tags_ids"].as_array().unwrap().iter().all(|id| has("tags", id)), "{ticket}");
        if !ticket["sales_order_id"].is_null() {
            let order = data(&api.get(&format!("/v1/sales-orders/{}", ticket["sales_order_id"])).await);
            assert_eq!((&order["channel_id"], &order["contact_id"]), (&ticket["channel_id"], &ticket["contact_id"]), "{ticket}");
        }
    }
    for order in state["sales_orders"].as_array().unwrap() {
        assert!(order["order_notes_id"].as_array().is_none_or(|notes| notes.iter().all(|id| has("order_notes", id))), "{order}");
    }
}
