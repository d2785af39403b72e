//! A vendor's refusal: an answer with an error status becomes a failure that says what the vendor said, what it
//! means and what to do.

use std::borrow::Cow;

use catalog::facts::Facts;
use catalog::plan::Plan;
use catalog::rules::{ErrorRules, Meaning};
use catalog::tool::Kind;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::credential::Credential;
use crate::document::Document;
use crate::failure::{Code, Failure, MAYBE_DONE, Source, default_hint};
use crate::rate_limit::RateLimitFacts;
use crate::send::{Body, Reply};
use crate::text::{self, Content};
use crate::{html, location};

/// Longest vendor body that is passed on with a failure, in characters.
const LONGEST_BODY: usize = 4_000;
/// Longest message, in characters.
const LONGEST_MESSAGE: usize = 1_000;
/// Longest hint, in characters.
const LONGEST_HINT: usize = 2_000;
/// Longest text that an HTML page is reduced to, in characters.
const LONGEST_PAGE: usize = 500;

/// Whether an answer of a 2xx status is what the definition calls a refusal. Its body is parsed only where the definition doubts successes.
pub(crate) fn is_refusal(reply: &Reply, rules: &ErrorRules) -> bool {
    let Body::Complete(bytes) = &reply.body else { return false };
    rules.doubt_success() && reply.status.is_success() && {
        let body = serde_json::from_slice::<Value>(bytes).ok();
        rules.refuse(Facts { status: reply.status.as_u16(), headers: text::readable(&reply.headers), body: body.as_ref(), arguments: None })
    }
}

/// Turns an answer whose status is not 2xx, or that is a refusal all the same, into a failure. The definition's rules come first, then the places where
/// vendors usually put a message, then the status. `facts` come from the answer's headers.
pub(crate) fn failure(
    reply: Reply,
    plan: &Plan,
    rules: &ErrorRules,
    known_limit: Option<&catalog::integration::KnownLimit>,
    facts: RateLimitFacts,
    credential: &Credential,
) -> Failure {
    let Reply { status, headers, body } = reply;
    let said = Said::from(&headers, body, credential);
    let facts_of_call =
        Facts { status: status.as_u16(), headers: text::readable(&headers), body: Some(&said.body), arguments: plan.arguments.as_ref() };
    let refused = rules.refused(facts_of_call);
    let Meaning { code, message, hint, extracted } = rules.meaning(&refused);

    let ruled = code.as_deref().map(Code::named);
    let maybe_done = ruled.is_none() && plan.kind != Kind::Read && is_failure_under_way(status);
    let code = ruled.unwrap_or_else(|| if maybe_done && is_no_answer(status) { Code::OutcomeUnknown } else { Code::of_status(status) });
    let rate_limit = if code == Code::RateLimited { facts.when_limited(known_limit) } else { facts };
    let message = message
        .or_else(|| rules.message(&said.body))
        .or_else(|| usual_message(rules.entry(&said.body)?))
        .or_else(|| usual_message(&said.body))
        .or(said.text)
        .or_else(|| redirect(status, &headers))
        .unwrap_or_else(|| status_text(status));
    // A hint may hold the vendor's words, too.
    let hint = hint.map(|hint| text::one_line(&hint, LONGEST_HINT, credential.secrets())).filter(|hint| !hint.is_empty());
    let hint = match (hint, maybe_done) {
        (Some(hint), true) => Some(Cow::Owned(format!("{hint} {MAYBE_DONE}"))),
        (Some(hint), false) => Some(Cow::Owned(hint)),
        (None, true) => Some(Cow::Borrowed(MAYBE_DONE)),
        (None, false) => default_hint(&code, status, &rate_limit),
    };

    Failure {
        source: Source::Vendor,
        code,
        status: Some(status.as_u16()),
        // Rules also see headers, and pages have spellings of their own: whatever is said is looked through last.
        message: text::one_line(&message, LONGEST_MESSAGE, credential.secrets()),
        hint: hint.map(Cow::into_owned),
        reconnect_url: None,
        extracted: blanked(extracted, credential),
        vendor: said.vendor,
        violations: Vec::new(),
        rate_limit,
    }
}

