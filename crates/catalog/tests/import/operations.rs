//! Which operations a description has, and what becomes of those that are not as they should be.

use crate::acme::{imported, method, noted, planned_in_order, skipped, with_paths};
use serde_json::json;

#[test]
fn a_simple_description_becomes_a_definition() {
    let import = imported(&with_paths(json!({
        "/orders/{id}": { "get": {
            "summary": "Get an order",
            "tags": ["Order desk"],
            "externalDocs": { "url": "https://acme.test/docs/orders" },
            "parameters": [
                { "name": "id", "in": "path", "required": true, "schema": { "type": "integer" }, "description": "Number of the <b>order</b>" },
                { "name": "expand", "in": "query", "explode": false, "schema": { "type": "array", "items": { "type": "string" } } },
            ],
            "responses": { "200": { "content": { "application/json": { "schema": { "properties": { "id": {}, "total": {} } } } } } },
        } },
    })));
    let integration = &import.integration;
    assert_eq!((integration.name.as_str(), integration.label.as_str()), ("acme", "Acme"));
    assert_eq!(integration.base_url, "https://api.acme.test/v2");
    assert_eq!(integration.resources.values().next().unwrap().tags, ["order_desk"]);
    let method = serde_json::to_value(method(&import, "GET /orders/{id}")).unwrap();
    assert_eq!(method["parameters"]["id"]["schema"], json!({ "type": "integer", "description": "Number of the order" }));
    assert_eq!(method["parameters"]["expand"]["explode"], json!(false));
    assert_eq!(
        method["documentation"],
        json!({ "description": "Get an order. Returns id and total.", "source": "https://acme.test/docs/orders" })
    );
}

#[test]
fn case_c5_what_path_items_share_is_inherited_and_becomes_no_tool() {
    let import = imported(&with_paths(json!({
        "/shops/{shop}/orders": {
            "summary": "Orders",
            "description": "Orders of a shop.",
            "servers": [{ "url": "https://orders.acme.test" }],
            "x-internal": { "owner": "desk" },
            "parameters": [
                { "name": "shop", "in": "path", "required": true, "schema": { "type": "string" } },
                { "name": "page", "in": "query", "schema": { "type": "integer" } },
                { "name": "X-Desk", "in": "header", "schema": { "type": "string" } },
            ],
            "get": { "parameters": [{ "name": "page", "in": "query", "schema": { "type": "string", "enum": ["first"] } }] },
            "post": {},
        },
    })));
    assert_eq!(import.report.tools, 2);
    let get = method(&import, "GET /shops/{shop}/orders");
    assert_eq!(get.parameters.keys().collect::<Vec<_>>(), ["shop", "page", "X-Desk"]);
    assert_eq!(get.parameters["page"].schema["enum"], json!(["first"]));
    assert_eq!(method(&import, "POST /shops/{shop}/orders").parameters["page"].schema["type"], "integer");
}

#[test]
fn case_a3_one_bad_operation_is_reported_and_the_rest_stays() {
    let import = imported(&with_paths(json!({
        "/good": { "get": { "summary": "Works" } },
        "/text": { "get": "not an operation", "post": { "summary": "Works too" } },
        "/lost": { "$ref": "#/components/pathItems/Lost" },
        "/list": ["no", "path", "item"],
        "/body": { "put": { "requestBody": { "$ref": "#/components/requestBodies/Lost" } } },
        "/half/{id": { "get": {} },
        "/trace": { "trace": { "summary": "Echoes" } },
    })));
    assert_eq!(import.report.tools, 2);
    let skipped = skipped(&import);
    for (operation, reason) in [
        ("GET /text", "no mapping"),
        ("/lost", "refers to nothing"),
        ("/list", "no mapping"),
        ("PUT /body", "refers to nothing"),
        ("GET /half/{id", "brace"),
        ("TRACE /trace", "cannot be called"),
    ] {
        assert!(
            skipped.iter().any(|line| line.starts_with(&format!("{operation}: ")) && line.contains(reason)),
            "{operation}: {skipped:#?}"
        );
    }
}

