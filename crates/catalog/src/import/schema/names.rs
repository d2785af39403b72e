//! What definitions are called.

use percent_encoding::percent_decode_str;

use super::target::{Role, Target};
use crate::fnv::{START, fnv1a};
use crate::pointer::unescaped;

/// Longest name, before a hash.
const MAX_CHARACTERS: usize = 60;

/// Parts of pointers that say nothing about what they lead to.
const PLACES: &[&str] = &[
    "allOf",
    "anyOf",
    "components",
    "content",
    "definitions",
    "oneOf",
    "parameters",
    "paths",
    "properties",
    "requestBody",
    "responses",
    "schema",
    "schemas",
];

/// The name of a definition: that of a named schema, else the telling parts of its pointer and a hash of all of it. The same pointer always
/// has the same name, and no two have one.
pub(super) fn definition_name(target: &Target<'_>) -> String {
    let pointer: String = percent_decode_str(target.pointer.trim_start_matches('#')).decode_utf8_lossy().into_owned();
    let tokens: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
    let named = match tokens.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["components", "schemas", name] | ["definitions", name] => is_plain(name).then(|| (*name).to_owned()),
        _ => None,
    };
    match (named, target.role) {
        (Some(name), Role::Whole) => name,
        _ => {
            let telling = tokens.iter().filter(|token| !PLACES.contains(&token.as_str()));
            let words: Vec<String> = telling.map(|token| plain(token)).filter(|word| !word.is_empty()).collect();
            let readable: String = words.join("_").chars().take(MAX_CHARACTERS).collect();
            let role = match target.role {
                Role::Whole => "",
                Role::Part => "_alone",
            };
            let hash = fnv1a(START, format!("{pointer}{role}").as_bytes()) & 0xff_ffff;
            format!("{}{role}.{hash:06x}", if readable.is_empty() { "schema" } else { &readable })
        }
    }
}

/// Names with a dot and six hexadecimal digits are those that are made up here.
fn is_plain(name: &str) -> bool {
    let is_made_up = name.rsplit_once('.').is_some_and(|(_, end)| end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let is_short = !name.is_empty() && name.len() <= MAX_CHARACTERS;
    is_short && !is_made_up && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn plain(token: &str) -> String {
    let mut word: String = token.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    while word.contains("__") {
        word = word.replace("__", "_");
    }
    word.trim_matches('_').to_owned()
}