/// Without the credential; nothing at all where that leaves no JSON.
fn blanked(extracted: Map<String, Value>, credential: &Credential) -> Map<String, Value> {
    if extracted.is_empty() {
        return extracted;
    }
    serde_json::from_str(&credential.blank_out_json(&Value::Object(extracted).to_string())).unwrap_or_default()
}

/// What stands in a refusal's body, in the three forms it is needed.
#[derive(Default)]
struct Said {
    /// For rules and message paths; null when it is no JSON.
    body: Value,
    /// What is passed on.
    vendor: Option<Box<RawValue>>,
    /// The words of a body that is not JSON.
    text: Option<String>,
}

impl Said {
    fn from(headers: &HeaderMap, body: Body, credential: &Credential) -> Said {
        // An error body that is too long, late or broken is not missed: the status says what happened.
        let Body::Complete(bytes) = body else { return Said::default() };
        let Content::Text(written) = text::content(headers, bytes) else { return Said::default() };
        let written = written.trim();
        if written.is_empty() {
            return Said::default();
        }
        let is_json = Document::open(written).is_ok();
        let written = if is_json { credential.blank_out_json(written) } else { credential.blank_out(written).into_owned() };
        if let Ok(body) = serde_json::from_str::<Value>(&written) {
            let text = body.as_str().map(str::to_owned);
            return Said { body, vendor: vendor(&written), text };
        }
        let declared_html = headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
        let words = if declared_html || html::is_page(&written) {
            Cow::Owned(text::excerpt(&credential.blank_out(&html::words(&written)), LONGEST_PAGE).into_owned())
        } else {
            text::excerpt(&written, LONGEST_BODY)
        };
        Said { body: Value::Null, vendor: json_string(&words), text: (!words.is_empty()).then(|| words.into_owned()) }
    }
}

/// A JSON body as it is, or the beginning of a long one as a JSON string.
fn vendor(json: &str) -> Option<Box<RawValue>> {
    match text::excerpt(json, LONGEST_BODY) {
        Cow::Borrowed(all) => RawValue::from_string(all.to_owned()).ok(),
        Cow::Owned(beginning) => json_string(&beginning),
    }
}

fn json_string(text: &str) -> Option<Box<RawValue>> {
    if text.is_empty() { None } else { serde_json::value::to_raw_value(text).ok() }
}

/// The message in one of the places where vendors put it (among them RFC 6749 and RFC 9457).
pub(crate) fn usual_message(body: &Value) -> Option<String> {
    const PLACES: [&str; 12] = [
        "/message",
        "/error/message",
        "/error_description",
        "/detail",
        "/title",
        "/errors/0/message",
        "/errors/0/detail",
        "/errors/0/title",
        "/errors/0",
        "/error",
        "/description",
        "/msg",
    ];
    PLACES.iter().find_map(|place| body.pointer(place)?.as_str()).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// Where a redirect points.
fn redirect(status: StatusCode, headers: &HeaderMap) -> Option<String> {
    if !status.is_redirection() {
        return None;
    }
    let shown = location::without_secrets(headers.get(LOCATION)?.to_str().ok()?);
    Some(format!("the vendor redirects to {shown}, which was not followed"))
}

/// Whether a request that changes something may have done so before it failed.
fn is_failure_under_way(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT
}

/// Whether somebody in between speaks for a vendor that did not answer: gateways, and a large network's own 52x.
///
/// Source: RFC 9110 section 15; developers.cloudflare.com, "5xx errors".
fn is_no_answer(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 502 | 504 | 520..=529)
}

fn status_text(status: StatusCode) -> String {
    if status.is_success() {
        return format!("the vendor refused this, with status {}", status.as_u16());
    }
    match status.canonical_reason() {
        Some(reason) => format!("the vendor answered {} {reason}", status.as_u16()),
        None => format!("the vendor answered with status {}", status.as_u16()),
    }
}
