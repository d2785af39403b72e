//! Webhooks are told of every change, whatever their receivers do meanwhile.

mod receiver;

use std::time::Duration;

use insta::assert_snapshot;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Gateway, eventually};
use receiver::{Answer, Receiver};

/// A webhook at a receiver, and its secret.
async fn webhook(gateway: &Gateway, url: &str) -> Value {
    let (status, made) = gateway.api(Method::POST, "/webhook", json!({"url": url})).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    made
}

fn path(webhook: &Value, rest: &str) -> String {
    format!("/webhook/{}{rest}", webhook["id"].as_str().unwrap())
}

async fn log(gateway: &Gateway, webhook: &Value) -> Vec<Value> {
    let (status, listed) = gateway.api(Method::GET, &path(webhook, "/delivery"), Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{listed}");
    listed["result"].as_array().unwrap().clone()
}

/// Sends a test, and waits until its first attempt has had an outcome.
async fn tested(gateway: &Gateway, webhook: &Value) -> Value {
    // What is queued in the same millisecond has no order in the list.
    gateway.clock.advance(Duration::from_millis(1));
    let (status, queued) = gateway.api(Method::POST, &path(webhook, "/test"), Value::Null).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{queued}");
    let before = queued["attempts"].as_array().unwrap().len();
    attempted(gateway, webhook, before + 1).await
}

/// The newest delivery, once so many attempts are in its log.
async fn attempted(gateway: &Gateway, webhook: &Value, attempts: usize) -> Value {
    eventually("the attempts are in the log", async || {
        log(gateway, webhook).await.first().is_some_and(|delivery| delivery["attempts"].as_array().unwrap().len() >= attempts)
    })
    .await;
    log(gateway, webhook).await.remove(0)
}

/// Seconds from now to the next attempt.
fn wait(gateway: &Gateway, delivery: &Value) -> f64 {
    let next: jiff::Timestamp = delivery["next_attempt_at"].as_str().unwrap().parse().unwrap();
    gateway.clock.now().duration_until(next).as_secs_f64()
}

#[tokio::test]
async fn every_change_of_an_account_arrives_with_the_account_as_it_was() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    webhook(&gateway, &receiver.url).await;
    let body = json!({"integration": "sendoso", "tenant_id": "acme", "base_url": gateway.sandbox.url()});
    let (status, created) = gateway.api(Method::POST, "/integrated-account", body).await;
    assert_eq!((status, &created["status"]), (StatusCode::CREATED, &json!("connecting")), "{created}");
    let account = format!("/integrated-account/{}", created["id"].as_str().unwrap());
    let credentials = json!({"credentials": gateway.sandbox.issue_credentials()});
    let (status, active) = gateway.api(Method::PATCH, &account, credentials).await;
    assert_eq!(status, StatusCode::OK, "{active}");
    assert_eq!(gateway.api(Method::DELETE, &account, Value::Null).await.0, StatusCode::NO_CONTENT);

    let received = receiver.received(3).await;
    let of = |kind: &str| received.iter().map(|one| one.json()).find(|body| body["type"] == kind).unwrap();
    let mut told = of("integrated_account.created");
    assert_eq!(told["timestamp"], created["created_at"]);
    let link = told["data"]["reconnect_url"].take();
    assert!(link.as_str().unwrap().starts_with(&format!("{}/link/tr_", gateway.url)), "{link}");
    let mut shown = created;
    shown["reconnect_url"].take();
    shown["version"] = json!(1);
    assert_eq!(told["data"], shown);

    let mut expected = active.clone();
    expected["version"] = json!(2);
    assert_eq!(of("integrated_account.deleted")["data"], expected);
    expected["previous_status"] = json!("connecting");
    assert_eq!(of("integrated_account.status_changed")["data"], expected);

    let mut ids: Vec<String> = received.iter().map(|one| one.header("webhook-id")).collect();
    assert!(ids.iter().all(|id| id.starts_with("evt_")), "{ids:?}");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert_eq!(received[0].header("webhook-timestamp"), gateway.clock.now().as_second().to_string());
    assert_eq!(received[0].header("content-type"), "application/json");
    gateway.stop().await;
}

