//! A definition as the text of its file: YAML that a person would write, and that is read back the same.

use serde_json::{Map, Value};

use crate::integration::Integration;

/// Longest line of a text that is written on one line, in bytes; a longer one is folded.
const MAX_LINE: usize = 120;

/// The definition as YAML: keys in the order of the format, what says nothing left out, long texts as blocks.
///
/// `parse::parse` reads from it what was written.
pub fn yaml(integration: &Integration) -> String {
    let mut value = serde_json::to_value(integration).unwrap_or_default();
    leave_out_defaults(&mut value);
    let mut text = String::new();
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| member(&mut text, name, value, 0)),
        other => text.push_str(&other.to_string()),
    }
    text
}

/// Removes what the format takes for granted. Only at places of the format: in a schema or an example an empty object is something.
fn leave_out_defaults(integration: &mut Value) {
    drop_empty(integration, "errors");
    for resource in members_of(integration, "resources") {
        for method in members_of(resource, "methods") {
            drop_empty(method, "response");
            drop_empty(method, "annotations");
            for parameter in members_of(method, "parameters") {
                drop_if(parameter, "required", |required| *required == Value::Bool(false));
            }
            if let Some(body) = method.get_mut("body") {
                drop_if(body, "format", |format| format == "json");
            }
        }
    }
}

fn members_of<'v>(value: &'v mut Value, name: &str) -> impl Iterator<Item = &'v mut Value> {
    value.get_mut(name).and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
}

fn drop_empty(value: &mut Value, name: &str) {
    drop_if(value, name, |member| member.as_object().is_some_and(Map::is_empty));
}

fn drop_if(value: &mut Value, name: &str, is_default: impl Fn(&Value) -> bool) {
    if let Value::Object(members) = value
        && members.get(name).is_some_and(is_default)
    {
        members.shift_remove(name);
    }
}

/// `name: value`, at the beginning of a line.
fn member(text: &mut String, name: &str, value: &Value, depth: usize) {
    indent(text, depth);
    text.push_str(&word(name));
    text.push(':');
    after_mark(text, value, depth);
}

/// A value after `name:`, up to the end of its last line.
fn after_mark(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push('\n');
            members.iter().for_each(|(name, value)| member(text, name, value, depth + 1));
        }
        Value::Array(items) if items.iter().any(is_nested) => {
            text.push('\n');
            items.iter().for_each(|item| list_item(text, item, depth + 1));
        }
        value => {
            text.push(' ');
            leaf(text, value, depth);
        }
    }
}

/// `- value`, at the beginning of a line.
fn list_item(text: &mut String, value: &Value, depth: usize) {
    indent(text, depth);
    text.push('-');
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (index, (name, value)) in members.iter().enumerate() {
                if index == 0 {
                    text.push(' ');
                    text.push_str(&word(name));
                    text.push(':');
                    after_mark(text, value, depth + 1);
                } else {
                    member(text, name, value, depth + 1);
                }
            }
        }
        value => after_mark(text, value, depth),
    }
}

/// A value on this line, or a text as a block below it; with the line's end.
fn leaf(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::String(words) => string(text, words, depth),
        Value::Array(items) => {
            text.push_str(&flow(items));
            text.push('\n');
        }
        other => {
            text.push_str(&other.to_string());
            text.push('\n');
        }
    }
}

/// Whether an item of a list takes lines of its own.
fn is_nested(item: &Value) -> bool {
    match item {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::String(words) => words.len() > MAX_LINE || words.contains('\n'),
        _ => false,
    }
}

fn flow(items: &[Value]) -> String {
    let written = |item: &Value| match item {
        Value::String(words) => word_in_flow(words),
        other => other.to_string(),
    };
    format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", "))
}

fn string(text: &mut String, words: &str, depth: usize) {
    if words.contains('\n') && can_be_literal(words) {
        text.push_str(if words.ends_with('\n') { "|\n" } else { "|-\n" });
        for line in words.strip_suffix('\n').unwrap_or(words).split('\n') {
            if !line.is_empty() {
                indent(text, depth + 1);
                text.push_str(line);
            }
            text.push('\n');
        }
    } else if words.len() > MAX_LINE && can_be_folded(words) {
        text.push_str(">-\n");
        folded(text, words, depth + 1);
    } else {
        text.push_str(&word(words));
        text.push('\n');
    }
}

/// Lines of words, none longer than need be.
fn folded(text: &mut String, words: &str, depth: usize) {
    let mut length = 0;
    for (index, word) in words.split(' ').enumerate() {
        if index == 0 {
            indent(text, depth);
        } else if length + word.len() + 1 > MAX_LINE {
            text.push('\n');
            indent(text, depth);
            length = 0;
        } else {
            text.push(' ');
            length += 1;
        }
        text.push_str(word);
        length += word.len();
    }
    text.push('\n');
}

/// Whether a literal block gives these lines back: its first line tells the indentation, and its end is one line break or none.
fn can_be_literal(words: &str) -> bool {
    !words.starts_with([' ', '\t', '\n']) && !words.ends_with("\n\n") && words.chars().all(|c| c == '\n' || is_plain_character(c))
}

/// Whether a folded block gives this line back: single blanks, none at either end.
fn can_be_folded(words: &str) -> bool {
    words.split(' ').all(|word| !word.is_empty() && !word.starts_with('\t')) && words.chars().all(is_plain_character)
}

