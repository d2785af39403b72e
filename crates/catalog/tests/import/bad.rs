//! What is no description, or a wrong one: an error with place and reason, in bounded time and memory, and never a panic.

#[path = "../../../../fuzz/harness/import.rs"]
mod harness;

use std::fs;
use std::path::Path;

use catalog::import::{MAX_FILE_BYTES, Sources};
use harness::outcome;
use proptest::prelude::*;
use serde_json::{Value, json};

fn refusal(text: &str) -> String {
    Sources::new("openapi.yaml", text).and_then(Sources::description).unwrap_err().to_string()
}

/// Name and bytes of each file in a folder of this crate, by name.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn what_is_no_description_is_named_with_what_would_help() {
    let files = files("tests/import/corpus");
    assert!(files.len() >= 40);
    let said = files.iter().map(|(name, bytes)| {
        let said = outcome(bytes).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let said = said.strip_prefix("refused: openapi.yaml:").unwrap_or_else(|| panic!("{name}: {said}"));
        format!("{name}:{said}")
    });
    insta::assert_snapshot!("no_description", said.collect::<Vec<_>>().join("\n"));
}

/// What people wrote for it to begin with; an input that fuzzing comes upon is put beside.
#[test]
fn the_corpus_of_the_fuzz_target_is_imported_within_the_rules() {
    let inputs = files("../../fuzz/corpus/import");
    assert!(inputs.len() >= 8);
    for (name, bytes) in inputs {
        outcome(&bytes).unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
}

#[test]
fn aliases_that_multiply_are_refused_before_they_take_memory() {
    let mut bomb = String::from("openapi: 3.0.3\npaths: {}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..40 {
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")));
    }
    let error = refusal(&bomb);
    assert!(error.contains("repeated by aliases"), "{error}");
    let mut merges = String::from("openapi: 3.0.3\npaths: {}\nm0: &m0 {a: 1, b: 2}\n");
    for level in 1..40 {
        merges.push_str(&format!("m{level}: &m{level} {{l: {{<<: *m{0}}}, r: {{<<: *m{0}}}}}\n", level - 1));
    }
    let error = refusal(&merges);
    assert!(error.contains("repeated by aliases"), "{error}");
}

fn outcome_of(paths: &Value, schemas: &Value) -> String {
    let description = json!({
        "openapi": "3.0.3", "info": {"title": "Acme", "version": "1"}, "servers": [{"url": "https://api.acme.example"}],
        "paths": paths, "components": {"schemas": schemas},
    });
    outcome(description.to_string().as_bytes()).unwrap()
}

fn references(name: impl Fn(usize) -> String, count: usize) -> Vec<Value> {
    (0..count).map(|number| json!({"$ref": format!("#/components/schemas/{}", name(number))})).collect()
}

fn sends(media_type: &str, schema: &Value) -> Value {
    json!({"/a": {"post": {"requestBody": {"content": {media_type: {"schema": schema}}}, "responses": {}}}})
}

fn answers(schema: &Value) -> Value {
    json!({"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}})
}

/// Each of them takes longer than anyone waits where what was looked at is looked at again.
#[test]
fn schemas_that_are_composed_of_themselves_many_times_are_looked_at_once() {
    let a = json!({"$ref": "#/components/schemas/A"});
    let parts = references(|_| "A".to_owned(), 200);
    let itself = json!({"A": {"type": "object", "properties": {"x": {"type": "string"}}, "allOf": parts}});
    let alternatives = json!({"A": {"allOf": [{"oneOf": parts}, {"anyOf": parts}]}});
    for schemas in [itself, alternatives] {
        for paths in [
            answers(&a),
            answers(&json!({"type": "array", "items": a})),
            answers(&json!({"type": "object", "properties": {"data": {"type": "array", "items": a}, "total": {"type": "integer"}}})),
            sends("application/json", &a),
            sends("application/json", &json!({"type": "object", "properties": {"x": a}})),
            sends("multipart/form-data", &a),
            sends("application/x-www-form-urlencoded", &json!({"type": "object", "properties": {"x": a}})),
        ] {
            let said = outcome_of(&paths, &schemas);
            assert!(
                said.starts_with("1 operations, 1 tools") || said.contains("the parts of the multipart body are not described"),
                "{said}"
            );
        }
    }
}

#[test]
fn schemas_that_are_all_composed_of_one_another_are_put_in_order_once() {
    let all = references(|number| format!("B{number}"), 60);
    let mut schemas = json!({"A": {"type": "object", "allOf": all}});
    for number in 0..60 {
        schemas[format!("B{number}")] = json!({"properties": {format!("b{number}"): {"type": "string"}}, "oneOf": all});
    }
    for media_type in ["application/json", "multipart/form-data"] {
        let said = outcome_of(&sends(media_type, &json!({"$ref": "#/components/schemas/A"})), &schemas);
        assert!(said.starts_with("1 operations, 1 tools"), "{said}");
    }
}

#[test]
fn parameters_and_servers_beyond_their_number_are_left_out_and_noted() {
    let parameters: Vec<Value> = (0..20_000).map(|number| json!({"name": format!("p{number}"), "in": "query"})).collect();
    let servers: Vec<Value> = (0..20_000).map(|number| json!({"url": format!("https://s{number}.acme.example")})).collect();
    let said = outcome_of(&json!({"/a": {"get": {"parameters": parameters, "servers": servers}}}), &json!({}));
    assert!(said.starts_with("1 operations, 1 tools, 12 notes"), "{said}");
    // Operations whose server is not among the definition's are no tools: they must not go elsewhere.
    let paths: Value = (0..300).map(|number| (format!("/a{number}"), json!({"servers": [servers[number]], "get": {}}))).collect();
    let said = outcome_of(&paths, &json!({}));
    assert!(said.starts_with("300 operations, 100 tools"), "{said}");
    let said = outcome_of(&json!({"/a": {"get": {}}, "/{a}".repeat(10_000): {"get": {}}}), &json!({}));
    assert!(said.starts_with("2 operations, 1 tools"), "{said}");
}

#[test]
fn a_text_of_fifty_megabytes_is_refused_unread() {
    let text = format!("{{\"openapi\": \"3.0.3\", \"paths\": {{}}, \"x\": \"{}\"}}", "y".repeat(50 * 1024 * 1024));
    assert!(text.len() > MAX_FILE_BYTES);
    insta::assert_snapshot!(refusal(&text), @"openapi.yaml:1: the file has more than 33554432 bytes; the vendor may publish parts of it on their own");
}

#[test]
fn nesting_beyond_bounds_is_refused() {
    for (open, middle, close) in [("[", "", "]"), ("{\"a\":", "1", "}")] {
        for levels in [101, 100_000] {
            let deep =
                format!("{{\"openapi\": \"3.0.3\", \"paths\": {{}}, \"x\": {}{middle}{}}}", open.repeat(levels), close.repeat(levels));
            insta::allow_duplicates! {
                insta::assert_snapshot!(refusal(&deep), @"openapi.yaml:1: nested more than 100 levels deep; the vendor may publish parts of it on their own");
            }
        }
    }
    let deep: String = (0..200).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let error = refusal(&format!("openapi: 3.0.3\npaths: {{}}\n{deep}"));
    assert!(error.starts_with("openapi.yaml:103: a.a.a"), "{error}");
    let error = refusal(&format!("openapi: 3.0.3\npaths: {}", "- ".repeat(100_000)));
    assert!(error.contains("openapi.yaml:2:"), "{error}");
}

/// As deep as is allowed to be read, and as deep as a definition may be.
#[test]
fn nesting_within_bounds_is_imported_or_skipped_with_the_reason() {
    for (levels, expected) in [(26, "3 operations, 3 tools"), (43, "3 operations, 2 tools")] {
        let mut schema = json!({"type": "string"});
        for _ in 0..levels {
            schema = json!({"type": "object", "properties": {"a": schema}});
        }
        let mut description = good();
        description["paths"]["/orders"]["post"]["requestBody"]["content"]["application/json"]["schema"] = schema;
        let said = outcome(description.to_string().as_bytes()).unwrap();
        assert!(said.starts_with(expected), "{levels}: {said}");
    }
}

#[test]
fn values_that_would_take_too_much_memory_are_refused() {
    let text = format!("{{\"openapi\": \"3.0.3\", \"x\": [{}0]}}", "{},".repeat(1024 * 1024));
    insta::assert_snapshot!(refusal(&text), @"openapi.yaml:1: the values take more than 67108864 bytes; the vendor may publish parts of it on their own");
}

#[test]
fn a_key_that_stands_twice_with_the_same_value_does_no_harm() {
    for text in [
        r#"{"openapi": "3.0.3", "paths": {"/a": {"get": {}}, "/a": {"get": {}}}}"#,
        "openapi: 3.0.3\npaths:\n  /a: {get: {}}\n  /a: {get: {}}\n",
    ] {
        assert!(Sources::new("openapi.yaml", text).and_then(Sources::description).is_ok(), "{text}");
    }
}

#[test]
fn braces_may_begin_yaml_too() {
    let text = "{openapi: 3.0.3, # a comment\n paths: {},}";
    assert!(Sources::new("openapi.yaml", text).and_then(Sources::description).is_ok());
}

#[test]
fn files_beyond_their_number_are_left_out_and_noted() {
    let references: Vec<Value> = (0..600).map(|number| json!({"$ref": format!("{number}.yaml")})).collect();
    let text = json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"all": {"oneOf": references}}}});
    let mut sources = Sources::new("openapi.yaml", &text.to_string()).unwrap();
    let missing = sources.missing();
    // With the description itself, 500.
    assert_eq!(missing.len(), 499);
    for (number, name) in missing.iter().enumerate() {
        let text = if number % 2 == 0 { Ok("type: string") } else { Err("not found".to_owned()) };
        sources.add(name, text);
    }
    assert_eq!(sources.missing(), Vec::<String>::new());
    assert!(sources.description().is_ok());
}

