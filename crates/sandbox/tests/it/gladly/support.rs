//! A running Gladly and the credentials of its usual API user.

use std::ops::Deref;

use reqwest::RequestBuilder;
use sandbox::Vendor;
use serde_json::{Value, json};

use crate::support::{Answer, Running, send};

pub(crate) struct Gladly {
    running: Running,
    pub(crate) username: String,
    pub(crate) password: String,
}

impl Deref for Gladly {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.running
    }
}

impl Gladly {
    /// Requests are not limited here, so that a test may be as quick as it likes.
    pub(crate) async fn start() -> Gladly {
        let api = Gladly::start_with_limits().await;
        api.control("settings", json!({"requests_per_second": 0})).await;
        api
    }

    pub(crate) async fn start_with_limits() -> Gladly {
        let running = Running::start(Vendor::Gladly).await;
        let credentials = running.sandbox.issue_credentials();
        let text = |name: &str| credentials[name].as_str().unwrap().to_owned();
        Gladly { username: text("username"), password: text("password"), running }
    }

    /// `path` is what follows `/api/v1`.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.authorized("GET", path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.authorized("POST", path).json(&body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        send(self.authorized("PUT", path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        send(self.authorized("PATCH", path).json(&body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.authorized("DELETE", path)).await
    }

    pub(crate) async fn set(&self, name: &str, value: Value) {
        self.control("settings", json!({name: value})).await;
    }

    /// What the sandbox remembers of one collection.
    pub(crate) async fn state(&self, collection: &str) -> Value {
        self.running.state().await[collection].clone()
    }

    /// A moment so many days from now, as the API takes it.
    pub(crate) async fn in_days(&self, days: i64) -> String {
        let now = send(self.request("GET", "/__sandbox/clock")).await.json()["now_seconds"].as_i64().unwrap();
        jiff::Timestamp::from_second(now + days * 86_400).unwrap().to_string()
    }

    fn authorized(&self, method: &str, path: &str) -> RequestBuilder {
        self.request(method, &format!("/api/v1{path}")).basic_auth(&self.username, Some(&self.password))
    }
}

/// A create that answers nothing but where the new thing is.
pub(crate) fn location(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.text.as_str()), (201, ""));
    let location = answer.headers["location"].to_str().unwrap();
    location.strip_prefix("/api/v1").unwrap().to_owned()
}

/// The entry of a list with this `id`.
pub(crate) fn by_id(list: &Value, id: &str) -> Value {
    list.as_array().unwrap().iter().find(|entry| entry["id"] == id).cloned().unwrap_or_default()
}

/// The `id` of every entry, in order.
pub(crate) fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap()).collect()
}
