//! The control endpoint: clock, journal, settings, reset, state, tokens.

use insta::assert_snapshot;
use sandbox::{Sandbox, Vendor};
use serde_json::{Value, json};

use crate::support::{Api, egift, send};

#[tokio::test]
async fn the_journal_holds_what_arrived_in_order_and_whole() {
    let api = Api::start().await;
    api.get("/api/v3/touches?page=1&per_page=100").await;
    api.post("/api/v3/send", egift()).await;
    send(api.request("POST", "/oauth/token").body("not=json")).await;
    let journal = api.journal().await;
    let entry = |place: usize| {
        let entry: &Value = &journal[place];
        format!("{} {} {} {} {}", entry["method"], entry["path"], entry["query"], entry["body"], entry["status"])
    };
    assert_snapshot!(entry(0), @r#""GET" "/api/v3/touches" "page=1&per_page=100" null 200"#);
    assert_eq!(journal[1]["body"], egift());
    assert_snapshot!(entry(2), @r#""POST" "/oauth/token" "" "not=json" 401"#);
    assert_eq!(journal[0]["headers"]["authorization"], format!("Bearer {}", api.token));
    assert_eq!(journal.as_array().unwrap().len(), 3);

    send(api.request("DELETE", "/__sandbox/journal")).await;
    assert_eq!(api.journal().await, json!([]));
    api.get("/nowhere").await;
    assert_eq!(api.journal().await[0]["status"], 404);
}

#[tokio::test]
async fn settings_are_overlaid_and_unknown_ones_refused() {
    let api = Api::start_with_limits().await;
    let defaults = send(api.request("GET", "/__sandbox/settings")).await;
    assert_snapshot!(defaults.text, @r#"{"tick_seconds":15,"tracking_in_sends":true,"unauthorized_body":"message","sandbox_mode":false,"recipients_respond":true,"consent":"ask","redirect_uris":["https://oauth.pstmn.io/v1/callback","https://gw.example/cb"],"core_requests_per_second":10,"marketplace_requests_per_minute":100,"block_seconds":0}"#);
    let changed = api.control("settings", json!({"sandbox_mode": true, "tick_seconds": 60})).await;
    assert_eq!(
        (&changed["sandbox_mode"], &changed["tick_seconds"], &changed["tracking_in_sends"]),
        (&json!(true), &json!(60), &json!(true))
    );
    for wrong in [
        json!({"sandbox_mood": true}),
        json!({"consent": "maybe"}),
        json!({"tick_seconds": -1}),
        json!({"tick_seconds": 5, "x": 1}),
        json!([]),
    ] {
        let answer = send(api.request("POST", "/__sandbox/settings").json(&wrong)).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
    assert_eq!(api.state().await["settings"], changed);
}

#[tokio::test]
async fn reset_brings_back_the_seed_and_keeps_tokens_valid() {
    let api = Api::start().await;
    let before = api.state().await;
    api.post("/api/v3/send", egift()).await;
    api.put("/api/scim/v2/Users/502", json!({"active": false})).await;
    api.control("settings", json!({"tracking_in_sends": false})).await;
    api.control("faults", json!([{"kind": "status"}])).await;
    api.control("reset", json!({})).await;
    let after = api.state().await;
    for key in ["users", "invitations", "faults"] {
        assert_eq!(after[key], before[key], "{key}");
    }
    assert_eq!(after["settings"]["tracking_in_sends"], true);
    assert_eq!(after["sends"].as_array().unwrap().len(), 60);
    assert_eq!(api.journal().await, json!([]));
    assert_eq!(api.get("/api/v3/me").await.status, 200);
}

#[tokio::test]
async fn two_sandboxes_start_with_the_same_data_and_different_tokens() {
    let (one, two) = (Api::start().await, Api::start().await);
    let codes = |state: &Value| -> Vec<Value> {
        state["sends"]
            .as_array()
            .unwrap()
            .iter()
            .map(|send| json!([send["id"], send["tracking_code"], send["touch_id"], send["recipient_email"]]))
            .collect()
    };
    let (first, second) = (one.state().await, two.state().await);
    assert_eq!(codes(&first), codes(&second));
    for key in ["users", "products"] {
        assert_eq!(first[key], second[key]);
    }
    assert_ne!(one.token, two.token);
    let made = [one.post("/api/v3/send", egift()).await.text, two.post("/api/v3/send", egift()).await.text];
    assert_eq!(made[0], made[1]);
}

#[tokio::test]
async fn the_clock_moves_by_what_was_asked() {
    let api = Api::start().await;
    let before = api.state().await["now_seconds"].as_i64().unwrap();
    let after = api.control("clock", json!({"advance_seconds": 86_400})).await["now_seconds"].as_i64().unwrap();
    assert_eq!(after - before, 86_400);
    for wrong in [json!({"advance_seconds": -1}), json!({"advance_seconds": 4_000_000_000_u32}), json!({"seconds": 1})] {
        assert_eq!(send(api.request("POST", "/__sandbox/clock").json(&wrong)).await.status, 400, "{wrong}");
    }
    // A century at once is no more work than a day, and ends every token.
    api.advance(3_000_000_000).await;
    assert_eq!(api.get("/api/v3/me").await.status, 401);
    assert_eq!(api.control("clock", json!({"frozen": false})).await["frozen"], false);
}

#[tokio::test]
async fn tokens_are_issued_as_wished() {
    let api = Api::start().await;
    let tokens = api.control("tokens", json!({"expires_in": 60, "scopes": ["public"]})).await;
    let now = api.state().await["now_seconds"].as_i64().unwrap();
    assert_eq!(tokens["expires_at"], now + 60);
    for wrong in [json!({"scopes": ["everything"]}), json!({"user_id": 1}), json!({"scope": "public"})] {
        assert_eq!(send(api.request("POST", "/__sandbox/tokens").json(&wrong)).await.status, 400, "{wrong}");
    }
    assert_eq!(api.sandbox.issue_credentials()["expires_at"], now + 7_200);
}

#[tokio::test]
async fn an_unknown_control_operation_is_named() {
    let api = Api::start().await;
    let answer = send(api.request("PUT", "/__sandbox/clock")).await;
    assert_snapshot!(answer.line(), @r#"404 {"error":"no control operation PUT clock"}"#);
}

#[tokio::test]
async fn a_stopped_sandbox_gives_its_port_back() {
    let api = Api::start().await;
    let address = api.sandbox.url().strip_prefix("http://").unwrap().parse().unwrap();
    api.stop().await;
    let next = Sandbox::start(Vendor::Sendoso, address).await.unwrap();
    assert_eq!(next.url(), format!("http://{address}"));
    let taken = Sandbox::start(Vendor::Sendoso, address).await;
    assert_eq!(taken.unwrap_err().kind(), std::io::ErrorKind::AddrInUse);
}
