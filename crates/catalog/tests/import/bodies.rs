//! Which media type a body has, and what it is made of.

use crate::acme::{imported, method, noted, planned, skipped, with_operation};
use catalog::integration::{Body, BodyFormat};
use serde_json::{Value, json};

fn with_body(body: Value) -> Value {
    with_operation("post", json!({ "summary": "Makes a thing", "requestBody": body }))
}

fn with_content(content: Value) -> Value {
    with_body(json!({ "required": true, "content": content }))
}

fn body_of(description: &Value) -> Body {
    let import = imported(description);
    method(&import, "POST /things").body.clone().unwrap()
}

#[test]
fn the_media_type_that_suits_agents_best_is_sent() {
    let object = json!({ "schema": { "type": "object", "properties": { "a": { "type": "string" } } } });
    for (media_types, format, content_type) in [
        (vec!["multipart/form-data", "application/json"], BodyFormat::Json, None),
        (vec!["application/xml", "application/vnd.acme+json"], BodyFormat::Json, Some("application/vnd.acme+json")),
        (vec!["*/*"], BodyFormat::Json, None),
        (vec!["application/json-patch+json", "application/merge-patch+json"], BodyFormat::Json, Some("application/merge-patch+json")),
        (vec!["multipart/form-data", "application/x-www-form-urlencoded"], BodyFormat::Form, None),
        (vec!["text/csv", "multipart/form-data"], BodyFormat::Multipart, None),
        (vec!["application/xml"], BodyFormat::Raw, Some("application/xml")),
        (vec!["text/plain"], BodyFormat::Raw, Some("text/plain")),
        (vec!["application/pdf"], BodyFormat::Raw, Some("application/pdf")),
        (vec!["image/*"], BodyFormat::Raw, Some("application/octet-stream")),
    ] {
        let content: serde_json::Map<String, Value> = media_types.iter().map(|name| ((*name).to_owned(), object.clone())).collect();
        let body = body_of(&with_content(content.into()));
        assert_eq!((body.format, body.content_type.as_deref()), (format, content_type), "{media_types:?}");
    }
}

#[test]
fn a_text_keeps_its_rules() {
    let body = body_of(&with_content(
        json!({ "text/plain": { "schema": { "type": "string", "enum": ["on", "off"], "description": "The state." } } }),
    ));
    assert_eq!(body.schema, json!({ "type": "string", "description": "The state.", "enum": ["on", "off"] }));
}

#[test]
fn case_d1_forms_files_bytes_and_xml_are_delivered() {
    let fields = json!({ "type": "object", "required": ["kind"], "properties": {
        "kind": { "type": "string" }, "sizes": { "type": "array", "items": { "type": "integer" } },
    } });
    let form = imported(&with_content(json!({ "application/x-www-form-urlencoded": { "schema": fields } })));
    assert_eq!(
        planned(&form, "POST /things", json!({ "kind": "a b", "sizes": [1, 2] })),
        "POST https://api.acme.test/v2/things\nContent-Type: application/x-www-form-urlencoded\nkind=a+b&sizes=1&sizes=2"
    );

    let mut with_file = fields;
    with_file["properties"]["file"] = json!({ "type": "string", "format": "binary", "description": "The picture." });
    let multipart = imported(&with_content(json!({ "multipart/form-data": { "schema": with_file } })));
    let sent = planned(&multipart, "POST /things", json!({ "kind": "x", "file": { "content": "aGVsbG8=", "name": "hello.txt" } }));
    assert!(sent.contains("filename=\"hello.txt\"") && sent.contains("\r\n\r\nhello\r\n") && sent.contains("name=\"kind\""), "{sent}");

    // JSON has no place for the bytes of a file.
    let either =
        imported(&with_content(json!({ "application/json": { "schema": with_file }, "multipart/form-data": { "schema": with_file } })));
    let sent = planned(&either, "POST /things", json!({ "kind": "x", "file": { "content": "aGVsbG8=", "name": "hello.txt" } }));
    assert!(sent.contains("filename=\"hello.txt\"") && sent.contains("\r\n\r\nhello\r\n"), "{sent}");

    let any = imported(&with_content(json!({ "*/*": { "schema": { "type": "string", "format": "binary" } } })));
    let sent = planned(&any, "POST /things", json!({ "body": "aGVsbG8=" }));
    assert_eq!(sent, "POST https://api.acme.test/v2/things\nContent-Type: application/octet-stream\nhello");

    let bytes = imported(&with_content(json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } })));
    let sent = planned(&bytes, "POST /things", json!({ "body": "aGVsbG8=" }));
    assert_eq!(sent, "POST https://api.acme.test/v2/things\nContent-Type: application/octet-stream\nhello");

    let xml = imported(&with_content(json!({ "application/xml": { "schema": { "type": "object" } } })));
    let sent = planned(&xml, "POST /things", json!({ "body": "<a/>" }));
    assert_eq!(sent, "POST https://api.acme.test/v2/things\nContent-Type: application/xml\n<a/>");
}

