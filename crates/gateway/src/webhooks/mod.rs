//! Sends webhooks what is queued for them. Every process does; leases in the database see to it that they do not send the same.

mod attempt;
mod backoff;
mod body;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use store::{EnvironmentId, Generation, StoreError, WebhookId};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Events that are sent to one webhook at a time, by one process: a receiver that hangs holds up nobody but itself.
const AT_ONCE: u32 = 4;
/// How long a delivery belongs to who claimed it: longer than a receiver may take and the writes around it.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// How often the clock is looked at, and the database where other processes are not heard.
const TICK: Duration = Duration::from_secs(1);
/// How often old deliveries are looked for, and how long they are kept.
const PURGE_EVERY: SignedDuration = SignedDuration::from_hours(1);
const KEEP_DELIVERED: SignedDuration = SignedDuration::from_hours(7 * 24);
const KEEP_FAILED: SignedDuration = SignedDuration::from_hours(30 * 24);

type Place = (EnvironmentId, WebhookId);

struct Worker {
    app: Arc<App>,
    sending: JoinSet<Place>,
    busy: HashMap<Place, u32>,
    /// When the next delivery may be sent; `None` = there is none.
    next: Option<Timestamp>,
    purge_at: Timestamp,
    is_failing: bool,
}

/// Sends until `shutdown`, and then finishes what is in flight.
pub(crate) async fn deliver(app: Arc<App>, shutdown: CancellationToken) {
    let mut changes = app.store.generations().changes();
    let purge_at = app.clock.now();
    let mut worker = Worker { app, sending: JoinSet::new(), busy: HashMap::new(), next: None, purge_at, is_failing: false };
    while !shutdown.is_cancelled() {
        changes.mark_unchanged();
        let seen = worker.app.store.deliveries().generation();
        worker.look().await;
        loop {
            let pause = worker.pause();
            tokio::select! {
                () = shutdown.cancelled() => break,
                Some(done) = worker.sending.join_next() => {
                    worker.ended(done.ok());
                    break;
                }
                _ = changes.changed() => {}
                () = sleep(pause) => {}
            }
            // Whatever woke us: what happens often must not put off what is due.
            if worker.is_time(seen) {
                break;
            }
        }
    }
    while worker.sending.join_next().await.is_some() {}
}

impl Worker {
    /// Claims what is due, as far as there is room, and begins to send it.
    async fn look(&mut self) {
        match self.try_look().await {
            Ok(()) => self.is_failing = false,
            Err(error) => {
                if !self.is_failing {
                    tracing::warn!(%error, "webhooks cannot be told of anything now; it is tried again until they can");
                }
                self.is_failing = true;
            }
        }
    }

    async fn try_look(&mut self) -> Result<(), StoreError> {
        let now = self.app.clock.now();
        if self.purge_at <= now {
            self.purge(now).await?;
        }
        loop {
            let mut is_claimed = false;
            self.next = Some(self.purge_at);
            for due in self.app.store.deliveries().due().await? {
                let place = (due.environment, due.webhook);
                let room = AT_ONCE.saturating_sub(self.busy.get(&place).copied().unwrap_or(0));
                // Where there is no room, the one that ends looks again.
                if due.at > now || room == 0 {
                    self.look_at(due.at.max(now), room);
                    continue;
                }
                let until = now.checked_add(LEASE).unwrap_or(now);
                let claimed = self.app.store.deliveries().claim(due.environment, due.webhook, now, until, room).await?;
                if claimed.is_empty() {
                    // Somebody else is claiming it.
                    self.look_at(now.checked_add(TICK).unwrap_or(now), room);
                }
                for delivery in claimed {
                    is_claimed = true;
                    *self.busy.entry(place).or_default() += 1;
                    let app = Arc::clone(&self.app);
                    self.sending.spawn(async move {
                        attempt::send(app, delivery).await;
                        place
                    });
                }
            }
            if !is_claimed {
                return Ok(());
            }
        }
    }

    /// Looks again at this moment at the latest, if there is room for what is due then.
    fn look_at(&mut self, at: Timestamp, room: u32) {
        if room > 0 {
            self.next = Some(self.next.map_or(at, |next| next.min(at)));
        }
    }

    fn ended(&mut self, place: Option<Place>) {
        match place {
            Some(place) => {
                let busy = self.busy.remove(&place).unwrap_or(0).saturating_sub(1);
                if busy > 0 {
                    self.busy.insert(place, busy);
                }
            }
            // A panic, which does not say whose: as good as a crash.
            None => self.busy.clear(),
        }
    }

    /// How long to sleep: to the next delivery, and no longer than a tick, since clocks are set.
    fn pause(&self) -> Duration {
        if self.is_failing {
            return TICK;
        }
        let until_next = self.next.map(|next| self.app.clock.now().duration_until(next));
        until_next.map_or(TICK, |wait| Duration::try_from(wait).unwrap_or_default().clamp(Duration::from_millis(1), TICK))
    }

    fn is_time(&self, seen: Generation) -> bool {
        let is_unheard = self.app.store.deliveries().generation() != seen;
        is_unheard || self.is_failing || self.next.is_some_and(|next| next <= self.app.clock.now())
    }

    /// Forgets some of what is old. What is left is seen to at the next look.
    async fn purge(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let before = |age: SignedDuration| now.checked_sub(age).unwrap_or(Timestamp::MIN);
        let purged = self.app.store.deliveries().purge(before(KEEP_DELIVERED), before(KEEP_FAILED)).await?;
        if purged == 0 {
            self.purge_at = now.checked_add(PURGE_EVERY).unwrap_or(Timestamp::MAX);
        }
        Ok(())
    }
}
