//! What comes back for a request: nothing, JSON, or a stream of events.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use upstream::reqwest::{self, Response};

use super::event_stream::{Event, Parser};
use super::failure::Failure;
use super::target::Shown;

/// The longest JSON text or event that is read, in bytes.
const LONGEST: usize = 64 * 1024 * 1024;
/// An answer this silent is given up: its connection may be dead without either side knowing.
pub(crate) const SILENCE: Duration = Duration::from_secs(600);

/// An answer whose HTTP status is a success.
pub(crate) enum Answer {
    /// Without content.
    Accepted,
    Json(String),
    Events(Box<Events>),
}

/// A stream of events, as far as it has arrived.
pub(crate) struct Events {
    response: Response,
    parser: Parser,
    ready: VecDeque<Event>,
    place: Shown,
}

impl Answer {
    /// Reads the head of an answer, and its body unless that is a stream.
    ///
    /// # Errors
    /// A status that refuses, a content that is neither JSON nor events, a body that ends early or never.
    pub(crate) async fn read(place: &Shown, response: Response) -> Result<Self, Failure> {
        if !response.status().is_success() {
            return Err(Failure::of_status(place, response).await);
        }
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if content_type == "text/event-stream" {
            let parser = Parser::new(LONGEST);
            return Ok(Self::Events(Box::new(Events { response, parser, ready: VecDeque::new(), place: place.clone() })));
        }
        let has_content = !matches!(response.status(), StatusCode::ACCEPTED | StatusCode::NO_CONTENT);
        let text = read_text(response, LONGEST).await.map_err(|error| error.at(place))?;
        match content_type.as_str() {
            _ if text.trim().is_empty() => Ok(Self::Accepted),
            "application/json" | "" => Ok(Self::Json(text)),
            // Some servers say a word with their 202.
            _ if !has_content => Ok(Self::Accepted),
            other => Err(Failure::not_mcp(place, &format!("with {other} instead of JSON"))),
        }
    }
}

impl Events {
    /// The next event, however long it takes; `None` at the end of the stream.
    ///
    /// # Errors
    /// The connection broke, or an event is too long.
    pub(crate) async fn next(&mut self) -> Result<Option<Event>, Failure> {
        while self.ready.is_empty() {
            if !self.read().await? {
                return Ok(None);
            }
        }
        Ok(self.ready.pop_front())
    }

    /// The same, unless nothing comes for `silence`, not even a comment.
    ///
    /// # Errors
    /// As for [`Self::next`]; [`Cause::Silent`](super::Cause).
    pub(crate) async fn next_within(&mut self, silence: Duration) -> Result<Option<Event>, Failure> {
        while self.ready.is_empty() {
            match tokio::time::timeout(silence, self.read()).await {
                Ok(Ok(true)) => {}
                Ok(Ok(false)) => return Ok(None),
                Ok(Err(failure)) => return Err(failure),
                Err(_) => return Err(Failure::silence(&self.place, silence)),
            }
        }
        Ok(self.ready.pop_front())
    }

    /// Reads what comes next; `false` at the end of the stream.
    async fn read(&mut self) -> Result<bool, Failure> {
        let Some(bytes) = self.response.chunk().await.map_err(|error| Failure::of_request(&self.place, error))? else {
            return Ok(false);
        };
        let too_long = |_| Failure::not_mcp(&self.place, &format!("with an event of more than {LONGEST} bytes"));
        self.parser.feed(&bytes, &mut self.ready).map_err(too_long)?;
        Ok(true)
    }

    /// Where to continue after an interruption, where the server said so.
    pub(crate) fn last_id(&self) -> Option<&str> {
        self.parser.last_id.as_deref().filter(|id| !id.is_empty())
    }

    /// How long the server asks to wait before connecting again.
    pub(crate) fn retry(&self) -> Option<Duration> {
        self.parser.retry
    }
}

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum BodyError {
    TooLong(usize),
    Broken(reqwest::Error),
    Silent,
}

impl BodyError {
    fn at(self, place: &Shown) -> Failure {
        match self {
            Self::TooLong(longest) => Failure::not_mcp(place, &format!("with more than {longest} bytes")),
            Self::Broken(error) => Failure::of_request(place, error),
            Self::Silent => Failure::silence(place, SILENCE),
        }
    }
}

/// A body as text. Bytes that are no UTF-8 become replacement characters.
pub(crate) async fn read_text(mut response: Response, longest: usize) -> Result<String, BodyError> {
    let mut body = Vec::new();
    while let Some(bytes) = next_chunk(&mut response).await? {
        if body.len() + bytes.len() > longest {
            return Err(BodyError::TooLong(longest));
        }
        body.extend_from_slice(&bytes);
    }
    Ok(String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

async fn next_chunk(response: &mut Response) -> Result<Option<Bytes>, BodyError> {
    tokio::time::timeout(SILENCE, response.chunk()).await.map_err(|_| BodyError::Silent)?.map_err(BodyError::Broken)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use bytes::Bytes;
    use futures_util::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;
    use upstream::reqwest::{Body, Response};

    use super::{Answer, Events, SILENCE};
    use crate::mcp_client::{Cause, Target};

    /// A stream whose pieces come with so long between them.
    async fn events(between: Duration, pieces: &'static [&'static str]) -> Events {
        let pieces = stream::unfold(pieces.iter(), move |mut pieces| async move {
            tokio::time::sleep(between).await;
            let piece = pieces.next()?;
            Some((Ok::<_, Infallible>(Frame::data(Bytes::from_static(piece.as_bytes()))), pieces))
        });
        let body = Body::wrap(StreamBody::new(Box::pin(pieces)));
        let response = http::Response::builder().header("content-type", "text/event-stream").body(body).unwrap();
        let place = Target::new("http://127.0.0.1/mcp/x".parse().unwrap(), Vec::new()).unwrap().shown();
        let Answer::Events(events) = Answer::read(&place, Response::from(response)).await.unwrap() else { panic!() };
        *events
    }

    #[tokio::test(start_paused = true)]
    async fn comments_keep_a_stream_alive_and_silence_ends_it() {
        let pieces = &[": here\n\n", ": still\n\n", "data: a\n\n"];
        let mut kept = events(SILENCE / 2, pieces).await;
        assert_eq!(kept.next_within(SILENCE).await.unwrap().unwrap().data, "a");
        assert_eq!(kept.next_within(SILENCE).await.unwrap(), None);
        let mut silent = events(SILENCE * 2, pieces).await;
        assert_eq!(silent.next_within(SILENCE).await.unwrap_err().cause, Cause::Silent);
    }
}
