//! The one clock of the process. Everything that depends on time asks it, so that expiry can be tested
//! without waiting.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// Wall-clock time, plus what a test added to it.
#[derive(Debug, Default)]
pub struct Clock {
    ahead_milliseconds: AtomicI64,
}

impl Clock {
    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn now(&self) -> Timestamp {
        let ahead = self.ahead_milliseconds.load(Ordering::Relaxed);
        Timestamp::now()
            .checked_add(jiff::SignedDuration::from_millis(ahead))
            .unwrap_or(Timestamp::MAX)
    }

    /// Moves the clock forward; time keeps running from there.
    pub fn advance(&self, by: Duration) {
        let milliseconds = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead_milliseconds.fetch_add(milliseconds, Ordering::Relaxed);
    }
}
