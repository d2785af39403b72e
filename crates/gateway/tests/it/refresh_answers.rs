//! What a vendor's token endpoint may answer besides tokens: what the agent is told, what becomes of the account, and how often the
//! vendor was asked.

use std::ops::RangeInclusive;
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::refresh::{account, advance, list, refreshes, with_app};
use crate::support::{Gateway, McpUrl};

/// A gateway that waits for vendors no longer than a test does, with an account whose access token has ended.
async fn ended() -> (Gateway, McpUrl) {
    let gateway = Gateway::start_with(|config| config.upstream.timeout = Duration::from_millis(500)).await;
    let server = with_app(&gateway).await;
    advance(&gateway, 3 * 3600).await;
    (gateway, server)
}

async fn befalls_refreshes(gateway: &Gateway, mut fault: Value) {
    fault["path_prefix"] = json!("/oauth/token");
    gateway.control(Method::POST, "faults", fault).await;
}

/// An answer in the vendor's place; it has used up nothing.
fn answers(status: u16, content_type: &str, body: Value) -> Value {
    json!({"kind": "status", "status": status, "headers": {"content-type": content_type}, "body": body})
}

fn refuses(status: u16, body: Value) -> Value {
    answers(status, "application/json", body)
}

/// Whether the refresh token survives what went wrong.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Works,
    NeedsReauth,
}

#[tokio::test]
async fn whatever_a_token_endpoint_answers_is_told_once_and_the_account_goes_on_if_its_refresh_token_was_not_used_up() {
    use Then::{NeedsReauth, Works};
    /// How long the vendor is left alone after a first failure, in seconds, where it says nothing itself.
    const PAUSE: RangeInclusive<u64> = 3..=5;
    const PAGE: &str = "<!doctype html><html><title>Sorry</title><h1>We are down for maintenance</h1></html>";
    let limited = json!({"kind": "status", "status": 429, "headers": {"retry-after": "17"}, "body": {"error": "slow_down"}});
    #[rustfmt::skip]
    let cases = [
        (answers(200, "text/html", json!(PAGE)), "vendor_error", "an HTML page in place of tokens", PAUSE, Works),
        (answers(502, "text/html", json!(PAGE)), "unreachable", "status 502): Sorry", PAUSE, Works),
        (answers(404, "text/html", json!(PAGE)), "vendor_error", "does not answer like an OAuth endpoint", PAUSE, Works),
        (answers(302, "text/html", json!("")), "vendor_error", "does not answer like an OAuth endpoint", PAUSE, Works),
        (limited, "unreachable", "status 429", 17..=17, Works),
        (refuses(200, json!({"token": "not-where-it-belongs"})), "vendor_error", "no `access_token`", PAUSE, Works),
        (refuses(200, json!({"access_token": "line\nbreak"})), "vendor_error", "no `access_token`", PAUSE, Works),
        (refuses(200, json!(["a", "list"])), "vendor_error", "in place of tokens", PAUSE, Works),
        (refuses(200, json!("")), "vendor_error", "nothing in place of tokens", PAUSE, Works),
        (refuses(200, json!({"error": "server_error"})), "unreachable", "server_error", PAUSE, Works),
        (refuses(401, json!({"error": "invalid_client"})), "vendor_error", "refused the app", PAUSE, Works),
        (refuses(400, json!({"error": "invalid_scope"})), "vendor_error", "refused the request", PAUSE, Works),
        (json!({"kind": "hang"}), "unreachable", "no answer in time", PAUSE, Works),
        (json!({"kind": "garbage"}), "vendor_error", "no text in place of tokens", PAUSE, Works),
        (json!({"kind": "huge_body", "bytes": 1_000_000}), "vendor_error", "too long", PAUSE, Works),
        (json!({"kind": "close_before_answer"}), "unreachable", "broke before an answer came", PAUSE, Works),
        (json!({"kind": "close_mid_body"}), "unreachable", "broke off", PAUSE, NeedsReauth),
        (json!({"kind": "hang", "applied": true}), "unreachable", "no answer in time", PAUSE, NeedsReauth),
    ];
    for (fault, code, words, retry_after, then) in cases {
        let (gateway, server) = ended().await;
        befalls_refreshes(&gateway, fault.clone()).await;
        let (is_error, told) = list(&gateway, &server).await;
        let error = &told["error"];
        assert!(is_error && error["code"] == code, "{fault}: {told}");
        assert!(error["message"].as_str().unwrap().contains(words), "{fault}: {told}");
        assert!(retry_after.contains(&error["retry_after"].as_u64().unwrap()), "{fault}: {told}");
        assert_eq!(refreshes(&gateway).await, 1, "{fault}");
        let shown = account(&gateway, &server).await;
        assert_eq!(shown["status"], "active", "{fault}: {shown}");
        assert!(shown["last_error"].as_str().unwrap().contains(words), "{fault}: {shown}");

        // Whatever pause was asked for is over.
        advance(&gateway, 60).await;
        for _ in 0..3 {
            let (is_error, told) = list(&gateway, &server).await;
            match then {
                Works => assert!(!is_error, "{fault}: {told}"),
                NeedsReauth => assert_eq!(told["error"]["code"], "needs_reauth", "{fault}: {told}"),
            }
        }
        assert_eq!(refreshes(&gateway).await, 2, "{fault}");
        let shown = account(&gateway, &server).await;
        let expected = if then == Works { "active" } else { "needs_reauth" };
        assert_eq!((&shown["status"], shown["last_error"].is_null()), (&json!(expected), then == Works), "{fault}: {shown}");
        gateway.stop().await;
    }
}

