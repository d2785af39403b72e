//! How often something is tried again, and after which waits.

use std::time::Duration;

use super::words;
use crate::mcp_client::{Cause, Failure};

/// Waits between attempts that someone waits for. A server that starts again is back by then.
const PAUSES: [Duration; 4] = [Duration::from_millis(250), Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Waits between attempts that nobody waits for. There is always another one.
pub(super) struct Pauses(Duration);

impl Default for Pauses {
    fn default() -> Self {
        Self(Duration::from_millis(250))
    }
}

impl Pauses {
    pub(super) fn next(&mut self) -> Duration {
        let longer = (self.0 * 2).min(LONGEST_PAUSE);
        std::mem::replace(&mut self.0, longer)
    }
}

/// How often one request was tried.
#[derive(Default)]
pub(super) struct Patience(usize);

impl Patience {
    /// Whether a request that failed is worth another attempt: it has not had too many, and repeating it cannot do harm,
    /// because it certainly did not leave, or only reads what the server says of itself. Waits before it says so.
    pub(super) async fn tries_again(&mut self, method: &str, failure: &Failure) -> bool {
        let may_repeat = match failure.cause {
            Cause::NotSent => true,
            Cause::Interrupted => words::is_safe_to_repeat(method),
            Cause::Silent | Cause::Refused(_) | Cause::NotMcp => false,
        };
        let Some(pause) = PAUSES.get(self.0).filter(|_| may_repeat) else { return false };
        self.0 += 1;
        tokio::time::sleep(*pause).await;
        true
    }
}
