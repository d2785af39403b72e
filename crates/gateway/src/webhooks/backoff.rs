//! How long to wait before an event is sent again.

use std::time::Duration;

/// The waits, about a day in all.
const WAITS: [Duration; 10] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(2),
    Duration::from_hours(4),
    Duration::from_hours(8),
    Duration::from_hours(8),
];
/// The longest wait that a receiver can ask for.
const LONGEST: Duration = Duration::from_hours(8);

/// The wait after attempt number `attempt`, counted from 1, has failed; `None` after the last. It is up to a tenth longer than planned,
/// as `random` says, so that what failed together does not come again together, and as long as the receiver asked for within bounds.
pub(super) fn wait(attempt: u32, retry_after: Option<Duration>, random: u64) -> Option<Duration> {
    let planned = *WAITS.get(usize::try_from(attempt).ok()?.checked_sub(1)?)?;
    let wait = planned.max(retry_after.unwrap_or_default().min(LONGEST));
    let tenth = u64::try_from(wait.as_millis() / 10).unwrap_or(u64::MAX);
    Some(wait + Duration::from_millis(random % (tenth + 1)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_waits_grow_and_end_after_about_a_day() {
        let waits: Vec<Duration> = (1..).map_while(|attempt| wait(attempt, None, 0)).collect();
        assert_eq!(waits, WAITS);
        assert!(waits.is_sorted());
        let all: Duration = waits.iter().sum();
        assert!((Duration::from_hours(23)..Duration::from_hours(25)).contains(&all), "{all:?}");
    }

    #[test]
    fn a_receiver_is_given_the_time_it_asks_for_within_bounds() {
        let asked = |seconds| wait(1, Some(Duration::from_secs(seconds)), 0);
        assert_eq!(asked(1), Some(Duration::from_secs(5)));
        assert_eq!(asked(90), Some(Duration::from_secs(90)));
        assert_eq!(asked(u64::MAX), Some(LONGEST));
        assert_eq!(wait(11, Some(Duration::from_secs(1)), 0), None);
    }

    proptest! {
        #[test]
        fn chance_adds_up_to_a_tenth(attempt in 1_u32..=10, random: u64) {
            let planned = wait(attempt, None, 0).unwrap();
            let waited = wait(attempt, None, random).unwrap();
            prop_assert!(waited >= planned && waited <= planned + planned / 10);
        }
    }
}
