//! A part of a description.

use crate::acme::{imported_from, with_paths};
use catalog::import::{ImportError, Options, Sources, import};
use serde_json::{Map, Value, json};

fn only(patterns: &[&str]) -> Options {
    Options { only: patterns.iter().map(|&pattern| pattern.to_owned()).collect(), ..Options::default() }
}

#[test]
fn only_the_paths_that_are_asked_for_are_imported_and_the_others_are_counted() {
    let description = with_paths(json!({
        "/users": { "get": { "summary": "Users" } },
        "/users/{id}": { "get": { "summary": "A user" }, "delete": { "summary": "Away" }, "parameters": [] },
        "/groups": { "get": { "summary": "Groups" }, "post": { "summary": "New" }, "x-own": {} },
        "/broken": { "get": 1 },
    }));
    let import = imported_from("openapi.json", &description, &only(&["/users", "/users/*"]));
    assert_eq!((import.report.operations, import.report.tools, import.report.left_out), (5, 3, 2));
    assert!(import.report.skipped.is_empty());
    assert_eq!(import.integration.resources.keys().collect::<Vec<_>>(), ["users"]);
}

#[test]
fn a_pattern_that_no_path_is_like_is_an_error_that_names_the_nearest() {
    let description = with_paths(json!({ "/users": { "get": { "summary": "Users" } } }));
    let description = Sources::new("openapi.json", &description.to_string()).and_then(Sources::description).unwrap();
    let error = import(&description, &only(&["/users", "/user"])).unwrap_err();
    assert!(matches!(&error, ImportError::Unusable { place, .. } if place == "/paths"), "{error}");
    let text = error.to_string();
    assert!(text.contains("`/user`") && text.contains("/users"), "{text}");
}

#[test]
fn what_is_beyond_the_limit_is_not_even_looked_at_and_the_reason_names_the_way_out() {
    let things = (0..2_100).map(|number| (format!("/things_{number}"), json!({ "get": { "summary": "Things", "parameters": "no list" } })));
    let import = imported_from("openapi.json", &with_paths(Value::Object(things.collect::<Map<_, _>>())), &Options::default());
    assert_eq!((import.report.operations, import.report.tools, import.report.skipped.len()), (2_100, 2_000, 100));
    assert!(import.report.skipped.iter().all(|skipped| skipped.reason.contains("`--only '/users/*'`")));
    // Each operation that is read has a remark on `parameters`; those that are not have none.
    assert!(import.report.notes.iter().any(|note| note.at.ends_with("and 1999 more")), "{:?}", import.report.notes);
}
