//! Accounts that are connected again: they keep what is theirs.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{account, can_call, connected, consent, ended, link, set_app, vendor_will};
use crate::link::browser::{Browser, Page};
use crate::support::{Gateway, McpUrl, SlowVendor};

/// An account that has lost its vendor, and one of its MCP servers.
async fn broken() -> (Gateway, McpUrl) {
    let gateway = Gateway::start().await;
    set_app(&gateway).await;
    let server = gateway.server(json!({"config": {"methods": ["read"]}})).await;
    break_off(&gateway, &server.account).await;
    (gateway, server)
}

/// Gives an account a credential that the vendor refuses.
async fn break_off(gateway: &Gateway, id: &str) {
    let worthless = json!({"credentials": {"access_token": "worthless", "refresh_token": "used-up", "scope": "public smartsend"}});
    gateway.api(Method::PATCH, &format!("/integrated-account/{id}"), worthless).await;
    assert!(!can_call(gateway, id).await);
    assert_eq!(account(gateway, id).await["status"], "needs_reauth");
}

#[tokio::test]
async fn an_account_that_is_connected_again_keeps_id_name_and_servers() {
    let (gateway, server) = broken().await;
    let url = link(&gateway, json!({"integrated_account_id": server.account})).await;
    let browser = Browser::new();
    assert_eq!(browser.get(&url).await.summary(), "200: Reconnect Sendoso");
    let end = connected(&gateway, &browser, &url).await;
    assert_eq!(end.status, StatusCode::SEE_OTHER, "{}", end.body);
    let done = browser.get(&format!("{}{}", gateway.url, end.location.unwrap())).await;
    assert_eq!(done.summary(), "200: Sendoso is connected again");
    let present = account(&gateway, &server.account).await;
    assert_eq!((&present["status"], &present["last_error"]), (&json!("active"), &Value::Null), "{present}");
    let (is_error, answer) = gateway.call(&server, "list_all_sendoso_campaigns", json!({})).await;
    assert!(!is_error, "{answer}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_scope_that_an_account_has_and_its_definition_does_not_know_is_asked_for_again() {
    let (gateway, server) = broken().await;
    let scope = json!({"credentials": {"access_token": "worthless", "refresh_token": "used-up", "scope": "offline_access smartsend"}});
    gateway.api(Method::PATCH, &format!("/integrated-account/{}", server.account), scope).await;
    let url = link(&gateway, json!({"integrated_account_id": server.account})).await;
    let browser = Browser::new();
    assert!(browser.get(&url).await.body.contains("<li>offline_access</li>"));
    let asked = url::Url::parse(&browser.post(&url, &[]).await.next()).unwrap();
    let scope = asked.query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned();
    assert_eq!(scope, "public marketplace smartsend offline_access");
    gateway.stop().await;
}

#[tokio::test]
async fn what_goes_wrong_leaves_the_old_credential_as_it_was() {
    let gateway = Gateway::start().await;
    set_app(&gateway).await;
    let id = gateway.account().await;
    let before = account(&gateway, &id).await;
    let url = link(&gateway, json!({"integrated_account_id": id})).await;
    let browser = Browser::new();
    let leaving = browser.post(&url, &[]).await;
    vendor_will(&gateway, "deny").await;
    let denied = Browser::new().get(&leaving.next()).await.location.unwrap();
    assert_eq!(ended(&gateway, &browser, &denied).await.status, StatusCode::FORBIDDEN);
    let callback = consent(&gateway, &browser, &url).await;
    let fault = json!({"kind": "status", "status": 400, "body": {"error": "invalid_grant"}, "path_prefix": "/oauth/token"});
    gateway.control(Method::POST, "faults", fault).await;
    assert_eq!(ended(&gateway, &browser, &callback).await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(account(&gateway, &id).await, before);
    assert!(can_call(&gateway, &id).await);
    gateway.stop().await;
}

#[tokio::test]
async fn an_account_that_is_deleted_meanwhile_is_not_made_anew() {
    let (gateway, server) = broken().await;
    let url = link(&gateway, json!({"integrated_account_id": server.account})).await;
    let browser = Browser::new();
    let callback = consent(&gateway, &browser, &url).await;
    gateway.api(Method::DELETE, &format!("/integrated-account/{}", server.account), Value::Null).await;
    assert_eq!(ended(&gateway, &browser, &callback).await.summary(), "410: The account is gone");
    assert_eq!(browser.get(&url).await.summary(), "410: The account is gone");
    assert!(super::accounts(&gateway).await.is_empty());
    gateway.stop().await;
}

#[tokio::test]
async fn a_ticket_that_expires_while_its_person_is_at_the_vendor_still_connects() {
    let (gateway, server) = broken().await;
    let url = ticket(&gateway, &server.account).await;
    gateway.clock.advance(Duration::from_secs(7 * 24 * 3600 - 60));
    let browser = Browser::new();
    let callback = consent(&gateway, &browser, &url).await;
    gateway.clock.advance(Duration::from_secs(120));
    assert_eq!(browser.get(&url).await.summary(), "404: This link opens nothing");
    let end = browser.get(&callback).await.location.unwrap();
    assert!(end.starts_with("/link/done?"), "{end}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_code_of_one_host_is_not_taken_to_another() {
    let (gateway, server) = broken().await;
    let elsewhere = SlowVendor::start().await;
    let url = link(&gateway, json!({"integrated_account_id": server.account})).await;
    let browser = Browser::new();
    let callback = consent(&gateway, &browser, &url).await;
    let moved = json!({"base_url": elsewhere.url, "credentials": {"access_token": "other", "refresh_token": "other"}});
    let (status, answer) = gateway.api(Method::PATCH, &format!("/integrated-account/{}", server.account), moved).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let asked = gateway.journal().await.iter().filter(|request| request["path"] == "/oauth/token").count();
    // The other host answers nothing: a request there would end in another page.
    let page = ended(&gateway, &browser, &callback).await;
    assert_eq!(page.summary(), "409: This was changed meanwhile");
    assert!(page.body.contains("account_changed") && page.retry().is_some(), "{}", page.body);
    assert_eq!(gateway.journal().await.iter().filter(|request| request["path"] == "/oauth/token").count(), asked);
    gateway.stop().await;
}

#[tokio::test]
async fn consent_is_asked_for_what_the_servers_need_and_what_there_was() {
    let (gateway, server) = broken().await;
    let url = link(&gateway, json!({"integrated_account_id": server.account})).await;
    let leaving = Browser::new().post(&url, &[]).await.next();
    let url = url::Url::parse(&leaving).unwrap();
    let scope = url.query_pairs().find(|(name, _)| name == "scope").unwrap().1.into_owned();
    let scopes: Vec<&str> = scope.split(' ').collect();
    assert!(scopes.contains(&"public") && scopes.contains(&"smartsend"), "{scope}");
    assert!(!scopes.contains(&"write"), "the server only reads: {scope}");
    gateway.stop().await;
}

/// The link that the API tells of an account that has to be connected again.
async fn ticket(gateway: &Gateway, id: &str) -> String {
    let present = account(gateway, id).await;
    present["reconnect_url"].as_str().unwrap_or_else(|| panic!("no link: {present}")).to_owned()
}

#[tokio::test]
async fn a_ticket_connects_its_account_again_once() {
    let (gateway, server) = broken().await;
    let url = ticket(&gateway, &server.account).await;
    assert!(url.contains("/link/tr_"), "{url}");
    let browser = Browser::new();
    assert_eq!(browser.get(&url).await.summary(), "200: Reconnect Sendoso");
    let late = consent(&gateway, &Browser::new(), &url).await;
    let end = connected(&gateway, &browser, &url).await;
    assert_eq!(end.status, StatusCode::SEE_OTHER, "{}", end.body);
    assert!(can_call(&gateway, &server.account).await);
    assert_eq!(browser.get(&url).await.summary(), "410: This link has been used");
    assert_eq!(ended(&gateway, &browser, &late).await.status, StatusCode::BAD_REQUEST);
    gateway.stop().await;
}

const ACME: &str = "\
version: 1
name: acme
label: Acme
description: An API.
base_url: https://acme.example
credentials:
  token:
    kind: bearer
    check: { resource: me, method: show, identity: answer.email }
resources:
  me:
    methods:
      show:
        request: GET /me
        documentation: { description: Shows whose token it is. }
";

/// Pastes a token; the vendor says whose it is.
async fn paste(browser: &Browser, url: &str, vendor: &SlowVendor, whose: &str) -> Page {
    let answer = json!({ "email": whose }).to_string();
    let fields = [("credentials.token", "token")];
    let (page, ()) = tokio::join!(browser.post(url, &fields), async { vendor.request().await.answer(&answer).await });
    page
}

#[tokio::test]
async fn a_ticket_takes_no_credential_of_somebody_else_and_a_link_token_does() {
    let Acme { gateway, id, vendor, url: link_url, _folder } = Acme::start().await;
    let browser = Browser::new();
    let call = format!("/integrated-account/{id}/validate");
    let refused = async { vendor.request().await.answer_with("401 Unauthorized", "{}").await };
    tokio::join!(gateway.api(Method::POST, &call, Value::Null), refused);

    let url = ticket(&gateway, &id).await;
    let before = account(&gateway, &id).await;
    let other = paste(&browser, &url, &vendor, "eve@acme.example").await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(other.body.contains("You signed in as eve@acme.example, and this connection belongs to somebody else"), "{}", other.body);
    assert!(!other.body.contains("ada@"), "the link's holder is told whose it is: {}", other.body);
    // Nor does one pass of which the vendor does not say whose it is.
    assert_eq!(paste(&browser, &url, &vendor, "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let after = account(&gateway, &id).await;
    assert_eq!((&after["status"], &after["updated_at"]), (&before["status"], &before["updated_at"]));
    assert_eq!(paste(&browser, &url, &vendor, "ada@acme.example").await.status, StatusCode::SEE_OTHER);

    assert_eq!(paste(&browser, &link_url, &vendor, "eve@acme.example").await.status, StatusCode::SEE_OTHER);
    assert_eq!(account(&gateway, &id).await["identity"], "eve@acme.example");
    gateway.stop().await;
}

#[tokio::test]
async fn a_key_that_was_tried_for_one_address_is_not_stored_for_another() {
    let Acme { gateway, id, vendor, url, _folder } = Acme::start().await;
    let elsewhere = SlowVendor::start().await;
    let browser = Browser::new();
    let (page, ()) = tokio::join!(browser.post(&url, &[("credentials.token", "theirs")]), async {
        let request = vendor.request().await;
        let moved = json!({"base_url": elsewhere.url, "credentials": {"token": "other"}});
        gateway.api(Method::PATCH, &format!("/integrated-account/{id}"), moved).await;
        request.answer(r#"{"email":"ada@acme.example"}"#).await;
    });
    assert_eq!(page.summary(), "409: This was changed meanwhile");
    assert!(page.retry().is_some());
    let after = account(&gateway, &id).await;
    assert_eq!((&after["base_url"], &after["identity"]), (&json!(elsewhere.url), &Value::Null), "{after}");
    // The link is still good, for the account as it is now.
    assert_eq!(paste(&browser, &url, &elsewhere, "eve@acme.example").await.status, StatusCode::SEE_OTHER);
    gateway.stop().await;
}

#[tokio::test]
async fn what_changes_beside_the_credential_while_it_is_tried_stays_changed() {
    let Acme { gateway, id, vendor, url, _folder } = Acme::start().await;
    let browser = Browser::new();
    let (page, ()) = tokio::join!(browser.post(&url, &[("credentials.token", "new")]), async {
        let request = vendor.request().await;
        gateway.api(Method::PATCH, &format!("/integrated-account/{id}"), json!({"name": "New name"})).await;
        request.answer(r#"{"email":"ada@acme.example"}"#).await;
    });
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert_eq!(account(&gateway, &id).await["name"], "New name");
    gateway.stop().await;
}

/// An account of a vendor that says whose each token is, and a link to connect it again.
struct Acme {
    gateway: Gateway,
    vendor: SlowVendor,
    id: String,
    url: String,
    _folder: tempfile::TempDir,
}

impl Acme {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("acme.yaml"), ACME).unwrap();
        let path = folder.path().to_owned();
        let gateway = Gateway::start_with(|config| config.catalog_dir = Some(path)).await;
        let vendor = SlowVendor::start().await;
        let first = link(&gateway, json!({"tenant_id": "acme", "integration": "acme", "base_url": vendor.url})).await;
        assert_eq!(paste(&Browser::new(), &first, &vendor, "ada@acme.example").await.status, StatusCode::SEE_OTHER);
        let id = super::accounts(&gateway).await[0]["id"].as_str().unwrap().to_owned();
        let url = link(&gateway, json!({"integrated_account_id": id})).await;
        Self { gateway, vendor, id, url, _folder: folder }
    }
}
