//! An MCP URL of revision 2024-11-05: a GET opens a stream whose first event names the address to POST to, and all answers
//! come on that stream. The stream is the session: when it breaks, both begin anew.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use super::lock::lock;
use super::persistence::Pauses;
use super::replies::Replies;
use super::words;
use crate::mcp_client::{Answer, Cause, Event, Events, Failure, Id, Kind, Line, Message, Target, read_line};

/// The longest wait for the event that names the address, and for a stream that is being opened again.
const OPENING: Duration = Duration::from_secs(10);

/// One URL whose stream is open, or will be again.
pub(super) struct Legacy {
    target: Target,
    incoming: mpsc::Sender<Message>,
    state: watch::Sender<State>,
    /// Who waits for which answer.
    waiting: Mutex<HashMap<Id, oneshot::Sender<Message>>>,
    /// The parameters of `initialize`, to open again with.
    opening: Mutex<Option<String>>,
    closed: CancellationToken,
    own_requests: AtomicU64,
}

#[derive(Clone)]
enum State {
    /// The stream is open; messages go to this address.
    Open(Url),
    Opening,
    /// The server refuses to open it again.
    Refused(Box<Failure>),
}

impl Legacy {
    /// Opens the stream.
    ///
    /// # Errors
    /// The URL does not open one that names an address.
    pub(super) async fn connect(target: Target, incoming: mpsc::Sender<Message>) -> Result<Arc<Self>, Failure> {
        let (address, events) = open_stream(&target).await?;
        let legacy = Arc::new(Self {
            target,
            incoming,
            state: watch::Sender::new(State::Open(address)),
            waiting: Mutex::default(),
            opening: Mutex::default(),
            closed: CancellationToken::new(),
            own_requests: AtomicU64::default(),
        });
        let closed = legacy.closed.clone();
        tokio::spawn(closed.run_until_cancelled_owned(Arc::clone(&legacy).keep_open(events)));
        Ok(legacy)
    }

    /// Sends an `initialize`.
    ///
    /// # Errors
    /// No answer. An answer may still be an error.
    pub(super) async fn open(&self, initialize: &Message) -> Result<Message, Failure> {
        let Kind::Request { id, .. } = &initialize.kind else {
            return Err(Failure::not_mcp(&self.target.shown(), "no request"));
        };
        let mut replies = self.request(&initialize.text, id).await?;
        match replies.next().await? {
            Some(Line::One(answer)) => {
                *lock(&self.opening) = initialize.params().map(|params| params.get().to_owned());
                Ok(answer)
            }
            _ => Err(Failure::not_mcp(&self.target.shown(), "`initialize` without a reply")),
        }
    }

    /// Sends a request; its answer is still to come.
    ///
    /// # Errors
    /// It could not be sent, or was refused.
    pub(super) async fn request(&self, text: &str, id: &Id) -> Result<Replies, Failure> {
        let address = self.address().await?;
        self.request_at(&address, text, id).await
    }

    /// Sends a notification, or the answer to a request of the server.
    ///
    /// # Errors
    /// As for [`Self::request`].
    pub(super) async fn tell(&self, text: &str) -> Result<(), Failure> {
        let address = self.address().await?;
        self.post(&address, text).await
    }

    pub(super) fn close(&self) {
        self.closed.cancel();
    }

    /// Closes it when dropped.
    pub(super) fn closing(&self) -> DropGuard {
        self.closed.clone().drop_guard()
    }

    async fn request_at(&self, address: &Url, text: &str, id: &Id) -> Result<Replies, Failure> {
        let (sender, answer) = oneshot::channel();
        // Before it is sent: the answer can be faster than the 202.
        lock(&self.waiting).insert(id.clone(), sender);
        if let Err(failure) = self.post(address, text).await {
            lock(&self.waiting).remove(id);
            return Err(failure);
        }
        Ok(Replies::elsewhere(self.target.shown(), answer, id.clone()))
    }

    async fn post(&self, address: &Url, text: &str) -> Result<(), Failure> {
        let request = self.target.request(Method::POST, address).header(CONTENT_TYPE, "application/json").body(text.to_owned());
        let response = self.target.send(request).await?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(Failure::of_status(&self.target.shown(), response).await)
    }

