//! What a vendor says about its limits, in one form: counts and whole seconds.
//!
//! The definition's own header names come first, then every form that is common enough to be recognised without
//! being told. Times are rounded up, so that whoever waits has waited long enough, and are never negative.
//!
//! Sources: RFC 9110 section 10.2.3 (`Retry-After`), the IETF drafts "RateLimit header fields for HTTP" (the
//! three-header form of 00–06, the two structured forms since).

use catalog::integration::{KnownLimit, RateLimit, ResetFormat};
use http::header::{HeaderMap, RETRY_AFTER};
use jiff::Timestamp;
use serde::Serialize;

mod reset;
mod structured;

/// A vendor's limits at the moment of its answer. Absent = the vendor did not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RateLimitFacts {
    /// Requests allowed in a window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Requests left in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<u64>,
    /// Seconds until the window ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<u64>,
    /// Seconds to wait before the next request.
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

const LIMIT: &[&str] = &["ratelimit-limit", "x-ratelimit-limit", "x-rate-limit-limit", "x-ratelimit-limit-requests", "x-rate-limit"];
const REMAINING: &[&str] = &["ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining", "x-ratelimit-remaining-requests"];
const RESET: &[&str] =
    &["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset", "x-ratelimit-reset-requests", "x-ratelimit-reset-after"];

impl RateLimitFacts {
    /// Reads what the headers of any answer say.
    pub(crate) fn read(mapping: Option<&RateLimit>, headers: &HeaderMap, now: Timestamp) -> RateLimitFacts {
        let mut facts = RateLimitFacts {
            retry_after: text(headers, RETRY_AFTER.as_str()).and_then(|text| reset::retry_after(text, now)),
            ..Self::default()
        };
        if let Some(mapping) = mapping {
            let mapped = |name: &Option<String>| name.as_deref().and_then(|name| text(headers, name));
            facts.limit = mapped(&mapping.limit_header).and_then(count);
            facts.remaining = mapped(&mapping.remaining_header).and_then(count);
            facts.reset = mapped(&mapping.reset_header).and_then(|text| match mapping.reset_format {
                ResetFormat::Seconds => reset::seconds(text),
                ResetFormat::EpochSeconds => reset::epoch_seconds(text, now),
                ResetFormat::EpochMilliseconds => reset::epoch_milliseconds(text, now),
                ResetFormat::HttpDate => reset::date(text, now),
            });
        }
        facts.limit = facts.limit.or_else(|| first(headers, LIMIT, count));
        facts.remaining = facts.remaining.or_else(|| first(headers, REMAINING, count));
        facts.reset = facts.reset.or_else(|| first(headers, RESET, |text| reset::any(text, now)));
        if facts.limit.is_none() || facts.remaining.is_none() || facts.reset.is_none() {
            facts = facts.or(structured::read(headers));
        }
        facts.with_window_of(mapping)
    }

    /// Completes the facts of an answer that says the limit is reached: nothing is left, the end of the window is
    /// the time to wait and the other way round, and the definition's documented limit fills what is still open.
    pub(crate) fn when_limited(self, known: Option<&KnownLimit>) -> RateLimitFacts {
        let reset = self.reset.or(self.retry_after).or(known.and_then(|known| known.reset));
        RateLimitFacts {
            limit: self.limit.or(known.map(|known| known.limit)),
            remaining: Some(0),
            reset,
            retry_after: self.retry_after.or(reset),
        }
    }