#[tokio::test]
async fn after_an_error_the_same_is_sent_again_later() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let webhook = webhook(&gateway, &receiver.url).await;
    receiver.will_answer([Answer::Status(500)]);
    let delivery = tested(&gateway, &webhook).await;
    assert_eq!((&delivery["status"], &delivery["attempts"][0]["status_code"]), (&json!("pending"), &json!(500)), "{delivery}");
    assert!((5.0..=5.5).contains(&wait(&gateway, &delivery)), "{delivery}");

    gateway.clock.advance(Duration::from_secs(6));
    let delivery = attempted(&gateway, &webhook, 2).await;
    assert_eq!((&delivery["status"], &delivery["next_attempt_at"]), (&json!("delivered"), &Value::Null), "{delivery}");
    let [first, second] = receiver.received(2).await.try_into().unwrap();
    assert_eq!(first.body, second.body);
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"));
    assert_ne!(first.header("webhook-signature"), second.header("webhook-signature"), "each attempt has its own time");
    assert_eq!(first.json()["data"]["webhook_id"], webhook["id"]);
    let metrics = gateway.metrics().await;
    for line in [r#"tidegate_webhook_deliveries_total{outcome="retry"} 1"#, r#"tidegate_webhook_deliveries_total{outcome="delivered"} 1"#] {
        assert!(metrics.contains(line), "{metrics}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn after_about_a_day_it_has_failed_and_can_be_replayed() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let webhook = webhook(&gateway, &receiver.url).await;
    receiver.will_answer([const { Answer::Status(503) }; 11]);
    let began = gateway.clock.now();
    let mut delivery = tested(&gateway, &webhook).await;
    for attempts in 2..=11 {
        gateway.clock.advance(Duration::from_secs_f64(wait(&gateway, &delivery)) + Duration::from_millis(1));
        delivery = attempted(&gateway, &webhook, attempts).await;
    }
    assert_eq!((&delivery["status"], &delivery["next_attempt_at"]), (&json!("failed"), &Value::Null), "{delivery}");
    let hours = began.duration_until(gateway.clock.now()).as_secs_f64() / 3600.0;
    assert!((23.0..27.0).contains(&hours), "{hours}");

    let replay = path(&webhook, &format!("/delivery/{}/replay", delivery["id"].as_str().unwrap()));
    assert_eq!(gateway.api(Method::POST, &replay, Value::Null).await.0, StatusCode::ACCEPTED);
    let delivery = attempted(&gateway, &webhook, 12).await;
    assert_eq!(delivery["status"], "delivered", "{delivery}");
    let received = receiver.received(12).await;
    assert!(received.iter().all(|one| one.body == received[0].body && one.header("webhook-id") == received[0].header("webhook-id")));
    gateway.stop().await;
}

#[tokio::test]
async fn a_receiver_that_asks_for_time_gets_it() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let webhook = webhook(&gateway, &receiver.url).await;
    receiver.will_answer([Answer::RetryAfter(429, "90"), Answer::RetryAfter(503, "99999999")]);
    let limited = tested(&gateway, &webhook).await;
    assert!((90.0..=99.0).contains(&wait(&gateway, &limited)), "{limited}");
    let unavailable = tested(&gateway, &webhook).await;
    let hours = wait(&gateway, &unavailable) / 3600.0;
    assert!((8.0..=8.8).contains(&hours), "{unavailable}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (gateway, receiver, elsewhere) = (Gateway::start().await, Receiver::start().await, Receiver::start().await);
    let webhook = webhook(&gateway, &receiver.url).await;
    receiver.will_answer([Answer::Redirect(elsewhere.url.clone())]);
    let delivery = tested(&gateway, &webhook).await;
    assert_eq!((&delivery["status"], &delivery["attempts"][0]["status_code"]), (&json!("pending"), &json!(307)), "{delivery}");
    assert_snapshot!(delivery["attempts"][0]["error"].as_str().unwrap(), @"redirects are not followed; give the webhook the URL that answers");
    assert_eq!(elsewhere.count(), 0);
    gateway.stop().await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_not_called_again_until_somebody_enables_the_webhook() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let webhook = webhook(&gateway, &receiver.url).await;
    receiver.will_answer([Answer::Status(410)]);
    let delivery = tested(&gateway, &webhook).await;
    assert_eq!((&delivery["status"], &delivery["attempts"][0]["status_code"]), (&json!("failed"), &json!(410)), "{delivery}");
    let (_, told) = gateway.api(Method::GET, &path(&webhook, ""), Value::Null).await;
    assert_eq!((&told["enabled"], &told["disabled_reason"]), (&json!(false), &json!("its receiver answered 410 Gone")), "{told}");
    gateway.account().await;
    let (status, refused) = gateway.api(Method::POST, &path(&webhook, "/test"), Value::Null).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refused}");
    assert_eq!(log(&gateway, &webhook).await.len(), 1);

    let (status, told) = gateway.api(Method::PATCH, &path(&webhook, ""), json!({"enabled": true})).await;
    assert_eq!((status, &told["disabled_reason"]), (StatusCode::OK, &Value::Null), "{told}");
    // What is queued in the same millisecond has no order in the list.
    gateway.clock.advance(Duration::from_millis(1));
    gateway.account().await;
    assert_eq!(attempted(&gateway, &webhook, 1).await["type"], "integrated_account.created");
    assert_eq!(receiver.count(), 2);
    gateway.stop().await;
}

