//! A sandbox with a client, and one that has its tokens.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use sandbox::{Sandbox, Vendor};
use serde_json::{Value, json};

/// A running sandbox, whoever asks it.
pub(crate) struct Running {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

/// A running sandbox and the bearer token of its usual user.
pub(crate) struct Api {
    running: Running,
    pub(crate) token: String,
    /// What issued credentials call the token.
    token_name: &'static str,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// Status and body on one line, for snapshots.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.status, self.text)
    }
}

impl Running {
    /// Time stands still unless a test moves it: what is slow here or there makes no difference.
    pub(crate) async fn start(vendor: Vendor) -> Running {
        let sandbox = Sandbox::start(vendor, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        let running = Running { sandbox, client: client() };
        running.control("clock", json!({"frozen": true})).await;
        running
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.client.request(method, format!("{}{path}", self.sandbox.url()))
    }

    /// `POST /__sandbox/{command}`, which must succeed.
    pub(crate) async fn control(&self, command: &str, body: Value) -> Value {
        let answer = send(self.request("POST", &format!("/__sandbox/{command}")).json(&body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    pub(crate) async fn advance(&self, seconds: u32) {
        self.control("clock", json!({"advance_seconds": seconds})).await;
    }

    pub(crate) async fn tick(&self) {
        self.control("tick", json!({"count": 1})).await;
    }

    pub(crate) async fn state(&self) -> Value {
        send(self.request("GET", "/__sandbox/state")).await.json()
    }

    pub(crate) async fn journal(&self) -> Value {
        send(self.request("GET", "/__sandbox/journal")).await.json()
    }
}

impl Deref for Api {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.running
    }
}

impl Api {
    /// A Sendoso. Core requests are not limited here, so that a test may be as quick as it likes.
    pub(crate) async fn start() -> Api {
        let api = Api::start_with_limits().await;
        api.control("settings", json!({"core_requests_per_second": 0})).await;
        api
    }

    pub(crate) async fn start_with_limits() -> Api {
        Api::of(Vendor::Sendoso, "access_token").await
    }

    pub(crate) async fn of(vendor: Vendor, token_name: &'static str) -> Api {
        let running = Running::start(vendor).await;
        let token = issued(&running.sandbox, token_name);
        Api { running, token, token_name }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request("GET", path).bearer_auth(&self.token)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request("POST", path).bearer_auth(&self.token).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        send(self.request("PUT", path).bearer_auth(&self.token).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.request("DELETE", path).bearer_auth(&self.token)).await
    }

    pub(crate) async fn stop(self) {
        self.running.sandbox.stop().await;
    }

    /// Goes on with a token as wished.
    pub(crate) async fn take_token(&mut self, wish: Value) {
        let tokens = self.control("tokens", wish).await;
        self.token = tokens[self.token_name].as_str().unwrap().to_owned();
    }

    /// The newest send as the list shows it.
    pub(crate) async fn newest_send(&self) -> Value {
        self.get("/api/v3/send?per_page=1").await.json()["sends"][0].clone()
    }

    /// What is left of a group's money, in whole dollars.
    pub(crate) async fn budget(&self, group_id: u64) -> i64 {
        let groups = self.get("/api/v3/groups").await.json();
        let group = groups["groups"].as_array().unwrap().iter().find(|group| group["id"] == group_id);
        group.unwrap()["budget"].as_i64().unwrap()
    }
}

/// One of a fresh set of credentials.
pub(crate) fn issued(sandbox: &Sandbox, name: &str) -> String {
    sandbox.issue_credentials()[name].as_str().unwrap().to_owned()
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

/// Follows no redirect, so that tests see them.
pub(crate) fn client() -> Client {
    // Every test thread tries; the first one wins.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

pub(crate) fn egift() -> Value {
    json!({"send": {"touch_id": 77, "name": "Sarah Connor", "email": "sarah.connor@example.com",
                    "via": "single_email_address", "via_from": "SDR Agent"}})
}

pub(crate) fn physical() -> Value {
    json!({"send": {"touch_id": 4711, "name": "Jane Roe", "email": "jane@example.com",
                    "address": "639 Front St, Floor 3", "city": "San Francisco", "state": "CA", "zip": "94111",
                    "country": "USA", "confirm_address": false, "via": "single_person_or_company",
                    "via_from": "SDR Agent"}})
}

pub(crate) fn address_collection() -> Value {
    json!({"send": {"touch_id": 4711, "name": "Michael Scott", "email": "michael.scott@acmecorp.com",
                    "custom_message": "Congratulations on the partnership!", "no_address": true,
                    "confirm_address": true, "address_confirmation_via": "email",
                    "resume_with_unconfirmed_address": false, "expire_after_days": 7,
                    "hide_product_info": false, "via": "single_person_or_company", "via_from": "SDR Agent"}})
}

/// The body with one field of its `send` object changed.
pub(crate) fn with(mut body: Value, field: &str, value: Value) -> Value {
    body["send"][field] = value;
    body
}
