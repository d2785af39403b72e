//! Who may call, and how often: API tokens, which read only or do everything, and the token bucket.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::edesk::refusal::refused;
use crate::edesk::seed::USUAL_USER;
use crate::edesk::settings::Settings;
use crate::kit::reply::Reply;
use crate::kit::request::Request;
use crate::kit::token_bucket::{Exhausted, TokenBucket};
use crate::kit::tokens::{Refused, Terms, TokenBook};

const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(24 * 90);
const UNAUTHORIZED: &str = "You are not authorized to access this";

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Permission {
    Full,
    ReadOnly,
}

impl Permission {
    fn name(self) -> &'static str {
        match self {
            Permission::Full => "full",
            Permission::ReadOnly => "read_only",
        }
    }
}

/// What the control endpoint may ask of a new token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// Full if absent.
    permission: Option<Permission>,
    /// Seconds; 90 days if absent.
    expires_in: Option<i64>,
}

/// `{"token"}`, or a sentence that says what is wrong with the wish.
pub(super) fn grant(tokens: &mut TokenBook, wish: Map<String, Value>, now: Timestamp) -> Result<Map<String, Value>, String> {
    let Wish { permission, expires_in } = serde_json::from_value(Value::Object(wish)).map_err(|error| error.to_string())?;
    let permission = permission.unwrap_or(Permission::Full).name().to_owned();
    let life = expires_in.map_or(TOKEN_LIFE, SignedDuration::from_secs);
    let terms = Terms { client_id: String::new(), user_id: USUAL_USER, scopes: vec![permission], life };
    Ok(Map::from_iter([("token".to_owned(), json!(tokens.issue(terms, now).access_token))]))
}

/// The user behind the request, if its token is good, not too fast, and enough for what is asked.
pub(super) fn admit(
    request: &Request,
    tokens: &TokenBook,
    buckets: &mut TokenBucket,
    settings: &Settings,
    now: Timestamp,
) -> Result<u64, Reply> {
    // The status is known, the text assumed.
    let missing = || refused(401, UNAUTHORIZED, "Token is missing or expired.");
    let token = request.bearer().filter(|token| !token.is_empty()).ok_or_else(missing)?;
    let grant = tokens.of_access_token(token, now).map_err(|reason| match reason {
        Refused::Expired => missing(),
        Refused::Unknown => refused(403, UNAUTHORIZED, "Invalid token."),
    })?;
    // One token for each application, so a client is its token; assumed.
    buckets.take(token, settings.flow(), now).map_err(|Exhausted| refused(429, "Too many requests", "Out of quota"))?;
    let is_enough = request.method == "GET" || grant.scopes.iter().any(|scope| scope == Permission::Full.name());
    match is_enough {
        true => Ok(grant.user_id),
        false => Err(refused(403, UNAUTHORIZED, "Access denied.")),
    }
}
