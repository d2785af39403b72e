//! An MCP URL that is opened with `initialize`, over Streamable HTTP (2025-03-26 to 2025-11-25): a POST for each message,
//! perhaps a session, perhaps a stream for what the server says by itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use upstream::reqwest::RequestBuilder;

use super::follow;
use super::lock::lock;
use super::opening::DEADLINE;
use super::replies::Replies;
use super::words;
use crate::mcp_client::{Answer, Failure, Id, Kind, Line, Message, Target};

const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How long the end of a session may take that nobody waits for.
const LAST_WORD: Duration = Duration::from_secs(2);

/// One URL, opened or to be opened.
pub(super) struct Streamable {
    target: Target,
    /// Where goes what the server says outside of an answer.
    incoming: mpsc::Sender<Message>,
    session: Mutex<Session>,
    /// The parameters of `initialize`, to open again with.
    opening: Mutex<Option<String>>,
    reopening: tokio::sync::Mutex<()>,
    listening: Mutex<Option<AbortHandle>>,
    own_requests: AtomicU64,
}

/// What every request of a session says.
#[derive(Debug, Clone, Default)]
pub(super) struct Session {
    id: Option<HeaderValue>,
    version: Option<HeaderValue>,
    /// Counts how often the URL was opened.
    generation: u64,
}

impl Streamable {
    pub(super) fn new(target: Target, incoming: mpsc::Sender<Message>) -> Arc<Self> {
        Arc::new(Self {
            target,
            incoming,
            session: Mutex::default(),
            opening: Mutex::default(),
            reopening: tokio::sync::Mutex::default(),
            listening: Mutex::default(),
            own_requests: AtomicU64::default(),
        })
    }

    /// Sends an `initialize` and takes on what it agrees on.
    ///
    /// # Errors
    /// No answer. An answer may still be an error.
    pub(super) async fn open(&self, initialize: &Message) -> Result<Message, Failure> {
        let (answer, session) = self.handshake(initialize).await?;
        if answer.result().is_some() {
            *lock(&self.opening) = initialize.params().map(|params| params.get().to_owned());
            *lock(&self.session) = session;
        }
        Ok(answer)
    }

    /// Sends a request; its answer is still to come. A session that the server no longer knows is opened again, once.
    ///
    /// # Errors
    /// No answer, or one that refuses.
    pub(super) async fn request(self: &Arc<Self>, text: &str, id: &Id) -> Result<Replies, Failure> {
        let answer = self.post(text, Some(id)).await?;
        Ok(Replies::new(self.target.shown(), answer, Some(id.clone()), Some(Arc::clone(self))))
    }

    /// Sends a notification, or the answer to a request of the server.
    ///
    /// # Errors
    /// As for [`Self::request`].
    pub(super) async fn tell(self: &Arc<Self>, text: &str) -> Result<(), Failure> {
        self.post(text, None).await.map(drop)
    }

    /// Starts to listen to what the server says by itself, if it offers that.
    pub(super) fn listen(self: &Arc<Self>) {
        let generation = lock(&self.session).generation;
        let task = tokio::spawn(follow::stream(Arc::clone(self), self.incoming.clone(), generation));
        if let Some(before) = lock(&self.listening).replace(task.abort_handle()) {
            before.abort();
        }
    }

    /// Opens the stream of what the server says by itself, or takes one up after the event `last_id`.
    ///
    /// # Errors
    /// No answer, or one that refuses.
    pub(super) async fn stream(&self, last_id: Option<&str>) -> Result<Answer, Failure> {
        let session = self.session();
        let mut request =
            self.with_session(&session, self.target.request(Method::GET, &self.target.url)).header(ACCEPT, "text/event-stream");
        if let Some(value) = last_id.and_then(|id| HeaderValue::from_str(id).ok()) {
            request = request.header(LAST_EVENT_ID, value);
        }
        Answer::read(&self.target.shown(), self.target.send(request).await?).await
    }

    /// Ends the session, if there is one.
    pub(super) async fn close(&self) {
        if let Some(listening) = lock(&self.listening).take() {
            listening.abort();
        }
        let session = self.session();
        if session.id.is_some() {
            let request = self.with_session(&session, self.target.request(Method::DELETE, &self.target.url));
            // A server may refuse, and a session that is not ended expires.
            let _ = tokio::time::timeout(LAST_WORD, self.target.send(request)).await;
        }
    }

    pub(super) fn generation(&self) -> u64 {
        self.session().generation
    }

