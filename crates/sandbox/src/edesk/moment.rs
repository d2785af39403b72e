//! Moments as the vendor writes them: `2026-06-05 09:12:44`, in UTC, without saying so.

use jiff::civil::{Date, DateTime};
use jiff::tz::{self, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use crate::kit::clock::later;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub(super) Timestamp);

impl Moment {
    /// The vendor's own form, or a day, which begins at midnight.
    pub(super) fn parse(text: &str) -> Option<Moment> {
        let moment = DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok().or_else(|| Some(day(text)?.at(0, 0, 0, 0)))?;
        Some(Moment(TimeZone::UTC.to_timestamp(moment).ok()?))
    }

    pub(super) fn plus(self, duration: SignedDuration) -> Moment {
        Moment(later(self.0, duration))
    }

    /// The day it falls on, so many hours east of UTC.
    pub(super) fn day_at(self, offset_hours: i8) -> Date {
        self.0.to_zoned(TimeZone::fixed(tz::offset(offset_hours))).date()
    }
}

/// `2026-06-05`, and nothing else.
pub(super) fn day(text: &str) -> Option<Date> {
    (text.len() == "2026-06-05".len()).then(|| Date::strptime("%Y-%m-%d", text).ok())?
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.strftime("%Y-%m-%d %H:%M:%S"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_it_is_read() {
        let moment = Moment::parse("2026-06-05 09:12:44").unwrap();
        assert_eq!(serde_json::json!(moment), "2026-06-05 09:12:44");
        assert_eq!(serde_json::json!(Moment::parse("2026-06-05")), "2026-06-05 00:00:00");
    }

    #[test]
    fn other_forms_are_none() {
        for text in ["1718000000", "2026-06-05T09:12:44Z", "2026-13-05", "2026-6-5", "yesterday", ""] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_day_depends_on_the_offset() {
        let moment = Moment::parse("2026-06-05 23:30:00").unwrap();
        assert_eq!(moment.day_at(0).to_string(), "2026-06-05");
        assert_eq!(moment.day_at(2).to_string(), "2026-06-06");
    }
}
