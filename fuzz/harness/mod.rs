//! One MCP endpoint in this process, over a made-up vendor on loopback: an input is one HTTP request, and an oracle says whether
//! the answer is one that the endpoint may give. Shared by the fuzz target and the test that replays its corpus.

mod input;
mod json_rpc;
mod oracle;
mod vendor;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::StreamExt;
use gateway::clock::Clock;
use gateway::config::{Config, KeyPlace};
use gateway::server::Server;
use http::{HeaderMap, Request, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use store::MasterKey;
use tempfile::TempDir;
use tower::ServiceExt;
use upstream::{PrivateAddresses, UpstreamSettings};

pub(crate) use input::Input;
pub(crate) use oracle::check;

/// The whole endpoint, without a connection: requests go into its router.
pub(crate) struct Endpoint {
    router: Router,
    secrets: Secrets,
    host: String,
    _server: Server,
    /// Holds the database and the definition.
    _folder: TempDir,
}

/// What no answer may hold.
pub(crate) struct Secrets {
    /// Of a server that asks for nothing else.
    pub(crate) open: String,
    /// Of a server that also asks for an API token.
    pub(crate) guarded: String,
    /// Of a server whose tools are found by searching.
    pub(crate) discovery: String,
    pub(crate) api_token: String,
    pub(crate) credential: &'static str,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// All of it; of a stream that stays open, the first event or nothing.
    pub(crate) body: Vec<u8>,
    /// The message that came through a session's stream.
    pub(crate) event: Option<String>,
}

/// Longer than anything here takes: reaching it is a finding.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a stream of notices is watched. Most have nothing to say, and that is as good.
const GLANCE: Duration = Duration::from_millis(2);

const CREDENTIAL: &str = "credential-of-the-made-up-vendor";
const DEFINITION: &str = include_str!("../vendor.yaml");

impl Endpoint {
    /// Starts everything: a database in a temporary folder, a vendor, an account, three MCP servers.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("fuzzed.yaml"), DEFINITION).unwrap();
        let clock = Arc::new(Clock::standing("2026-11-21T12:00:00Z".parse().unwrap()));
        let server = Server::bind(config(&folder), clock).await.unwrap();
        let api_token = server.first_api_token.as_ref().unwrap().expose_secret().to_owned();
        let secrets = Secrets { open: String::new(), guarded: String::new(), discovery: String::new(), api_token, credential: CREDENTIAL };
        let host = server.address.to_string();
        let mut endpoint = Self { router: server.router(), secrets, host, _server: server, _folder: folder };
        let vendor = vendor::start().await;
        let account = json!({"integration": "fuzzed", "tenant_id": "t", "credentials": {"token": CREDENTIAL}, "base_url": vendor});
        let account = endpoint.created("/integrated-account", account).await;
        let servers = format!("/integrated-account/{}/mcp", account["id"].as_str().unwrap());
        endpoint.secrets.open = endpoint.created_server(&servers, json!({})).await;
        endpoint.secrets.guarded = endpoint.created_server(&servers, json!({"require_api_token_auth": true})).await;
        endpoint.secrets.discovery = endpoint.created_server(&servers, json!({"tool_exposure": "discovery"})).await;
        endpoint
    }

    /// Sends one request and reads its answer.
    ///
    /// # Errors
    /// There was none in time.
    pub(crate) async fn answer(&self, input: &Input<'_>) -> Result<Answer, String> {
        let answer = async {
            match input.is_for_a_session() {
                true => self.through_a_session(input).await,
                false => Ok(self.directly(input).await),
            }
        };
        tokio::time::timeout(PATIENCE, answer).await.map_err(|_| format!("no answer within {PATIENCE:?}"))?
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    async fn directly(&self, input: &Input<'_>) -> Answer {
        let (head, body) = self.send(input.request(&self.secrets, &self.host, None)).await;
        let mut stream = body.into_data_stream();
        let mut body = Vec::new();
        let is_open = head.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream") && input.opens_a_stream();
        if is_open {
            let wait = if input.verb() == "POST" { PATIENCE } else { GLANCE };
            body.extend(tokio::time::timeout(wait, next(&mut stream)).await.unwrap_or_default());
        } else {
            while let Some(more) = stream.next().await {
                body.extend(more.unwrap());
            }
        }
        Answer { status: head.status, headers: head.headers, body, event: None }
    }

    /// Opens a stream of HTTP+SSE, posts the message to where it says, and waits for the answer in the stream.
    async fn through_a_session(&self, input: &Input<'_>) -> Result<Answer, String> {
        let request = Request::get(format!("/mcp/{}/sse", self.secrets.open)).header("host", &self.host);
        let (_, body) = self.send(request.header("accept", "text/event-stream").body(Body::empty()).unwrap()).await;
        let mut stream = body.into_data_stream();
        let first = String::from_utf8(next(&mut stream).await.to_vec()).unwrap();
        let session = first.trim().strip_prefix("event: endpoint\ndata: ").ok_or_else(|| format!("no endpoint in {first:?}"))?;
        let (head, body) = self.send(input.request(&self.secrets, &self.host, Some(session))).await;
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let event = match head.status == StatusCode::ACCEPTED && oracle::is_answered(input.body()) {
            true => Some(String::from_utf8(next(&mut stream).await.to_vec()).unwrap()),
            false => None,
        };
        Ok(Answer { status: head.status, headers: head.headers, body, event })
    }

    async fn send(&self, request: Request<Body>) -> (http::response::Parts, Body) {
        let answered: Result<_, std::convert::Infallible> = self.router.clone().oneshot(request).await;
        answered.unwrap().into_parts()
    }

    /// The token of a new MCP server.
    async fn created_server(&self, path: &str, config: Value) -> String {
        let server = self.created(path, json!({"name": "fuzzed", "config": config})).await;
        server["token"].as_str().unwrap().to_owned()
    }

    /// Creates something through the management API.
    async fn created(&self, path: &str, body: Value) -> Value {
        let request = Request::post(path).header("host", &self.host).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", self.secrets.api_token));
        let (head, answer) = self.send(request.body(Body::from(body.to_string())).unwrap()).await;
        let answer = axum::body::to_bytes(answer, usize::MAX).await.unwrap();
        assert_eq!(head.status, StatusCode::CREATED, "{path}: {}", String::from_utf8_lossy(&answer));
        serde_json::from_slice(&answer).unwrap()
    }
}

async fn next(stream: &mut BodyDataStream) -> Bytes {
    stream.next().await.transpose().unwrap().unwrap_or_default()
}

fn config(folder: &TempDir) -> Config {
    Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: "http://127.0.0.1:0".parse().unwrap(),
        database_url: format!("sqlite://{}", folder.path().join("fuzzed.db").display()).into(),
        master_key: MasterKey::from_base64("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap(),
        master_key_place: KeyPlace::Given,
        catalog_dir: Some(folder.path().to_owned()),
        bootstrap_api_token: None,
        allowed_hosts: Vec::new(),
        allowed_origins: Vec::new(),
        upstream: UpstreamSettings { private_addresses: PrivateAddresses::Allow, ..UpstreamSettings::default() },
        log: "off".into(),
        log_format: Default::default(),
    }
}
