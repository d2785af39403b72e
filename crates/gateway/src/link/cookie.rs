//! Cookies: the one that ties a consent to the browser it began in, and holds the link to which the person may have to go back; and one by
//! which a browser is known again that has used a link, should the answer have been lost.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::app::App;

/// How long a person may take at the vendor's page, in seconds.
pub(super) const CONSENT_SECONDS: i64 = 600;
/// How long a browser is known: as long as a used link at most.
const BROWSER_SECONDS: i64 = 7 * 24 * 3600;
/// How much of a state a cookie's name has, so that several consents in one browser do not get in each other's way.
const STATE_IN_NAME: usize = 10;

/// What comes back in the cookie.
pub(super) struct Kept {
    pub browser: SecretString,
    pub link: SecretString,
}

store::lacks!(Kept: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

/// The cookie for a consent, as a header. `None` if it cannot be one, which its parts never are.
pub(super) fn set(app: &App, state: &str, kept: &Kept) -> Option<HeaderValue> {
    let value = format!("{}.{}", kept.browser.expose_secret(), kept.link.expose_secret());
    header(app, &consent_name(app, state)?, &value, CONSENT_SECONDS)
}

/// Takes the cookie back.
pub(super) fn clear(app: &App, state: &str) -> Option<HeaderValue> {
    header(app, &consent_name(app, state)?, "", 0)
}

pub(super) fn read(app: &App, headers: &HeaderMap, state: &str) -> Option<Kept> {
    let (browser, link) = value(headers, &consent_name(app, state)?)?.split_once('.')?;
    Some(Kept { browser: browser.into(), link: link.into() })
}

/// Where a person may begin again whom a vendor sent back, for the page that says so.
pub(super) fn set_again(app: &App, id: Uuid, link: &SecretString) -> Option<HeaderValue> {
    header(app, &again_name(app, id), link.expose_secret(), CONSENT_SECONDS)
}

pub(super) fn again(app: &App, headers: &HeaderMap, id: Uuid) -> Option<SecretString> {
    value(headers, &again_name(app, id)).map(SecretString::from)
}

/// A new secret for a browser, as a header.
pub(super) fn set_browser(app: &App) -> Option<HeaderValue> {
    header(app, &prefixed(app, "tidegate-browser"), &Uuid::new_v4().simple().to_string(), BROWSER_SECONDS)
}

/// The secret of a browser that was here before.
pub(super) fn browser(app: &App, headers: &HeaderMap) -> Option<SecretString> {
    value(headers, &prefixed(app, "tidegate-browser")).map(SecretString::from)
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(COOKIE).into_iter().filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(';'));
    Some(pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(found, _)| *found == name)?.1)
}

fn header(app: &App, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let secure = if is_secure(app) { "; Secure" } else { "" };
    let path = if app.public_path.is_empty() { "/" } else { &app.public_path };
    let mut header =
        HeaderValue::from_str(&format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")).ok()?;
    header.set_sensitive(true);
    Some(header)
}

fn again_name(app: &App, id: Uuid) -> String {
    prefixed(app, &format!("tidegate-again-{}", id.simple()))
}

fn consent_name(app: &App, state: &str) -> Option<String> {
    let part = state.get(..STATE_IN_NAME).filter(|part| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)))?;
    Some(prefixed(app, &format!("tidegate-consent-{part}")))
}

/// With the prefix that keeps other hosts of the same domain from setting it, where browsers allow that.
fn prefixed(app: &App, name: &str) -> String {
    let prefix = if is_secure(app) && app.public_path.is_empty() { "__Host-" } else { "" };
    format!("{prefix}{name}")
}

fn is_secure(app: &App) -> bool {
    app.public_url.starts_with("https://")
}
