//! Which argument goes where.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::requests::{act, called, definition, plan, posting};

/// An update whose path and body both have an `id`; the body is as open as `additional` says.
fn update(additional: Value) -> catalog::definition::Definition {
    let schema = json!({
        "type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
        "additionalProperties": additional,
    });
    let method = json!({
        "request": "PUT /things/{thing_id}",
        "parameters": {"thing_id": {"in": "path", "schema": {"type": "integer"}}},
        "body": {"wrap": "thing", "fixed": {"kind": "a"}, "schema": schema},
    });
    definition("update", method, json!({}))
}

#[test]
fn case_c1_path_and_body_id_are_both_delivered_and_the_error_names_both() {
    let update = update(json!(false));
    assert_snapshot!(called(&update, json!({"id": 7, "id__body": "x"})), @r#"
    PUT https://acme.test/v1/things/7
    Content-Type: application/json

    {"thing":{"id":"x","kind":"a"}}
    "#);
    assert_snapshot!(called(&update, json!({"id": "x", "id__body": 7})), @r#"
    /id: expected integer, got string "x"
    /id__body: expected string, got number 7
    "#);
    assert_snapshot!(called(&update, json!({})), @"
    /id: missing; expected integer
    /id__body: missing; expected string
    ");
}

#[test]
fn case_c1_one_name_in_every_place_is_an_argument_of_each() {
    let method = json!({
        "request": "POST /a/{id}",
        "parameters": {
            "id": {"in": "path", "schema": {}},
            "id_query": {"in": "query", "name": "id", "schema": {}},
            "id_header": {"in": "header", "name": "id", "schema": {}},
            "id_cookie": {"in": "cookie", "name": "id", "schema": {}},
        },
        "body": {"schema": {"type": "object", "properties": {"id": {}}}},
    });
    let arguments = json!({"id": 1, "id_query": 2, "id_header": 3, "id_cookie": 4, "id__body": 5});
    assert_snapshot!(act(method, arguments), @r#"
    POST https://acme.test/v1/a/1?id=2
    id: 3
    Cookie: id=4
    Content-Type: application/json

    {"id":5}
    "#);
}

#[test]
fn case_c2_arrays_scalars_and_free_form_objects_are_bodies_too() {
    let body = |schema: Value| posting(json!({ "schema": schema }));
    assert_snapshot!(act(body(json!({"type": "array", "items": {"type": "integer"}})), json!({"body": [1, 2]})), @"
    POST https://acme.test/v1/a
    Content-Type: application/json

    [1,2]
    ");
    assert_snapshot!(act(body(json!({"type": "string"})), json!({"body": "x"})), @r#"
    POST https://acme.test/v1/a
    Content-Type: application/json

    "x"
    "#);
    assert_snapshot!(act(body(json!({"type": "object"})), json!({"body": {"any": {"thing": [null]}}})), @r#"
    POST https://acme.test/v1/a
    Content-Type: application/json

    {"any":{"thing":[null]}}
    "#);
    assert_snapshot!(act(body(json!({"oneOf": [{"type": "object", "required": ["a"]}, {"type": "null"}]})), json!({"body": {"a": 1}})), @r#"
    POST https://acme.test/v1/a
    Content-Type: application/json

    {"a":1}
    "#);
    assert_snapshot!(act(body(json!({"type": "array"})), json!({"body": {"a": 1}})), @r#"/body: expected array, got object {"a":1}"#);
    // The title of a schema is no name.
    let titled = json!({"title": "q", "type": "array", "items": {"type": "integer"}});
    let method =
        json!({"request": "POST /a", "parameters": {"q": {"in": "query", "schema": {"type": "string"}}}, "body": {"schema": titled}});
    assert_snapshot!(act(method, json!({"q": "x", "body": [1]})), @"
    POST https://acme.test/v1/a?q=x
    Content-Type: application/json

    [1]
    ");
}

#[test]
fn case_c2_an_open_object_takes_what_nobody_declared() {
    let open = json!({"type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": {"type": "integer"}});
    let method = posting(json!({ "schema": open }));
    assert_snapshot!(act(method.clone(), json!({"name": "x", "floor": 3})), @r#"
    POST https://acme.test/v1/a
    Content-Type: application/json

    {"name":"x","floor":3}
    "#);
    assert_snapshot!(act(method, json!({"name": "x", "floor": "three"})), @r#"/floor: expected integer, got string "three""#);
}

#[test]
fn case_c3_neither_an_open_body_nor_fixed_members_override_the_path_or_each_other() {
    let open = update(json!(true));
    assert_snapshot!(called(&open, json!({"id": 7, "id__body": "x", "thing_id": 8})), @r#"
    PUT https://acme.test/v1/things/7
    Content-Type: application/json

    {"thing":{"id":"x","thing_id":8,"kind":"a"}}
    "#);
    assert_snapshot!(called(&open, json!({"id": 7, "id__body": "x", "kind": "b"})), @"/kind: unknown argument; this member of the body is set in another way");
}

#[test]
fn case_c3_members_of_an_exploded_object_are_no_other_parameters() {
    let method = json!({
        "request": "GET /a",
        "query": {"version": "2"},
        "parameters": {
            "filter": {"in": "query", "schema": {"type": "object"}},
            "user": {"in": "query", "schema": {"type": "string"}},
        },
    });
    let keys = json!({"query": {"app": "t"}, "credentials": {"key": {"kind": "api_key", "attach": {"query": "api_key"}}}});
    let definition = definition("act", method, keys);
    assert_snapshot!(called(&definition, json!({"filter": {"color": "red"}, "user": "me"})), @"GET https://acme.test/v1/a?version=2&color=red&user=me&app=t");
    for name in ["user", "version", "app", "api_key"] {
        let answer = called(&definition, json!({"filter": {name: "x"}}));
        assert_eq!(answer, format!("/filter/{name}: `{name}` is a query parameter of its own; leave this member out"));
    }
    let form = posting(json!({
        "format": "form", "fixed": {"kind": "a"}, "encoding": {"filter": {"style": "form"}},
        "schema": {"type": "object", "properties": {"filter": {"type": "object"}, "user": {"type": "string"}}},
    }));
    for name in ["kind", "user"] {
        let answer = act(form.clone(), json!({"filter": {name: "x"}}));
        assert_eq!(answer, format!("/filter/{name}: `{name}` is a member of the body of its own; leave this one out"));
    }
    assert_snapshot!(act(form, json!({"filter": {"color": "red"}, "user": "me"})), @"
    POST https://acme.test/v1/a
    Content-Type: application/x-www-form-urlencoded

    color=red&user=me&kind=a
    ");
}

#[test]
fn case_c3_a_cookie_sets_only_its_own_pair() {
    let method =
        json!({"request": "GET /a", "parameters": {"prefs": {"in": "cookie", "schema": {}}, "lang": {"in": "cookie", "schema": {}}}});
    assert_snapshot!(act(method, json!({"prefs": {"session": "x"}, "lang": "en; session=x"})), @"
    GET https://acme.test/v1/a
    Cookie: prefs=session%2Cx; lang=en%3B%20session%3Dx
    ");
}

proptest! {
    /// Whatever else is given, the path says the `id` that was given for the path, or nothing is sent.
    #[test]
    fn case_c3_the_path_says_the_id_that_was_given_for_it(
        id in 0..1000,
        others in prop::collection::hash_map("id|thing_id|id__body|id__path|thing|wrap|path|[a-z_./?#]{1,8}", "[0-9]{1,4}|\\.\\.|/", 0..6),
    ) {
        let update = update(json!(true));
        let mut arguments: Value = json!(others);
        arguments["id"] = json!(id);
        arguments["id__body"] = json!("b");
        if let Ok(plan) = plan(&update, arguments) {
            prop_assert_eq!(plan.url.as_str(), format!("https://acme.test/v1/things/{id}"));
            let body: Value = serde_json::from_slice(&plan.body.unwrap()).unwrap();
            prop_assert_eq!(&body["thing"]["id"], &json!("b"));
            prop_assert_eq!(&body["thing"]["kind"], &json!("a"));
        }
    }

    /// Every property of a body is an argument under a name that clients accept, and arrives under the vendor's own.
    #[test]
    fn case_c1_whatever_properties_are_called_each_arrives_under_its_name(
        names in prop::collection::hash_set("limit|next_cursor|body|id|[iI][dD]|a[\\[_.-]b\\]?|\\$[a-z]{1,3}|ü{1,2}|.{0,3}|[a-z]{199,201}", 1..8),
    ) {
        let properties: Value = names.iter().map(|name| (name.clone(), json!({"type": "string"}))).collect::<serde_json::Map<_, _>>().into();
        let method = json!({
            "request": "POST /a/{id}", "pagination": {"style": "page", "page": "p", "size": "s", "default_size": 5, "max_size": 9},
            "parameters": {"id": {"in": "path", "schema": {}}}, "body": {"schema": {"type": "object", "properties": properties}},
        });
        let definition = definition("act", method, json!({}));
        let schema = &definition.tools[0].input_schema;
        let own: Vec<&String> = schema["properties"].as_object().unwrap().keys().filter(|name| !["id", "limit", "next_cursor"].contains(&name.as_str())).collect();
        prop_assert_eq!(own.len(), names.len());
        let mut arguments = json!({"id": 1});
        for name in &own {
            prop_assert!((1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)));
            arguments[name.as_str()] = json!(name);
        }
        let plan = plan(&definition, arguments).unwrap();
        let body: serde_json::Map<String, Value> = serde_json::from_slice(&plan.body.unwrap()).unwrap();
        prop_assert_eq!(body.keys().cloned().collect::<std::collections::HashSet<_>>(), names);
        let arrived: std::collections::HashSet<&str> = body.values().filter_map(Value::as_str).collect();
        prop_assert_eq!(arrived.len(), own.len());
    }
}
