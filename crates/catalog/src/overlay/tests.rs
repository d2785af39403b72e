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
    Overlay::parse("acme.overlay.yaml", text).and_then(|overlay| overlay.apply(shop(), &Written::new()))
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
    acme.overlay.yaml:2: methods.GET /v1/order/{id}: the definition has no such operation; correct or remove this entry (the nearest names here: GET /v1/orders/{id}, GET /v1/orders)
    acme.overlay.yaml:3: methods.orders.gett: the definition has no such operation; correct or remove this entry (the nearest names here: orders.get, orders.list)
    acme.overlay.yaml:4: methods.orders: this names no method; write e.g. `GET /v1/orders/{id}`, `/admin/*` or `orders.get`
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
        @"acme.overlay.yaml:2: methods.orders.*: this is about several methods, e.g. `orders.get` too, which cannot have one name; name one as `resource.method`"
    );
    let taken = refused("methods:\n  orders.list: { method: get }\n");
    assert!(taken.contains("`orders.get` is there already; choose another name"), "{taken}");
}

#[test]
fn tags_replace_those_that_the_methods_of_a_resource_share() {
    let mut shop = shop();
    shop.resources["orders"].tags = vec!["orders".to_owned()];
    let overlay = |text: &str| Overlay::parse("acme.overlay.yaml", text).unwrap().apply(shop.clone(), &Written::new()).unwrap();
    let tags = |text: &str| {
        let definition = Definition::compile(overlay(text)).unwrap();
        definition.tools.iter().map(|tool| format!("{:?}", tool.tags)).collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!(tags("methods: { orders.get: { tags: [mine] } }"), @r#"["orders"] ["mine"] []"#);
    assert_snapshot!(tags("methods: { orders.get: { add_tags: [mine] } }"), @r#"["orders"] ["orders", "mine"] []"#);
    assert_eq!(overlay("methods: { orders.get: { add_tags: [mine] } }").resources["orders"].tags, ["orders"]);
}

#[test]
fn a_request_is_named_as_the_description_writes_it() {
    let written = Written::from([(("orders".to_owned(), "list".to_owned()), "GET /v1/orders?all".to_owned())]);
    let hidden = |entry: &str| {
        let text = format!("methods: {{ {entry}: {{ hidden: true }} }}");
        let applied = Overlay::parse("acme.overlay.yaml", &text).unwrap().apply(shop(), &written);
        applied.map(|shop| shop.resources["orders"].methods["list"].documentation.is_none()).map_err(|error| error.to_string())
    };
    assert_eq!(hidden("GET /v1/orders?all"), Ok(true));
    assert_eq!(hidden("GET /v1/orders"), Ok(true));
    let refused = hidden("GET /v1/order?al").unwrap_err();
    assert!(refused.contains("GET /v1/orders?all"), "{refused}");
}

#[test]
fn two_entries_cannot_give_one_method_two_names() {
    assert_snapshot!(
        refused("methods:\n  GET /v1/orders/{id}: { method: fetch }\n  orders.get: { method: obtain }\n"),
        @"acme.overlay.yaml:3: methods.orders.get.method: `methods.GET /v1/orders/{id}` calls the same `fetch`, and here it is `obtain`; remove one of the two"
    );
    let text = "methods:\n  orders.get: { tool_name: acme_look_up }\n  GET /v1/orders/{id}: { method: fetch }\n";
    assert_snapshot!(tools(text).lines().nth(1).unwrap(), @"acme_look_up orders.fetch [] Gives an order.");
}

#[test]
fn what_a_server_would_refuse_is_refused_where_it_stands() {
    let text = r#"
integration:
  name: Foo Bar
  base_url: http://evil.example
methods:
  orders.list: { tool_name: "a b!" }
  GET /v1/orders/{id}: { method: "Foo Bar" }
  /admin/*: { tags: ["No Tag!"] }
"#;
    assert_snapshot!(refused(text), @r"
    acme.overlay.yaml:3: integration.name: the name `Foo Bar` is not a snake_case name of at most 64 characters; write e.g. `foo_bar`
    acme.overlay.yaml:6: methods.orders.list.tool_name: the name of a tool is 1 to 64 letters, digits, underscores and hyphens; clients refuse others
    acme.overlay.yaml:7: methods.GET /v1/orders/{id}: the method `Foo Bar` is not a snake_case name of at most 64 characters; write e.g. `foo_bar`
    acme.overlay.yaml:8: methods./admin/*.tags: the tag `No Tag!` is not a snake_case name of at most 64 characters; write e.g. `no_tag`
    acme.overlay.yaml:4: integration.base_url: only https is allowed (http for localhost); write `https://…`
    ");
}

#[test]
fn tools_are_named_by_the_label_that_they_will_have() {
    for (text, prefix) in [
        ("integration: { label: Foo Shop }", Some("foo_shop")),
        ("integration: { label: Foo Shop, tool_prefix: foo }", Some("foo")),
        ("integration: { description: Orders. }", None),
    ] {
        let overlay = Overlay::parse("acme.overlay.yaml", text).unwrap();
        assert_eq!(overlay.options(Options::default()).tool_prefix.as_deref(), prefix);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_overlay_that_is_applied_twice_is_the_same_as_once(
        request in "GET /v1/orders|GET /v1/orders/\\{id\\}|DELETE /admin/users/\\{id\\}",
        resource in "[a-z]{3,8}", method in "[a-z]{3,8}", hidden: bool, tag in "[a-z]{2,6}",
    ) {
        let text = json!({"methods": {request: {"resource": resource, "method": method, "hidden": hidden, "add_tags": [tag]}}}).to_string();
        let overlay = Overlay::parse("acme.overlay.json", &text).unwrap();
        let once = overlay.apply(shop(), &Written::new()).unwrap();
        let twice = overlay.apply(once.clone(), &Written::new()).unwrap();
        prop_assert_eq!(serde_json::to_value(&once).unwrap(), serde_json::to_value(&twice).unwrap());
    }
}
