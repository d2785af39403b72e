//! A visit to an MCP URL: how questions are asked there, and what was learned so far.

use std::collections::HashSet;
use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, Method, StatusCode};
use serde_json::{Value, json};
use upstream::reqwest::RequestBuilder;
use url::Url;

use crate::mcp_client::{Answer, Failure, Id, Line, Message, STATELESS, Target, meta, mirrored, read_line, read_text};

/// The longest wait for any one answer. Clients wait longer for calls, but not to open a connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);

/// The longest document that is read, in bytes.
const LONGEST_DOCUMENT: usize = 1024 * 1024;

/// The first move of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// `initialize` with this revision.
    Initialize(&'static str),
    /// `server/discover`, the move of 2026-07-28.
    Discover,
    /// A GET that opens the stream of HTTP+SSE.
    Events,
}

/// A tool call that the user asked for.
pub(super) struct Call {
    pub(super) name: String,
    pub(super) arguments: Value,
}

/// How long a visit may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    Quick,
    /// Streams are listened to until something should have been heard.
    Thorough,
}

/// One URL, and what is known of it.
pub(super) struct Visit {
    pub(super) target: Target,
    pub(super) care: Care,
    pub(super) call: Option<Call>,
    pub(super) addresses: Vec<IpAddr>,
    /// The answer to the first request, an `initialize`.
    pub(super) first: Option<Reply>,
    pub(super) opened: Vec<(Opening, Result<(), String>)>,
    pub(super) session: Session,
    pub(super) tools: Vec<Value>,
}

/// What requests of the handshake revisions must say after `initialize`.
#[derive(Debug, Clone, Default)]
pub(super) struct Session {
    pub(super) id: Option<http::HeaderValue>,
    pub(super) version: Option<String>,
    pub(super) capabilities: Value,
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    /// None where no answer came.
    pub(super) status: Option<StatusCode>,
    pub(super) headers: HeaderMap,
    pub(super) version: Option<http::Version>,
    pub(super) took: Duration,
    /// The message that answers.
    pub(super) outcome: Result<Option<Message>, Failure>,
}

impl Visit {
    pub(super) fn new(target: Target, care: Care, call: Option<Call>) -> Self {
        Self { target, care, call, addresses: Vec::new(), first: None, opened: Vec::new(), session: Session::default(), tools: Vec::new() }
    }

    /// Asks as clients do that open with `initialize`.
    pub(super) async fn ask(&self, method: &str, params: Value) -> Reply {
        self.ask_in(&self.target, &self.session, method, params, HeaderMap::new()).await
    }

    /// The same, of another target, in another session, with more headers.
    pub(super) async fn ask_in(&self, target: &Target, session: &Session, method: &str, params: Value, headers: HeaderMap) -> Reply {
        let (message, id) = request(method, &params);
        let mut request = post(target, &message).headers(headers);
        if let Some(id) = &session.id {
            request = request.header("mcp-session-id", id);
        }
        if let Some(version) = &session.version {
            request = request.header("mcp-protocol-version", version);
        }
        exchange(target, request, &id).await
    }

    /// Asks as clients of 2026-07-28 do.
    pub(super) async fn ask_stateless(&self, method: &str, mut params: Value) -> Reply {
        params["_meta"] = json!({
            meta::PROTOCOL_VERSION: STATELESS,
            meta::CLIENT_INFO: client_info(),
            meta::CLIENT_CAPABILITIES: {},
        });
        let (message, id) = request(method, &params);
        let request = post(&self.target, &message).headers(mirrored(&message, STATELESS));
        exchange(&self.target, request, &id).await
    }

    /// Sends an `initialize`.
    pub(super) async fn initialize(&self, target: &Target, revision: &str, headers: HeaderMap) -> Reply {
        let params = json!({"protocolVersion": revision, "capabilities": {}, "clientInfo": client_info()});
        self.ask_in(target, &Session::default(), "initialize", params, headers).await
    }

    /// The JSON document at an address, if there is one.
    pub(super) async fn document(&self, url: &Url) -> Option<Value> {
        let reading = async {
            let response = self.target.send(self.target.request(Method::GET, url)).await.ok()?;
            if !response.status().is_success() || is_stream(response.headers()) {
                return None;
            }
            serde_json::from_str(&read_text(response, LONGEST_DOCUMENT).await.ok()?).ok()
        };
        tokio::time::timeout(PATIENCE, reading).await.ok().flatten()
    }

    /// Sends any other request than a POST, or one without a message.
    pub(super) async fn send(&self, target: &Target, request: RequestBuilder) -> Reply {
        exchange(target, request, &Id::own(format_args!("none"))).await
    }

