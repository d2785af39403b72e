//! Requests to an authorization server, complete but not sent.

use bytes::Bytes;
use catalog::authorization_server::AuthorizationServer;
use catalog::integration::{ClientAuthentication, TokenPlace};
use http::Method;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::{App, Grant};
use crate::secrets::{Secrets, header_value, shared, together};

/// A request, and what is needed to speak of it.
pub(super) struct Asked {
    pub(super) request: reqwest::Request,
    pub(super) asking: Asking,
}

/// What a request was about.
pub(super) struct Asking {
    pub(super) host: String,
    /// What was shown to the vendor, for people.
    pub(super) subject: &'static str,
    /// What must not stand in any message.
    pub(super) secrets: Secrets,
    /// Values of `error` that mean what `invalid_grant` means.
    pub(super) grant_refused_errors: Vec<String>,
}

/// A request for tokens (RFC 6749 sections 4.1.3, 4.4.2 and 6).
pub(super) fn token(server: &AuthorizationServer, app: &App, grant: Grant<'_>) -> Asked {
    let mut form = Form::default();
    let subject = match grant {
        Grant::Code { code, redirect_uri, verifier } => {
            form.field("grant_type", "authorization_code").secret("code", code.expose_secret()).field("redirect_uri", redirect_uri);
            if server.pkce {
                form.secret("code_verifier", verifier.secret().expose_secret());
            }
            "the authorization code"
        }
        Grant::Refresh(token) => {
            form.field("grant_type", "refresh_token").secret("refresh_token", token.expose_secret());
            "the refresh token"
        }
        Grant::ClientCredentials { scopes } => {
            form.field("grant_type", "client_credentials");
            if !scopes.is_empty() {
                form.field("scope", &scopes.join(server.scope_separator.as_str()));
            }
            "the client credentials"
        }
    };
    let mut asked = asked(server.token_url.clone(), server.token_endpoint_auth, app, form, subject);
    asked.asking.grant_refused_errors.clone_from(&server.grant_refused_errors);
    asked
}

/// A request to end a token (RFC 7009 section 2.1); `None` where the vendor cannot.
pub(super) fn revocation(server: &AuthorizationServer, app: &App, token: &str) -> Option<Asked> {
    let mut url = server.revoke_url.clone()?;
    let mut form = Form::default();
    match server.revoke_token_in {
        TokenPlace::Body => {
            form.secret("token", token);
        }
        TokenPlace::Query => {
            url.query_pairs_mut().append_pair("token", token);
            form.secrets.push(together(&[token]));
        }
    }
    Some(asked(url, server.revoke_endpoint_auth, app, form, "the token to revoke"))
}

fn asked(url: Url, authentication: ClientAuthentication, app: &App, mut form: Form, subject: &'static str) -> Asked {
    let basic = app.basic();
    let mut authorization = None;
    match authentication {
        // Base64 is always a header value.
        ClientAuthentication::Basic => authorization = header_value(together(&["Basic ", &basic])),
        ClientAuthentication::Post => {
            form.field("client_id", &app.client_id).field("client_secret", app.client_secret.expose_secret());
        }
    }
    let mut secrets: Vec<&str> = form.secrets.iter().map(|secret| secret.as_str()).collect();
    secrets.extend([app.client_secret.expose_secret(), &basic]);
    let asking = Asking {
        host: url.host_str().unwrap_or_default().to_owned(),
        subject,
        secrets: Secrets::of(&secrets),
        grant_refused_errors: Vec::new(),
    };

    let mut request = reqwest::Request::new(Method::POST, url);
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    if let Some(value) = authorization {
        headers.insert(AUTHORIZATION, value);
    }
    *request.body_mut() = Some(form.written().into());
    Asked { request, asking }
}

/// A form in the making.
#[derive(Default)]
struct Form {
    fields: Vec<(&'static str, Zeroizing<String>)>,
    /// What must not stand in any message.
    secrets: Vec<Zeroizing<String>>,
}

impl Form {
    fn field(&mut self, name: &'static str, value: &str) -> &mut Form {
        self.fields.push((name, together(&[value])));
        self
    }

    fn secret(&mut self, name: &'static str, value: &str) -> &mut Form {
        self.secrets.push(together(&[value]));
        self.field(name, value)
    }

    /// As `application/x-www-form-urlencoded`.
    fn written(&self) -> Bytes {
        let mut parts = Vec::new();
        for (name, value) in &self.fields {
            parts.extend([if parts.is_empty() { "" } else { "&" }, name, "="]);
            parts.extend(byte_serialize(value.as_bytes()));
        }
        shared(together(&parts))
    }
}
