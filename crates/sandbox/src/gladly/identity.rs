//! Tokens with which a customer's own application proves who is chatting.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::json;

use crate::gladly::call::Call;
use crate::gladly::contact::Email;
use crate::gladly::fields::Fields;
use crate::gladly::phone;
use crate::gladly::refusal::{Answer, invalid};
use crate::gladly::success::found;

const IDENTITY_TYPES: &[&str] = &["EMAIL", "MOBILE_PHONE_NUMBER"];
/// Undocumented; assumed.
const LIFE_SECONDS: i64 = 3_600;

pub(super) fn route(call: &mut Call<'_>, method: &str, path: &[&str]) -> Option<Answer> {
    Some(match (method, path) {
        ("POST", ["user-identity-jwt"]) => create(call),
        _ => return None,
    })
}

/// A JWT in form; its claims are assumed, and nobody could check its signature.
fn create(call: &mut Call<'_>) -> Answer {
    let fields = Fields::of(call.request)?;
    let kind = fields.required_word("identityType", IDENTITY_TYPES)?;
    let identity = fields.required_text("identity")?;
    let subject = match kind {
        "EMAIL" if identity.contains('@') => Email::normalize(&identity),
        "MOBILE_PHONE_NUMBER" if phone::is_e164(&identity) => identity,
        "EMAIL" => return Err(invalid("identity", "email address is invalid")),
        _ => return Err(invalid("identity", "identity must be in E.164 format")),
    };
    let issued_at = call.now.as_second();
    let issuer = call.organization.directory.organization.id;
    let claims = json!({"iss": issuer, "sub": subject, "identityType": kind, "iat": issued_at, "exp": issued_at + LIFE_SECONDS});
    let part = |text: String| BASE64_URL_SAFE_NO_PAD.encode(text);
    let header = part(json!({"alg": "HS256", "typ": "JWT"}).to_string());
    let signature = part(call.organization.ids.next() + &call.organization.ids.next());
    Ok(found(&json!({"token": format!("{header}.{}.{signature}", part(claims.to_string()))})))
}
