//! Descriptions become definitions: where each part of an operation goes.

use catalog::definition::Definition;
use catalog::import::{Import, Options, Sources, import};
use serde_json::{Value, json};

/// Imports a description that is written as JSON; what comes out compiles.
fn imported(description: &Value) -> Import {
    let description = Sources::new("acme.json", &description.to_string()).unwrap().description().unwrap();
    let import = import(&description, &Options::default()).unwrap();
    assert_eq!(Definition::compile(import.integration.clone()).map(|_| ()), Ok(()));
    import
}

/// A description of one path.
fn with_path(path: &str, item: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Acme API v2", "version": "2" },
        "servers": [{ "url": "https://api.acme.test/v2/" }],
        "paths": { path: item },
    })
}

#[test]
fn a_simple_description_becomes_a_definition() {
    let import = imported(&with_path(
        "/orders/{id}",
        json!({
            "get": {
                "summary": "Get an order",
                "tags": ["Order desk"],
                "parameters": [
                    { "name": "id", "in": "path", "required": true, "schema": { "type": "integer" }, "description": "Number of the <b>order</b>" },
                    { "name": "expand", "in": "query", "explode": false, "schema": { "type": "array", "items": { "type": "string" } } },
                ],
                "responses": { "200": { "content": { "application/json": { "schema": { "properties": { "id": {}, "total": {} } } } } } },
            },
        }),
    ));
    let integration = serde_json::to_value(&import.integration).unwrap();
    assert_eq!(integration["label"], "Acme");
    assert_eq!(integration["base_url"], "https://api.acme.test/v2");
    let method = import.integration.resources.values().next().unwrap().methods.values().next().unwrap();
    insta::assert_json_snapshot!(method, @"");
}
