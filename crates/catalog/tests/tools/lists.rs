//! Lists in parts: for every style of pagination, walking a list gives each record once.

use std::collections::HashMap;

use catalog::definition::Definition;
use catalog::page::{Continuation, Needs, Reply};
use catalog::plan::Plan;
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::desk::{compiled, plan, planned, shown};

/// A vendor with numbered records, seen through one style of pagination.
struct Vendor {
    style: &'static str,
    records: usize,
    /// Most records that it gives at once, whatever it is asked for.
    cap: usize,
    says_total: bool,
}

/// The records of one reply and what it says about the next.
struct Answer {
    records: Vec<usize>,
    next: Option<String>,
}

impl Vendor {
    fn definition(&self) -> Definition {
        let pagination = match self.style {
            "page" => json!({"style": "page", "page": "page", "size": "per_page", "default_size": 5, "max_size": 10}),
            "offset" => json!({"style": "offset", "offset": "startIndex", "size": "count", "first": 1, "default_size": 5, "max_size": 10}),
            "cursor" => json!({"style": "cursor", "cursor": "after", "next": "paging.next"}),
            "sized cursor" => {
                json!({"style": "cursor", "cursor": "after", "size": "n", "default_size": 5, "max_size": 10, "next": "paging.next"})
            }
            "link_header" => json!({"style": "link_header", "size": "n", "default_size": 5, "max_size": 10}),
            "expression" => json!({"style": "expression", "size": "n", "max_size": 10,
                "next": "{'from': body.last + 1, 'n': query.n} if body.more else none"}),
            _ => json!({"style": "none"}),
        };
        compiled(json!({
            "pagination": pagination,
            "resources": {"things": {"methods": {"list": {
                "request": "GET /things",
                "parameters": {"kind": {"in": "query", "schema": {"type": "string"}}},
                "response": {"records": "things"},
                "documentation": {"description": "d"},
            }}}},
        }))
        .unwrap()
    }

    fn answer(&self, plan: &Plan) -> Answer {
        let query: HashMap<String, String> = plan.url.query_pairs().into_owned().collect();
        let number = |name: &str| query.get(name).map(|text| text.parse::<usize>().unwrap());
        assert_eq!(query.get("kind").map(String::as_str), Some("a b"), "{}", plan.url);
        let size = ["per_page", "count", "n"].into_iter().find_map(number);
        let size = size.unwrap_or(usize::MAX).min(self.cap);
        let start = match self.style {
            "page" => (number("page").unwrap() - 1) * size,
            "offset" => number("startIndex").unwrap() - 1,
            "cursor" | "sized cursor" => query.get("after").map_or(0, |cursor| cursor.strip_prefix("c/+").unwrap().parse().unwrap()),
            "link_header" => number("p").unwrap_or(0),
            "expression" => number("from").unwrap_or(0),
            _ => 0,
        };
        let records: Vec<usize> = (start..self.records).take(size).collect();
        let end = start + records.len();
        let more = end < self.records;
        let next = match self.style {
            "cursor" | "sized cursor" => more.then(|| format!("c/+{end}")),
            "link_header" => Some(match more {
                true => format!("<https://elsewhere.test/x?kind=evil&p={end}&n={size}>; rel=\"next\", </x>; rel=first"),
                false => "</x?p=0>; rel=\"prev\"".to_owned(),
            }),
            _ => None,
        };
        Answer { records, next }
    }

    /// Walks the whole list, each answer holding at most `room` records.
    fn walk(&self, limit: Option<usize>, room: usize) -> Vec<usize> {
        let definition = self.definition();
        let mut seen = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..2_000 {
            let mut arguments = json!({"kind": "a b"});
            match (&cursor, limit) {
                (Some(cursor), _) => arguments["next_cursor"] = json!(cursor),
                (None, Some(limit)) => arguments["limit"] = json!(limit),
                (None, None) => {}
            }
            let plan = plan(&definition, "things.list", &arguments.to_string()).unwrap();
            let page = plan.page.as_ref().unwrap();
            let answer = self.answer(&plan);
            let window = page.window(answer.records.len());
            let given = window.len().min(room);
            assert!(limit.is_none_or(|limit| given <= limit));
            seen.extend(&answer.records[window][..given]);
            let body = json!({"last": answer.records.last(), "more": answer.records.last().is_some_and(|last| last + 1 < self.records)});
            let continuation = match (page.needs(), &answer.next) {
                (Needs::Cursor(_), Some(next)) => Continuation::Cursor(next),
                (Needs::Link, Some(next)) => Continuation::Link(next),
                (Needs::Body, _) => Continuation::Body { body: &body, headers: &[], url: &plan.url },
                _ => Continuation::Absent,
            };
            let reply = Reply { records: answer.records.len(), given, total: self.says_total.then_some(self.records as u64), continuation };
            cursor = page.next(&reply).unwrap();
            if cursor.is_none() {
                return seen;
            }
        }
        panic!("the list does not end");
    }
}

