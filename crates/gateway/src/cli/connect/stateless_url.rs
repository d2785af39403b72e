//! An MCP URL of revision 2026-07-28: every request stands for itself and is mirrored in headers.

use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE};

use super::param_headers::ParamHeaders;
use super::replies::Replies;
use crate::mcp_client::{Answer, Failure, Kind, Message, STATELESS, Shown, Target, mirrored};

pub(super) struct StatelessUrl {
    target: Target,
    param_headers: ParamHeaders,
}

impl StatelessUrl {
    pub(super) fn new(target: Target) -> Self {
        Self { target, param_headers: ParamHeaders::default() }
    }

    /// Sends a request; its answer is still to come. Giving up the replies cancels it.
    ///
    /// # Errors
    /// No answer, or one that refuses.
    pub(super) async fn request(&self, message: &Message) -> Result<Replies, Failure> {
        let answer = self.send(message).await?;
        let waiting = match &message.kind {
            Kind::Request { id, .. } => Some(id.clone()),
            Kind::Notification { .. } | Kind::Response { .. } => None,
        };
        Ok(Replies::new(self.target.shown(), answer, waiting, None))
    }

    /// Sends a `server/discover` and gives its answer, which may be an error.
    ///
    /// # Errors
    /// As for [`Self::request`].
    pub(super) async fn discover(&self, probe: &Message) -> Result<Message, Failure> {
        let Kind::Request { id, .. } = &probe.kind else { return Err(Failure::not_mcp(&self.shown(), "no request")) };
        self.request(probe).await?.answer(id).await
    }

    /// Sends a notification.
    ///
    /// # Errors
    /// As for [`Self::request`].
    pub(super) async fn tell(&self, message: &Message) -> Result<(), Failure> {
        self.send(message).await.map(drop)
    }

    pub(super) fn shown(&self) -> Shown {
        self.target.shown()
    }

    /// Learns from an answer of this URL what later calls must mirror.
    pub(super) fn learn(&self, answer: &Message) {
        self.param_headers.learn(answer);
    }

    async fn send(&self, message: &Message) -> Result<Answer, Failure> {
        let version = message.meta_version().unwrap_or_else(|| STATELESS.to_owned());
        let request = self
            .target
            .request(Method::POST, &self.target.url)
            .headers(mirrored(message, &version))
            .headers(self.param_headers.of(message))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json, text/event-stream")
            .body(message.text.clone());
        Answer::read(&self.target.shown(), self.target.send(request).await?).await
    }
}