#[tokio::test]
async fn what_waits_for_a_webhook_that_is_disabled_fails_and_is_not_sent() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let webhook = webhook(&gateway, &receiver.url).await;
    receiver.will_answer([Answer::Status(500)]);
    tested(&gateway, &webhook).await;
    assert_eq!(gateway.api(Method::PATCH, &path(&webhook, ""), json!({"enabled": false})).await.0, StatusCode::OK);
    gateway.clock.advance(Duration::from_secs(6));
    let delivery = attempted(&gateway, &webhook, 2).await;
    assert_eq!(
        (&delivery["status"], &delivery["attempts"][1]["error"]),
        (&json!("failed"), &json!("the webhook is disabled")),
        "{delivery}"
    );
    assert_eq!(receiver.count(), 1);
    gateway.stop().await;
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_no_other() {
    let (gateway, slow, quick) = (Gateway::start().await, Receiver::start().await, Receiver::start().await);
    let hanging = webhook(&gateway, &slow.url).await;
    slow.will_answer([const { Answer::Never }; 100]);
    for _ in 0..10 {
        gateway.api(Method::POST, &path(&hanging, "/test"), Value::Null).await;
    }
    slow.received(4).await;
    let webhook = webhook(&gateway, &quick.url).await;
    for _ in 0..10 {
        gateway.account().await;
    }
    quick.received(10).await;
    assert_eq!(attempted(&gateway, &webhook, 1).await["status"], "delivered");
    assert_eq!(slow.count(), 4, "as many as are sent to one webhook at a time");
    slow.let_go();
    gateway.stop().await;
}

#[tokio::test]
async fn an_answer_counts_from_its_headers_on() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let webhook = webhook(&gateway, &receiver.url).await;
    receiver.will_answer([Answer::Endless]);
    let delivery = tested(&gateway, &webhook).await;
    assert_eq!(delivery["status"], "delivered", "{delivery}");
    let took = delivery["attempts"][0]["duration_ms"].as_u64().unwrap();
    assert!(took < 15_000, "the end of the body was waited for: {took} ms");
    gateway.stop().await;
}

#[tokio::test]
async fn nobody_there_is_told_in_the_log() {
    let gateway = Gateway::start().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let webhook = webhook(&gateway, &format!("http://{free}/?token=sentinel")).await;
    let delivery = tested(&gateway, &webhook).await;
    let attempt = &delivery["attempts"][0];
    assert_eq!((&attempt["status_code"], &delivery["status"]), (&Value::Null, &json!("pending")), "{delivery}");
    let error = attempt["error"].as_str().unwrap();
    assert!(error.starts_with("no connection: ") && !error.contains("sentinel"), "{error}");
    gateway.stop().await;
}

#[tokio::test]
async fn for_a_day_after_a_rotation_both_secrets_sign() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let webhook = webhook(&gateway, &receiver.url).await;
    let (status, rotated) = gateway.api(Method::POST, &path(&webhook, "/rotate-secret"), Value::Null).await;
    assert_eq!(status, StatusCode::OK, "{rotated}");
    assert!(rotated["secret"].as_str().unwrap().starts_with("whsec_") && rotated["secret"] != webhook["secret"]);
    tested(&gateway, &webhook).await;
    gateway.clock.advance(Duration::from_secs(24 * 3600));
    tested(&gateway, &webhook).await;
    let signatures: Vec<usize> = receiver
        .received(2)
        .await
        .iter()
        .map(|one| one.header("webhook-signature").split(' ').filter(|part| part.starts_with("v1,")).count())
        .collect();
    assert_eq!(signatures, [2, 1]);
    gateway.stop().await;
}

