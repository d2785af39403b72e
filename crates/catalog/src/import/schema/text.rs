//! What agents read of a schema.

use serde_json::{Map, Value};

use super::super::prose::plain;

/// Longest description of a property.
const MAX_CHARACTERS: usize = 300;

/// Longest example.
const MAX_EXAMPLE_CHARACTERS: usize = 40;

/// The description of a schema: the vendor's, else its title where that says more than `name`, with what else is to be said and a short
/// example.
pub(super) fn description(
    members: &Map<String, Value>,
    name: Option<&str>,
    out: &Map<String, Value>,
    more: Option<String>,
) -> Option<String> {
    let text = |key: &str| members.get(key).and_then(Value::as_str).map(|text| plain(text, MAX_CHARACTERS)).filter(|text| !text.is_empty());
    let title = text("title").filter(|title| name.is_none_or(|name| letters(name) != letters(title)));
    let mut said = text("description").or(title).unwrap_or_default();
    let example = example(members, out).filter(|example| !said.contains(example.as_str())).map(|example| format!("E.g. `{example}`."));
    for part in [more, example].into_iter().flatten() {
        if !said.is_empty() {
            said.push_str(if said.ends_with(['.', '!', '?', ':', ';', '…']) { " " } else { ". " });
        }
        said.push_str(&part);
    }
    (!said.is_empty()).then_some(said)
}

/// A short example that says more than the type does.
fn example(members: &Map<String, Value>, out: &Map<String, Value>) -> Option<String> {
    if ["enum", "const", "then", "default"].iter().any(|key| out.contains_key(*key)) {
        return None;
    }
    let first = |key: &str| match members.get(key)? {
        Value::Array(examples) => examples.first(),
        Value::Object(examples) => examples.values().next(),
        _ => None,
    };
    let text = match members.get("example").or_else(|| first("examples"))? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let is_telling = text.len() > 1 && !["string", "integer", "number", "null"].contains(&text.as_str());
    let is_short = text.chars().count() <= MAX_EXAMPLE_CHARACTERS && !text.contains(['\n', '`']);
    // Whatever is no fit text for agents is no fit example either.
    (is_telling && is_short && plain(&text, MAX_EXAMPLE_CHARACTERS) == text).then_some(text)
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
