//! Parameters and headers of Swagger 2.0, whose types stand beside their names.

use serde_json::{Map, Value, json};

/// The entries of `parameters`.
pub(super) fn listed(written: Option<&Value>) -> Vec<&Value> {
    match written {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Object(map)) => map.values().collect(),
        _ => Vec::new(),
    }
}

/// What a value is and how a list of them is written; `tabDelimited` and `nestedDelimited` are no styles of OpenAPI 3, so that whoever reads them
/// says that they cannot be written.
pub(super) struct Turned {
    pub(super) schema: Value,
    pub(super) style: Option<&'static str>,
    pub(super) explode: bool,
}

/// Words that are said of the value.
const OF_THE_VALUE: &[&str] = &[
    "type",
    "format",
    "items",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
];

/// Schema and style of a parameter that is no body.
pub(super) fn value(written: &Value) -> Turned {
    let mut schema = Map::new();
    for key in OF_THE_VALUE {
        if let Some(value) = written.get(*key) {
            schema.insert((*key).to_owned(), value.clone());
        }
    }
    // Some descriptions have the schema of OpenAPI 3 here.
    if let Some(Value::Object(own)) = written.get("schema") {
        own.iter().for_each(|(key, value)| {
            schema.entry(key).or_insert_with(|| value.clone());
        });
    }
    if written.get("x-nullable") == Some(&Value::Bool(true)) {
        schema.insert("nullable".to_owned(), true.into());
    }
    if schema.get("type").and_then(Value::as_str) == Some("file") {
        schema.insert("type".to_owned(), "string".into());
        schema.insert("format".to_owned(), "binary".into());
    }
    let of_items = written.pointer("/items/type").and_then(Value::as_str) == Some("array");
    let style = match written.get("collectionFormat").and_then(Value::as_str) {
        // Lists of lists, for which OpenAPI 3 has no style.
        _ if of_items => Some("nestedDelimited"),
        Some("tsv") => Some("tabDelimited"),
        Some("ssv") => Some("spaceDelimited"),
        Some("pipes") => Some("pipeDelimited"),
        Some("multi") => return Turned { schema: schema.into(), style: None, explode: true },
        _ => None,
    };
    Turned { schema: schema.into(), style, explode: false }
}

/// A parameter or header that is no body.
pub(super) fn turned(written: &Value) -> Value {
    let Value::Object(object) = written else {
        return written.clone();
    };
    if object.contains_key("$ref") {
        return written.clone();
    }
    let Turned { schema, style, explode } = value(written);
    let mut turned: Map<String, Value> = object
        .iter()
        .filter(|(key, _)| !OF_THE_VALUE.contains(&key.as_str()) && !matches!(key.as_str(), "collectionFormat" | "schema"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let is_list = schema.get("type").and_then(Value::as_str) == Some("array");
    turned.insert("schema".to_owned(), schema);
    if is_list {
        let place = object.get("in").and_then(Value::as_str).unwrap_or_default();
        if place == "query" {
            turned.insert("explode".to_owned(), json!(explode));
        }
        if let Some(style) = style {
            turned.insert("style".to_owned(), style.into());
        }
    }
    turned.into()
}
