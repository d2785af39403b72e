//! A year passes, an hour at a time: no call is without a token, and no refresh token is shown twice.

use reqwest::Method;
use serde_json::{Value, json};

use crate::refresh::{advance, with_app};
use crate::support::Gateway;

const HOURS_OF_A_YEAR: usize = 365 * 24;
/// How long the vendor's access tokens live.
const LIFE: usize = 7_200;

/// What has reached the vendor, read often enough that its journal of 10,000 requests forgets none.
#[derive(Default)]
struct Seen {
    requests: usize,
    refreshes: usize,
    refused: Vec<Value>,
}

impl Seen {
    async fn read(&mut self, gateway: &Gateway) {
        for entry in gateway.journal().await {
            self.requests += 1;
            self.refreshes += usize::from(entry["path"] == "/oauth/token");
            if entry["status"] != 200 {
                self.refused.push(entry);
            }
        }
        gateway.control(Method::DELETE, "journal", Value::Null).await;
    }
}

/// Nothing happens at the vendor but calls and refreshes, and its time passes only when it is told to.
async fn quiet_gateway() -> Gateway {
    let gateway = Gateway::start().await;
    gateway.control(Method::POST, "settings", json!({"core_requests_per_second": 0, "tick_seconds": 0})).await;
    gateway.control(Method::POST, "clock", json!({"frozen": true})).await;
    gateway
}

/// How many of the vendor's refresh tokens were used, and how many were not yet.
async fn refresh_tokens(gateway: &Gateway) -> (usize, usize) {
    let state = gateway.control(Method::GET, "state", Value::Null).await;
    let grants = state["grants"].as_array().unwrap();
    let used = grants.iter().filter(|grant| grant["refreshed"] == true).count();
    (used, grants.len() - used)
}

#[tokio::test]
async fn in_a_year_of_hourly_calls_none_fails_and_each_refresh_token_is_used_once() {
    let gateway = quiet_gateway().await;
    let server = with_app(&gateway).await;
    let mut seen = Seen::default();
    for hour in 1..=HOURS_OF_A_YEAR {
        advance(&gateway, 3_600).await;
        let (is_error, answer) = gateway.call(&server, "list_all_sendoso_me", json!({})).await;
        assert!(!is_error, "in hour {hour}: {answer}");
        if hour % 1_000 == 0 || hour == HOURS_OF_A_YEAR {
            seen.read(&gateway).await;
        }
    }
    assert_eq!(seen.refused, Vec::<Value>::new());
    assert_eq!(seen.refreshes, HOURS_OF_A_YEAR * 3_600 / LIFE);
    assert_eq!(seen.requests, HOURS_OF_A_YEAR + seen.refreshes);
    assert_eq!(refresh_tokens(&gateway).await, (seen.refreshes, 1));
    gateway.stop().await;
}

#[tokio::test]
async fn half_a_minute_without_the_token_endpoint_before_each_token_ends_costs_no_call() {
    let gateway = quiet_gateway().await;
    let server = with_app(&gateway).await;
    let outages = [
        json!({"kind": "status", "status": 503}),
        json!({"kind": "status", "status": 429, "headers": {"retry-after": "30"}}),
        json!({"kind": "status", "status": 200, "headers": {"content-type": "text/html"}, "body": "<html><h1>Maintenance</h1></html>"}),
        json!({"kind": "close_before_answer"}),
        json!({"kind": "garbage"}),
    ];
    let mut seen = Seen::default();
    let rounds = 100;
    for round in 0..rounds {
        let mut outage = outages[round % outages.len()].clone();
        outage["path_prefix"] = json!("/oauth/token");
        outage["times"] = json!(1_000);
        // The token has a minute left, so that whoever is connected would refresh it now.
        advance(&gateway, LIFE as u64 - 60).await;
        gateway.control(Method::POST, "faults", outage.clone()).await;
        for seconds in [0, 15] {
            advance(&gateway, seconds).await;
            let (is_error, answer) = gateway.call(&server, "list_all_sendoso_me", json!({})).await;
            assert!(!is_error, "{outage}: {answer}");
        }
        advance(&gateway, 15).await;
        gateway.control(Method::DELETE, "faults", Value::Null).await;
        for seconds in [0, 30] {
            advance(&gateway, seconds).await;
            let (is_error, answer) = gateway.call(&server, "list_all_sendoso_me", json!({})).await;
            assert!(!is_error, "after {outage}: {answer}");
        }
    }
    seen.read(&gateway).await;
    assert_eq!(seen.refused.iter().filter(|entry| entry["path"] != "/oauth/token").count(), 0);
    assert_eq!(refresh_tokens(&gateway).await, (rounds, 1));
    gateway.stop().await;
}
