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
    let parameters = json!([
        { "name": "X-Api-Key", "in": "header", "required": true, "schema": {} },
        { "name": "api_key", "in": "query", "schema": {} },
        { "name": "token", "in": "query", "schema": {}, "description": "Token for authentication" },
        { "name": "key", "in": "query", "schema": {}, "description": "What was stored" },
        { "name": "q", "in": "query", "schema": {} },
    ]);
    let mut description = with_parameters(parameters.clone());
    description["paths"]["/others"] = json!({ "get": { "parameters": parameters } });
    description["paths"]["/{token}"] = json!({ "get": { "parameters": [
        { "name": "token", "in": "path", "required": true, "schema": {}, "description": "Token for authentication" },
        { "name": "access_token", "in": "query", "required": true, "schema": {}, "description": "The access token to look at" },
    ] } });
    description["components"] = json!({ "securitySchemes": { "key": { "type": "apiKey", "in": "header", "name": "x-api-key" } } });
    let import = imported(&description);
    // Where few operations have it, or nothing says that it is a credential, it is something else.
    assert_eq!(method(&import, "GET /things").parameters.keys().collect::<Vec<_>>(), ["key", "q"]);
    assert_eq!(method(&import, "GET /{token}").parameters.keys().collect::<Vec<_>>(), ["token", "access_token"]);
    assert!(noted(&import).iter().any(|note| note.contains("`X-Api-Key` carries the credential")));
}

#[test]
fn a_header_with_one_value_is_always_sent() {
    let import = imported(&with_parameters(json!([
        { "name": "X-Kind", "in": "header", "required": true, "schema": { "enum": ["fast"] } },
        { "name": "Acme-Version", "in": "header", "schema": { "enum": ["1"], "default": "1" } },
    ])));
    assert!(method(&import, "GET /things").parameters.is_empty());
    assert_eq!(planned(&import, "GET /things", json!({})), "GET https://api.acme.test/v2/things\nX-Kind: fast\nAcme-Version: 1");
}

#[test]
fn a_header_with_a_default_is_an_argument() {
    let import = imported(&with_parameters(json!([
        { "name": "REST-Range", "in": "header", "required": true, "schema": { "type": "string", "default": "resources=0-49" } },
    ])));
    assert!(method(&import, "GET /things").parameters["REST-Range"].required);
    assert_eq!(
        planned(&import, "GET /things", json!({ "REST-Range": "resources=50-99" })),
        "GET https://api.acme.test/v2/things\nREST-Range: resources=50-99"
    );
}

#[test]
fn a_version_is_sent_with_every_request_and_can_be_chosen() {
    let version = |schema: Value| json!({ "name": "Acme-Version", "in": "header", "required": true, "schema": schema });
    let usual = version(json!({ "type": "string", "enum": ["1", "2"], "default": "1" }));
    let import = imported(&with_paths(json!({
        "/a": { "get": { "parameters": [usual] } },
        "/b": { "get": { "parameters": [usual] } },
        "/c": { "get": {} },
    })));
    for path in ["/a", "/b", "/c"] {
        assert_eq!(planned(&import, &format!("GET {path}"), json!({})), format!("GET https://api.acme.test/v2{path}\nAcme-Version: 1"));
    }
    assert_eq!(planned(&import, "GET /a", json!({ "Acme-Version": "2" })), "GET https://api.acme.test/v2/a\nAcme-Version: 2");
}

#[test]
fn an_idempotency_key_is_required_where_the_vendor_requires_it() {
    for required in [true, false] {
        let key = json!([{ "name": "Idempotency-Key", "in": "header", "required": required, "schema": { "type": "string" } }]);
        let import = imported(&with_parameters(key));
        assert_eq!(method(&import, "GET /things").parameters["Idempotency-Key"].required, required);
    }
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
