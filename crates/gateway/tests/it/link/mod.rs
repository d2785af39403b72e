//! A person connects an account in a browser.

mod browser;
mod consents;
mod forms;
mod reconnecting;
mod tokens;
mod wording;

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
