//! What clients are shown of a tool passes the rules of every model API, and admits whatever the tool takes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helper functions too")]

mod faithful;
mod shown;

use std::fs;
use std::path::Path;

use catalog::catalog::Catalog;
use catalog::definition::Definition;
use catalog::integration::Integration;
use catalog::parse::parse;
use catalog::tool::Tool;
use serde_json::{Value, json};

/// Made-up definitions whose schemas have everything that some client refuses.
fn nasty() -> Vec<Definition> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/client_profiles/nasty");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .map(|path| parse(path.to_str().unwrap(), &fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{error}")))
        .collect()
}

/// A tool with one argument `x` of this schema.
fn tool(mut schema: Value) -> Tool {
    let definitions = schema.as_object_mut().and_then(|schema| schema.remove("$defs")).unwrap_or_else(|| json!({}));
    let file = json!({
        "version": 1, "name": "acme", "label": "Acme", "description": "Things.", "base_url": "https://acme.test",
        "resources": {"things": {"methods": {"make": {
            "request": "POST /things",
            "body": {"schema": {"type": "object", "properties": {"x": schema}, "required": ["x"], "$defs": definitions}},
            "documentation": {"description": "Makes a thing."},
        }}}},
    });
    let integration: Integration = serde_json::from_value(file).unwrap();
    let mut definition = Definition::compile(integration).unwrap();
    std::sync::Arc::into_inner(definition.tools.remove(0)).unwrap()
}

/// What is shown of a schema as an argument.
fn shown(schema: Value) -> Value {
    tool(schema).shown_schema()["properties"]["x"].clone()
}

fn findings(tool: &Tool) -> Vec<String> {
    let listing: Value = serde_json::from_str(tool.listing()).unwrap();
    assert_eq!(&listing["inputSchema"], tool.shown_schema(), "the list shows the shown schema");
    let broken = catalog::client_rules::check(&listing);
    broken.into_iter().map(|finding| format!("{}: {}: {}", tool.name, finding.api.name(), finding.problem)).collect()
}

#[test]
fn case_e1_case_e2_every_built_in_tool_passes_the_rules_of_every_model_api() {
    let catalog = Catalog::built_in();
    let found: Vec<String> = catalog.iter().flat_map(|entry| &entry.definition().unwrap().tools).flat_map(|tool| findings(tool)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn case_e1_case_e2_tools_with_nasty_schemas_pass_them_too() {
    let definitions = nasty();
    assert!(definitions.len() >= 4);
    let found: Vec<String> = definitions.iter().flat_map(|definition| &definition.tools).flat_map(|tool| findings(tool)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_rules_find_what_the_full_schemas_of_nasty_tools_break() {
    let found: Vec<String> = nasty()
        .iter()
        .flat_map(|definition| &definition.tools)
        .flat_map(|tool| {
            let full = json!({"name": tool.name, "inputSchema": tool.input_schema});
            catalog::client_rules::check(&full).into_iter().map(|finding| finding.problem)
        })
        .collect();
    for rule in [
        "`$ref`",
        "`oneOf`",
        "`allOf`",
        "`const`",
        "list of types",
        "no type",
        "enum",
        "beside `anyOf`",
        "look-around",
        "property name",
        "format",
        "levels",
    ] {
        assert!(found.iter().any(|finding| finding.contains(rule)), "{rule}");
    }
}

#[test]
fn a_schema_that_every_client_accepts_is_shown_as_it_is() {
    for entry in Catalog::built_in().iter() {
        for tool in &entry.definition().unwrap().tools {
            let (full, shown) = (tool.input_schema.to_string(), tool.shown_schema().to_string());
            assert!(shown.len() <= full.len(), "{} grew from {} to {} characters", tool.name, full.len(), shown.len());
        }
    }
    let plain = json!({"type": "object", "properties": {"a": {"type": "string", "enum": ["x"], "description": "A."}}, "additionalProperties": false});
    assert_eq!(shown(plain.clone()), plain);
}
