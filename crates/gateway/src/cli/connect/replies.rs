//! What comes back for one request: perhaps other messages first, then its answer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::streamable::Streamable;
use super::words;
use crate::mcp_client::{Answer, Cause, Events, Failure, Id, Kind, Line, Message, SILENCE, Shown, read_line};

/// The wait before a stream is taken up again, where the server names none.
const PAUSE: Duration = Duration::from_secs(1);
/// How often in a row a stream is taken up again without anything new on it.
const MOST_RESUMPTIONS: u32 = 5;

/// The messages that belong to one request.
pub(super) struct Replies {
    source: Source,
    /// The request, until it is answered.
    waiting: Option<Id>,
    place: Shown,
}

enum Source {
    Text(VecDeque<String>),
    Events {
        events: Box<Events>,
        resumption: Option<Resumption>,
    },
    /// The answer comes on a stream that others share.
    Elsewhere(oneshot::Receiver<Message>),
}

/// How to take up a stream that ended too early (2025-11-25, "Resumability").
pub(super) struct Resumption {
    pub(super) url: Arc<Streamable>,
    attempts: u32,
}

impl Replies {
    pub(super) fn new(place: Shown, answer: Answer, waiting: Option<Id>, resume_at: Option<Arc<Streamable>>) -> Self {
        let source = match answer {
            Answer::Accepted => Source::Text(VecDeque::new()),
            Answer::Json(text) => Source::Text(VecDeque::from([text])),
            Answer::Events(events) => Source::Events { events, resumption: resume_at.map(|url| Resumption { url, attempts: 0 }) },
        };
        Self { source, waiting, place }
    }

    pub(super) fn elsewhere(place: Shown, answer: oneshot::Receiver<Message>, id: Id) -> Self {
        Self { source: Source::Elsewhere(answer), waiting: Some(id), place }
    }

    /// The next message, or batch of them; `None` after the answer.
    ///
    /// # Errors
    /// The answer did not come, or is no message.
    pub(super) async fn next(&mut self) -> Result<Option<Line>, Failure> {
        if self.waiting.is_none() {
            return Ok(None);
        }
        let text = match &mut self.source {
            Source::Text(texts) => texts.pop_front().ok_or_else(|| Failure::not_mcp(&self.place, "without a reply"))?,
            Source::Events { events, resumption } => next_event(&self.place, events, resumption.as_mut()).await?,
            Source::Elsewhere(answer) => match tokio::time::timeout(SILENCE, answer).await {
                Ok(Ok(message)) => message.text,
                Ok(Err(_)) => return Err(Failure::interrupted(&self.place, "the event stream ended")),
                Err(_) => return Err(Failure::silence(&self.place, SILENCE)),
            },
        };
        let line = read_line(text.as_bytes()).map_err(|bad| Failure::not_mcp(&self.place, &format!("with what is {bad}")))?;
        self.settle(line).map(Some)
    }

    /// The answer to the request `id`; what comes before it is passed over.
    ///
    /// # Errors
    /// As for [`Self::next`].
    pub(super) async fn answer(mut self, id: &Id) -> Result<Message, Failure> {
        while let Some(line) = self.next().await? {
            if let Line::One(message) = line
                && message.answers(id)
            {
                return Ok(message);
            }
        }
        Err(Failure::not_mcp(&self.place, "without a reply"))
    }

    /// Takes note of answers. One that does not say whose it is belongs to the one request there is.
    fn settle(&mut self, line: Line) -> Result<Line, Failure> {
        let line = match line {
            Line::One(message) => Line::One(self.claim(message)?),
            batch @ Line::Batch(..) => batch,
        };
        let messages = match &line {
            Line::One(message) => vec![message],
            Line::Batch(_, messages) => messages.iter().flatten().collect(),
        };
        self.waiting.take_if(|id| messages.iter().any(|message| message.answers(id)));
        Ok(line)
    }

    fn claim(&self, message: Message) -> Result<Message, Failure> {
        let (Kind::Response { id: None }, Some(id), Some(error)) = (&message.kind, &self.waiting, message.error()) else {
            return Ok(message);
        };
        let text = words::error(id, &error);
        Message::read(&text).map_err(|bad| Failure::not_mcp(&self.place, &format!("with what is {bad}")))
    }
}

/// The text of the next event that holds a message, across interruptions where the server allows for them.
async fn next_event(place: &Shown, events: &mut Box<Events>, mut resumption: Option<&mut Resumption>) -> Result<String, Failure> {
    loop {
        let ended = match events.next_within(SILENCE).await {
            Ok(Some(event)) if event.name != "message" || event.data.is_empty() => continue,
            Ok(Some(event)) => {
                if let Some(resumption) = resumption {
                    resumption.attempts = 0;
                }
                return Ok(event.data);
            }
            Ok(None) => Failure::interrupted(place, "its event stream ended early"),
            Err(failure) if failure.cause == Cause::Silent => return Err(failure),
            Err(failure) => failure,
        };
        let (Some(resumption), Some(last_id)) = (resumption.as_deref_mut(), events.last_id().map(str::to_owned)) else {
            return Err(ended);
        };
        **events = resume(resumption, &last_id, events.retry().unwrap_or(PAUSE), ended).await?;
    }
}

async fn resume(resumption: &mut Resumption, last_id: &str, pause: Duration, ended: Failure) -> Result<Events, Failure> {
    while resumption.attempts < MOST_RESUMPTIONS {
        resumption.attempts += 1;
        tokio::time::sleep(pause.min(SILENCE)).await;
        if let Ok(Answer::Events(events)) = resumption.url.stream(Some(last_id)).await {
            return Ok(*events);
        }
    }
    Err(ended)
}
