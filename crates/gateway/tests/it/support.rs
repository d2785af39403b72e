//! One running gateway per test, over a Sendoso sandbox of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gateway::clock::Clock;
use gateway::config::{Config, KeyPlace};
use gateway::server::Server;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use sandbox::{Sandbox, Vendor};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use store::{AccountChange, MasterKey, Store};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use upstream::{PrivateAddresses, UpstreamSettings};

/// Longer than anything here takes; a wait that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Gateway {
    pub(crate) clock: Arc<Clock>,
    pub(crate) url: String,
    pub(crate) api_token: String,
    pub(crate) sandbox: Sandbox,
    client: Client,
    shutdown: CancellationToken,
    running: JoinHandle<()>,
    /// Holds the database; removed with the gateway.
    folder: TempDir,
}

impl Gateway {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_beside(Vendor::Sendoso, change).await
    }

    /// The same over the sandbox of another vendor.
    pub(crate) async fn start_beside(vendor: Vendor, change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config_in(&folder);
        change(&mut config);
        // Stands still: what a test says about time is then exact.
        let clock = Arc::new(Clock::standing("2026-11-21T12:00:00Z".parse().unwrap()));
        let server = Server::bind(config, Arc::clone(&clock)).await.unwrap();
        let shutdown = CancellationToken::new();
        let url = format!("http://{}", server.address);
        let api_token = server.first_api_token.as_ref().unwrap().expose_secret().to_owned();
        let running = tokio::spawn(server.run(shutdown.clone()));
        let sandbox = Sandbox::start(vendor, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        // Fails where another test of this process was first, which is as good.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        Self { clock, url, api_token, sandbox, client, shutdown, running, folder }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// A management request with the first API token.
    pub(crate) async fn api(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let request = self.request(method, path).bearer_auth(&self.api_token);
        let request = if body.is_null() { request } else { request.json(&body) };
        let response = request.send().await.unwrap();
        (response.status(), response.json().await.unwrap_or_default())
    }

    /// A connected account.
    pub(crate) async fn account(&self) -> String {
        self.account_at(self.sandbox.url()).await
    }

    /// An account at a vendor that listens elsewhere.
    pub(crate) async fn account_at(&self, vendor_url: &str) -> String {
        let body = json!({
            "integration": "sendoso", "tenant_id": "acme", "base_url": vendor_url,
            "credentials": self.sandbox.issue_credentials(),
        });
        let (status, account) = self.api(Method::POST, "/integrated-account", body).await;
        assert_eq!(status, StatusCode::CREATED, "{account}");
        account["id"].as_str().unwrap().to_owned()
    }

    /// An MCP server over a new account. `body` may hold `config` and `expires_at`.
    pub(crate) async fn server(&self, body: Value) -> McpUrl {
        let account = self.account().await;
        self.server_over(account, body).await
    }

    /// An MCP server over an account that exists.
    pub(crate) async fn server_over(&self, account: String, mut body: Value) -> McpUrl {
        body["name"] = json!("test");
        let (status, server) = self.api(Method::POST, &format!("/integrated-account/{account}/mcp"), body).await;
        assert_eq!(status, StatusCode::CREATED, "{server}");
        let path = format!("/mcp/{}", server["token"].as_str().unwrap());
        McpUrl { account, id: server["id"].as_str().unwrap().to_owned(), path, created: server }
    }

    /// Posts one message to an MCP URL, as a client of revision 2025-11-25.
    pub(crate) async fn post(&self, server: &McpUrl, message: Value) -> Response {
        self.request(Method::POST, &server.path).header("mcp-protocol-version", "2025-11-25").json(&message).send().await.unwrap()
    }

    /// The answer to one request.
    pub(crate) async fn rpc(&self, server: &McpUrl, method: &str, params: Value) -> Value {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        self.post(server, message).await.json().await.unwrap()
    }

    /// The result of a tool call: whether it is an error, and the JSON of its text.
    pub(crate) async fn call(&self, server: &McpUrl, tool: &str, arguments: Value) -> (bool, Value) {
        let answer = self.rpc(server, "tools/call", json!({"name": tool, "arguments": arguments})).await;
        let result = &answer["result"];
        let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("no text in {answer}"));
        (result["isError"].as_bool().unwrap(), serde_json::from_str(text).unwrap())
    }

    pub(crate) async fn tool_names(&self, server: &McpUrl) -> Vec<String> {
        let answer = self.rpc(server, "tools/list", json!({})).await;
        let tools = answer["result"]["tools"].as_array().unwrap_or_else(|| panic!("no tools in {answer}"));
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Talks to the sandbox's control endpoint.
    pub(crate) async fn control(&self, method: Method, what: &str, body: Value) -> Value {
        self.control_of(&self.sandbox, method, what, body).await
    }

    /// The same for another sandbox.
    pub(crate) async fn control_of(&self, sandbox: &Sandbox, method: Method, what: &str, body: Value) -> Value {
        let request = self.client.request(method, format!("{}/__sandbox/{what}", sandbox.url()));
        let request = if body.is_null() { request } else { request.json(&body) };
        request.send().await.unwrap().json().await.unwrap_or_default()
    }

    /// The requests that reached the vendor.
    pub(crate) async fn journal(&self) -> Vec<Value> {
        self.control(Method::GET, "journal", Value::Null).await.as_array().unwrap().clone()
    }

    pub(crate) async fn metrics(&self) -> String {
        self.request(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap()
    }

    /// Gives an account another base URL, as another process would that knows more hosts: this one is not told.
    pub(crate) async fn move_unseen(&self, account: &str, base_url: &str) {
        let config = config_in(&self.folder);
        let store = Store::open(config.database_url.expose_secret(), &config.master_key).await.unwrap();
        let environment = store.environments().first().await.unwrap().unwrap().id;
        let change = AccountChange { base_url: Some(Some(base_url.to_owned())), ..AccountChange::default() };
        assert!(store.accounts().update(environment, account.parse().unwrap(), change, self.clock.now()).await.unwrap().is_some());
        store.close().await;
    }

    /// Stops as on SIGTERM.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        self.running.await.unwrap();
    }
}

/// A configuration whose files are in `folder`.
pub(crate) fn config_in(folder: &TempDir) -> Config {
    Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        public_url: "http://127.0.0.1:0".parse().unwrap(),
        database_url: format!("sqlite://{}", folder.path().join("test.db").display()).into(),
        master_key: MasterKey::from_base64("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap(),
        master_key_place: KeyPlace::Given,
        catalog_dir: None,
        bootstrap_api_token: None,
        allowed_hosts: Vec::new(),
        allowed_origins: Vec::new(),
        upstream: UpstreamSettings { private_addresses: PrivateAddresses::Allow, ..UpstreamSettings::default() },
        log: "warn".into(),
        log_format: Default::default(),
    }
}

/// An MCP server that a test made.
pub(crate) struct McpUrl {
    pub(crate) account: String,
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) created: Value,
}