    /// Where messages go; waits for a stream that is being opened again.
    async fn address(&self) -> Result<Url, Failure> {
        let mut state = self.state.subscribe();
        let settled = tokio::time::timeout(OPENING, state.wait_for(|state| !matches!(state, State::Opening))).await;
        match settled.map(|state| state.map(|state| state.clone())) {
            Ok(Ok(State::Open(address))) => Ok(address),
            Ok(Ok(State::Refused(failure))) => Err(*failure),
            _ => Err(Failure::new(
                Cause::NotSent,
                format!("the event stream of {} is interrupted", self.target.shown()),
                "is the server running? the stream is being opened again",
            )),
        }
    }

    /// Reads the stream, and opens it again whenever it ends, for as long as the server lets it.
    async fn keep_open(self: Arc<Self>, mut events: Events) {
        self.read(&mut events).await;
        let mut pauses = Pauses::default();
        loop {
            self.state.send_replace(State::Opening);
            // Their answers were for the stream that ended.
            lock(&self.waiting).clear();
            tokio::time::sleep(pauses.next()).await;
            match self.read_again().await {
                Ok(()) => pauses = Pauses::default(),
                Err(failure) if failure.status().is_some_and(|status| status.is_client_error()) => {
                    words::complain(&failure.problem, &failure.remedy);
                    self.state.send_replace(State::Refused(Box::new(failure)));
                    return;
                }
                Err(_) => {}
            }
        }
    }

    /// Opens another stream and the session on it, and reads it until it ends.
    async fn read_again(&self) -> Result<(), Failure> {
        let (address, mut events) = open_stream(&self.target).await?;
        let reading = self.read(&mut events);
        tokio::pin!(reading);
        tokio::select! {
            () = &mut reading => return Err(Failure::interrupted(&self.target.shown(), "the event stream ended")),
            opened = self.open_again(&address) => opened?,
        }
        self.state.send_replace(State::Open(address));
        reading.await;
        Ok(())
    }

    async fn read(&self, events: &mut Events) {
        while let Ok(Some(event)) = events.next().await {
            self.hear(event).await;
        }
    }

    async fn open_again(&self, address: &Url) -> Result<(), Failure> {
        let Some(params) = lock(&self.opening).clone() else { return Ok(()) };
        let number = self.own_requests.fetch_add(1, Ordering::Relaxed);
        let id = Id::own(format_args!("tidegate-connect-{number}"));
        let text = words::request(&id, "initialize", &params);
        self.request_at(address, &text, &id).await?.next().await?;
        self.post(address, words::INITIALIZED).await
    }

    async fn hear(&self, event: Event) {
        if event.name != "message" {
            return;
        }
        let messages = match read_line(event.data.as_bytes()) {
            Ok(Line::One(message)) => vec![Ok(message)],
            Ok(Line::Batch(_, messages)) => messages,
            Err(bad) => return words::complain(format_args!("{} sent what is {bad}", self.target.shown()), "the server is at fault"),
        };
        for message in messages.into_iter().flatten() {
            let waiting = match &message.kind {
                Kind::Response { id: Some(id) } => lock(&self.waiting).remove(id),
                _ => None,
            };
            match waiting {
                // Whoever waited may have given up.
                Some(waiting) => drop(waiting.send(message)),
                None if matches!(message.kind, Kind::Response { .. }) => {}
                None => drop(self.incoming.send(message).await),
            }
        }
    }
}

/// Opens the stream and reads the address from its first event.
async fn open_stream(target: &Target) -> Result<(Url, Events), Failure> {
    let place = target.shown();
    let opening = async {
        let request = target.request(Method::GET, &target.url).header(ACCEPT, "text/event-stream");
        let Answer::Events(mut events) = Answer::read(&place, target.send(request).await?).await? else {
            return Err(Failure::not_mcp(&place, "without an event stream"));
        };
        while let Some(event) = events.next().await? {
            if event.name == "endpoint" {
                let address = target.url.join(event.data.trim()).ok();
                // What is posted may hold credentials, which are for this server only.
                let address = address.filter(|address| address.origin() == target.url.origin());
                return match address {
                    Some(address) => Ok((address, *events)),
                    None => Err(Failure::not_mcp(&place, "with an event stream whose endpoint lies on another host")),
                };
            }
        }
        Err(Failure::interrupted(&place, "the event stream ended before it named its endpoint"))
    };
    match tokio::time::timeout(OPENING, opening).await {
        Ok(opened) => opened,
        Err(_) => Err(Failure::interrupted(&place, "the event stream named no endpoint within 10 s; a proxy may be holding it back")),
    }
}
