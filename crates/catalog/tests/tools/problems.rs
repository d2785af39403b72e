//! What a definition is refused for, beside what its syntax shows.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::desk::compiled;

fn problems(keys: Value) -> String {
    let problems = compiled(keys).unwrap_err();
    let lines: Vec<String> = problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect();
    lines.join("\n")
}

fn problems_of(mut method: Value) -> String {
    method["documentation"] = json!({"description": "d"});
    problems(json!({"resources": {"things": {"methods": {"act": method}}}}))
}

#[test]
fn each_problem_has_its_place_and_a_remedy() {
    assert_snapshot!(problems_of(json!({"request": "GET things"})), @"resources.things.methods.act.request: `things` must start with `/`, have no empty, `.` or `..` segments, and encode what is not plain ASCII");
    assert_snapshot!(problems_of(json!({"request": "GET /a/{b}", "parameters": {"c": {"in": "path", "schema": {}}}})), @"
    resources.things.methods.act.parameters.c: `{c}` is not in the path of the request; add it there or mend `in`
    resources.things.methods.act.parameters: path parameter `b` is missing; declare it with `in: path` and a schema
    ");
    assert_snapshot!(problems_of(json!({"request": "GET /a", "body": {"schema": {}}})), @"resources.things.methods.act.body: a GET request has no body; use `parameters` with `in: query`");
    assert_snapshot!(problems_of(json!({"request": "POST /a", "body": {"defaults": {"x": 1}, "schema": {"type": "object", "properties": {"y": {}}}}})), @"resources.things.methods.act.body.defaults.x: the schema has no such property; add it there, or use `fixed` for what no argument changes");
    assert_snapshot!(problems_of(json!({"request": "GET /a", "parameters": {"Host": {"in": "header", "schema": {}}, "q": {"in": "query", "style": "simple", "schema": {}}}})), @"
    resources.things.methods.act.parameters.Host: `Host` is decided by the connection, the credential or the body (see body.content_type); remove it
    resources.things.methods.act.parameters.q.style: `simple` is for paths and headers; use `form` without `explode`
    ");
    assert_snapshot!(problems_of(json!({"request": "GET /a", "response": {"records": "a..b"}, "refuse": [{"when": "a ==", "argument": "zz", "message": "m"}]})), @"
    resources.things.methods.act.response.records: `a..b` has an empty part; write keys joined by single dots, e.g. `pagination.after`
    resources.things.methods.act.refuse.0.argument: `zz` is no argument of this tool; name one of its input properties
    resources.things.methods.act.refuse.0.when: syntax error: unexpected end of input, expected expression
    ");
    assert_snapshot!(problems_of(json!({"request": "GET /a", "parameters": {"q": {"in": "query", "schema": {"$ref": "https://x.test/s.json"}}}})), @"resources.things.methods.act.parameters.q.schema: `$ref: https://x.test/s.json` leads out of the schema; write the schema here or under $defs");
}

#[test]
fn shared_parts_are_reported_once() {
    let method = |path: &str| json!({"request": path, "documentation": {"description": "d"}});
    assert_snapshot!(
        problems(json!({
            "base_url": "https://{sub}.desk.test",
            "headers": {"Authorization": "x"},
            "errors": {"rules": [{"when": "status =="}]},
            "resources": {"things": {"methods": {"a": method("GET /a"), "b": method("GET /b")}}},
        })),
        @"
    headers.Authorization: `Authorization` is decided by the connection, the credential or the body (see body.content_type); remove it
    base_url: `{sub}` is no variable; declare it under `variables`
    errors.rules.0.when: syntax error: unexpected end of input, expected expression
    "
    );
}

#[test]
fn two_tools_of_one_name_are_refused() {
    let method = || json!({"request": "GET /a", "tool_name": "same", "documentation": {"description": "d"}});
    assert_snapshot!(problems(json!({"resources": {"things": {"methods": {"a": method(), "b": method()}}}})), @"resources.things.methods.b: a second tool would be called `same`; give one of them a `tool_name`");
}

#[test]
fn no_argument_sets_a_credential() {
    let keys = json!({
        "credentials": {"key": {"kind": "api_key", "attach": {"query": "api_key"}}, "other": {"kind": "api_key", "attach": {"header": "X-Key"}}},
        "resources": {"things": {"methods": {"a": {
            "request": "GET /a",
            "parameters": {"api_key": {"in": "query", "schema": {}}, "x-key": {"in": "header", "schema": {}}},
            "documentation": {"description": "d"},
        }}}},
    });
    assert_snapshot!(problems(keys), @"
    resources.things.methods.a.parameters.api_key: `api_key` holds the credential; no argument may set it
    resources.things.methods.a.parameters.x-key: `x-key` holds the credential; no argument may set it
    ");
}

#[test]
fn equal_definitions_have_equal_digests() {
    let with = |path: &str| compiled(json!({"resources": {"things": {"methods": {"a": {"request": path}}}}})).unwrap().digest;
    assert_eq!(with("GET /a"), with("GET /a"));
    assert_ne!(with("GET /a"), with("GET /b"));
}
