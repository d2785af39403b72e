//! Sandbox time: real time plus what a test has added, and the ticks that fall due as it passes.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// More moments than this are not walked one by one after a long jump; see [`Ticker::due`].
const FIRST_TICKS: i64 = 1_000;
/// The end of a long jump is walked too, so that what expired in between comes to its end.
const LAST_TICKS: i64 = 10;

/// Runs as fast as real time, or stands still; never runs backwards. Tests move it ahead.
#[derive(Debug)]
pub(crate) struct Clock {
    /// What it showed when it last started, stopped or was moved.
    shown: Timestamp,
    /// `None` while it stands still.
    running_since: Option<Instant>,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the only place of the sandbox that reads the time")]
    pub(crate) fn start() -> Clock {
        Clock { shown: Timestamp::now(), running_since: Some(Instant::now()) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = self.running_since.map_or(Duration::ZERO, |since| since.elapsed());
        later(self.shown, SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX))
    }

    pub(crate) fn advance(&mut self, duration: SignedDuration) {
        self.shown = later(self.shown, duration);
    }

    /// From now on only [`Clock::advance`] moves it.
    pub(crate) fn freeze(&mut self) {
        self.shown = self.now();
        self.running_since = None;
    }

    pub(crate) fn run(&mut self) {
        self.shown = self.now();
        self.running_since = Some(Instant::now());
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.running_since.is_none()
    }
}

/// `moment` plus `duration`, stopping at the end of time instead of failing.
pub(crate) fn later(moment: Timestamp, duration: SignedDuration) -> Timestamp {
    moment.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// Says which ticks have fallen due. No task runs: it is asked at each request.
#[derive(Debug)]
pub(crate) struct Ticker {
    /// `None`: only the control endpoint ticks.
    every: Option<SignedDuration>,
    last: Timestamp,
}

impl Ticker {
    pub(crate) fn new(seconds: u32, now: Timestamp) -> Ticker {
        let every = (seconds > 0).then(|| SignedDuration::from_secs(i64::from(seconds)));
        Ticker { every, last: now }
    }

    /// Seconds between two ticks; 0 if they only come by the control endpoint.
    pub(crate) fn seconds(&self) -> i64 {
        self.every.map_or(0, |every| every.as_secs())
    }

    /// The moments since the last call at which a tick was due, oldest first.
    ///
    /// A jump over years would be millions of ticks in which nothing moves any more, so only its first
    /// thousand and last ten are given.
    pub(crate) fn due(&mut self, now: Timestamp) -> Vec<Timestamp> {
        let Some(every) = self.every else {
            return Vec::new();
        };
        let count = now.duration_since(self.last).as_secs() / every.as_secs();
        let moment = |n: i64| later(self.last, SignedDuration::from_secs(every.as_secs().saturating_mul(n)));
        let due: Vec<Timestamp> =
            (1..=count.min(FIRST_TICKS)).chain((count - LAST_TICKS + 1).max(FIRST_TICKS + 1)..=count).map(moment).collect();
        if let Some(last) = due.last() {
            self.last = *last;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(due: &[Timestamp]) -> Vec<i64> {
        due.iter().map(|moment| moment.as_second()).collect()
    }

    #[test]
    fn a_tick_falls_due_when_its_interval_has_passed_and_only_once() {
        let mut ticker = Ticker::new(15, Timestamp::UNIX_EPOCH);
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(seconds(&ticker.due(at(14))), Vec::<i64>::new());
        assert_eq!(seconds(&ticker.due(at(31))), vec![15, 30]);
        assert_eq!(seconds(&ticker.due(at(44))), Vec::<i64>::new());
        assert_eq!(seconds(&ticker.due(at(45))), vec![45]);
    }

    #[test]
    fn without_an_interval_no_tick_falls_due() {
        let mut ticker = Ticker::new(0, Timestamp::UNIX_EPOCH);
        assert_eq!(seconds(&ticker.due(Timestamp::MAX)), Vec::<i64>::new());
    }

    #[test]
    fn a_jump_over_centuries_is_walked_at_both_ends_only() {
        let mut ticker = Ticker::new(1, Timestamp::UNIX_EPOCH);
        let due = ticker.due(Timestamp::MAX);
        assert_eq!(due.len(), 1_010);
        assert_eq!(due.last().unwrap().as_second(), Timestamp::MAX.as_second());
    }

    #[test]
    fn the_clock_moves_ahead_by_what_was_added() {
        let mut clock = Clock::start();
        let before = clock.now();
        clock.advance(SignedDuration::from_hours(2));
        assert!(clock.now().duration_since(before) >= SignedDuration::from_hours(2));
    }

    #[test]
    fn a_frozen_clock_moves_only_when_it_is_moved() {
        let mut clock = Clock::start();
        clock.freeze();
        let before = clock.now();
        assert_eq!(clock.now(), before);
        clock.advance(SignedDuration::from_secs(5));
        assert_eq!(clock.now().duration_since(before), SignedDuration::from_secs(5));
        clock.run();
        assert!(clock.now().duration_since(before) >= SignedDuration::from_secs(5));
    }
}
