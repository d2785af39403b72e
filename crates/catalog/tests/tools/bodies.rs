//! How bodies are written.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::desk::{planned, planned_with};

fn method(body: Value) -> Value {
    json!({"request": "POST /t", "body": body})
}

#[test]
fn a_wrapped_body_has_its_fixed_members_and_defaults() {
    assert_snapshot!(planned("tickets.create", r#"{"watchers": [{"email": "a@b.test"}], "subject": "Lamp"}"#), @r#"
    POST /v1/tickets
    X-Client: tidegate
    Content-Type: application/json

    {"ticket":{"subject":"Lamp","priority":"normal","watchers":[{"email":"a@b.test"}],"via":"api"}}
    "#);
}

#[test]
fn a_fixed_member_is_no_argument() {
    assert_snapshot!(planned("tickets.create", r#"{"subject": "Lamp", "via": "mail"}"#), @"/via: unknown argument `via`; known are `subject`, `priority`, `custom`, `watchers`");
}

#[test]
fn case_a5_a_deep_body_arrives_as_it_was_given() {
    let deep = json!({"a": [[{"b": {"c": [1.5, null, "ü\n", true]}}]], "z": {"y": {"x": []}}});
    let answer = planned_with(
        method(json!({"schema": {"type": "object", "properties": {"deep": {"type": "object"}}}})),
        &json!({ "deep": deep }).to_string(),
    );
    let (_, body) = answer.split_once("\n\n").unwrap();
    assert_eq!(body, json!({ "deep": deep }).to_string());
}

#[test]
fn a_body_with_fewer_members_than_the_schema_asks_for_is_not_sent() {
    let schema = json!({"type": "object", "minProperties": 1, "properties": {
        "name": {"type": "string"}, "color": {"type": ["string", "null"]}}});
    let planned = |arguments: &str| planned_with(method(json!({ "schema": schema })), arguments);
    assert_snapshot!(planned("{}"), @"expected at least 1 of `name`, `color`, got 0");
    // A null that stands for an absent argument is no change, and one that the vendor takes is one.
    assert_snapshot!(planned(r#"{"name": null}"#), @"expected at least 1 of `name`, `color`, got 0");
    assert_snapshot!(planned(r#"{"color": null}"#).lines().last().unwrap(), @r#"{"color":null}"#);
}

#[test]
fn a_body_without_arguments_is_an_empty_object() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    assert_snapshot!(planned_with(method(json!({"schema": schema})), "{}"), @"
    POST /v1/t
    Content-Type: application/json

    {}
    ");
}

#[test]
fn case_d1_a_form_repeats_lists_and_puts_members_in_brackets() {
    let schema = json!({"type": "object", "properties": {
        "name": {"type": "string"}, "ids": {"type": "array", "items": {"type": "integer"}}, "meta": {"type": "object"},
    }});
    let body = json!({"format": "form", "wrap": "t", "schema": schema});
    assert_snapshot!(planned_with(method(body), r#"{"name": "a b&c", "ids": [1, 2], "meta": {"x": true, "y": null}}"#), @"
    POST /v1/t
    Content-Type: application/x-www-form-urlencoded

    t%5Bname%5D=a+b%26c&t%5Bids%5D=1&t%5Bids%5D=2&t%5Bmeta%5D%5Bx%5D=true
    ");
}

#[test]
fn case_d1_a_multipart_body_carries_files() {
    let schema = json!({"type": "object", "properties": {
        "note": {"type": "string"},
        "file": {"type": "string", "contentEncoding": "base64", "contentMediaType": "text/plain"},
    }});
    let body = json!({"format": "multipart", "schema": schema});
    assert_snapshot!(planned_with(method(body.clone()), r#"{"note": "hi", "file": "aGVsbG8="}"#), @r#"
    POST /v1/t
    Content-Type: multipart/form-data; boundary=part-17529779d0f1f5ec

    --part-17529779d0f1f5ec
    Content-Disposition: form-data; name="note"

    hi
    --part-17529779d0f1f5ec
    Content-Disposition: form-data; name="file"; filename="file"
    Content-Type: text/plain

    hello
    --part-17529779d0f1f5ec--
    "#);
    assert_snapshot!(planned_with(method(body), r#"{"file": "not base64"}"#), @"/file: expected bytes in base64 (RFC 4648 section 4, with padding)");
}

#[test]
fn case_d1_a_raw_body_is_sent_as_it_is() {
    let text = json!({"format": "raw", "content_type": "application/xml", "schema": {"type": "string"}});
    assert_snapshot!(planned_with(method(text), r#"{"body": "<a/>"}"#), @"
    POST /v1/t
    Content-Type: application/xml

    <a/>
    ");
    let bytes = json!({"format": "raw", "schema": {"type": "string", "contentEncoding": "base64"}});
    assert_snapshot!(planned_with(method(bytes), r#"{"body": "aGVsbG8="}"#), @"
    POST /v1/t
    Content-Type: application/octet-stream

    hello
    ");
}

#[test]
fn a_body_has_its_own_media_type() {
    let body = json!({"content_type": "application/scim+json", "schema": {"type": "object", "properties": {"a": {}}}});
    assert_snapshot!(planned_with(method(body), r#"{"a": 1}"#), @r#"
    POST /v1/t
    Content-Type: application/scim+json

    {"a":1}
    "#);
}

#[test]
fn fixed_members_join_a_free_form_object() {
    let body = json!({"fixed": {"via": "api"}, "schema": {"type": "object"}});
    assert_snapshot!(planned_with(method(body), r#"{"body": {"a": 1, "via": "x"}}"#), @r#"
    POST /v1/t
    Content-Type: application/json

    {"a":1,"via":"api"}
    "#);
}

#[test]
fn undeclared_members_join_an_open_body() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "string"}});
    let open = method(json!({"schema": schema}));
    assert_snapshot!(planned_with(open.clone(), r#"{"extra": "x", "a": 1}"#), @r#"
    POST /v1/t
    Content-Type: application/json

    {"a":1,"extra":"x"}
    "#);
    assert_snapshot!(planned_with(open, r#"{"extra": 2}"#), @"/extra: expected string, got number 2");
}

#[test]
fn files_say_what_they_are_called_and_are_parts_of_one_name() {
    let file = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "media_type": {"type": "string"},
            "content": {"type": "string", "contentEncoding": "base64", "contentMediaType": "text/plain"},
        },
        "required": ["content"],
        "additionalProperties": false,
    });
    let schema = json!({
        "type": "object",
        "properties": {"attachments[]": {"type": "array", "items": {"$ref": "#/$defs/File"}}, "attachmentType": {"type": "string"}},
        "$defs": {"File": file},
    });
    let method = method(json!({"format": "multipart", "schema": schema}));
    let call = r#"{"attachmentType": "Invoice", "attachments": [
        {"name": "a \"b\".pdf", "media_type": "application/pdf", "content": "aGVsbG8="}, {"content": "d29ybGQ="}
    ]}"#;
    assert_snapshot!(planned_with(method.clone(), call), @r#"
    POST /v1/t
    Content-Type: multipart/form-data; boundary=part-faa37691c85fe2eb

    --part-faa37691c85fe2eb
    Content-Disposition: form-data; name="attachments[]"; filename="a %22b%22.pdf"
    Content-Type: application/pdf

    hello
    --part-faa37691c85fe2eb
    Content-Disposition: form-data; name="attachments[]"; filename="attachments[]"
    Content-Type: text/plain

    world
    --part-faa37691c85fe2eb
    Content-Disposition: form-data; name="attachmentType"

    Invoice
    --part-faa37691c85fe2eb--
    "#);
    let wrong = r#"{"attachments": [{"content": "d29ybGQ="}, {"name": "a\nb", "media_type": "pdf\r\nX: y", "content": "?"}]}"#;
    assert_snapshot!(planned_with(method, wrong), @r#"
    /attachments/1/name: expected a file name without control characters
    /attachments/1/media_type: expected a media type, e.g. `application/pdf`
    /attachments/1/content: expected bytes in base64 (RFC 4648 section 4, with padding)
    "#);
}

#[test]
fn what_cannot_be_sent_of_a_file_is_refused_though_its_schema_is_open() {
    let file = json!({"type": "object", "properties": {"content": {"type": "string", "contentEncoding": "base64"}}});
    let schema = json!({"type": "object", "properties": {"files": {"type": "array", "items": file}}});
    let method = method(json!({"format": "multipart", "schema": schema}));
    let call = r#"{"files": [{"content": "", "name": "a.txt"}, {"content": "", "file_name": "b.txt"}]}"#;
    assert_snapshot!(planned_with(method, call), @"/files/1/file_name: a file has `content`, `name` and `media_type`, and nothing else can be sent with it; remove this member");
}

#[test]
fn a_json_body_keeps_its_base64() {
    let file = json!({"type": "object", "properties": {"content": {"type": "string", "contentEncoding": "base64"}, "kind": {}}});
    let schema = json!({"type": "object", "properties": {"file": file}});
    assert_snapshot!(planned_with(method(json!({"schema": schema})), r#"{"file": {"content": "aGVsbG8=", "kind": 1}}"#), @r#"
    POST /v1/t
    Content-Type: application/json

    {"file":{"content":"aGVsbG8=","kind":1}}
    "#);
}
