//! How bodies are written.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use catalog::definition::Definition;
use catalog::page::{Continuation, Reply};
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::requests::{act, called, definition, plan, posting};

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1.0e15..1.0e15).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn case_a5_deep_bodies_round_trip_byte_exactly(deep in json_value()) {
        let members = posting(json!({"wrap": "w", "schema": {"type": "object", "properties": {"deep": {}}}}));
        let plan_of = |method: Value, arguments: Value| plan(&definition("act", method, json!({})), arguments).unwrap().body.unwrap();
        let sent = plan_of(members, json!({ "deep": deep }));
        prop_assert_eq!(String::from_utf8(sent).unwrap(), json!({"w": {"deep": deep}}).to_string());
        let whole = plan_of(posting(json!({"schema": {}})), json!({ "body": deep }));
        prop_assert_eq!(String::from_utf8(whole).unwrap(), deep.to_string());
    }

    #[test]
    fn case_d1_bytes_arrive_as_they_are(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let schema = json!({"type": "string", "contentEncoding": "base64", "contentMediaType": "application/zip"});
        let definition = definition("act", posting(json!({"format": "raw", "schema": schema})), json!({}));
        let plan = plan(&definition, json!({ "body": STANDARD.encode(&bytes) })).unwrap();
        prop_assert_eq!(plan.body.unwrap(), bytes);
        prop_assert!(plan.headers.contains(&("Content-Type".to_owned(), "application/zip".to_owned())));
    }
}

