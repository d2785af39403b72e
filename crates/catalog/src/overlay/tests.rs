use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::definition::Definition;

fn shop() -> Integration {
    let documented = |description: &str| json!({"description": description});
    let id = json!({"id": {"in": "path", "schema": {"type": "string", "description": "An id."}}});
    serde_json::from_value(json!({
        "version": 1, "name": "acme", "label": "Acme", "description": "Orders.", "base_url": "https://api.acme.test",
        "resources": {
            "orders": {"methods": {
                "list": {"request": "GET /v1/orders", "documentation": documented("Lists orders."), "pagination": {"style": "none"}},
                "get": {"request": "GET /v1/orders/{id}", "parameters": id, "documentation": documented("Gives an order.")},
            }},
            "admin_users": {"methods": {
                "delete": {"request": "DELETE /admin/users/{id}", "parameters": id, "documentation": documented("Deletes a user.")},
            }},
        },
    }))
    .unwrap()
}

fn applied(text: &str) -> Result<Integration, OverlayError> {
    Overlay::parse("acme.overlay.yaml", text).and_then(|overlay| overlay.apply(shop()))
}

fn refused(text: &str) -> String {
    applied(text).unwrap_err().to_string()
}

fn tools(text: &str) -> String {
    let definition = Definition::compile(applied(text).unwrap()).unwrap();
    let lines =
        definition.tools.iter().map(|tool| format!("{} {}.{} {:?} {}", tool.name, tool.resource, tool.method, tool.tags, tool.description));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn methods_are_renamed_tagged_documented_and_hidden() {
    let text = r#"
integration: { label: Acme Shop, description: What is sold. }
methods:
  GET /v1/orders/{id}: { resource: purchases, method: get, documentation: { description: Gives a purchase. } }
  /v1/*: { add_tags: [sales] }
  /admin/*: { hidden: true }
"#;
    assert_snapshot!(tools(text), @r#"
    list_all_acme_shop_orders orders.list ["sales"] Lists orders.
    get_single_acme_shop_purchase_by_id purchases.get ["sales"] Gives a purchase.
    "#);
}

#[test]
fn an_entry_that_is_about_nothing_names_the_nearest() {
    assert_snapshot!(
        refused("methods:\n  GET /v1/order/{id}: { hidden: true }\n  orders.gett: { hidden: true }\n  orders: {}\n"),
        @r"
    methods.GET /v1/order/{id}: the definition has no such operation; correct or remove this entry (the nearest names here: GET /v1/orders/{id}, GET /v1/orders)
    methods.orders.gett: the definition has no such operation; correct or remove this entry (the nearest names here: orders.get, orders.list)
    methods.orders: this names no method; write e.g. `GET /v1/orders/{id}`, `/admin/*` or `orders.get`
    "
    );
}

#[test]
fn what_the_format_does_not_know_is_refused_where_it_stands() {
    for (text, expected) in [
        ("methods:\n  orders.get: { tag: [a] }\n", "methods.orders.get.tag: unknown key `tag`; did you mean `tags`?"),
        ("methods:\n  orders.get: { hidden: 1 }\n", "methods.orders.get.hidden: this is `true` or `false`; mend or remove it"),
        ("integration: { resources: {} }\n", "methods are changed under `methods`; remove it here"),
        ("integration: { lable: x }\n", "unknown key `lable`; did you mean `label`?"),
        ("method: {}\n", "unknown key `method`; did you mean `methods`?"),
    ] {
        let refused = refused(text);
        assert!(refused.contains(expected), "{refused}");
    }
}

#[test]
fn two_methods_cannot_have_one_name() {
    assert_snapshot!(
        refused("methods:\n  orders.*: { method: read_it }\n"),
        @"methods.orders.*: this is about several methods, e.g. `orders.get` too, which cannot have one name; name one as `resource.method`"
    );
    let taken = refused("methods:\n  orders.list: { method: get }\n");
    assert!(taken.contains("`orders.get` is there already; choose another name"), "{taken}");
}

proptest! {
    #[test]
    fn an_overlay_that_is_applied_twice_is_the_same_as_once(
        request in "GET /v1/orders|GET /v1/orders/\\{id\\}|DELETE /admin/users/\\{id\\}",
        resource in "[a-z]{3,8}", method in "[a-z]{3,8}", hidden: bool, tag in "[a-z]{2,6}",
    ) {
        let text = json!({"methods": {request: {"resource": resource, "method": method, "hidden": hidden, "add_tags": [tag]}}}).to_string();
        let overlay = Overlay::parse("acme.overlay.json", &text).unwrap();
        let once = overlay.apply(shop()).unwrap();
        let twice = overlay.apply(once.clone()).unwrap();
        prop_assert_eq!(serde_json::to_value(&once).unwrap(), serde_json::to_value(&twice).unwrap());
    }
}
