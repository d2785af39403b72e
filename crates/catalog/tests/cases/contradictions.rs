//! What a definition says twice, or to no effect, is an error with a remedy.

use catalog::parse::lint;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::requests::{act, called, definition, plan, posting};

/// What is wrong with a definition of one method, line by line.
fn problems(name: &str, mut method: Value, keys: Value) -> String {
    method["documentation"] = json!({"description": "Does a thing.", "source": "https://docs.acme.test"});
    let mut file = json!({
        "version": 1, "name": "acme", "label": "Acme", "description": "Things of a shop.", "base_url": "https://acme.test/v1",
        "credentials": {"token": {"kind": "bearer", "check": {"resource": "me", "method": "list"}}},
        "resources": {
            "things": {"methods": {name: method}},
            "me": {"methods": {"list": {"request": "GET /me", "pagination": {"style": "none"}}}},
        },
    });
    for (key, value) in keys.as_object().unwrap() {
        file[key] = value.clone();
    }
    let report = lint("acme.json", &file.to_string());
    let lines: Vec<String> = report.errors.iter().chain(&report.warnings).map(ToString::to_string).collect();
    lines.join("\n").replace("resources.things.methods.", "")
}

fn paged(mut body: Value) -> Value {
    if body["schema"].is_null() {
        body["schema"] = json!({"type": "object", "properties": {"q": {"type": "string", "description": "Words."}}});
    }
    let pagination = json!({"style": "offset", "in": "body", "offset": "start", "size": "limit", "default_size": 10, "max_size": 20});
    json!({"request": "POST /a", "pagination": pagination, "response": {"total": "n"}, "body": body})
}

