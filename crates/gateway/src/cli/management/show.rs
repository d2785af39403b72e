//! What the API answers, as people read it.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::Value;

/// A column's header, and where its value is in an entry (a JSON pointer).
pub(super) type Column = (&'static str, &'static str);

/// A list, an entry a line.
pub(super) fn list(answer: &Value, columns: &[Column]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(columns.iter().map(|(header, _)| *header));
    for entry in answer["result"].as_array().into_iter().flatten() {
        table.add_row(columns.iter().map(|(_, pointer)| text(entry.pointer(pointer).unwrap_or(&Value::Null))));
    }
    table.trim_fmt()
}

/// One thing, a member a line; members of members as `config.methods`.
pub(super) fn one(answer: &Value) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    for (name, value) in members("", answer) {
        table.add_row([name, value]);
    }
    table.trim_fmt()
}

fn members(prefix: &str, value: &Value) -> Vec<(String, String)> {
    let object = match value {
        Value::Object(object) if object.is_empty() => return vec![(prefix.to_owned(), text(&Value::Null))],
        Value::Object(object) => object,
        other => return vec![(prefix.to_owned(), text(other))],
    };
    let name = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
    object.iter().flat_map(|(key, value)| members(&name(key), value)).collect()
}

fn text(value: &Value) -> String {
    let text = match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    // A vendor's words are shown too, and must not steer the terminal.
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn a_list_is_a_table_whose_missing_values_are_dashes() {
        let answer = json!({"result": [{"id": "a", "config": {"tags": ["x", "y"]}}, {"id": "b", "config": {"tags": []}}]});
        insta::assert_snapshot!(super::list(&answer, &[("ID", "/id"), ("TAGS", "/config/tags"), ("EXPIRES", "/expires_at")]), @"
         ID  TAGS  EXPIRES
         a   x, y  -
         b   -     -
        ");
    }

    #[test]
    fn one_thing_is_a_line_for_each_member() {
        insta::assert_snapshot!(super::one(&json!({"id": "a", "context": {}, "config": {"auth": "url", "tags": []}, "name": "red\u{1b}[31m"})), @"
         id           a
         context      -
         config.auth  url
         config.tags  -
         name         red [31m
        ");
    }
}
