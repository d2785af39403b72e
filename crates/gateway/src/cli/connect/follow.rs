//! Listens to what a server says by itself (2025-03-26, "Listening for messages from the server"), across interruptions.

use std::sync::Arc;

use http::StatusCode;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::persistence::{LONGEST_PAUSE, Pauses};
use super::streamable::Streamable;
use crate::mcp_client::{Answer, Cause, Events, Failure, Line, Message, SILENCE, read_line};

/// Passes on what arrives until the server offers no stream, or its session `generation` is no longer the current one.
pub(super) async fn stream(url: Arc<Streamable>, incoming: mpsc::Sender<Message>, generation: u64) {
    let mut last_id: Option<String> = None;
    let mut pauses = Pauses::default();
    while url.generation() == generation {
        let mut asked = None;
        match url.stream(last_id.as_deref()).await {
            Ok(Answer::Events(mut events)) => {
                let began = Instant::now();
                pass_on(&mut events, &incoming).await;
                // Only a stream that never lasts is a reason to wait longer.
                if began.elapsed() > LONGEST_PAUSE {
                    pauses = Pauses::default();
                }
                last_id = events.last_id().map(str::to_owned).or(last_id);
                asked = events.retry();
            }
            // Whoever answers a GET otherwise offers no stream.
            Ok(Answer::Accepted | Answer::Json(_)) => return,
            Err(failure) if is_final(&failure) => return,
            Err(_) => {}
        }
        tokio::time::sleep(asked.unwrap_or_else(|| pauses.next()).min(SILENCE)).await;
    }
}

/// Passes on the messages of one stream until it ends.
async fn pass_on(events: &mut Events, incoming: &mpsc::Sender<Message>) {
    while let Ok(Some(event)) = events.next_within(SILENCE).await {
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
                return;
            }
        }
    }
}

/// Whether it would be refused again.
pub(super) fn is_final(failure: &Failure) -> bool {
    match failure.cause {
        Cause::NotSent
        | Cause::Interrupted
        | Cause::Silent
        | Cause::Refused(StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) => false,
        Cause::Refused(status) => !status.is_server_error() || status == StatusCode::NOT_IMPLEMENTED,
        Cause::NotMcp => true,
    }
}
