//! Who may call: keys, each for one place, and apps that exchange their secret for a token.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use crate::example::{Right, Settings, TokenAnswer, refused};
use crate::kit::code;
use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::kit::tokens::{Grant, Refused, Terms, TokenBook};

const SCOPES: [Right; 2] = [Right::Read, Right::Write];

/// A way to authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    KeyInHeader,
    KeyInQuery,
    ClientCredentials,
}

/// What the control endpoint may ask of new credentials.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// A key for the header if absent.
    kind: Option<Kind>,
}

#[derive(Debug, Default)]
pub(super) struct Access {
    /// Each key with the one place where it is taken.
    keys: Vec<(String, Kind)>,
    apps: Vec<App>,
    tokens: TokenBook,
}

#[derive(Debug, Clone)]
struct App {
    id: String,
    secret: String,
}

impl Access {
    /// Credentials of the wished kind, as an account holds them.
    pub(super) fn issue(&mut self, wish: Map<String, Value>) -> Result<Map<String, Value>, String> {
        let Wish { kind } = serde_json::from_value(Value::Object(wish)).map_err(|error| error.to_string())?;
        let secret = code::secret();
        Ok(match kind.unwrap_or(Kind::KeyInHeader) {
            Kind::ClientCredentials => {
                let id = code::request_id();
                self.apps.push(App { id: id.clone(), secret: secret.clone() });
                Map::from_iter([("client_id".to_owned(), json!(id)), ("client_secret".to_owned(), json!(secret))])
            }
            place => {
                self.keys.push((secret.clone(), place));
                Map::from_iter([("api_key".to_owned(), json!(secret))])
            }
        })
    }

    /// Whether the request carries something that gives it the right.
    pub(super) fn admit(&self, request: &Request, right: Right, now: Timestamp) -> Result<(), Reply> {
        let is_key = |key: &str, place: Kind| self.keys.iter().any(|(known, for_place)| known == key && *for_place == place);
        if let Some(key) = request.header("x-api-key") {
            return if is_key(key, Kind::KeyInHeader) { Ok(()) } else { Err(refused(401, "the key in the header is none")) };
        }
        if let Some(key) = request.parameter("key") {
            return if is_key(key, Kind::KeyInQuery) { Ok(()) } else { Err(refused(401, "the key in the query is none")) };
        }
        let token = request.bearer().ok_or_else(|| refused(401, "neither a key nor a token"))?;
        let grant = self.tokens.of_access_token(token, now).map_err(|reason| match reason {
            Refused::Expired => refused(401, "the token has expired"),
            Refused::Unknown => refused(401, "the token is unknown"),
        })?;
        match grant.scopes.iter().any(|scope| scope == right.scope()) {
            true => Ok(()),
            false => Err(refused(403, &format!("the token lacks the scope {}", right.scope()))),
        }
    }

    /// `POST /oauth/token`: client credentials, shown as HTTP Basic only.
    pub(super) fn token(&mut self, request: &Request, settings: &Settings, now: Timestamp) -> Result<Reply, Reply> {
        let app = self.app(request)?;
        let form = request.form();
        let field = |name: &str| form.get(name).and_then(Value::as_str).unwrap_or_default();
        if field("grant_type") != "client_credentials" {
            return Err(failure(400, "unsupported_grant_type"));
        }
        let scopes: Vec<String> = field("scope").split_whitespace().map(str::to_owned).collect();
        if scopes.iter().any(|scope| !SCOPES.iter().any(|right| right.scope() == scope)) {
            return Err(failure(400, "invalid_scope"));
        }
        let scopes = if scopes.is_empty() { vec![Right::Read.scope().to_owned()] } else { scopes };
        let life = SignedDuration::from_secs(i64::from(settings.token_seconds));
        let grant = self.tokens.issue(Terms { client_id: app.id, user_id: 0, scopes, life }, now);
        Ok(answer(&grant, settings))
    }

    /// `POST /oauth/revoke` (RFC 7009).
    pub(super) fn revoke(&mut self, request: &Request) -> Result<Reply, Reply> {
        let app = self.app(request)?;
        let form = request.form();
        self.tokens.revoke(form.get("token").and_then(Value::as_str).unwrap_or_default(), &app.id);
        Ok(Reply::text(200, "text/plain", ""))
    }

    pub(super) fn grants(&self) -> &[Grant] {
        self.tokens.grants()
    }

    fn app(&self, request: &Request) -> Result<App, Reply> {
        let shown = request.basic().and_then(|(id, secret)| self.apps.iter().find(|app| app.id == id && app.secret == secret));
        shown.cloned().ok_or_else(|| failure(401, "invalid_client"))
    }
}

/// No refresh token: whoever has the secret can have another token at any time (RFC 6749 section 4.4.3).
fn answer(grant: &Grant, settings: &Settings) -> Reply {
    let scope = grant.scopes.join(" ");
    match settings.token_answer {
        TokenAnswer::Json => {
            let body = json!({
                "access_token": grant.access_token, "token_type": "bearer", "expires_in": settings.token_seconds, "scope": scope,
            });
            Reply::json(200, &body)
        }
        TokenAnswer::Form => {
            let fields = [
                ("access_token", grant.access_token.as_str()),
                ("token_type", "bearer"),
                ("expires_in", &settings.token_seconds.to_string()),
                ("scope", &scope),
            ];
            let body = Serializer::new(String::new()).extend_pairs(fields).finish();
            Reply::text(200, "application/x-www-form-urlencoded", body)
        }
    }
}

fn failure(status: u16, error: &str) -> Reply {
    Reply::json(status, &json!({ "error": error }))
}
