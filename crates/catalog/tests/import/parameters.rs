//! Where parameters go, and which are none.

use crate::acme::{imported, method, noted, planned, with_operation, with_paths};
use catalog::integration::{Location, Style};
use serde_json::{Value, json};

fn with_parameters(parameters: Value) -> Value {
    with_operation("get", json!({ "summary": "Things", "parameters": parameters }))
}

#[test]
fn styles_are_written_where_they_are_not_the_usual_ones() {
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let import = imported(&with_paths(json!({ "/things/{ids}": { "get": { "parameters": [
        { "name": "ids", "in": "path", "required": true, "style": "matrix", "explode": true, "schema": list },
        { "name": "usual", "in": "query", "style": "form", "explode": true, "schema": list },
        { "name": "comma", "in": "query", "explode": false, "schema": list },
        { "name": "pipes", "in": "query", "style": "pipeDelimited", "schema": list },
        { "name": "deep", "in": "query", "style": "deepObject", "explode": true, "schema": { "type": "object" } },
        { "name": "deep_list", "in": "query", "style": "deepObject", "schema": list },
        { "name": "json", "in": "query", "content": { "application/json": { "schema": { "type": "object" } } } },
        { "name": "X-List", "in": "header", "schema": list },
        { "name": "theme", "in": "cookie", "schema": { "type": "string" } },
    ] } } })));
    let found = &method(&import, "GET /things/{ids}").parameters;
    let style = |name: &str| (found[name].style, found[name].explode);
    assert_eq!(style("ids"), (Some(Style::Matrix), Some(true)));
    assert_eq!(style("usual"), (None, None));
    assert_eq!(style("comma"), (None, Some(false)));
    assert_eq!(style("pipes"), (Some(Style::PipeDelimited), None));
    assert_eq!(style("deep"), (Some(Style::DeepObject), None));
    assert_eq!((style("deep_list"), found["deep_list"].name.as_deref()), ((None, None), Some("deep_list[]")));
    assert_eq!(style("json"), (Some(Style::Json), None));
    assert_eq!(style("X-List"), (None, None));
    assert_eq!(found["theme"].location, Location::Cookie);
}

#[test]
fn a_name_in_two_places_is_two_arguments() {
    let import = imported(&with_paths(json!({ "/things/{id}": { "patch": { "parameters": [
        { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
        { "name": "id", "in": "query", "schema": { "type": "string" } },
    ] } } })));
    let planned = planned(&import, "PATCH /things/{id}", json!({ "id": "a", "id__query": "b" }));
    assert_eq!(planned, "PATCH https://api.acme.test/v2/things/a?id=b");
}

#[test]
fn headers_that_others_decide_are_no_arguments() {
    let import = imported(&with_parameters(json!([
        { "name": "Accept", "in": "header", "schema": {} },
        { "name": "Content-Type", "in": "header", "required": true, "schema": {} },
        { "name": "Authorization", "in": "header", "required": true, "schema": {} },
        { "name": "Host", "in": "header", "schema": {} },
        { "name": "X-Trace", "in": "header", "schema": { "type": "string" } },
    ])));
    assert_eq!(method(&import, "GET /things").parameters.keys().collect::<Vec<_>>(), ["X-Trace"]);
}

#[test]
fn what_carries_the_credential_is_no_argument() {
    let mut description = with_parameters(json!([
        { "name": "X-Api-Key", "in": "header", "required": true, "schema": {} },
        { "name": "api_key", "in": "query", "schema": {} },
        { "name": "token", "in": "query", "schema": {} },
        { "name": "q", "in": "query", "schema": {} },
    ]));
    description["paths"]["/invitations"] = json!({ "get": { "parameters": [{ "name": "key", "in": "query", "schema": {} }] } });
    description["components"] = json!({ "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "x-api-key" } } });
    let import = imported(&description);
    // `token` stands on one of two operations only, so it may be something else.
    assert_eq!(method(&import, "GET /things").parameters.keys().collect::<Vec<_>>(), ["token", "q"]);
    assert_eq!(method(&import, "GET /invitations").parameters.keys().collect::<Vec<_>>(), ["key"]);
    assert!(noted(&import).iter().any(|note| note.contains("`X-Api-Key` carries the credential")));
}

#[test]
fn a_header_with_one_value_is_always_sent_and_a_version_with_every_request() {
    let version = json!({ "name": "Acme-Version", "in": "header", "schema": { "type": "string", "default": "2026-01-01" } });
    let import = imported(&with_paths(json!({
        "/a": { "get": { "parameters": [version, { "name": "X-Kind", "in": "header", "required": true, "schema": { "enum": ["fast"] } }] } },
        "/b": { "get": { "parameters": [version] } },
        "/c": { "get": {} },
    })));
    assert_eq!(planned(&import, "GET /a", json!({})), "GET https://api.acme.test/v2/a\nAcme-Version: 2026-01-01\nX-Kind: fast");
    assert_eq!(planned(&import, "GET /c", json!({})), "GET https://api.acme.test/v2/c\nAcme-Version: 2026-01-01");
}

#[test]
fn an_idempotency_key_is_an_argument_that_may_be_left_out() {
    let import = imported(&with_parameters(json!([
        { "name": "Idempotency-Key", "in": "header", "required": true, "schema": { "type": "string" } },
    ])));
    assert!(!method(&import, "GET /things").parameters["Idempotency-Key"].required);
}

#[test]
fn parameters_that_are_wrong_are_left_out_with_a_note() {
    let import = imported(&with_parameters(json!([
        "text", { "name": "lonely" }, { "$ref": "#/nowhere" }, { "name": "x", "in": "moon" }, { "name": "a b", "in": "header" },
        { "name": "ok", "in": "query" },
    ])));
    assert_eq!(method(&import, "GET /things").parameters.keys().collect::<Vec<_>>(), ["ok"]);
    assert_eq!(import.report.notes.iter().filter(|note| note.at == "GET /things").count(), 5);
}
