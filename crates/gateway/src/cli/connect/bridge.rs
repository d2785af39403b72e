//! Takes what the client says, message by message, and sees to it that each request is answered once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::cancellation::UnderWay;
use super::opening::{self, Opening, Refused};
use super::persistence::Patience;
use super::standard_streams::{InputLine, Output};
use super::words::{self, DISCOVER, LISTEN};
use crate::mcp_client::{BadMessage, Failure, Id, Kind, Line, Message, STATELESS, Target, read_line};

/// How long what follows waits for the server to take note of something.
const NOTED: Duration = Duration::from_secs(5);
/// Requests under way at once, each perhaps with a connection of its own; further ones wait.
const MOST_UNDER_WAY: usize = 200;

pub(super) struct Bridge {
    target: Target,
    output: Output,
    /// Where messages go that belong to a session.
    handshake: Opening,
    /// Where messages of 2026-07-28 go, once there were any.
    stateless: Option<Opening>,
    under_way: UnderWay,
    room: Arc<Semaphore>,
    tasks: TaskTracker,
    /// Closed once the last notification or answer was passed on: they keep their order.
    passed_on: oneshot::Receiver<()>,
    /// Cancelled when there is no more input.
    ended: CancellationToken,
}

impl Bridge {
    pub(super) fn new(target: Target, output: Output) -> Self {
        let handshake = Opening::unopened(target.clone(), &output);
        let (_, passed_on) = oneshot::channel();
        Self {
            target,
            output,
            handshake,
            stateless: None,
            under_way: UnderWay::default(),
            room: Arc::new(Semaphore::new(MOST_UNDER_WAY)),
            tasks: TaskTracker::new(),
            passed_on,
            ended: CancellationToken::new(),
        }
    }

    /// Takes one line of input. Waits for nothing but room in the output.
    pub(super) async fn take(&mut self, line: InputLine) {
        let line = match line {
            InputLine::Text(text) => read_line(&text),
            InputLine::TooLong => Err(BadMessage { id: None, code: -32600, problem: "the message is too long".to_owned() }),
        };
        let messages = match line {
            Ok(Line::One(message)) => vec![Ok(message)],
            // Only one revision has batches, and each message may have its own fate.
            Ok(Line::Batch(_, messages)) => messages,
            Err(bad) => vec![Err(bad)],
        };
        for message in messages {
            match message {
                Ok(message) => self.take_message(message),
                Err(bad) => self.output.line(words::bad_message(&bad)).await,
            }
        }
    }

    /// Waits for the answers that are still to come, at most `last_replies`.
    pub(super) async fn finish(&mut self, last_replies: Duration) {
        self.tasks.close();
        let answered = async {
            // An error, as nothing is ever sent.
            let _ = (&mut self.passed_on).await;
            self.ended.cancel();
            self.tasks.wait().await;
        };
        if tokio::time::timeout(last_replies, answered).await.is_err() {
            words::complain(
                format_args!("some answers did not come within {} s after the last input", last_replies.as_secs()),
                "what was asked for may have been done; look before trying again",
            );
        }
    }

    /// Ends sessions.
    pub(super) async fn close(&self) {
        for opening in std::iter::once(&self.handshake).chain(&self.stateless) {
            if let Ok(route) = opening.ready().await {
                route.close().await;
            }
        }
    }

    fn take_message(&mut self, message: Message) {
        let is_stateless = match message.meta_version() {
            Some(version) => version.as_str() >= STATELESS,
            None => matches!(&message.kind, Kind::Request { method, .. } if method == DISCOVER),
        };
        match &message.kind {
            Kind::Request { id, method } => {
                let (id, method) = (id.clone(), method.clone());
                match is_stateless {
                    false if method == "initialize" => self.initialize(message, id),
                    false => self.start(self.handshake.clone(), message, id, method),
                    true => {
                        let opening = self.stateless(&message);
                        self.start(opening, message, id, method);
                    }
                }
            }
            Kind::Notification { method } if method == "notifications/initialized" => self.initialized(message),
            Kind::Notification { method } if method == "notifications/cancelled" => {
                if let Some(opening) = self.under_way.cancel(&message) {
                    self.pass_on(opening, message);
                }
            }
            Kind::Notification { .. } | Kind::Response { .. } => {
                let stateless = self.stateless.as_ref().filter(|_| is_stateless);
                self.pass_on(stateless.unwrap_or(&self.handshake).clone(), message);
            }
        }
    }