    /// Sends an `initialize`. Gives its answer, and what requests say that rely on it.
    async fn handshake(&self, initialize: &Message) -> Result<(Message, Session), Failure> {
        let place = self.target.shown();
        let Kind::Request { id, .. } = &initialize.kind else { return Err(Failure::not_mcp(&place, "no request")) };
        let response = self.target.send(self.post_request(&Session::default(), initialize.text.clone())).await?;
        let session_id = response.headers().get(&SESSION_ID).cloned();
        let answer = Answer::read(&place, response).await?;
        let mut replies = Replies::new(place.clone(), answer, Some(id.clone()), None);
        while let Some(line) = replies.next().await? {
            match line {
                Line::One(message) if message.answers(id) => {
                    let session = Session { id: session_id, version: agreed_version(&message), generation: self.generation() + 1 };
                    return Ok((message, session));
                }
                line => self.pass_on(line).await,
            }
        }
        Err(Failure::not_mcp(&place, "`initialize` without a reply"))
    }

    async fn post(self: &Arc<Self>, text: &str, id: Option<&Id>) -> Result<Answer, Failure> {
        let session = self.session();
        // Whoever answers the very request knows the session.
        let is_answered = |failure: &Failure| failure.answer.as_ref().zip(id).is_some_and(|(answer, id)| answer.answers(id));
        match self.post_in(&session, text).await {
            Err(failure) if failure.status() == Some(StatusCode::NOT_FOUND) && session.id.is_some() && !is_answered(&failure) => {
                let session = self.reopened(&session).await?;
                self.post_in(&session, text).await
            }
            answered => answered,
        }
    }

    async fn post_in(&self, session: &Session, text: &str) -> Result<Answer, Failure> {
        let response = self.target.send(self.post_request(session, text.to_owned())).await?;
        Answer::read(&self.target.shown(), response).await
    }

    /// The session that takes the place of `ended`. Of several requests that find it ended, one opens it again.
    async fn reopened(self: &Arc<Self>, ended: &Session) -> Result<Session, Failure> {
        let _one_at_a_time = self.reopening.lock().await;
        let current = self.session();
        if current.generation != ended.generation {
            return Ok(current);
        }
        let place = self.target.shown();
        let params = lock(&self.opening).clone().ok_or_else(|| Failure::not_mcp(&place, "a request of a session that was never opened"))?;
        let number = self.own_requests.fetch_add(1, Ordering::Relaxed);
        let text = words::request(&Id::own(format_args!("tidegate-connect-{number}")), "initialize", &params);
        let initialize = Message::read(&text).map_err(|bad| Failure::not_mcp(&place, &bad.to_string()))?;
        let opened = tokio::time::timeout(DEADLINE, self.handshake(&initialize)).await;
        let (answer, session) = opened.map_err(|_| Failure::silence(&place, DEADLINE))??;
        if let Some(error) = answer.error() {
            return Err(Failure::not_mcp(&place, &format!("that the session has ended, and a new one is refused: {error}")));
        }
        self.post_in(&session, words::INITIALIZED).await?;
        // Not before, so that no request comes ahead of the client's being ready.
        *lock(&self.session) = session.clone();
        let is_listening = lock(&self.listening).is_some();
        if is_listening {
            self.listen();
        }
        Ok(session)
    }

    fn post_request(&self, session: &Session, text: String) -> RequestBuilder {
        self.with_session(session, self.target.request(Method::POST, &self.target.url))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json, text/event-stream")
            .body(text)
    }

    fn with_session(&self, session: &Session, mut request: RequestBuilder) -> RequestBuilder {
        if let Some(id) = &session.id {
            request = request.header(SESSION_ID, id);
        }
        if let Some(version) = &session.version {
            request = request.header(PROTOCOL_VERSION, version);
        }
        request
    }

    async fn pass_on(&self, line: Line) {
        let messages = match line {
            Line::One(message) => vec![Ok(message)],
            Line::Batch(_, messages) => messages,
        };
        for message in messages.into_iter().flatten() {
            // Nobody listens any more only when the command ends.
            let _ = self.incoming.send(message).await;
        }
    }

    fn session(&self) -> Session {
        lock(&self.session).clone()
    }
}

fn agreed_version(answer: &Message) -> Option<HeaderValue> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Agreed {
        protocol_version: String,
    }
    let agreed: Agreed = serde_json::from_str(answer.result()?.get()).ok()?;
    HeaderValue::from_str(&agreed.protocol_version).ok()
}
