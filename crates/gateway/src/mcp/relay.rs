//! What replicas tell each other: messages for a stream that another one holds, and cancellations of calls that another one
//! makes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::{McpServerId, StoreError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::in_flight::CallKey;
use super::streams::accept;
use crate::app::App;

/// How long the replica that holds a stream may take to say so.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Note {
    /// A message for a session's stream; whoever holds it answers with [`Note::Taken`].
    Message {
        server: McpServerId,
        session: Uuid,
        ticket: Uuid,
        body: String,
    },
    Taken {
        ticket: Uuid,
    },
    Cancel(CallKey),
}

/// The messages that wait for another replica to take them.
#[derive(Default)]
pub(crate) struct Relay(Mutex<HashMap<Uuid, oneshot::Sender<()>>>);

impl Relay {
    /// Hands a message to the replica that holds a session's stream. Says whether there was one.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn hand_over(&self, app: &App, server: McpServerId, session: Uuid, body: &str) -> Result<bool, StoreError> {
        if !app.store.has_others() {
            return Ok(false);
        }
        let ticket = Uuid::now_v7();
        let (taken, is_taken) = oneshot::channel();
        self.waiting().insert(ticket, taken);
        let _forget = Forget { relay: self, ticket };
        tell(app, &Note::Message { server, session, ticket, body: body.to_owned() }).await?;
        Ok(matches!(tokio::time::timeout(PATIENCE, is_taken).await, Ok(Ok(()))))
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, oneshot::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nobody waits any more, whatever came of it.
struct Forget<'r> {
    relay: &'r Relay,
    ticket: Uuid,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.relay.waiting().remove(&self.ticket);
    }
}

/// Has the other replicas cancel a call, if one of them makes it.
pub(crate) async fn cancel_elsewhere(app: &App, key: CallKey) {
    if let Err(error) = tell(app, &Note::Cancel(key)).await {
        tracing::warn!(%error, "a cancellation did not reach the other processes");
    }
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
        Note::Message { server, session, ticket, body } => {
            let Some(stream) = app.sessions.find(server, session) else { return };
            let app = Arc::clone(app);
            app.tasks.clone().spawn(async move {
                let Ok(access) = stream.credentials.admit(&app).await else { return };
                if accept(&app, access, session, &stream, body.into())
                    && let Err(error) = tell(&app, &Note::Taken { ticket }).await
                {
                    tracing::warn!(%error, "another process was not told that its message was taken");
                }
            });
        }
        Note::Taken { ticket } => {
            if let Some(taken) = app.relay.waiting().remove(&ticket) {
                // Who waited may have given up at this moment.
                let _ = taken.send(());
            }
        }
        Note::Cancel(key) => {
            app.in_flight.cancel(key);
        }
    }
}
