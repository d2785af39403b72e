//! A sliding window: at most so many requests in any stretch of so many seconds, counted for each key.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::kit::clock::later;

/// Requests that were refused do not count, so a caller that waits is let in again.
#[derive(Debug)]
pub(crate) struct SlidingWindow {
    window: SignedDuration,
    admitted: HashMap<String, VecDeque<Timestamp>>,
}

/// Over the limit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// When the next request would be admitted.
    pub(crate) reset_at: Timestamp,
}

impl SlidingWindow {
    pub(crate) fn over(window: SignedDuration) -> SlidingWindow {
        SlidingWindow { window, admitted: HashMap::new() }
    }

    /// Counts a request of `key`, unless `limit` of them lie in the window that ends at `now`. A limit of
    /// 0 means none.
    pub(crate) fn admit(&mut self, key: &str, limit: u32, now: Timestamp) -> Result<(), TooMany> {
        if limit == 0 {
            return Ok(());
        }
        let admitted = self.admitted.entry(key.to_owned()).or_default();
        while admitted.front().is_some_and(|&oldest| now.duration_since(oldest) >= self.window) {
            admitted.pop_front();
        }
        match admitted.front() {
            Some(&oldest) if admitted.len() >= limit as usize => Err(TooMany { reset_at: later(oldest, self.window) }),
            _ => {
                admitted.push_back(now);
                Ok(())
            }
        }
    }

    /// How many more requests of `key` would be admitted at `now`, with a `limit` that is not 0.
    pub(crate) fn left(&self, key: &str, limit: u32, now: Timestamp) -> u32 {
        let counts = |&&admitted: &&Timestamp| now.duration_since(admitted) < self.window;
        let counted = self.admitted.get(key).map_or(0, |admitted| admitted.iter().filter(counts).count());
        limit.saturating_sub(u32::try_from(counted).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millisecond: i64) -> Timestamp {
        Timestamp::from_millisecond(millisecond).unwrap()
    }

    #[test]
    fn the_window_slides_with_the_requests_in_it() {
        let mut window = SlidingWindow::over(SignedDuration::from_secs(1));
        assert_eq!(window.admit("a", 2, at(0)), Ok(()));
        assert_eq!(window.admit("a", 2, at(600)), Ok(()));
        assert_eq!(window.admit("a", 2, at(999)), Err(TooMany { reset_at: at(1_000) }));
        assert_eq!(window.admit("a", 2, at(1_000)), Ok(()));
        assert_eq!(window.admit("a", 2, at(1_001)), Err(TooMany { reset_at: at(1_600) }));
    }

    #[test]
    fn what_is_left_grows_again_as_requests_leave_the_window() {
        let mut window = SlidingWindow::over(SignedDuration::from_secs(1));
        assert_eq!(window.left("a", 2, at(0)), 2);
        assert_eq!(window.admit("a", 2, at(0)), Ok(()));
        assert_eq!((window.left("a", 2, at(999)), window.left("a", 2, at(1_000))), (1, 2));
        assert_eq!(window.left("b", 2, at(0)), 2);
    }

    #[test]
    fn keys_are_counted_apart() {
        let mut window = SlidingWindow::over(SignedDuration::from_secs(1));
        assert_eq!(window.admit("a", 1, at(0)), Ok(()));
        assert_eq!(window.admit("b", 1, at(0)), Ok(()));
        assert!(window.admit("a", 1, at(0)).is_err());
    }

    #[test]
    fn a_limit_of_zero_admits_everything() {
        let mut window = SlidingWindow::over(SignedDuration::from_secs(1));
        assert!((0..1_000).all(|_| window.admit("a", 0, at(0)).is_ok()));
    }
}
