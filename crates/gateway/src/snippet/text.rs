//! The notations that snippets are written in.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

/// A string as JSON writes it, which TOML and YAML read as well.
pub(super) fn string(text: &str) -> String {
    Value::from(text).to_string()
}

/// JSON as people read it.
pub(super) fn json(value: &Value) -> String {
    format!("{value:#}")
}

/// One word of a shell command that stays as it is whatever it holds.
pub(super) fn word(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./:@%+,=".contains(&b);
    if !text.is_empty() && text.bytes().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// One value in the query of a link.
pub(super) fn escaped(text: &str) -> String {
    // Forms write a space as a plus sign, which links mean literally.
    byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// One value in the query of a link that is base64 before it is escaped.
pub(super) fn base64_escaped(value: &Value) -> String {
    escaped(&STANDARD.encode(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{escaped, word};

    #[test]
    fn a_word_is_quoted_where_a_shell_would_read_more_into_it() {
        assert_eq!(word("https://gate.example/mcp/tg_a-b"), "https://gate.example/mcp/tg_a-b");
        assert_eq!(word("<MCP_URL>"), "'<MCP_URL>'");
        assert_eq!(word("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(word(""), "''");
    }

    #[test]
    fn a_link_keeps_spaces_and_plus_signs_apart() {
        assert_eq!(escaped("a b+c&d"), "a%20b%2Bc%26d");
    }
}
