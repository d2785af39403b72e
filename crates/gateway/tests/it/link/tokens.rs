//! `POST /link-token`.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{consent_link, link, set_app};
use crate::link::browser::Browser;
use crate::support::Gateway;

#[tokio::test]
async fn a_link_token_is_told_once_and_lives_for_an_hour_or_as_long_as_is_said() {
    let gateway = Gateway::start().await;
    let (status, made) = gateway.api(Method::POST, "/link-token", json!({"tenant_id": "acme", "integration": "edesk"})).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let token = made["link_token"].as_str().unwrap();
    assert!(token.starts_with("tl_") && token.len() == 46, "{token}");
    assert_eq!(made["url"], format!("{}/link/{token}", gateway.url));
    assert_eq!(made["expires_at"], "2026-11-21T13:00:00.000Z");
    let (_, short) = gateway.api(Method::POST, "/link-token", json!({"tenant_id": "acme", "integration": "edesk", "expires_in": 60})).await;
    assert_eq!(short["expires_at"], "2026-11-21T12:01:00.000Z");
    gateway.stop().await;
}

#[tokio::test]
async fn what_a_link_cannot_be_for_is_refused_with_a_message_that_says_what_to_do() {
    let gateway = Gateway::start().await;
    let account = gateway.account().await;
    let with = |more: Value| {
        let mut body = json!({"tenant_id": "acme", "integration": "gladly"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let cases = [
        (json!({}), 400, "`tenant_id` is missing"),
        (json!({"tenant_id": " "}), 400, "`tenant_id` must have"),
        (json!({"tenant_id": "acme", "colour": 1}), 400, "unknown field `colour`"),
        (json!({"tenant_id": "acme", "integration": "nope"}), 400, "the catalog has no integration `nope`"),
        (with(json!({"authentication_method": "oauth"})), 400, "`oauth` is not one of basic"),
        (with(json!({"context": {"hast": "x"}})), 400, "unknown value `hast`"),
        (with(json!({"context": {"host": "evil.example"}})), 400, "context.host must be"),
        (with(json!({"base_url": "https://evil.example"})), 400, "does not know https://evil.example"),
        (with(json!({"config": {"methods": ["fly"]}})), 400, "no method of `gladly` is called `fly`"),
        (with(json!({"config": {"readonly": true}})), 400, "unknown field `readonly`"),
        (with(json!({"expires_in": 59})), 400, "`expires_in` must be 60 to 604800"),
        (with(json!({"expires_in": 604_801})), 400, "`expires_in` must be 60 to 604800"),
        (with(json!({"redirect_uri": "http://app.example/back"})), 400, "it must start with https://"),
        (with(json!({"redirect_uri": "javascript:alert(1)"})), 400, "it must start with https://"),
        (with(json!({"redirect_uri": "https://u:p@app.example/"})), 400, "leave out user name"),
        (with(json!({"redirect_uri": "/back"})), 400, "it is no URL"),
        (json!({"tenant_id": "acme", "base_url": "http://127.0.0.1:9"}), 400, "`base_url` says nothing without `integration`"),
        (json!({"integrated_account_id": account, "tenant_id": "acme"}), 400, "`tenant_id` is about a new account"),
        (json!({"integrated_account_id": "01a0c450-6c00-7273-b5ee-1fe05aa1a7bd"}), 404, "no such account"),
        (json!({"integrated_account_id": account}), 409, "register one at the vendor with the redirect URI"),
        (json!({"tenant_id": "acme", "integration": "sendoso"}), 409, "PUT /integration/sendoso/oauth-app"),
    ];
    for (body, expected, message) in cases {
        let (status, error) = gateway.api(Method::POST, "/link-token", body.clone()).await;
        assert_eq!(status.as_u16(), expected, "{body}: {error}");
        assert!(error["message"].as_str().unwrap().contains(message), "{body}: {error}");
    }
    let nobody = gateway.request(Method::POST, "/link-token").json(&json!({"tenant_id": "acme"})).send().await.unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    gateway.stop().await;
}

#[tokio::test]
async fn the_refusal_for_want_of_an_app_names_the_redirect_uri_to_register() {
    let gateway = Gateway::start().await;
    let (_, error) = gateway.api(Method::POST, "/link-token", json!({"tenant_id": "acme", "integration": "sendoso"})).await;
    let redirect_uri = format!("{}/oauth/callback/sendoso", gateway.url);
    assert!(error["message"].as_str().unwrap().contains(&redirect_uri), "{error}");
    set_app(&gateway).await;
    consent_link(&gateway, json!({})).await;
    gateway.stop().await;
}

#[tokio::test]
async fn a_link_that_opens_nothing_says_what_happened() {
    let gateway = Gateway::start().await;
    let browser = Browser::new();
    let unknown = browser.get(&format!("{}/link/tl_{}", gateway.url, "A".repeat(43))).await;
    assert_eq!(unknown.summary(), "404: This link opens nothing");
    let url = link(&gateway, json!({"tenant_id": "acme", "integration": "edesk"})).await;
    assert_eq!(browser.get(&url).await.summary(), "200: Connect eDesk");
    gateway.clock.advance(Duration::from_millis(3_599_999));
    assert_eq!(browser.get(&url).await.summary(), "200: Connect eDesk");
    gateway.clock.advance(Duration::from_millis(1));
    for page in [browser.get(&url).await, browser.post(&url, &[("credentials.token", "t")]).await] {
        assert_eq!(page.summary(), "410: This link has expired");
        assert!(page.body.contains("new link"), "{}", page.body);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_expired_link_is_told_from_one_that_never_was_for_a_week_and_then_swept_away() {
    let gateway = Gateway::start().await;
    let browser = Browser::new();
    let url = link(&gateway, json!({"tenant_id": "acme", "integration": "edesk"})).await;
    gateway.clock.advance(Duration::from_secs(3600 + 7 * 24 * 3600 - 1));
    assert_eq!(browser.get(&url).await.summary(), "410: This link has expired");
    gateway.clock.advance(Duration::from_secs(120));
    crate::support::eventually("it is swept away", async || browser.get(&url).await.status == StatusCode::NOT_FOUND).await;
    gateway.stop().await;
}

#[tokio::test]
async fn an_integration_that_leaves_the_catalog_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.yaml");
    let definition = "version: 1\nname: acme\nlabel: Acme\ndescription: An API.\nbase_url: https://acme.example\ncredentials:\n  token: {kind: bearer}\nresources:\n  things:\n    methods:\n      list:\n        request: GET /things\n        documentation: {description: Lists things.}\n";
    std::fs::write(&file, definition).unwrap();
    let path = folder.path().to_owned();
    let gateway = Gateway::start_with(|config| config.catalog_dir = Some(path)).await;
    let url = link(&gateway, json!({"tenant_id": "acme", "integration": "acme"})).await;
    std::fs::remove_file(&file).unwrap();
    let browser = Browser::new();
    crate::support::eventually("the definition is gone", async || browser.get(&url).await.status == StatusCode::CONFLICT).await;
    assert_eq!(browser.get(&url).await.heading(), "This link cannot be used now");
    gateway.stop().await;
}

#[tokio::test]
async fn a_link_can_be_taken_back_and_ends_with_the_api_token_that_made_it() {
    let gateway = Gateway::start().await;
    set_app(&gateway).await;
    let browser = Browser::new();
    let new = json!({"tenant_id": "acme", "integration": "sendoso", "base_url": gateway.sandbox.url()});
    let (_, made) = gateway.api(Method::POST, "/link-token", new.clone()).await;
    let (url, path) = (made["url"].as_str().unwrap(), format!("/link-token/{}", made["id"].as_str().unwrap()));
    let callback = super::consent(&gateway, &browser, url).await;
    assert_eq!(gateway.api(Method::DELETE, &path, Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(gateway.api(Method::DELETE, &path, Value::Null).await.0, StatusCode::NOT_FOUND);
    assert_eq!(browser.get(url).await.summary(), "404: This link opens nothing");
    assert_eq!(super::ended(&gateway, &browser, &callback).await.summary(), "404: This link opens nothing");
    assert!(super::accounts(&gateway).await.is_empty());

    let (_, app) = gateway.api(Method::POST, "/api-token", json!({"name": "app"})).await;
    let request = gateway.request(Method::POST, "/link-token").bearer_auth(app["token"].as_str().unwrap()).json(&new);
    let made: Value = request.send().await.unwrap().json().await.unwrap();
    let url = made["url"].as_str().unwrap();
    assert_eq!(browser.get(url).await.summary(), "200: Connect Sendoso");
    gateway.api(Method::DELETE, &format!("/api-token/{}", app["id"].as_str().unwrap()), Value::Null).await;
    assert_eq!(browser.get(url).await.summary(), "404: This link opens nothing");
    gateway.stop().await;
}

#[tokio::test]
async fn a_link_does_not_outlive_the_api_token_that_made_it() {
    let gateway = Gateway::start().await;
    let (_, app) = gateway.api(Method::POST, "/api-token", json!({"name": "app", "expires_at": "2026-11-21T12:10:00Z"})).await;
    let new = json!({"tenant_id": "acme", "integration": "edesk"});
    let request = gateway.request(Method::POST, "/link-token").bearer_auth(app["token"].as_str().unwrap()).json(&new);
    let made: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(made["expires_at"], "2026-11-21T12:10:00.000Z", "{made}");
    gateway.stop().await;
}
