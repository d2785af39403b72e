//! Swagger 2.0 is read like the versions after it.

use crate::acme::{imported, imported_from, method, noted, planned, skipped};
use catalog::import::Options;
use catalog::integration::{BodyFormat, CredentialKind};
use serde_json::{Value, json};

fn swagger(paths: Value) -> Value {
    json!({
        "swagger": "2.0",
        "info": { "title": "Acme", "version": "1" },
        "host": "api.acme.test",
        "basePath": "/v1",
        "schemes": ["http", "https"],
        "paths": paths,
        "definitions": { "Thing": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } } },
    })
}

#[test]
fn case_c6_bodies_and_form_data_are_delivered() {
    let import = imported(&swagger(json!({
        "/json": { "post": { "summary": "Makes", "parameters": [
            { "in": "body", "name": "thing", "required": true, "schema": { "$ref": "#/definitions/Thing" } },
        ] } },
        "/form": { "post": { "summary": "Sends", "parameters": [
            { "in": "formData", "name": "a", "type": "string", "required": true },
            { "in": "formData", "name": "many", "type": "array", "items": { "type": "string" }, "collectionFormat": "multi" },
        ] } },
        "/file": { "post": { "summary": "Uploads", "consumes": ["multipart/form-data"], "parameters": [
            { "in": "formData", "name": "file", "type": "file", "required": true },
        ] } },
    })));
    assert_eq!(
        planned(&import, "POST /json", json!({ "name": "x" })),
        "POST https://api.acme.test/v1/json\nContent-Type: application/json\n{\"name\":\"x\"}"
    );
    assert_eq!(
        planned(&import, "POST /form", json!({ "a": "1", "many": ["x", "y"] })),
        "POST https://api.acme.test/v1/form\nContent-Type: application/x-www-form-urlencoded\na=1&many=x&many=y"
    );
    let file = method(&import, "POST /file").body.as_ref().unwrap();
    assert_eq!(file.format, BodyFormat::Multipart);
    assert_eq!(file.schema["properties"]["file"]["properties"]["content"]["contentEncoding"], "base64");
}

#[test]
fn case_c6_lists_are_written_in_their_collection_format() {
    let list = |name: &str, format: Value| {
        let mut parameter = json!({ "in": "query", "name": name, "type": "array", "items": { "type": "string" } });
        if format.is_string() {
            parameter["collectionFormat"] = format;
        }
        parameter
    };
    let parameters =
        json!([list("usual", json!(null)), list("ssv", json!("ssv")), list("pipes", json!("pipes")), list("multi", json!("multi"))]);
    let import = imported(&swagger(json!({ "/things": { "get": { "summary": "Things", "parameters": parameters } } })));
    let both = json!(["a", "b"]);
    let planned = planned(&import, "GET /things", json!({ "usual": both, "ssv": both, "pipes": both, "multi": both }));
    assert_eq!(planned, "GET https://api.acme.test/v1/things?usual=a,b&ssv=a%20b&pipes=a%7Cb&multi=a&multi=b");
}

#[test]
fn case_c6_what_is_shared_is_found() {
    let mut description = swagger(json!({
        "/things/{id}": {
            "parameters": [{ "$ref": "#/parameters/Id" }],
            "get": { "summary": "Gets", "responses": { "200": { "$ref": "#/responses/Thing" } } },
            "put": { "summary": "Puts", "parameters": [{ "$ref": "#/parameters/Body" }] },
        },
    }));
    description["parameters"] = json!({
        "Id": { "in": "path", "name": "id", "required": true, "type": "integer", "format": "int64" },
        "Body": { "in": "body", "name": "body", "schema": { "$ref": "#/definitions/Thing" } },
    });
    description["responses"] = json!({ "Thing": { "description": "One", "schema": { "$ref": "#/definitions/Thing" } } });
    let import = imported(&description);
    let get = method(&import, "GET /things/{id}");
    assert_eq!(get.parameters["id"].schema["type"], "integer");
    assert_eq!(get.documentation.as_ref().unwrap().description, "Gets. Returns name.");
    assert!(method(&import, "PUT /things/{id}").body.is_some());
}

#[test]
fn case_c6_security_definitions_are_credentials() {
    let mut description = swagger(json!({ "/things": { "get": { "summary": "Things" } } }));
    description["securityDefinitions"] = json!({
        "login": { "type": "basic" },
        "key": { "type": "apiKey", "in": "query", "name": "key" },
        "auth": {
            "type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://acme.test/a", "tokenUrl": "https://acme.test/t",
            "scopes": { "read": "Read" },
        },
    });
    let credentials = imported(&description).integration.credentials;
    let kinds: Vec<_> = credentials.values().map(|scheme| scheme.kind).collect();
    assert_eq!(kinds, [CredentialKind::Basic, CredentialKind::ApiKey, CredentialKind::OAuth2]);
}

#[test]
fn case_c6_without_a_host_requests_go_where_the_description_is() {
    let mut description = swagger(json!({ "/things": { "get": { "summary": "Things" } } }));
    description.as_object_mut().unwrap().remove("host");
    let import = imported_from("https://acme.test/docs/swagger.json", &description, &Options::default());
    assert_eq!(import.integration.base_url, "https://acme.test/v1");
}

#[test]
fn lists_that_no_style_can_write_are_left_out_or_skip_the_operation() {
    let list = |name: &str, place: &str, format: &str, required: bool| json!({ "name": name, "in": place, "type": "array", "items": { "type": "string" }, "collectionFormat": format, "required": required });
    let nested = json!({ "name": "nested", "in": "query", "type": "array", "collectionFormat": "pipes",
        "items": { "type": "array", "items": { "type": "string" }, "collectionFormat": "csv" } });
    let import = imported(&json!({
        "swagger": "2.0", "info": { "title": "Acme", "version": "1" }, "host": "api.acme.test",
        "paths": {
            "/a": { "get": { "summary": "A", "parameters": [
                list("commas", "query", "csv", true), list("pipes", "query", "pipes", true), list("tabs", "query", "tsv", false),
                list("X-Spaces", "header", "ssv", false), nested,
            ] } },
            "/b/{ids}": { "get": { "summary": "B", "parameters": [list("ids", "path", "pipes", true)] } },
        },
    }));
    assert_eq!(method(&import, "GET /a").parameters.keys().collect::<Vec<_>>(), ["commas", "pipes"]);
    let notes = noted(&import);
    for name in ["tabs", "X-Spaces", "nested"] {
        assert!(notes.iter().any(|note| note.contains(&format!("`{name}` is a list")) && note.ends_with("left out")), "{notes:#?}");
    }
    assert_eq!(
        skipped(&import),
        ["GET /b/{ids}: `ids` is a list whose items are delimited in a way (`pipeDelimited`) that cannot be sent there"]
    );
}
