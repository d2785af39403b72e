//! What we show a vendor: the secret of one account, and where it goes in a request.
//!
//! A credential is attached after a request is planned, by `send.rs` alone, so that no plan ever holds a secret.
//! It has no `Debug` of its secret and no `Serialize`, and it can blank itself out of what a vendor echoes.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::integration::{Attach, CredentialKind, CredentialScheme};
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::Url;

/// One account's secret, ready to be attached.
pub struct Credential {
    attachment: Attachment,
    /// Every form in which a vendor could echo the secret.
    secrets: Vec<SecretString>,
}

enum Attachment {
    Nothing,
    Header { name: HeaderName, value: HeaderValue },
    Query { name: String, value: SecretString },
}

/// What is wrong with an account's stored credentials. Never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("credentials.{field}: {message}")]
pub struct CredentialError {
    /// Member of the `credentials` object, e.g. `api_key`.
    pub field: String,
    /// Problem and remedy.
    pub message: String,
}

/// Members that an account's `credentials` object must have when it is created.
pub fn required_fields(kind: CredentialKind) -> &'static [&'static str] {
    match kind {
        CredentialKind::ApiKey => &["api_key"],
        CredentialKind::Basic => &["username", "password"],
        CredentialKind::Bearer => &["token"],
        CredentialKind::OAuth2 => &["access_token"],
        CredentialKind::OAuth2ClientCredentials => &["client_id", "client_secret"],
    }
}

/// Members it may have beside those; any other is a mistake.
pub fn optional_fields(kind: CredentialKind) -> &'static [&'static str] {
    match kind {
        CredentialKind::ApiKey | CredentialKind::Basic | CredentialKind::Bearer => &[],
        CredentialKind::OAuth2 => &["refresh_token", "expires_at", "token_type", "scope"],
        CredentialKind::OAuth2ClientCredentials => &["access_token", "expires_at", "token_type", "scope"],
    }
}

impl Credential {
    /// For a vendor that wants none.
    pub fn none() -> Credential {
        Credential { attachment: Attachment::Nothing, secrets: Vec::new() }
    }

    /// The credential in an account's unsealed `credentials` object, e.g. `{"api_key": "…"}`.
    ///
    /// # Errors
    /// [`CredentialError`] names the member that is missing or unusable, never its value.
    pub fn from_stored(scheme: &CredentialScheme, stored: &Map<String, Value>) -> Result<Credential, CredentialError> {
        let attach = scheme.attach.as_ref();
        match scheme.kind {
            CredentialKind::Basic => basic(attach, stored),
            CredentialKind::ApiKey => plain("api_key", attach, stored),
            CredentialKind::Bearer => plain("token", attach, stored),
            CredentialKind::OAuth2 | CredentialKind::OAuth2ClientCredentials => plain("access_token", attach, stored),
        }
    }

    /// Puts the secret into a request that is about to leave, over anything of the same header name.
    pub(crate) fn attach(&self, url: &mut Url, headers: &mut HeaderMap) {
        match &self.attachment {
            Attachment::Nothing => {}
            Attachment::Header { name, value } => {
                headers.insert(name.clone(), value.clone());
            }
            Attachment::Query { name, value } => {
                url.query_pairs_mut().append_pair(name, value.expose_secret());
            }
        }
    }

    /// `text` without the secret, for what a vendor says about a refused request: some repeat the key they refuse.
    pub(crate) fn blank_out<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.secrets {
            let secret = secret.expose_secret();
            // A very short secret would also blank out ordinary words.
            if secret.len() >= 6 && text.contains(secret) {
                text = Cow::Owned(text.replace(secret, "[redacted]"));
            }
        }
        text
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential([redacted])")
    }
}

