use std::collections::HashSet;

use indexmap::IndexMap;
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::import::infer::list_shape;
use crate::import::operation::operations;
use crate::import::read::Sources;
use crate::import::refs::Refs;
use crate::naming::tool_name;

/// Names by operation, e.g. `GET /orders` of `orders.list`; lists answer an array, which is said by `[]` behind the verb.
fn named<'a>(lines: impl IntoIterator<Item = &'a str>, prefix: &str) -> Vec<(String, Name)> {
    named_within(lines, prefix, 64)
}

fn named_within<'a>(lines: impl IntoIterator<Item = &'a str>, prefix: &str, budget: usize) -> Vec<(String, Name)> {
    let mut paths = Map::new();
    for line in lines {
        let mut words = line.split_whitespace();
        let (verb, path) = (words.next().unwrap(), words.next().unwrap());
        let mut operation = json!({"responses": {"200": {"description": "Done."}}});
        if let Some(verb) = verb.strip_suffix("[]") {
            operation["responses"]["200"]["content"] = json!({"application/json": {"schema": {"type": "array", "items": {}}}});
            insert(&mut paths, path, verb, operation, words.next());
        } else {
            insert(&mut paths, path, verb, operation, words.next());
        }
    }
    let root = json!({"openapi": "3.1.0", "info": {"title": "Acme", "version": "1"}, "paths": paths});
    let description = Sources::new("acme.json", &root.to_string()).unwrap().description().unwrap();
    let operations = operations(&description, &[]).operations;
    let shapes: Vec<Option<ListShape>> = operations.iter().map(|operation| list_shape(operation, Refs::new(&description.root))).collect();
    let names = names(&operations, &shapes, prefix, budget);
    operations.iter().map(Operation::label).zip(names).collect()
}

fn insert(paths: &mut Map<String, Value>, path: &str, verb: &str, mut operation: Value, id: Option<&str>) {
    if let Some(id) = id {
        operation["operationId"] = id.into();
    }
    let item = paths.entry(path).or_insert_with(|| json!({})).as_object_mut().unwrap();
    item.insert(verb.to_lowercase(), operation);
}

/// A line for each operation, in the order in which they were written.
fn called(text: &str) -> String {
    called_within(text, 64)
}

