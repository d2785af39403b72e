//! Takes what the client says, message by message, and sees to it that each request is answered once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::cancellation::UnderWay;
use super::handshake_url::HandshakeUrl;
use super::over_handshake::OverHandshake;
use super::over_stateless::OverStateless;
use super::persistence::Patience;
use super::route::{LISTEN, Route};
use super::standard_streams::{InputLine, Output};
use super::stateless_url::StatelessUrl;
use super::words;
use crate::mcp_client::{BadMessage, Failure, Id, Kind, Line, Message, STATELESS, Target, raw, read_line, read_object, write_object};

/// Messages of the server that wait for a slow client.
const INCOMING: usize = 64;
/// How long what follows waits for the server to take note that the client is ready.
const READY: Duration = Duration::from_secs(5);
/// Requests under way at once, each perhaps with a connection of its own; further ones wait.
const MOST_UNDER_WAY: usize = 200;
const DISCOVER: &str = "server/discover";

pub(super) struct Bridge {
    target: Target,
    output: Output,
    /// Where messages go that belong to a session.
    handshake: Route,
    /// Where messages of 2026-07-28 go, once there were any.
    stateless: Option<Route>,
    under_way: UnderWay,
    room: Arc<Semaphore>,
    tasks: TaskTracker,
    /// Cancelled when there is no more input.
    ended: CancellationToken,
}

impl Bridge {
    pub(super) fn new(target: Target, output: Output) -> Self {
        let handshake = Route::Handshake(HandshakeUrl::unopened(target.clone(), incoming(&output)));
        Self {
            target,
            output,
            handshake,
            stateless: None,
            under_way: UnderWay::default(),
            room: Arc::new(Semaphore::new(MOST_UNDER_WAY)),
            tasks: TaskTracker::new(),
            ended: CancellationToken::new(),
        }
    }

    /// Takes one line of input. Returns as soon as the next one may be taken: what opens a session is waited for, other
    /// requests are not.
    pub(super) async fn take(&mut self, line: InputLine) {
        let line = match line {
            InputLine::Text(text) => read_line(&text),
            InputLine::TooLong => Err(BadMessage { id: None, code: -32600, problem: "the message is too long".to_owned() }),
        };
        match line {
            Ok(Line::One(message)) => self.take_message(message).await,
            Ok(Line::Batch(text, messages)) => match &self.handshake {
                Route::Handshake(url) if url.has_batches() => self.start_batch(url.clone(), text, &messages),
                _ => {
                    for message in messages {
                        match message {
                            Ok(message) => self.take_message(message).await,
                            Err(bad) => self.output.line(words::bad_message(&bad)).await,
                        }
                    }
                }
            },
            Err(bad) => self.output.line(words::bad_message(&bad)).await,
        }
    }

    /// Waits for the answers that are still to come, at most `last_replies`, and ends sessions.
    pub(super) async fn finish(&self, last_replies: Duration) {
        self.ended.cancel();
        self.tasks.close();
        if tokio::time::timeout(last_replies, self.tasks.wait()).await.is_err() {
            words::complain(
                format_args!("some answers did not come within {} s after the last input", last_replies.as_secs()),
                "what was asked for may have been done; look before trying again",
            );
        }
        self.handshake.close().await;
        if let Some(stateless) = &self.stateless {
            stateless.close().await;
        }
    }

    async fn take_message(&mut self, message: Message) {
        let is_stateless = match message.meta_version() {
            Some(version) => version.as_str() >= STATELESS,
            None => matches!(&message.kind, Kind::Request { method, .. } if method == DISCOVER),
        };
        match &message.kind {
            Kind::Request { id, method } => {
                let (id, method) = (id.clone(), method.clone());
                match (is_stateless, &self.stateless) {
                    (false, _) if method == "initialize" => self.initialize(&message, &id).await,
                    (false, _) => self.start(self.handshake.clone(), message, id, method),
                    (true, Some(route)) => self.start(route.clone(), message, id, method),
                    (true, None) => self.begin_stateless(message, id, method).await,
                }
            }
            Kind::Notification { method } => {
                let method = method.clone();
                self.notify(message, method, is_stateless).await;
            }
            Kind::Response { .. } => {
                let route = self.handshake.clone();
                self.tasks.spawn(async move { complain_of(route.answer(message).await) });
            }
        }
    }

