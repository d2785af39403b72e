//! No key of the format is inert.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use catalog::authorization_server::AuthorizationServer;
use catalog::connect_form::{Form, abilities};
use catalog::definition::Definition;
use catalog::filter::Filter;
use catalog::parse::lint;
use catalog::target::Target;
use catalog::{docs, schema};
use serde_json::{Value, json};

/// Uses every key that the format has, with a value that is not its default.
fn everything() -> Value {
    serde_json::from_str(include_str!("everything.json")).unwrap()
}

/// Tells, piece by piece and for as long as it is wanted, all that a definition says to anybody: problems, tools with their routes, pages, forms,
/// targets, endpoints, prompts.
fn effects(definition: &Value, tell: &mut dyn FnMut(String) -> ControlFlow<()>) -> ControlFlow<()> {
    let text = definition.to_string();
    let report = lint("acme.json", &text);
    tell(format!("{:?} {:?} {:?}", report.errors, report.warnings, report.hidden))?;
    if !report.errors.is_empty() {
        return ControlFlow::Continue(());
    }
    let definition = Definition::compile(serde_json::from_value(definition.clone()).unwrap()).unwrap();
    let integration = &definition.integration;
    let context = json!({"shop": "blue", "area": "eu"}).as_object().unwrap().clone();
    tell(format!("{:?} {:?}", definition.tools, definition.prompts))?;
    tell(docs::page(&definition))?;
    for context in [context, serde_json::Map::new()] {
        tell(format!("{:?}", Target::new(integration, None, &context)))?;
        for (name, scheme) in &integration.credentials {
            let server = scheme.oauth2.as_ref().map(|oauth2| AuthorizationServer::new(integration, oauth2, None, &context));
            tell(format!("{server:?} {:?} {:?}", Form::new(&definition, name, None, &context), definition.check(name)))?;
            tell(format!("{:?}", abilities(&definition, name, &Filter::default())))?;
        }
    }
    ControlFlow::Continue(())
}

/// Whether the effects are others than these; the first that differs ends it.
fn differ(definition: &Value, usual: &[String]) -> bool {
    let mut left = usual.iter();
    let told = effects(definition, &mut |effect| match left.next() {
        Some(same) if *same == effect => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    });
    told.is_break() || left.next().is_some()
}

/// The JSON Pointers of all members that are keys of the format, or names under them.
fn keys(value: &Value, path: &str, found: &mut Vec<String>) {
    /// What is below these is not the format's.
    const OPAQUE: [&str; 5] = ["schema", "returns", "arguments", "fixed", "defaults"];
    match value {
        Value::Object(object) => {
            for (key, member) in object {
                let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                let is_opaque = OPAQUE.contains(&key.as_str()) && !path.starts_with("/prompts");
                if !is_opaque {
                    keys(member, &path, found);
                }
                found.push(path);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| keys(item, &format!("{path}/{index}"), found)),
        _ => {}
    }
}

#[test]
fn case_c7_every_key_of_the_format_changes_something() {
    let everything = everything();
    let mut usual = Vec::new();
    let _ = effects(&everything, &mut |effect| {
        usual.push(effect);
        ControlFlow::Continue(())
    });
    assert!(usual[0].starts_with("[] "), "{}", usual[0]);
    assert!(!differ(&everything, &usual));
    let mut paths = Vec::new();
    keys(&everything, "", &mut paths);
    let inert: Vec<&String> = paths
        .iter()
        .filter(|path| {
            let (parent, key) = path.rsplit_once('/').unwrap();
            let mut without = everything.clone();
            let parent = without.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            parent.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
            !differ(&without, &usual)
        })
        .collect();
    assert_eq!(inert, Vec::<&String>::new());
}

#[test]
fn case_c7_the_test_above_uses_every_key_that_the_format_has() {
    let mut used = Vec::new();
    keys(&everything(), "", &mut used);
    let used: BTreeSet<&str> = used.iter().filter_map(|path| path.rsplit('/').next()).collect();
    let mut known = BTreeSet::new();
    properties(&schema::schema(), &mut known);
    let unused: Vec<&String> = known.iter().filter(|key| !used.contains(key.as_str())).collect();
    assert_eq!(unused, Vec::<&String>::new());
}

/// The names of all properties that a schema describes.
fn properties(schema: &Value, known: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            known.extend(object.get("properties").and_then(Value::as_object).into_iter().flat_map(|properties| properties.keys().cloned()));
            object.values().for_each(|member| properties(member, known));
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, known)),
        _ => {}
    }
}

#[test]
fn case_c7_an_unknown_key_is_refused_wherever_it_stands() {
    let everything = everything();
    let mut paths = Vec::new();
    keys(&everything, "", &mut paths);
    // Maps whose names are the author's have no unknown keys; in all others a key of nobody is refused.
    const NAMED: [&str; 18] = [
        "servers",
        "variables",
        "options",
        "credentials",
        "fields",
        "extra_authorize_parameters",
        "scopes",
        "headers",
        "query",
        "singular",
        "extract",
        "resources",
        "methods",
        "parameters",
        "encoding",
        "arguments",
        "prompts",
        "examples",
    ];
    for path in paths.iter().filter(|path| everything.pointer(path).is_some_and(Value::is_object)) {
        let key = path.rsplit('/').next().unwrap();
        if NAMED.contains(&key) || ["schema", "returns", "fixed", "defaults"].contains(&key) {
            continue;
        }
        let mut with = everything.clone();
        with.pointer_mut(path).unwrap()["of_nobody"] = json!(1);
        let errors = lint("acme.json", &with.to_string()).errors;
        assert!(errors.iter().any(|error| error.to_string().contains("of_nobody")), "{path}: {errors:?}");
    }
}