#[tokio::test]
async fn a_life_that_says_nothing_lasts_until_the_vendor_refuses_and_the_refresh_token_that_nothing_replaced_is_used_again() {
    let silent = [json!(0), json!(-1), json!(1e18), json!("soon"), json!(null)];
    let said = [json!(7200), json!("7200"), json!(7200.5)];
    for (expires_in, refreshed_before_it_ends) in silent.map(|life| (life, false)).into_iter().chain(said.map(|life| (life, true))) {
        let (gateway, server) = ended().await;
        let token = gateway.sandbox.issue_credentials()["access_token"].clone();
        let body = json!({"access_token": token, "token_type": "Bearer", "expires_in": expires_in});
        befalls_refreshes(&gateway, refuses(200, body)).await;
        for _ in 0..3 {
            let (is_error, answer) = list(&gateway, &server).await;
            assert!(!is_error, "{expires_in}: {answer}");
        }
        assert_eq!(refreshes(&gateway).await, 1, "{expires_in}");

        advance(&gateway, 7_200).await;
        let (is_error, answer) = list(&gateway, &server).await;
        assert!(!is_error, "{expires_in}: {answer}");
        assert_eq!(refreshes(&gateway).await, 2, "{expires_in}");
        let refused = gateway.journal().await.iter().filter(|entry| entry["status"] == 401).count();
        assert_eq!(refused, usize::from(!refreshed_before_it_ends), "{expires_in}");
        gateway.stop().await;
    }
}

#[tokio::test]
async fn a_vendor_whose_clock_is_an_hour_off_costs_no_call() {
    for (ours, theirs) in [(3_600, 0), (0, 3_600)] {
        let gateway = Gateway::start().await;
        let server = with_app(&gateway).await;
        gateway.clock.advance(Duration::from_secs(ours));
        gateway.control(Method::POST, "clock", json!({"advance_seconds": theirs})).await;
        // The account brings an end that the vendor's clock has set.
        let credentials = gateway.sandbox.issue_credentials();
        let path = format!("/integrated-account/{}", server.account);
        assert_eq!(gateway.api(Method::PATCH, &path, json!({"credentials": credentials})).await.0, StatusCode::OK);
        for _ in 0..24 {
            advance(&gateway, 1_800).await;
            let (is_error, answer) = list(&gateway, &server).await;
            assert!(!is_error, "{ours} {theirs}: {answer}");
        }
        // Ends that the vendor tells as a length of time are met whatever its clock shows.
        let refused = gateway.journal().await.iter().filter(|entry| entry["status"] == 401).count();
        assert!(refused <= 1, "{refused}");
        assert!((6..=7).contains(&refreshes(&gateway).await));
        gateway.stop().await;
    }
}

#[tokio::test]
async fn a_vendor_that_lengthens_the_life_of_the_same_token_is_asked_once() {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    gateway.control(Method::POST, "settings", json!({"core_requests_per_second": 0})).await;
    let mut credentials = gateway.sandbox.issue_credentials();
    credentials.insert("expires_at".to_owned(), json!(gateway.clock.now().as_second() - 1));
    let path = format!("/integrated-account/{}", server.account);
    assert_eq!(gateway.api(Method::PATCH, &path, json!({"credentials": credentials})).await.0, StatusCode::OK);
    let body = json!({"access_token": credentials["access_token"], "refresh_token": credentials["refresh_token"], "expires_in": 7_200});
    let mut fault = refuses(200, body);
    fault["times"] = json!(50);
    befalls_refreshes(&gateway, fault).await;
    for (is_error, answer) in join_all((0..50).map(|_| list(&gateway, &server))).await {
        assert!(!is_error, "{answer}");
    }
    assert_eq!(refreshes(&gateway).await, 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_vendor_that_refuses_every_token_for_some_of_its_tools_is_not_asked_for_another_at_every_call() {
    let gateway = Gateway::start().await;
    let server = with_app(&gateway).await;
    let fault = json!({"kind": "status", "status": 401, "path_prefix": "/api/v3/touches", "times": 1_000});
    gateway.control(Method::POST, "faults", fault).await;
    for round in 1..=2 {
        for _ in 0..5 {
            let (is_error, told) = list(&gateway, &server).await;
            assert!(is_error && told["error"]["code"] == "needs_reauth" && told["error"]["status"] == 401, "{told}");
            let (is_error, told) = gateway.call(&server, "list_all_sendoso_me", json!({})).await;
            assert!(!is_error, "{told}");
        }
        assert_eq!(refreshes(&gateway).await, round);
        advance(&gateway, 60).await;
    }
    gateway.stop().await;
}
