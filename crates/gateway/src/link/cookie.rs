//! The cookie that ties a consent to the browser it began in. It also holds the link, to which the person may have to go back.

use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::app::App;

/// How long a person may take at the vendor's page, in seconds.
pub(super) const CONSENT_SECONDS: i64 = 600;
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
    header(app, state, &value, CONSENT_SECONDS)
}

/// Takes the cookie back.
pub(super) fn clear(app: &App, state: &str) -> Option<HeaderValue> {
    header(app, state, "", 0)
}

pub(super) fn read(app: &App, headers: &HeaderMap, state: &str) -> Option<Kept> {
    let name = name(app, state)?;
    let pairs = headers.get_all(COOKIE).into_iter().filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(';'));
    let value = pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(found, _)| *found == name)?.1;
    let (browser, link) = value.split_once('.')?;
    Some(Kept { browser: browser.into(), link: link.into() })
}

fn header(app: &App, state: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    let name = name(app, state)?;
    let secure = if is_secure(app) { "; Secure" } else { "" };
    let path = if app.public_path.is_empty() { "/" } else { &app.public_path };
    let mut header =
        HeaderValue::from_str(&format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// With the prefix that keeps other hosts of the same domain from setting it, where browsers allow that.
fn name(app: &App, state: &str) -> Option<String> {
    let part = state.get(..STATE_IN_NAME).filter(|part| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)))?;
    let prefix = if is_secure(app) && app.public_path.is_empty() { "__Host-" } else { "" };
    Some(format!("{prefix}tidegate-consent-{part}"))
}

fn is_secure(app: &App) -> bool {
    app.public_url.starts_with("https://")
}
