//! What replicas tell each other: messages for a stream that another one holds, and cancellations of calls that another one
//! makes.
//!
//! A message is handed over in two steps. First everybody is asked who holds the stream; when nobody answers, nothing was handed
//! over. Only then the message goes out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{McpServerId, StoreError, TokenHash};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::admission;
use super::error::RpcError;
use super::in_flight::CallKey;
use super::streams::{Taken, accept};
use crate::app::App;

/// How long the replica that holds a stream may take to say so.
const HELD_PATIENCE: Duration = Duration::from_secs(2);
/// How long it may take to say that it has the message.
const TAKEN_PATIENCE: Duration = Duration::from_secs(5);
/// Messages that are handed over at a time. Each costs transactions at the database, which others need too.
const MOST_MESSAGES: usize = 16;
/// Cancellations that are told at a time; a cancellation beyond is dropped.
const MOST_CANCELLATIONS: usize = 4;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Note {
    /// Asks who holds a session's stream.
    WhoHolds {
        server: McpServerId,
        session: Uuid,
        ticket: Uuid,
    },
    /// A message for the stream. `principal` is who sent it.
    Message {
        server: McpServerId,
        session: Uuid,
        ticket: Uuid,
        principal: Option<TokenHash>,
        body: String,
    },
    /// The answer to either.
    Answer {
        ticket: Uuid,
        taken: Taken,
    },
    Cancel(CallKey),
}

/// What waits for other replicas.
pub(crate) struct Relay {
    tickets: Mutex<HashMap<Uuid, oneshot::Sender<Taken>>>,
    messages: Semaphore,
    cancellations: Semaphore,
}

impl Default for Relay {
    fn default() -> Self {
        Self { tickets: Mutex::default(), messages: Semaphore::new(MOST_MESSAGES), cancellations: Semaphore::new(MOST_CANCELLATIONS) }
    }
}

impl Relay {
    fn tickets(&self) -> MutexGuard<'_, HashMap<Uuid, oneshot::Sender<Taken>>> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands a message to the replica that holds a session's stream.
///
/// # Errors
/// A response: 503 when the database does not carry notes now, when too much is handed over at the moment, or when it stays
/// unknown whether the message was taken.
pub(super) async fn hand_over(
    app: &App,
    server: McpServerId,
    session: Uuid,
    principal: Option<TokenHash>,
    body: &str,
) -> Result<Taken, Response> {
    if !app.store.has_others() {
        return Ok(Taken::NoSession);
    }
    let busy = || unavailable("the stream of this session is held by another process, which cannot be reached now; nothing was done");
    if !app.store.hears_others() {
        return Err(busy());
    }
    let _place = match tokio::time::timeout(HELD_PATIENCE, app.relay.messages.acquire()).await {
        Ok(place) => place,
        Err(_) => return Err(busy()),
    };
    let held = ask(app, HELD_PATIENCE, |ticket| Note::WhoHolds { server, session, ticket }).await;
    if held.map_err(|error| admission::unavailable(&error))?.is_none() {
        return Ok(Taken::NoSession);
    }
    let message = |ticket| Note::Message { server, session, ticket, principal, body: body.to_owned() };
    let taken = ask(app, TAKEN_PATIENCE, message).await.unwrap_or_else(|error| {
        // The database may have passed the note on all the same.
        tracing::error!(%error, "a message for another process may not have reached it");
        None
    });
    taken.ok_or_else(|| unavailable("it is not known whether the message was taken; look up what it was to change before repeating it"))
}

fn unavailable(message: &str) -> Response {
    RpcError::internal(message).with_status(StatusCode::SERVICE_UNAVAILABLE).into_response()
}

/// Tells a note and waits for its answer; `None` when there is none in time.
async fn ask(app: &App, patience: Duration, note: impl FnOnce(Uuid) -> Note) -> Result<Option<Taken>, StoreError> {
    let ticket = Uuid::new_v4();
    let (answer, answered) = oneshot::channel();
    app.relay.tickets().insert(ticket, answer);
    let _forget = Forget { relay: &app.relay, ticket };
    tell(app, &note(ticket)).await?;
    Ok(tokio::time::timeout(patience, answered).await.ok().and_then(Result::ok))
}

/// Nobody waits any more, whatever came of it.
struct Forget<'r> {
    relay: &'r Relay,
    ticket: Uuid,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.relay.tickets().remove(&self.ticket);
    }
}

/// Has the other replicas cancel a call, if one of them makes it. Given up where that would cost others: it is a courtesy.
pub(super) fn cancel_elsewhere(app: &Arc<App>, key: CallKey) {
    if !app.store.has_others() || app.relay.cancellations.available_permits() == 0 {
        return;
    }
    let app = Arc::clone(app);
    app.tasks.clone().spawn(async move {
        let Ok(_place) = app.relay.cancellations.try_acquire() else { return };
        if let Err(error) = tell(&app, &Note::Cancel(key)).await {
            tracing::debug!(%error, "a cancellation did not reach the other processes");
        }
    });
}

async fn tell(app: &App, note: &Note) -> Result<(), StoreError> {
    // A note is texts and numbers, which always have a JSON text.
    app.store.tell_others(&serde_json::to_vec(note).unwrap_or_default()).await
}

/// Does what other replicas ask for, until `shutdown`.
pub(crate) async fn listen(app: Arc<App>, shutdown: CancellationToken) {
    let mut notes = app.store.notes();
    loop {
        let note = tokio::select! {
            () = shutdown.cancelled() => return,
            note = notes.recv() => note,
        };
        match note {
            Ok(note) => match serde_json::from_slice(&note) {
                Ok(note) => heard(&app, note),
                Err(error) => tracing::warn!(%error, "another process tells what this version does not understand"),
            },
            Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "notes of other processes were missed"),
            Err(RecvError::Closed) => return,
        }
    }
}

fn heard(app: &Arc<App>, note: Note) {
    match note {
        Note::WhoHolds { server, session, ticket } => {
            if app.sessions.find(server, session).is_some() {
                answer(app, ticket, Taken::Yes);
            }
        }
        Note::Message { server, session, ticket, principal, body } => {
            let app = Arc::clone(app);
            app.tasks.clone().spawn(async move {
                let taken = match app.sessions.find(server, session) {
                    Some(stream) => match stream.credentials.admit(&app).await {
                        Ok(access) => accept(&app, access, session, &stream, principal, body.into()),
                        Err(_) => Taken::NoSession,
                    },
                    // Another replica's, or gone since it was asked for.
                    None => return,
                };
                answer(&app, ticket, taken);
            });
        }
        Note::Answer { ticket, taken } => {
            if let Some(answer) = app.relay.tickets().remove(&ticket) {
                // Who waited may have given up at this moment.
                let _ = answer.send(taken);
            }
        }
        Note::Cancel(key) => {
            app.in_flight.cancel(key);
        }
    }
}

fn answer(app: &Arc<App>, ticket: Uuid, taken: Taken) {
    let app = Arc::clone(app);
    app.tasks.clone().spawn(async move {
        if let Err(error) = tell(&app, &Note::Answer { ticket, taken }).await {
            tracing::warn!(%error, "another process was not told that its message was taken");
        }
    });
}
