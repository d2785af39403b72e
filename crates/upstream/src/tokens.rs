//! A JSON text as its strings and what stands between them, to change strings and leave every other character as it is.

use std::iter;

/// A piece of a JSON text.
pub(crate) enum Token<'j> {
    /// A string with its quotes: a value or a member's name.
    String(&'j str),
    /// Brackets, commas, numbers, white space: everything up to the next string.
    Other(&'j str),
}

/// The pieces of `json`, which must be JSON; put together they are the same text.
pub(crate) fn tokens(json: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = json;
    iter::from_fn(move || {
        let is_string = rest.starts_with('"');
        let end = if is_string { end_of_string(rest) } else { rest.find('"').unwrap_or(rest.len()) };
        let (token, after) = rest.split_at(end);
        rest = after;
        match token {
            "" => None,
            _ if is_string => Some(Token::String(token)),
            _ => Some(Token::Other(token)),
        }
    })
}

/// What a string with its quotes says.
pub(crate) fn decoded(literal: &str) -> String {
    serde_json::from_str(literal).unwrap_or_default()
}

fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    proptest! {
        #[test]
        fn the_pieces_are_the_text_and_strings_are_found_whole(strings in proptest::collection::vec("[a-c\"\\\\ \n{}:,ä]{0,9}", 0..6)) {
            let text = serde_json::to_string_pretty(&json!({"n": 1.50, "strings": strings, "": {"\"": []}})).unwrap();
            let (mut again, mut found) = (String::new(), Vec::new());
            for token in tokens(&text) {
                match token {
                    Token::String(literal) => {
                        again.push_str(literal);
                        found.push(Value::from(decoded(literal)));
                    }
                    Token::Other(other) => again.push_str(other),
                }
            }
            prop_assert_eq!(&again, &text);
            for string in strings {
                prop_assert!(found.contains(&json!(string)));
            }
        }

        #[test]
        fn no_text_makes_it_fail(text in "[\"\\\\a-zä{}]{0,40}") {
            let length: usize = tokens(&text).map(|token| match token { Token::String(t) | Token::Other(t) => t.len() }).sum();
            prop_assert_eq!(length, text.len());
        }
    }
}