proptest! {
    #[test]
    fn walking_a_list_gives_each_record_once(
        style in proptest::sample::select(vec!["page", "offset", "cursor", "sized cursor", "link_header", "expression", "none"]),
        records in 0_usize..60,
        cap in 1_usize..20,
        limit in proptest::option::of(1_usize..=10),
        room in 1_usize..12,
        says_total: bool,
    ) {
        // Without a total, only a full page tells that there is more; a vendor's own cap must be in the definition then.
        let cap = if says_total { cap } else { cap.max(10) };
        // Everything at once means everything.
        let cap = if style == "none" { usize::MAX } else { cap };
        let vendor = Vendor { style, records, cap, says_total };
        let walked = vendor.walk(limit, room);
        prop_assert_eq!(walked, (0..records).collect::<Vec<_>>());
    }
}

fn next(style: &'static str, call: &str, reply: Reply<'_>) -> Option<String> {
    let vendor = Vendor { style, records: 0, cap: 10, says_total: true };
    let plan = plan(&vendor.definition(), "things.list", call).unwrap();
    plan.page.unwrap().next(&reply).unwrap()
}

fn counted(records: usize, given: usize, total: u64) -> Reply<'static> {
    Reply { records, given, total: Some(total), continuation: Continuation::Absent }
}

