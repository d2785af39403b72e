//! `GET /link/ended`: the page of a way back that connected nothing.
//!
//! A vendor's answer stands in the address of the way back, perhaps with a code that still works, so no page is shown there. What the page
//! here says stands in its own address, with a signature: nobody can have us say something else.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use store::{Derived, EnvironmentId, StoreError};
use url::form_urlencoded::{self, Serializer};
use uuid::Uuid;

use super::audience::Audience;
use super::connect::DONE;
use super::cookie;
use super::opening::Closed;
use super::words::Trouble;
use crate::app::App;

/// A way back that connected nothing.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Unconnected {
    pub trouble: Trouble,
    /// Whose link it was, and where that leads in the end; as far as they are known.
    pub environment: Option<EnvironmentId>,
    pub redirect_uri: Option<String>,
    /// Where to begin again, if that may help.
    pub again: Option<Again>,
}

/// A link to begin again at. It may be open, so the address of a page has only what finds it in this browser.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Again {
    /// Of the cookie that holds the link.
    pub cookie: Uuid,
    /// What was chosen, as a query.
    pub choice: String,
}

#[derive(Serialize, Deserialize)]
struct Written {
    ending: Unconnected,
    /// Milliseconds since 1970.
    until: i64,
}

impl Unconnected {
    /// Before it is known who came back.
    pub(super) fn of_nobody(trouble: Trouble) -> Self {
        Self { trouble, environment: None, redirect_uri: None, again: None }
    }

    /// The address of the page, good for ten minutes.
    pub(super) fn address(self, app: &App) -> String {
        let now = app.clock.now();
        let until = now.checked_add(DONE).unwrap_or(now).as_millisecond();
        // Texts, numbers and an id: always JSON.
        let written = serde_json::to_vec(&Written { ending: self, until }).unwrap_or_default();
        let page = URL_SAFE_NO_PAD.encode(written);
        let key = URL_SAFE_NO_PAD.encode(*app.store.derive(Derived::Ended, &page));
        let query = Serializer::new(String::new()).extend_pairs([("page", &page), ("key", &key)]).finish();
        format!("{}/link/ended?{query}", app.public_path)
    }
}

fn read(app: &App, query: &str, now: Timestamp) -> Option<Unconnected> {
    let value = |wanted: &str| form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value);
    let page = value("page")?;
    let key = URL_SAFE_NO_PAD.decode(&*value("key")?).ok()?;
    if !app.store.is_derived(Derived::Ended, &page, &key) {
        return None;
    }
    let Written { ending, until } = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&*page).ok()?).ok()?;
    (now.as_millisecond() < until).then_some(ending)
}

pub(super) async fn handle(State(app): State<Arc<App>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let nobody = Audience::nobody(&headers);
    let Some(mut ending) = read(&app, query.as_deref().unwrap_or_default(), app.clock.now()) else {
        return Trouble::from(Closed::Unknown).answer(&app, &nobody);
    };
    if let Some(Again { cookie, choice }) = &ending.again
        && let Some(link) = cookie::again(&app, &headers, *cookie)
    {
        ending.trouble = ending.trouble.begin_again_at(format!("{}/link/{}?{choice}", app.public_path, link.expose_secret()));
    }
    match audience(&app, &headers, &ending).await {
        Ok(audience) => ending.trouble.answer(&app, &audience),
        Err(error) => Trouble::from(error).answer(&app, &nobody),
    }
}

async fn audience(app: &App, headers: &HeaderMap, ending: &Unconnected) -> Result<Audience, StoreError> {
    let Some(environment) = ending.environment else { return Ok(Audience::nobody(headers)) };
    let settings = app.store.environments().settings(environment).await?;
    Ok(Audience::new(headers, settings, ending.redirect_uri.as_deref()))
}
