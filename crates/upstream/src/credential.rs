//! What we show a vendor: the secret of one account, and where it goes in a request.
//!
//! A credential is attached after a request is planned, by `send.rs` alone, so that no plan ever holds a secret.
//! It can be neither printed nor serialised, is overwritten when it is let go, and can blank itself out of what a vendor echoes.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use catalog::integration::{Attach, CredentialKind, CredentialScheme};
use http::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;
use serde_json::{Map, Value};
use url::Url;

use crate::oauth::moment;
use crate::secrets::{Secrets, header_value, together};
use crate::tokens::{self, Token, tokens};

/// One account's secret, ready to be attached.
pub struct Credential {
    attachment: Attachment,
    secrets: Secrets,
}

enum Attachment {
    /// The value lies in memory that is overwritten once the last request that carries it is gone.
    Header {
        name: HeaderName,
        value: HeaderValue,
    },
    Query {
        name: String,
        value: Zeroizing<String>,
    },
    /// A pair of the header `Cookie`, `name=value`.
    Cookie {
        pair: Zeroizing<String>,
    },
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

impl Credential {
    /// The credential in an account's unsealed `credentials` object, e.g. `{"api_key": "…"}`.
    ///
    /// # Errors
    /// [`CredentialError`] names the member that is missing, unknown or unusable, never its value.
    pub fn from_stored(scheme: &CredentialScheme, stored: &Map<String, Value>) -> Result<Credential, CredentialError> {
        refuse_unknown(scheme.kind, stored)?;
        let attach = scheme.attach.as_ref();
        match scheme.kind {
            CredentialKind::Basic => basic(attach, stored),
            CredentialKind::ApiKey => plain("api_key", attach, stored),
            CredentialKind::Bearer => plain("token", attach, stored),
            CredentialKind::OAuth2 | CredentialKind::OAuth2ClientCredentials => plain("access_token", attach, stored),
        }
    }

    /// Whether `stored` is what an account of this scheme starts with: a usable secret, or a client that one can be fetched with.
    ///
    /// # Errors
    /// As for [`Credential::from_stored`].
    pub fn check(scheme: &CredentialScheme, stored: &Map<String, Value>) -> Result<(), CredentialError> {
        check_facts(stored)?;
        if scheme.kind == CredentialKind::OAuth2ClientCredentials {
            for field in scheme.kind.required_fields() {
                if text(field, stored)?.is_empty() {
                    return Err(error(field, "is empty; copy it again and reconnect the account"));
                }
            }
            if !stored.contains_key("access_token") {
                return refuse_unknown(scheme.kind, stored);
            }
        }
        Credential::from_stored(scheme, stored).map(drop)
    }

    /// What must not stand in any message.
    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Puts the secret into a request that is about to leave, over anything of the same header name.
    pub(crate) fn attach(&self, url: &mut Url, headers: &mut HeaderMap) {
        match &self.attachment {
            Attachment::Header { name, value } => {
                headers.insert(name.clone(), value.clone());
            }
            Attachment::Query { name, value } => {
                url.query_pairs_mut().append_pair(name, value);
            }
            Attachment::Cookie { pair } => {
                let planned = headers.get(COOKIE).and_then(|cookies| cookies.to_str().ok());
                let cookies = match planned {
                    Some(planned) => together(&[planned, "; ", pair]),
                    None => together(&[pair]),
                };
                // Both halves were looked at: the plan's when it was made, this when the credential was read.
                if let Some(value) = header_value(cookies) {
                    headers.insert(COOKIE, value);
                }
            }
        }
    }

