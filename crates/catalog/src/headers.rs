//! Which headers a definition may send, whether it fixes their values or lets an argument set them.

use crate::encode::check_header;
use crate::integration::Integration;

/// Headers that the connection, the account, the body or the verb decides, in lower case.
const RESERVED: [&str; 18] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];

/// Headers that say which form of an answer is read, which is not the caller's choice, in lower case.
const OF_THE_ANSWER: [&str; 3] = ["accept", "if-range", "range"];

/// Headers of other parties' protocols, by how the name begins, in lower case: proxies, MCP, browsers.
const RESERVED_PREFIXES: [&str; 5] = ["forwarded", "mcp-", "proxy-", "sec-", "x-forwarded-"];

/// Longest header name.
const MAX_NAME_BYTES: usize = 128;

/// Whether a definition may send this header with this value.
///
/// # Errors
/// What is wrong and what to do about it.
pub(crate) fn check_fixed(name: &str, value: &str) -> Result<(), String> {
    check_name(name)?;
    check_header(value).map_err(|reason| format!("the value {reason}"))
}

/// Whether an argument may set this header.
///
/// # Errors
/// What is wrong and what to do about it.
pub(crate) fn check_argument(name: &str, integration: &Integration) -> Result<(), String> {
    check_name(name)?;
    if is_of_the_answer(name) {
        return Err(format!("`{name}` says what is read here, which no argument may set; remove it, or fix it under `headers`"));
    }
    let holds_credential = integration.credentials.values().any(|scheme| {
        let header = scheme.attach.as_ref().and_then(|attach| attach.header.as_deref());
        header.is_some_and(|header| header.eq_ignore_ascii_case(name))
    });
    match holds_credential {
        true => Err(format!("`{name}` holds the credential, which no argument may set; remove it")),
        false => Ok(()),
    }
}

/// Whether an argument may set this cookie: a pair of its own, whatever the value.
///
/// # Errors
/// What is wrong and what to do about it.
pub(crate) fn check_cookie(name: &str, integration: &Integration) -> Result<(), String> {
    if !is_token(name) {
        return Err("this is no cookie name; use letters, digits and hyphens, e.g. `session`".to_owned());
    }
    let mut credentials = integration.credentials.values().filter_map(|scheme| scheme.attach.as_ref()?.cookie.as_deref());
    match credentials.any(|cookie| cookie == name) {
        true => Err(format!("`{name}` holds the credential, which no argument may set; remove it")),
        false => Ok(()),
    }
}

/// Whether a credential may travel in this header; `Authorization` is the one that is for that alone.
///
/// # Errors
/// What is wrong and what to do about it.
pub(crate) fn check_credential(name: &str) -> Result<(), String> {
    if !is_token(name) {
        return Err(no_name());
    }
    match is_reserved(name) && !name.eq_ignore_ascii_case("authorization") {
        true => Err(format!("the header `{name}` cannot carry a credential; use the one that the vendor documents")),
        false => Ok(()),
    }
}

/// A token of RFC 9110 section 5.6.2.
pub(crate) fn is_token(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn check_name(name: &str) -> Result<(), String> {
    if !is_token(name) {
        return Err(no_name());
    }
    match is_reserved(name) {
        true => Err(format!(
            "`{name}` belongs to the connection, the credential, the body (see body.content_type), the verb or another protocol; remove it"
        )),
        false => Ok(()),
    }
}

/// Whether a header says which form of an answer is read.
pub(crate) fn is_of_the_answer(name: &str) -> bool {
    OF_THE_ANSWER.iter().any(|header| name.eq_ignore_ascii_case(header))
}

/// Whether no definition may send a header of this name.
pub(crate) fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    RESERVED.contains(&name.as_str()) || RESERVED_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn no_name() -> String {
    "this is no header name; use letters, digits and hyphens, e.g. `X-Api-Version`".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_the_connection_and_of_other_protocols_are_refused_in_any_case() {
        for name in [
            "Host",
            "AUTHORIZATION",
            "Mcp-Session-Id",
            "sec-fetch-site",
            "Forwarded",
            "Forwarded-For",
            "X-Forwarded-Host",
            "Proxy-Authorization",
            "Content-Type",
            "Content-Encoding",
            "Accept-Encoding",
            "X-HTTP-Method-Override",
        ] {
            assert!(check_fixed(name, "").is_err(), "{name}");
        }
        for name in ["X-Api-Version", "Accept", "If-Match", "Idempotency-Key", "X-Mcp"] {
            assert_eq!(check_fixed(name, "1"), Ok(()), "{name}");
        }
    }

    #[test]
    fn a_credential_may_travel_in_its_own_header_but_in_none_of_the_connection() {
        assert_eq!(check_credential("Authorization"), Ok(()));
        assert_eq!(check_credential("X-Api-Key"), Ok(()));
        for name in ["Cookie", "Host", "Mcp-Token", "", "X Key", "X-Key\r\nHost"] {
            assert!(check_credential(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_header_is_named_and_filled_with_plain_text() {
        insta::assert_snapshot!(check_fixed("X Space", "").unwrap_err(), @"this is no header name; use letters, digits and hyphens, e.g. `X-Api-Version`");
        insta::assert_snapshot!(check_fixed("X-Note", "a\nb").unwrap_err(), @"the value must be plain ASCII without line breaks: it is sent as a header");
    }
}