/// A text on one line: as it is where YAML reads it as this text, else in quotes.
fn word(words: &str) -> String {
    if is_plain(words) { words.to_owned() } else { quoted(words) }
}

fn word_in_flow(words: &str) -> String {
    if is_plain(words) && !words.contains([',', '[', ']', '{', '}']) { words.to_owned() } else { quoted(words) }
}

/// JSON's quotes are YAML's, but for what YAML does not let stand as it is.
fn quoted(words: &str) -> String {
    let json = Value::from(words).to_string();
    if json.chars().all(is_plain_character) {
        return json;
    }
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if is_plain_character(character) {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

/// Whether a text without any quotes is read as this text (YAML 1.2.2 section 7.3.3), also by readers of YAML 1.1 for the words that
/// are something else there.
fn is_plain(words: &str) -> bool {
    const OTHERS: [&str; 12] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"];
    let starts_well = words.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '/' || c == '$' || !c.is_ascii());
    starts_well
        && words.chars().all(is_plain_character)
        && !words.contains(": ")
        && !words.contains(" #")
        && !words.contains('\t')
        && !words.ends_with([':', ' '])
        && !words.starts_with(char::is_whitespace)
        && !OTHERS.iter().any(|other| words.eq_ignore_ascii_case(other))
}

/// What may stand in YAML as it is and on one line (YAML 1.2.2 sections 5.1 and 5.4), in versions 1.1 and 1.2 alike.
fn is_plain_character(character: char) -> bool {
    match character {
        '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => false,
        '\t' => true,
        character => !character.is_control(),
    }
}

fn indent(text: &mut String, depth: usize) {
    for _ in 0..depth {
        text.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::Catalog;
    use crate::yaml::read;

    fn written(value: &Value) -> String {
        let mut text = String::new();
        value.as_object().unwrap().iter().for_each(|(name, value)| member(&mut text, name, value, 0));
        text
    }

    fn words() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just(" ".to_owned()),
            Just("\n".to_owned()),
            Just(": ".to_owned()),
            Just(" #".to_owned()),
            Just("- ".to_owned()),
            Just("\t".to_owned()),
            "[-?:,\\[\\]{}#&*!|>'\"%@`~<=$._0-9]",
            "[a-z]{1,12}",
            "[a-z]{1,6} [a-z]{1,6} [a-z]{1,60} [a-z]{1,60} [a-z]{1,9}",
            any::<char>().prop_map(String::from),
            Just("\u{2028}\u{85}\u{FEFF}\u{FFFF}".to_owned()),
            prop_oneof![Just("no"), Just("null"), Just("~"), Just("0x1F"), Just("1e3"), Just("---"), Just("...")].prop_map(str::to_owned),
        ];
        proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter("JSON has no other numbers", |number| number.is_finite()).prop_map(Value::from),
            words().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 48, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::hash_map(words().prop_filter("merges", |name| name != "<<"), inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back_the_same(value in values()) {
            let whole = serde_json::json!({"value": value});
            let text = written(&whole);
            let back = read(&text).map_err(|problems| TestCaseError::fail(format!("{problems:?}\n{text}")))?;
            prop_assert_eq!(back.value, whole, "{}", text);
        }

        #[test]
        fn another_reader_of_yaml_reads_the_same(value in values()) {
            let whole = serde_json::json!({"value": value});
            let text = written(&whole);
            let back: Value = serde_saphyr::from_str(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            prop_assert_eq!(back, whole, "{}", text);
        }
    }

    #[test]
    fn the_shipped_definitions_are_written_as_they_are_read() {
        for entry in Catalog::built_in().iter() {
            let definition = entry.definition().unwrap();
            let text = yaml(&definition.integration);
            let back = crate::parse::parse("written.yaml", &text).unwrap();
            assert_eq!(serde_json::json!(back.integration), serde_json::json!(definition.integration), "{}", entry.name);
        }
    }

    #[test]
    fn a_definition_reads_as_if_a_person_had_written_it() {
        let value = serde_json::json!({
            "version": 1, "base_url": "https://{shop}.acme.example", "description": "Orders: all of them.", "empty": {}, "none": [],
            "tags": ["orders", "a, b", "no"], "resources": {"orders": {"methods": {"list": {"request": "GET /v1/orders"}}}},
            "quirks": ["one\ntwo\n\nthree", "x"], "list": [{"a": 1, "b": [{"c": null}]}, [1, [2]]],
            "long": "Orders are made by people who have something to sell and bought by people who have nothing of it, which is how it goes everywhere.",
            "200": "on", "number": "12",
        });
        insta::assert_snapshot!(written(&value), @r##"
version: 1
base_url: https://{shop}.acme.example
description: "Orders: all of them."
empty: {}
none: []
tags: [orders, "a, b", "no"]
resources:
  orders:
    methods:
      list:
        request: GET /v1/orders
quirks:
  - |-
    one
    two

    three
  - x
list:
  - a: 1
    b:
      - c: null
  -
    - 1
    - [2]
long: >-
  Orders are made by people who have something to sell and bought by people who have nothing of it, which is how it goes
  everywhere.
"200": "on"
number: "12"
"##);
    }
}