/// A secret that is one stored member. Without `attach`, `Authorization: Bearer …` (RFC 6750).
fn plain(field: &'static str, attach: Option<&Attach>, stored: &Map<String, Value>) -> Result<Credential, CredentialError> {
    let secret = text(field, stored)?;
    if secret.is_empty() {
        return Err(error(field, "is empty; reconnect the account"));
    }
    let attachment = attachment(field, attach, "Bearer ", secret)?;
    Ok(Credential { attachment, secrets: vec![SecretString::from(secret)] })
}

/// User name and password (RFC 7617). Either may be empty: some vendors take an API key as one of the two.
fn basic(attach: Option<&Attach>, stored: &Map<String, Value>) -> Result<Credential, CredentialError> {
    let username = text("username", stored)?;
    let password = text("password", stored)?;
    if username.contains(':') {
        return Err(error("username", "must not contain a colon (RFC 7617)"));
    }
    if username.is_empty() && password.is_empty() {
        return Err(error("username", "is empty, and so is `password`; reconnect the account"));
    }
    let encoded = STANDARD.encode(format!("{username}:{password}"));
    let attachment = attachment("username", attach, "Basic ", &encoded)?;
    // With an empty password the user name is the secret.
    let secret = if password.is_empty() { username } else { password };
    Ok(Credential { attachment, secrets: vec![SecretString::from(secret), SecretString::from(encoded)] })
}

fn attachment(field: &'static str, attach: Option<&Attach>, default_prefix: &str, secret: &str) -> Result<Attachment, CredentialError> {
    match attach {
        None => header(field, AUTHORIZATION, default_prefix, secret),
        Some(Attach { query: Some(name), prefix, .. }) => {
            Ok(Attachment::Query { name: name.clone(), value: SecretString::from(format!("{prefix}{secret}")) })
        }
        Some(Attach { header: Some(name), prefix, .. }) => {
            let name =
                HeaderName::try_from(name.as_str()).map_err(|_| error(field, "the definition's `attach.header` is not a header name"))?;
            header(field, name, prefix, secret)
        }
        Some(Attach { header: None, query: None, .. }) => Err(error(field, "the definition's `attach` names neither `header` nor `query`")),
    }
}

fn header(field: &'static str, name: HeaderName, prefix: &str, secret: &str) -> Result<Attachment, CredentialError> {
    let mut value = HeaderValue::try_from(format!("{prefix}{secret}"))
        .map_err(|_| error(field, "holds a line break or another control character; copy it again and reconnect the account"))?;
    value.set_sensitive(true);
    Ok(Attachment::Header { name, value })
}

fn text<'s>(field: &'static str, stored: &'s Map<String, Value>) -> Result<&'s str, CredentialError> {
    match stored.get(field) {
        Some(Value::String(text)) => Ok(text),
        Some(Value::Null) | None => Err(error(field, "is missing; reconnect the account")),
        Some(_) => Err(error(field, "must be a string; reconnect the account")),
    }
}

