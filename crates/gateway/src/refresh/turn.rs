//! Whose turn it is within the process: those who want the same account refreshed wait for one another.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync;
use tokio::time::Instant;
use upstream::Failure;

/// The turns of one account.
#[derive(Default)]
pub(super) struct Turn {
    /// The last attempt, for those who waited for it.
    last: sync::Mutex<Option<Failed>>,
    taken_at: Mutex<Option<Instant>>,
}

struct Failed {
    at: Instant,
    failure: Box<Failure>,
}

/// One's own turn, as long as it lasts.
pub(super) struct Taken<'a> {
    last: sync::MutexGuard<'a, Option<Failed>>,
    turn: &'a Turn,
}

impl Turn {
    pub(super) async fn taken(&self) -> Taken<'_> {
        let last = self.last.lock().await;
        *self.taken_at() = Some(Instant::now());
        Taken { last, turn: self }
    }

    /// Whether somebody has had it for longer than this.
    pub(super) fn is_taken_since(&self, long: Duration) -> bool {
        self.taken_at().is_some_and(|at| at.elapsed() > long)
    }

    fn taken_at(&self) -> MutexGuard<'_, Option<Instant>> {
        self.taken_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken<'_> {
    /// What became of an attempt that ended after `asked`, if it failed: it was made for whoever asked then, too.
    pub(super) fn failure_since(&self, asked: Instant) -> Option<Box<Failure>> {
        self.last.as_ref().filter(|failed| failed.at > asked).map(|failed| failed.failure.clone())
    }

    pub(super) fn end(&mut self, failure: Option<Box<Failure>>) {
        *self.last = failure.map(|failure| Failed { at: Instant::now(), failure });
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.turn.taken_at() = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_turn_is_known_to_be_long_while_it_lasts_and_no_longer() {
        const LONG: Duration = Duration::from_secs(3);
        let turn = Turn::default();
        assert!(!turn.is_taken_since(LONG));
        let taken = turn.taken().await;
        tokio::time::advance(LONG).await;
        assert!(!turn.is_taken_since(LONG));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(turn.is_taken_since(LONG));
        drop(taken);
        assert!(!turn.is_taken_since(LONG));
    }
}
