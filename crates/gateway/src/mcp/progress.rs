//! Signs of progress while a vendor takes its time, for clients that asked for them with a progress token.
//!
//! What a vendor has done by then is not known, so progress counts the seconds.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;

use super::answer::{Framing, Reply};
use super::envelope::{self, Message};
use super::event;
use super::exchange::Exchange;
use super::params::Params;

/// The time between two signs. What is answered sooner goes without.
const INTERVAL: Duration = Duration::from_secs(1);

/// The progress token of a tool call, if it has one.
pub(crate) fn token_of(message: &[u8]) -> Option<Box<RawValue>> {
    let Ok(Message::Request(request)) = envelope::parse(message) else { return None };
    (request.method == "tools/call").then(|| Params::read(request.params).ok()?.progress_token().map(ToOwned::to_owned))?
}

/// Answers a call whose client reads events: at once where the answer comes soon, else by a stream that ends with it.
pub(crate) async fn respond(exchange: Exchange, token: Box<RawValue>, body: Bytes, framing: Framing) -> Response {
    let vendor = exchange.access.tools.label().to_owned();
    let mut answering: Answering = Box::pin(async move { exchange.answer(&body).await });
    if let Ok(reply) = tokio::time::timeout(INTERVAL, &mut answering).await {
        return reply.map_or_else(|| StatusCode::ACCEPTED.into_response(), |reply| reply.into_response(framing));
    }
    let waiting = Waiting { next: VecDeque::from([sign(&token, &vendor, 1)]), answering: Some(answering), token, vendor, seconds: 1 };
    let events = stream::unfold(waiting, |mut waiting| async move { Some((Ok::<_, Infallible>(waiting.event().await?), waiting)) });
    event::response(Body::from_stream(events))
}

/// Waits for an answer, and tells of its progress meanwhile.
pub(crate) async fn told(
    exchange: &Exchange,
    token: &RawValue,
    answering: impl Future<Output = Option<Reply>>,
    tell: impl Fn(Bytes),
) -> Option<Reply> {
    let mut answering = std::pin::pin!(answering);
    let mut seconds = 0;
    loop {
        match tokio::time::timeout(INTERVAL, answering.as_mut()).await {
            Ok(reply) => return reply,
            Err(_) => {
                seconds += 1;
                tell(sign(token, exchange.access.tools.label(), seconds));
            }
        }
    }
}

type Answering = Pin<Box<dyn Future<Output = Option<Reply>> + Send>>;

/// A stream under way. When the client leaves it is dropped, and the call with it where the revision has it so.
struct Waiting {
    next: VecDeque<Bytes>,
    answering: Option<Answering>,
    token: Box<RawValue>,
    vendor: String,
    seconds: u64,
}

impl Waiting {
    async fn event(&mut self) -> Option<Bytes> {
        if let Some(event) = self.next.pop_front() {
            return Some(event);
        }
        match tokio::time::timeout(INTERVAL, self.answering.as_mut()?).await {
            Ok(reply) => {
                self.answering = None;
                reply.map(Reply::into_event)
            }
            Err(_) => {
                self.seconds += 1;
                Some(sign(&self.token, &self.vendor, self.seconds))
            }
        }
    }
}

fn sign(token: &RawValue, vendor: &str, seconds: u64) -> Bytes {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Progress<'a> {
        progress_token: &'a RawValue,
        progress: u64,
        message: String,
    }
    let message = format!("waiting for {vendor}, {seconds} s so far");
    event::notification("notifications/progress", &Progress { progress_token: token, progress: seconds, message })
}