    /// A vendor that counts without ever saying when it starts anew does so at the end of the documented window, at the latest.
    fn with_window_of(self, mapping: Option<&RateLimit>) -> RateLimitFacts {
        let counts_alone = self.limit.or(self.remaining).is_some() && self.reset.or(self.retry_after).is_none();
        let mapping = mapping.filter(|mapping| counts_alone && mapping.reset_header.is_none());
        RateLimitFacts { reset: self.reset.or(mapping.and_then(|mapping| mapping.when_limited?.reset)), ..self }
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn or(self, other: RateLimitFacts) -> RateLimitFacts {
        RateLimitFacts {
            limit: self.limit.or(other.limit),
            remaining: self.remaining.or(other.remaining),
            reset: self.reset.or(other.reset),
            retry_after: self.retry_after.or(other.retry_after),
        }
    }
}

fn first(headers: &HeaderMap, names: &[&str], read: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    names.iter().find_map(|name| text(headers, name).and_then(&read))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// A number of requests. Early drafts put the policy behind it: `100, 100;w=60`.
fn count(text: &str) -> Option<u64> {
    let number = text.split([',', ';']).next()?.trim();
    number.parse().ok().or_else(|| {
        // `-1` and `99.0` are seen in the wild; a budget below nothing is nothing.
        let number: f64 = number.parse().ok().filter(|number: &f64| number.is_finite())?;
        Some(number.max(0.0) as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use insta::assert_snapshot;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// 2026-11-20T12:00:00Z.
    const NOW: i64 = 1_795_176_000;

    fn now() -> Timestamp {
        Timestamp::from_second(NOW).unwrap()
    }

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
        lines.iter().map(pair).collect()
    }

    fn shown(facts: RateLimitFacts) -> String {
        let part = |name, value: Option<u64>| value.map(|value| format!("{name} {value}"));
        let parts = [
            part("limit", facts.limit),
            part("remaining", facts.remaining),
            part("reset", facts.reset),
            part("retry_after", facts.retry_after),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn read(lines: &[(&str, &str)]) -> String {
        shown(RateLimitFacts::read(None, &headers(lines), now()))
    }

    fn mapped(mapping: Value, lines: &[(&str, &str)]) -> String {
        let mapping: RateLimit = serde_json::from_value(mapping).unwrap();
        shown(RateLimitFacts::read(Some(&mapping), &headers(lines), now()))
    }

    #[test]
    fn retry_after_is_read_as_seconds_fractions_and_dates() {
        assert_snapshot!(read(&[("retry-after", "3")]), @"retry_after 3");
        assert_snapshot!(read(&[("retry-after", "2.0")]), @"retry_after 2");
        assert_snapshot!(read(&[("retry-after", "0.2")]), @"retry_after 1");
        assert_snapshot!(read(&[("retry-after", "Fri, 20 Nov 2026 12:00:03 GMT")]), @"retry_after 3");
        assert_snapshot!(read(&[("retry-after", "Fri, 20 Nov 2026 11:59:00 GMT")]), @"retry_after 0");
        assert_snapshot!(read(&[("retry-after", "-5")]), @"retry_after 0");
        assert_snapshot!(read(&[("retry-after", "soon")]), @"");
        assert_snapshot!(read(&[("retry-after", "Friday, 20-Nov-26 12:00:03 GMT")]), @"retry_after 3");
        assert_snapshot!(read(&[("retry-after", "Fri Nov 20 12:00:03 2026")]), @"retry_after 3");
        assert_snapshot!(read(&[("retry-after", "Sun Nov  1 12:00:03 2026")]), @"retry_after 0");
    }

    #[test]
    fn the_three_header_draft_is_read() {
        assert_snapshot!(read(&[("ratelimit-limit", "100"), ("ratelimit-remaining", "0"), ("ratelimit-reset", "3")]), @"limit 100, remaining 0, reset 3");
        assert_snapshot!(read(&[("ratelimit-limit", "100, 100;w=60"), ("ratelimit-remaining", "7")]), @"limit 100, remaining 7");
    }

    #[test]
    fn the_structured_drafts_are_read() {
        assert_snapshot!(read(&[("ratelimit-policy", "\"default\";q=100;w=60"), ("ratelimit", "\"default\";r=0;t=3")]), @"limit 100, remaining 0, reset 3");
        assert_snapshot!(read(&[("ratelimit", "limit=100, remaining=50, reset=5")]), @"limit 100, remaining 50, reset 5");
    }

    #[test]
    fn of_several_structured_limits_the_tightest_counts() {
        assert_snapshot!(read(&[
            ("ratelimit-policy", "\"burst\";q=10;w=1,\"daily, all\";q=1000;w=86400"),
            ("ratelimit", "\"daily, all\";r=900;t=3600"),
            ("ratelimit", "\"burst\";r=2;t=1"),
        ]), @"limit 10, remaining 2, reset 1");
    }

    #[test]
    fn x_ratelimit_with_a_reset_since_1970_is_read() {
        let reset = (NOW + 3).to_string();
        assert_snapshot!(read(&[
            ("x-ratelimit-limit", "5000"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-used", "5000"),
            ("x-ratelimit-resource", "core"),
            ("x-ratelimit-reset", &reset),
        ]), @"limit 5000, remaining 0, reset 3");
        let reset = ((NOW + 3) * 1000 - 1).to_string();
        assert_snapshot!(read(&[("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &reset)]), @"limit 100, remaining 0, reset 3");
        let past = (NOW - 100).to_string();
        assert_snapshot!(read(&[("x-ratelimit-reset", &past)]), @"reset 0");
    }

    #[test]
    fn a_point_in_time_as_a_number_is_read_in_seconds_and_milliseconds_and_not_guessed_at_beyond() {
        for unit in [1, 1000] {
            let then = ((NOW + 3) * unit).to_string();
            assert_eq!(read(&[("retry-after", &then), ("ratelimit-reset", &then)]), "reset 3, retry_after 3");
        }
        for unit in [1_000_000, 1_000_000_000] {
            let then = ((NOW + 3) * unit).to_string();
            assert_eq!(read(&[("retry-after", &then), ("ratelimit-reset", &then)]), "");
        }
    }

    #[test]
    fn x_rate_limit_and_its_relatives_are_read() {
        assert_snapshot!(read(&[("x-rate-limit", "700"), ("x-rate-limit-remaining", "0"), ("retry-after", "3")]), @"limit 700, remaining 0, retry_after 3");
        assert_snapshot!(read(&[("x-rate-limit-limit", "10"), ("x-rate-limit-reset", "2026-11-20T12:00:04.2Z")]), @"limit 10, reset 5");
        assert_snapshot!(read(&[("x-rate-limit-reset", "Fri, 20 Nov 2026 12:00:03 GMT")]), @"reset 3");
    }

    #[test]
    fn limits_per_kind_of_use_with_durations_are_read() {
        assert_snapshot!(read(&[
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "1m3.5s"),
        ]), @"limit 60, remaining 0, reset 64");
        assert_snapshot!(read(&[("x-ratelimit-reset-requests", "17ms")]), @"reset 1");
        assert_snapshot!(read(&[("x-ratelimit-reset-requests", "2h0m1s")]), @"reset 7201");
    }

    #[test]
    fn headers_of_the_vendors_own_are_read_through_the_definition_only() {
        let own: &[(&str, &str)] = &[
            ("x-hubspot-ratelimit-max", "190"),
            ("x-hubspot-ratelimit-remaining", "0"),
            ("x-hubspot-ratelimit-interval-milliseconds", "10000"),
        ];
        assert_snapshot!(read(own), @"");
        assert_snapshot!(mapped(json!({"limit_header": "X-HubSpot-RateLimit-Max", "remaining_header": "X-HubSpot-RateLimit-Remaining"}), own), @"limit 190, remaining 0");
    }

    #[test]
    fn the_definition_says_what_a_reset_means_and_generic_headers_fill_the_rest() {
        let later = (NOW + 9).to_string();
        assert_snapshot!(mapped(json!({"reset_header": "X-Reset", "reset_format": "epoch_seconds"}), &[("x-reset", &later), ("x-ratelimit-limit", "5"), ("x-ratelimit-reset", "1")]), @"limit 5, reset 9");
        assert_snapshot!(mapped(json!({"reset_header": "X-Reset", "reset_format": "epoch_milliseconds"}), &[("x-reset", "1795176001001")]), @"reset 2");
        assert_snapshot!(mapped(json!({"reset_header": "X-Reset", "reset_format": "http_date"}), &[("x-reset", "Fri, 20 Nov 2026 12:01:00 GMT")]), @"reset 60");
        assert_snapshot!(mapped(json!({"reset_header": "X-Reset"}), &[("x-reset", "1.5")]), @"reset 2");
    }

    #[test]
    fn counts_without_an_end_are_those_of_the_documented_window() {
        let mapping =
            || json!({"limit_header": "X-Limit-Second", "remaining_header": "X-Left-Second", "when_limited": {"limit": 10, "reset": 1}});
        let counted: &[(&str, &str)] = &[("x-limit-second", "10"), ("x-left-second", "7")];
        assert_snapshot!(mapped(mapping(), counted), @"limit 10, remaining 7, reset 1");
        assert_snapshot!(mapped(mapping(), &[counted, &[("ratelimit-reset", "4")]].concat()), @"limit 10, remaining 7, reset 4");
        assert_snapshot!(mapped(mapping(), &[counted, &[("retry-after", "9")]].concat()), @"limit 10, remaining 7, retry_after 9");
        assert_snapshot!(mapped(mapping(), &[]), @"");
    }

    #[test]
    fn odd_and_hostile_values_are_no_facts() {
        for value in ["", "abc", "∞", "NaN", "inf", "1e400", "99999999999999999999999999", "1m", "s", "--1"] {
            let facts = RateLimitFacts::read(
                None,
                &[("ratelimit-limit", value), ("ratelimit-reset", value), ("retry-after", value), ("ratelimit", value)]
                    .into_iter()
                    .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::try_from(value).ok()?)))
                    .collect(),
                now(),
            );
            assert!(facts.reset.is_none_or(|reset| reset <= reset::LONGEST), "{value}: {facts:?}");
            assert!(facts.retry_after.is_none_or(|wait| wait <= reset::LONGEST), "{value}: {facts:?}");
        }
    }

    #[test]
    fn a_reached_limit_is_completed_from_the_definition() {
        let known = KnownLimit { limit: 10, reset: Some(1) };
        let limited = |lines: &[(&str, &str)], known| shown(RateLimitFacts::read(None, &headers(lines), now()).when_limited(known));
        assert_snapshot!(limited(&[], Some(&known)), @"limit 10, remaining 0, reset 1, retry_after 1");
        assert_snapshot!(limited(&[("retry-after", "7")], Some(&known)), @"limit 10, remaining 0, reset 7, retry_after 7");
        assert_snapshot!(limited(&[("ratelimit-reset", "4"), ("ratelimit-limit", "3")], None), @"limit 3, remaining 0, reset 4, retry_after 4");
        assert_snapshot!(limited(&[], None), @"remaining 0");
    }

    proptest! {
        #[test]
        fn no_header_value_makes_the_reader_fail(value in "[ -~]{0,40}") {
            let lines = [("ratelimit", value.as_str()), ("ratelimit-policy", &value), ("ratelimit-reset", &value), ("retry-after", &value)];
            let facts = RateLimitFacts::read(None, &headers(&lines), now());
            prop_assert!(facts.retry_after.is_none_or(|wait| wait <= reset::LONGEST));
        }

        #[test]
        fn a_reset_means_the_same_in_every_spelling(seconds in 0_u64..1_000_000) {
            let epoch = (NOW as u64 + seconds).to_string();
            let epoch_ms = ((NOW as u64 + seconds) * 1000).to_string();
            let date = jiff::fmt::rfc2822::DateTimePrinter::new()
                .timestamp_to_rfc9110_string(&Timestamp::from_second(NOW + seconds as i64).unwrap()).unwrap();
            for text in [seconds.to_string(), format!("{seconds}s"), epoch, epoch_ms, date] {
                prop_assert_eq!(reset::any(&text, now()), Some(seconds), "{}", text);
            }
        }
    }
}