#[test]
fn case_c7_a_member_of_the_pagination_has_no_value_of_its_own() {
    assert_snapshot!(problems("list", paged(json!({"fixed": {"start": 3}, "defaults": {"limit": 5}})), json!({})), @"
    1: list.body.fixed.start: the pagination sets this member; remove it here, or change the pagination
    1: list.body.defaults.limit: the pagination sets this member; remove it here, or change the pagination
    1: list.body.defaults.limit: no property of the schema has this name; known here: `q`
    ");
    let whole = json!({"type": "object", "required": ["limit"], "description": "All."});
    assert_snapshot!(problems("list", paged(json!({ "schema": whole })), json!({})), @"1: list.body.schema: the pagination sets `limit`, so it is no argument; remove it from `required`");
}

#[test]
fn no_argument_that_is_a_whole_body_asks_for_pages() {
    let list = definition("list", paged(json!({"schema": {"type": "object"}})), json!({}));
    assert_snapshot!(called(&list, json!({"body": {"limit": 999, "start": 7, "q": "x"}})), @"
    /body/start: the page is asked for by `limit` and `next_cursor`; leave this member out
    /body/limit: the page is asked for by `limit` and `next_cursor`; leave this member out
    ");
    assert_snapshot!(called(&list, json!({"body": {"q": "x"}})), @r#"
    POST https://acme.test/v1/a
    Content-Type: application/json

    {"q":"x","start":0,"limit":10}
    "#);
}

#[test]
fn of_a_body_that_may_be_left_out_fixed_and_default_members_go_with_the_arguments() {
    let method = json!({
        "request": "POST /a",
        "request_when": [{"when": "state == \"open\"", "request": "POST /open"}],
        "refuse": [{"when": "state == \"open\" and not q", "argument": "q", "message": "Words are missing."}],
        "body": {
            "required": false,
            "fixed": {"kind": "a"},
            "defaults": {"state": "open"},
            "schema": {"type": "object", "properties": {"state": {"type": "string"}, "q": {"type": "string"}, "r": {"type": "string"}}},
        },
    });
    assert_snapshot!(act(method.clone(), json!({})), @"POST https://acme.test/v1/a");
    assert_snapshot!(act(method.clone(), json!({"q": "x"})), @r#"
    POST https://acme.test/v1/open
    Content-Type: application/json

    {"state":"open","q":"x","kind":"a"}
    "#);
    assert_snapshot!(act(method, json!({"r": "x"})), @"/q: Words are missing.");
    let empty = json!({"type": "object", "properties": {}, "additionalProperties": false});
    let never = posting(json!({"required": false, "fixed": {"kind": "a"}, "schema": empty}));
    assert_snapshot!(problems("act", never, json!({})), @"1: act.body.required: no argument belongs to this body, so it would never be sent; remove `required: false`, or the body");
}

#[test]
fn an_update_that_would_change_nothing_is_refused_whatever_is_sent_anyway() {
    let schema = json!({"type": "object", "minProperties": 1, "properties": {"name": {"type": "string"}, "notify": {"type": "boolean"}}});
    let update = posting(json!({"fixed": {"kind": "a"}, "defaults": {"notify": false}, "schema": schema}));
    assert_snapshot!(act(update.clone(), json!({})), @"expected at least 1 of `name`, `notify`, got 0");
    assert!(act(update, json!({"name": "x"})).starts_with("POST "));
}

#[test]
fn case_c7_an_encoding_that_says_nothing_is_refused() {
    let form = |encoding: Value| {
        let properties = json!({"a": {"type": "object", "description": "A."}, "b": {"type": "object", "description": "B."}});
        posting(json!({"format": "form", "encoding": encoding, "schema": {"type": "object", "properties": properties}}))
    };
    let inert = json!({"a": {"content_type": "text/plain"}, "b": {"style": "json", "explode": true}});
    assert_snapshot!(problems("act", form(inert), json!({})), @"
    1: act.body.encoding.b: `json` and `deepObject` are the same with and without `explode`; remove it
    1: act.body.encoding.a.content_type: a form has no types of single members, so only a JSON type says something here: that the member is JSON text; remove it
    ");
    let said = json!({"a": {"content_type": "application/json"}, "b": {"style": "deepObject"}});
    assert_eq!(problems("act", form(said), json!({})), "");
}

#[test]
fn case_c7_a_constant_of_the_query_is_sent_once_and_as_it_stands() {
    let keys = json!({
        "query": {"v": "2", "key": "a", "flag": ""},
        "credentials": {"key": {"kind": "api_key", "attach": {"query": "key"}, "check": {"resource": "me", "method": "list"}}},
    });
    let method = json!({
        "request": "GET /a",
        "query": {"key": "b", "shop": "{region}"},
        "parameters": {"v": {"in": "query", "schema": {"type": "string", "description": "V."}}},
    });
    assert_snapshot!(problems("act", method, keys), @"
    1: query.key: this query parameter holds the credential; remove it here, or change `attach`
    1: act.query.key: this query parameter holds the credential; remove it here, or change `attach`
    1: act.query.key: this query parameter is sent already; remove it here, or where it stands beside
    1: act.parameters.v: the integration's `query` sends this already; remove it here, or there
    1: act.query.shop: `{region}` is sent as it stands; variables are filled in the integration's `query` only
    ");
    let flags = json!({"query": {"flag": ""}});
    assert_eq!(called(&definition("act", json!({"request": "GET /a"}), flags), json!({})), "GET https://acme.test/v1/a?flag");
}

#[test]
fn no_argument_says_how_an_answer_is_written_or_that_the_verb_is_another() {
    for name in ["Accept", "Range", "If-Range", "Accept-Encoding", "Content-Encoding", "X-HTTP-Method-Override", "x-method-override"] {
        let parameter = json!({"in": "header", "schema": {"type": "string", "description": "A."}});
        let said = problems("act", json!({"request": "GET /a", "parameters": { name: parameter }}), json!({}));
        assert!(said.contains(&format!("act.parameters.{name}: `{name}` ")), "{name}: {said}");
    }
    let fixed = definition("act", json!({"request": "GET /a", "headers": {"Range": "bytes=0-9"}}), json!({}));
    assert!(plan(&fixed, json!({})).is_ok());
}
