//! Variables: what an account's context supplies to complete the base URL, headers and query of a definition.

use std::borrow::Cow;

use indexmap::IndexMap;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::arguments::validator;
use crate::integration::{Integration, Variable};
use crate::problem::Problem;
use crate::wording::did_you_mean;

/// What a variable without a `pattern` must match.
pub(crate) const DNS_LABEL: &str = "^[A-Za-z0-9-]{1,63}$";

/// The whole values that a variable may take.
pub(crate) struct Pattern<'v> {
    text: Cow<'v, str>,
    matcher: Matcher<'v>,
}

enum Matcher<'v> {
    DnsLabel,
    OneOf(&'v IndexMap<String, String>),
    Own(Box<Validator>),
}

impl<'v> Pattern<'v> {
    /// # Errors
    /// The variable's pattern is no regular expression.
    pub(crate) fn of(variable: Option<&'v Variable>) -> Result<Self, String> {
        match variable {
            Some(Variable { options, .. }) if !options.is_empty() => {
                let text = options.keys().map(String::as_str).collect::<Vec<_>>().join("|");
                Ok(Self { text: Cow::Owned(text), matcher: Matcher::OneOf(options) })
            }
            Some(Variable { pattern: Some(text), .. }) => Self::written(text),
            _ => Ok(Self { text: Cow::Borrowed(DNS_LABEL), matcher: Matcher::DnsLabel }),
        }
    }

    /// A pattern that a definition writes.
    ///
    /// # Errors
    /// It is no regular expression.
    pub(crate) fn written(text: &'v str) -> Result<Self, String> {
        // Anchored, because half a value must not pass for a whole one; and a pattern by itself, because `a)|(b` would
        // break out of the anchors.
        let anchored = validator(&json!({ "pattern": format!("^(?:{text})$") }));
        match (anchored, validator(&json!({ "pattern": text }))) {
            (Ok(anchored), Ok(_)) => Ok(Self { text: Cow::Borrowed(text), matcher: Matcher::Own(Box::new(anchored)) }),
            _ => Err("this is no regular expression; escape special characters with a backslash".to_owned()),
        }
    }

    /// The pattern as the definition writes it; of options, `a|b`.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn admits(&self, value: &str) -> bool {
        match &self.matcher {
            Matcher::DnsLabel => (1..=63).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
            Matcher::OneOf(options) => options.contains_key(value),
            Matcher::Own(validator) => validator.is_valid(&Value::String(value.to_owned())),
        }
    }
}

/// Checks the patterns, and that what an account's target is made of names only variables that are declared.
pub(crate) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    let headers = integration.headers.iter().map(|(name, value)| (format!("headers.{name}"), value.as_str()));
    let query = integration.query.iter().map(|(name, value)| (format!("query.{name}"), value.as_str()));
    let servers = integration.servers.iter().map(|(name, url)| (format!("servers.{name}"), url.as_str()));
    for (path, text) in [("base_url".to_owned(), integration.base_url.as_str())].into_iter().chain(servers).chain(headers).chain(query) {
        check_names(&path, text, integration, problems);
    }
    for (name, variable) in &integration.variables {
        if let Err(error) = Pattern::of(Some(variable)) {
            problems.push(Problem::error(format!("variables.{name}.pattern"), error));
        }
    }
}

/// Checks that `text` names only variables that are declared, and gives their names.
pub(crate) fn check_names<'t>(path: &str, text: &'t str, integration: &Integration, problems: &mut Vec<Problem>) -> Vec<&'t str> {
    let names = match names_in_braces(text) {
        Ok(names) => names,
        Err(error) => {
            problems.push(Problem::error(path, format!("{error}; write e.g. `{{subdomain}}`")));
            return Vec::new();
        }
    };
    for name in names.iter().filter(|name| !integration.variables.contains_key(**name)) {
        let declared: Vec<&str> = integration.variables.keys().map(String::as_str).collect();
        let remedy = did_you_mean(name, &declared);
        problems.push(Problem::error(path, format!("the variable `{name}` is not declared under `variables`; {remedy}")));
    }
    names
}

/// The names in braces of a text such as `https://{subdomain}.example.com`.
///
/// # Errors
/// A brace without its partner, or nothing between them.
pub(crate) fn names_in_braces(text: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let after = &rest[open + 1..];
        let close =
            after.find('}').filter(|_| rest.as_bytes()[open] == b'{').ok_or_else(|| format!("`{text}` has a brace without its partner"))?;
        let name = &after[..close];
        if name.is_empty() || name.contains('{') {
            return Err(format!("`{text}` has braces without a name between them"));
        }
        names.push(name);
        rest = &after[close + 1..];
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Variable {
        Variable { label: None, description: String::new(), example: None, default: None, pattern: None, options: IndexMap::new() }
    }

    fn variable(pattern: &str) -> Variable {
        Variable { pattern: Some(pattern.to_owned()), ..plain() }
    }

    #[test]
    fn a_pattern_must_match_the_whole_value() {
        for pattern in ["[a-z]+|x", "^[a-z]+|x$", "[a-z]+"] {
            let variable = variable(pattern);
            let pattern = Pattern::of(Some(&variable)).unwrap();
            assert!(pattern.admits("abc"), "{}", pattern.as_str());
            assert!(!pattern.admits("abc.evil.test"), "{}", pattern.as_str());
            assert!(!pattern.admits("1abc"), "{}", pattern.as_str());
        }
        for pattern in ["([", "a)|(b"] {
            assert!(Pattern::of(Some(&variable(pattern))).is_err(), "{pattern}");
        }
    }

    #[test]
    fn without_a_pattern_a_value_is_a_dns_label() {
        let pattern = Pattern::of(None).unwrap();
        let own = variable(DNS_LABEL);
        let written = Pattern::of(Some(&own)).unwrap();
        for value in ["a", "A-1", &"a".repeat(63), "", "a.b", "a/b", "ä", "a b", "a\n", &"a".repeat(64)] {
            assert_eq!(pattern.admits(value), written.admits(value), "{value:?}");
        }
        assert!(pattern.admits("eu-1") && !pattern.admits("eu.1"));
    }

    #[test]
    fn options_are_the_only_values() {
        let options = IndexMap::from([("eu".to_owned(), "Europe".to_owned()), ("us".to_owned(), "United States".to_owned())]);
        let variable = Variable { options, ..plain() };
        let pattern = Pattern::of(Some(&variable)).unwrap();
        assert_eq!(pattern.as_str(), "eu|us");
        assert!(pattern.admits("eu") && !pattern.admits("Europe") && !pattern.admits("e") && !pattern.admits(""));
    }
}