#[test]
fn case_d1_text_xml_and_lines_of_json_are_sent_as_they_are() {
    let raw = |content_type: &str, schema: Value| posting(json!({"format": "raw", "content_type": content_type, "schema": schema}));
    assert_snapshot!(act(raw("application/xml", json!({"type": "string"})), json!({"body": "<a>ü</a>"})), @"
    POST https://acme.test/v1/a
    Content-Type: application/xml

    <a>ü</a>
    ");
    assert_snapshot!(act(raw("application/xml", json!({"type": "string"})), json!({"body": ""})), @"/body: expected a text that is not empty: it is the whole body");
    assert_snapshot!(act(raw("text/csv", json!({"type": "string"})), json!({"body": "a,b\n1,2"})), @"
    POST https://acme.test/v1/a
    Content-Type: text/csv

    a,b
    1,2
    ");
    assert_snapshot!(act(raw("application/x-ndjson", json!({"type": "array", "items": {"type": "object"}})), json!({"body": [{"a": 1}, {"b": "x\ny"}]})), @r#"
    POST https://acme.test/v1/a
    Content-Type: application/x-ndjson

    {"a":1}
    {"b":"x\ny"}
    "#);
    assert_snapshot!(act(raw("application/x-ndjson", json!({"type": "string"})), json!({"body": "{\"a\":1}\n"})), @r#"
    POST https://acme.test/v1/a
    Content-Type: application/x-ndjson

    {"a":1}
    "#);
    assert_snapshot!(act(posting(json!({"format": "raw", "schema": {"type": "string"}})), json!({"body": "hello"})), @"
    POST https://acme.test/v1/a
    Content-Type: text/plain; charset=utf-8

    hello
    ");
}

#[test]
fn case_d1_members_of_a_form_are_written_as_their_encoding_says() {
    let schema = json!({"type": "object", "properties": {
        "list": {"type": "array"}, "ids[]": {"type": "array"}, "tags": {"type": "array"}, "deep": {"type": "object"}, "json": {"type": "object"},
        "typed": {"type": "object"}, "plain": {"type": "object"},
    }});
    let encoding = json!({
        "tags": {"style": "form", "explode": false}, "deep": {"style": "deepObject", "explode": true}, "json": {"style": "json"},
        "typed": {"content_type": "application/json"},
    });
    let method = posting(json!({"format": "form", "encoding": encoding, "schema": schema}));
    let arguments = json!({
        "list": ["x", "y"], "ids": [1, 2], "tags": ["b", "c"], "deep": {"a": {"b": 1}, "c": [{"d": 2}]}, "json": {"k": [1]}, "typed": {"t": "ä&"},
        "plain": {"p": [1, 2]},
    });
    assert_snapshot!(act(method, arguments), @"
    POST https://acme.test/v1/a
    Content-Type: application/x-www-form-urlencoded

    list=x&list=y&ids%5B%5D=1&ids%5B%5D=2&tags=b,c&deep%5Ba%5D%5Bb%5D=1&deep%5Bc%5D%5B0%5D%5Bd%5D=2&json=%7B%22k%22%3A%5B1%5D%7D&typed=%7B%22t%22%3A%22%C3%A4%26%22%7D&plain%5Bp%5D=1&plain%5Bp%5D=2
    ");
}

#[test]
fn case_d1_parts_of_a_multipart_body_say_their_media_type() {
    let schema = json!({"type": "object", "properties": {
        "metadata": {"type": "object"}, "note": {"type": "string"}, "rows": {"type": "array"}, "whole": {"type": "array"},
        "file": {"type": "string", "contentEncoding": "base64"},
    }});
    let encoding = json!({
        "metadata": {"content_type": "application/json"}, "note": {"content_type": "text/csv"}, "rows": {"content_type": "application/json"},
        "whole": {"style": "json"}, "file": {"content_type": "image/png"},
    });
    let method = posting(json!({"format": "multipart", "encoding": encoding, "schema": schema}));
    let arguments = json!({"metadata": {"a": "\"ü"}, "note": "a,b", "rows": [{"r": 1}, 2], "whole": [1, 2], "file": "aGk="});
    let request = act(method, arguments);
    let boundary = request.split("boundary=").nth(1).unwrap().lines().next().unwrap().to_owned();
    assert_snapshot!(request.replace(&boundary, "BOUNDARY"), @r#"
    POST https://acme.test/v1/a
    Content-Type: multipart/form-data; boundary=BOUNDARY

    --BOUNDARY
    Content-Disposition: form-data; name="metadata"
    Content-Type: application/json

    {"a":"\"ü"}
    --BOUNDARY
    Content-Disposition: form-data; name="note"
    Content-Type: text/csv

    a,b
    --BOUNDARY
    Content-Disposition: form-data; name="rows"
    Content-Type: application/json

    {"r":1}
    --BOUNDARY
    Content-Disposition: form-data; name="rows"
    Content-Type: application/json

    2
    --BOUNDARY
    Content-Disposition: form-data; name="whole"
    Content-Type: application/json

    [1,2]
    --BOUNDARY
    Content-Disposition: form-data; name="file"; filename="file"
    Content-Type: image/png

    hi
    --BOUNDARY--
    "#);
}

#[test]
fn case_d1_an_optional_body_is_sent_whole_or_not_at_all() {
    let schema = json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "size": {"type": "integer"}}});
    let method = json!({
        "request": "POST /a", "parameters": {"dry": {"in": "query", "schema": {}}},
        "body": {"required": false, "fixed": {"kind": "a"}, "schema": schema},
    });
    let definition = definition("act", method, json!({}));
    assert_snapshot!(definition.tools[0].input_schema["dependentRequired"], @r#"{"size":["name"]}"#);
    assert_snapshot!(definition.tools[0].shown_schema(), @r#"{"type":"object","properties":{"dry":{"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"},{"type":"object"},{"type":"null"},{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"},{"type":"object"},{"type":"null"}]}}]},"name":{"type":"string"},"size":{"type":"integer"}},"additionalProperties":false,"description":"`size` needs `name`."}"#);
    assert_snapshot!(called(&definition, json!({"dry": true})), @"POST https://acme.test/v1/a?dry=true");
    assert_snapshot!(called(&definition, json!({"name": "x"})), @r#"
    POST https://acme.test/v1/a
    Content-Type: application/json

    {"name":"x","kind":"a"}
    "#);
    assert_snapshot!(called(&definition, json!({"size": 3})), @"/name: missing; expected string");
    let open = json!({"required": false, "schema": {"type": "object", "required": ["name"], "properties": {"name": {}}, "additionalProperties": true}});
    assert_snapshot!(act(posting(open), json!({"floor": 3})), @"/name: missing; the rest of the body needs it");
    let whole = || posting(json!({"required": false, "schema": {"type": "array"}}));
    assert_snapshot!(act(whole(), json!({})), @"POST https://acme.test/v1/a");
    assert_snapshot!(act(whole(), json!({"body": [1]})), @"
    POST https://acme.test/v1/a
    Content-Type: application/json

    [1]
    ");
}

#[test]
fn every_verb_takes_a_body_where_the_definition_has_one() {
    for verb in ["GET", "HEAD", "DELETE", "OPTIONS", "QUERY", "POST", "PUT", "PATCH"] {
        let method =
            json!({"request": format!("{verb} /a"), "body": {"schema": {"type": "object", "properties": {"q": {"type": "string"}}}}});
        let definition = definition("act", method, json!({}));
        let request = called(&definition, json!({"q": "x"}));
        assert_eq!(request, format!("{verb} https://acme.test/v1/a\nContent-Type: application/json\n\n{{\"q\":\"x\"}}"));
        let reads = matches!(verb, "GET" | "HEAD" | "OPTIONS" | "QUERY");
        assert_eq!(definition.tools[0].annotations.read_only_hint, reads, "{verb}");
    }
}

#[test]
fn a_list_may_page_in_its_body() {
    let schema = json!({"type": "object", "required": ["size"], "additionalProperties": true, "properties": {
        "q": {"type": "string"}, "size": {"type": "integer"}, "after": {"type": "string"}, "limit": {"type": "string"},
    }});
    let listing = |pagination: Value| {
        let method = json!({"request": "POST /search", "pagination": pagination, "body": {"wrap": "find", "schema": schema}});
        definition("list", method, json!({}))
    };
    let cursors = listing(
        json!({"style": "cursor", "in": "body", "cursor": "after", "size": "size", "default_size": 10, "max_size": 50, "next": "next"}),
    );
    assert_snapshot!(called(&cursors, json!({"q": "x", "limit__body": "y"})), @r#"
    POST https://acme.test/v1/search
    Content-Type: application/json

    {"find":{"q":"x","limit":"y","size":10}}
    "#);
    assert_snapshot!(called(&cursors, json!({"limit": 3, "after": "z"})), @"/after: unknown argument; this member of the body is set in another way");
    assert!(cursors.tools[0].input_schema.get("required").is_none() && cursors.tools[0].annotations.read_only_hint);
    let first = plan(&cursors, json!({"limit": 3})).unwrap().page.unwrap();
    let reply = Reply { records: 3, given: 3, total: None, continuation: Continuation::Cursor("c7") };
    let next = first.next(&reply).unwrap().unwrap();
    assert_snapshot!(called(&cursors, json!({"next_cursor": next})), @r#"
    POST https://acme.test/v1/search
    Content-Type: application/json

    {"find":{"after":"c7","size":3}}
    "#);

    let offsets = listing(json!({"style": "offset", "in": "body", "offset": "from", "size": "size", "default_size": 10, "max_size": 50}));
    assert_snapshot!(called(&offsets, json!({})), @r#"
    POST https://acme.test/v1/search
    Content-Type: application/json

    {"find":{"from":0,"size":10}}
    "#);
    let bodiless = json!({"request": "POST /search", "pagination": {"style": "page", "in": "body", "page": "p", "size": "s", "default_size": 1, "max_size": 1}});
    let resources = json!({"things": {"methods": {"list": bodiless}}});
    let file = json!({"version": 1, "name": "a", "label": "A", "description": "d", "base_url": "https://a.test", "resources": resources});
    let problems = Definition::compile(serde_json::from_value(file).unwrap()).unwrap_err();
    assert_snapshot!(problems[0].message, @"this method has no body with members; add a `body`, or page by the query");
}
