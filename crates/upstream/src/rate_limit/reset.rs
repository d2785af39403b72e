//! Points in time and waits, in every spelling vendors use, as whole seconds from now.

use jiff::Timestamp;

/// No wait is longer than this many seconds (a year); what says so is garbage, and is cut to it.
pub(super) const LONGEST: u64 = 366 * 24 * 60 * 60;

/// `Retry-After`: seconds, also with a fraction, or an HTTP date; some vendors put a point in time there as a number.
pub(super) fn retry_after(text: &str, now: Timestamp) -> Option<u64> {
    match number(text) {
        Some(number) => wait_or_point_in_time(number, now),
        None => date(text, now),
    }
}

/// A reset of unknown form.
pub(super) fn any(text: &str, now: Timestamp) -> Option<u64> {
    match number(text) {
        Some(number) => wait_or_point_in_time(number, now),
        None => duration(text).or_else(|| date(text, now)),
    }
}

/// A bare number is a wait, unless it is so large that it can only be a point in time: more than half of what the clock
/// shows, in seconds or in milliseconds. What is finer than that (micro- and nanoseconds) is not guessed at.
fn wait_or_point_in_time(number: f64, now: Timestamp) -> Option<u64> {
    let (seconds, milliseconds) = (now.as_second() as f64, now.as_millisecond() as f64);
    if number > milliseconds * 2.0 {
        None
    } else if number > milliseconds / 2.0 {
        Some(rounded_up((number - milliseconds) / 1000.0))
    } else if number > seconds / 2.0 {
        Some(rounded_up(number - milliseconds / 1000.0))
    } else {
        Some(rounded_up(number))
    }
}

pub(super) fn seconds(text: &str) -> Option<u64> {
    number(text).map(rounded_up)
}

pub(super) fn epoch_seconds(text: &str, now: Timestamp) -> Option<u64> {
    number(text).map(|seconds| rounded_up(seconds - now.as_millisecond() as f64 / 1000.0))
}

pub(super) fn epoch_milliseconds(text: &str, now: Timestamp) -> Option<u64> {
    number(text).map(|milliseconds| rounded_up((milliseconds - now.as_millisecond() as f64) / 1000.0))
}

/// An HTTP date in one of its three forms (RFC 9110 section 5.6.7) or a timestamp (RFC 3339).
pub(super) fn date(text: &str, now: Timestamp) -> Option<u64> {
    let text = text.trim();
    let then = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .or_else(|_| text.parse::<Timestamp>())
        .ok()
        .or_else(|| OBSOLETE_DATES.iter().find_map(|format| in_utc(format, text)))?;
    Some(rounded_up((then.as_millisecond() - now.as_millisecond()) as f64 / 1000.0))
}

/// Those of RFC 850 and of C's `asctime`.
const OBSOLETE_DATES: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"];

fn in_utc(format: &str, text: &str) -> Option<Timestamp> {
    let date = jiff::fmt::strtime::parse(format, text).ok()?.to_datetime().ok()?;
    date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// A wait with units, largest first: `1m3.5s`, `17ms`, `2h0m1s`.
fn duration(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|&digits| digits > 0)?;
        let (amount, unit_and_rest) = rest.split_at(digits);
        let letters = unit_and_rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unit_and_rest.len());
        let (unit, after) = unit_and_rest.split_at(letters);
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86400.0,
            _ => return None,
        };
        total += number(amount)? * seconds;
        rest = after;
    }
    (!text.trim().is_empty()).then(|| rounded_up(total))
}

fn number(text: &str) -> Option<f64> {
    // `inf` and `NaN` are numbers to the parser, and no answer to "how long".
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn rounded_up(seconds: f64) -> u64 {
    seconds.ceil().clamp(0.0, LONGEST as f64) as u64
}
