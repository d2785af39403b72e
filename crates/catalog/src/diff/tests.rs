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
    !     sends `POST /orders/find` instead of `GET /orders/find`
    !     the tag `sales` is gone: servers that are filtered by it lose the tool
          has the new tag `shop`
    !     needs the scope `orders.write`: accounts must be connected anew
    !     changes things; it only read before
    0 added, 0 removed, 1 changed; 4 breaking
    ");
}

/// Uses every key that the format has.
fn everything() -> Value {
    serde_json::from_str(include_str!("../../tests/cases/everything.json")).unwrap()
}

fn compiled(definition: &Value) -> Option<Definition> {
    Definition::compile(serde_json::from_value(definition.clone()).ok()?).ok()
}

/// What changes from `everything` to a definition in which something is otherwise.
fn told(change: impl FnOnce(&mut Value)) -> String {
    let mut after = everything();
    change(&mut after);
    Diff::between(&compiled(&everything()).unwrap(), &compiled(&after).unwrap()).to_string()
}

/// JSON Pointers of all values in a definition that are no prose.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    const PROSE: [&str; 9] =
        ["description", "documentation", "documentation_url", "quirks", "label", "help", "example", "message", "title"];
    const NAMES: [&str; 3] = ["/properties", "/parameters", "/errors"];
    let mut member = |key: &str, member: &Value| {
        let is_prose = PROSE.contains(&key) && !NAMES.iter().any(|end| path.ends_with(end));
        // What permissions mean, what options are called, which words are irregular: seen in names and forms.
        if !is_prose && !path.ends_with("/oauth2/scopes") && !path.ends_with("/options") {
            let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
            places(member, &path, found);
            found.push(path);
        }
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| member(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| member(&index.to_string(), value)),
        _ => {}
    }
}

fn without(definition: &Value, path: &str) -> Value {
    let (parent, key) = path.rsplit_once('/').unwrap();
    let mut without = definition.clone();
    match without.pointer_mut(parent).unwrap() {
        Value::Object(members) => drop(members.shift_remove(&key.replace("~1", "/").replace("~0", "~"))),
        Value::Array(items) => drop(items.remove(key.parse().unwrap())),
        _ => unreachable!(),
    }
    without
}

/// Other values of the same kind, some of which may fit.
fn others(path: &str, value: &Value) -> Vec<Value> {
    match (path.rsplit('/').next().unwrap(), value) {
        (_, Value::Bool(value)) => vec![json!(!value)],
        (_, Value::Number(number)) => vec![json!(number.as_u64().unwrap() + 1)],
        ("kind", _) => vec![json!("bearer"), json!("basic")],
        ("type", _) => vec![json!("boolean")],
        ("format", _) => vec![json!("json"), json!("multipart")],
        ("in", _) => vec![json!("query"), json!("header")],
        ("style", _) => vec![json!("spaceDelimited"), json!("none")],
        ("request", Value::String(text)) => vec![json!(format!("{text}2")), json!(text.replacen("GET", "QUERY", 1))],
        ("token_endpoint_auth" | "revoke_token_in" | "scope_separator" | "reset_format", _) => Vec::new(),
        (_, Value::String(text)) if text.contains("acme.test") => vec![json!(text.replace("acme.test", "evil.test"))],
        (_, Value::String(text)) => vec![json!(format!("{text}2"))],
        _ => Vec::new(),
    }
}

fn is_told(old: &Definition, new: &Definition) -> bool {
    let diff = Diff::between(old, new);
    !diff.is_empty() && diff.integration.iter().all(|change| change.what != WORDS_ALONE)
}