#[test]
fn no_file_is_asked_for_once_there_are_as_many_bytes_as_there_may_be() {
    let text = json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": {
        "all": {"oneOf": [{"$ref": "1.yaml"}, {"$ref": "2.yaml"}, {"$ref": "3.yaml"}, {"$ref": "4.yaml"}]}}}});
    let mut sources = Sources::new("openapi.yaml", &text.to_string()).unwrap();
    let large = format!("# {}\ntype: string\n", "x".repeat(31 * 1024 * 1024));
    for _ in 0..3 {
        let name = sources.missing().remove(0);
        sources.add(&name, Ok(&large));
    }
    assert_eq!(sources.missing(), Vec::<String>::new());
}

/// A description in which everything is right.
fn good() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Acme", "version": "1"},
        "servers": [{"url": "https://{region}.acme.example/v1", "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}}}],
        "security": [{"key": []}],
        "tags": [{"name": "orders", "description": "What people buy."}],
        "paths": {
            "/orders": {
                "parameters": [{"name": "X-Trace", "in": "header", "schema": {"type": "string"}}],
                "get": {
                    "summary": "List orders", "tags": ["orders"],
                    "parameters": [
                        {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1}},
                        {"name": "ids", "in": "query", "style": "form", "explode": false, "schema": {"type": "array", "items": {"type": "string"}}},
                        {"$ref": "#/components/parameters/Filter"},
                    ],
                    "responses": {"200": {"description": "ok", "headers": {"X-Rate-Limit-Remaining": {"schema": {"type": "integer"}}},
                        "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}}}}},
                },
                "post": {
                    "operationId": "createOrder", "description": "Creates an order.", "deprecated": true,
                    "requestBody": {"required": true, "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/Order"}, "example": {"id": "1"}}}},
                    "responses": {"201": {"description": "made"}},
                },
            },
            "/orders/{id}": {
                "delete": {
                    "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                    "responses": {"204": {"description": "gone"}},
                },
            },
        },
        "components": {
            "parameters": {"Filter": {"name": "filter", "in": "query", "style": "deepObject",
                "schema": {"type": "object", "properties": {"from": {"type": "string", "format": "date"}}}}},
            "schemas": {"Order": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string", "readOnly": true}, "parent": {"$ref": "#/components/schemas/Order"},
                "state": {"type": "string", "nullable": true, "enum": ["open", "done", null]},
                "payment": {"oneOf": [{"type": "string"}, {"allOf": [{"type": "object"}]}], "discriminator": {"propertyName": "kind"}}}}},
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        },
    })
}

