//! Descriptions of a made-up vendor, imported, and calls of the tools that come out.

use catalog::definition::Definition;
use catalog::import::{Import, Options, Sources, import};
use catalog::integration::Method;
use catalog::target::Target;
use catalog::tool::Tool;
use serde_json::{Value, json};

/// Imports a description; what comes out compiles.
pub(crate) fn imported(description: &Value) -> Import {
    imported_from("acme.json", description, &Options::default())
}

pub(crate) fn imported_from(source: &str, description: &Value, options: &Options) -> Import {
    let description = Sources::new(source, &description.to_string()).unwrap().description().unwrap();
    let import = import(&description, options).unwrap();
    Definition::compile(import.integration.clone()).unwrap();
    let accounted = import.report.tools + import.report.skipped.len() + import.report.left_out;
    assert_eq!(import.report.operations, accounted, "each operation is accounted for");
    import
}

/// A description of these paths.
pub(crate) fn with_paths(paths: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Acme API v2", "version": "2" },
        "servers": [{ "url": "https://api.acme.test/v2/" }],
        "paths": paths,
    })
}

/// A description of one operation that has these members.
pub(crate) fn with_operation(verb: &str, operation: Value) -> Value {
    with_paths(json!({ "/things": { verb: operation } }))
}

/// The method of a request line, e.g. `GET /things`.
pub(crate) fn method<'i>(import: &'i Import, request: &str) -> &'i Method {
    let methods = import.integration.resources.values().flat_map(|resource| resource.methods.values());
    let mut found = methods.filter(|method| method.request == request);
    found.next().unwrap_or_else(|| panic!("no {request}: {:?}", import.report.skipped))
}

/// The request that a call makes: verb and URL, headers but for the usual `Accept`, body; or why it makes none.
pub(crate) fn planned(import: &Import, request: &str, arguments: Value) -> String {
    planned_with(import, request, |_| arguments)
}

/// The same with values for the first arguments, whatever they are called: those of the path.
pub(crate) fn planned_in_order(import: &Import, request: &str, values: &[&str]) -> String {
    planned_with(import, request, |tool| {
        let names = tool.input_schema["properties"].as_object().unwrap().keys();
        names.zip(values).map(|(name, value)| (name.clone(), json!(value))).collect::<serde_json::Map<_, _>>().into()
    })
}

fn planned_with(import: &Import, request: &str, arguments: impl FnOnce(&Tool) -> Value) -> String {
    let definition = Definition::compile(import.integration.clone()).unwrap();
    let resources = import.integration.resources.iter();
    let mut methods = resources.flat_map(|(resource, each)| each.methods.iter().map(move |(name, method)| (resource, name, method)));
    let (resource, name, _) = methods.find(|(_, _, method)| method.request == request).unwrap();
    let tool = definition.tools.iter().find(|tool| tool.resource == *resource && tool.method == *name).unwrap();
    let context = json!({ "shop": "blue" });
    let target = Target::new(&import.integration, None, context.as_object().unwrap()).unwrap();
    match tool.plan(&target, arguments(tool).as_object().unwrap().clone()) {
        Ok(plan) => {
            let headers = plan.headers.iter().filter(|(name, value)| !(name == "Accept" && value == "application/json"));
            let headers: String = headers.map(|(name, value)| format!("\n{name}: {value}")).collect();
            let body = plan.body.map(|body| format!("\n{}", String::from_utf8_lossy(&body))).unwrap_or_default();
            format!("{} {}{headers}{body}", plan.verb.as_str(), plan.url)
        }
        Err(error) => error.to_string(),
    }
}

/// What was noted, a line each.
pub(crate) fn noted(import: &Import) -> Vec<String> {
    import.report.notes.iter().map(|note| format!("{}: {}", note.at, note.message)).collect()
}

/// What was skipped and why, a line each.
pub(crate) fn skipped(import: &Import) -> Vec<String> {
    import.report.skipped.iter().map(|skipped| format!("{}: {}", skipped.operation, skipped.reason)).collect()
}
