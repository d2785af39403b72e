//! Where arguments go in the URL and in headers.

use catalog::plan::{Plan, Verb};
use catalog::target::Target;
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::desk::{DESK, compiled, planned, planned_with, shown, tool, with_method};

#[test]
fn an_id_goes_into_the_path_and_is_escaped() {
    assert_snapshot!(planned("tickets.get", r#"{"id": "7/8"}"#), @"
    GET /v1/tickets/7%2F8
    X-Client: tidegate
    ");
}

#[test]
fn an_id_that_would_climb_is_refused() {
    for id in ["..", ".", "../admin", "%2e%2e", "a\\..", "a\u{0}", ""] {
        let arguments = json!({ "id": id }).to_string();
        let answer = planned("tickets.get", &arguments);
        assert!(answer.starts_with("/id: must not"), "{id}: {answer}");
    }
}

#[test]
fn a_page_comes_first_in_the_query_then_the_arguments_as_declared() {
    assert_snapshot!(planned("tickets.list", r#"{"tag_ids": [3, 4], "limit": 100, "status": "open"}"#), @"
    GET /v1/tickets?page=1&per_page=100&status=open&tag_ids%5B%5D=3&tag_ids%5B%5D=4
    X-Client: tidegate
    ");
}

#[test]
fn several_path_parameters_each_keep_their_place() {
    assert_snapshot!(planned("tickets.merge_into", r#"{"target_id": 2, "ticket_id": 1}"#), @"
    POST /v1/tickets/1/merge/2
    X-Client: tidegate
    ");
}

#[test]
fn a_whole_number_is_written_as_one() {
    assert_snapshot!(planned("tickets.list", r#"{"limit": 5.0, "tag_ids": [7.0]}"#), @"
    GET /v1/tickets?page=1&per_page=5&tag_ids%5B%5D=7
    X-Client: tidegate
    ");
}

#[test]
fn case_c4_styles_and_explode_follow_the_definition() {
    let parameter = |style: &str, explode: bool| json!({"in": "query", "style": style, "explode": explode, "schema": {}});
    let method = json!({"request": "GET /s", "parameters": {
        "comma": parameter("form", false), "repeat": parameter("form", true), "space": parameter("spaceDelimited", false),
        "pipe": parameter("pipeDelimited", false), "deep": parameter("deepObject", true),
        "X-List": {"in": "header", "schema": {}},
    }});
    let call = r#"{"comma": [1, 2], "repeat": [1, 2], "space": [1, 2], "pipe": ["a,b", 2], "deep": {"gt": 1}, "X-List": [1, 2]}"#;
    assert_snapshot!(planned_with(method, call), @"
    GET /v1/s?comma=1,2&repeat=1&repeat=2&space=1%202&pipe=a%2Cb%7C2&deep%5Bgt%5D=1
    X-List: 1,2
    ");
}

#[test]
fn renamed_parameters_go_back_to_the_vendors_names() {
    let method = json!({"request": "GET /s", "parameters": {
        "$top": {"in": "query", "schema": {"type": "integer"}},
        "filter[x]": {"in": "query", "schema": {"type": "string"}},
    }});
    assert_snapshot!(planned_with(method, r#"{"top": 5, "filter_x": "a&b=c"}"#), @"GET /v1/s?$top=5&filter%5Bx%5D=a%26b%3Dc");
}

#[test]
fn a_header_argument_cannot_start_another_header() {
    let method = json!({"request": "GET /s", "parameters": {"X-Trace": {"in": "header", "schema": {"type": "string"}}}});
    assert_snapshot!(planned_with(method, r#"{"X-Trace": "a\r\nHost: evil"}"#), @"/X-Trace: must be plain ASCII without line breaks: it is sent as a header");
}

#[test]
fn the_more_specific_header_replaces_the_more_general() {
    let definition = compiled(json!({
        "headers": {"accept": "text/csv", "X-Version": "1"},
        "query": {"locale": "en GB"},
        "resources": {"things": {"methods": {"act": {
            "request": "GET /s", "headers": {"x-version": "2"}, "documentation": {"description": "d"},
        }}}},
    }))
    .unwrap();
    assert_snapshot!(shown(crate::desk::plan(&definition, "things.act", "{}")), @"
    GET /v1/s?locale=en%20GB
    accept: text/csv
    X-Version: 2
    ");
}

#[test]
fn case_l1_a_base_url_with_a_path_keeps_it() {
    for base in ["https://proxy.test/edge", "https://proxy.test/edge/"] {
        let target = Target::new(&DESK.integration, Some(base), &Map::new()).unwrap();
        let plan = tool(&DESK, "tickets.get").plan(&target, crate::desk::arguments(r#"{"id": 7}"#));
        assert_eq!(plan.unwrap().url.as_str(), "https://proxy.test/edge/tickets/7");
    }
}

#[test]
fn a_plan_can_be_inspected() {
    let plan = crate::desk::plan(&DESK, "tickets.list", r#"{"limit": 2}"#).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&plan).unwrap(), @r#"
    {
      "verb": "GET",
      "url": "https://desk.test/v1/tickets?page=1&per_page=2",
      "headers": [
        [
          "Accept",
          "application/json"
        ],
        [
          "X-Client",
          "tidegate"
        ]
      ],
      "body": null,
      "kind": "read",
      "page": {
        "style": "page",
        "cursor": "page=1&size=2"
      }
    }
    "#);
}

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[./%\\\\?#&=;@:2eEfF5 -]{0,8}", Just("..".to_owned()), Just("%2e%2e%2f".to_owned()),];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec(("[a-z./%]{0,5}", inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn plan_of(method: Value, arguments: Value) -> Option<Plan> {
    let definition = with_method("act", method);
    crate::desk::plan(&definition, "things.act", &arguments.to_string()).ok()
}

proptest! {
    #[test]
    fn no_value_leads_out_of_the_base_url(
        a in any_json(), b in any_json(), q in any_json(), deep in any_json(), explode: bool,
    ) {
        let method = json!({"request": "GET /x/{a}/y/{b}.json", "parameters": {
            "a": {"in": "path", "explode": explode, "schema": {}},
            "b": {"in": "path", "schema": {}},
            "q": {"in": "query", "explode": explode, "schema": {}},
            "deep": {"in": "query", "style": "deepObject", "schema": {}},
        }});
        if let Some(plan) = plan_of(method, json!({"a": a, "b": b, "q": q, "deep": deep})) {
            prop_assert_eq!(plan.verb, Verb::Get);
            prop_assert_eq!(plan.url.origin().ascii_serialization(), "https://desk.test");
            prop_assert!(plan.url.fragment().is_none() && plan.url.username().is_empty());
            let segments: Vec<&str> = plan.url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 5);
            prop_assert_eq!((segments[0], segments[1], segments[3]), ("v1", "x", "y"));
        }
    }

    #[test]
    fn a_text_comes_out_of_the_path_and_the_query_as_it_went_in(path in "[^/\\\\]{1,20}", query: String) {
        let method = json!({"request": "GET /x/{p}", "parameters": {
            "p": {"in": "path", "schema": {"type": "string"}}, "q": {"in": "query", "schema": {"type": "string"}},
        }});
        if let Some(plan) = plan_of(method, json!({"p": path, "q": query})) {
            let segment = plan.url.path_segments().unwrap().next_back().unwrap();
            let decoded = percent_encoding::percent_decode_str(segment).decode_utf8().unwrap();
            prop_assert_eq!(decoded, path);
            let pairs: Vec<(String, String)> = plan.url.query_pairs().into_owned().collect();
            prop_assert_eq!(pairs, [("q".to_owned(), query)]);
        } else {
            prop_assert!(path.contains(['.', '%']) || path.chars().any(char::is_control), "refused {path:?}");
        }
    }
}

#[test]
fn some_arguments_lead_to_another_path_of_the_same_tool() {
    let found = |call: &str| {
        let text = json!({"type": "string"});
        let method = json!({
            "request": "GET /shops/{shop_id}/floors/{floor}/parts",
            "request_when": [
                {"when": "q", "request": "GET /find/{floor}/in/{shop_id}"},
                {"when": "q or color == 'red'", "request": "GET /red/{shop_id}-{floor}"},
            ],
            "parameters": {
                "shop_id": {"in": "path", "schema": text}, "floor": {"in": "path", "schema": text},
                "q": {"in": "query", "schema": text}, "color": {"in": "query", "schema": text},
            },
        });
        planned_with(method, call)
    };
    assert_snapshot!(found(r#"{"shop_id": "a/b", "floor": "2"}"#), @"GET /v1/shops/a%2Fb/floors/2/parts");
    assert_snapshot!(found(r#"{"shop_id": "a/b", "floor": "2", "q": "lamp", "color": "red"}"#), @"GET /v1/find/2/in/a%2Fb?q=lamp&color=red");
    assert_snapshot!(found(r#"{"shop_id": "a/b", "floor": "2", "color": "red"}"#), @"GET /v1/red/a%2Fb-2?color=red");
    assert_snapshot!(found(r#"{"shop_id": "..", "floor": "2", "q": "lamp"}"#), @"/shop_id: must not have `.` or `..` as a step: it stands in the URL's path");
}

#[test]
fn a_default_counts_as_an_argument_where_a_path_is_chosen() {
    let body = json!({"schema": {"type": "object", "properties": {"by": {"type": "string"}}}, "defaults": {"by": "mail"}});
    let method = json!({"request": "POST /a", "request_when": [{"when": "by == 'mail'", "request": "POST /mail"}], "body": body});
    assert_snapshot!(planned_with(method.clone(), "{}"), @r#"
    POST /v1/mail
    Content-Type: application/json

    {"by":"mail"}
    "#);
    assert_snapshot!(planned_with(method, r#"{"by": "hand"}"#), @r#"
    POST /v1/a
    Content-Type: application/json

    {"by":"hand"}
    "#);
}
