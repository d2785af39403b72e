//! Secrets as a vendor might repeat them, and texts without them.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::form_urlencoded;

/// Every form in which a vendor could echo what it was shown.
pub(crate) struct Secrets(Vec<SecretString>);

impl Secrets {
    /// `secrets` as they are, in a query, in a path, in JSON within a text. Longest first, so that none spoils another that
    /// contains it.
    pub(crate) fn of(secrets: &[&str]) -> Secrets {
        let mut spellings = Vec::new();
        for secret in secrets {
            let json = Value::from(*secret).to_string();
            let json = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default();
            spellings.extend([
                (*secret).to_owned(),
                form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
                utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
                utf8_percent_encode(secret, UNRESERVED_STAYS).to_string(),
                json.to_owned(),
                json.replace('/', r"\/"),
            ]);
        }
        spellings.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        spellings.dedup();
        Secrets(spellings.into_iter().map(SecretString::from).collect())
    }

    /// `text` without any of them.
    pub(crate) fn blank_out<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.0 {
            let secret = secret.expose_secret();
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
