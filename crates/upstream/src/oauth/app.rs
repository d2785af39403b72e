//! The OAuth client that a vendor has registered for somebody.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::secrets::together;

/// Client id and secret. The id is no secret: it stands in every authorization URL.
pub struct App {
    pub client_id: String,
    pub client_secret: SecretString,
}

impl App {
    /// The app in the unsealed `credentials` of an account that is connected by client credentials; `None` where they lack one.
    pub fn stored(credentials: &Map<String, Value>) -> Option<App> {
        let text = |field: &str| credentials.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        Some(App { client_id: text("client_id")?.to_owned(), client_secret: SecretString::from(text("client_secret")?) })
    }

    /// Id and secret as HTTP Basic has them: each encoded as in a form first (RFC 6749 section 2.3.1).
    pub(super) fn basic(&self) -> Zeroizing<String> {
        let encoded = |text: &str| together(&form_urlencoded::byte_serialize(text.as_bytes()).collect::<Vec<_>>());
        let pair = together(&[&encoded(&self.client_id), ":", &encoded(self.client_secret.expose_secret())]);
        Zeroizing::new(STANDARD.encode(&*pair))
    }
}
