//! How the vendor writes dates and money. Both vary from resource to resource.

use jiff::Timestamp;
use jiff::tz::{self, TimeZone};
use serde_json::{Value, json};

/// The vendor's own examples are in Pacific time; a fixed offset keeps them free of clock changes.
const OFFSET_HOURS: i8 = -8;

/// `2023-10-25T00:00:00.000-08:00`: campaigns, groups, invitations.
pub(super) fn precise_date(moment: Timestamp) -> String {
    written(moment, "%Y-%m-%dT%H:%M:%S%.3f%:z")
}

/// `2022-09-12T12:08:27-08:00`: sends.
pub(super) fn plain_date(moment: Timestamp) -> String {
    written(moment, "%Y-%m-%dT%H:%M:%S%:z")
}

fn written(moment: Timestamp, format: &str) -> String {
    moment.to_zoned(TimeZone::fixed(tz::offset(OFFSET_HOURS))).strftime(format).to_string()
}

/// `"2.0"`, `"12.25"`: no more decimals than needed, but at least one.
pub(super) fn decimal(cents: i64) -> String {
    let (sign, cents) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
    match cents % 10 {
        0 => format!("{sign}{}.{}", cents / 100, cents % 100 / 10),
        _ => format!("{sign}{}.{:02}", cents / 100, cents % 100),
    }
}

/// Whole units: group budgets.
pub(super) fn whole(cents: i64) -> i64 {
    cents / 100
}

/// `50.0`, or null.
pub(super) fn price(cents: Option<i64>) -> Value {
    cents.map_or(Value::Null, |cents| json!(cents as f64 / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_in_two_precisions_with_the_same_offset() {
        let moment: Timestamp = "2026-06-09T20:18:55.0625Z".parse().unwrap();
        insta::assert_snapshot!(precise_date(moment), @"2026-06-09T12:18:55.062-08:00");
        insta::assert_snapshot!(plain_date(moment), @"2026-06-09T12:18:55-08:00");
    }

    #[test]
    fn money_has_as_many_decimals_as_it_needs() {
        let written: Vec<String> = [200, 57_800, 1_225, 1_205, 1_250, 0, -150].map(decimal).into();
        assert_eq!(written, ["2.0", "578.0", "12.25", "12.05", "12.5", "0.0", "-1.5"]);
    }
}