#[tokio::test]
async fn webhooks_are_listed_without_secrets_changed_and_deleted() {
    let (gateway, receiver) = (Gateway::start().await, Receiver::start().await);
    let made = webhook(&gateway, &receiver.url).await;
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("secret");
    let (_, listed) = gateway.api(Method::GET, "/webhook", Value::Null).await;
    assert_eq!(listed, json!({"result": [shown], "next_cursor": null}));

    let change = json!({"events": ["integrated_account.deleted"], "description": "ours", "url": format!("{}/other", receiver.url)});
    let (status, changed) = gateway.api(Method::PATCH, &path(&made, ""), change.clone()).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    for member in ["events", "description", "url"] {
        assert_eq!(changed[member], change[member]);
    }
    assert_eq!(gateway.api(Method::GET, &path(&made, ""), Value::Null).await.1, changed);
    let account = gateway.account().await;
    gateway.api(Method::DELETE, &format!("/integrated-account/{account}"), Value::Null).await;
    let told = receiver.received(1).await.remove(0);
    assert_eq!((told.path.as_str(), &told.json()["type"]), ("/other", &json!("integrated_account.deleted")));

    assert_eq!(gateway.api(Method::DELETE, &path(&made, ""), Value::Null).await.0, StatusCode::NO_CONTENT);
    for rest in ["", "/delivery"] {
        assert_eq!(gateway.api(Method::GET, &path(&made, rest), Value::Null).await.0, StatusCode::NOT_FOUND);
    }
    for rest in ["/test", "/rotate-secret", "/delivery/evt_0197b2c8f3b27c11a6a1c0f4f5d0a1b2/replay"] {
        assert_eq!(gateway.api(Method::POST, &path(&made, rest), Value::Null).await.0, StatusCode::NOT_FOUND);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn bad_input_is_refused_with_the_remedy() {
    let gateway = Gateway::start().await;
    let refused = async |body: Value| {
        let (status, answer) = gateway.api(Method::POST, "/webhook", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        answer["message"].as_str().unwrap().to_owned()
    };
    assert_snapshot!(refused(json!({})).await, @"the body: missing field `url` at line 1 column 2");
    assert_snapshot!(refused(json!({"url": "hooks"})).await, @"`url`: this is not a URL; write it like https://example.com/webhooks");
    assert_snapshot!(refused(json!({"url": "https://example.com/a b"})).await, @"`url`: it must not hold blanks; write `%20` for each");
    assert_snapshot!(refused(json!({"url": "http://1.1.1.1/"})).await, @"`url`: it must begin with `https://`; plain `http` goes to private addresses only, and only where those are allowed");
    assert_snapshot!(refused(json!({"url": "https://169.254.169.254/"})).await, @"`url`: its address is private or reserved; webhooks go to public addresses");
    assert_snapshot!(refused(json!({"url": "https://me:secret@example.com/"})).await, @"`url`: it must not hold a user name or password; the signature tells that a request is ours");
    assert_snapshot!(refused(json!({"url": format!("https://example.com/{}", "a".repeat(2000))})).await, @"`url` is longer than 2000 bytes");
    assert_snapshot!(refused(json!({"url": "https://example.com/", "events": ["account.created"]})).await, @"`events`: there is no event `account.created`; there are integrated_account.created, integrated_account.status_changed, integrated_account.deleted");
    assert_snapshot!(refused(json!({"url": "https://example.com/", "events": []})).await, @"`events` is empty; leave it out for all events, or name some of integrated_account.created, integrated_account.status_changed, integrated_account.deleted");
    assert_snapshot!(refused(json!({"url": "https://example.com/", "secret": "mine"})).await, @"`secret`: unknown field `secret`, expected one of `url`, `events`, `description` at line 1 column 38");
    let webhook = webhook(&gateway, "https://example.com/").await;
    let (status, answer) = gateway.api(Method::GET, &path(&webhook, "/delivery?status=lost"), Value::Null).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_snapshot!(answer["message"].as_str().unwrap(), @"`status`: `lost` is not one of pending, delivered, failed");
    for _ in 1..20 {
        gateway.api(Method::POST, "/webhook", json!({"url": "https://example.com/"})).await;
    }
    let (status, answer) = gateway.api(Method::POST, "/webhook", json!({"url": "https://example.com/"})).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_snapshot!(answer["message"].as_str().unwrap(), @"the environment has 20 webhooks, and 20 is the most; delete one");
    gateway.stop().await;
}
