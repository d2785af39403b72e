//! Where a message goes: straight to the URL, or by way of a translation.

use std::sync::Arc;
use std::time::Duration;

use super::handshake_url::HandshakeUrl;
use super::over_handshake::OverHandshake;
use super::over_stateless::OverStateless;
use super::persistence::pauses_for_ever;
use super::standard_streams::Output;
use super::stateless_url::StatelessUrl;
use crate::mcp_client::{Failure, Id, Kind, Line, Message};

pub(super) const LISTEN: &str = "subscriptions/listen";

/// The client's family of revisions, and the URL's.
#[derive(Clone)]
pub(super) enum Route {
    /// Both open with `initialize`.
    Handshake(HandshakeUrl),
    /// Both are of 2026-07-28.
    Stateless(Arc<StatelessUrl>),
    /// The client opens with `initialize`.
    OverStateless(Arc<OverStateless>),
    /// The client is of 2026-07-28.
    OverHandshake(Arc<OverHandshake>),
}

impl Route {
    /// Carries out one request: everything that comes back goes to `output`.
    ///
    /// # Errors
    /// No answer, or one that refuses. The client has not been told.
    pub(super) async fn exchange(&self, message: &Message, id: &Id, method: &str, output: &Output) -> Result<(), Failure> {
        match self {
            Self::Handshake(url) => {
                let mut replies = url.request(&message.text, id).await?;
                while let Some(line) = replies.next().await? {
                    output.line(line.into_text()).await;
                }
                Ok(())
            }
            Self::Stateless(url) if method == LISTEN => listen(url, message, id, output).await,
            Self::Stateless(url) => {
                let mut replies = url.request(message).await?;
                while let Some(line) = replies.next().await? {
                    if let Line::One(reply) = &line {
                        url.learn(reply);
                    }
                    output.line(line.into_text()).await;
                }
                Ok(())
            }
            Self::OverStateless(translation) => translation.exchange(message, id, method, output).await,
            Self::OverHandshake(translation) => translation.exchange(message, id, method, output).await,
        }
    }

    /// Passes on a notification of the client.
    ///
    /// # Errors
    /// It was not accepted.
    pub(super) async fn notify(&self, message: &Message, method: &str) -> Result<(), Failure> {
        match self {
            Self::Handshake(url) => url.tell(&message.text).await,
            // Here a request is cancelled by no longer waiting for it (2026-07-28, "Cancellation").
            Self::Stateless(_) if method == "notifications/cancelled" => Ok(()),
            Self::Stateless(url) => url.tell(message).await,
            Self::OverHandshake(translation) if method == "notifications/cancelled" => translation.cancelled(message).await,
            // The other side has none of these.
            Self::OverStateless(_) | Self::OverHandshake(_) => Ok(()),
        }
    }

    /// Passes on the client's answer to a request of the server.
    ///
    /// # Errors
    /// It was not accepted.
    pub(super) async fn answer(&self, message: Message) -> Result<(), Failure> {
        match self {
            Self::Handshake(url) => url.tell(&message.text).await,
            Self::OverStateless(translation) => {
                translation.answered(message);
                Ok(())
            }
            // Servers ask nothing there.
            Self::Stateless(_) | Self::OverHandshake(_) => Ok(()),
        }
    }

    /// Starts to pass on what the server says by itself.
    pub(super) fn listen(&self, output: &Output) {
        match self {
            Self::Handshake(url) => url.listen(),
            Self::OverStateless(translation) => drop(tokio::spawn(Arc::clone(translation).follow(output.clone()))),
            // Asked for with a request of its own.
            Self::Stateless(_) | Self::OverHandshake(_) => {}
        }
    }

    /// Ends what was opened.
    pub(super) async fn close(&self) {
        match self {
            Self::Handshake(url) => url.close().await,
            Self::OverHandshake(translation) => translation.close().await,
            Self::OverStateless(translation) => translation.close(),
            Self::Stateless(_) => {}
        }
    }
}

/// A subscription, taken up again whenever its stream breaks. The client sees one.
async fn listen(url: &StatelessUrl, message: &Message, id: &Id, output: &Output) -> Result<(), Failure> {
    let mut pauses = pauses_for_ever();
    let mut is_acknowledged = false;
    loop {
        let mut interrupted = match url.request(message).await {
            Ok(mut replies) => loop {
                match replies.next().await {
                    Ok(Some(line)) if is_acknowledgement(&line) && is_acknowledged => {}
                    Ok(Some(line)) => {
                        is_acknowledged = true;
                        pauses = pauses_for_ever();
                        let ends = matches!(&line, Line::One(reply) if reply.answers(id));
                        output.line(line.into_text()).await;
                        if ends {
                            return Ok(());
                        }
                    }
                    Ok(None) => return Ok(()),
                    Err(failure) => break failure,
                }
            },
            Err(failure) => failure,
        };
        if !is_acknowledged || interrupted.is_misunderstanding() {
            // What was never begun may be tried as any other request is.
            interrupted.cause = if is_acknowledged { crate::mcp_client::Cause::NotMcp } else { interrupted.cause };
            return Err(interrupted);
        }
        tokio::time::sleep(pauses.next().unwrap_or(Duration::from_secs(1))).await;
    }
}

fn is_acknowledgement(line: &Line) -> bool {
    matches!(line, Line::One(Message { kind: Kind::Notification { method }, .. }) if method == "notifications/subscriptions/acknowledged")
}
