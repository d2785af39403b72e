//! Nothing in a definition may look like a secret: definitions are shown to everyone and kept in version control.

use std::collections::HashSet;

use serde_json::Value;

use super::methods;
use crate::integration::Integration;
use crate::problem::Problem;

/// Parts of names under which secrets are found, without separators.
const SECRET_NAMES: &[&str] = &[
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "authtoken",
    "bearer",
    "clientsecret",
    "passwd",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
];

/// How tokens of well-known issuers begin, and how many characters follow at least.
const KNOWN_TOKENS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("AIza", 30),
    ("eyJ", 40),
    ("ghp_", 30),
    ("github_pat_", 30),
    ("glpat-", 18),
    ("sk-", 24),
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("-----BEGIN", 0),
];

/// Shortest word that is taken for a token by its randomness.
const MIN_TOKEN_CHARACTERS: usize = 24;

/// Bits of entropy a character from which a text may be random.
const MIN_ENTROPY_BITS: f64 = 3.7;

/// How often letters and digits alternate in random text at least. In words, dates and versions they hardly do.
const MIN_ALTERNATIONS: usize = 3;

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    for (path, name, value) in constants(integration) {
        let is_named_secret = is_secret_name(&name) && !value.is_empty() && !is_variable(&value);
        if is_named_secret || holds_known_token(&value) || is_random(&value) {
            // The value itself must not travel into logs by way of this message.
            problems.push(Problem::error(path, "this looks like a secret; remove it here and let accounts supply it under `credentials`"));
        }
    }
    if let Ok(whole) = serde_json::to_value(integration) {
        let mut found = Vec::new();
        find_known_tokens("", &whole, &mut found);
        let known: HashSet<String> = problems.iter().map(|problem| problem.path.clone()).collect();
        problems.extend(found.into_iter().filter(|problem| !known.contains(&problem.path)));
    }
}

/// Every constant that is sent to the vendor: path, name and text.
fn constants(integration: &Integration) -> Vec<(String, String, String)> {
    let mut constants = Vec::new();
    let mut add = |path: String, name: &str, value: &str| constants.push((path, name.to_owned(), value.to_owned()));
    for (name, value) in &integration.headers {
        add(format!("headers.{name}"), name, value);
    }
    for (name, value) in &integration.query {
        add(format!("query.{name}"), name, value);
    }
    for (name, variable) in &integration.variables {
        if let Some(default) = &variable.default {
            add(format!("variables.{name}.default"), name, default);
        }
        if let Some(example) = &variable.example {
            add(format!("variables.{name}.example"), name, example);
        }
    }
    for (name, scheme) in &integration.credentials {
        if let Some(attach) = &scheme.attach {
            add(format!("credentials.{name}.attach.prefix"), "", &attach.prefix);
        }
        for (field, shown) in &scheme.fields {
            if let Some(example) = &shown.example {
                add(format!("credentials.{name}.fields.{field}.example"), "", example);
            }
        }
        for (parameter, value) in scheme.oauth2.iter().flat_map(|oauth2| &oauth2.extra_authorize_parameters) {
            add(format!("credentials.{name}.oauth2.extra_authorize_parameters.{parameter}"), parameter, value);
        }
    }
    for at in methods(integration) {
        for (name, value) in &at.method.headers {
            add(format!("{}.headers.{name}", at.path), name, value);
        }
        if let Some(body) = &at.method.body {
            for (group, members) in [("fixed", &body.fixed), ("defaults", &body.defaults)] {
                for (name, value) in members {
                    if let Some(text) = value.as_str() {
                        add(format!("{}.body.{group}.{name}", at.path), name, text);
                    }
                }
            }
        }
    }
    constants
}

/// Whether a text holds what looks like a token.
pub(crate) fn looks_secret(text: &str) -> bool {
    holds_known_token(text) || is_random(text)
}

fn is_secret_name(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    name == "token" || SECRET_NAMES.iter().any(|part| name.contains(part))
}

fn is_variable(value: &str) -> bool {
    value.contains('{') && value.contains('}')
}

fn find_known_tokens(path: &str, value: &Value, problems: &mut Vec<Problem>) {
    let inner = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::String(text) if holds_known_token(text) => {
            problems.push(Problem::error(path, "this holds what looks like a real token; write a made-up one"));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| find_known_tokens(&inner(&at.to_string()), item, problems));
        }
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| find_known_tokens(&inner(key), member, problems));
        }
        _ => {}
    }
}

fn holds_known_token(text: &str) -> bool {
    KNOWN_TOKENS.iter().any(|(start, length)| {
        text.match_indices(start).any(|(at, _)| {
            let is_word_start = !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
            let rest = text[at + start.len()..].bytes();
            is_word_start && rest.take_while(|byte| is_token_byte(*byte)).count() >= *length
        })
    })
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte)
}

/// Whether some word of the text is long and either hexadecimal or as mixed as random text is.
fn is_random(text: &str) -> bool {
    text.split_whitespace().filter(|word| word.len() >= MIN_TOKEN_CHARACTERS).any(|word| {
        let alternations = alternations(word);
        let is_hexadecimal = word.bytes().all(|b| b.is_ascii_hexdigit());
        word.bytes().all(is_token_byte) && alternations >= MIN_ALTERNATIONS && (is_hexadecimal || entropy_bits(word) >= MIN_ENTROPY_BITS)
    })
}

/// How often a digit follows a letter or a letter a digit, not counting what stands between.
fn alternations(word: &str) -> usize {
    let kinds: Vec<bool> = word.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.is_ascii_digit()).collect();
    kinds.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// Shannon entropy a byte.
fn entropy_bits(word: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in word.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = word.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_text_is_told_from_words() {
        for text in ["8f14e45fceea167a5a36dedd4bea2543", "Bearer dGhpcyBpcyBub3QgYSBzZWNyZXQgMQ4x", "k3vQ9xZ1nT7bL0pW4cR8mY2s"] {
            assert!(is_random(text), "{text}");
        }
        for text in [
            "single_person_or_company_2",
            "application/vnd.acme.orders.v2+json",
            "2024-01-01-preview-of-features",
            "2023-10-25T00:00:00.000-07:00",
            "Mozilla/5.0 (compatible; integration)",
            "",
        ] {
            assert!(!is_random(text), "{text}");
        }
    }

    #[test]
    fn tokens_of_known_issuers_are_found_inside_text() {
        assert!(holds_known_token("use sk_live_4eC39HqLyjWDarjtT1zdp7dc here"));
        assert!(!holds_known_token("keys start with sk_live_"));
        assert!(!holds_known_token("the task-list-of-orders-that-are-late-today"));
    }
}
