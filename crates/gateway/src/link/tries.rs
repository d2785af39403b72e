//! How often a link may be tried: each try is a request to the vendor, with whatever the holder of the link likes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use store::TokenHash;

use super::words::Trouble;
use crate::app::App;

/// Tries of one link under way.
const AT_ONCE: u32 = 3;
/// Tries of one link that come to nothing. Typing errors are some; this many are guesses.
const IN_ALL: u32 = 20;
/// How long they are remembered: as long as a link lives.
const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 3600);

/// What this process has seen of each link.
#[derive(Default)]
pub(crate) struct Tries(Mutex<HashMap<TokenHash, Seen>>);

struct Seen {
    under_way: u32,
    in_all: u32,
    last: Timestamp,
}

/// A try that is under way, until it is let go.
pub(super) struct Try {
    app: Arc<App>,
    link: TokenHash,
}

impl Try {
    /// # Errors
    /// What the person is told if the link has been tried enough, or is at this moment.
    pub(super) fn begin(app: &Arc<App>, link: TokenHash, now: Timestamp) -> Result<Self, Trouble> {
        let mut links = app.link_tries.locked();
        links.retain(|_, seen| seen.under_way > 0 || seen.last >= now || now.duration_since(seen.last).unsigned_abs() < REMEMBERED);
        let seen = links.entry(link).or_insert(Seen { under_way: 0, in_all: 0, last: now });
        if seen.in_all >= IN_ALL {
            let what = "It has been tried so often without success that nothing is tried by it any more.";
            return Err(Trouble::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", "This link has been tried too often", what));
        }
        if seen.under_way >= AT_ONCE {
            let what = "Somebody is trying this link several times at once. Nothing was done now.";
            return Err(Trouble::new(StatusCode::TOO_MANY_REQUESTS, "too_many_at_once", "One thing after the other", what)
                .remedy("Open the link again in a minute."));
        }
        (seen.under_way, seen.in_all, seen.last) = (seen.under_way + 1, seen.in_all + 1, now);
        Ok(Self { app: Arc::clone(app), link })
    }

    /// The try came to something, so the ones before were errors.
    pub(super) fn succeeded(self) {
        if let Some(seen) = self.app.link_tries.locked().get_mut(&self.link) {
            seen.in_all = 0;
        }
    }
}

impl Drop for Try {
    fn drop(&mut self) {
        let mut links = self.app.link_tries.locked();
        let Some(seen) = links.get_mut(&self.link) else { return };
        seen.under_way -= 1;
        if seen.under_way == 0 && seen.in_all == 0 {
            links.remove(&self.link);
        }
    }
}

impl Tries {
    fn locked(&self) -> MutexGuard<'_, HashMap<TokenHash, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
