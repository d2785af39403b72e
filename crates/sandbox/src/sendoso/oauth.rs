//! OAuth 2.0 as the vendor runs it: authorization code with a consent page, single-use refresh tokens,
//! revocation with the token in the query. A code challenge (RFC 7636), of which the vendor says nothing, is checked. Its shapes are those of the usual Rails OAuth server.

use std::collections::HashMap;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use url::Url;

use crate::kit::clock::later;
use crate::kit::code;
use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::kit::tokens::{Grant, Terms, TokenBook};
use crate::sendoso::refusal::Answer;
use crate::sendoso::seed::USUAL_USER;
use crate::sendoso::settings::{Consent, Settings};
use crate::vendor::OAuthApp;

pub(crate) const APPS: &[OAuthApp] = &[
    OAuthApp {
        client_id: "sandbox-core-client",
        client_secret: "sandbox-core-secret",
        scopes: &["public", "write", "update", "marketplace", "smartsend"],
    },
    OAuthApp { client_id: "sandbox-scim-client", client_secret: "sandbox-scim-secret", scopes: &["scim"] },
];

pub(super) const TOKEN_LIFE: SignedDuration = SignedDuration::from_secs(7_200);
const CODE_LIFE: SignedDuration = SignedDuration::from_secs(600);
const INVALID_GRANT: &str = "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.";
const INVALID_CLIENT: &str =
    "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.";

#[derive(Debug, Default)]
pub(super) struct AuthorizationServer {
    pub(super) tokens: TokenBook,
    codes: HashMap<String, Code>,
}

/// What a user has agreed to, until the client fetches its tokens.
#[derive(Debug)]
struct Code {
    client_id: &'static str,
    redirect_uri: String,
    challenge: Option<String>,
    scopes: Vec<String>,
    expires_at: Timestamp,
}

/// A checked authorization request.
struct Asked {
    app: &'static OAuthApp,
    redirect_uri: Url,
    state: Option<String>,
    /// Of a code verifier, by S256.
    challenge: Option<String>,
    scopes: Vec<String>,
}

impl AuthorizationServer {
    /// `GET /oauth/authorize`: the consent page, or what the settings answer in the user's place.
    pub(super) fn authorize(&mut self, request: &Request, settings: &Settings, now: Timestamp) -> Answer {
        let asked = Asked::read(settings, |name| request.parameter(name).map(str::to_owned))?;
        Ok(match settings.consent {
            Consent::Ask => consent_page(&asked),
            Consent::Approve => self.approve(asked, now),
            Consent::Deny => deny(&asked),
        })
    }

    /// `POST /oauth/authorize`: the button the user pressed on the consent page.
    pub(super) fn decide(&mut self, request: &Request, settings: &Settings, now: Timestamp) -> Answer {
        let form = request.form();
        let asked = Asked::read(settings, |name| Some(field(&form, name)).filter(|value| !value.is_empty()))?;
        Ok(match field(&form, "decision").as_str() {
            "approve" => self.approve(asked, now),
            _ => deny(&asked),
        })
    }

    /// `POST /oauth/token`.
    pub(super) fn token(&mut self, request: &Request, now: Timestamp) -> Answer {
        let form = request.form();
        let app = client(request, &form)?;
        let grant = match field(&form, "grant_type").as_str() {
            "authorization_code" => self.exchange(app, &form, now),
            "refresh_token" => self.tokens.refresh(&field(&form, "refresh_token"), app.client_id, TOKEN_LIFE, now),
            "" => {
                return Err(failure(400, "invalid_request", "Missing required parameter: grant_type."));
            }
            _ => {
                let text = "The authorization grant type is not supported by the authorization server.";
                return Err(failure(400, "unsupported_grant_type", text));
            }
        };
        let grant = grant.ok_or_else(|| failure(400, "invalid_grant", INVALID_GRANT))?;
        Ok(Reply::json(200, &token_body(&grant)).with_header("cache-control", "no-store"))
    }

    /// `POST /oauth/revoke?token=…`. As RFC 7009 wants it, an unknown token is no error.
    pub(super) fn revoke(&mut self, request: &Request) -> Answer {
        let form = request.form();
        let app = client(request, &form)?;
        let token = request.parameter("token").map_or_else(|| field(&form, "token"), str::to_owned);
        self.tokens.revoke(&token, app.client_id);
        Ok(Reply::json(200, &json!({})))
    }

    fn approve(&mut self, asked: Asked, now: Timestamp) -> Reply {
        let code = code::secret();
        let pending = Code {
            client_id: asked.app.client_id,
            redirect_uri: asked.redirect_uri.to_string(),
            challenge: asked.challenge.clone(),
            scopes: asked.scopes.clone(),
            expires_at: later(now, CODE_LIFE),
        };
        self.codes.insert(code.clone(), pending);
        send_back(&asked, &[("code", &code)])
    }

    /// Works once for each code, whether or not the rest of the request is right.
    fn exchange(&mut self, app: &OAuthApp, form: &Map<String, Value>, now: Timestamp) -> Option<Grant> {
        let code = self.codes.remove(&field(form, "code"))?;
        let redirect_uri = Url::parse(&field(form, "redirect_uri")).ok()?;
        let is_of_request = code.redirect_uri == redirect_uri.as_str() && code.challenge == challenge(&field(form, "code_verifier"));
        if now >= code.expires_at || code.client_id != app.client_id || !is_of_request {
            return None;
        }
        let client_id = code.client_id.to_owned();
        let terms = Terms { client_id, user_id: USUAL_USER, scopes: code.scopes, life: TOKEN_LIFE };
        Some(self.tokens.issue(terms, now))
    }
}

