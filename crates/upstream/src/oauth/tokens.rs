//! Tokens as they come from a vendor, and as an account's credentials hold them.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

/// What a vendor has granted.
pub struct Tokens {
    pub access_token: SecretString,
    /// `None` = the vendor gave no new one: the one there is, if any, stays good.
    pub refresh_token: Option<SecretString>,
    /// `None` = the vendor did not say: the token is good until it is refused.
    pub expires_at: Option<Timestamp>,
    /// When the vendor was asked.
    pub issued_at: Timestamp,
    pub token_type: Option<String>,
    /// What was granted, in the vendor's words; `None` = what was asked for (RFC 6749 section 5.1).
    pub scope: Option<String>,
}

impl Tokens {
    /// The account's `credentials` with these tokens in place of those `before`, as a type that takes care of secrets. What the vendor
    /// did not say about the new access token is not left over from the old one; a refresh token and an app that no new one replaces
    /// are kept.
    pub fn stored_over<F: From<Map<String, Value>>>(&self, before: &Map<String, Value>) -> F {
        let text = |secret: &SecretString| Value::from(secret.expose_secret());
        let told = [
            ("access_token", Some(text(&self.access_token))),
            ("refresh_token", self.refresh_token.as_ref().map(text)),
            ("expires_at", self.expires_at.map(|moment| Value::from(moment.as_second()))),
            ("issued_at", Some(Value::from(self.issued_at.as_second()))),
            ("token_type", self.token_type.as_deref().map(Value::from)),
            ("scope", self.scope.as_deref().map(Value::from)),
        ];
        // Made of what stays, so that no secret is written over and left in freed memory.
        let replaced = |field: &str| told.iter().any(|(name, value)| field == *name && value.is_some());
        let stays = |field: &str| !["expires_at", "issued_at", "token_type"].contains(&field) && !replaced(field);
        let kept: Vec<(String, Value)> =
            before.iter().filter(|(field, _)| stays(field)).map(|(field, value)| (field.clone(), value.clone())).collect();
        let new = told.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?)));
        F::from(kept.into_iter().chain(new).collect())
    }
}

/// When the access token in an account's unsealed `credentials` ends: `expires_at` in seconds since 1970 or as RFC 3339. `None` = not known.
pub fn stored_expiry(credentials: &Map<String, Value>) -> Option<Timestamp> {
    moment(credentials.get("expires_at")?)
}

/// The same for when it was fetched, `issued_at`.
pub fn stored_issue(credentials: &Map<String, Value>) -> Option<Timestamp> {
    moment(credentials.get("issued_at")?)
}

/// `None` where it says nothing.
pub(crate) fn moment(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(seconds) => Timestamp::from_second(seconds.as_i64().or_else(|| seconds.as_f64().map(|float| float as i64))?).ok(),
        Value::String(text) => text.parse().ok().or_else(|| Timestamp::from_second(text.trim().parse().ok()?).ok()),
        _ => None,
    }
}

/// The refresh token in an account's unsealed `credentials`, if it has one.
pub fn stored_refresh_token(credentials: &Map<String, Value>) -> Option<SecretString> {
    credentials.get("refresh_token").and_then(Value::as_str).filter(|token| !token.is_empty()).map(SecretString::from)
}

/// When a token ends that lives for `expires_in`, which vendors write as a number, a fraction or a text. `None` where it says nothing:
/// absent, unreadable, beyond all calendars, or 0 and below, by which vendors mean that it does not end.
pub(super) fn expiry(expires_in: Option<&Value>, now: Timestamp) -> Option<Timestamp> {
    let seconds = match expires_in? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    // Longer than any calendar is no end; the bound also keeps the conversion exact.
    if !(1.0..=1e12).contains(&seconds) {
        return None;
    }
    now.checked_add(SignedDuration::from_secs(seconds as i64)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_795_176_000;

    fn seconds(expires_in: Value) -> Option<i64> {
        expiry(Some(&expires_in), Timestamp::from_second(NOW).unwrap()).map(|moment| moment.as_second() - NOW)
    }

    #[test]
    fn a_life_is_read_however_it_is_written() {
        for life in [json!(7200), json!("7200"), json!(7200.0), json!(" 7200 "), json!("7200.9"), json!(7200.9)] {
            assert_eq!(seconds(life.clone()), Some(7200), "{life}");
        }
    }

    #[test]
    fn a_life_that_says_nothing_is_no_end() {
        for life in [json!(0), json!(-1), json!(null), json!("never"), json!(1e300), json!(9e15), json!([1]), json!("NaN"), json!("inf")] {
            assert_eq!(seconds(life.clone()), None, "{life}");
        }
    }

    fn tokens(refresh_token: Option<&str>) -> Tokens {
        Tokens {
            access_token: SecretString::from("new"),
            refresh_token: refresh_token.map(SecretString::from),
            expires_at: Timestamp::from_second(NOW).ok(),
            issued_at: Timestamp::from_second(NOW - 60).unwrap(),
            token_type: None,
            scope: None,
        }
    }

    #[test]
    fn a_refresh_token_is_kept_until_another_comes() {
        let before =
            json!({"access_token": "old", "refresh_token": "r1", "expires_at": 1, "issued_at": 0, "token_type": "Bearer", "scope": "read"});
        let before = before.as_object().unwrap();
        let kept = json!({"access_token": "new", "refresh_token": "r1", "expires_at": NOW, "issued_at": NOW - 60, "scope": "read"});
        assert_eq!(tokens(None).stored_over::<Value>(before), kept);
        assert_eq!(tokens(Some("r2")).stored_over::<Value>(before)["refresh_token"], "r2");
    }

    #[test]
    fn an_expiry_of_which_the_vendor_says_nothing_does_not_stay_from_before() {
        let before = json!({"client_id": "c", "client_secret": "s", "access_token": "old", "expires_at": 1, "issued_at": 0});
        let silent = Tokens { expires_at: None, ..tokens(None) };
        let stored: Value = silent.stored_over(before.as_object().unwrap());
        assert_eq!(stored, json!({"client_id": "c", "client_secret": "s", "access_token": "new", "issued_at": NOW - 60}));
    }

    #[test]
    fn a_stored_expiry_is_read_as_seconds_and_as_a_date() {
        let read = |value: Value| stored_expiry(json!({ "expires_at": value }).as_object().unwrap()).map(Timestamp::as_second);
        for value in
            [json!(NOW), json!(1_795_176_000.0), json!("2026-11-20T12:00:00Z"), json!("2026-11-20T13:00:00+01:00"), json!("1795176000")]
        {
            assert_eq!(read(value.clone()), Some(NOW), "{value}");
        }
        assert_eq!((read(json!("soon")), read(json!(true)), stored_expiry(&Map::new())), (None, None, None));
    }
}
