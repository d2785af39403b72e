//! Listens to what a server says by itself (2025-03-26, "Listening for messages from the server"), across interruptions.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::sync::mpsc;

use super::streamable::Streamable;
use crate::mcp_client::{Answer, Cause, Events, Failure, Line, Message, read_line};

/// The first wait before the stream is opened again, and the longest.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A stream this silent may be dead without either side knowing.
const SILENCE: Duration = Duration::from_secs(300);

/// Passes on what arrives until the server offers no stream, or its session `generation` is no longer the current one.
pub(super) async fn stream(url: Arc<Streamable>, incoming: mpsc::Sender<Message>, generation: u64) {
    let mut last_id: Option<String> = None;
    let mut pause = PAUSE;
    while url.generation() == generation {
        let mut wait = pause;
        match url.stream(last_id.as_deref()).await {
            Ok(Answer::Events(mut events)) => {
                let heard = pass_on(&mut events, &incoming).await;
                last_id = events.last_id().map(str::to_owned).or(last_id);
                pause = if heard { PAUSE } else { longer(pause) };
                wait = events.retry().unwrap_or(pause).min(SILENCE);
            }
            // Whoever answers a GET otherwise offers no stream.
            Ok(Answer::Accepted | Answer::Json(_)) => return,
            Err(failure) if is_final(&failure) => return,
            Err(_) => pause = longer(pause),
        }
        tokio::time::sleep(wait).await;
    }
}

/// Passes on the messages of one stream until it ends. Says whether there were any.
async fn pass_on(events: &mut Events, incoming: &mpsc::Sender<Message>) -> bool {
    let mut heard = false;
    while let Ok(Ok(Some(event))) = tokio::time::timeout(SILENCE, events.next()).await {
        heard = true;
        // An event of another name, or with what is no message, is not for MCP clients.
        if event.name != "message" {
            continue;
        }
        let messages = match read_line(event.data.as_bytes()) {
            Ok(Line::One(message)) => vec![Ok(message)],
            Ok(Line::Batch(_, messages)) => messages,
            Err(_) => continue,
        };
        for message in messages.into_iter().flatten() {
            if incoming.send(message).await.is_err() {
                return heard;
            }
        }
    }
    heard
}

fn is_final(failure: &Failure) -> bool {
    match failure.cause {
        Cause::NotSent | Cause::Interrupted | Cause::Refused(StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => false,
        Cause::Refused(status) => !status.is_server_error() || status == StatusCode::NOT_IMPLEMENTED,
        Cause::NotMcp => true,
    }
}

fn longer(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}
