use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn definition(methods: Value) -> Definition {
    let integration = json!({
        "version": 1, "name": "acme", "label": "Acme", "description": "Orders.", "base_url": "https://api.acme.test",
        "resources": {"orders": {"methods": methods}},
    });
    Definition::compile(serde_json::from_value(integration).unwrap()).unwrap()
}

/// `GET /orders` with these query parameters, by name.
fn list(parameters: Value, required: &[&str]) -> Value {
    let parameters: serde_json::Map<String, Value> = parameters
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, schema)| (name.clone(), json!({"in": "query", "schema": schema, "required": required.contains(&name.as_str())})))
        .collect();
    json!({"request": "GET /orders", "parameters": parameters, "documentation": {"description": "Lists orders."}})
}

fn shown(old: Value, new: Value) -> String {
    Diff::between(&definition(old), &definition(new)).to_string()
}

#[test]
fn tools_that_come_and_go_are_named() {
    let get = json!({"request": "POST /orders/search", "documentation": {"description": "Finds orders."}});
    assert_snapshot!(shown(json!({"list": list(json!({}), &[])}), json!({"search": get})), @r"
    ! - list_all_acme_orders  GET /orders
      + acme_orders_search  POST /orders/search
    1 added, 1 removed, 0 changed; 1 breaking
    ");
}

#[test]
fn a_tool_of_another_name_and_the_same_request_is_renamed() {
    assert_snapshot!(shown(json!({"list": list(json!({}), &[])}), json!({"browse": list(json!({}), &[])})), @r"
      ~ acme_orders_browse
    !     renamed from `list_all_acme_orders`
    !     is `orders.browse` instead of `orders.list`
    !     argument `limit` removed
    !     argument `next_cursor` removed
    0 added, 0 removed, 1 changed; 4 breaking
    ");
}

#[test]
fn arguments_that_accept_less_are_breaking_and_those_that_accept_more_are_not() {
    let old = json!({"a": {"type": "integer", "maximum": 9}, "b": {"enum": ["x", "y"]}, "c": {"type": "string"}, "d": {"type": "string"}, "e": {"maxLength": 5}});
    let new = json!({"a": {"type": "number", "maximum": 7}, "b": {"enum": ["y", "z"]}, "c": {"type": "integer"}, "f": {}, "g": {}, "e": {"maxLength": 6}});
    assert_snapshot!(shown(json!({"list": list(old, &[])}), json!({"list": list(new, &["g", "a"])})), @r"
      ~ list_all_acme_orders
    !     argument `d` removed
    !     argument `a` is required now
          argument `a` is number instead of integer
    !     argument `a` has `maximum` 7 instead of 9
    !     argument `b` cannot be `x` any more
          argument `b` can be `z` too
    !     argument `c` is integer instead of string
          argument `f` added
    !     argument `g` added, and required
          argument `e` has `maxLength` 6 instead of 5
    0 added, 0 removed, 1 changed; 6 breaking
    ");
}

#[test]
fn a_read_that_becomes_a_write_is_breaking() {
    let with = |request: &str| json!({"find": {"request": request, "tags": ["sales"], "documentation": {"description": "Finds orders."}}});
    let mut new = with("POST /orders/find");
    new["find"]["tags"] = json!(["shop"]);
    new["find"]["scopes"] = json!(["orders.write"]);
    assert_snapshot!(shown(with("GET /orders/find"), new), @r"
      ~ acme_orders_find
          sends `POST /orders/find` instead of `GET /orders/find`
    !     the tag `sales` is gone: servers that are filtered by it lose the tool
          has the new tag `shop`
    !     needs the scope `orders.write`: accounts must be connected anew
    !     changes things; it only read before
    0 added, 0 removed, 1 changed; 3 breaking
    ");
}

fn schema() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": ["string", "null"], "maxLength": 7})),
        Just(json!({"enum": ["a", "b"]})),
        Just(json!({"type": "array", "items": {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}})),
        (1..50u64).prop_map(|most| json!({"type": "integer", "maximum": most})),
    ]
}

proptest! {
    #[test]
    fn a_definition_does_not_differ_from_itself(schemas in prop::collection::btree_map("[a-z]{1,6}", schema(), 0..6)) {
        let methods = json!({"list": list(json!(schemas), &[])});
        prop_assert!(Diff::between(&definition(methods.clone()), &definition(methods)).is_empty());
    }

    #[test]
    fn what_is_added_one_way_is_removed_the_other(one in prop::collection::btree_map("[a-c]", schema(), 0..4), other in prop::collection::btree_map("[a-c]", schema(), 0..4)) {
        let (one, other) = (definition(json!({"list": list(json!(one), &[])})), definition(json!({"list": list(json!(other), &[])})));
        prop_assert_eq!(Diff::between(&one, &other).is_empty(), Diff::between(&other, &one).is_empty());
    }
}
