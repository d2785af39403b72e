//! A running Gladly and the credentials of its usual API user.

use std::net::{Ipv4Addr, SocketAddr};

use reqwest::{Client, Method, RequestBuilder};
use sandbox::{Sandbox, Vendor};
use serde_json::{Value, json};

use crate::support::{Answer, client, send};

pub(crate) struct Gladly {
    pub(crate) sandbox: Sandbox,
    client: Client,
    pub(crate) username: String,
    pub(crate) password: String,
}

impl Gladly {
    /// Requests are not limited here, so that a test may be as quick as it likes.
    pub(crate) async fn start() -> Gladly {
        let api = Gladly::start_with_limits().await;
        api.control("settings", json!({"requests_per_second": 0})).await;
        api
    }

    /// Time stands still unless a test moves it.
    pub(crate) async fn start_with_limits() -> Gladly {
        let sandbox = Sandbox::start(Vendor::Gladly, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
        let credentials = sandbox.issue_credentials();
        let text = |name: &str| credentials[name].as_str().unwrap().to_owned();
        let api = Gladly { client: client(), username: text("username"), password: text("password"), sandbox };
        api.control("clock", json!({"frozen": true})).await;
        api
    }

    /// Without credentials.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.client.request(method, format!("{}{path}", self.sandbox.url()))
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

    /// `POST /__sandbox/{command}`, which must succeed.
    pub(crate) async fn control(&self, command: &str, body: Value) -> Value {
        let answer = send(self.request("POST", &format!("/__sandbox/{command}")).json(&body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }

    pub(crate) async fn set(&self, name: &str, value: Value) {
        self.control("settings", json!({name: value})).await;
    }

    /// What the sandbox remembers of one collection.
    pub(crate) async fn state(&self, collection: &str) -> Value {
        send(self.request("GET", "/__sandbox/state")).await.json()[collection].clone()
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