    /// Opens a session. What follows waits for it.
    fn initialize(&mut self, message: Message, id: Id) {
        let (opened, opening) = Opening::begin();
        let before = std::mem::replace(&mut self.handshake, opening);
        let (target, output, ended, tasks) = (self.target.clone(), self.output.clone(), self.ended.clone(), self.tasks.clone());
        self.tasks.spawn(async move {
            let before = before.ready().await;
            match opening::with_handshake(&target, &message, &output, &ended).await {
                Ok((route, answer)) => {
                    if let Ok(before) = before {
                        tasks.spawn(async move { before.close().await });
                    }
                    output.line(answer).await;
                    opened.tell(Ok(route));
                }
                Err(refused) => {
                    opened.tell(before);
                    output.line(refused.told(&id)).await;
                }
            }
        });
    }

    /// Tells the server that the client is ready. What follows relies on it, but does not wait for ever.
    fn initialized(&mut self, message: Message) {
        let (opened, opening) = Opening::begin();
        let before = std::mem::replace(&mut self.handshake, opening);
        let output = self.output.clone();
        self.tasks.spawn(async move {
            let route = before.ready().await;
            if let Ok(route) = &route {
                match tokio::time::timeout(NOTED, route.pass_on(message)).await {
                    Ok(told) => complain_of(told),
                    Err(_) => words::complain("the server does not take note that the client is ready", "is it overloaded?"),
                }
                route.listen(&output);
            }
            opened.tell(route);
        });
    }

    /// Where requests of 2026-07-28 go. `first` may be the first, with which the URL is tried.
    fn stateless(&mut self, first: &Message) -> Opening {
        if let Some(opening) = self.stateless.as_ref().filter(|opening| !opening.has_failed()) {
            return opening.clone();
        }
        let (opened, opening) = Opening::begin();
        let (target, first, output) = (self.target.clone(), first.clone(), self.output.clone());
        self.tasks.spawn(async move { opened.tell(opening::without_handshake(&target, &first, &output).await) });
        self.stateless = Some(opening.clone());
        opening
    }

    /// Carries out a request beside all others.
    fn start(&self, opening: Opening, message: Message, id: Id, method: String) {
        let place = self.under_way.enter(&id, &opening);
        let (output, room) = (self.output.clone(), Arc::clone(&self.room));
        // A subscription has no end of its own.
        let ended = if method == LISTEN { self.ended.clone() } else { CancellationToken::new() };
        self.tasks.spawn(async move {
            let exchange = async {
                let route = opening.ready().await?;
                // Never closed; subscriptions stay long and are few.
                let _place = if method == LISTEN { None } else { room.acquire().await.ok() };
                let mut patience = Patience::default();
                loop {
                    match route.exchange(&message, &id, &method, &output).await {
                        Err(failure) if patience.tries_again(&method, &failure).await => {}
                        done => break done.map_err(Refused::from),
                    }
                }
            };
            tokio::select! {
                // Nobody waits for its answer any more.
                () = place.cancelled.cancelled() => {}
                () = ended.cancelled() => {}
                done = exchange => if let Err(refused) = done {
                    output.line(refused.told(&id)).await;
                },
            }
        });
    }

    /// Passes on a notification, or the answer to a request of the server, after those that came before.
    fn pass_on(&mut self, opening: Opening, message: Message) {
        let (done, passed_on) = oneshot::channel::<()>();
        let before = std::mem::replace(&mut self.passed_on, passed_on);
        self.tasks.spawn(async move {
            // An error, as nothing is ever sent.
            let _ = before.await;
            let Ok(route) = opening.ready().await else { return };
            let sending = route.pass_on(message);
            tokio::pin!(sending);
            match tokio::time::timeout(NOTED, &mut sending).await {
                Ok(told) => complain_of(told),
                Err(_) => {
                    drop(done);
                    complain_of(sending.await);
                }
            }
        });
    }
}

fn complain_of(told: Result<(), Failure>) {
    if let Err(failure) = told {
        words::complain(&failure.problem, &failure.remedy);
    }
}
