//! A route that is being opened. What relies on it waits for it; what does not goes on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::handshake_url::HandshakeUrl;
use super::over_handshake::OverHandshake;
use super::over_stateless::OverStateless;
use super::persistence::Patience;
use super::route::Route;
use super::standard_streams::Output;
use super::stateless_url::StatelessUrl;
use super::words::{self, DISCOVER};
use crate::mcp_client::{Cause, Failure, Id, Kind, Message, STATELESS, Target, meta};

/// The longest wait for a URL to be opened, over all transports, translations and attempts.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);
/// Messages of the server that wait for a slow client.
const INCOMING: usize = 64;

/// A route, once it is open. Cheap to clone; all clones have the same outcome.
#[derive(Clone)]
pub(super) struct Opening(watch::Receiver<Option<Result<Route, Refused>>>);

/// Says how an [`Opening`] ended.
pub(super) struct Opened(watch::Sender<Option<Result<Route, Refused>>>);

/// Why an opening did not succeed.
#[derive(Clone)]
pub(super) enum Refused {
    /// The server's error.
    Answered(Box<Message>),
    Failed(Box<Failure>),
}

impl Opening {
    pub(super) fn begin() -> (Opened, Self) {
        let (sender, receiver) = watch::channel(None);
        (Opened(sender), Self(receiver))
    }

    /// A URL that takes requests without being opened: some servers do.
    pub(super) fn unopened(target: Target, output: &Output) -> Self {
        let (opened, opening) = Self::begin();
        opened.tell(Ok(Route::Handshake(HandshakeUrl::unopened(target, incoming(output)))));
        opening
    }

    /// Waits for the outcome.
    ///
    /// # Errors
    /// It was not opened.
    pub(super) async fn ready(&self) -> Result<Route, Refused> {
        let mut outcome = self.0.clone();
        let outcome = outcome.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
        // Only the end of the command gives up an opening.
        outcome.unwrap_or_else(|| Err(Failure::new(Cause::NotSent, "the command ends", "start it again").into()))
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(&*self.0.borrow(), Some(Err(_)))
    }
}

impl Opened {
    pub(super) fn tell(self, outcome: Result<Route, Refused>) {
        self.0.send_replace(Some(outcome));
    }
}

/// Opens a session for a client that sent `initialize`: at the URL where it has them, else in its place. Gives the answer
/// for the client too.
///
/// # Errors
/// No answer within 30 s, or one that refuses.
pub(super) async fn with_handshake(
    target: &Target,
    initialize: &Message,
    output: &Output,
    ended: &CancellationToken,
) -> Result<(Route, String), Refused> {
    in_time(target, async {
        let mut patience = Patience::default();
        let opened = loop {
            match HandshakeUrl::open(target, incoming(output), initialize).await {
                Err(failure) if patience.tries_again("initialize", &failure).await => {}
                opened => break opened,
            }
        };
        let refused = match opened {
            Ok((url, answer)) if answer.result().is_some() => return Ok((Route::Handshake(url), answer.text)),
            Ok((url, answer)) => {
                url.close().await;
                Refused::Answered(Box::new(answer))
            }
            Err(failure) => failure.into(),
        };
        if refused.may_be_stateless()
            && let Ok((translation, answer)) = OverStateless::open(target, initialize, ended.clone()).await
        {
            return Ok((Route::OverStateless(Arc::new(translation)), answer));
        }
        Err(refused)
    })
    .await
}

/// Finds out whether the URL speaks 2026-07-28, for a client that does. `first` is any request of it.
///
/// # Errors
/// No answer within 30 s, or one that refuses.
pub(super) async fn without_handshake(target: &Target, first: &Message, output: &Output) -> Result<Route, Refused> {
    in_time(target, async {
        let url = StatelessUrl::new(target.clone());
        let probe = probe();
        let mut patience = Patience::default();
        let answered = loop {
            match url.discover(&probe).await {
                Err(failure) if patience.tries_again(DISCOVER, &failure).await => {}
                answered => break answered,
            }
        };
        let refused = match answered {
            Ok(answer) if answer.result().is_some() || names_newer_revisions(&answer) => return Ok(Route::Stateless(Arc::new(url))),
            Ok(answer) => Refused::Answered(Box::new(answer)),
            Err(failure) => failure.into(),
        };
        if refused.may_be_handshake()
            && let Ok(translation) = OverHandshake::open(target, first, output).await
        {
            return Ok(Route::OverHandshake(translation));
        }
        Err(refused)
    })
    .await
}

async fn in_time<T>(target: &Target, opening: impl Future<Output = Result<T, Refused>>) -> Result<T, Refused> {
    match tokio::time::timeout(DEADLINE, opening).await {
        Ok(opened) => opened,
        Err(_) => Err(Failure::silence(&target.shown(), DEADLINE).into()),
    }
}

impl Refused {
    /// The answer to a request that relied on the opening.
    pub(super) fn told(&self, id: &Id) -> String {
        match self {
            Self::Answered(answer) if answer.answers(id) => answer.text.clone(),
            Self::Answered(answer) => words::error(id, &answer.error().map(ToString::to_string).unwrap_or_default()),
            Self::Failed(failure) => failure.told(id),
        }
    }

    /// Whether an `initialize` may have been refused because there are no sessions.
    fn may_be_stateless(&self) -> bool {
        match self {
            Self::Answered(answer) => answer.error_code().is_some_and(|code| words::STATELESS_CODES.contains(&code) || code == -32602),
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
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
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

/// A `server/discover` with all that a server may ask for: what the client's own requests lack is for the server to say.
fn probe() -> Message {
    let about = serde_json::json!({"_meta": {
        meta::PROTOCOL_VERSION: STATELESS,
        meta::CLIENT_INFO: {"name": "tidegate connect", "version": env!("CARGO_PKG_VERSION")},
        meta::CLIENT_CAPABILITIES: {},
    }});
    let id = Id::own(format_args!("tidegate-connect-discover"));
    Message { text: words::request(&id, DISCOVER, &about), kind: Kind::Request { id, method: DISCOVER.to_owned() } }
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

#[cfg(test)]
mod tests {
    use super::{Refused, in_time};
    use crate::mcp_client::{Cause, Target};

    #[tokio::test(start_paused = true)]
    async fn what_is_never_opened_is_given_up_for_good() {
        let target = Target::new("http://127.0.0.1/mcp/x".parse().unwrap(), Vec::new()).unwrap();
        let Err(Refused::Failed(failure)) = in_time(&target, std::future::pending::<Result<(), _>>()).await else { panic!() };
        assert_eq!(failure.cause, Cause::Silent);
        insta::assert_snapshot!(failure.problem, @"the answer of http://127.0.0.1/mcp/… did not arrive: nothing came for 30 s");
    }
}
