//! Requests to a management API, and what its refusals mean at a terminal.

use std::error::Error;
use std::time::Duration;

use anyhow::anyhow;
use http::header::LOCATION;
use http::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use upstream::operator_client;
use upstream::reqwest::{Client, Response};
use url::form_urlencoded::Serializer;

use crate::config::Management;
use crate::hint::hinted;

/// Longest wait for a complete answer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// One server's management API.
pub(super) struct Api {
    client: Client,
    base_url: String,
    api_token: SecretString,
}

impl Api {
    pub(super) fn new(Management { server, api_token }: Management) -> anyhow::Result<Self> {
        // Paths are added to it.
        let base_url = server.as_str().trim_end_matches('/').to_owned();
        Ok(Self { client: operator_client(&server)?, base_url, api_token })
    }

    /// Reads what is at a path like `/api-token`. Ids in it are of types that need no escaping.
    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(Method::GET, path, None).await
    }

    /// Reads one part of a list.
    pub(super) async fn list(&self, path: &str, query: &[(&str, String)]) -> anyhow::Result<Value> {
        let query = Serializer::new(String::new()).extend_pairs(query).finish();
        self.send(Method::GET, &format!("{path}?{query}"), None).await
    }

    pub(super) async fn post(&self, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        self.send(Method::POST, path, body).await
    }

    pub(super) async fn patch(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(super) async fn delete(&self, path: &str) -> anyhow::Result<()> {
        self.send(Method::DELETE, path, None).await.map(drop)
    }

    /// The answer's JSON; null where the API answers without a body.
    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let mut request = self.client.request(method, format!("{}{path}", self.base_url)).timeout(TIMEOUT);
        request = request.bearer_auth(self.api_token.expose_secret());
        if let Some(body) = body {
            request = request.header(http::header::CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let response = request.send().await.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(self.moved(&response));
        }
        let text = response.text().await.map_err(|error| self.unreachable(error))?;
        let answer: Option<Value> = if text.is_empty() { Some(Value::Null) } else { serde_json::from_str(&text).ok() };
        match answer {
            Some(answer) if status.is_success() => Ok(answer),
            Some(refusal) if refusal["message"].is_string() => Err(refused(status, &refusal)),
            _ => Err(self.foreign(status)),
        }
    }

    fn unreachable(&self, error: upstream::reqwest::Error) -> anyhow::Error {
        if error.is_timeout() {
            let seconds = TIMEOUT.as_secs();
            return hinted(anyhow!("{} did not answer within {seconds} s", self.base_url), "see the server's log, or try again");
        }
        let remedy = "start the server with `tidegate serve`, or say where it is in TIDEGATE_URL or with --server";
        hinted(anyhow!("cannot reach {}: {}", self.base_url, innermost(&error)), remedy)
    }

    fn moved(&self, response: &Response) -> anyhow::Error {
        let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok()).unwrap_or("another address");
        let problem = anyhow!("{} redirects to {location}, and an API token is not sent on", self.base_url);
        hinted(problem, "give the server's own address in TIDEGATE_URL or with --server")
    }

    fn foreign(&self, status: StatusCode) -> anyhow::Error {
        let problem = anyhow!("{} answered {status}, and not as a management API does", self.base_url);
        hinted(problem, "check TIDEGATE_URL or --server, and the proxy before the server if there is one")
    }
}

/// What the API says of a request that it refused. Its message names the problem and the remedy.
fn refused(status: StatusCode, refusal: &Value) -> anyhow::Error {
    let message = refusal["message"].as_str().unwrap_or_default();
    let details: Vec<&str> = refusal["details"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let problem = anyhow!("{}", [&[message], details.as_slice()].concat().join("; "));
    let remedy = match status {
        StatusCode::UNAUTHORIZED => "give an API token of this server in TIDEGATE_API_TOKEN or --api-token-file",
        StatusCode::NOT_FOUND => "the `list` commands name what there is; a server that has expired is gone",
        StatusCode::SERVICE_UNAVAILABLE => "try again shortly",
        StatusCode::INTERNAL_SERVER_ERROR => "the server's log has more under this request id",
        _ => return problem,
    };
    hinted(problem, remedy)
}

/// The cause that says most: `Connection refused` rather than that sending failed.
fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
