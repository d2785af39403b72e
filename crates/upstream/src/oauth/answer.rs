//! What an authorization server answers: tokens, a refusal of the standard, or something else altogether.

use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap};
use jiff::Timestamp;
use secrecy::SecretString;
use secrecy::zeroize::Zeroize;
use serde_json::Value;
use url::form_urlencoded;

use super::error::{GrantState, OAuthError, OAuthProblem};
use super::request::Asking;
use super::tokens::{Tokens, expiry};
use crate::rate_limit::RateLimitFacts;
use crate::refusal::usual_message;
use crate::secrets::SecretJson;
use crate::send::{Body, Reply};
use crate::{html, text};

/// Longest part of a vendor's words that is repeated, in characters.
const LONGEST_WORDS: usize = 300;

/// The tokens of an answer to a token request (RFC 6749 section 5.1).
///
/// # Errors
/// Any other answer. Some vendors refuse with status 200 (so its members decide, not its status), and some give forms for JSON.
pub(super) fn tokens(reply: Reply, asking: &Asking, now: Timestamp) -> Result<Tokens, OAuthError> {
    if !reply.status.is_success() {
        return Err(refusal(reply, asking, now));
    }
    let Reply { status, headers, body } = reply;
    let lost = |what: &str| {
        let Asking { host, subject, .. } = asking;
        let message = format!("the answer of {host} {what}, so the tokens in it are lost; it may have used up {subject}");
        Err(OAuthError { problem: OAuthProblem::Unintelligible, grant: GrantState::PerhapsUsed, message })
    };
    let mut bytes = match body {
        Body::Complete(bytes) => bytes,
        Body::TooLong => return lost("is too long to be one of a token endpoint"),
        Body::TimedOut => return Err(half(asking, "did not end in time")),
        Body::BrokenOff => return Err(half(asking, "broke off")),
    };
    let members = members(&bytes);
    let nature = nature(&headers, &bytes);
    bytes.zeroize();
    let Some(mut members) = members else {
        return lost(&format!("has {nature} in place of tokens"));
    };
    let has = |name: &str| members.0.get(name).is_some_and(|value| !value.is_null() && value.as_str() != Some(""));
    if has("error") && !has("access_token") {
        return Err(refused(status, &headers, members, asking, now));
    }
    let mut text = |name: &str| match members.0.get_mut(name).map(Value::take) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let Some(access_token) = text("access_token").filter(|token| is_sendable(token)) else {
        return lost("has no `access_token` that a header can hold");
    };
    let token_type = text("token_type");
    if let Some(kind) = token_type.as_deref().filter(|kind| needs_proof(kind)) {
        return lost(&format!("has tokens of the type `{}`, which need a proof at every call", text::one_line(kind, 20, &asking.secrets)));
    }
    let refresh_token = text("refresh_token").map(SecretString::from);
    Ok(Tokens {
        access_token: SecretString::from(access_token),
        refresh_token,
        expires_at: expiry(members.0.get("expires_in"), now),
        issued_at: now,
        token_type,
        scope: members.0.get("scope").and_then(scope),
    })
}

/// What any answer but a success means (RFC 6749 section 5.2).
pub(super) fn refusal(reply: Reply, asking: &Asking, now: Timestamp) -> OAuthError {
    let Reply { status, headers, body } = reply;
    // A refusal that is too long, late or broken is not missed: the status says enough.
    let Body::Complete(bytes) = body else {
        return by_status(status, &headers, OAuthProblem::Unintelligible, None, asking, now);
    };
    match members(&bytes) {
        Some(members) => refused(status, &headers, members, asking, now),
        None => {
            let words = match String::from_utf8(bytes) {
                Ok(page) if html::is_page(&page) => Some(html::words(&page)),
                Ok(text) => Some(text),
                Err(_) => None,
            };
            by_status(status, &headers, OAuthProblem::Unintelligible, words, asking, now)
        }
    }
}

/// A refusal with members, most of all `error` and `error_description`.
fn refused(status: StatusCode, headers: &HeaderMap, members: SecretJson, asking: &Asking, now: Timestamp) -> OAuthError {
    let code = members.0.get("error").and_then(Value::as_str);
    let is_worthless = code.is_some_and(|code| asking.grant_refused_errors.iter().any(|refused| refused == code));
    let code = code.filter(|code| is_code(code));
    let code = code.map(|code| asking.secrets.blank_out(code).into_owned());
    let words = usual_message(&members.0).filter(|words| Some(words.as_str()) != code.as_deref());
    let problem = match code.as_deref() {
        _ if status == StatusCode::TOO_MANY_REQUESTS => temporary(headers, now),
        _ if is_worthless => OAuthProblem::GrantRefused,
        Some("invalid_grant") => OAuthProblem::GrantRefused,
        Some("invalid_client" | "unauthorized_client") => OAuthProblem::AppRefused,
        Some("temporarily_unavailable" | "server_error" | "slow_down") => temporary(headers, now),
        Some("invalid_request" | "invalid_scope" | "unsupported_grant_type" | "unsupported_token_type") => OAuthProblem::RequestRefused,
        _ => {
            let said = words.or(code);
            return by_status(status, headers, OAuthProblem::RequestRefused, said, asking, now);
        }
    };
    let said = [code, words].into_iter().flatten().collect::<Vec<_>>().join(": ");
    error(problem, status, Some(said), asking)
}