    pub(super) fn note_opening(&mut self, opening: Opening, how: Result<(), String>) {
        self.opened.push((opening, how));
    }

    /// Whether an opening worked.
    pub(super) fn opens_with(&self, opening: Opening) -> bool {
        self.opened.iter().any(|(opened, how)| *opened == opening && how.is_ok())
    }

    /// Why an opening did not work.
    pub(super) fn why_not(&self, opening: Opening) -> &str {
        let how = self.opened.iter().find(|(opened, _)| *opened == opening);
        how.and_then(|(_, how)| how.as_ref().err()).map_or("it was not tried", String::as_str)
    }

    /// Whether any revision with a handshake could be opened.
    pub(super) fn has_handshake(&self) -> bool {
        self.opened.iter().any(|(opened, how)| matches!(opened, Opening::Initialize(_)) && how.is_ok())
    }

    /// The names of the tools, each once.
    pub(super) fn tool_names(&self) -> HashSet<&str> {
        self.tools.iter().filter_map(|tool| tool["name"].as_str()).collect()
    }
}

impl Reply {
    /// The result that was answered.
    ///
    /// # Errors
    /// What came instead, in words.
    pub(super) fn result(&self) -> Result<Value, String> {
        match &self.outcome {
            Ok(Some(message)) => match (message.result(), message.error()) {
                (Some(result), _) => serde_json::from_str(result.get()).map_err(|error| error.to_string()),
                (None, error) => {
                    let code = message.error_code().unwrap_or_default();
                    let words = message.error_message().or_else(|| error.map(ToString::to_string)).unwrap_or_default();
                    Err(format!("error {code}: {words}"))
                }
            },
            Ok(None) => Err("no message came back".to_owned()),
            Err(failure) => Err(failure.problem.clone()),
        }
    }

    /// What to do about it, or `otherwise` where nothing better is known.
    pub(super) fn remedy(&self, otherwise: &str) -> String {
        self.outcome.as_ref().err().map_or_else(|| otherwise.to_owned(), |failure| failure.remedy.clone())
    }

    pub(super) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl fmt::Display for Opening {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Initialize(revision) => write!(formatter, "initialize {revision}"),
            Self::Discover => formatter.write_str("server/discover"),
            Self::Events => formatter.write_str("HTTP+SSE"),
        }
    }
}

/// Whether an answer is a stream of events.
pub(super) fn is_stream(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.starts_with("text/event-stream"))
}

fn client_info() -> Value {
    json!({"name": "tidegate doctor", "version": env!("CARGO_PKG_VERSION")})
}

fn request(method: &str, params: &Value) -> (Message, Id) {
    let id = Id::own(format_args!("doctor"));
    let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#);
    (Message { text, kind: crate::mcp_client::Kind::Request { id: id.clone(), method: method.to_owned() } }, id)
}

fn post(target: &Target, message: &Message) -> RequestBuilder {
    target
        .request(Method::POST, &target.url)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/json, text/event-stream")
        .body(message.text.clone())
}

async fn exchange(target: &Target, request: RequestBuilder, id: &Id) -> Reply {
    let place = target.shown();
    let began = Instant::now();
    let mut reply = Reply { status: None, headers: HeaderMap::new(), version: None, took: Duration::ZERO, outcome: Ok(None) };
    let exchanged = tokio::time::timeout(PATIENCE, async {
        let response = target.send(request).await?;
        reply.status = Some(response.status());
        reply.version = Some(response.version());
        reply.headers.clone_from(response.headers());
        match Answer::read(&place, response).await? {
            Answer::Accepted => Ok(None),
            Answer::Json(text) => one(&text).map(Some).map_err(|found| Failure::not_mcp(&place, &found)),
            Answer::Events(mut events) => {
                while let Some(event) = events.next().await? {
                    if let Ok(message) = one(&event.data)
                        && message.answers(id)
                    {
                        return Ok(Some(message));
                    }
                }
                Err(Failure::interrupted(&place, "its event stream ended early"))
            }
        }
    })
    .await;
    reply.outcome = exchanged.unwrap_or_else(|_| Err(Failure::silence(&place, PATIENCE)));
    reply.took = began.elapsed();
    reply
}

fn one(text: &str) -> Result<Message, String> {
    match read_line(text.as_bytes()) {
        Ok(Line::One(message)) => Ok(message),
        Ok(Line::Batch(..)) => Err("with a batch".to_owned()),
        Err(bad) => Err(format!("with what is {bad}")),
    }
}