impl Asked {
    /// What is wrong with client or redirect is shown to the user; only what is wrong beyond them is told
    /// to the client (RFC 6749 section 4.1.2.1).
    fn read(settings: &Settings, parameter: impl Fn(&str) -> Option<String>) -> Result<Asked, Reply> {
        let client_id = parameter("client_id").unwrap_or_default();
        let app = APPS.iter().find(|app| app.client_id == client_id).ok_or_else(|| error_page(401, INVALID_CLIENT))?;
        let redirect_uri = parameter("redirect_uri").and_then(|uri| Url::parse(&uri).ok());
        let redirect_uri = redirect_uri
            .filter(|uri| is_registered(uri, settings))
            .ok_or_else(|| error_page(400, "The redirect uri included is not valid."))?;
        let scope = parameter("scope").unwrap_or_else(|| app.scopes.first().copied().unwrap_or_default().to_owned());
        let scopes = scope.split_whitespace().map(str::to_owned).collect();
        let challenge = parameter("code_challenge");
        let asked = Asked { app, redirect_uri, state: parameter("state"), challenge, scopes };
        if parameter("response_type").as_deref() != Some("code") {
            return Err(send_back(&asked, &[("error", "unsupported_response_type")]));
        }
        if asked.challenge.is_some() && parameter("code_challenge_method").as_deref() != Some("S256") {
            return Err(send_back(
                &asked,
                &[("error", "invalid_request"), ("error_description", "The code challenge method must be S256.")],
            ));
        }
        if !asked.scopes.iter().all(|scope| app.scopes.contains(&scope.as_str())) {
            let text = "The requested scope is invalid, unknown, or malformed.";
            return Err(send_back(&asked, &[("error", "invalid_scope"), ("error_description", text)]));
        }
        Ok(asked)
    }
}

/// Loopback with any port and path is registered by itself: a gateway under test has a port by chance.
fn is_registered(uri: &Url, settings: &Settings) -> bool {
    let is_loopback = uri.scheme() == "http" && matches!(uri.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    is_loopback || settings.redirect_uris.iter().any(|known| known == uri.as_str())
}

/// The client, by HTTP Basic or by fields of the form.
fn client(request: &Request, form: &Map<String, Value>) -> Result<&'static OAuthApp, Reply> {
    let (id, secret) = request.basic().unwrap_or_else(|| (field(form, "client_id"), field(form, "client_secret")));
    let app = APPS.iter().find(|app| app.client_id == id && app.client_secret == secret);
    app.ok_or_else(|| failure(401, "invalid_client", INVALID_CLIENT))
}

/// `None` where no verifier was sent: that fits a request without a challenge, and no other.
fn challenge(verifier: &str) -> Option<String> {
    (!verifier.is_empty()).then(|| URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes())))
}

fn token_body(grant: &Grant) -> Value {
    json!({
        "access_token": grant.access_token,
        "token_type": "Bearer",
        "expires_in": grant.expires_at.duration_since(grant.created_at).as_secs(),
        "refresh_token": grant.refresh_token,
        "scope": grant.scopes.join(" "),
        "created_at": grant.created_at.as_second(),
    })
}

fn field(form: &Map<String, Value>, name: &str) -> String {
    form.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn failure(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(status, &json!({"error": error, "error_description": description}))
}

fn deny(asked: &Asked) -> Reply {
    let text = "The resource owner or authorization server denied the request.";
    send_back(asked, &[("error", "access_denied"), ("error_description", text)])
}

fn send_back(asked: &Asked, parameters: &[(&str, &str)]) -> Reply {
    let mut location = asked.redirect_uri.clone();
    location.query_pairs_mut().extend_pairs(parameters);
    if let Some(state) = &asked.state {
        location.query_pairs_mut().append_pair("state", state);
    }
    Reply::redirect(location.into())
}

fn consent_page(asked: &Asked) -> Reply {
    let hidden: String = [
        ("client_id", asked.app.client_id),
        ("redirect_uri", asked.redirect_uri.as_str()),
        ("response_type", "code"),
        ("scope", &asked.scopes.join(" ")),
        ("state", asked.state.as_deref().unwrap_or_default()),
        ("code_challenge", asked.challenge.as_deref().unwrap_or_default()),
        ("code_challenge_method", asked.challenge.as_ref().map_or("", |_| "S256")),
    ]
    .iter()
    .map(|(name, value)| format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value)))
    .collect();
    let scopes: String = asked.scopes.iter().map(|scope| format!("<li>{}</li>", escaped(scope))).collect();
    page(
        200,
        &format!(
            "<p>{} asks for access to your account:</p><ul>{scopes}</ul>\
             <form method=\"post\" action=\"/oauth/authorize\">{hidden}\
             <button name=\"decision\" value=\"approve\">Authorize</button> \
             <button name=\"decision\" value=\"deny\">Deny</button></form>",
            escaped(asked.app.client_id)
        ),
    )
}

fn error_page(status: u16, text: &str) -> Reply {
    page(status, &format!("<p>{text}</p>"))
}

fn page(status: u16, content: &str) -> Reply {
    Reply::html(status, format!("<!doctype html><html lang=\"en\"><title>Sendoso sandbox</title><h1>Sendoso sandbox</h1>{content}</html>"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