/// A refusal of which nothing but its status is of the standard; `otherwise` where that says nothing either.
fn by_status(
    status: StatusCode,
    headers: &HeaderMap,
    otherwise: OAuthProblem,
    words: Option<String>,
    asking: &Asking,
    now: Timestamp,
) -> OAuthError {
    let problem = match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => temporary(headers, now),
        StatusCode::UNAUTHORIZED => OAuthProblem::AppRefused,
        _ if status.is_server_error() => temporary(headers, now),
        _ if status.is_redirection() => OAuthProblem::Unintelligible,
        _ => otherwise,
    };
    error(problem, status, words, asking)
}

fn error(problem: OAuthProblem, status: StatusCode, said: Option<String>, asking: &Asking) -> OAuthError {
    let Asking { host, subject, secrets, .. } = asking;
    let (refused, remedy) = match problem {
        OAuthProblem::GrantRefused => (format!("{host} refused {subject}"), "connect the account again"),
        OAuthProblem::AppRefused => {
            (format!("{host} refused the app"), "check its client id and secret, and how the vendor has registered it")
        }
        OAuthProblem::RequestRefused => {
            (format!("{host} refused the request with {subject}"), "check the scopes, the redirect URI and the definition's `oauth2`")
        }
        OAuthProblem::Temporary { .. } => (format!("{host} cannot answer now"), "try again later"),
        OAuthProblem::Unintelligible | OAuthProblem::NotAllowed => {
            (format!("{host} does not answer like an OAuth endpoint"), "check the account's base URL and the definition's `oauth2` URLs")
        }
    };
    let said = said.map(|said| text::one_line(&said, LONGEST_WORDS, secrets)).filter(|said| !said.is_empty());
    let said = said.map_or_else(String::new, |said| format!(": {said}"));
    OAuthError { problem, grant: grant(problem, status), message: format!("{refused} (status {}){said}; {remedy}", status.as_u16()) }
}

/// Whether what was shown is still good, by how it was refused. Nobody knows what a server did before it failed, or who in front of it
/// said so.
fn grant(problem: OAuthProblem, status: StatusCode) -> GrantState {
    match problem {
        OAuthProblem::GrantRefused => GrantState::Worthless,
        OAuthProblem::Temporary { .. } if status != StatusCode::TOO_MANY_REQUESTS => GrantState::PerhapsUsed,
        _ if status.is_server_error() || status.is_redirection() => GrantState::PerhapsUsed,
        _ => GrantState::Unused,
    }
}

fn half(asking: &Asking, what: &str) -> OAuthError {
    let Asking { host, subject, .. } = asking;
    OAuthError {
        problem: OAuthProblem::Temporary { retry_after: None },
        grant: GrantState::PerhapsUsed,
        message: format!("the answer of {host} {what}, so the tokens in it are lost; it may have used up {subject}; try again later"),
    }
}

fn temporary(headers: &HeaderMap, now: Timestamp) -> OAuthProblem {
    OAuthProblem::Temporary { retry_after: RateLimitFacts::read(None, headers, now).retry_after.map(Duration::from_secs) }
}

/// The members of a JSON object or a form, whatever the answer claims to be; `None` = it is neither.
fn members(bytes: &[u8]) -> Option<SecretJson> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') {
        return serde_json::from_str(text).ok().map(SecretJson);
    }
    let is_form = text.contains('=') && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'"' | b'{'));
    let fields = || form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), Value::from(value)));
    is_form.then(|| SecretJson(fields().collect()))
}

/// What an answer looks like, without a word of it: tokens may stand in what cannot be read.
fn nature(headers: &HeaderMap, bytes: &[u8]) -> &'static str {
    let declared_html = headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    match std::str::from_utf8(bytes) {
        Ok(text) if declared_html || html::is_page(text) => "an HTML page",
        Ok(text) if text.trim().is_empty() => "nothing",
        Ok(_) => "neither JSON nor a form",
        Err(_) => "no text",
    }
}

/// `scope` as a text, or as the list that some make of it.
fn scope(value: &Value) -> Option<String> {
    match value {
        Value::String(scope) => Some(scope.clone()),
        Value::Array(scopes) => Some(scopes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")),
        _ => None,
    }
    .filter(|scope| !scope.is_empty())
}

/// RFC 6749 section 5.2, and short enough to be a code.
fn is_code(code: &str) -> bool {
    (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
}

/// Whether a header can hold it.
fn is_sendable(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

/// Types of token of which possession is not enough (RFC 9449 and the draft before it); all others are shown as the definition says.
fn needs_proof(token_type: &str) -> bool {
    ["dpop", "mac", "pop"].iter().any(|kind| token_type.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn what_is_written_as_json_or_as_a_form_is_read(token in "\\PC{1,80}", scope in "\\PC{0,30}", space in "[ \\r\\n]{0,3}") {
            let written = json!({"access_token": token, "scope": scope});
            let json = format!("{space}{written}{space}");
            prop_assert_eq!(members(json.as_bytes()).map(|members| members.0.clone()), Some(written.clone()));
            let fields = [("access_token", &token), ("scope", &scope)];
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            prop_assert_eq!(members(form.as_bytes()).map(|members| members.0.clone()), Some(written));
        }

        #[test]
        fn any_bytes_are_members_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(members) = members(&bytes) {
                prop_assert!(std::str::from_utf8(&bytes).is_ok());
                prop_assert!(members.0.as_object().unwrap().len() <= bytes.len());
            }
        }
    }
}
