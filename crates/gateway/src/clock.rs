//! The one clock of the process. Everything that depends on time asks it, so that expiry can be tested
//! without waiting.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Wall-clock time; or, for tests, a time that stands still until it is moved.
#[derive(Debug, Default)]
pub struct Clock {
    standing_at: Option<Timestamp>,
    ahead_milliseconds: AtomicI64,
}

impl Clock {
    /// A clock that shows `at` and moves only by [`Clock::advance`].
    pub fn standing(at: Timestamp) -> Self {
        Self { standing_at: Some(at), ahead_milliseconds: AtomicI64::new(0) }
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_milliseconds.load(Ordering::Relaxed));
        let base = self.standing_at.unwrap_or_else(Timestamp::now);
        base.checked_add(ahead).unwrap_or(Timestamp::MAX)
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let milliseconds = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead_milliseconds.fetch_add(milliseconds, Ordering::Relaxed);
    }
}
