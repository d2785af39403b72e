use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{common, list_shape, pagination, rate_limit};
use crate::import::operation::operations;
use crate::import::read::Sources;
use crate::import::refs::Refs;

/// What is concluded of `GET /orders` with these query parameters, by name, and this answer.
fn concluded(parameters: Value, answer: Value) -> String {
    concluded_with(parameters, answer, json!({}))
}

fn concluded_with(parameters: Value, answer: Value, headers: Value) -> String {
    let parameters: Vec<Value> =
        parameters.as_object().unwrap().iter().map(|(name, schema)| json!({"name": name, "in": "query", "schema": schema})).collect();
    let root = json!({"openapi": "3.1.0", "info": {"title": "Acme", "version": "1"}, "paths": {"/orders": {"get": {
        "parameters": parameters,
        "responses": {"200": {"description": "Done.", "headers": headers, "content": {"application/json": {"schema": answer}}}},
    }}}});
    let description = Sources::new("acme.json", &root.to_string()).unwrap().description().unwrap();
    let refs = Refs::new(&description.root);
    let operations = operations(&description, &[]).operations;
    let Some(shape) = list_shape(&operations[0], refs) else { return "no list".to_owned() };
    let found = pagination(&operations[0], &shape, refs);
    let records = shape.records.as_deref().unwrap_or("the answer");
    let total = shape.total.map_or(String::new(), |total| format!(" of {total}"));
    format!("{records}{total}; {}", serde_json::to_string(&found.value).unwrap())
}

fn list_of(others: Value) -> Value {
    let mut properties = others.as_object().unwrap().clone();
    properties.insert("data".to_owned(), json!({"type": "array", "items": {"type": "object"}}));
    json!({"type": "object", "properties": properties})
}

#[test]
fn a_page_number_needs_its_size() {
    let parameters = json!({"page": {"type": "integer", "default": 1}, "per_page": {"type": "integer", "maximum": 50}});
    assert_snapshot!(
        concluded(parameters, json!({"type": "array"})),
        @r#"the answer; {"style":"page","page":"page","size":"per_page","first":1,"default_size":25,"max_size":50}"#
    );
    let zero_based = json!({"page": {"description": "Zero-based."}, "size": {"type": "integer", "description": "Default: 10. Max 40."}});
    assert_snapshot!(
        concluded(zero_based, list_of(json!({"total": {"type": "integer"}}))),
        @r#"data of total; {"style":"page","page":"page","size":"size","first":0,"default_size":10,"max_size":40}"#
    );
    assert_snapshot!(
        concluded(json!({"page": {"type": "integer"}}), list_of(json!({}))),
        @r#"data; {"style":"expression","next":"{\"page\": (query[\"page\"] | default(1) | int) + 1} if body.data else none"}"#
    );
}

