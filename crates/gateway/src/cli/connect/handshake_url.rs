//! An MCP URL that is opened with `initialize`, over whichever of the two transports it speaks.

use std::sync::Arc;

use http::StatusCode;
use tokio::sync::mpsc;

use super::legacy::Legacy;
use super::replies::Replies;
use super::streamable::Streamable;
use super::words;
use crate::mcp_client::{Failure, Id, Message, Target};

#[derive(Clone)]
pub(super) enum HandshakeUrl {
    Streamable(Arc<Streamable>),
    Legacy(Arc<Legacy>),
}

impl HandshakeUrl {
    /// A URL that was not opened: some servers do without.
    pub(super) fn unopened(target: Target, incoming: mpsc::Sender<Message>) -> Self {
        Self::Streamable(Streamable::new(target, incoming))
    }

    /// Sends an `initialize`, at first over Streamable HTTP. Where that is refused in a way that older servers have, over
    /// HTTP+SSE (2025-11-25, "Backwards compatibility"). An answer may still be an error.
    ///
    /// # Errors
    /// No answer, or one that refuses over both.
    pub(super) async fn open(target: &Target, incoming: mpsc::Sender<Message>, initialize: &Message) -> Result<(Self, Message), Failure> {
        let streamable = Streamable::new(target.clone(), incoming.clone());
        let refused = match streamable.open(initialize).await {
            Ok(answer) => return Ok((Self::Streamable(streamable), answer)),
            Err(failure) if may_be_older(&failure) => failure,
            Err(failure) => return Err(failure),
        };
        // What the URL says to its present transport is the better explanation.
        let legacy = Legacy::connect(target.clone(), incoming).await.map_err(|_| refused)?;
        let unless_opened = legacy.closing();
        let answer = legacy.open(initialize).await?;
        unless_opened.disarm();
        Ok((Self::Legacy(legacy), answer))
    }

    /// Sends a request; its answer is still to come.
    pub(super) async fn request(&self, text: &str, id: &Id) -> Result<Replies, Failure> {
        match self {
            Self::Streamable(url) => url.request(text, id).await,
            Self::Legacy(url) => url.request(text, id).await,
        }
    }

    /// Sends a notification, or the answer to a request of the server.
    pub(super) async fn tell(&self, text: &str) -> Result<(), Failure> {
        match self {
            Self::Streamable(url) => url.tell(text).await,
            Self::Legacy(url) => url.tell(text).await,
        }
    }

    /// Listens to what the server says by itself, where that takes a stream of its own.
    pub(super) fn listen(&self) {
        match self {
            Self::Streamable(url) => url.listen(),
            Self::Legacy(_) => {}
        }
    }

    /// Ends the session.
    pub(super) async fn close(&self) {
        match self {
            Self::Streamable(url) => url.close().await,
            Self::Legacy(url) => url.close(),
        }
    }
}

fn may_be_older(failure: &Failure) -> bool {
    let is_newer = failure.code().is_some_and(|code| words::STATELESS_CODES.contains(&code));
    !is_newer && (failure.is_misunderstanding() || failure.status() == Some(StatusCode::NOT_IMPLEMENTED))
}
