//! Secrets in memory that is overwritten when it is let go: as they are sent, and as a vendor might repeat them. Each is written
//! into memory of the right size at once, because growing would leave pieces behind.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::zeroize::{Zeroize, Zeroizing};
use serde_json::Value;
use url::form_urlencoded;

/// Every form in which a vendor could echo what it was shown.
pub(crate) struct Secrets(Vec<Zeroizing<String>>);

/// An answer that may hold secrets.
pub(crate) struct SecretJson(pub(crate) Value);

impl Drop for SecretJson {
    fn drop(&mut self) {
        overwrite(&mut self.0);
    }
}

/// Texts, one after the other.
pub(crate) fn together(parts: &[&str]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
    text.extend(parts.iter().copied());
    text
}

/// A header that is not shown and not compressed; `None` where it would break a request.
pub(crate) fn header_value(text: Zeroizing<String>) -> Option<HeaderValue> {
    // From text it would be copied, to memory that nobody overwrites.
    let mut value = HeaderValue::from_maybe_shared(shared(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Text that a request holds without a copy.
pub(crate) fn shared(text: Zeroizing<String>) -> Bytes {
    Bytes::from_owner(text)
}

impl Secrets {
    /// `secrets` as they are, in a query, in a path, in JSON within a text. Longest first, so that none spoils another that
    /// contains it.
    pub(crate) fn of(secrets: &[&str]) -> Secrets {
        let mut spellings = Vec::with_capacity(secrets.len() * 6);
        for secret in secrets {
            let json = in_json(secret);
            let slashes_escaped = together(&json.split('/').flat_map(|part| [r"\/", part]).skip(1).collect::<Vec<_>>());
            spellings.extend([
                together(&[secret]),
                together(&form_urlencoded::byte_serialize(secret.as_bytes()).collect::<Vec<_>>()),
                together(&utf8_percent_encode(secret, NON_ALPHANUMERIC).collect::<Vec<_>>()),
                together(&utf8_percent_encode(secret, UNRESERVED_STAYS).collect::<Vec<_>>()),
                json,
                slashes_escaped,
            ]);
        }
        spellings.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        spellings.dedup();
        Secrets(spellings)
    }

    /// `text` without any of them.
    pub(crate) fn blank_out<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.0 {
            let secret = secret.as_str();
            // A very short secret would also blank out ordinary words.
            if secret.len() >= 6 && text.contains(secret) {
                text = Cow::Owned(text.replace(secret, "[redacted]"));
            }
        }
        text
    }
}

/// As RFC 3986 section 2.3 has it.
const UNRESERVED_STAYS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// As a string of JSON holds it, without the quotes.
fn in_json(text: &str) -> Zeroizing<String> {
    // Each character takes six at most (RFC 8259 section 7).
    let mut json = Zeroizing::new(Vec::with_capacity(text.len() * 6 + 2));
    let written = serde_json::to_writer(&mut *json, text);
    let json = std::str::from_utf8(&json).ok().filter(|_| written.is_ok());
    together(&[json.and_then(|json| json.strip_prefix('"')?.strip_suffix('"')).unwrap_or_default()])
}

fn overwrite(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(overwrite),
        Value::Object(members) => members.values_mut().for_each(overwrite),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