/// One of 2.0.
fn swagger() -> Value {
    json!({
        "swagger": "2.0", "info": { "title": "Acme" }, "host": "acme.test", "basePath": "/v1", "schemes": ["https"],
        "consumes": ["application/json"], "produces": ["application/json"],
        "parameters": { "Id": { "in": "path", "name": "id", "required": true, "type": "integer" } },
        "responses": { "Ok": { "description": "ok", "schema": { "$ref": "#/definitions/Thing" }, "headers": { "X-N": { "type": "integer" } } } },
        "definitions": { "Thing": { "type": "object", "properties": { "name": { "type": "string" } } } },
        "securityDefinitions": {
            "b": { "type": "basic" },
            "o": { "type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://acme.test/a", "tokenUrl": "https://acme.test/t", "scopes": { "r": "R" } },
        },
        "paths": { "/things/{id}": {
            "parameters": [{ "$ref": "#/parameters/Id" }],
            "post": {
                "parameters": [
                    { "in": "body", "name": "body", "schema": { "$ref": "#/definitions/Thing" } },
                    { "in": "query", "name": "l", "type": "array", "items": { "type": "string" }, "collectionFormat": "pipes" },
                ],
                "responses": { "200": { "$ref": "#/responses/Ok" } },
            },
            "put": { "parameters": [{ "in": "formData", "name": "f", "type": "file" }, { "in": "formData", "name": "n", "type": "string", "required": true }] },
        } },
    })
}

