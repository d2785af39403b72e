//! Calls that their client may cancel with `notifications/cancelled`.
//!
//! There are no sessions, so a cancellation is matched by server, request id and whatever tells clients of one URL apart. Two
//! clients may look alike and use the same id: of such calls none is cancelled where it can be seen, and no call that may change
//! something ever is. Cancelling is a courtesy in these revisions; since 2026-07-28 a client hangs up instead.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;
use http::header::{AUTHORIZATION, USER_AGENT};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::McpServerId;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Who sent a message, as far as clients of one URL can be told apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    mark: u64,
    /// Whether only this client has the mark: it comes with an API token, or through a session.
    is_known: bool,
}

impl Peer {
    /// A client that sends each message by itself.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Self {
        let mut hasher = DefaultHasher::new();
        for name in [USER_AGENT, AUTHORIZATION] {
            headers.get(name).map(http::HeaderValue::as_bytes).hash(&mut hasher);
        }
        Self { mark: hasher.finish(), is_known: headers.contains_key(AUTHORIZATION) }
    }

    /// Whether this client's calls cannot be taken for another's.
    pub(crate) fn is_known(self) -> bool {
        self.is_known
    }

    /// The client at the other end of a stream.
    pub(crate) fn of_session(session: Uuid) -> Self {
        let mut hasher = DefaultHasher::new();
        session.hash(&mut hasher);
        Self { mark: hasher.finish(), is_known: true }
    }
}

/// Names a call, the same in every process of one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct CallKey(u64);

impl CallKey {
    /// `id` as the client wrote it.
    pub(crate) fn of(server: McpServerId, peer: Peer, id: &RawValue) -> Self {
        // Not the randomly keyed hasher of a map: another replica must come to the same number. Whoever could make two calls
        // collide would cancel a call of a server whose random id they do not know.
        let mut hasher = DefaultHasher::new();
        (server.uuid(), peer.mark, id.get()).hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The calls of this process that are under way.
#[derive(Default)]
pub(crate) struct InFlight(Arc<Mutex<HashMap<CallKey, Running>>>);

struct Running {
    calls: usize,
    cancelled: CancellationToken,
}

impl InFlight {
    /// Notes that a call has begun; it has ended when the answer is dropped.
    pub(crate) fn begin(&self, key: CallKey) -> Call {
        let mut running = lock(&self.0);
        let entry = running.entry(key).or_insert_with(|| Running { calls: 0, cancelled: CancellationToken::new() });
        entry.calls += 1;
        Call { in_flight: Arc::clone(&self.0), key, cancelled: entry.cancelled.clone() }
    }

    /// Cancels a call, if there is exactly one of this name. Says whether there was any.
    pub(crate) fn cancel(&self, key: CallKey) -> bool {
        let running = lock(&self.0);
        let Some(entry) = running.get(&key) else { return false };
        if entry.calls == 1 {
            entry.cancelled.cancel();
        }
        true
    }
}

/// A call under way.
pub(crate) struct Call {
    in_flight: Arc<Mutex<HashMap<CallKey, Running>>>,
    key: CallKey,
    cancelled: CancellationToken,
}

impl Call {
    /// Waits until the client cancels it.
    pub(crate) async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut running = lock(&self.in_flight);
        if let Some(entry) = running.get_mut(&self.key) {
            entry.calls -= 1;
            if entry.calls == 0 {
                running.remove(&self.key);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{CallKey, InFlight, Peer};
    use http::HeaderMap;
    use serde_json::value::RawValue;
    use store::McpServerId;

    fn key(agent: &str, id: &str) -> CallKey {
        let server = "mcp_0197b2c8f3b27c11a6a1c0f4f5d0a1b2".parse::<McpServerId>().unwrap();
        let headers = HeaderMap::from_iter([(http::header::USER_AGENT, agent.parse().unwrap())]);
        let id: Box<RawValue> = serde_json::from_str(id).unwrap();
        CallKey::of(server, Peer::of_headers(&headers), &id)
    }

    #[test]
    fn a_call_is_cancelled_by_its_own_client_and_id_alone() {
        let in_flight = InFlight::default();
        let call = in_flight.begin(key("a", "1"));
        for other in [key("b", "1"), key("a", "2"), key("a", "\"1\"")] {
            assert!(!in_flight.cancel(other));
        }
        assert!(!call.cancelled.is_cancelled());
        assert!(in_flight.cancel(key("a", "1")));
        assert!(call.cancelled.is_cancelled());
    }

    #[test]
    fn nobodys_call_is_cancelled_where_two_look_alike() {
        let in_flight = InFlight::default();
        let first = in_flight.begin(key("a", "1"));
        let second = in_flight.begin(key("a", "1"));
        assert!(in_flight.cancel(key("a", "1")));
        assert!(!first.cancelled.is_cancelled());
        drop(first);
        assert!(in_flight.cancel(key("a", "1")));
        assert!(second.cancelled.is_cancelled());
    }

    #[test]
    fn nothing_is_kept_of_a_call_that_has_ended() {
        let in_flight = InFlight::default();
        drop(in_flight.begin(key("a", "1")));
        assert!(!in_flight.cancel(key("a", "1")));
        assert!(in_flight.0.lock().unwrap().is_empty());
    }
}
