//! Sessions of the HTTP+SSE transport (2024-11-05): a client reads all answers from one stream, which one replica holds, and
//! sends its messages by POST, to whichever replica.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use store::McpServerId;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::admission::Credentials;

/// Messages of a client whose answers it has not read yet. More are refused until it has read some.
const UNREAD: usize = 32;

/// The sessions whose streams this process holds.
#[derive(Default)]
pub(crate) struct Sessions(Arc<Mutex<Streams>>);

/// A session is found only together with the server it belongs to.
type Streams = HashMap<(McpServerId, Uuid), Stream>;

/// The way into a stream.
#[derive(Clone)]
pub(crate) struct Stream {
    pub(crate) events: mpsc::Sender<Bytes>,
    /// What its client came with when it opened the stream.
    pub(crate) credentials: Arc<Credentials>,
}

/// A session, held by its stream; over when that is dropped.
pub(crate) struct Session {
    pub(crate) id: Uuid,
    server: McpServerId,
    sessions: Arc<Mutex<Streams>>,
    events: mpsc::Receiver<Bytes>,
}

impl Sessions {
    pub(crate) fn open(&self, server: McpServerId, credentials: Arc<Credentials>) -> Session {
        let id = Uuid::new_v4();
        let (sender, events) = mpsc::channel(UNREAD);
        lock(&self.0).insert((server, id), Stream { events: sender, credentials });
        Session { id, server, sessions: Arc::clone(&self.0), events }
    }

    /// The stream of a session of `server`, if this process holds it.
    pub(crate) fn find(&self, server: McpServerId, id: Uuid) -> Option<Stream> {
        lock(&self.0).get(&(server, id)).cloned()
    }
}

impl Session {
    /// The next event for the client; `None` when the session was closed and all is answered.
    pub(crate) async fn receive(&mut self) -> Option<Bytes> {
        self.events.recv().await
    }

    /// Takes no more messages. Whoever answers one holds a sender, so the end of all senders is the last answer.
    pub(crate) fn close(&mut self) {
        lock(&self.sessions).remove(&(self.server, self.id));
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.close();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