#[test]
fn filters_that_are_called_as_pages_are_elsewhere_stay_arguments() {
    for parameters in [
        json!({"from": {"type": "integer", "description": "First day, as a number."}, "to": {"type": "integer"}, "limit": {"type": "integer"}}),
        json!({"start": {"type": "string", "description": "Start time"}, "limit": {"type": "integer"}}),
        json!({"from": {"type": "integer", "description": "Uid that the results begin with."}, "limit": {"type": "integer"}}),
        json!({"max": {"type": "number", "description": "Highest price."}, "offset": {"type": "integer"}}),
    ] {
        assert_eq!(concluded(parameters.clone(), list_of(json!({}))), r#"data; {"style":"none"}"#, "{parameters}");
    }
    let size_of_shirts =
        json!({"size": {"type": "string", "description": "Shirt size."}, "page": {"type": "integer"}, "perPage": {"type": "integer"}});
    assert_snapshot!(
        concluded(size_of_shirts, list_of(json!({}))),
        @r#"data; {"style":"page","page":"page","size":"perPage","first":1,"default_size":25,"max_size":100}"#
    );
}

#[test]
fn an_offset_begins_with_zero_but_with_one_in_scim() {
    assert_snapshot!(
        concluded(json!({"$skip": {"type": "integer"}, "$top": {"type": "integer", "maximum": 30}}), list_of(json!({}))),
        @r#"data; {"style":"offset","offset":"$skip","size":"$top","first":0,"default_size":25,"max_size":30}"#
    );
    assert_snapshot!(
        concluded(json!({"startIndex": {"type": "integer"}, "count": {"type": "integer"}}), list_of(json!({"totalResults": {"type": "integer"}}))),
        @r#"data of totalResults; {"style":"offset","offset":"startIndex","size":"count","first":1,"default_size":25,"max_size":100}"#
    );
    assert_snapshot!(
        concluded(json!({"startAt": {"type": "integer"}, "maxResults": {"type": "integer", "default": 50}}), list_of(json!({"total": {"type": "integer"}}))),
        @r#"data of total; {"style":"offset","offset":"startAt","size":"maxResults","first":0,"default_size":50,"max_size":100}"#
    );
}

#[test]
fn a_cursor_is_where_the_answer_has_it() {
    let text = json!({"type": "string"});
    let metadata = json!({"response_metadata": {"type": "object", "properties": {"next_cursor": text}}});
    assert_snapshot!(
        concluded(json!({"cursor": text, "limit": {"type": "integer", "maximum": 200}}), list_of(metadata)),
        @r#"data; {"style":"cursor","cursor":"cursor","size":"limit","default_size":25,"max_size":200,"next":"response_metadata.next_cursor"}"#
    );
    let paging = json!({"paging": {"properties": {"next": {"properties": {"after": text, "link": text}}, "prev": {"properties": {"before": text}}}}});
    assert_snapshot!(
        concluded(json!({"after": text}), list_of(paging)),
        @r#"data; {"style":"cursor","cursor":"after","next":"paging.next.after"}"#
    );
    assert_snapshot!(
        concluded(json!({"page[after]": text, "page[size]": {"type": "integer"}}), list_of(json!({"meta": {"properties": {"after_cursor": text}}}))),
        @r#"data; {"style":"cursor","cursor":"page[after]","size":"page[size]","default_size":25,"max_size":1000,"next":"meta.after_cursor"}"#
    );
}

#[test]
fn two_cursors_that_could_be_meant_are_none() {
    let text = json!({"type": "string"});
    let both =
        json!({"a": {"properties": {"next_cursor": text}}, "b": {"properties": {"next_cursor": text}}, "total": {"type": "integer"}});
    let inner = list_of(both);
    assert_snapshot!(concluded(json!({"cursor": text}), inner), @r#"data of total; {"style":"none"}"#);
}

#[test]
fn the_last_id_and_whether_there_is_more_are_an_expression() {
    assert_snapshot!(
        concluded(json!({"starting_after": {"type": "string"}, "limit": {"type": "integer"}}), list_of(json!({"has_more": {"type": "boolean"}}))),
        @r#"data; {"style":"expression","size":"limit","default_size":25,"max_size":1000,"next":"{\"starting_after\": (body.data | last).id} if body.has_more and body.data else none"}"#
    );
}

#[test]
fn a_link_header_and_a_url_in_the_answer_name_the_next_page() {
    let size = json!({"per_page": {"type": "integer"}, "page": {"type": "integer"}});
    assert_snapshot!(
        concluded_with(size, json!({"type": "array"}), json!({"Link": {"schema": {"type": "string"}}})),
        @r#"the answer; {"style":"link_header","size":"per_page","default_size":25,"max_size":1000}"#
    );
    let url = json!({"meta": {"properties": {"next_page_url": {"type": "string"}}}});
    assert_snapshot!(
        concluded(json!({"PageToken": {"type": "string"}, "Page": {"type": "integer"}, "PageSize": {"type": "integer"}}), list_of(url)),
        @r#"data; {"style":"expression","size":"PageSize","default_size":25,"max_size":1000,"next":"body.meta.next_page_url or none"}"#
    );
}

#[test]
fn what_shows_no_next_page_is_not_paged_and_keeps_its_arguments() {
    assert_snapshot!(concluded(json!({"limit": {"type": "integer"}}), list_of(json!({}))), @r#"data; {"style":"none"}"#);
}

#[test]
fn a_thing_with_an_array_among_others_is_no_list() {
    let order =
        json!({"type": "object", "properties": {"id": {"type": "string"}, "items": {"type": "array"}, "price": {"type": "number"}}});
    assert_snapshot!(concluded(json!({}), order), @"no list");
    let named =
        json!({"type": "object", "properties": {"orders": {"type": "array"}, "meta": {"properties": {"total": {"type": "integer"}}}}});
    assert_snapshot!(concluded(json!({}), named), @r#"orders of meta.total; {"style":"none"}"#);
    let embedded = json!({"properties": {"_embedded": {"properties": {"orders": {"type": "array"}}}, "_links": {"type": "object"}}});
    assert_snapshot!(concluded(json!({}), embedded), @r#"_embedded.orders; {"style":"none"}"#);
    let nested = json!({"properties": {"result": {"properties": {"records": {"type": "array"}}}, "status": {"type": "string"}}});
    assert_snapshot!(concluded(json!({}), nested), @r#"result.records; {"style":"none"}"#);
}

#[test]
fn what_most_lists_say_is_common() {
    let page =
        |max: u64| serde_json::from_value(json!({"style": "page", "page": "p", "size": "s", "default_size": 5, "max_size": max})).unwrap();
    let none = serde_json::from_value(json!({"style": "none"})).unwrap();
    let lists = [page(9), page(7), page(7), none];
    assert_eq!(serde_json::to_value(common(&lists)).unwrap()["max_size"], 7);
    assert!(common(&lists[..2]).is_none());
}

#[test]
fn limits_in_headers_of_its_own_are_mapped_and_usual_ones_need_not_be() {
    let root = |headers: Value| {
        json!({"openapi": "3.1.0", "info": {"title": "Acme", "version": "1"}, "paths": {"/orders": {"get": {
            "responses": {"200": {"description": "Done."}, "429": {"description": "Slow down.", "headers": headers}},
        }}}})
    };
    let concluded = |headers: Value| {
        let description = Sources::new("acme.json", &root(headers).to_string()).unwrap().description().unwrap();
        let found = rate_limit(&operations(&description, &[]).operations, Refs::new(&description.root));
        found.map(|found| serde_json::to_string(&found.value).unwrap()).unwrap_or_default()
    };
    assert_snapshot!(concluded(json!({"X-RateLimit-Remaining": {}, "Retry-After": {}})), @"");
    let own = json!({"X-Acme-Quota-Remaining": {}, "X-Acme-Quota-Reset": {"description": "Unix time of the next window."}});
    assert_snapshot!(
        concluded(own),
        @r#"{"remaining_header":"X-Acme-Quota-Remaining","reset_header":"X-Acme-Quota-Reset","reset_format":"epoch_seconds"}"#
    );
}