fn error(field: &str, message: &str) -> CredentialError {
    CredentialError { field: field.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use serde_json::json;

    fn credential(scheme: Value, stored: Value) -> Result<Credential, CredentialError> {
        let scheme: CredentialScheme = serde_json::from_value(scheme).unwrap();
        Credential::from_stored(&scheme, stored.as_object().unwrap())
    }

    /// The URL and headers of a request to `/x?a=1` after the credential is attached.
    fn attached(scheme: Value, stored: Value) -> String {
        let credential = credential(scheme, stored).unwrap();
        let mut url = Url::parse("https://api.example.com/x?a=1").unwrap();
        let mut headers = HeaderMap::new();
        credential.attach(&mut url, &mut headers);
        let mut lines = vec![url.to_string()];
        for (name, value) in &headers {
            assert!(value.is_sensitive());
            lines.push(format!("{name}: {}", value.to_str().unwrap()));
        }
        lines.join("\n")
    }

    fn refused(scheme: Value, stored: Value) -> String {
        credential(scheme, stored).unwrap_err().to_string()
    }

    #[test]
    fn a_bearer_token_goes_into_the_authorization_header() {
        assert_snapshot!(attached(json!({"kind": "bearer"}), json!({"token": "s3cret"})), @r"
        https://api.example.com/x?a=1
        authorization: Bearer s3cret
        ");
    }

    #[test]
    fn user_name_and_password_are_encoded_for_basic_authentication() {
        assert_snapshot!(attached(json!({"kind": "basic"}), json!({"username": "Aladdin", "password": "open sesame"})), @r"
        https://api.example.com/x?a=1
        authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==
        ");
    }

    #[test]
    fn an_api_key_goes_where_the_definition_says() {
        assert_snapshot!(attached(json!({"kind": "api_key", "attach": {"header": "X-Api-Key", "prefix": "Token "}}), json!({"api_key": "k1"})), @r"
        https://api.example.com/x?a=1
        x-api-key: Token k1
        ");
        assert_snapshot!(attached(json!({"kind": "api_key", "attach": {"query": "key"}}), json!({"api_key": "k 1&x"})), @"https://api.example.com/x?a=1&key=k+1%26x");
    }

    #[test]
    fn both_oauth_kinds_show_their_access_token() {
        for kind in ["oauth2", "oauth2_client_credentials"] {
            let stored = json!({"access_token": "at", "client_id": "c", "client_secret": "cs"});
            let shown = attached(json!({"kind": kind}), stored);
            assert_eq!(shown, "https://api.example.com/x?a=1\nauthorization: Bearer at");
        }
    }

    #[test]
    fn a_missing_or_unusable_member_is_named_and_its_value_is_not() {
        assert_snapshot!(refused(json!({"kind": "bearer"}), json!({})), @"credentials.token: is missing; reconnect the account");
        assert_snapshot!(refused(json!({"kind": "basic"}), json!({"username": "u"})), @"credentials.password: is missing; reconnect the account");
        assert_snapshot!(refused(json!({"kind": "basic"}), json!({"username": "u:v", "password": "p"})), @"credentials.username: must not contain a colon (RFC 7617)");
        assert_snapshot!(refused(json!({"kind": "api_key"}), json!({"api_key": 7})), @"credentials.api_key: must be a string; reconnect the account");
        assert_snapshot!(refused(json!({"kind": "oauth2"}), json!({"access_token": ""})), @"credentials.access_token: is empty; reconnect the account");
        assert_snapshot!(refused(json!({"kind": "bearer"}), json!({"token": "s3\r\nX: y"})), @"credentials.token: holds a line break or another control character; copy it again and reconnect the account");
    }

    #[test]
    fn the_required_members_alone_are_enough_for_every_kind_that_holds_a_usable_secret() {
        for kind in [CredentialKind::ApiKey, CredentialKind::Basic, CredentialKind::Bearer, CredentialKind::OAuth2] {
            let scheme = CredentialScheme { kind, attach: None, oauth2: None };
            let stored = required_fields(kind).iter().map(|field| ((*field).to_owned(), json!("value"))).collect();
            assert!(Credential::from_stored(&scheme, &stored).is_ok(), "{kind:?}");
        }
    }

    #[test]
    fn debug_output_never_shows_the_secret() {
        let credential = credential(json!({"kind": "bearer"}), json!({"token": "s3cret-token"})).unwrap();
        assert_eq!(format!("{credential:?}"), "Credential([redacted])");
    }

    #[test]
    fn an_echoed_secret_is_blanked_out_in_every_form() {
        let basic = credential(json!({"kind": "basic"}), json!({"username": "u", "password": "open sesame"})).unwrap();
        assert_snapshot!(basic.blank_out("bad password open sesame (dTpvcGVuIHNlc2FtZQ==)"), @"bad password [redacted] ([redacted])");
        assert!(matches!(basic.blank_out("bad password"), Cow::Borrowed(_)));
    }
}