#[test]
fn a_cursor_says_where_to_continue() {
    assert_eq!(next("page", "{}", counted(5, 5, 12)).as_deref(), Some("page=2&size=5"));
    assert_eq!(next("page", "{}", counted(5, 3, 12)).as_deref(), Some("page=1&size=5&skip=3"));
    assert_eq!(next("offset", "{}", counted(5, 3, 12)).as_deref(), Some("offset=4&size=5"));
    assert_eq!(next("none", r#"{"limit": 2}"#, counted(5, 2, 5)).as_deref(), Some("size=2&skip=2"));
    assert_eq!(next("page", "{}", counted(5, 5, 5)), None);
}

#[test]
fn a_vendor_that_caps_or_thins_its_pages_is_read_until_one_is_empty() {
    let counted = |records| counted(records, records, 9);
    let next = |cursor: &str, records| next("page", &json!({ "next_cursor": cursor }).to_string(), counted(records));
    assert_eq!(next("page=1&size=10", 4).as_deref(), Some("page=2&size=10&seen=4"));
    assert_eq!(next("page=2&size=10&seen=4", 4).as_deref(), Some("page=3&size=10&seen=8"));
    assert_eq!(next("page=3&size=10&seen=8", 1), None);
    assert_eq!(next("page=3&size=10&seen=8", 0), None);
    // One that repeats its last page for ever ends too.
    assert_eq!(next("page=9&size=10&seen=1", 1), None);
}

#[test]
fn a_record_that_never_fits_is_passed_over() {
    assert_eq!(next("page", "{}", counted(5, 0, 12)).as_deref(), Some("page=1&size=5&skip=1"));
}

#[test]
fn a_cursor_that_does_not_advance_is_the_end() {
    let same = Reply { records: 5, given: 5, total: None, continuation: Continuation::Cursor("c1") };
    assert_eq!(next("cursor", r#"{"next_cursor": "after=c1"}"#, same), None);
    assert_eq!(next("cursor", "{}", same).as_deref(), Some("after=c1"));
    let empty = Reply { continuation: Continuation::Cursor(""), ..same };
    assert_eq!(next("cursor", "{}", empty), None);
}

#[test]
fn an_empty_page_ends_a_counted_list_whatever_the_total_says() {
    assert_eq!(next("page", r#"{"next_cursor": "page=3&size=5"}"#, counted(0, 0, 100)), None);
    assert_eq!(next("offset", r#"{"next_cursor": "offset=11&size=5"}"#, counted(0, 0, 100)), None);
}

#[test]
fn a_foreign_cursor_is_refused_with_what_to_do() {
    assert_snapshot!(planned("tickets.list", r#"{"next_cursor": "2"}"#), @"/next_cursor: expected the next_cursor of an earlier answer of this tool, passed back unchanged; leave it out to start from the beginning");
    for cursor in ["page=0&size=25", "page=2&size=101", "page=2&size=0", "page=2&size=25&x=1", "size=25"] {
        let call = json!({ "next_cursor": cursor }).to_string();
        assert!(planned("tickets.list", &call).starts_with("/next_cursor: expected"), "{cursor}");
    }
}

#[test]
fn a_cursor_keeps_its_own_size() {
    assert_snapshot!(planned("tickets.list", r#"{"next_cursor": "page=2&size=10", "limit": 50}"#), @"
    GET /v1/tickets?page=2&per_page=10
    X-Client: tidegate
    ");
}

#[test]
fn a_list_that_comes_at_once_asks_for_no_page() {
    assert_snapshot!(planned("me.list", r#"{"limit": 2}"#), @"
    GET /v1/me
    X-Client: tidegate
    ");
}

#[test]
fn a_links_address_and_arguments_are_not_followed_and_credentials_not_repeated() {
    let definition = compiled(json!({
        "credentials": {"key": {"kind": "api_key", "attach": {"query": "api_key"}}},
        "query": {"locale": "en"},
        "resources": {"things": {"methods": {"list": {
            "request": "GET /things",
            "pagination": {"style": "link_header"},
            "parameters": {"kind": {"in": "query", "schema": {"type": "string"}}},
            "documentation": {"description": "d"},
        }}}},
    }))
    .unwrap();
    let first = plan(&definition, "things.list", r#"{"kind": "a"}"#).unwrap();
    let link = r#"<https://evil.test/admin?api_key=SECRET&kind=b&locale=de&page=2&per=9>; rel="next""#;
    let reply = Reply { records: 9, given: 9, total: None, continuation: Continuation::Link(link) };
    let cursor = first.page.unwrap().next(&reply).unwrap().unwrap();
    assert_snapshot!(cursor, @"query=page%3D2%26per%3D9");
    let call = json!({"kind": "a", "next_cursor": cursor}).to_string();
    assert_snapshot!(shown(plan(&definition, "things.list", &call)), @"GET /v1/things?page=2&per=9&kind=a&locale=en");
    let crafted = json!({"next_cursor": "query=api_key%3Dx"}).to_string();
    assert!(plan(&definition, "things.list", &crafted).is_err());
}

#[test]
fn a_link_without_a_size_keeps_the_size_that_was_asked_for() {
    let vendor = Vendor { style: "link_header", records: 0, cap: 10, says_total: false };
    let definition = vendor.definition();
    let asked = |cursor: &str| shown(plan(&definition, "things.list", &json!({ "next_cursor": cursor }).to_string()));
    assert_snapshot!(asked("query=p%3D3&size=7"), @"GET /v1/things?p=3&n=7");
    assert_snapshot!(asked("query=p%3D3%26n%3D7&size=7"), @"GET /v1/things?p=3&n=7");
}

#[test]
fn an_expression_that_gives_no_map_is_an_error() {
    let definition = compiled(json!({"resources": {"things": {"methods": {"list": {
        "request": "GET /things", "pagination": {"style": "expression", "next": "body.next"}, "documentation": {"description": "d"},
    }}}}}))
    .unwrap();
    let plan = plan(&definition, "things.list", "{}").unwrap();
    let body: Value = json!({"next": 7});
    let continuation = Continuation::Body { body: &body, headers: &[], url: &plan.url };
    let reply = Reply { records: 1, given: 1, total: None, continuation };
    assert_snapshot!(plan.page.unwrap().next(&reply).unwrap_err(), @"the pagination's expression must give a map of texts or numbers, the next page's URL, or none");
}
