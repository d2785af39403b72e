//! Where an answer says how to get the next page.

use serde_json::Value;

use super::answer::{Answer, dotted};
use super::query::plain;
use crate::import::refs::Refs;

/// How deep an answer is looked into.
const MAX_DEPTH: usize = 3;

/// Most places that are looked at.
const MAX_PLACES: usize = 300;

/// What an answer says about its next page.
#[derive(Debug, Clone, Default)]
pub(super) struct Continuation {
    /// Dotted paths of what may be cursors, best first.
    pub(super) cursors: Vec<String>,
    /// Dotted path of the next page's URL.
    pub(super) url: Option<String>,
    /// Dotted path of a boolean that says whether there is more.
    pub(super) has_more: Option<String>,
}

/// Names of cursors, best first.
const CURSORS: &[&str] = &[
    "nextcursor",
    "cursornext",
    "nextpagetoken",
    "nexttoken",
    "nextpagecursor",
    "endcursor",
    "nextmarker",
    "aftercursor",
    "continuationtoken",
    "continuation",
    "nextstartingafter",
    "nextpageid",
    "nextkey",
    "paginationtoken",
    "pagetoken",
    "bookmark",
    "scrollid",
    "after",
    "cursor",
    "marker",
    "nextpage",
    "next",
];

const URLS: &[&str] = &[
    "nextpageurl",
    "nexturl",
    "nextpageuri",
    "nextlink",
    "odatanextlink",
    "nextpagelink",
    "nexthref",
    "next",
    "nextpage",
    "nextrecordsurl",
];

const HAS_MORE: &[&str] = &["hasmore", "hasnextpage", "hasnext", "more", "hasmoreresults", "moreresults", "hasmorepages"];

struct Found<'d> {
    names: Vec<&'d str>,
    answer: Answer<'d>,
    schema: &'d Value,
}

/// `records` is where the records are; what stands in them is not looked at. `parameter` is the plain name of the query parameter that takes a cursor.
pub(super) fn continuation(answer: &Answer<'_>, records: Option<&str>, parameter: &str, refs: Refs<'_>) -> Continuation {
    let mut found = Vec::new();
    collect(answer, &mut Vec::new(), records, refs, &mut found);
    let mut cursors: Vec<(usize, usize, String)> = Vec::new();
    let mut urls: Vec<(usize, usize, String)> = Vec::new();
    let mut more = Vec::new();
    for place in &found {
        let Some(path) = dotted(&place.names) else { continue };
        let last = plain(place.names.last().copied().unwrap_or_default());
        let is_next = place.names.iter().any(|name| plain(name).starts_with("next"));
        let depth = place.names.len();
        if place.answer.is("boolean") {
            more.extend(HAS_MORE.iter().position(|name| *name == last).map(|rank| (rank, depth, path)));
            continue;
        }
        if !place.answer.may_be_scalar() || place.names.iter().any(|name| is_backwards(&plain(name))) {
            continue;
        }
        let is_link = is_url(place.schema) || place.names.iter().any(|name| matches!(plain(name).as_str(), "links" | "link"));
        let is_href = is_next && matches!(last.as_str(), "href" | "url" | "link" | "uri");
        if is_href || is_link && URLS.contains(&last.as_str()) || URLS[..6].contains(&last.as_str()) {
            urls.push((URLS.iter().position(|name| *name == last).unwrap_or(URLS.len()), depth, path));
            continue;
        }
        let named = format!("next{parameter}");
        let rank = match CURSORS.iter().position(|name| *name == last) {
            _ if last == named => Some(0),
            _ if last == parameter && is_next => Some(1),
            // `cursor` alone may be this page's own.
            Some(rank) if is_next || last.starts_with("end") || last != "cursor" && last != "marker" => Some(rank + 2),
            Some(_) if last == parameter => Some(CURSORS.len() + 2),
            _ => None,
        };
        cursors.extend(rank.map(|rank| (rank, depth, path)));
    }
    for list in [&mut cursors, &mut urls, &mut more] {
        list.sort();
    }
    let first = |list: Vec<(usize, usize, String)>| list.into_iter().next().map(|(.., path)| path);
    // Two of the same name and depth: which one is meant cannot be told.
    if let [one, two, ..] = &cursors[..]
        && one.0 == two.0
        && one.1 == two.1
    {
        cursors.clear();
    }
    Continuation { cursors: cursors.into_iter().map(|(.., path)| path).collect(), url: first(urls), has_more: first(more) }
}

fn collect<'d>(answer: &Answer<'d>, names: &mut Vec<&'d str>, records: Option<&str>, refs: Refs<'d>, found: &mut Vec<Found<'d>>) {
    for (name, schema) in &answer.properties {
        if found.len() >= MAX_PLACES {
            return;
        }
        names.push(name);
        if dotted(names).as_deref() != records || records.is_none() {
            let inner = Answer::of(schema, refs);
            if !inner.is_array {
                if names.len() < MAX_DEPTH && !inner.properties.is_empty() {
                    collect(&inner, names, records, refs, found);
                }
                found.push(Found { names: names.clone(), answer: inner, schema });
            }
        }
        names.pop();
    }
}

fn is_backwards(name: &str) -> bool {
    ["prev", "before", "first", "last", "self", "start"].iter().any(|word| name.starts_with(word)) && !name.starts_with("starting")
}

fn is_url(schema: &Value) -> bool {
    let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    matches!(text("format"), "uri" | "url" | "uri-reference")
        || text("example").starts_with("http")
        || text("example").starts_with('/')
        || [" url", "url ", "link to", " uri"].iter().any(|word| text("description").to_lowercase().contains(word))
}
