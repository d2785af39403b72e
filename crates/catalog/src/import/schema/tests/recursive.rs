use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{Dialect, Schemas, assert_sound, description, is_valid, shown, turned};

fn with(schemas: Value, schema: Value) -> String {
    shown(turned(Dialect::Draft4, schemas, &schema))
}

#[test]
fn case_a1_what_refers_to_itself_stays_a_definition() {
    assert_snapshot!(with(
        json!({"Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}}),
        json!({"type": "array", "items": {"$ref": "#/components/schemas/Node"}}),
    ), @r##"{"type":"array","items":{"$ref":"#/$defs/Node"},"$defs":{"Node":{"type":"object","properties":{"next":{"$ref":"#/$defs/Node"}}}}}"##);
    assert_snapshot!(with(
        json!({
            "A": {"type": "object", "properties": {"bs": {"type": "array", "items": {"$ref": "#/components/schemas/B"}}}},
            "B": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}, "name": {"$ref": "#/components/schemas/C"}}},
            "C": {"type": "string"},
        }),
        json!({"$ref": "#/components/schemas/A"}),
    ), @r##"{"type":"object","properties":{"bs":{"type":"array","items":{"$ref":"#/$defs/B"}}},"$defs":{"B":{"type":"object","properties":{"a":{"$ref":"#/$defs/A"},"name":{"type":"string"}}},"A":{"type":"object","properties":{"bs":{"type":"array","items":{"$ref":"#/$defs/B"}}}}}}"##);
}

#[test]
fn case_a1_what_is_composed_of_itself_ends() {
    for (name, schemas) in [
        ("all", json!({"A": {"allOf": [{"$ref": "#/components/schemas/A"}, {"type": "string"}]}})),
        ("any", json!({"A": {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "string"}]}})),
        ("only", json!({"A": {"$ref": "#/components/schemas/A"}})),
        (
            "each other",
            json!({"A": {"allOf": [{"$ref": "#/components/schemas/B"}]}, "B": {"allOf": [{"$ref": "#/components/schemas/A"}], "type": "string"}}),
        ),
        ("not", json!({"A": {"type": "string", "not": {"$ref": "#/components/schemas/A"}}})),
        (
            "nested",
            json!({"A": {"type": "object", "properties": {"a": {"allOf": [{"$ref": "#/components/schemas/A"}, {"required": ["b"]}]}}}}),
        ),
    ] {
        let (schema, _) = turned(Dialect::Draft4, schemas, &json!({"$ref": "#/components/schemas/A"}));
        match name {
            "nested" => {
                assert!(is_valid(&schema, &json!({"a": {"b": 1, "a": {"b": 2}}})), "{schema}");
                assert!(!is_valid(&schema, &json!({"a": {"b": 1, "a": {"c": 2}}})), "{schema}");
            }
            // Nothing is said of it in the end; that it ends is what counts.
            "only" | "each other" => assert!(is_valid(&schema, &json!("x")), "{schema}"),
            _ => {
                assert!(is_valid(&schema, &json!("x")), "{name}: {schema}");
                assert!(!is_valid(&schema, &json!(1)), "{name}: {schema}");
            }
        }
    }
}

