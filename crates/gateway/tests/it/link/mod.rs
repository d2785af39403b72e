//! A person connects an account in a browser.

mod attacks;
mod browser;
mod consents;
mod forms;
mod reconnecting;
mod tokens;
mod wording;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::link::browser::{Browser, Page};
use crate::support::Gateway;

/// Registers the sandbox's app for an environment.
async fn set_app(gateway: &Gateway) {
    let app = gateway.sandbox.vendor().oauth_apps()[0];
    let body = json!({"client_id": app.client_id, "client_secret": app.client_secret});
    let (status, answer) = gateway.api(Method::PUT, "/integration/sendoso/oauth-app", body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
}

/// The URL of a new link.
async fn link(gateway: &Gateway, body: Value) -> String {
    let (status, answer) = gateway.api(Method::POST, "/link-token", body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    answer["url"].as_str().unwrap().to_owned()
}

/// A link for a new account at the gateway's sandbox, by consent.
async fn consent_link(gateway: &Gateway, more: Value) -> String {
    let mut body =
        json!({"tenant_id": "acme", "integration": "sendoso", "authentication_method": "oauth2", "base_url": gateway.sandbox.url()});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    link(gateway, body).await
}

/// All accounts, newest first.
async fn accounts(gateway: &Gateway) -> Vec<Value> {
    let (_, listed) = gateway.api(Method::GET, "/integrated-account", Value::Null).await;
    listed["result"].as_array().unwrap().clone()
}

async fn account(gateway: &Gateway, id: &str) -> Value {
    gateway.api(Method::GET, &format!("/integrated-account/{id}"), Value::Null).await.1
}

/// Whether a tool call gets through to the vendor.
async fn can_call(gateway: &Gateway, id: &str) -> bool {
    let path = format!("/integrated-account/{id}/tools/list_all_sendoso_campaigns");
    gateway.api(Method::POST, &path, json!({})).await.0 == StatusCode::OK
}

/// What the vendor's consent page does without being asked: `approve` or `deny`.
async fn vendor_will(gateway: &Gateway, consent: &str) {
    gateway.control(Method::POST, "settings", json!({ "consent": consent })).await;
}

/// Goes from the link's form to the vendor, and comes back with what it answers: the address of the callback.
async fn consent(gateway: &Gateway, browser: &Browser, url: &str) -> String {
    vendor_will(gateway, "approve").await;
    let leaving = browser.post(url, &[]).await;
    assert_eq!(leaving.status, StatusCode::OK, "{}", leaving.body);
    let at_vendor = Browser::new().get(&leaving.next()).await;
    at_vendor.location.unwrap_or_else(|| panic!("the vendor sends nobody back: {} {}", at_vendor.status, at_vendor.body))
}

/// A person's whole way, to where they end.
async fn connected(gateway: &Gateway, browser: &Browser, url: &str) -> Page {
    let callback = consent(gateway, browser, url).await;
    browser.get(&callback).await
}

/// A gateway with the sandbox's app, and somebody's browser.
async fn with_app() -> (Gateway, Browser) {
    let gateway = Gateway::start().await;
    set_app(&gateway).await;
    (gateway, Browser::new())
}

/// The page that a way back leads on to when nothing was connected. No such way leaves code or state in the address.
async fn ended(gateway: &Gateway, browser: &Browser, callback: &str) -> Page {
    let answer = browser.get(callback).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let address = answer.location.unwrap();
    assert!(address.starts_with("/link/ended?page="), "{address}");
    let page = address.split(['=', '&']).nth(1).unwrap();
    let words = String::from_utf8(URL_SAFE_NO_PAD.decode(page).unwrap()).unwrap();
    assert!(!words.contains("tl_") && !words.contains("tr_"), "a link stands in the address: {words}");
    let brought = url::Url::parse(callback).unwrap();
    for (name, value) in brought.query_pairs().filter(|(name, value)| matches!(&**name, "code" | "state") && value.len() > 1) {
        assert!(!address.contains(&*value) && !words.contains(&*value), "{name} stands in {address}, which is {words}");
    }
    browser.get(&format!("{}{address}", gateway.url)).await
}