    /// Opens a session: at the URL where it has them, else in its place.
    async fn initialize(&mut self, message: &Message, id: &Id) {
        let mut patience = Patience::default();
        let opened = loop {
            match HandshakeUrl::open(&self.target, incoming(&self.output), message).await {
                Err(failure) if patience.tries_again("initialize", &failure).await => {}
                opened => break opened,
            }
        };
        let refused = match opened {
            Ok((url, answer)) if answer.result().is_some() => {
                self.replace_handshake(Route::Handshake(url));
                return self.output.line(answer.text).await;
            }
            Ok((_, answer)) => Refused::Answered(answer),
            Err(failure) => Refused::Failed(failure),
        };
        if refused.may_be_stateless()
            && let Ok((translation, answer)) = OverStateless::open(&self.target, message).await
        {
            self.replace_handshake(Route::OverStateless(Arc::new(translation)));
            return self.output.line(answer).await;
        }
        self.output.line(refused.told(id)).await;
    }

    fn replace_handshake(&mut self, route: Route) {
        let before = std::mem::replace(&mut self.handshake, route);
        self.tasks.spawn(async move { before.close().await });
    }

    /// Finds out whether the URL speaks 2026-07-28, by the first message that does.
    async fn begin_stateless(&mut self, message: Message, id: Id, method: String) {
        let url = Arc::new(StatelessUrl::new(self.target.clone()));
        let probe = if method == DISCOVER { message.clone() } else { discovery(&message) };
        let Kind::Request { id: probe_id, .. } = &probe.kind else { return };
        let mut patience = Patience::default();
        let answered = loop {
            match url.discover(&probe, probe_id).await {
                Err(failure) if patience.tries_again(DISCOVER, &failure).await => {}
                answered => break answered,
            }
        };
        let refused = match answered {
            Ok(answer) if answer.result().is_some() || names_newer_revisions(&answer) => {
                self.stateless = Some(Route::Stateless(Arc::clone(&url)));
                if method == DISCOVER {
                    return self.output.line(answer.text).await;
                }
                return self.start(Route::Stateless(url), message, id, method);
            }
            Ok(answer) => Refused::Answered(answer),
            Err(failure) => Refused::Failed(failure),
        };
        if refused.may_be_handshake()
            && let Ok(translation) = OverHandshake::open(&self.target, &message, &self.output).await
        {
            let route = Route::OverHandshake(translation);
            self.stateless = Some(route.clone());
            return self.start(route, message, id, method);
        }
        self.output.line(refused.told(&id)).await;
    }

    /// Carries out a request beside all others.
    fn start(&self, route: Route, message: Message, id: Id, method: String) {
        let place = self.under_way.enter(&id, &route);
        let (output, room) = (self.output.clone(), Arc::clone(&self.room));
        // A subscription has no end of its own.
        let ended = if method == LISTEN { self.ended.clone() } else { CancellationToken::new() };
        self.tasks.spawn(async move {
            let exchange = async {
                // Never closed; subscriptions stay long and are few.
                let _place = if method == LISTEN { None } else { room.acquire().await.ok() };
                let mut patience = Patience::default();
                loop {
                    match route.exchange(&message, &id, &method, &output).await {
                        Err(failure) if patience.tries_again(&method, &failure).await => {}
                        done => break done,
                    }
                }
            };
            tokio::select! {
                // Nobody waits for its answer any more.
                () = place.cancelled.cancelled() => {}
                () = ended.cancelled() => {}
                done = exchange => if let Err(failure) = done {
                    output.line(failure.told(&id)).await;
                },
            }
        });
    }