#[test]
fn references_of_path_items_parameters_and_answers_are_followed() {
    let mut description = with_paths(json!({ "/orders/{id}": { "$ref": "#/components/pathItems/Order" } }));
    description["components"] = json!({
        "pathItems": { "Order": {
            "parameters": [{ "$ref": "#/components/parameters/Id" }],
            "get": { "responses": { "200": { "$ref": "#/components/responses/Order" } } },
        } },
        "parameters": { "Id": { "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } } },
        "responses": { "Order": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Order" } } } } },
        "schemas": { "Order": { "type": "object", "properties": { "number": {}, "secret": { "writeOnly": true } } } },
    });
    let import = imported(&description);
    let get = method(&import, "GET /orders/{id}");
    assert_eq!(get.parameters["id"].schema["type"], "integer");
    assert!(get.documentation.as_ref().unwrap().description.ends_with("Returns number."));
}

#[test]
fn odd_keys_of_paths_lead_where_they_say() {
    for (key, request, values, expected) in [
        ("/documents?upload", "POST /documents", &[][..], "/documents?upload"),
        ("/run?kind=fast&v=1", "POST /run", &[], "/run?kind=fast&v=1"),
        ("/oauth2/token#refresh", "POST /oauth2/token", &[], "/oauth2/token"),
        ("/a/{b}.json", "POST /a/{b}.json", &["x/y"], "/a/x%2Fy.json"),
        ("no/slash", "POST /no/slash", &[], "/no/slash"),
        ("/a//b", "POST /a/b", &[], "/a/b"),
        ("/a/", "POST /a/", &[], "/a/"),
        ("/x y", "POST /x%20y", &[], "/x%20y"),
        ("/u/{user-id}/p/{user.id}", "POST /u/{user-id}/p/{user.id}", &["1", "2"], "/u/1/p/2"),
        ("/u/{id}/p/{id}", "POST /u/{id}/p/{id_2}", &["1", "2"], "/u/1/p/2"),
    ] {
        let parameters: Vec<_> = ["b", "user-id", "user.id", "id"]
            .iter()
            .filter(|name| key.contains(&format!("{{{name}}}")))
            .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": {} }))
            .collect();
        let import = imported(&with_paths(json!({ key: { "post": { "summary": "Does it", "parameters": parameters } } })));
        assert_eq!(planned_in_order(&import, request, values), format!("POST https://api.acme.test/v2{expected}"), "{key}");
    }
}

#[test]
fn a_path_parameter_that_is_declared_nowhere_is_a_text() {
    let import = imported(&with_paths(json!({ "/orders/{id}/lines/{line}": { "put": {
        "parameters": [{ "name": "line", "in": "path", "schema": { "type": "integer" } }, { "name": "old", "in": "path", "schema": {} }],
    } } })));
    assert_eq!(method(&import, "PUT /orders/{id}/lines/{line}").parameters["id"].schema["type"], "string");
    let notes = noted(&import);
    assert!(notes.iter().any(|note| note.contains("`{id}` in the path is declared nowhere")), "{notes:#?}");
    assert!(notes.iter().any(|note| note.contains("`old` does not stand in the path")), "{notes:#?}");
}

#[test]
fn verbs_in_capitals_and_those_of_openapi_3_2_are_operations() {
    let mut description = with_paths(json!({ "/orders": {
        "GET": { "summary": "All" },
        "query": { "summary": "Some" },
        "additionalOperations": { "COPY": { "summary": "Copies" } },
    } }));
    description["openapi"] = json!("3.2.0");
    let import = imported(&description);
    assert_eq!(import.report.tools, 2);
    method(&import, "GET /orders");
    method(&import, "QUERY /orders");
    assert_eq!(skipped(&import), ["COPY /orders: the verb COPY cannot be called by tools"]);
}

#[test]
fn an_import_does_not_depend_on_the_order_of_unrelated_operations() {
    let one = json!({ "get": { "summary": "One", "tags": ["a"] } });
    let other = json!({ "get": { "summary": "Other", "tags": ["b"] } });
    let first = imported(&with_paths(json!({ "/ones": one, "/others": other })));
    let second = imported(&with_paths(json!({ "/others": other, "/ones": one })));
    for request in ["GET /ones", "GET /others"] {
        let method = |import| serde_json::to_value(method(import, request)).unwrap();
        assert_eq!(method(&first), method(&second));
    }
}

#[test]
fn what_stands_beside_a_reference_of_a_path_item_comes_first_and_keeps_what_it_refers_to() {
    let query = |name: &str| json!({ "name": name, "in": "query", "required": true, "schema": { "type": "string" } });
    let id = json!({ "name": "a", "in": "path", "required": true, "schema": { "type": "string" } });
    let mut description = with_paths(json!({ "/n/{a}": {
        "$ref": "#/components/pathItems/N",
        "parameters": [query("shared")],
        "delete": { "summary": "Own" },
    } }));
    description["components"] = json!({ "pathItems": { "N": {
        "parameters": [id, query("of_target")],
        "get": { "summary": "Gets" },
        "delete": { "summary": "Referred to" },
    } } });
    let import = imported(&description);
    assert_eq!((import.report.operations, import.report.tools), (2, 2));
    assert_eq!(method(&import, "GET /n/{a}").parameters.keys().collect::<Vec<_>>(), ["a", "of_target", "shared"]);
    let own = method(&import, "DELETE /n/{a}");
    assert!(own.documentation.as_ref().unwrap().description.contains("Own"));
    assert_eq!(own.parameters.keys().collect::<Vec<_>>(), ["a", "of_target", "shared"]);
}
