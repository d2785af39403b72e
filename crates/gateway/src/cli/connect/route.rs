//! Where a message goes: straight to the URL, or by way of a translation.

use std::sync::Arc;

use super::follow::is_final;
use super::handshake_url::HandshakeUrl;
use super::over_handshake::OverHandshake;
use super::over_stateless::OverStateless;
use super::persistence::Pauses;
use super::standard_streams::Output;
use super::stateless_url::StatelessUrl;
use super::words::LISTEN;
use crate::mcp_client::{Failure, Id, Kind, Line, Message};

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

    /// Passes on a notification of the client, or its answer to a request of the server.
    ///
    /// # Errors
    /// It was not accepted.
    pub(super) async fn pass_on(&self, message: Message) -> Result<(), Failure> {
        let is_answer = matches!(message.kind, Kind::Response { .. });
        let is_cancellation = matches!(&message.kind, Kind::Notification { method } if method == "notifications/cancelled");
        match self {
            Self::Handshake(url) => url.tell(&message.text).await,
            // Here servers ask nothing, and a request is cancelled by no longer waiting for it (2026-07-28, "Cancellation").
            Self::Stateless(url) if !is_answer && !is_cancellation => url.tell(&message).await,
            Self::OverHandshake(translation) if is_cancellation => translation.cancelled(&message).await,
            Self::OverStateless(translation) if is_answer => {
                translation.answered(message);
                Ok(())
            }
            // The other side has none of these.
            Self::Stateless(_) | Self::OverStateless(_) | Self::OverHandshake(_) => Ok(()),
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
    let mut pauses = Pauses::default();
    let mut is_acknowledged = false;
    loop {
        let interrupted = match url.request(message).await {
            Ok(mut replies) => loop {
                match replies.next().await {
                    Ok(Some(line)) if is_acknowledgement(&line) && is_acknowledged => {}
                    Ok(Some(line)) => {
                        is_acknowledged = true;
                        pauses = Pauses::default();
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
        // What was never begun may be tried as any other request is.
        if !is_acknowledged || is_final(&interrupted) {
            return Err(interrupted);
        }
        tokio::time::sleep(pauses.next()).await;
    }
}

fn is_acknowledgement(line: &Line) -> bool {
    matches!(line, Line::One(Message { kind: Kind::Notification { method }, .. }) if method == "notifications/subscriptions/acknowledged")
}
