//! What state an account is in, who finds out, and who is told.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use sandbox::{Sandbox, Vendor};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::support::{Gateway, McpUrl, eventually};

/// One account at a sandbox, and an MCP server over it.
struct Connected {
    gateway: Gateway,
    vendor: Sandbox,
    server: McpUrl,
    /// Holds the definition, where it is not built in.
    _folder: Option<TempDir>,
}

impl Connected {
    async fn to(vendor: Vendor, wish: Value) -> Self {
        let (gateway, folder) = gateway(vendor).await;
        let vendor = Sandbox::start(vendor, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let credentials = issued(&gateway, &vendor, wish.clone()).await;
        let mut body = new_account(&vendor, credentials.into());
        if vendor.vendor() == Vendor::Example {
            body["authentication_method"] = wish["kind"].clone();
        }
        let account = created(&gateway, body).await;
        let server = gateway.server_over(account, json!({})).await;
        Self { gateway, vendor, server, _folder: folder }
    }

    async fn account(&self) -> Value {
        self.gateway.api(Method::GET, &format!("/integrated-account/{}", self.server.account), Value::Null).await.1
    }

    async fn call(&self, tool: &str) -> (bool, Value) {
        self.gateway.call(&self.server, tool, json!({})).await
    }

    async fn patch(&self, body: Value) -> Value {
        let (status, account) = self.gateway.api(Method::PATCH, &format!("/integrated-account/{}", self.server.account), body).await;
        assert_eq!(status, StatusCode::OK, "{account}");
        account
    }

    async fn validate(&self) -> (StatusCode, Value) {
        self.gateway.api(Method::POST, &format!("/integrated-account/{}/validate", self.server.account), Value::Null).await
    }

    async fn becomes(&self, status: &str) -> Value {
        eventually(status, async || self.account().await["status"] == status).await;
        self.account().await
    }

    async fn fault(&self, fault: Value) {
        self.gateway.control_of(&self.vendor, Method::POST, "faults", fault).await;
    }

    /// How often the vendor was asked for `path`.
    async fn requests(&self, path: &str) -> usize {
        let journal = self.gateway.control_of(&self.vendor, Method::GET, "journal", Value::Null).await;
        journal.as_array().unwrap().iter().filter(|entry| entry["path"] == path).count()
    }

    async fn advance(&self, seconds: u64) {
        self.gateway.clock.advance(Duration::from_secs(seconds));
        self.gateway.control_of(&self.vendor, Method::POST, "clock", json!({"advance_seconds": seconds})).await;
    }

    async fn stop(self) {
        self.gateway.stop().await;
        self.vendor.stop().await;
    }
}

/// A gateway that knows the vendor.
async fn gateway(vendor: Vendor) -> (Gateway, Option<TempDir>) {
    if vendor != Vendor::Example {
        return (Gateway::start().await, None);
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("example.yaml"), include_str!("../../../sandbox/example.yaml")).unwrap();
    let catalog_dir = folder.path().to_owned();
    (Gateway::start_with(|config| config.catalog_dir = Some(catalog_dir)).await, Some(folder))
}

async fn issued(gateway: &Gateway, vendor: &Sandbox, wish: Value) -> Map<String, Value> {
    let Value::Object(credentials) = gateway.control_of(vendor, Method::POST, "tokens", wish).await else { panic!("no credentials") };
    credentials
}

fn new_account(vendor: &Sandbox, credentials: Value) -> Value {
    json!({"integration": vendor.vendor().name(), "tenant_id": "acme", "base_url": vendor.url(), "credentials": credentials})
}

async fn created(gateway: &Gateway, body: Value) -> String {
    let (status, account) = gateway.api(Method::POST, "/integrated-account", body).await;
    assert_eq!(status, StatusCode::CREATED, "{account}");
    account["id"].as_str().unwrap().to_owned()
}

async fn accounts(gateway: &Gateway) -> Vec<Value> {
    gateway.api(Method::GET, "/integrated-account", Value::Null).await.1["result"].as_array().unwrap().clone()
}

fn is_link(value: &Value, gateway: &Gateway) -> bool {
    value.as_str().and_then(|url| url.strip_prefix(&gateway.url)?.strip_prefix("/link/tr_")).is_some_and(|rest| rest.len() == 86)
}

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn a_token_that_ended_after_ninety_days_is_told_to_everyone_with_a_link() {
    let account = Connected::to(Vendor::EDesk, json!({})).await;
    assert_eq!(account.validate().await.1["reconnect_url"], Value::Null);
    let (is_error, answer) = account.call("list_all_e_desk_tags").await;
    assert!(!is_error, "{answer}");

    account.advance(91 * DAY).await;
    let (is_error, answer) = account.call("list_all_e_desk_tags").await;
    assert!(is_error);
    assert_eq!((&answer["error"]["code"], &answer["error"]["status"]), (&json!("needs_reauth"), &json!(401)), "{answer}");
    assert!(is_link(&answer["error"]["reconnect_url"], &account.gateway), "{answer}");

    let told = account.account().await;
    assert_eq!(told["status"], "needs_reauth");
    assert!(!told["last_error"].as_str().unwrap().is_empty(), "{told}");
    assert!(is_link(&told["reconnect_url"], &account.gateway), "{told}");
    let listed = &accounts(&account.gateway).await[0];
    assert_eq!((&listed["status"], &listed["last_error"]), (&told["status"], &told["last_error"]));
    assert!(is_link(&listed["reconnect_url"], &account.gateway), "{listed}");
    let (_, answer) = account.call("list_all_e_desk_tags").await;
    assert!(is_link(&answer["error"]["reconnect_url"], &account.gateway), "{answer}");
    assert!(answer["error"]["hint"].as_str().unwrap().contains("`reconnect_url`"), "{answer}");

    let credentials = issued(&account.gateway, &account.vendor, json!({})).await;
    let fixed = account.patch(json!({ "credentials": credentials })).await;
    assert_eq!([&fixed["status"], &fixed["last_error"], &fixed["reconnect_url"]], [&json!("active"), &Value::Null, &Value::Null]);
    assert!(!account.call("list_all_e_desk_tags").await.0);
    account.stop().await;
}

#[tokio::test]
async fn agents_get_no_link_for_an_account_of_which_nobody_knows_yet_whose_it_is() {
    let account = Connected::to(Vendor::EDesk, json!({})).await;
    account.advance(91 * DAY).await;
    account.call("list_all_e_desk_tags").await;
    let told = account.becomes("needs_reauth").await;
    assert!(is_link(&told["reconnect_url"], &account.gateway), "{told}");
    let (_, answer) = account.call("list_all_e_desk_tags").await;
    assert_eq!((&answer["error"]["code"], &answer["error"]["reconnect_url"]), (&json!("needs_reauth"), &Value::Null), "{answer}");
    account.stop().await;
}

#[tokio::test]
async fn a_check_that_is_made_anyway_learns_whose_the_account_is() {
    let account = Connected::to(Vendor::EDesk, json!({})).await;
    account.fault(json!({"kind": "status", "status": 401, "path_prefix": "/v1/tags", "times": 1})).await;
    assert!(account.call("list_all_e_desk_tags").await.0);
    eventually("the identity is known", async || account.account().await["identity"].is_string()).await;
    assert_eq!(account.account().await["status"], "active");
    account.stop().await;
}

#[tokio::test]
async fn an_environment_may_keep_the_link_from_agents_and_not_from_its_own_people() {
    let account = Connected::to(Vendor::EDesk, json!({})).await;
    account.validate().await;
    let (status, settings) = account.gateway.api(Method::PATCH, "/environment", json!({"agent_reconnect_links": false})).await;
    assert_eq!((status, &settings["agent_reconnect_links"]), (StatusCode::OK, &json!(false)));
    account.advance(91 * DAY).await;
    account.call("list_all_e_desk_tags").await;
    let told = account.becomes("needs_reauth").await;
    let (_, answer) = account.call("list_all_e_desk_tags").await;
    assert_eq!(answer["error"]["code"], "needs_reauth");
    assert_eq!(answer["error"]["reconnect_url"], Value::Null, "{answer}");
    assert!(is_link(&told["reconnect_url"], &account.gateway), "{told}");

    account.gateway.api(Method::PATCH, "/environment", json!({"agent_reconnect_links": true})).await;
    let (_, answer) = account.call("list_all_e_desk_tags").await;
    assert!(is_link(&answer["error"]["reconnect_url"], &account.gateway), "{answer}");
    account.stop().await;
}

#[tokio::test]
async fn one_tool_that_is_refused_is_no_matter_of_the_account_and_is_asked_about_once_a_minute() {
    let account = Connected::to(Vendor::EDesk, json!({})).await;
    let refusal = json!({"kind": "status", "status": 401, "path_prefix": "/v1/tags", "times": 4});
    account.fault(refusal).await;
    for _ in 0..3 {
        assert!(account.call("list_all_e_desk_tags").await.0);
    }
    eventually("the check was made", async || account.requests("/v1/whoami").await == 1).await;
    account.advance(61).await;
    assert!(account.call("list_all_e_desk_tags").await.0);
    eventually("the next check was made", async || account.requests("/v1/whoami").await == 2).await;
    assert!(!account.call("list_all_e_desk_tags").await.0);
    let told = account.account().await;
    assert_eq!((&told["status"], &told["last_error"]), (&json!("active"), &Value::Null));
    account.stop().await;
}

#[tokio::test]
async fn a_call_that_the_vendor_serves_again_makes_the_account_active_again() {
    let account = Connected::to(Vendor::EDesk, json!({})).await;
    account.fault(json!({"kind": "status", "status": 401, "path_prefix": "/v1", "times": 2})).await;
    account.call("list_all_e_desk_tags").await;
    account.becomes("needs_reauth").await;
    assert!(!account.call("list_all_e_desk_tags").await.0);
    let told = account.account().await;
    assert_eq!([&told["status"], &told["last_error"], &told["reconnect_url"]], [&json!("active"), &Value::Null, &Value::Null]);
    let version = &told["updated_at"];
    assert!(!account.call("list_all_e_desk_tags").await.0);
    assert_eq!(&account.account().await["updated_at"], version);
    account.stop().await;
}

#[tokio::test]
async fn every_kind_of_credential_is_accepted_with_the_vendors_name_for_the_account_and_refused_in_the_vendors_words() {
    for (vendor, wish, wrong, identity, refused) in [
        (Vendor::EDesk, json!({}), json!({"token": "wrong"}), true, "validation_error"),
        (Vendor::Gladly, json!({}), json!({"username": "a@b.example", "password": "wrong"}), true, "validation_error"),
        (Vendor::Sendoso, json!({}), json!({"access_token": "wrong"}), true, "needs_reauth"),
        (Vendor::Example, json!({"kind": "key_in_header"}), json!({"api_key": "wrong"}), false, "validation_error"),
        (Vendor::Example, json!({"kind": "key_in_query"}), json!({"api_key": "wrong"}), false, "validation_error"),
        (
            Vendor::Example,
            json!({"kind": "client_credentials"}),
            json!({"client_id": "wrong", "client_secret": "wrong"}),
            false,
            "validation_error",
        ),
    ] {
        let what = format!("{} {wish}", vendor.name());
        let account = Connected::to(vendor, wish).await;
        let (status, accepted) = account.validate().await;
        assert_eq!((status, &accepted["status"]), (StatusCode::OK, &json!("active")), "{what}: {accepted}");
        assert_eq!(accepted["identity"].as_str().is_some_and(|identity| !identity.is_empty()), identity, "{what}: {accepted}");

        account.patch(json!({ "credentials": wrong })).await;
        let (status, told) = account.validate().await;
        assert_eq!((status, &told["status"]), (StatusCode::OK, &json!(refused)), "{what}: {told}");
        assert!(!told["last_error"].as_str().unwrap().is_empty(), "{what}: {told}");
        assert!(is_link(&told["reconnect_url"], &account.gateway), "{what}: {told}");
        assert_eq!(told["identity"], Value::Null, "{what}: nobody knows whose another credential is");

        let mut body = new_account(&account.vendor, wrong);
        body["validate"] = json!(true);
        body["authentication_method"] = told["authentication_method"].clone();
        let (status, error) = account.gateway.api(Method::POST, "/integrated-account", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{what}: {error}");
        assert!(error["message"].as_str().unwrap().contains("nothing was stored"), "{what}: {error}");
        assert_eq!(accounts(&account.gateway).await.len(), 1, "{what}");
        account.stop().await;
    }
}

#[tokio::test]
async fn an_account_that_is_validated_before_it_is_stored_has_its_identity_at_once() {
    let gateway = Gateway::start().await;
    let mut body = new_account(&gateway.sandbox, gateway.sandbox.issue_credentials().into());
    body["validate"] = json!(true);
    let (status, account) = gateway.api(Method::POST, "/integrated-account", body).await;
    assert_eq!(status, StatusCode::CREATED, "{account}");
    assert!(account["identity"].as_str().unwrap().contains('@'), "{account}");
    gateway.stop().await;
}

#[tokio::test]
async fn a_vendor_is_not_asked_for_an_account_that_cannot_be_stored() {
    let account = Connected::to(Vendor::EDesk, json!({})).await;
    let mut body = new_account(&account.vendor, json!({"token": "x"}));
    body["validate"] = json!(true);
    body["tenant_id"] = json!(" ");
    let (status, error) = account.gateway.api(Method::POST, "/integrated-account", body).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(error["message"].as_str().unwrap().contains("`tenant_id`"), "{error}");
    assert_eq!(account.requests("/v1/whoami").await, 0);
    account.stop().await;
}

#[tokio::test]
async fn other_credentials_can_be_validated_before_they_are_taken_and_whose_they_are_is_not_taken_for_granted() {
    let account = Connected::to(Vendor::EDesk, json!({})).await;
    let (_, before) = account.validate().await;
    assert_ne!(before["identity"], Value::Null);
    let path = format!("/integrated-account/{}", account.server.account);
    for (body, words) in [
        (json!({"validate": true, "name": "x"}), "no `credentials`"),
        (json!({"validate": true, "credentials": {"token": "wrong"}}), "nothing was stored"),
    ] {
        let (status, error) = account.gateway.api(Method::PATCH, &path, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
        assert_eq!(account.account().await, before);
    }
    account.fault(json!({"kind": "status", "status": 503})).await;
    let good = Value::from(issued(&account.gateway, &account.vendor, json!({})).await);
    let (status, _) = account.gateway.api(Method::PATCH, &path, json!({"validate": true, "credentials": good})).await;
    assert_eq!((status, account.account().await), (StatusCode::BAD_GATEWAY, before.clone()));

    assert_eq!(account.patch(json!({"validate": true, "credentials": good})).await["identity"], before["identity"]);
    assert_eq!(account.patch(json!({"name": "renamed"})).await["identity"], before["identity"]);
    assert_eq!(account.patch(json!({ "credentials": good })).await["identity"], Value::Null);
    account.stop().await;
}

#[tokio::test]
async fn a_vendor_that_gives_no_clear_answer_changes_nothing() {
    let account = Connected::to(Vendor::EDesk, json!({})).await;
    for fault in [
        json!({"kind": "status", "status": 503}),
        json!({"kind": "status", "status": 404}),
        json!({"kind": "status", "status": 429}),
        json!({"kind": "close_before_answer"}),
    ] {
        account.fault(fault.clone()).await;
        let (status, error) = account.validate().await;
        assert_eq!(status, StatusCode::BAD_GATEWAY, "{fault}: {error}");
        assert!(error["message"].as_str().unwrap().contains("nothing was changed"), "{error}");
        let mut body = new_account(&account.vendor, issued(&account.gateway, &account.vendor, json!({})).await.into());
        body["validate"] = json!(true);
        account.fault(fault.clone()).await;
        assert_eq!(account.gateway.api(Method::POST, "/integrated-account", body).await.0, StatusCode::BAD_GATEWAY, "{fault}");
    }
    let told = account.account().await;
    assert_eq!((&told["status"], &told["last_error"]), (&json!("active"), &Value::Null));
    assert_eq!(accounts(&account.gateway).await.len(), 1);
    account.stop().await;
}

#[tokio::test]
async fn an_account_whose_person_is_still_to_come_is_connecting_until_there_are_credentials() {
    let (gateway, _) = gateway(Vendor::Gladly).await;
    // Where the vendor is, the person will say too.
    let (status, account) = gateway.api(Method::POST, "/integrated-account", json!({"integration": "gladly", "tenant_id": "acme"})).await;
    assert_eq!((status, &account["status"]), (StatusCode::CREATED, &json!("connecting")), "{account}");
    assert!(is_link(&account["reconnect_url"], &gateway), "{account}");
    let id = account["id"].as_str().unwrap().to_owned();

    let server = gateway.server_over(id.clone(), json!({})).await;
    assert!(!gateway.tool_names(&server).await.is_empty());
    let (is_error, answer) = gateway.call(&server, "list_all_gladly_agents", json!({})).await;
    assert!(is_error);
    assert_eq!(answer["error"]["code"], "needs_reauth");
    assert_eq!(answer["error"]["reconnect_url"], Value::Null, "nobody knows whose it is to be: {answer}");
    assert_eq!(gateway.api(Method::POST, &format!("/integrated-account/{id}/validate"), Value::Null).await.0, StatusCode::CONFLICT);

    let path = format!("/integrated-account/{id}");
    let (status, account) = gateway.api(Method::PATCH, &path, json!({"context": {"host": "acme.gladly.com"}})).await;
    assert_eq!((status, &account["status"]), (StatusCode::OK, &json!("connecting")), "{account}");
    assert_eq!(gateway.api(Method::PATCH, &path, json!({"context": {"hots": "acme"}})).await.0, StatusCode::BAD_REQUEST);

    let vendor = Sandbox::start(Vendor::Gladly, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let body = json!({"credentials": vendor.issue_credentials(), "base_url": vendor.url()});
    let (status, account) = gateway.api(Method::PATCH, &format!("/integrated-account/{id}"), body).await;
    assert_eq!((status, &account["status"]), (StatusCode::OK, &json!("active")), "{account}");
    assert!(!gateway.call(&server, "list_all_gladly_agents", json!({})).await.0);
    gateway.stop().await;
}

#[tokio::test]
async fn what_cannot_be_validated_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let definition = "version: 1\nname: acme\nlabel: Acme\ndescription: A made-up API.\nbase_url: https://acme.example\n\
        credentials: {token: {kind: bearer}}\nresources:\n  tags:\n    methods:\n      list:\n        request: GET /v1/tags\n        \
        pagination: {style: none}\n        documentation: {description: Returns all tags.}\n";
    std::fs::write(folder.path().join("acme.yaml"), definition).unwrap();
    let catalog_dir = folder.path().to_owned();
    let gateway = Gateway::start_with(|config| config.catalog_dir = Some(catalog_dir)).await;
    let vendor = Sandbox::start(Vendor::EDesk, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let body = json!({"integration": "acme", "tenant_id": "acme", "base_url": vendor.url(), "credentials": {"token": "wrong"}});

    for (extra, words) in
        [(json!({"validate": true}), "names no `check`"), (json!({"validate": true, "credentials": null}), "no `credentials`")]
    {
        let mut body = body.clone();
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let (status, error) = gateway.api(Method::POST, "/integrated-account", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
    }
    let id = created(&gateway, body).await;
    let path = format!("/integrated-account/{id}");
    assert_eq!(gateway.api(Method::POST, &format!("{path}/validate"), Value::Null).await.0, StatusCode::CONFLICT);

    // Without a check a refused call speaks for the credential.
    let server = gateway.server_over(id, json!({})).await;
    gateway.control_of(&vendor, Method::POST, "faults", json!({"kind": "status", "status": 401})).await;
    let (_, answer) = gateway.call(&server, "list_all_acme_tags", json!({})).await;
    // Whose the account is, nobody can say, so agents get no link to it.
    assert_eq!((&answer["error"]["code"], &answer["error"]["reconnect_url"]), (&json!("needs_reauth"), &Value::Null), "{answer}");
    let account = gateway.api(Method::GET, &path, Value::Null).await.1;
    assert_eq!(account["status"], "needs_reauth");
    assert!(is_link(&account["reconnect_url"], &gateway), "{account}");
    gateway.stop().await;
}

#[tokio::test]
async fn the_environment_says_who_may_frame_link_pages() {
    let gateway = Gateway::start().await;
    let (status, settings) = gateway.api(Method::GET, "/environment", Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&settings["frame_ancestors"], &settings["agent_reconnect_links"]), (&json!([]), &json!(true)));

    let body = json!({"frame_ancestors": ["https://App.example.com/", "http://localhost:3000"]});
    assert_eq!(gateway.api(Method::PATCH, "/environment", body).await.0, StatusCode::OK);
    for wrong in [json!({"frame_ancestors": ["http://app.example.com"]}), json!({"frame_ancestor": []}), json!({"frame_ancestors": "x"})] {
        let (status, error) = gateway.api(Method::PATCH, "/environment", wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(error["message"].as_str().unwrap().contains("frame_ancestor"), "{error}");
    }
    let (_, settings) = gateway.api(Method::PATCH, "/api/environment", json!({"agent_reconnect_links": false})).await;
    assert_eq!(settings["frame_ancestors"], json!(["https://app.example.com", "http://localhost:3000"]));
    let request = gateway.request(Method::GET, "/environment");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    gateway.stop().await;
}
