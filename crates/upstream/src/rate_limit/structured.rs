//! The `RateLimit` and `RateLimit-Policy` header fields of the IETF drafts since 07.
//!
//! Two forms are in use: a list of named limits, `"default";r=50;t=30` with the policies
//! `"default";q=100;w=60` beside it, and the older dictionary `limit=100, remaining=50, reset=5`.
//! Only as much of RFC 8941 is read as they need.

use http::header::HeaderMap;

use super::RateLimitFacts;

/// The tightest of the limits in the headers: the one with the fewest requests left.
pub(super) fn read(headers: &HeaderMap) -> RateLimitFacts {
    let limits = items(headers, "ratelimit");
    let policies = items(headers, "ratelimit-policy");
    let named = limits.iter().filter(|item| item.number("r").is_some()).min_by_key(|item| item.number("r"));
    let Some(limit) = named else {
        return dictionary(&limits);
    };
    let policy = policies.iter().find(|policy| policy.name == limit.name);
    RateLimitFacts {
        limit: policy.and_then(|policy| policy.number("q")),
        remaining: limit.number("r"),
        reset: limit.number("t"),
        retry_after: None,
    }
}

fn dictionary(items: &[Item<'_>]) -> RateLimitFacts {
    let member = |key: &str| {
        let (_, value) = items.iter().filter_map(|item| item.name.split_once('=')).find(|(name, _)| name.trim() == key)?;
        value.trim().parse().ok()
    };
    RateLimitFacts { limit: member("limit"), remaining: member("remaining"), reset: member("reset"), retry_after: None }
}

/// One member of a list: `"default";r=50;t=30`.
struct Item<'h> {
    /// As written, quotes included.
    name: &'h str,
    parameters: Vec<(&'h str, &'h str)>,
}

impl Item<'_> {
    fn number(&self, key: &str) -> Option<u64> {
        let (_, value) = self.parameters.iter().find(|(name, _)| *name == key)?;
        value.parse().ok()
    }
}

fn items<'h>(headers: &'h HeaderMap, name: &str) -> Vec<Item<'h>> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| unquoted(line, ',')).filter_map(item).collect()
}

fn item(text: &str) -> Option<Item<'_>> {
    let mut parts = unquoted(text, ';').into_iter().map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let parameters = parts.filter_map(|part| part.split_once('=')).map(|(key, value)| (key.trim(), value.trim())).collect();
    Some(Item { name, parameters })
}

/// Splits at `separator` outside of quotes.
fn unquoted(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
}