    fn start_batch(&self, url: HandshakeUrl, text: String, messages: &[Result<Message, BadMessage>]) {
        let request_id = |message: &Message| match &message.kind {
            Kind::Request { id, .. } => Some(id.clone()),
            Kind::Notification { .. } | Kind::Response { .. } => None,
        };
        let waiting: Vec<Id> = messages.iter().flatten().filter_map(request_id).collect();
        let output = self.output.clone();
        self.tasks.spawn(async move {
            let mut patience = Patience::default();
            let failure = loop {
                match url.batch(&text, &waiting, &output).await {
                    Ok(()) => return,
                    Err(failure) if patience.tries_again("batch", &failure).await => {}
                    Err(failure) => break failure,
                }
            };
            let told: Vec<String> = waiting.iter().map(|id| failure.told(id)).collect();
            if told.is_empty() {
                words::complain(&failure.problem, &failure.remedy);
            } else {
                output.line(format!("[{}]", told.join(","))).await;
            }
        });
    }

    async fn notify(&mut self, message: Message, method: String, is_stateless: bool) {
        if method == "notifications/initialized" {
            // What follows relies on it, but not for ever.
            match tokio::time::timeout(READY, self.handshake.notify(&message, &method)).await {
                Ok(told) => complain_of(told),
                Err(_) => words::complain("the server does not take note that the client is ready", "is it overloaded?"),
            }
            return self.handshake.listen(&self.output);
        }
        let route = match &self.stateless {
            _ if method == "notifications/cancelled" => self.under_way.cancel(&message),
            Some(stateless) if is_stateless => Some(stateless.clone()),
            _ => Some(self.handshake.clone()),
        };
        if let Some(route) = route {
            self.tasks.spawn(async move { complain_of(route.notify(&message, &method).await) });
        }
    }
}

/// The answer to an opening that did not succeed.
enum Refused {
    Answered(Message),
    Failed(Failure),
}

impl Refused {
    fn code(&self) -> Option<i64> {
        match self {
            Self::Answered(answer) => answer.error_code(),
            Self::Failed(failure) => failure.code(),
        }
    }

    /// Whether an `initialize` may have been refused because there are no sessions.
    fn may_be_stateless(&self) -> bool {
        match self {
            Self::Answered(_) => self.code().is_some_and(|code| words::STATELESS_CODES.contains(&code) || code == -32602),
            Self::Failed(failure) => failure.is_misunderstanding(),
        }
    }

    /// Whether a `server/discover` may have been refused because there is no session.
    fn may_be_handshake(&self) -> bool {
        match self {
            Self::Answered(_) => true,
            Self::Failed(failure) => failure.is_misunderstanding(),
        }
    }

    fn told(self, id: &Id) -> String {
        match self {
            Self::Answered(answer) => answer.text,
            Self::Failed(failure) => failure.told(id),
        }
    }
}

/// Passes on to the client, as it is, what the server says by itself.
fn incoming(output: &Output) -> mpsc::Sender<Message> {
    let (sender, mut heard) = mpsc::channel::<Message>(INCOMING);
    let output = output.clone();
    tokio::spawn(async move {
        while let Some(message) = heard.recv().await {
            output.line(message.text).await;
        }
    });
    sender
}

/// A `server/discover` that says of the client what `message` says.
fn discovery(message: &Message) -> Message {
    let mut about =
        message.params().map(read_object).and_then(|params| params.get("_meta").map(|about| read_object(about))).unwrap_or_default();
    about.shift_remove("progressToken");
    let params = write_object(&[("_meta".to_owned(), raw(&about))].into_iter().collect());
    let id = Id::own(format_args!("tidegate-connect-discover"));
    let text = words::request(&id, DISCOVER, &params);
    Message { text, kind: Kind::Request { id, method: DISCOVER.to_owned() } }
}

/// Whether an error only says that the revision is another one of the same family.
fn names_newer_revisions(answer: &Message) -> bool {
    #[derive(serde::Deserialize)]
    struct Error {
        data: Supported,
    }
    #[derive(serde::Deserialize)]
    struct Supported {
        supported: Vec<String>,
    }
    if answer.error_code() != Some(words::UNSUPPORTED_REVISION) {
        return false;
    }
    let error = answer.error().and_then(|error| serde_json::from_str::<Error>(error.get()).ok());
    error.is_some_and(|error| error.data.supported.iter().any(|version| version.as_str() >= STATELESS))
}

fn complain_of(told: Result<(), Failure>) {
    if let Err(failure) = told {
        words::complain(&failure.problem, &failure.remedy);
    }
}