#[test]
fn case_c2_lists_scalars_and_free_objects_are_one_argument() {
    for (schema, given, sent) in [
        (json!({ "type": "array", "items": { "type": "integer" } }), json!([1, 2]), "[1,2]"),
        (json!({ "type": "string" }), json!("x"), "\"x\""),
        (json!({ "type": "object", "additionalProperties": true }), json!({ "a": 1 }), "{\"a\":1}"),
        (json!({ "oneOf": [{ "type": "object", "properties": { "a": {} } }, { "type": "array" }] }), json!([]), "[]"),
        (json!({}), json!({ "any": 1 }), "{\"any\":1}"),
    ] {
        let import = imported(&with_content(json!({ "application/json": { "schema": schema } })));
        let planned = planned(&import, "POST /things", json!({ "body": given }));
        assert_eq!(planned, format!("POST https://api.acme.test/v2/things\nContent-Type: application/json\n{sent}"));
    }
}

#[test]
fn a_file_says_its_media_type_and_objects_beside_it_are_json() {
    let mut description = with_content(json!({ "multipart/form-data": {
        "schema": { "type": "object", "properties": {
            "pictures": { "type": "array", "items": { "type": "string", "format": "binary" } },
            "about": { "type": "object", "properties": { "a": { "type": "string" } } },
            "rules": { "type": "array", "items": { "oneOf": [{ "$ref": "#/components/schemas/Rule" }, { "type": "string" }] } },
            "name": { "type": "string" },
        } },
        "encoding": { "pictures": { "contentType": "image/png" } },
    } }));
    description["components"]["schemas"]["Rule"] = json!({ "type": "object", "properties": { "b": { "type": "string" } } });
    let body = body_of(&description);
    let content = &body.schema["properties"]["pictures"]["items"]["properties"]["content"];
    assert_eq!((&content["contentEncoding"], &content["contentMediaType"]), (&json!("base64"), &json!("image/png")));
    assert_eq!(body.encoding["about"].content_type.as_deref(), Some("application/json"));
    assert_eq!(body.encoding["rules"].content_type.as_deref(), Some("application/json"));
    assert_eq!(body.encoding.keys().collect::<Vec<_>>(), ["about", "rules"]);
}

#[test]
fn alternatives_of_a_form_are_one_form() {
    let import = imported(&with_content(json!({ "application/x-www-form-urlencoded": { "schema": { "oneOf": [
        { "type": "object", "required": ["a", "b"], "properties": { "a": { "type": "string" }, "b": { "type": "string" } } },
        { "type": "object", "required": ["a", "c"], "properties": { "a": { "type": "string" }, "c": { "type": "string" } } },
    ] } } })));
    let body = method(&import, "POST /things").body.clone().unwrap();
    assert_eq!(body.schema["required"], json!(["a"]));
    assert_eq!(body.schema["properties"].as_object().unwrap().keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(noted(&import).iter().any(|note| note.contains("alternatives")));
}

#[test]
fn a_form_of_which_nothing_is_said_is_a_text_and_such_a_multipart_body_is_refused() {
    let form = imported(&with_content(json!({ "application/x-www-form-urlencoded": { "schema": { "type": "object" } } })));
    let sent = planned(&form, "POST /things", json!({ "body": "a=1&b=2" }));
    assert_eq!(sent, "POST https://api.acme.test/v2/things\nContent-Type: application/x-www-form-urlencoded\na=1&b=2");

    let unknown = json!({ "schema": { "type": "object" } });
    let bytes = body_of(&with_content(json!({ "multipart/form-data": unknown, "application/octet-stream": unknown })));
    assert_eq!(bytes.content_type.as_deref(), Some("application/octet-stream"));

    let mut description = with_content(json!({ "multipart/form-data": unknown }));
    description["paths"]["/others"] = json!({ "get": { "summary": "Others" } });
    assert_eq!(
        skipped(&imported(&description)),
        ["POST /things: the parts of the multipart body are not described; give its schema `properties`"]
    );
}

#[test]
fn a_body_is_required_where_it_says_so_or_could_not_be_left_out() {
    let needs =
        json!({ "application/json": { "schema": { "type": "object", "required": ["a"], "properties": { "a": { "type": "string" } } } } });
    let may = json!({ "application/json": { "schema": { "type": "object", "properties": { "a": { "type": "string" } } } } });
    for (body, required, inferences) in [
        (json!({ "required": true, "content": needs }), None, 0),
        (json!({ "content": needs }), None, 1),
        (json!({ "required": true, "content": may }), Some(true), 0),
        (json!({ "content": may }), Some(false), 0),
    ] {
        let import = imported(&with_body(body));
        assert_eq!(method(&import, "POST /things").body.as_ref().unwrap().required, required);
        assert_eq!(import.report.inferences.iter().filter(|inference| inference.at.ends_with("body.required")).count(), inferences);
    }
}