fn called_within(text: &str, budget: usize) -> String {
    let names = named_within(text.lines().filter(|line| !line.trim().is_empty()), "acme", budget);
    let lines = names.iter().map(|(label, name)| {
        let own = name.tool_name.as_ref().map_or(String::new(), |own| format!("  {own}"));
        format!("{label}  {}.{}{own}", name.resource, name.method)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn tool_of(name: &Name, prefix: &str) -> String {
    name.tool_name.clone().unwrap_or_else(|| tool_name(prefix, &name.resource, &name.method, &IndexMap::new()))
}

#[test]
fn what_is_done_with_a_collection_and_with_one_thing_of_it() {
    assert_snapshot!(called("GET[] /crm/v3/contacts\nPOST /crm/v3/contacts\nGET /crm/v3/contacts/{id}\nPATCH /crm/v3/contacts/{id}\nPUT /crm/v3/contacts/{id}\nDELETE /crm/v3/contacts/{id}\nDELETE /crm/v3/contacts\nPUT /crm/v3/contacts\nPATCH /crm/v3/contacts"), @r"
    GET /crm/v3/contacts  contacts.list
    POST /crm/v3/contacts  contacts.create
    DELETE /crm/v3/contacts  contacts.delete_all
    PUT /crm/v3/contacts  contacts.replace_all
    PATCH /crm/v3/contacts  contacts.update_all
    GET /crm/v3/contacts/{id}  contacts.get
    PATCH /crm/v3/contacts/{id}  contacts.update
    PUT /crm/v3/contacts/{id}  contacts.replace
    DELETE /crm/v3/contacts/{id}  contacts.delete
    ");
}

#[test]
fn versions_and_technical_words_say_nothing() {
    assert_snapshot!(called("GET[] /api/v2/orders\nGET[] /rest/api/3/issue\nGET[] /services/data/v60.0/limits\nGET[] /2024-01-15/tests.json\nGET[] /v1beta1/labels\nGET[] /beta/teams\nGET[] /{api_version}/cards"), @r"
    GET /api/v2/orders  orders.list
    GET /rest/api/3/issue  issues.list
    GET /services/data/v60.0/limits  limits.list
    GET /2024-01-15/tests.json  tests.list
    GET /v1beta1/labels  labels.list
    GET /beta/teams  teams.list
    GET /{api_version}/cards  cards.list
    ");
}

#[test]
fn nested_collections_are_flattened_as_far_as_needed() {
    assert_snapshot!(called("GET[] /tickets/{id}/comments\nGET[] /orders\nGET[] /users/{id}/orders\nGET /repos/{owner}/{repo}/issues/{n}/labels/{name}\nGET[] /orgs/{org}/issues/{n}/labels\nGET[] /settings/alerts\nGET[] /boards/{id}/board_lists"), @r"
    GET /tickets/{id}/comments  ticket_comments.list
    GET /orders  orders.list
    GET /users/{id}/orders  user_orders.list
    GET /repos/{owner}/{repo}/issues/{n}/labels/{name}  repo_issue_labels.get
    GET /orgs/{org}/issues/{n}/labels  issue_labels.list
    GET /settings/alerts  settings_alerts.list
    GET /boards/{id}/board_lists  board_lists.list
    ");
}

#[test]
fn what_is_something_to_do_is_a_method() {
    assert_snapshot!(called("POST /orders/{id}/cancel\nPOST /orders/search\nGET /orders/export\nPOST /orders/batch/create\nPOST /orders/{id}/refund\nGET /orders/{id}/refund\nPOST /chat.postMessage\nPOST /files.delete\nPOST /docs/{id}:undelete\nPOST /docs:batchGet\nPOST /files/list_folder\nPOST /request/send\nPOST /request/cancel/{id}\nPOST /createWidget\nPOST /search\nPOST /messages/{id}/read\nPOST /posts/{id}/send-reminder\nPUT /stars/{id}/follow\nDELETE /stars/{id}/follow\nPOST /reports?upload\nPOST /oauth2/token#refresh\nGET /bills/{id}.pdf"), @r"
    POST /orders/{id}/cancel  orders.cancel
    POST /orders/search  orders.search
    GET /orders/export  orders.export
    POST /orders/batch/create  orders.batch_create
    POST /orders/{id}/refund  orders.refund
    GET /orders/{id}/refund  order_refund.get
    POST /chat.postMessage  chat.post_message
    POST /files.delete  files.delete  delete_a_acme_file
    POST /docs/{id}:undelete  docs.undelete
    POST /docs:batchGet  docs.batch_get
    POST /files/list_folder  files.list_folder
    POST /request/send  requests.send
    POST /request/cancel/{id}  requests.cancel
    POST /createWidget  widgets.create
    POST /search  search.run  acme_search
    POST /messages/{id}/read  messages.read_message
    POST /posts/{id}/send-reminder  posts.send_reminder
    PUT /stars/{id}/follow  stars.follow
    DELETE /stars/{id}/follow  stars.delete_follow
    POST /reports?upload  reports.upload
    POST /oauth2/token#refresh  oauth2_tokens.refresh
    GET /bills/{id}.pdf  bills.get_pdf
    ");
}

#[test]
fn what_there_is_only_one_of_has_no_id_in_its_name() {
    assert_snapshot!(called("GET /account\nPATCH /account\nGET /users/me\nGET[] /users\nGET /users/{id}\nGET /me/settings\nDELETE /session\nGET /v1/"), @r"
    GET /account  account.get  get_single_acme_account
    PATCH /account  account.update  update_a_acme_account
    GET /users/me  me.get  get_single_acme_me
    GET /users  users.list
    GET /users/{id}  users.get
    GET /me/settings  me_settings.get  get_single_acme_me_setting
    DELETE /session  session.delete  delete_a_acme_session
    GET /v1/  root.get  get_single_acme_root
    ");
}

#[test]
fn words_of_every_notation_become_snake_case_in_the_plural() {
    assert_snapshot!(called("GET[] /BankTransfers\nGET[] /sales-orders\nGET /user/{userId}\nGET[] /größen\nGET /注文/{orderId}\nGET /{bucket}/{key}\nGET[] /2fa\nGET[] /a//b/"), @r"
    GET /BankTransfers  bank_transfers.list
    GET /sales-orders  sales_orders.list
    GET /user/{userId}  users.get
    GET /größen  groessens.list
    GET /注文/{orderId}  orders.get
    GET /{bucket}/{key}  items.get
    GET /2fa  x_2fas.list
    GET /a//b/  a_b.list
    ");
}

#[test]
fn an_operation_id_decides_where_the_path_does_not() {
    assert_snapshot!(called("GET[] /Items list\nPUT /Items createItems\nPOST /Items updateOrCreateItems\nPOST[] /people searchPeople\nGET /Files/{FileId}\nGET /Files/{FileName}"), @r"
    GET /Items  items.list
    PUT /Items  items.create
    POST /Items  items.update_or_create
    POST /people  people.search
    GET /Files/{FileId}  files.get
    GET /Files/{FileName}  files.get_by_file_name
    ");
}

#[test]
fn things_of_the_same_name_are_told_apart_by_more_of_the_path() {
    assert_snapshot!(called("GET[] /crm/v3/contacts\nGET[] /marketing/v3/contacts\nGET[] /shop/v1/orders\nGET[] /shop/v2/orders\nGET /public/v1/logs/{id}\nGET /public/v2/logs/{id}"), @r"
    GET /crm/v3/contacts  contacts.list
    GET /marketing/v3/contacts  marketing_contacts.list
    GET /shop/v1/orders  orders.list
    GET /shop/v2/orders  shop_orders.list
    GET /public/v1/logs/{id}  logs.get
    GET /public/v2/logs/{id}  logs_v2.get
    ");
}

#[test]
fn a_beginning_that_nearly_all_paths_share_is_left_out() {
    let things = ["cards", "carts", "clips", "codes", "coins", "cooks", "crews", "cubes"];
    let lines: Vec<String> = things.iter().map(|thing| format!("GET[] /storefront/{thing}")).collect();
    let names = named(lines.iter().map(String::as_str), "acme");
    assert!(names.iter().zip(things).all(|((_, name), thing)| name.resource == thing), "{names:?}");
}

#[test]
fn case_b2_a_budget_leaves_room_for_what_clients_put_before_names() {
    assert_snapshot!(called_within("GET /warehouses/{id}/replenishment_forecasts/{forecast_id}\nPOST /inventory_adjustments/{id}/approve_pending_quantity_changes\nGET[] /inventory_adjustment_reasons", 45), @r"
    GET /warehouses/{id}/replenishment_forecasts/{forecast_id}  warehouse_replenishment_forecasts.get  get_acme_warehouse_replenishment_forecast
    POST /inventory_adjustments/{id}/approve_pending_quantity_changes  inventory_adjustments.approve_pending_quantity_changes  acme_approve_pending_quantity_changes_ha3126
    GET /inventory_adjustment_reasons  inventory_adjustment_reasons.list
    ");
}

#[test]
fn case_b2_without_a_budget_names_follow_from_resource_and_method() {
    let names = named(["GET /warehouses/{id}/replenishment_forecasts/{forecast_id}"], "acme");
    assert_eq!(tool_of(&names[0].1, "acme"), "get_single_acme_warehouse_replenishment_forecast_by_id");
}

#[test]
fn case_b3_names_come_from_method_and_path_where_there_is_no_operation_id() {
    let names = named(["GET[] /orders", "POST /orders/{id}/cancel"], "acme");
    let tools: Vec<String> = names.iter().map(|(_, name)| tool_of(name, "acme")).collect();
    assert_eq!(tools, ["list_all_acme_orders", "acme_orders_cancel"]);
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    let segment = prop_oneof![
        "(orders|order|users|me|items|Search|cancel|v1|v2|api|list|a|comments|orders\\.json|long_segment_name_of_a_thing_with_many_words)",
        "\\{(id|name|key)\\}",
        "[a-zA-Z.:_-]{1,12}",
    ];
    let path = prop::collection::vec(segment, 0..6).prop_map(|segments| format!("/{}", segments.join("/")));
    let line = ("(GET|GET\\[\\]|POST|PUT|PATCH|DELETE)", path).prop_map(|(verb, path)| format!("{verb} {path}"));
    prop::collection::vec(line, 1..14).prop_map(|mut lines| {
        let mut seen = HashSet::new();
        lines.retain(|line| seen.insert(line.replace("[]", "")));
        lines
    })
}

proptest! {
    #[test]
    fn case_b1_names_are_unique_short_enough_and_the_same_in_any_order(lines in lines(), prefix in "[a-z]{1,12}(_[a-z]{1,12}){0,2}", budget in 45usize..=64) {
        let names = named_within(lines.iter().map(String::as_str), &prefix, budget);
        let mut methods = HashSet::new();
        let mut tools = HashSet::new();
        for (label, name) in &names {
            let tool = tool_of(name, &prefix);
            prop_assert!(tool.len() <= budget, "{label}: {tool}");
            prop_assert!(tool.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{label}: {tool}");
            for key in [&name.resource, &name.method] {
                prop_assert!(key.len() <= 64 && key.starts_with(|c: char| c.is_ascii_lowercase()) && !key.contains("__"), "{label}: {key}");
            }
            prop_assert!(methods.insert((name.resource.clone(), name.method.clone())), "{label}: {name:?}");
            prop_assert!(tools.insert(tool), "{label}: {name:?}");
        }
        let backwards = named_within(lines.iter().rev().map(String::as_str), &prefix, budget);
        for pair in &names {
            prop_assert!(backwards.contains(pair), "{pair:?} is not in {backwards:?}");
        }
    }

    #[test]
    fn case_b1_an_operation_that_is_added_changes_no_name_that_it_does_not_want(lines in lines()) {
        // Fewer paths than any common beginning is looked for in.
        let lines = &lines[..lines.len().min(7)];
        let (added, others) = lines.split_last().unwrap();
        let before = named(others.iter().map(String::as_str), "acme");
        let with = named(lines.iter().map(String::as_str), "acme");
        let alone = named([added.as_str()], "acme");
        let wanted = &alone[0].1;
        for (label, name) in &before {
            let after = &with.iter().find(|(known, _)| known == label).unwrap().1;
            let own = named(others.iter().map(String::as_str).filter(|line| line.replace("[]", "") == *label), "acme");
            // Whoever has the name it would have alone keeps it, unless the new one wants the same resource, or its tool the same name.
            if own[0].1 == *name && own[0].1.resource != wanted.resource && tool_of(name, "acme") != tool_of(wanted, "acme") {
                prop_assert_eq!(after, name);
            }
        }
    }
}
