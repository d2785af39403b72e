//! The rules of three model APIs for the tools of a request, each as a checker of one entry of `tools/list`, ours or
//! another server's. Breaking one costs the whole request, and so all tools of all servers.
//!
//! Sources: Anthropic, "Tool use" and the API's own refusals; OpenAI, "Function calling" and "Structured outputs:
//! supported schemas"; Google, Gemini API and Vertex AI, `Schema` and `FunctionDeclaration`, and their refusals.

use serde_json::{Map, Value};

/// Whose rules they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelApi {
    Anthropic,
    OpenAi,
    Gemini,
}

impl ModelApi {
    pub const ALL: &'static [ModelApi] = &[ModelApi::Anthropic, ModelApi::OpenAi, ModelApi::Gemini];

    pub fn name(self) -> &'static str {
        match self {
            ModelApi::Anthropic => "Anthropic",
            ModelApi::OpenAi => "OpenAI",
            ModelApi::Gemini => "Gemini",
        }
    }
}

/// A rule that a tool breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub api: ModelApi,
    /// Where and what, e.g. `/properties/x: no type`; a path begins at the tool's input schema.
    pub problem: String,
}

/// Every rule of every API that an entry of `tools/list` breaks.
pub fn check(tool: &Value) -> Vec<Finding> {
    let found = |api: &ModelApi| {
        let problems = match api {
            ModelApi::Anthropic => anthropic(tool),
            ModelApi::OpenAi => openai(tool),
            ModelApi::Gemini => gemini(tool),
        };
        let api = *api;
        problems.into_iter().map(move |problem| Finding { api, problem })
    };
    ModelApi::ALL.iter().flat_map(found).collect()
}

/// Messages API: names of tools and of properties, a plain root, a valid schema.
fn anthropic(tool: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let schema = &tool["inputSchema"];
    check_name(tool, &mut found);
    check_root(schema, &["oneOf", "anyOf", "allOf"], &mut found);
    if !jsonschema::draft202012::meta::is_valid(schema) {
        found.push("not JSON Schema 2020-12".to_owned());
    }
    each(schema, &mut |path, part, _| {
        for name in part.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name) {
            let is_accepted = (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
            if !is_accepted {
                found.push(format!("{path}: property name `{name}`"));
            }
        }
    });
    found
}

/// Chat Completions and Responses, without strict mode, which no list of a server can be in; but what strict mode
/// refuses in a keyword's value is left out too.
fn openai(tool: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let schema = &tool["inputSchema"];
    check_name(tool, &mut found);
    check_root(schema, &["oneOf", "anyOf", "allOf", "enum", "not"], &mut found);
    let (mut count, mut texts) = (0, 0);
    each(schema, &mut |path, part, level| {
        if is_type(part, "array") && !part.contains_key("items") {
            found.push(format!("{path}: an array without `items`"));
        }
        let pattern = part.get("pattern").and_then(Value::as_str).unwrap_or_default();
        if ["(?=", "(?!", "(?<"].iter().any(|group| pattern.contains(group)) {
            found.push(format!("{path}: look-around in a pattern"));
        }
        if level > 11 {
            found.push(format!("{path}: more than 10 levels under the root"));
        }
        count += part.get("properties").and_then(Value::as_object).map_or(0, Map::len);
        texts += part.get("enum").and_then(Value::as_array).map_or(0, Vec::len);
    });
    if count > 5_000 || texts > 1_000 {
        found.push(format!("{count} properties and {texts} enum values"));
    }
    found
}

/// `Schema` of the Gemini API and of Vertex AI, the stricter one in doubt. `additionalProperties` is no word of it, but
/// its hosts take it out themselves, and others need it.
fn gemini(tool: &Value) -> Vec<String> {
    const KNOWN: &[&str] = &[
        "type",
        "title",
        "description",
        "format",
        "nullable",
        "enum",
        "items",
        "minItems",
        "maxItems",
        "properties",
        "required",
        "minProperties",
        "maxProperties",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "pattern",
        "anyOf",
        "default",
        "example",
        "propertyOrdering",
        "additionalProperties",
    ];
    let mut found = Vec::new();
    let name = tool["name"].as_str().unwrap_or_default();
    if name.len() > 63 || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        found.push(format!("the name `{name}`"));
    }
    each(&tool["inputSchema"], &mut |path, part, _| {
        for key in part.keys().filter(|key| !KNOWN.contains(&key.as_str())) {
            found.push(format!("{path}: unknown keyword `{key}`"));
        }
        match part.get("type") {
            Some(Value::String(_)) => {}
            Some(_) => found.push(format!("{path}: a list of types")),
            None if part.contains_key("anyOf") => {}
            None => found.push(format!("{path}: no type")),
        }
        if part.contains_key("anyOf") && part.len() > 1 {
            found.push(format!("{path}: something beside `anyOf`"));
        }
        if is_type(part, "array") && !part.contains_key("items") {
            found.push(format!("{path}: an array without `items`"));
        }
        let values = part.get("enum").and_then(Value::as_array);
        if values.is_some_and(|values| !is_type(part, "string") || values.iter().any(|value| value.as_str().is_none_or(str::is_empty))) {
            found.push(format!("{path}: an enum of other values than texts"));
        }
        if part.get("format").is_some_and(|format| format != "date-time") {
            found.push(format!("{path}: an unknown format"));
        }
        for name in part.get("required").and_then(Value::as_array).into_iter().flatten() {
            if part.get("properties").is_none_or(|properties| properties.get(name.as_str().unwrap_or_default()).is_none()) {
                found.push(format!("{path}: {name} is required and no property"));
            }
        }
    });
    found
}

fn check_name(tool: &Value, found: &mut Vec<String>) {
    let name = tool["name"].as_str().unwrap_or_default();
    if !(1..=64).contains(&name.len()) || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)) {
        found.push(format!("the name `{name}`"));
    }
}

fn check_root(schema: &Value, refused: &[&str], found: &mut Vec<String>) {
    if schema["type"] != "object" || !schema["properties"].is_object() {
        found.push("the root is no object with properties".to_owned());
    }
    for key in refused.iter().filter(|key| schema.get(**key).is_some()) {
        found.push(format!("`{key}` at the root"));
    }
}

fn is_type(part: &Map<String, Value>, name: &str) -> bool {
    match part.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    }
}

/// What is done with each schema: its place, the schema, and how many are around it.
type Check<'c> = dyn FnMut(&str, &Map<String, Value>, usize) + 'c;

/// Calls `check` for each schema inside of one, the outermost first.
fn each(schema: &Value, check: &mut Check<'_>) {
    fn visit(schema: &Value, path: &str, level: usize, check: &mut Check<'_>) {
        let Some(part) = schema.as_object() else { return };
        check(path, part, level);
        for (key, value) in part {
            let path = format!("{path}/{key}");
            match (key.as_str(), value) {
                ("properties" | "$defs" | "patternProperties" | "dependentSchemas", Value::Object(schemas)) => {
                    schemas.iter().for_each(|(name, schema)| visit(schema, &format!("{path}/{name}"), level + 1, check));
                }
                ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(schemas)) => {
                    schemas.iter().for_each(|schema| visit(schema, &path, level, check));
                }
                ("items" | "additionalProperties" | "not" | "if" | "then" | "else" | "contains" | "propertyNames", _) => {
                    visit(value, &path, level + 1, check);
                }
                _ => {}
            }
        }
    }
    visit(schema, "", 0, check);
}
