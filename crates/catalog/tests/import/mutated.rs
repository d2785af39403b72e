//! A description with a mistake in any place is imported as far as it goes: no panic, nothing that is refused later.

use catalog::import::{Options, Sources, import};
use catalog::parse;
use serde_json::{Value, json};

/// A bit of everything.
fn description() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Acme API", "description": "Things of Acme." },
        "servers": [{ "url": "https://{shop}.acme.test/{v}", "variables": { "shop": { "default": "blue" }, "v": { "enum": ["v1"] } } }],
        "security": [{ "auth": ["read"] }],
        "tags": [{ "name": "things" }],
        "paths": {
            "/things/{id}": {
                "parameters": [{ "$ref": "#/components/parameters/Id" }],
                "get": {
                    "tags": ["things"], "summary": "Get", "description": "Gets one.", "operationId": "getThing", "deprecated": true,
                    "externalDocs": { "url": "https://acme.test" },
                    "parameters": [
                        { "name": "q", "in": "query", "style": "deepObject", "explode": true, "schema": { "type": "object", "properties": { "a": {} } } },
                        { "name": "X-V", "in": "header", "required": true, "schema": { "enum": ["1"] } },
                        { "name": "j", "in": "query", "content": { "application/json": { "schema": { "type": "array", "items": {} } } } },
                    ],
                    "responses": { "200": { "headers": { "X-N": { "schema": {} } }, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } } },
                },
                "put": {
                    "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } },
                    "servers": [{ "url": "https://other.acme.test" }],
                    "security": [{ "key": [] }, {}],
                },
            },
            "/files?kind=a": { "post": { "requestBody": { "content": { "multipart/form-data": {
                "schema": { "type": "object", "properties": { "f": { "type": "string", "format": "binary" }, "o": { "type": "object" } } },
                "encoding": { "f": { "contentType": "image/png" } },
            } } } } },
            "/forms": { "$ref": "#/components/pathItems/Forms" },
        },
        "components": {
            "parameters": { "Id": { "name": "id", "in": "path", "required": true, "style": "label", "schema": { "type": "string" }, "description": "Id." } },
            "schemas": { "Thing": {
                "type": "object", "required": ["name"], "properties": {
                    "name": { "type": "string", "maxLength": 9 }, "parent": { "$ref": "#/components/schemas/Thing" },
                },
            } },
            "pathItems": { "Forms": { "post": { "requestBody": { "content": { "application/x-www-form-urlencoded": {
                "schema": { "oneOf": [{ "properties": { "a": { "type": "array", "items": { "type": "string" } } } }] },
                "encoding": { "a": { "style": "pipeDelimited", "explode": false } },
            } } } } } },
            "securitySchemes": {
                "key": { "type": "apiKey", "in": "header", "name": "X-Key" },
                "auth": { "type": "oauth2", "flows": { "authorizationCode": {
                    "authorizationUrl": "https://acme.test/a", "tokenUrl": "https://acme.test/t", "scopes": { "read": "Read" },
                } } },
            },
        },
    })
}

/// The same in the shape of 2.0.
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

#[test]
fn a_mistake_anywhere_is_survived_and_what_is_left_has_no_errors() {
    let wrong = [json!(-7), json!([1, null]), json!({ "$ref": "#" })];
    for whole in [description(), swagger()] {
        assert_eq!(errors(&whole), Vec::<String>::new());
        let mut pointers = Vec::new();
        collect(&whole, String::new(), &mut pointers);
        for pointer in pointers {
            for value in &wrong {
                let mut mutated = whole.clone();
                *mutated.pointer_mut(&pointer).unwrap() = value.clone();
                assert_eq!(errors(&mutated), Vec::<String>::new(), "{pointer} = {value}");
            }
        }
    }
}

/// What is wrong with the definition that comes out, if one does.
fn errors(description: &Value) -> Vec<String> {
    let Ok(description) = Sources::new("acme.json", &description.to_string()).and_then(Sources::description) else {
        return Vec::new();
    };
    let Ok(import) = import(&description, &Options::default()) else {
        return Vec::new();
    };
    assert_eq!(import.report.operations, import.report.tools + import.report.skipped.len());
    let text = serde_json::to_string(&import.integration).unwrap();
    parse::lint("acme.json", &text).errors.iter().map(ToString::to_string).collect()
}

fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                collect(member, format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), pointers);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(at, item)| collect(item, format!("{pointer}/{at}"), pointers)),
        _ => {}
    }
    pointers.push(pointer);
}
