//! Header names and values, and the query parameters sent with every request.

use indexmap::IndexMap;

use super::methods;
use crate::input::check_fixed_header;
use crate::integration::{Integration, Location};
use crate::problem::Problem;

/// Headers of protocols between other parties, by how the name begins, beside those that no plan may set.
const RESERVED_PREFIXES: &[&str] = &["forwarded", "mcp-", "sec-"];

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    check_fixed("headers", &integration.headers, problems);
    for (name, value) in &integration.query {
        if !is_sendable(name) || has_control_characters(value) {
            let message = "a query parameter needs a name, and neither name nor value may hold control characters";
            problems.push(Problem::error(format!("query.{name}"), message));
        }
    }
    for at in methods(integration) {
        check_fixed(&format!("{}.headers", at.path), &at.method.headers, problems);
        for (key, parameter) in &at.method.parameters {
            let name = parameter.name.as_deref().unwrap_or(key);
            let path = format!("{}.parameters.{key}", at.path);
            if parameter.location == Location::Header {
                check_one(&path, name, "", problems);
            } else if !is_sendable(name) {
                let message = "the parameter's name is empty, too long or holds control characters; mend `name`";
                problems.push(Problem::error(path, message));
            }
        }
    }
}

fn check_fixed(path: &str, headers: &IndexMap<String, String>, problems: &mut Vec<Problem>) {
    for (name, value) in headers {
        check_one(&format!("{path}.{name}"), name, value, problems);
    }
}

fn check_one(path: &str, name: &str, value: &str, problems: &mut Vec<Problem>) {
    let message = if !is_token(name) {
        "this is no header name; use letters, digits and hyphens, e.g. `X-Api-Version`".to_owned()
    } else if is_foreign(name) {
        format!("the header `{name}` is not a definition's to set; remove it")
    } else if let Err(message) = check_fixed_header(name, "") {
        message
    } else if let Err(message) = check_fixed_header(name, value) {
        format!("the value {message}")
    } else {
        return;
    };
    problems.push(Problem::error(path, message));
}

/// Whether a header cannot carry a credential; `Authorization` is the one that is for that alone.
pub(super) fn is_reserved(name: &str) -> bool {
    let may_be_set = check_fixed_header(name, "").is_ok() && !is_foreign(name);
    !may_be_set && !name.eq_ignore_ascii_case("authorization")
}

fn is_foreign(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// A token of RFC 9110 section 5.6.2.
pub(super) fn is_token(name: &str) -> bool {
    (1..=128).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn is_sendable(name: &str) -> bool {
    (1..=128).contains(&name.len()) && !has_control_characters(name)
}

fn has_control_characters(text: &str) -> bool {
    text.chars().any(char::is_control)
}
