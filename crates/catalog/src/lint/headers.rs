//! Header names and values, and the query parameters sent with every request.

use indexmap::IndexMap;

use super::methods;
use crate::integration::{Integration, Location};
use crate::problem::Problem;

/// Headers that the HTTP client, the credential or the gateway itself sets. A definition that could set them could
/// send a call elsewhere, smuggle a second request or replace the credential.
const RESERVED: &[&str] = &[
    "authorization", "connection", "content-length", "cookie", "expect", "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade", "via",
];

/// The same, by how the name begins.
const RESERVED_PREFIXES: &[&str] = &["forwarded", "mcp-", "proxy-", "sec-", "x-forwarded-"];

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
                check_name(&path, name, problems);
            } else if !is_sendable(name) {
                let message = "the parameter's name is empty, too long or holds control characters; mend `name`";
                problems.push(Problem::error(path, message));
            }
        }
    }
}

fn check_fixed(path: &str, headers: &IndexMap<String, String>, problems: &mut Vec<Problem>) {
    for (name, value) in headers {
        let path = format!("{path}.{name}");
        check_name(&path, name, problems);
        if has_control_characters(value) || !value.is_ascii() {
            problems.push(Problem::error(path, "a header value is one line of ASCII text; remove other characters"));
        }
    }
}

pub(super) fn check_name(path: &str, name: &str, problems: &mut Vec<Problem>) {
    if !is_token(name) {
        problems.push(Problem::error(
            path,
            "this is no header name; use letters, digits and hyphens, e.g. `X-Api-Version`",
        ));
    } else if is_reserved(name) {
        problems.push(Problem::error(
            path,
            format!("the header `{name}` is not a definition's to set; remove it (credentials go under `credentials`)"),
        ));
    } else if name.eq_ignore_ascii_case("content-type") {
        problems.push(Problem::error(path, "the media type of a body is `body.content_type`; remove this header"));
    }
}

pub(super) fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    RESERVED.contains(&name.as_str()) || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// A token of RFC 9110 section 5.6.2.
pub(super) fn is_token(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn is_sendable(name: &str) -> bool {
    (1..=128).contains(&name.len()) && !has_control_characters(name)
}

fn has_control_characters(text: &str) -> bool {
    text.chars().any(char::is_control)
}
