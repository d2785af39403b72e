//! The input schemas that agents see.

use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::{Value, json};

use crate::desk::{DESK, definition, planned, planned_with, tool, with_method};

fn input(method: Value) -> Value {
    with_method("act", method).tools[0].input_schema.clone()
}

#[test]
fn a_list_has_limit_and_next_cursor_instead_of_the_vendors_paging() {
    assert_json_snapshot!(tool(&DESK, "tickets.list").input_schema, @r#"
    {
      "type": "object",
      "properties": {
        "status": {
          "type": "string",
          "enum": [
            "open",
            "closed"
          ],
          "description": "State."
        },
        "tag_ids": {
          "type": "array",
          "items": {
            "type": "integer"
          }
        },
        "limit": {
          "type": "integer",
          "minimum": 1,
          "maximum": 100,
          "description": "Default 25."
        },
        "next_cursor": {
          "type": "string",
          "description": "The last one, passed back unchanged."
        }
      },
      "additionalProperties": false
    }
    "#);
}

#[test]
fn a_body_is_flattened_without_what_is_fixed() {
    assert_json_snapshot!(tool(&DESK, "tickets.create").input_schema, @r#"
    {
      "type": "object",
      "properties": {
        "subject": {
          "type": "string",
          "minLength": 1,
          "description": "First line."
        },
        "priority": {
          "type": "string",
          "enum": [
            "low",
            "normal",
            "high"
          ],
          "default": "normal"
        },
        "custom": {
          "type": "object",
          "properties": {
            "floor": {
              "type": "integer"
            }
          },
          "additionalProperties": false
        },
        "watchers": {
          "type": "array",
          "items": {
            "type": "object",
            "properties": {
              "email": {
                "type": "string"
              }
            },
            "required": [
              "email"
            ]
          }
        }
      },
      "required": [
        "subject"
      ],
      "additionalProperties": false
    }
    "#);
}

#[test]
fn case_c1_path_and_body_id_are_both_deliverable() {
    let schema = &tool(&DESK, "tickets.update").input_schema;
    let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "id__body", "subject"]);
    assert_eq!(schema["required"], json!(["id", "id__body"]));
    assert_snapshot!(planned("tickets.update", r#"{"id": 1, "id__body": 2}"#), @r#"
    PUT /v1/tickets/1
    X-Client: tidegate
    Content-Type: application/json

    {"id":2}
    "#);
    assert_snapshot!(planned("tickets.update", "{}"), @"
    /id: missing; expected integer
    /id__body: missing; expected integer
    ");
}

#[test]
fn case_c3_the_path_id_can_never_be_overridden() {
    let open = |extra: &str| {
        planned_with(
            json!({
                "request": "PUT /things/{thing_id}",
                "parameters": {"thing_id": {"in": "path", "schema": {"type": "integer"}}},
                "body": {"fixed": {"kind": "x"}, "schema": {
                    "type": "object", "properties": {"$name": {"type": "string"}}, "additionalProperties": true,
                }},
            }),
            extra,
        )
    };
    assert_snapshot!(open(r#"{"thing_id": 1, "id": 2, "id__path": 3, "name": "n"}"#), @r#"
    PUT /v1/things/1
    Content-Type: application/json

    {"$name":"n","id":2,"id__path":3,"kind":"x"}
    "#);
    assert_snapshot!(open(r#"{"thing_id": 1, "kind": "y", "$name": "z"}"#), @"
    /kind: unknown argument; this member of the body is set in another way
    /$name: unknown argument; this member of the body is set in another way
    ");
}

#[test]
fn case_c2_arrays_scalars_and_free_form_bodies_are_one_argument() {
    let with = |schema: Value| json!({"request": "POST /t", "body": {"schema": schema}});
    assert_snapshot!(planned_with(with(json!({"type": "array", "items": {"type": "integer"}})), r#"{"body": [1, 2]}"#), @"
    POST /v1/t
    Content-Type: application/json

    [1,2]
    ");
    assert_snapshot!(planned_with(with(json!({"type": "string"})), r#"{"body": "x"}"#), @r#"
    POST /v1/t
    Content-Type: application/json

    "x"
    "#);
    assert_snapshot!(planned_with(with(json!({"type": "object"})), r#"{"body": {"any": [1]}}"#), @r#"
    POST /v1/t
    Content-Type: application/json

    {"any":[1]}
    "#);
    assert_snapshot!(planned_with(with(json!({})), "{}"), @"/body: missing; expected a value");
}

#[test]
fn case_c2_an_array_body_does_not_displace_a_parameter_of_that_name() {
    let method = json!({
        "request": "POST /t",
        "parameters": {"body": {"in": "query", "schema": {"type": "string"}}},
        "body": {"schema": {"type": "array"}},
    });
    assert_snapshot!(planned_with(method, r#"{"body": "q", "body__body": [1]}"#), @"
    POST /v1/t?body=q
    Content-Type: application/json

    [1]
    ");
}

#[test]
fn case_c5_only_methods_become_tools_and_each_has_its_own_parameters() {
    let names: Vec<&str> = DESK.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "list_all_e_desk_tickets",
            "get_single_e_desk_ticket_by_id",
            "create_a_e_desk_ticket",
            "update_a_e_desk_ticket_by_id",
            "delete_a_e_desk_ticket_by_id",
            "e_desk_tickets_merge_into",
            "list_all_e_desk_me",
        ]
    );
    assert!(DESK.tool("create_a_e_desk_ticket").is_some());
}

#[test]
fn case_e1_nothing_composed_stands_at_the_root() {
    let composed = json!({"request": "POST /t", "body": {"schema": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
    }}});
    let schema = input(composed.clone());
    for keyword in ["anyOf", "oneOf", "allOf", "not", "enum", "description"] {
        assert!(schema.get(keyword).is_none());
    }
    assert!(schema["properties"]["body"]["oneOf"].is_array());
    assert_snapshot!(planned_with(composed.clone(), r#"{"body": {"a": "1"}}"#), @r#"
    POST /v1/t
    Content-Type: application/json

    {"a":"1"}
    "#);
    assert_snapshot!(planned_with(composed, r#"{"body": {}}"#), @r#"/body: fits none of the allowed forms: /body: "a" is missing; or /body: "b" is missing"#);
}

#[test]
fn case_a1_a_recursive_body_keeps_its_definitions_at_the_root() {
    let method = json!({"request": "POST /t", "body": {"schema": {
        "type": "object",
        "properties": {"tree": {"$ref": "#/$defs/Node"}},
        "required": ["tree"],
        "$defs": {"Node": {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/Node"}}}, "additionalProperties": false}},
    }}});
    assert!(input(method.clone())["$defs"]["Node"].is_object());
    assert_snapshot!(planned_with(method.clone(), r#"{"tree": {"children": [{"children": []}]}}"#), @r#"
    POST /v1/t
    Content-Type: application/json

    {"tree":{"children":[{"children":[]}]}}
    "#);
    assert_snapshot!(planned_with(method, r#"{"tree": {"children": [{"child": []}]}}"#), @"/tree/children/0/child: unknown member `child`; did you mean `children`?");
}

#[test]
fn a_body_that_is_a_reference_is_flattened_too() {
    let method = json!({"request": "POST /t", "body": {"schema": {
        "$ref": "#/$defs/Ticket",
        "$defs": {"Ticket": {"type": "object", "properties": {"subject": {"type": "string"}, "twin": {"$ref": "#/$defs/Ticket"}}}},
    }}});
    assert_snapshot!(planned_with(method, r#"{"subject": "s", "twin": {"subject": "t"}}"#), @r#"
    POST /v1/t
    Content-Type: application/json

    {"subject":"s","twin":{"subject":"t"}}
    "#);
}

#[test]
fn every_array_says_what_its_items_are() {
    let schema = input(json!({"request": "POST /t", "body": {"schema": {"type": "object", "properties": {
        "a": {"type": "array"}, "b": {"type": "object", "properties": {"c": {"type": ["array", "null"]}}},
    }}}}));
    assert_eq!(schema["properties"]["a"]["items"], json!({}));
    assert_eq!(schema["properties"]["b"]["properties"]["c"]["items"], json!({}));
}

#[test]
fn a_method_without_documentation_is_no_tool() {
    let hidden: Vec<String> =
        DESK.hidden.iter().map(|hidden| format!("{}.{}: {}", hidden.resource, hidden.method, hidden.reason)).collect();
    assert_eq!(hidden, ["tickets.purge: no documentation"]);
    let blank = definition(json!({"things": {"methods": {"list": {
        "request": "GET /t", "documentation": {"description": "  "},
    }}}}));
    assert!(blank.tools.is_empty());
}

#[test]
fn the_parents_of_a_record_keep_their_names() {
    let method = json!({
        "request": "GET /a/{id}/b/{b_id}",
        "parameters": {"id": {"in": "path", "schema": {}}, "b_id": {"in": "path", "schema": {}}},
        "documentation": {"description": "d"},
    });
    let definition = definition(json!({"things": {"methods": {"get": method}}}));
    let plan = crate::desk::plan(&definition, "things.get", r#"{"id": 2, "id__path": 1}"#);
    assert_snapshot!(crate::desk::shown(plan), @"GET /v1/a/1/b/2");
}
