//! How long a token endpoint is left alone after it did not give an account a token.
//!
//! Each process counts for itself: that much less is asked of a vendor in trouble, and a restart forgets it.

use std::time::Duration;

use jiff::Timestamp;
use quick_cache::sync::Cache;
use store::Generation;
use upstream::Failure;
use uuid::Uuid;

/// Accounts remembered. One that is forgotten asks its vendor too soon.
const CAPACITY: usize = 20_000;
/// The first pause; each further one is twice as long, up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(60);
/// Longest pause that a vendor may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(15 * 60);

/// The accounts whose token endpoint is left alone.
pub(super) struct Pauses(Cache<Uuid, Pause>);

/// What was tried. For anything else there is no pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tried {
    /// The version of the credential that was to be replaced.
    pub used: i64,
    /// The environment with its apps, where another app might make a difference.
    pub app: Option<Generation>,
}

#[derive(Clone)]
struct Pause {
    tried: Tried,
    failures: u32,
    since: Timestamp,
    until: Timestamp,
    failure: Box<Failure>,
}

impl Default for Pauses {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl Pauses {
    /// Why the account's vendor is not to be asked at `now` for something in the place of `used`, with the time that is left; `None` if it
    /// may be. `is_present` tells whether a generation still is the environment's.
    pub(super) fn present(
        &self,
        account: Uuid,
        used: i64,
        now: Timestamp,
        is_present: impl Fn(Generation) -> bool,
    ) -> Option<Box<Failure>> {
        let is_same = |tried: Tried| tried.used == used && tried.app.is_none_or(is_present);
        let Pause { since, until, mut failure, .. } = self.0.get(&account).filter(|pause| is_same(pause.tried))?;
        // A clock that was set back must not make it longer.
        let left = Duration::try_from(until.duration_since(now)).ok().filter(|left| !left.is_zero() && now >= since)?;
        tell(&mut failure, left);
        Some(failure)
    }

    /// Leaves the vendor alone from `now` on, and adds to `failure` for how long. `asked` is how long the vendor asked for, `life` what is left of a
    /// token that is still good.
    pub(super) fn begin(
        &self,
        account: Uuid,
        tried: Tried,
        now: Timestamp,
        (asked, life): (Option<Duration>, Option<Duration>),
        random: u32,
        failure: &mut Box<Failure>,
    ) {
        let failures = self.0.get(&account).filter(|pause| pause.tried == tried).map_or(0, |pause| pause.failures) + 1;
        let length = length(failures, asked, life, random);
        tell(failure, length);
        let until = now.checked_add(length).unwrap_or(now);
        self.0.insert(account, Pause { tried, failures, since: now, until, failure: failure.clone() });
    }

    pub(super) fn end(&self, account: Uuid) {
        self.0.remove(&account);
    }
}

/// Half to all of what the number of failures in a row gives, so that accounts that failed together do not come back together.
fn length(failures: u32, asked: Option<Duration>, life: Option<Duration>, random: u32) -> Duration {
    let length = match asked {
        Some(asked) => asked.min(LONGEST_ASKED),
        None => {
            let grown = FIRST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST);
            grown.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX))
        }
    };
    // When a token ends it is worth asking again: waiting longer would fail calls.
    life.map_or(length, |life| length.min(life))
}

fn tell(failure: &mut Failure, left: Duration) {
    let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
    failure.rate_limit.retry_after = Some(seconds.max(1));
}

#[cfg(test)]
mod tests {
    use upstream::Code;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const ACCOUNT: Uuid = Uuid::from_u128(7);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_795_176_000 + second).unwrap()
    }

    fn begin(pauses: &Pauses, used: i64, second: i64, asked: Option<Duration>) -> Option<u64> {
        let mut failure = Box::new(Failure::ours(Code::Unreachable, "busy", None));
        pauses.begin(ACCOUNT, Tried { used, app: None }, at(second), (asked, None), u32::MAX, &mut failure);
        failure.rate_limit.retry_after
    }

    fn left(pauses: &Pauses, used: i64, second: i64) -> Option<u64> {
        pauses.present(ACCOUNT, used, at(second), |_| false).and_then(|failure| failure.rate_limit.retry_after)
    }

    #[test]
    fn pauses_grow_up_to_a_minute() {
        let lengths = |random| (1..=6).map(|failures| length(failures, None, None, random).as_millis()).collect::<Vec<_>>();
        assert_eq!(lengths(u32::MAX), [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
        assert_eq!(lengths(0), [2_500, 5_000, 10_000, 20_000, 30_000, 30_000]);
        assert_eq!(length(u32::MAX, None, None, u32::MAX), LONGEST);
    }

    #[test]
    fn a_vendor_s_own_word_counts_up_to_a_quarter_of_an_hour() {
        assert_eq!(length(1, Some(SECOND), None, 0), SECOND);
        assert_eq!(length(9, Some(120 * SECOND), None, 0), 120 * SECOND);
        assert_eq!(length(1, Some(86_400 * SECOND), None, 0), 900 * SECOND);
    }

    #[test]
    fn no_pause_is_longer_than_what_is_left_of_a_token() {
        assert_eq!(length(6, None, Some(3 * SECOND), u32::MAX), 3 * SECOND);
        assert_eq!(length(1, Some(120 * SECOND), Some(100 * SECOND), 0), 100 * SECOND);
        assert_eq!(length(1, None, Some(100 * SECOND), u32::MAX), 5 * SECOND);
    }

    #[test]
    fn a_pause_counts_down_and_ends() {
        let pauses = Pauses::default();
        assert_eq!(begin(&pauses, 1, 0, Some(10 * SECOND)), Some(10));
        assert_eq!([0, 4, 9, 10].map(|second| left(&pauses, 1, second)), [Some(10), Some(6), Some(1), None]);
        assert_eq!((begin(&pauses, 1, 10, None), begin(&pauses, 1, 20, None)), (Some(10), Some(20)));
        pauses.end(ACCOUNT);
        assert_eq!((left(&pauses, 1, 20), begin(&pauses, 1, 20, None)), (None, Some(5)));
    }

    #[test]
    fn another_credential_is_tried_at_once() {
        let pauses = Pauses::default();
        begin(&pauses, 1, 0, Some(10 * SECOND));
        assert_eq!(left(&pauses, 2, 0), None);
        assert_eq!(begin(&pauses, 2, 1, None), Some(5), "its failures are its own");
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_pause_longer() {
        let pauses = Pauses::default();
        begin(&pauses, 1, 0, None);
        assert_eq!(left(&pauses, 1, -3600), None);
    }
}