#[test]
fn case_c7_no_difference_but_of_words_is_kept_silent() {
    let everything = everything();
    let usual = compiled(&everything).unwrap();
    let mut paths = Vec::new();
    places(&everything, "", &mut paths);
    let (mut looked_at, mut silent) = (0, Vec::new());
    // A body's schema with members is one of an object, said or not.
    for path in paths.iter().filter(|path| *path != "/version" && !path.ends_with("/body/schema/type")) {
        let value = everything.pointer(path).unwrap();
        let changed = others(path, value).into_iter().filter(|other| other != value).map(|other| {
            let mut changed = everything.clone();
            *changed.pointer_mut(path).unwrap() = other;
            changed
        });
        for other in std::iter::once(without(&everything, path)).chain(changed) {
            let Some(definition) = compiled(&other) else { continue };
            looked_at += 1;
            if !is_told(&usual, &definition) || !is_told(&definition, &usual) {
                silent.push(format!("{path}: {:?}", other.pointer(path)));
            }
        }
    }
    assert!(looked_at > 300, "{looked_at}");
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn words_that_change_are_told_without_alarm() {
    let shown = told(|definition| definition["variables"]["shop"]["description"] = json!("Where the shop is."));
    assert_snapshot!(shown, @r"
      only texts and names have changed that no call depends on
    0 added, 0 removed, 0 changed; 0 breaking
    ");
}

#[test]
fn what_sends_a_credential_elsewhere_is_breaking() {
    let changes = |change: fn(&mut Value)| told(change).lines().next().unwrap().to_owned();
    assert_snapshot!(changes(|d| d["servers"]["upload"] = json!("https://evil.test/{area}")), @"! requests to the server `upload` go to https://evil.test/{area} instead of https://upload.acme.test/{area}");
    assert_snapshot!(changes(|d| d["base_url"] = json!("https://{shop}.evil.test/v1")), @"! requests go to https://{shop}.evil.test/v1 instead of https://{shop}.acme.test/v1");
    assert_snapshot!(changes(|d| d["credentials"]["app"]["oauth2"]["token_url"] = json!("https://evil.test/token")), @"! to authenticate by `app`: `oauth2.token_url` is `https://evil.test/token` instead of `https://login.acme.test/token`");
    assert_snapshot!(changes(|d| d["credentials"]["key"]["attach"]["header"] = json!("X-Other")), @"! to authenticate by `key`: `attach.header` is `X-Other` instead of `X-Key`");
    assert_snapshot!(changes(|d| d["credentials"]["in_query"]["attach"] = json!({"header": "X-Key"})), @"! to authenticate by `in_query`: `attach.query` is gone; it was `key`");
    assert_snapshot!(changes(|d| d["variables"]["shop"]["default"] = json!("blue")), @"! the variable `shop`: `default` is `blue` instead of `red`");
    assert_snapshot!(changes(|d| d["name"] = json!("other")), @"! the integration is `other` instead of `acme`, whose accounts it does not have");
}

#[test]
fn what_is_sent_otherwise_is_breaking() {
    let changes = |change: fn(&mut Value)| told(change).lines().find(|line| !line.contains('~')).unwrap().trim_end().to_owned();
    assert_snapshot!(changes(|d| d["resources"]["media"]["methods"]["create"]["server"] = json!(null)), @"!     goes to https://{shop}.acme.test/v1 instead of https://upload.acme.test/{area}");
    assert_snapshot!(changes(|d| d["resources"]["media"]["methods"]["list"]["parameters"]["q"]["explode"] = json!(false)), @"!     argument `q` is sent in the query as `q[]` (pipeDelimited, in one piece) instead of in the query as `q[]` (pipeDelimited, each part alone)");
    assert_snapshot!(changes(|d| d["resources"]["media"]["methods"]["create"]["headers"]["X-Part"] = json!("2")), @"!     the constant `header.x-part` is `2` instead of `1`");
    assert_snapshot!(changes(|d| d["headers"]["X-Version"] = json!("3")), @"! every tool: the constant `header.x-version` is `3` instead of `2`");
    assert_snapshot!(changes(|d| d["resources"]["media"]["methods"]["create"]["body"]["fixed"]["via"] = json!("web")), @"!     the body's `fixed.via` is `web` instead of `api`");
}

#[test]
fn what_members_of_a_map_may_be_is_compared() {
    let map = |values: Value| json!({"list": list(json!({"m": {"type": "object", "additionalProperties": values}}), &[])});
    assert_snapshot!(shown(map(json!({"type": "string"})), map(json!({"type": "integer"}))), @r"
      ~ list_all_acme_orders
    !     any other member of argument `m`: is integer instead of string
    0 added, 0 removed, 1 changed; 1 breaking
    ");
    assert_snapshot!(shown(map(json!(true)), map(json!(false))), @r"
      ~ list_all_acme_orders
    !     no other member of argument `m`: is accepted any more
    0 added, 0 removed, 1 changed; 1 breaking
    ");
    assert_snapshot!(shown(map(json!(false)), map(json!({"type": "string"}))), @r"
      ~ list_all_acme_orders
          any other member of argument `m`: is accepted
    0 added, 0 removed, 1 changed; 0 breaking
    ");
}

#[test]
fn words_within_a_recursive_schema_are_no_alarm_and_its_rules_are() {
    let node = |text: &str, kind: &str| {
        let members = json!({"description": {"type": kind}, "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}}});
        let node = json!({"type": "object", "description": text, "properties": members});
        json!({"list": list(json!({"n": {"$ref": "#/$defs/Node", "$defs": {"Node": node}}}), &[])})
    };
    assert_snapshot!(shown(node("One.", "string"), node("Another.", "string")), @r"
      ~ list_all_acme_orders
          `Node` within arguments is described otherwise
    0 added, 0 removed, 1 changed; 0 breaking
    ");
    assert_snapshot!(shown(node("One.", "string"), node("One.", "integer")), @r"
      ~ list_all_acme_orders
    !     member of `Node` within arguments: `description` is integer instead of string
    0 added, 0 removed, 1 changed; 1 breaking
    ");
}

#[test]
fn arguments_that_change_places_in_the_path_are_breaking() {
    let text = json!({"type": "string", "description": "Part."});
    let parameters = json!({"shop": {"in": "path", "schema": text}, "order": {"in": "path", "schema": text}});
    let with = |request: &str| json!({"pay": {"request": request, "parameters": parameters, "documentation": {"description": "Pays."}}});
    assert_snapshot!(shown(with("POST /{shop}/{order}/pay"), with("POST /{order}/{shop}/pay")), @r"
      ~ acme_orders_pay
    !     sends `POST /{order}/{shop}/pay` instead of `POST /{shop}/{order}/pay`
    0 added, 0 removed, 1 changed; 1 breaking
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