#[test]
fn case_a2_any_pointer_is_followed() {
    assert_snapshot!(with(
        json!({"Graph": {"type": "object", "properties": {
            "nodes": {"type": "array", "items": {"type": "object", "properties": {"inner": {"$ref": "#/properties/nodes/items"}, "size": {"type": "integer"}}}},
            "root": {"$ref": "#/components/schemas/Graph/properties/nodes/items"},
            "size": {"$ref": "#/components/schemas/Graph/properties/nodes/items/properties/size"},
        }}}),
        json!({"$ref": "#/components/schemas/Graph"}),
    ), @r##"{"type":"object","properties":{"nodes":{"type":"array","items":{"type":"object","properties":{"inner":{"$ref":"#/$defs/Graph_nodes_items.53641f"},"size":{"type":"integer"}}}},"root":{"$ref":"#/$defs/Graph_nodes_items.53641f"},"size":{"type":"integer"}},"$defs":{"Graph_nodes_items.53641f":{"type":"object","properties":{"inner":{"$ref":"#/$defs/Graph_nodes_items.53641f"},"size":{"type":"integer"}}}}}"##);
    let mut description = description(Dialect::Draft4, json!({}));
    description.root = json!({"paths": {"/x": {"post": {"requestBody": {"content": {"application/json": {"schema": {
        "type": "object", "properties": {"child": {"$ref": "#/paths/~1x/post/requestBody/content/application~1json/schema"}, "name": {"type": "string"}},
    }}}}}}}});
    let schema = &description.root["paths"]["/x"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    let schema = Schemas::new(&description).converted(schema, &mut Vec::new());
    assert_sound(&schema);
    assert!(is_valid(&schema, &json!({"child": {"child": {"name": "x"}}})));
    assert!(!is_valid(&schema, &json!({"child": {"child": {"name": 7}}})));
}

#[test]
fn case_a4_no_schema_changes_what_becomes_of_another() {
    let schemas = json!({
        "A": {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}, "c": {"allOf": [{"$ref": "#/components/schemas/C"}, {"required": ["a"]}]}}},
        "B": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A"}, "c": {"$ref": "#/components/schemas/C"}}},
        "C": {"allOf": [{"$ref": "#/components/schemas/B"}, {"type": "object", "properties": {"d": {"type": "string"}}}]},
        "D": {"type": "string", "enum": ["x"]},
    });
    let asked: Vec<Value> = ["A", "B", "C", "D"].iter().map(|name| json!({"$ref": format!("#/components/schemas/{name}")})).collect();
    let description = description(Dialect::Draft4, schemas);
    let alone: Vec<Value> = asked.iter().map(|schema| Schemas::new(&description).converted(schema, &mut Vec::new())).collect();
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
        let schemas = Schemas::new(&description);
        for place in order {
            let together = schemas.converted(&asked[place], &mut Vec::new());
            assert_sound(&together);
            assert_eq!(together, alone[place], "{order:?}");
        }
    }
}

#[test]
fn three_levels_of_references_do_not_come_out_empty() {
    assert_snapshot!(with(
        json!({
            "A": {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}}},
            "B": {"type": "object", "properties": {"c": {"$ref": "#/components/schemas/C"}}},
            "C": {"$ref": "#/components/schemas/D"},
            "D": {"type": "object", "properties": {"d": {"type": "string"}}},
        }),
        json!({"$ref": "#/components/schemas/A"}),
    ), @r#"{"type":"object","properties":{"b":{"type":"object","properties":{"c":{"type":"object","properties":{"d":{"type":"string"}}}}}}}"#);
}

#[test]
fn references_that_would_multiply_are_written_once() {
    let mut schemas = serde_json::Map::new();
    for level in 0..40 {
        let next = json!({"$ref": format!("#/components/schemas/L{}", level + 1)});
        schemas.insert(
            format!("L{level}"),
            json!({"type": "object", "properties": {"left": next, "right": next, "both": {"allOf": [next, next]}}}),
        );
    }
    schemas.insert("L40".to_owned(), json!({"type": "string", "description": "The end."}));
    let (schema, notes) = turned(Dialect::Draft4, Value::Object(schemas), &json!({"$ref": "#/components/schemas/L0"}));
    assert_eq!(notes, Vec::<String>::new());
    assert!(schema.to_string().len() < 400_000, "{}", schema.to_string().len());
}

#[test]
fn long_chains_neither_end_nor_become_too_deep() {
    let mut schemas = serde_json::Map::new();
    for level in 0..20_000 {
        let next = json!({"$ref": format!("#/components/schemas/L{}", level + 1)});
        schemas.insert(format!("L{level}"), json!({"type": "object", "properties": {"next": next}}));
    }
    schemas.insert("L20000".to_owned(), json!({"type": "string"}));
    let (schema, _) = turned(Dialect::Draft4, Value::Object(schemas), &json!({"$ref": "#/components/schemas/L0"}));
    let again: Value = serde_json::from_str(&schema.to_string()).unwrap();
    assert_eq!(again, schema);
}

#[test]
fn a_reference_to_nothing_admits_anything() {
    assert_snapshot!(with(json!({}), json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Lost"}, "b": {"$ref": "other.yaml#/B"}}})), @r#"
{"type":"object","properties":{"a":{},"b":{}}}
`a` `#/components/schemas/Lost` refers to nothing in the description; anything is admitted
`b` `other.yaml#/B` is in another file, which is not there; anything is admitted
"#);
}