/// A JSON Pointer to each value.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| pointers(value, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), all));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| pointers(item, &format!("{at}/{index}"), all)),
        _ => {}
    }
}

fn wrong(at: &str) -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("\u{0}{}/../#"),
        json!([]),
        json!([null, [], {}]),
        json!({}),
        json!({"": {"": {}}}),
        json!({"$ref": format!("#{at}")}),
        json!({"$ref": "#/components/schemas/Order"}),
        json!({"$ref": "#"}),
        json!({"$ref": 1}),
    ]
}

#[test]
fn whatever_stands_in_the_place_of_a_value_breaks_no_promise() {
    let mut broken = Vec::new();
    for (whole, said) in [(good(), "3 operations, 3 tools"), (swagger(), "2 operations, 2 tools")] {
        assert!(outcome(whole.to_string().as_bytes()).unwrap().starts_with(said));
        let mut all = Vec::new();
        pointers(&whole, "", &mut all);
        for (number, at) in all.iter().enumerate() {
            // Each place gets some of them, and each of them many places.
            for wrong in wrong(at).into_iter().skip(number % 4).step_by(4) {
                let mut description = whole.clone();
                *description.pointer_mut(at).unwrap() = wrong.clone();
                if let Err(problem) = outcome(description.to_string().as_bytes()) {
                    broken.push(format!("{at} is {wrong}: {problem}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{} of them:\n{}", broken.len(), broken[..broken.len().min(5)].join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn several_wrong_values_break_no_promise(places in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 2..6)) {
        let mut description = good();
        for (place, with) in places {
            let mut all = Vec::new();
            pointers(&description, "", &mut all);
            let at = place.get(&all).clone();
            let wrong = wrong(&at);
            *description.pointer_mut(&at).unwrap() = with.get(&wrong).clone();
        }
        let said = outcome(description.to_string().as_bytes());
        prop_assert!(said.is_ok(), "{description}\n{}", said.unwrap_err());
    }

    #[test]
    fn a_text_that_was_cut_or_changed_breaks_no_promise(end in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = format!("{:#}", good()).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        for bytes in [&bytes[..], &bytes[..end.index(bytes.len())]] {
            let said = outcome(bytes);
            prop_assert!(said.is_ok(), "{}\n{}", String::from_utf8_lossy(bytes), said.unwrap_err());
        }
    }
}
