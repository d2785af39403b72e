//! Sends webhooks what is queued for them. Every process does; leases in the database see to it that they do not send the same.

mod attempt;
mod backoff;
mod body;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use store::{EnvironmentId, Generation, StoreError, WebhookId};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Events that are sent to one webhook at a time, by one process: a receiver that hangs holds up nobody but itself.
const AT_ONCE: u32 = 4;
/// Events that one process sends at a time in all.
const AT_ONCE_IN_ALL: usize = 256;
/// How long a delivery belongs to who claimed it: longer than a receiver may take and the writes around it.
const LEASE: Duration = Duration::from_secs(30);
/// How often the clock is looked at, and the database where other processes are not heard.
const TICK: Duration = Duration::from_secs(1);
/// How often old deliveries are looked for, and how long they are kept.
const PURGE_EVERY: Duration = Duration::from_hours(1);
const KEEP_DELIVERED: SignedDuration = SignedDuration::from_hours(7 * 24);
const KEEP_FAILED: SignedDuration = SignedDuration::from_hours(30 * 24);

type Place = (EnvironmentId, WebhookId);

struct Worker {
    app: Arc<App>,
    sending: JoinSet<Place>,
    busy: HashMap<Place, u32>,
    /// When to look at all webhooks again at the latest.
    next: Timestamp,
    purge_at: Timestamp,
    is_failing: bool,
    /// Something is due for which there was no room in all: whoever ends leaves its room to the next look at all.
    is_crowded: bool,
}

/// Sends until `shutdown`, and then finishes what is in flight.
pub(crate) async fn deliver(app: Arc<App>, shutdown: CancellationToken) {
    let mut changes = app.store.generations().changes();
    let now = app.clock.now();
    let mut worker =
        Worker { app, sending: JoinSet::new(), busy: HashMap::new(), next: now, purge_at: now, is_failing: false, is_crowded: false };
    while !shutdown.is_cancelled() {
        changes.mark_unchanged();
        let seen = worker.app.store.deliveries().generation();
        worker.look().await;
        loop {
            let pause = worker.pause();
            let is_rested = tokio::select! {
                () = shutdown.cancelled() => break,
                Some(ended) = worker.sending.join_next() => {
                    worker.ended(ended).await;
                    false
                }
                _ = changes.changed() => false,
                () = sleep(pause) => true,
            };
            // Whatever woke us: what happens often must not put off what is due.
            if worker.is_time(seen) || is_rested && (worker.is_failing || worker.is_crowded) {
                break;
            }
        }
    }
    while worker.sending.join_next().await.is_some() {}
}

impl Worker {
    /// Begins to send what is due, as far as there is room.
    async fn look(&mut self) {
        self.purge().await;
        let looked = self.try_look().await;
        self.note(looked);
    }

    async fn try_look(&mut self) -> Result<(), StoreError> {
        self.next = self.purge_at;
        self.is_crowded = false;
        let mut due = self.app.store.deliveries().due().await?;
        // Those who hang must not take every room again before others have had theirs.
        due.sort_by_key(|due| (self.busy.get(&(due.environment, due.webhook)).copied(), due.at));
        for due in due {
            self.serve((due.environment, due.webhook), due.at).await?;
        }
        Ok(())
    }

    /// Sends one webhook what is due for it, of which the first is due `at`.
    async fn serve(&mut self, place: Place, at: Timestamp) -> Result<(), StoreError> {
        let (environment, webhook) = place;
        let mut first = Some(at);
        while let Some(at) = first {
            let now = self.app.clock.now();
            // Where there is no room, the one that ends looks again.
            let room = AT_ONCE.saturating_sub(self.busy.get(&place).copied().unwrap_or(0));
            if room == 0 {
                return Ok(());
            }
            if at > now {
                self.look_at(at);
                return Ok(());
            }
            let room = room.min(u32::try_from(AT_ONCE_IN_ALL.saturating_sub(self.sending.len())).unwrap_or(u32::MAX));
            if room == 0 {
                self.is_crowded = true;
                self.look_at(later(now, TICK));
                return Ok(());
            }
            let claimed = self.app.store.deliveries().claim(environment, webhook, now, later(now, LEASE), room).await?;
            if claimed.is_empty() {
                // Somebody else is claiming it.
                self.look_at(later(now, TICK));
                return Ok(());
            }
            for delivery in claimed {
                *self.busy.entry(place).or_default() += 1;
                let app = Arc::clone(&self.app);
                self.sending.spawn(async move {
                    // A panic, which is logged, is as good as a crash: the lease runs out.
                    let _ = AssertUnwindSafe(attempt::send(app, delivery)).catch_unwind().await;
                    place
                });
            }
            first = self.app.store.deliveries().due_for(environment, webhook).await?;
        }
        Ok(())
    }

    /// Gives the room that has become free to what else is due for the same webhook.
    async fn ended(&mut self, ended: Result<Place, JoinError>) {
        let Ok(place) = ended else { return };
        let busy = self.busy.remove(&place).unwrap_or(0).saturating_sub(1);
        if busy > 0 {
            self.busy.insert(place, busy);
        }
        if !self.is_crowded && !self.is_failing {
            let served = match self.app.store.deliveries().due_for(place.0, place.1).await {
                Ok(Some(at)) => self.serve(place, at).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            self.note(served);
        }
    }

    fn note(&mut self, looked: Result<(), StoreError>) {
        match looked {
            Ok(()) => self.is_failing = false,
            Err(error) => {
                if !self.is_failing {
                    tracing::warn!(%error, "webhooks cannot be told of anything now; it is tried again until they can");
                }
                self.is_failing = true;
                self.next = later(self.app.clock.now(), TICK);
            }
        }
    }

    /// Looks again at this moment at the latest.
    fn look_at(&mut self, at: Timestamp) {
        self.next = self.next.min(at);
    }

    /// How long to sleep: to the next delivery, and no longer than a tick, since clocks are set.
    fn pause(&self) -> Duration {
        let wait = self.app.clock.now().duration_until(self.next);
        Duration::try_from(wait).unwrap_or_default().clamp(Duration::from_millis(1), TICK)
    }

    fn is_time(&self, seen: Generation) -> bool {
        self.app.store.deliveries().generation() != seen || self.next <= self.app.clock.now()
    }

    /// Forgets some of what is old. What is left is seen to at the next look. Where it fails, it waits for its next time: telling
    /// webhooks must not wait for it.
    async fn purge(&mut self) {
        let now = self.app.clock.now();
        if now < self.purge_at {
            return;
        }
        let before = |age: SignedDuration| now.checked_sub(age).unwrap_or(Timestamp::MIN);
        let purged = self.app.store.deliveries().purge(before(KEEP_DELIVERED), before(KEEP_FAILED)).await;
        if let Err(error) = &purged {
            tracing::warn!(%error, "old deliveries of webhooks could not be deleted; it is tried again in an hour");
        }
        if !matches!(purged, Ok(1..)) {
            self.purge_at = later(now, PURGE_EVERY);
        }
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
