//! JSON Schemas of parameters and bodies: valid, self-contained, documented, with defaults that they admit.

use serde_json::{Map, Value};

use super::methods;
use crate::arguments;
use crate::integration::Integration;
use crate::problem::{Problem, Severity};
use crate::subschemas::{Holds, held_by};
use crate::yaml::Rules;

/// Longest name of a property.
const MAX_NAME_CHARACTERS: usize = 128;

/// Most defaults of one schema that are checked although they need its definitions; it bounds the time that takes.
const MAX_WITH_DEFINITIONS: usize = 64;

const TYPES: &str = "`string`, `integer`, `number`, `boolean`, `object`, `array`, `null`";

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    for at in methods(integration) {
        for (key, parameter) in &at.method.parameters {
            let path = format!("{}.parameters.{key}.schema", at.path);
            check_schema(&path, &parameter.schema, problems);
            if !has_description(&parameter.schema) {
                problems.push(undocumented(&path, key));
            }
        }
        if let Some(body) = &at.method.body {
            check_schema(&format!("{}.body.schema", at.path), &body.schema, problems);
        }
        if let Some(returns) = at.method.documentation.as_ref().and_then(|documentation| documentation.returns.as_ref()) {
            problems.extend(too_deep(&format!("{}.documentation.returns", at.path), returns));
        }
    }
}

fn check_schema(path: &str, schema: &Value, problems: &mut Vec<Problem>) {
    if !schema.is_object() {
        problems.push(Problem::error(path, "a schema is a mapping, e.g. `{ type: string, description: … }`"));
        return;
    }
    let before = problems.len();
    problems.extend(too_deep(path, schema));
    walk(path, schema, &mut |path, schema| check_members(path, schema, problems));
    if problems[before..].iter().any(|problem| problem.severity == Severity::Error) {
        return;
    }
    match validator(schema) {
        Ok(_) => {
            let mut parts = Parts::of(schema);
            walk(path, schema, &mut |path, part| check_default(path, part, &mut parts, problems));
        }
        Err(problem) => problems.push(Problem::error(format!("{path}{}", problem.path), problem.message)),
    }
}

/// What is wrong with a schema that is nested so deep that no definition file could hold it.
fn too_deep(path: &str, schema: &Value) -> Option<Problem> {
    let most = Rules::DEFINITION.max_depth;
    let is_too_deep = path.split('.').count() + levels(schema) > most;
    is_too_deep
        .then(|| Problem::error(path, format!("nested more than {most} levels deep, counted from the top of the file; flatten the schema")))
}

/// How many objects and lists are inside of each other.
fn levels(value: &Value) -> usize {
    let inner = match value {
        Value::Object(members) => members.values().map(levels).max(),
        Value::Array(items) => items.iter().map(levels).max(),
        _ => return 0,
    };
    inner.unwrap_or(0) + 1
}

/// Makes validators of parts of one schema.
pub(super) struct Parts<'s> {
    root: &'s Value,
    with_definitions: usize,
}

impl<'s> Parts<'s> {
    pub(super) fn of(root: &'s Value) -> Self {
        Self { root, with_definitions: 0 }
    }

    /// A validator of `part`, which may refer to the definitions of the whole; `None` if it cannot be made.
    pub(super) fn validator(&mut self, part: &Map<String, Value>) -> Option<jsonschema::Validator> {
        let mut part = Value::Object(part.clone());
        if refers(&part) {
            // Each of these compiles all definitions again.
            self.with_definitions += 1;
            if self.with_definitions > MAX_WITH_DEFINITIONS {
                return None;
            }
            for key in ["$defs", "definitions"] {
                if let (Some(definitions), Some(part)) = (self.root.get(key), part.as_object_mut()) {
                    part.insert(key.to_owned(), definitions.clone());
                }
            }
        }
        validator(&part).ok()
    }
}

fn refers(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.contains_key("$ref") || members.values().any(refers),
        Value::Array(items) => items.iter().any(refers),
        _ => false,
    }
}

/// A validator, or what is wrong with the schema and where in it.
fn validator(schema: &Value) -> Result<jsonschema::Validator, Problem> {
    if let Err(error) = jsonschema::draft202012::meta::validate(schema) {
        let place = error.instance_path().as_str().replace('/', ".");
        let message = match place.ends_with(".type") {
            true => format!("{} is no type; use one of {TYPES}", error.instance()),
            false => format!("not a valid JSON Schema (2020-12): {error}; mend this keyword"),
        };
        return Err(Problem::error(place, message));
    }
    arguments::validator(schema).map_err(|error| Problem::error("", format!("not a usable JSON Schema: {error}; mend the schema")))
}

/// Calls `visit` for `schema` and each schema inside it, with its path.
pub(super) fn walk(path: &str, schema: &Value, visit: &mut dyn FnMut(&str, &Map<String, Value>)) {
    let Some(members) = schema.as_object() else {
        return;
    };
    visit(path, members);
    for (key, value) in members {
        let path = format!("{path}.{key}");
        match (held_by(key), value) {
            (Some(Holds::Schema), _) => walk(&path, value, visit),
            (Some(Holds::Map), Value::Object(schemas)) => {
                schemas.iter().for_each(|(name, schema)| walk(&format!("{path}.{name}"), schema, visit));
            }
            (Some(Holds::List), Value::Array(schemas)) => {
                schemas.iter().enumerate().for_each(|(at, schema)| walk(&format!("{path}.{at}"), schema, visit));
            }
            _ => {}
        }
    }
}

fn check_members(path: &str, schema: &Map<String, Value>, problems: &mut Vec<Problem>) {
    for key in ["$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$vocabulary"] {
        if schema.contains_key(key) {
            problems.push(Problem::error(
                format!("{path}.{key}"),
                format!("`{key}` has no meaning in a schema that is embedded elsewhere; use `$defs` and `$ref`"),
            ));
        }
    }
    if let Some(target) = schema.get("$ref")
        && !target.as_str().is_some_and(|target| target.starts_with('#'))
    {
        problems.push(Problem::error(
            format!("{path}.$ref"),
            "a schema refers only to itself, e.g. `#/$defs/address`; copy what it refers to under `$defs`",
        ));
    }
    if let Some(dialect) = schema.get("$schema")
        && dialect != "https://json-schema.org/draft/2020-12/schema"
    {
        problems.push(Problem::error(format!("{path}.$schema"), "schemas are JSON Schema 2020-12; remove this key"));
    }
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = format!("{path}.properties.{name}");
        if name.is_empty() || name.len() > MAX_NAME_CHARACTERS || name.chars().any(char::is_control) {
            problems.push(Problem::error(&path, format!("a property's name has 1 to {MAX_NAME_CHARACTERS} visible characters; mend it")));
        }
        if !has_description(property) {
            problems.push(undocumented(&path, name));
        }
    }
}

fn check_default(path: &str, part: &Map<String, Value>, parts: &mut Parts<'_>, problems: &mut Vec<Problem>) {
    if let Some(default) = part.get("default")
        && let Some(validator) = parts.validator(part)
        && let Err(error) = validator.validate(default)
    {
        problems.push(Problem::error(
            format!("{path}.default"),
            format!("the default is not valid in its own schema: {error}; mend one of them"),
        ));
    }
}

/// A schema that only points elsewhere is described there.
fn has_description(schema: &Value) -> bool {
    schema.get("$ref").is_some() || schema.get("description").and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty())
}

fn undocumented(path: &str, name: &str) -> Problem {
    Problem::warning(path, format!("`{name}` has no description; say what it is and where its value comes from"))
}
