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
    resources.things.methods.act.parameters.c: `{c}` does not stand in the path of `request`; add it there or change `in`
    resources.things.methods.act.request: the path parameter `b` is not declared with `in: path`; known here: `c`
    ");
    assert_snapshot!(problems_of(json!({"request": "GET /a", "server": "upload", "parameters": {"a b": {"in": "cookie", "style": "simple", "schema": {}}}})), @"
    resources.things.methods.act.parameters.a b.style: a cookie is written as `form` or `json`; use one of these
    resources.things.methods.act.parameters.a b: this is no cookie name; use letters, digits and hyphens, e.g. `session`
    resources.things.methods.act.server: `upload` does not stand under `servers`; add it there
    ");
    assert_snapshot!(problems_of(json!({"request": "POST /a", "body": {"defaults": {"x": 1}, "schema": {"type": "object", "properties": {"y": {}}}}})), @"resources.things.methods.act.body.defaults.x: no property of the schema has this name; known here: `y`");
    assert_snapshot!(problems_of(json!({"request": "GET /a", "parameters": {"Host": {"in": "header", "schema": {}}, "q": {"in": "query", "style": "simple", "schema": {}}}})), @"
    resources.things.methods.act.parameters.Host: `Host` belongs to the connection, the credential, the body (see body.content_type), the verb or another protocol; remove it
    resources.things.methods.act.parameters.q.style: a query parameter is written as `form`, `spaceDelimited`, `pipeDelimited`, `deepObject` or `json`; use one of these
    ");
    assert_snapshot!(problems_of(json!({"request": "GET /a", "response": {"records": "a..b"}, "refuse": [{"when": "a ==", "argument": "zz", "message": "m"}]})), @r#"
    resources.things.methods.act.response.records: `a..b` has an empty part; write keys joined by single dots, e.g. `pagination.after`
    resources.things.methods.act.refuse.0.argument: `zz` is no argument of this tool; none is declared
    resources.things.methods.act.refuse.0.when: syntax error: unexpected end of input, expected expression; write e.g. `country not in ["US", "USA"] and not mobile_no`
    "#);
    assert_snapshot!(problems_of(json!({"request": "GET /a", "parameters": {"q": {"in": "query", "schema": {"$ref": "https://x.test/s.json"}}}})), @"resources.things.methods.act.parameters.q.schema: `$ref: https://x.test/s.json` leads out of the schema; write the schema here or under $defs");
}

#[test]
fn members_of_a_form_are_encoded_in_one_way_that_exists() {
    let problems = |encoding: Value| {
        let schema = json!({"type": "object", "properties": {"a": {}, "file": {"contentEncoding": "base64"}}});
        problems_of(json!({"request": "POST /a", "body": {"format": "multipart", "encoding": encoding, "schema": schema}}))
    };
    assert_snapshot!(problems(json!({"b": {"style": "form"}, "a": {}})), @"
    resources.things.methods.act.body.encoding.b: no property of the schema has this name; known here: `a`, `file`
    resources.things.methods.act.body.encoding.a: nothing says how the member is written; add `style` or `content_type`, or remove this
    ");
    assert_snapshot!(problems(json!({"a": {"style": "form", "content_type": "text/csv"}, "file": {"style": "form"}})), @"
    resources.things.methods.act.body.encoding.a: a member is written in a style or as a media type; keep `style` and `explode`, or `content_type`
    resources.things.methods.act.body.encoding.file.style: a file has no style; remove it, or write its `content_type`
    ");
    assert_snapshot!(problems(json!({"a": {"style": "matrix"}, "file": {"content_type": "image/*"}})), @"
    resources.things.methods.act.body.encoding.a: a member is written as `form`, `spaceDelimited`, `pipeDelimited`, `deepObject` or `json`; use one of these
    resources.things.methods.act.body.encoding.file: this is no media type; write one, e.g. `application/json`
    ");
    assert_snapshot!(problems_of(json!({"request": "POST /a", "body": {"encoding": {"a": {"style": "form"}}, "schema": {"properties": {"a": {}}}}})), @"resources.things.methods.act.body.encoding: only the members of a `form` or `multipart` body are encoded one by one; remove it");
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
        @r#"
    base_url: the variable `sub` is not declared under `variables`; none is declared
    headers.Authorization: `Authorization` belongs to the connection, the credential, the body (see body.content_type), the verb or another protocol; remove it
    errors.rules.0.when: syntax error: unexpected end of input, expected expression; write e.g. `status == 404 and body.message == "Order not found"`
    "#
    );
}

#[test]
fn two_tools_of_one_name_are_refused() {
    let method = || json!({"request": "GET /a", "tool_name": "same", "documentation": {"description": "d"}});
    assert_snapshot!(problems(json!({"resources": {"things": {"methods": {"a": method(), "b": method()}}}})), @"resources.things.methods.b: the tool name `same` is that of resources.things.methods.a too; set `tool_name` on one of them");
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
    resources.things.methods.a.parameters.api_key: `api_key` holds the credential, which no argument may set; remove it
    resources.things.methods.a.parameters.x-key: `x-key` holds the credential, which no argument may set; remove it
    ");
}

#[test]
fn a_method_without_documentation_must_be_right_too() {
    let methods = json!({"act": {"request": "GET /a/{b}", "errors": [{"when": "stauts == 404", "code": "gone"}]}});
    assert_snapshot!(problems(json!({"resources": {"things": {"methods": methods}}})), @"
    resources.things.methods.act.request: the path parameter `b` is not declared with `in: path`; add `b: { in: path, schema: … }` to `parameters`
    resources.things.methods.act.errors.0.when: nothing here is called `stauts`; did you mean `status`?
    ");
}

#[test]
fn headers_of_other_protocols_are_no_definitions_to_send() {
    for name in ["Mcp-Session-Id", "Sec-Fetch-Mode", "Forwarded-For", "Cookie"] {
        let fixed = problems_of(json!({"request": "GET /a", "headers": {name: "x"}}));
        assert!(fixed.starts_with(&format!("resources.things.methods.act.headers.{name}: `{name}` belongs to")), "{fixed}");
        let argument = problems_of(json!({"request": "GET /a", "parameters": {name: {"in": "header", "schema": {}}}}));
        assert!(argument.starts_with(&format!("resources.things.methods.act.parameters.{name}: `{name}` belongs to")), "{argument}");
    }
}
