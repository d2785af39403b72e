//! Operations of small descriptions, for tests.

use serde_json::Value;

use super::infer::{ListShape, list_shape};
use super::operation::{Operation, Success};
use super::refs::Refs;
use crate::plan::Verb;

/// The operations of a description in the shape of OpenAPI 3, in its order.
pub(crate) fn operations(root: &Value) -> Vec<Operation<'_>> {
    let refs = Refs::new(root);
    let mut operations = Vec::new();
    for (key, item) in root["paths"].as_object().unwrap() {
        let item = item.as_object().unwrap();
        for (word, value) in item {
            let (Some(verb), Some(value)) = (Verb::parse(&word.to_uppercase()), value.as_object()) else { continue };
            let lists = [item.get("parameters"), value.get("parameters")];
            let parameters = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
            let (path, behind) = key.split_once(['?', '#']).unwrap_or((key, ""));
            let query = if key.contains('?') { behind } else { "" };
            operations.push(Operation {
                verb,
                path: path.to_owned(),
                query: query.split('&').filter(|part| !part.is_empty()).map(|part| (part.to_owned(), String::new())).collect(),
                at: format!("/paths/{}/{word}", key.replace('~', "~0").replace('/', "~1")),
                value,
                item,
                parameters: parameters.filter_map(|parameter| refs.resolve(parameter).ok()).collect(),
                body: value.get("requestBody"),
                success: success(value, refs),
            });
        }
    }
    operations
}

pub(crate) fn shapes(root: &Value) -> Vec<Option<ListShape>> {
    operations(root).iter().map(|operation| list_shape(operation, Refs::new(root))).collect()
}

fn success<'d>(operation: &'d serde_json::Map<String, Value>, refs: Refs<'d>) -> Option<Success<'d>> {
    let responses = operation.get("responses")?.as_object()?;
    let status =
        responses.keys().filter(|status| status.starts_with('2')).min().or_else(|| responses.keys().find(|key| *key == "default"))?;
    let response = refs.resolve(&responses[status]).ok()?;
    let content = response.get("content").and_then(Value::as_object);
    let media = content.and_then(|content| content.iter().find(|(name, _)| name.contains("json")).or_else(|| content.iter().next()));
    Some(Success {
        status,
        media_type: media.map(|(name, _)| name.as_str()),
        schema: media.and_then(|(_, media)| media.get("schema")),
        headers: response.get("headers").and_then(Value::as_object),
    })
}
