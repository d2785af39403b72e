//! What the answers' headers say about limits.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Inferred;
use super::query::plain;
use crate::import::operation::Operation;
use crate::import::refs::Refs;
use crate::integration::{RateLimit, ResetFormat};

/// Names that are understood without being told.
const USUAL: &[&str] = &[
    "ratelimitlimit",
    "xratelimitlimit",
    "xratelimitlimitrequests",
    "xratelimit",
    "ratelimitremaining",
    "xratelimitremaining",
    "xratelimitremainingrequests",
    "ratelimitreset",
    "xratelimitreset",
    "xratelimitresetrequests",
    "xratelimitresetafter",
    "ratelimit",
    "ratelimitpolicy",
    "retryafter",
];

/// The names of headers that are not usual ones; `None` where there is nothing that is not understood anyway.
pub(crate) fn rate_limit(operations: &[Operation<'_>], refs: Refs<'_>) -> Option<Inferred<RateLimit>> {
    let mut counted: BTreeMap<(Meaning, &str), (usize, &Value)> = BTreeMap::new();
    for operation in operations {
        for (name, header) in headers(operation, refs) {
            if let Some(meaning) = meaning(name) {
                counted.entry((meaning, name)).or_insert((0, header)).0 += 1;
            }
        }
    }
    let most = |meaning: Meaning| {
        let of_this = counted.iter().filter(|((known, _), _)| *known == meaning);
        of_this.max_by_key(|(_, (count, _))| *count).map(|((_, name), (_, header))| (*name, *header))
    };
    let (limit, remaining, reset) = (most(Meaning::Limit), most(Meaning::Remaining), most(Meaning::Reset));
    // A header that only says the limit is not worth a mapping without one that counts.
    let names: Vec<&str> = [limit, remaining, reset].into_iter().flatten().map(|(name, _)| name).collect();
    if names.is_empty() {
        return None;
    }
    let owned = |found: Option<(&str, &Value)>| found.map(|(name, _)| name.to_owned());
    let value = RateLimit {
        limit_header: owned(limit),
        remaining_header: owned(remaining),
        reset_header: owned(reset),
        reset_format: reset.map(|(_, header)| format_of(header)).unwrap_or_default(),
        when_limited: None,
    };
    let named: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Some(Inferred {
        value,
        what: "says its limits in headers of its own".to_owned(),
        because: format!("headers {} of answers", named.join(", ")),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    Limit,
    Remaining,
    Reset,
}

/// What a header with a name of its own says about limits.
fn meaning(name: &str) -> Option<Meaning> {
    let plain = plain(name);
    if USUAL.contains(&plain.as_str()) {
        return None;
    }
    let is_about_limits = ["ratelimit", "quota", "throttle", "apilimit", "calllimit", "limit"].iter().any(|word| plain.contains(word));
    match plain {
        _ if !is_about_limits => None,
        plain if plain.ends_with("remaining") || plain.contains("remaining") => Some(Meaning::Remaining),
        plain if plain.contains("reset") => Some(Meaning::Reset),
        plain if plain.ends_with("limit") || plain.ends_with("max") || plain.ends_with("total") => Some(Meaning::Limit),
        _ => None,
    }
}

/// Headers of all answers of an operation.
fn headers<'d>(operation: &Operation<'d>, refs: Refs<'d>) -> impl Iterator<Item = (&'d str, &'d Value)> {
    let responses = operation.value.get("responses").and_then(Value::as_object).into_iter().flatten();
    let headers = responses.filter_map(move |(_, response)| refs.resolve(response).ok()?.get("headers")?.as_object());
    headers.flat_map(|headers: &'d Map<String, Value>| headers.iter().map(|(name, header)| (name.as_str(), header)))
}

/// How the time is written, as far as the description says it.
fn format_of(header: &Value) -> ResetFormat {
    let said = header.get("description").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    match () {
        () if said.contains("millisecond") => ResetFormat::EpochMilliseconds,
        () if ["epoch", "unix", "timestamp"].iter().any(|word| said.contains(word)) => ResetFormat::EpochSeconds,
        () => ResetFormat::Seconds,
    }
}