    /// `json` without the secret in any of its strings, however they are spelled, nor as a number. What holds none keeps
    /// every character.
    pub(crate) fn blank_out_json(&self, json: &str) -> String {
        let mut blanked = String::with_capacity(json.len());
        for token in tokens(json) {
            match token {
                Token::String(literal) => match self.blank_out(&tokens::decoded(literal)) {
                    Cow::Borrowed(_) => blanked.push_str(literal),
                    Cow::Owned(text) => blanked.push_str(&Value::from(text).to_string()),
                },
                Token::Other(other) => {
                    let is_digit = |c: char| c.is_ascii_digit();
                    for piece in other.split_inclusive(|c| !is_digit(c)) {
                        let digits = piece.trim_end_matches(|c| !is_digit(c));
                        let blank = matches!(self.blank_out(digits), Cow::Owned(_));
                        blanked.push_str(if blank { r#""[redacted]""# } else { digits });
                        blanked.push_str(&piece[digits.len()..]);
                    }
                }
            }
        }
        blanked
    }

    /// `text` without the secret, for what a vendor says about a refused request: some repeat the key they refuse.
    pub(crate) fn blank_out<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.secrets.blank_out(text)
    }
}

/// A secret that is one stored member. Without `attach`, `Authorization: Bearer …` (RFC 6750).
fn plain(field: &'static str, attach: Option<&Attach>, stored: &Map<String, Value>) -> Result<Credential, CredentialError> {
    let secret = text(field, stored)?;
    if secret.is_empty() {
        return Err(error(field, "is empty; reconnect the account"));
    }
    let attachment = attachment(field, attach, "Bearer ", secret)?;
    Ok(Credential { attachment, secrets: Secrets::of(&[secret]) })
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
    let encoded = Zeroizing::new(STANDARD.encode(&*together(&[username, ":", password])));
    let attachment = attachment("username", attach, "Basic ", &encoded)?;
    // Which of the two is a key only the vendor knows.
    Ok(Credential { attachment, secrets: Secrets::of(&[username, password, &encoded]) })
}

/// What stands beside an access token: unreadable, it would be missed only when the token ends.
fn check_facts(stored: &Map<String, Value>) -> Result<(), CredentialError> {
    let given = |field: &str| stored.get(field).filter(|value| !value.is_null());
    for field in ["refresh_token", "token_type", "scope"] {
        if given(field).is_some_and(|value| !value.is_string()) {
            return Err(error(field, "must be a string, or be left out"));
        }
    }
    for field in ["expires_at", "issued_at"] {
        if given(field).is_some_and(|value| moment(value).is_none()) {
            return Err(error(
                field,
                "must be seconds (not milliseconds) since 1970, or a moment like 2026-11-20T12:00:00Z, or be left out",
            ));
        }
    }
    Ok(())
}

fn refuse_unknown(kind: CredentialKind, stored: &Map<String, Value>) -> Result<(), CredentialError> {
    let known = [kind.required_fields(), kind.optional_fields()].concat();
    match stored.keys().find(|field| !known.contains(&field.as_str())) {
        Some(field) => Err(error(field, &format!("is unknown; the members are: {}", known.join(", ")))),
        None => Ok(()),
    }
}

fn attachment(field: &'static str, attach: Option<&Attach>, default_prefix: &str, secret: &str) -> Result<Attachment, CredentialError> {
    match attach {
        None => header(field, AUTHORIZATION, default_prefix, secret),
        Some(Attach { query: Some(name), prefix, .. }) => Ok(Attachment::Query { name: name.clone(), value: together(&[prefix, secret]) }),
        Some(Attach { cookie: Some(name), prefix, .. }) => cookie(field, name, prefix, secret),
        Some(Attach { header: Some(name), prefix, .. }) => {
            let name =
                HeaderName::try_from(name.as_str()).map_err(|_| error(field, "the definition's `attach.header` is not a header name"))?;
            header(field, name, prefix, secret)
        }
        Some(Attach { header: None, .. }) => Err(error(field, "the definition's `attach` names no `header`, `query` or `cookie`")),
    }
}

/// A pair as RFC 6265 section 4.1.1 has it: what else stands in the secret would end it, or begin another cookie.
fn cookie(field: &'static str, name: &str, prefix: &str, secret: &str) -> Result<Attachment, CredentialError> {
    let is_fit = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | ',' | ';' | '\\');
    match prefix.chars().chain(secret.chars()).all(is_fit) {
        true => Ok(Attachment::Cookie { pair: together(&[name, "=", prefix, secret]) }),
        false => Err(error(field, "holds a character that cannot stand in a cookie; copy it again and reconnect the account")),
    }
}

fn header(field: &'static str, name: HeaderName, prefix: &str, secret: &str) -> Result<Attachment, CredentialError> {
    let value = header_value(together(&[prefix, secret]))
        .ok_or_else(|| error(field, "holds a line break or another control character; copy it again and reconnect the account"))?;
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
        credential(scheme, stored).err().unwrap().to_string()
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
    fn a_cookie_stands_behind_those_of_the_plan() {
        let scheme = json!({"kind": "api_key", "attach": {"cookie": "session"}});
        assert_snapshot!(attached(scheme.clone(), json!({"api_key": "k=1/+"})), @"
        https://api.example.com/x?a=1
        cookie: session=k=1/+
        ");
        let mut headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static("lang=en; a=%3B"))]);
        credential(scheme.clone(), json!({"api_key": "k"})).unwrap().attach(&mut Url::parse("https://h.test").unwrap(), &mut headers);
        assert_eq!(headers[COOKIE], "lang=en; a=%3B; session=k");
        assert!(headers[COOKIE].is_sensitive());
        for key in ["a; b=c", "a b", "ä", "a,b", "\"a\""] {
            assert!(refused(scheme.clone(), json!({ "api_key": key })).starts_with("credentials.api_key: holds a character"), "{key}");
        }
    }

    #[test]
    fn both_oauth_kinds_show_their_access_token() {
        for kind in ["oauth2", "oauth2_client_credentials"] {
            let mut stored = json!({"access_token": "at", "expires_at": 1, "token_type": "bearer", "scope": "all"});
            match kind {
                "oauth2" => stored["refresh_token"] = json!("rt"),
                _ => (stored["client_id"], stored["client_secret"]) = (json!("c"), json!("cs")),
            }
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
    fn a_member_that_is_not_of_the_kind_is_named() {
        assert_snapshot!(refused(json!({"kind": "bearer"}), json!({"token": "t", "tokn": "x"})), @"credentials.tokn: is unknown; the members are: token");
        assert_snapshot!(refused(json!({"kind": "oauth2"}), json!({"api_key": "k"})), @"credentials.api_key: is unknown; the members are: access_token, refresh_token, expires_at, issued_at, token_type, scope");
    }

    #[test]
    fn the_required_members_alone_are_enough_to_start_with_and_all_are_required() {
        use CredentialKind::{ApiKey, Basic, Bearer, OAuth2, OAuth2ClientCredentials};
        for kind in [ApiKey, Basic, Bearer, OAuth2, OAuth2ClientCredentials] {
            let scheme: CredentialScheme = serde_json::from_value(json!({ "kind": kind })).unwrap();
            let stored: Map<String, Value> = kind.required_fields().iter().map(|field| ((*field).to_owned(), json!("value"))).collect();
            assert_eq!(Credential::check(&scheme, &stored), Ok(()), "{kind:?}");
            for field in kind.required_fields() {
                let mut stored = stored.clone();
                stored.remove(*field);
                assert_eq!(Credential::check(&scheme, &stored).unwrap_err().field, *field, "{kind:?}");
            }
        }
    }

    #[test]
    fn a_client_that_a_token_can_be_fetched_with_needs_no_token_and_an_unusable_one_is_still_named() {
        let scheme: CredentialScheme = serde_json::from_value(json!({"kind": "oauth2_client_credentials"})).unwrap();
        let check = |stored: Value| Credential::check(&scheme, stored.as_object().unwrap()).unwrap_err().to_string();
        let client = |field: &str, value: Value| {
            let mut stored = json!({"client_id": "c", "client_secret": "s"});
            stored[field] = value;
            stored
        };
        assert_snapshot!(check(client("client_secret", json!(""))), @"credentials.client_secret: is empty; copy it again and reconnect the account");
        assert_snapshot!(check(client("access_token", json!(""))), @"credentials.access_token: is empty; reconnect the account");
        assert_snapshot!(check(client("username", json!("u"))), @"credentials.username: is unknown; the members are: client_id, client_secret, access_token, expires_at, issued_at, token_type, scope");
    }

    #[test]
    fn what_stands_beside_a_token_has_to_be_readable() {
        let scheme: CredentialScheme = serde_json::from_value(json!({"kind": "oauth2"})).unwrap();
        let check = |field: &str, value: Value| {
            let stored = json!({"access_token": "at", field: value});
            Credential::check(&scheme, stored.as_object().unwrap()).map_err(|error| error.to_string())
        };
        for (field, value) in [("refresh_token", json!(7)), ("token_type", json!(["bearer"])), ("scope", json!(["read"]))] {
            assert_eq!(check(field, value).unwrap_err(), format!("credentials.{field}: must be a string, or be left out"));
        }
        for value in [json!("soon"), json!(true), json!(1_795_176_000_000_i64), json!("1795176000000")] {
            assert!(check("expires_at", value.clone()).unwrap_err().contains("(not milliseconds)"), "{value}");
            assert!(check("issued_at", value.clone()).unwrap_err().contains("(not milliseconds)"), "{value}");
        }
        for value in [json!(null), json!(1_795_176_000), json!("2026-11-20T12:00:00Z"), json!("1795176000")] {
            assert_eq!(check("expires_at", value), Ok(()));
        }
        assert_eq!(check("refresh_token", json!(null)), Ok(()));
    }

    #[test]
    fn an_echoed_secret_is_blanked_out_in_every_form() {
        let basic = credential(json!({"kind": "basic"}), json!({"username": "key-of-acme", "password": "open sesame"})).unwrap();
        let encoded = STANDARD.encode("key-of-acme:open sesame");
        assert_snapshot!(basic.blank_out("bad password open sesame for key-of-acme"), @"bad password [redacted] for [redacted]");
        assert_eq!(basic.blank_out(&format!("Basic {encoded}")), "Basic [redacted]");
        assert!(matches!(basic.blank_out("bad password"), Cow::Borrowed(_)));

        let short_password = credential(json!({"kind": "basic"}), json!({"username": "key-of-acme", "password": "x"})).unwrap();
        assert_eq!(short_password.blank_out("no such user: key-of-acme"), "no such user: [redacted]");

        let key = credential(json!({"kind": "api_key", "attach": {"query": "key"}}), json!({"api_key": "a b/\"c-d=="})).unwrap();
        for echo in
            ["a b/\"c-d==", "a+b%2F%22c-d%3D%3D", "a%20b%2F%22c-d%3D%3D", "a%20b%2F%22c%2Dd%3D%3D", r#"a b/\"c-d=="#, r#"a b\/\"c-d=="#]
        {
            assert_eq!(key.blank_out(&format!("GET /x?key={echo}&y=1")), "GET /x?key=[redacted]&y=1");
        }
    }

    #[test]
    fn an_echoed_secret_is_blanked_out_of_json_however_it_is_spelled() {
        let key = credential(json!({"kind": "api_key"}), json!({"api_key": "sk/ünder-test"})).unwrap();
        let json = r#"{ "a": "sk\/\u00fcnder-test", "a": "\u0073k/ünder\u002dtest!", "sk/ünder-test": 1.50, "b": "x\/\u0073" }"#;
        assert_snapshot!(key.blank_out_json(json), @r#"{ "a": "[redacted]", "a": "[redacted]!", "[redacted]": 1.50, "b": "x\/\u0073" }"#);
        let number = credential(json!({"kind": "api_key"}), json!({"api_key": "12345678"})).unwrap();
        assert_snapshot!(number.blank_out_json(r#"[12345678,-7, 1.5e3]"#), @r#"["[redacted]",-7, 1.5e3]"#);
    }
}
