use serde_json::json;

use super::*;
use crate::import::refs::Refs;

/// The one document of these files, the first of which is the description.
fn bundled(files: &[(&str, Value)]) -> (Value, Vec<Note>) {
    let (name, root) = files[0].clone();
    let mut bundle = Bundle::new(name, root);
    loop {
        let missing = bundle.missing(usize::MAX);
        if missing.is_empty() {
            return bundle.document("it was not given");
        }
        for name in missing {
            let file = files.iter().find(|(file, _)| *file == name);
            bundle.add(&name, file.map(|(_, value)| value.clone()).ok_or_else(|| "there is no such file".to_owned()));
        }
    }
}

/// What the reference at `pointer` leads to in the end.
fn end<'d>(root: &'d Value, pointer: &str) -> &'d Value {
    Refs::new(root).resolve(root.pointer(pointer).unwrap()).unwrap()
}

#[test]
fn a_reference_leads_into_other_files_and_back() {
    let (root, notes) = bundled(&[
        (
            "api/openapi.yaml",
            json!({
                "paths": {"/orders": {"$ref": "paths/orders.yaml"}, "/items": {"$ref": "paths/all.yaml#/~1items"}},
                "components": {"schemas": {"Id": {"type": "string"}}},
            }),
        ),
        ("api/paths/orders.yaml", json!({"get": {"schema": {"$ref": "../schemas.yaml#/Order"}}})),
        ("api/paths/all.yaml", json!({"/items": {"get": {"schema": {"$ref": "#/a%20b"}}}, "a b": {"const": 1}})),
        (
            "api/schemas.yaml",
            json!({"Order": {"properties": {
                "id": {"$ref": "openapi.yaml#/components/schemas/Id"}, "parent": {"$ref": "#/Order"}, "whole": {"$ref": "#"},
            }}}),
        ),
    ]);
    assert_eq!(notes, []);
    let orders = end(&root, "/paths/~1orders");
    let order = Refs::new(&root).resolve(&orders["get"]["schema"]).unwrap();
    assert_eq!(Refs::new(&root).resolve(&order["properties"]["id"]), Ok(&json!({"type": "string"})));
    assert!(std::ptr::eq(Refs::new(&root).resolve(&order["properties"]["parent"]).unwrap(), order));
    assert!(std::ptr::eq(&Refs::new(&root).resolve(&order["properties"]["whole"]).unwrap()["Order"], order));
    let items = end(&root, "/paths/~1items");
    assert_eq!(Refs::new(&root).resolve(&items["get"]["schema"]), Ok(&json!({"const": 1})));
}

#[test]
fn what_stands_beside_a_reference_stays_and_data_is_no_reference() {
    let root = json!({
        "a": {"$ref": "b.yaml", "description": "mine"},
        "example": {"$ref": "b.yaml"}, "default": {"$ref": "b.yaml"}, "enum": [{"$ref": "b.yaml"}],
        "examples": {"one": {"value": {"$ref": "b.yaml"}}, "two": {"$ref": "b.yaml"}},
        "properties": {"$ref": {"type": "string"}, "example": {"$ref": "b.yaml"}, "value": {"$ref": "b.yaml"}},
        "responses": {"default": {"$ref": "b.yaml"}},
    });
    let (bundled, _) = bundled(&[("a.yaml", root.clone()), ("b.yaml", json!({"b": 1}))]);
    assert_eq!(bundled["a"], json!({"$ref": "#/x-files/0", "description": "mine"}));
    for name in ["example", "default", "enum"] {
        assert_eq!(bundled[name], root[name]);
    }
    assert_eq!(bundled["examples"], json!({"one": {"value": {"$ref": "b.yaml"}}, "two": {"$ref": "#/x-files/0"}}));
    for pointer in ["/properties/example", "/properties/value", "/responses/default"] {
        assert_eq!(end(&bundled, pointer), &json!({"b": 1}), "{pointer}");
    }
    assert_eq!(bundled["properties"]["$ref"], json!({"type": "string"}));
}

#[test]
fn anchors_and_ids_are_found_by_name() {
    let (root, notes) = bundled(&[
        (
            "https://acme.example/openapi.json",
            json!({
                "schemas": {
                    "A": {"$anchor": "a", "const": "a"},
                    "B": {"$id": "https://schemas.example/b", "$defs": {"in": {"$anchor": "a", "const": "b"}, "c": {"$ref": "#a"},
                        "d": {"$ref": "#/$defs/in"}, "up": {"$ref": "#/schemas/A"}, "sibling": {"$ref": "x"}}},
                    "X": {"$id": "https://schemas.example/x", "const": "x"},
                    "Tree": {"$dynamicAnchor": "node", "properties": {"child": {"$dynamicRef": "#node"}}},
                },
                "by_anchor": {"$ref": "#a"}, "by_id": {"$ref": "https://schemas.example/x"},
                "by_both": {"$ref": "https://schemas.example/b#a"}, "by_pointer": {"$ref": "https://schemas.example/b#/$defs/in"},
                "far": {"$ref": "parts.json#p"},
            }),
        ),
        ("https://acme.example/parts.json", json!({"p": {"$anchor": "p", "const": "p"}})),
    ]);
    assert_eq!(notes, []);
    for (pointer, expected) in [
        ("/by_anchor", "a"),
        ("/by_id", "x"),
        ("/by_both", "b"),
        ("/by_pointer", "b"),
        ("/far", "p"),
        ("/schemas/B/$defs/c", "b"),
        ("/schemas/B/$defs/d", "b"),
        ("/schemas/B/$defs/up", "a"),
        ("/schemas/B/$defs/sibling", "x"),
    ] {
        assert_eq!(end(&root, pointer)["const"], expected, "{pointer}");
    }
    assert_eq!(root["schemas"]["Tree"]["properties"]["child"], json!({"$ref": "#/schemas/Tree"}));
}

#[test]
fn a_file_that_cannot_be_had_is_noted_once_and_its_references_stay() {
    let root = json!({
        "a": {"$ref": "gone.yaml#/a"}, "b": {"$ref": "gone.yaml#/b"}, "c": {"$ref": "https://other.example/x.yaml"},
        "d": {"$ref": "../e.yaml"}, "x-samples": {"$ref": "sample.php"}, "description": {"$ref": "text.md"},
    });
    let (bundled, notes) = bundled(&[("a.yaml", root.clone())]);
    assert_eq!(bundled, root);
    let notes: Vec<String> = notes.iter().map(|Note { at, message }| format!("{at}: {message}")).collect();
    insta::assert_snapshot!(notes.join("\n"), @r"
    ../e.yaml: this file was not read: it is outside of the description's folder; put both into one folder
    gone.yaml: this file was not read: there is no such file
    https://other.example/x.yaml: this file was not read: it is a URL and the description a file; fetch it, put it beside, and change the reference
    ");
}

#[test]
fn a_discriminators_mapping_leads_to_the_same_places() {
    let (root, _) = bundled(&[
        (
            "a.yaml",
            json!({"x-files": 7, "oneOf": [{"$ref": "pets/cat.yaml"}],
                "discriminator": {"mapping": {"cat": "pets/cat.yaml", "dog": "Dog", "own": "#/oneOf/0"}}}),
        ),
        ("pets/cat.yaml", json!({"const": "cat"})),
    ]);
    assert_eq!(root["discriminator"]["mapping"], json!({"cat": "#/x-files-/0", "dog": "Dog", "own": "#/oneOf/0"}));
    assert_eq!(root["x-files-"], json!([{"const": "cat"}]));
}
