//! What is said about wrong arguments, and which slips are mended.

use insta::assert_snapshot;
use serde_json::json;

use crate::desk::{planned, planned_with};

#[test]
fn an_undeclared_argument_is_refused() {
    assert_snapshot!(planned("tickets.get", r#"{"id": 7, "idd": 7}"#), @"/idd: unknown argument `idd`; known are `id`");
    assert_snapshot!(planned("tickets.update", r#"{"id": 7, "id__body": 1, "sujbect": "x"}"#), @"/sujbect: unknown argument `sujbect`; did you mean `subject`?");
}

#[test]
fn a_text_of_the_wrong_form_is_told_the_form_in_words() {
    let phone = json!({"type": "string", "pattern": "^\\+[0-9]{2,15}$", "description": "E.164, e.g. +15555550198."});
    let method = json!({"request": "GET /things", "parameters": {"phone": {"in": "query", "schema": phone}}});
    assert_snapshot!(planned_with(method, r#"{"phone": "+1-555-0198"}"#), @r#"/phone: expected a text that matches `^\+[0-9]{2,15}$`, got string "+1-555-0198" (E.164, e.g. +15555550198.)"#);
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let call = r#"{"priority": "urgent", "watchers": [{}, {"email": 7}], "custom": {"flor": 1}, "subject": ""}"#;
    assert_snapshot!(planned("tickets.create", call), @r#"
    /priority: expected one of "low", "normal", "high", got string "urgent"
    /watchers/0/email: missing; expected string
    /watchers/1/email: expected string, got number 7
    /custom/flor: unknown member `flor`; did you mean `floor`?
    /subject: expected a text of at least 1 character, got string ""
    "#);
    assert_snapshot!(planned("tickets.create", "{}"), @"/subject: missing; expected string (First line.)");
    assert_snapshot!(planned("tickets.list", r#"{"limit": 0, "status": "OPEN", "tag_ids": 7}"#), @r#"
    /limit: expected at least 1, got number 0
    /status: expected one of "open", "closed", got string "OPEN"
    /tag_ids: expected array, got number 7
    "#);
}

#[test]
fn case_c8_slips_of_clients_are_mended_where_the_schema_leaves_no_doubt() {
    assert_snapshot!(
        planned("tickets.list", r#"{"limit": "5", "status": null, "tag_ids": "[1, \"2\"]", "next_cursor": ""}"#),
        @"
    GET /v1/tickets?page=1&per_page=5&tag_ids%5B%5D=1&tag_ids%5B%5D=2
    X-Client: tidegate
    "
    );
    assert_snapshot!(planned("tickets.create", r#"{"subject": "s", "custom": "{\"floor\": \"3\"}", "priority": "null"}"#), @r#"
    POST /v1/tickets
    X-Client: tidegate
    Content-Type: application/json

    {"ticket":{"subject":"s","priority":"normal","custom":{"floor":3},"via":"api"}}
    "#);
}

#[test]
fn case_c8_what_is_right_is_not_touched() {
    let method = json!({"request": "POST /t", "body": {"schema": {"type": "object", "properties": {
        "text": {"type": "string"}, "either": {"type": ["string", "integer"]}, "none": {"type": ["integer", "null"]}, "any": {},
    }}}});
    let call = r#"{"text":"null","either":"7","none":null,"any":"{}"}"#;
    let answer = planned_with(method, call);
    assert!(answer.ends_with(call), "{answer}");
}

#[test]
fn case_c8_only_what_remains_wrong_is_reported() {
    assert_snapshot!(planned("tickets.list", r#"{"limit": "5", "status": "gone"}"#), @r#"/status: expected one of "open", "closed", got string "gone""#);
}

#[test]
fn combinations_that_the_vendor_mishandles_are_refused() {
    let method = json!({
        "request": "POST /t",
        "refuse": [{"when": "country not in ['US', 'USA'] and not mobile", "argument": "mobile", "message": "needed outside the US: the send would fail silently"}],
        "body": {"defaults": {"country": "US"}, "schema": {"type": "object", "properties": {
            "country": {"type": "string"}, "mobile": {"type": "string"},
        }}},
    });
    assert_snapshot!(planned_with(method.clone(), r#"{"country": "DE"}"#), @"/mobile: needed outside the US: the send would fail silently");
    assert_snapshot!(planned_with(method.clone(), r#"{"country": "DE", "mobile": "1"}"#), @r#"
    POST /v1/t
    Content-Type: application/json

    {"country":"DE","mobile":"1"}
    "#);
    assert_snapshot!(planned_with(method, "{}"), @r#"
    POST /v1/t
    Content-Type: application/json

    {"country":"US"}
    "#);
}

#[test]
fn a_pattern_that_backtracks_without_end_is_stopped() {
    let method = json!({"request": "GET /t", "parameters": {"q": {"in": "query", "schema": {
        "type": "string", "pattern": "^(?=(a+)+$)(a|aa)+$(?<!b)",
    }}}});
    let answer = planned_with(method, &json!({"q": format!("{}b", "a".repeat(60))}).to_string());
    assert!(answer.starts_with("/q: "), "{answer}");
}

#[test]
fn a_number_that_was_rounded_when_it_was_read_is_refused() {
    assert_snapshot!(
        planned("tickets.get", r#"{"id": 12345678901234567890123}"#),
        @"/id: expected a number of at most 64 bits, which can be kept exactly, got about 1.2345678901234568e+22"
    );
    assert!(
        planned("tickets.list", r#"{"tag_ids": [1, 100000000000000000000000]}"#).starts_with("/tag_ids/1: expected a number of at most")
    );
    assert!(planned("tickets.get", r#"{"id": 18446744073709551615}"#).starts_with("GET /v1/tickets/18446744073709551615\n"));
}

#[test]
fn a_call_of_many_or_long_unknown_arguments_is_answered_briefly() {
    let many: Vec<String> = (0..20_000).map(|at| format!("\"argument_{at}\": 0")).collect();
    let answer = planned("tickets.list", &format!("{{{}}}", many.join(",")));
    assert_eq!(answer.lines().count(), 50);
    let long = planned("tickets.get", &format!("{{\"id\": 1, \"{}\": 0}}", "subject".repeat(100_000)));
    assert!(long.ends_with("…`; known are `id`"), "{}", &long[long.len() - 100..]);
}