/// Asks again until `check` holds.
pub(crate) async fn eventually<F: AsyncFn() -> bool>(what: &str, check: F) {
    let started = Instant::now();
    while !check().await {
        assert!(started.elapsed() < PATIENCE, "still not: {what}");
        tokio::task::yield_now().await;
    }
}

/// The events of a stream.
pub(crate) struct Events {
    response: Response,
    unread: String,
}

impl Events {
    pub(crate) fn of(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Self { response, unread: String::new() }
    }

    /// Name and data of the next event; `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<(String, String)> {
        let read = async {
            loop {
                while let Some((block, rest)) = self.unread.split_once("\n\n") {
                    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned);
                    let event = field("event").zip(field("data"));
                    self.unread = rest.to_owned();
                    if event.is_some() {
                        return event;
                    }
                }
                let chunk = self.response.chunk().await.ok().flatten()?;
                self.unread.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        tokio::time::timeout(PATIENCE, read).await.expect("no event came")
    }

    /// The JSON-RPC message of the next event.
    pub(crate) async fn message(&mut self) -> Value {
        let (event, data) = self.next().await.expect("the stream ended");
        assert_eq!(event, "message");
        serde_json::from_str(&data).unwrap()
    }
}

/// A host that neither definition nor operator knows.
pub(crate) struct UnknownHost {
    pub(crate) url: String,
    listener: std::net::TcpListener,
}

impl UnknownHost {
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        // A name that is spoken to in https may lead anywhere, so that leave for private addresses is none for it.
        Self { url: format!("https://localhost:{}", listener.local_addr().unwrap().port()), listener }
    }

    /// Whether somebody has connected, be it only to be asked for a certificate.
    pub(crate) fn was_reached(&self) -> bool {
        self.listener.accept().is_ok()
    }
}

/// A vendor that answers when it is told to.
pub(crate) struct SlowVendor {
    pub(crate) url: String,
    listener: TcpListener,
}

impl SlowVendor {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { url: format!("http://{}", listener.local_addr().unwrap()), listener }
    }

    /// Waits for a request.
    pub(crate) async fn request(&self) -> SlowAnswer {
        let waiting = async {
            let (mut stream, _) = self.listener.accept().await.unwrap();
            let mut head = vec![0; 64 * 1024];
            let read = stream.read(&mut head).await.unwrap();
            assert!(read > 0);
            SlowAnswer(stream)
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("no request came")
    }
}

/// A request that a vendor has not answered yet.
pub(crate) struct SlowAnswer(TcpStream);

impl SlowAnswer {
    pub(crate) async fn answer(self, body: &str) {
        self.answer_with("200 OK", body).await;
    }

    pub(crate) async fn answer_with(mut self, status: &str, body: &str) {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        self.0.write_all(answer.as_bytes()).await.unwrap();
    }

    /// Waits until the caller hangs up.
    pub(crate) async fn abandoned(mut self) {
        let read = tokio::time::timeout(PATIENCE, self.0.read(&mut [0; 1])).await.expect("the caller still waits");
        assert!(matches!(read, Ok(0) | Err(_)));
    }
}
