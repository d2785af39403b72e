//! Tokens without a consent page, for the demo and for tests.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::kit::tokens::{Terms, TokenBook};
use crate::sendoso::oauth::{APPS, TOKEN_LIFE};
use crate::sendoso::organization::Organization;
use crate::sendoso::seed::USUAL_USER;

/// What the control endpoint may ask of new tokens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// All scopes if absent.
    scopes: Option<Vec<String>>,
    /// Seconds; the vendor's own life if absent.
    expires_in: Option<i64>,
    /// Whose tokens; the usual user's if absent.
    user_id: Option<u64>,
}

/// `{"access_token", "refresh_token", "expires_at"}`, the last in seconds since 1970; or a sentence that says what is
/// wrong with the wish.
pub(super) fn grant(
    tokens: &mut TokenBook,
    organization: &Organization,
    wish: Map<String, Value>,
    now: Timestamp,
) -> Result<Map<String, Value>, String> {
    let Wish { scopes, expires_in, user_id } = serde_json::from_value(Value::Object(wish)).map_err(|error| error.to_string())?;
    let known = || APPS.iter().flat_map(|app| app.scopes).copied();
    if let Some(scope) = scopes.iter().flatten().find(|scope| !known().any(|known| known == scope.as_str())) {
        return Err(format!("unknown scope `{scope}`; there are {}", known().collect::<Vec<_>>().join(", ")));
    }
    let user_id = user_id.unwrap_or(USUAL_USER);
    if organization.user(user_id).is_none() {
        return Err(format!("no user has the id {user_id}"));
    }
    let scopes = scopes.unwrap_or_else(|| known().map(str::to_owned).collect());
    // The client that may have all of them; a mixed bag, which no consent page gives, is the first's.
    let app = APPS.iter().find(|app| scopes.iter().all(|scope| app.scopes.contains(&scope.as_str())));
    let terms = Terms {
        client_id: app.or(APPS.first()).map(|app| app.client_id).unwrap_or_default().to_owned(),
        user_id,
        scopes,
        life: expires_in.map_or(TOKEN_LIFE, SignedDuration::from_secs),
    };
    let grant = tokens.issue(terms, now);
    Ok(Map::from_iter([
        ("access_token".to_owned(), json!(grant.access_token)),
        ("refresh_token".to_owned(), json!(grant.refresh_token)),
        ("expires_at".to_owned(), json!(grant.expires_at.as_second())),
    ]))
}
