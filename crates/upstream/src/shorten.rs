//! JSON that is too long, made short enough without ceasing to be JSON: long strings lose their ends, encoded data
//! (base64) is left out whole. Only for answers over the limit; it builds values and is slow.

use serde_json::Value;

use crate::document::Document;
use crate::text;
use crate::tokens::{self, Token, tokens};

/// Lengths to which strings are cut, tried in turn until all of it fits.
const LONGEST_STRINGS: [usize; 4] = [20_000, 5_000, 1_000, 300];

/// `json` with shortened strings and without white space, of at most `max` characters; `None` when strings are not what
/// makes it long. Everything else, also a number of any length, stays as it is written.
pub(crate) fn shortened(json: &str, max: usize) -> Option<String> {
    Document::open(json).ok()?;
    let mut shorter = LONGEST_STRINGS.into_iter().map(|longest| with_shorter_strings(json, longest));
    shorter.find(|written| written.chars().count() <= max)
}

fn with_shorter_strings(json: &str, longest: usize) -> String {
    let mut written = String::with_capacity(json.len());
    for token in tokens(json) {
        match token {
            // No string has fewer characters in a literal than in itself.
            Token::String(literal) if literal.len() > longest => match shorter(&tokens::decoded(literal), longest) {
                Some(short) => written.push_str(&Value::from(short).to_string()),
                None => written.push_str(literal),
            },
            Token::String(literal) => written.push_str(literal),
            Token::Other(other) => written.extend(other.chars().filter(|c| !c.is_ascii_whitespace())),
        }
    }
    written
}

fn shorter(string: &str, longest: usize) -> Option<String> {
    let kept = text::cut(string, longest)?;
    let characters = string.chars().count();
    Some(if text::is_encoded_data(string) {
        format!("[{characters} characters of encoded data left out]")
    } else {
        format!("{kept}… [{} more characters left out]", characters - kept.chars().count())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn long_strings_lose_their_ends_and_encoded_data_goes_whole() {
        let json = json!({"id": 7, "notes": "word ".repeat(10_000), "file": "QUJD".repeat(10_000)}).to_string();
        let short = shortened(&json, 500).unwrap();
        let short: Value = serde_json::from_str(&short).unwrap();
        assert_snapshot!(short["file"].as_str().unwrap(), @"[40000 characters of encoded data left out]");
        assert!(short["notes"].as_str().unwrap().ends_with("more characters left out]"));
        assert_eq!(short["id"], json!(7));
    }

    #[test]
    fn numbers_keep_every_digit_and_repeated_members_stay() {
        let json = format!(r#"{{ "id" : 12345678901234567890123, "n": 1.50, "n": 2, "text": "{}" }}"#, "word ".repeat(1_000));
        let short = shortened(&json, 1_000).unwrap();
        assert!(short.starts_with(r#"{"id":12345678901234567890123,"n":1.50,"n":2,"text":"word word"#), "{short}");
        assert_snapshot!(shortened(r#" {"a": "b c"} "#, 100).unwrap(), @r#"{"a":"b c"}"#);
    }

    #[test]
    fn what_is_long_for_other_reasons_is_not_shortened() {
        let numbers = serde_json::to_string(&(0..10_000).collect::<Vec<_>>()).unwrap();
        assert_eq!(shortened(&numbers, 1_000), None);
        assert_eq!(shortened("not json", 3), None);
    }

    proptest! {
        #[test]
        fn the_result_is_json_of_the_promised_length(
            strings in proptest::collection::vec("[a-z \"\\\\äöü\n]{0,1000}", 1..5),
            max in 100_usize..2_000,
        ) {
            let json = json!({ "strings": strings }).to_string();
            if let Some(short) = shortened(&json, max) {
                prop_assert!(short.chars().count() <= max);
                prop_assert!(serde_json::from_str::<Value>(&short).is_ok());
            }
        }
    }
}
