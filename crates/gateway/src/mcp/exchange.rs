//! From the bytes of a message, or of a batch of them, to the answer.

use std::sync::Arc;

use futures_util::future::join_all;
use http::{HeaderMap, StatusCode};

use super::answer::Reply;
use super::envelope::{self, Message, Notification, Request};
use super::error::RpcError;
use super::handler;
use super::in_flight::{CallKey, Peer};
use super::params::Params;
use super::relay;
use super::revision::{self, Era};
use crate::access::Access;
use crate::app::App;

/// One client at one URL, for the time of a message.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(crate) app: Arc<App>,
    pub(crate) access: Arc<Access>,
    pub(crate) peer: Peer,
    /// What the transport says beside the message; empty where a stream is the transport.
    pub(crate) headers: HeaderMap,
}

impl Exchange {
    /// Answers a body. `None` when there is nothing to answer.
    pub(crate) async fn answer(&self, body: &[u8]) -> Option<Reply> {
        if !envelope::is_batch(body) {
            return self.answer_message(body).await;
        }
        if !revision::has_batches(&self.headers) {
            let error = RpcError::invalid_request("only revision 2025-03-26 of MCP has batches; send one message a request");
            return Some(Reply::error(None, &error));
        }
        let messages = match envelope::split(body) {
            Ok(messages) => messages,
            Err(error) => return Some(Reply::error(None, &error)),
        };
        let replies = join_all(messages.into_iter().map(|message| self.answer_in_batch(message.get().as_bytes()))).await;
        let replies: Vec<Reply> = replies.into_iter().flatten().collect();
        (!replies.is_empty()).then(|| Reply::batch(replies))
    }

    async fn answer_in_batch(&self, message: &[u8]) -> Option<Reply> {
        if let Ok(Message::Request(request)) = envelope::parse(message)
            && request.method == "initialize"
        {
            return Some(Reply::error(Some(request.id), &RpcError::invalid_request("initialize cannot be part of a batch")));
        }
        self.answer_message(message).await
    }

    async fn answer_message(&self, message: &[u8]) -> Option<Reply> {
        match envelope::parse(message) {
            Ok(Message::Request(request)) => Some(self.answer_request(&request).await),
            Ok(Message::Notification(notification)) => {
                self.take_note(&notification);
                None
            }
            Ok(Message::Response) => None,
            Err((id, error)) => Some(Reply::error(id, &error)),
        }
    }

    pub(crate) async fn answer_request(&self, request: &Request<'_>) -> Reply {
        let answered = async {
            let (params, era) = self.understand(request)?;
            handler::handle(self, request, &params, era).await
        };
        answered.await.unwrap_or_else(|error| Reply::error(Some(request.id), &error))
    }

    /// The parameters of a request, and the era that it speaks.
    ///
    /// # Errors
    /// What is wrong with either. Where `_meta` cannot be read, the stateless revision has 400 as for one without a version.
    pub(crate) fn understand<'r>(&self, request: &Request<'r>) -> Result<(Params<'r>, Era), RpcError> {
        let params = Params::read(request.params).map_err(|error| match revision::names_stateless(&self.headers) {
            true => error.with_status(StatusCode::BAD_REQUEST),
            false => error,
        })?;
        let era = Era::of(request, &params, &self.headers)?;
        Ok((params, era))
    }

    /// Does what a notification asks for. One that is not understood is ignored, as JSON-RPC has it.
    pub(crate) fn take_note(&self, notification: &Notification<'_>) {
        if notification.method != "notifications/cancelled" {
            return;
        }
        let id = Params::read(notification.params).ok().and_then(|params| params.request_id);
        let Some(key) = id.map(|id| CallKey::of(self.access.server.id, self.peer, id)) else { return };
        if !self.app.in_flight.cancel(key) {
            relay::cancel_elsewhere(&self.app, key);
        }
    }
}
