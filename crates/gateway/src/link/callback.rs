//! `GET /oauth/callback/{integration}`: a person comes back from a vendor, with a code or with a refusal.
//!
//! Neither code nor state is given to a log, and whatever comes of it, the answer leads on to an address without them.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use catalog::definition::Definition;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Map;
use store::{Consent, ConsentSecrets, Returned};
use tokio::time::timeout;
use upstream::oauth::{App as Client, CodeVerifier, Grant, OAuthError, OAuthProblem};
use url::form_urlencoded::{self, Serializer};
use uuid::Uuid;

use super::connect::{Ended, NotConnected, Offer, connect, destination};
use super::consent::authorization_server;
use super::cookie::{self, Kept};
use super::ended::{Again, Unconnected};
use super::opening::{Closed, Link, Opening, open_again};
use super::step::blocked;
use super::submit::{moved, other_account};
use super::tries::Try;
use super::way::{Obstacle, redirect_uri};
use super::words::Trouble;
use crate::api::checked_target;
use crate::app::App;

/// Longest wait for the vendor's tokens.
const VENDOR: Duration = Duration::from_secs(60);

/// What the vendor sends a person back with (RFC 6749 section 4.1.2).
#[derive(Default)]
struct Brought {
    state: Option<SecretString>,
    code: Option<SecretString>,
    error: Option<String>,
    error_description: Option<String>,
    /// RFC 9207.
    iss: Option<String>,
}

store::lacks!(Brought: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

impl Brought {
    fn read(query: Option<&str>) -> Self {
        let mut brought = Self::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let value = Some(value.into_owned()).filter(|value| !value.is_empty());
            match &*name {
                "state" => brought.state = value.map(SecretString::from),
                "code" => brought.code = value.map(SecretString::from),
                "iss" => brought.iss = value,
                "error" => brought.error = value,
                "error_description" => brought.error_description = value,
                _ => {}
            }
        }
        brought
    }
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    Path(integration): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let brought = Brought::read(query.as_deref());
    let Some(state) = brought.state.clone() else {
        return lead_on(&app, Err(Unconnected::of_nobody(missing_state())));
    };
    let Some(kept) = cookie::read(&app, &headers, state.expose_secret()) else {
        return lead_on(&app, Err(Unconnected::of_nobody(other_browser())));
    };
    let link = kept.link.clone();
    let outcome = come_back(&app, &headers, &integration, &state, kept, brought).await;
    let again = outcome.as_ref().err().and_then(|ending| cookie::set_again(&app, ending.again.as_ref()?.cookie, &link));
    let mut response = lead_on(&app, outcome);
    for header in cookie::clear(&app, state.expose_secret()).into_iter().chain(again) {
        response.headers_mut().append(SET_COOKIE, header);
    }
    response
}

/// To where the person goes then, or to the page that says why nothing was connected.
fn lead_on(app: &App, outcome: Result<String, Unconnected>) -> Response {
    Redirect::to(&outcome.unwrap_or_else(|ending| ending.address(app))).into_response()
}

/// From here on the state is used up.
async fn come_back(
    app: &Arc<App>,
    headers: &HeaderMap,
    integration: &str,
    state: &SecretString,
    kept: Kept,
    brought: Brought,
) -> Result<String, Unconnected> {
    let secrets = ConsentSecrets { state: state.clone(), browser: kept.browser };
    let consent = match app.store.consents().take(&secrets).await {
        Ok(Returned::Consent(consent)) => *consent,
        Ok(Returned::OtherBrowser) => return Err(Unconnected::of_nobody(other_browser())),
        Ok(Returned::Unknown) => {
            // The answer that told of the end may not have arrived.
            return match open_again(app, headers, kept.link.expose_secret()).await {
                Ok(Opening::Ended(destination, _)) => Ok(destination),
                _ => Err(Unconnected::of_nobody(used_state())),
            };
        }
        Err(error) => return Err(Unconnected::of_nobody(error.into())),
    };
    let environment = Some(consent.environment_id);
    let now = app.clock.now();
    let link = match open_again(app, headers, kept.link.expose_secret()).await {
        Ok(Opening::Open(link)) if link.hash == consent.link && link.environment == consent.environment_id => *link,
        Ok(Opening::Open(_)) => return Err(Unconnected::of_nobody(used_state())),
        Ok(Opening::Ended(destination, _)) => return Ok(destination),
        Ok(Opening::Closed(closed, audience)) => {
            let redirect_uri = audience.redirect_uri().map(str::to_owned);
            return Err(Unconnected { trouble: closed.into(), environment, redirect_uri, again: None });
        }
        Err(error) => return Err(Unconnected::of_nobody(error.into())),
    };
    let redirect_uri = link.redirect_uri.clone();
    let choice = choice(&consent);
    let is_its_own = consent.integration == integration;
    // In a task of its own: a code is good for one use, so a person who leaves must not leave its tokens unsaved.
    let working = app.tasks.spawn({
        let app = Arc::clone(app);
        async move {
            let is_late = consent.expires_at <= now;
            let definition = app.catalog.current().get(&consent.integration).ok().flatten().cloned();
            let Some(definition) = definition else {
                return Err(Trouble::new(StatusCode::CONFLICT, "integration_gone", "This cannot be connected now", GONE).for_others());
            };
            let label = definition.integration.label.clone();
            let outcome = match (is_its_own, is_late, refused(&brought, &label)) {
                (false, ..) => Err(mixed_up(&label)),
                (true, true, _) => Err(too_late(&label)),
                (true, false, Some(trouble)) => Err(trouble),
                (true, false, None) => exchange(&app, &link, &consent, &secrets, &definition, brought).await,
            };
            outcome.map_err(|trouble| trouble.at(&label))
        }
    });
    let outcome = working.await.unwrap_or_else(|_| Err(Trouble::unfinished()));
    outcome.map_err(|trouble| {
        let again = trouble.can_pass().then(|| Again { cookie: Uuid::new_v4(), choice });
        Unconnected { trouble, environment, redirect_uri, again }
    })
}

const GONE: &str = "What you were to connect is no longer offered here.";

/// The choice that led here, for the address of the form.
fn choice(consent: &Consent) -> String {
    let pairs = [("integration", &consent.integration), ("method", &consent.authentication_method)];
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// What the vendor says instead of giving a code.
fn refused(brought: &Brought, label: &str) -> Option<Trouble> {
    let error = brought.error.as_deref()?;
    tracing::info!(error = error.chars().filter(char::is_ascii_graphic).take(64).collect::<String>(), "a vendor refused consent");
    let said = Some(match &brought.error_description {
        Some(description) => format!("{error}: {description}"),
        None => error.to_owned(),
    });
    Some(match error {
        "access_denied" => {
            let what = format!("The access was not allowed at {label}, so nothing was connected or changed.");
            Trouble::new(StatusCode::FORBIDDEN, "access_denied", "Not connected", what)
                .passing("If that was a mistake, try again and allow it.")
        }
        "server_error" | "temporarily_unavailable" => {
            let what = format!("{label} could not ask you just now. Nothing was connected or changed.");
            Trouble::new(StatusCode::BAD_GATEWAY, "vendor_unavailable", "Not connected", what).passing("Try again in a minute.").said(said)
        }
        _ => {
            let what = format!("{label} did not take the request of the app that sent you here. Nothing was connected or changed.");
            Trouble::new(StatusCode::BAD_GATEWAY, "vendor_refused", "Not connected", what).for_others().said(said)
        }
    })
}

/// Exchanges the code, stores what it brings, and says where the person goes then.
async fn exchange(
    app: &Arc<App>,
    link: &Link,
    consent: &Consent,
    secrets: &ConsentSecrets,
    definition: &Arc<Definition>,
    brought: Brought,
) -> Result<String, Trouble> {
    let label = &definition.integration.label;
    let code = brought.code.ok_or_else(|| {
        let what = format!("{label} sent you back without saying whether you allowed the access. Nothing was connected or changed.");
        Trouble::new(StatusCode::BAD_REQUEST, "missing_code", "Not connected", what).passing("Try again.")
    })?;
    if link.base_url() != consent.base_url.as_deref() {
        // The code is another host's, and so are the verifier and the app's secret that go with it.
        return Err(moved());
    }
    let (integration, method) = (&consent.integration, &consent.authentication_method);
    let found = app.store.oauth_apps().with_secret(consent.environment_id, integration, method).await?;
    let (oauth_app, client_secret) = found.ok_or_else(|| blocked(definition, Obstacle::NoApp))?;
    checked_target(app, definition, link.base_url(), &consent.context).map_err(|error| {
        tracing::warn!(%integration, message = error.message(), "an address cannot be used any more");
        let what = format!("The address of {label} may not be used any more. Nothing was connected or changed.");
        Trouble::new(StatusCode::CONFLICT, "not_set_up", "Not connected", what).for_others()
    })?;
    let server = authorization_server(app, definition, method, link.base_url(), &consent.context)?;
    if server.issuer.is_some() && server.issuer != brought.iss {
        return Err(mixed_up(label));
    }
    let client = Client { client_id: oauth_app.client_id, client_secret };
    let attempt = Try::begin(app, link.hash, app.clock.now())?;
    let verifier = CodeVerifier::from_random(*app.store.consents().verifier(secrets));
    let redirect_uri = redirect_uri(app, integration);
    let grant = Grant::Code { code: &code, redirect_uri: &redirect_uri, verifier: &verifier };
    let answered = timeout(VENDOR, app.upstream.tokens(&server, &client, grant, app.clock.now())).await;
    let mut tokens = answered.map_err(|_| silent(label))?.map_err(|error| not_exchanged(&error, label))?;
    let lacking = tokens.scope.as_deref().map_or_else(String::new, |granted| lacking(&consent.scope, granted));
    if tokens.scope.is_none() && !consent.scope.is_empty() {
        // A vendor that does not say has granted what it was asked for (RFC 6749 section 5.1).
        tokens.scope = Some(consent.scope.clone());
    }
    let credentials = tokens.stored_over(&Map::new());
    let offer = Offer { definition: Arc::clone(definition), method: method.clone(), context: consent.context.clone(), credentials };
    match connect(app, link, offer).await {
        Ok(account) => {
            attempt.succeeded();
            if !lacking.is_empty() {
                tracing::warn!(account.id = %account.id, integration, lacking, "a vendor granted less than it was asked for");
            }
            Ok(destination(app, &Ended { lacking, ..link.ended(&account) }))
        }
        // Its page says why.
        Err(NotConnected::Closed) => Ok(link.url(app)),
        Err(not_connected) => Err(not_stored(not_connected, label)),
    }
}

/// What was asked for and is not among what was granted, which some vendors write with commas.
fn lacking(asked: &str, granted: &str) -> String {
    let granted: Vec<&str> = granted.split([' ', ',']).collect();
    asked.split_whitespace().filter(|scope| !granted.contains(scope)).collect::<Vec<_>>().join(" ")
}

fn not_exchanged(error: &OAuthError, label: &str) -> Trouble {
    let OAuthError { problem, message, .. } = error;
    tracing::warn!(?problem, message, "a code could not be exchanged");
    match problem {
        OAuthProblem::GrantRefused => {
            let what = format!("{label} did not accept that you had just allowed the access. Nothing was connected or changed.");
            Trouble::new(StatusCode::BAD_GATEWAY, "code_refused", "Not connected", what).passing("Try again.")
        }
        OAuthProblem::Temporary { .. } => silent(label),
        OAuthProblem::AppRefused | OAuthProblem::RequestRefused | OAuthProblem::Unintelligible | OAuthProblem::NotAllowed => {
            let what = format!("{label} and the app that sent you here do not understand each other. Nothing was connected or changed.");
            Trouble::new(StatusCode::BAD_GATEWAY, "exchange_failed", "Not connected", what).for_others()
        }
    }
}

fn silent(label: &str) -> Trouble {
    let what = format!("{label} gave no usable answer just now. Nothing was connected or changed.");
    Trouble::new(StatusCode::BAD_GATEWAY, "vendor_unavailable", "Not connected", what).passing("Try again in a minute.")
}

fn not_stored(not_connected: NotConnected, label: &str) -> Trouble {
    match not_connected {
        NotConnected::Refused(said) => {
            let what = format!("{label} gave access and then did not accept it. Nothing was connected or changed.");
            Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, "credential_refused", "Not connected", what)
                .passing("Try again.")
                .said(Some(said))
        }
        NotConnected::Unclear(said) => silent(label).said(said),
        NotConnected::Unreachable => silent(label),
        NotConnected::OtherAccount(has) => {
            Trouble::new(StatusCode::CONFLICT, "other_account", "This is another account", other_account(has.as_deref()))
                .passing("Sign out there first if need be.")
        }
        NotConnected::Moved => moved(),
        NotConnected::Closed => Closed::Used.into(),
        NotConnected::AccountGone => Closed::AccountGone.into(),
        NotConnected::Store(error) => Trouble::while_storing(error),
    }
}

fn missing_state() -> Trouble {
    let what = "The address lacks what a service adds to it.";
    Trouble::new(StatusCode::BAD_REQUEST, "missing_state", "This is not the way back", what)
        .remedy("Begin again at the link that you were given.")
}

fn too_late(label: &str) -> Trouble {
    let what = format!("You took longer than ten minutes at {label}. Nothing was saved.");
    Trouble::new(StatusCode::BAD_REQUEST, "too_late", "That took too long", what).passing("Begin again.")
}

/// An answer that another vendor gave, or that was taken to another (RFC 9207, RFC 9700 section 4.4).
fn mixed_up(label: &str) -> Trouble {
    let what = format!("You left for {label}, and this is not how {label} sends people back. Nothing was connected or changed.");
    Trouble::new(StatusCode::BAD_REQUEST, "other_vendor", "Not connected", what).passing("Begin again.")
}

fn other_browser() -> Trouble {
    let what =
        "The way back from a service works only in the browser that you left with, and with cookies. Nothing was connected or changed.";
    Trouble::new(StatusCode::BAD_REQUEST, "other_browser", "You began in another browser", what)
        .remedy("Open the link that you were given in this browser and begin again.")
}

fn used_state() -> Trouble {
    let what = "It works once and for ten minutes, and it has been used or its time is over. Nothing was changed by this.";
    Trouble::new(StatusCode::BAD_REQUEST, "invalid_state", "This way back is closed", what)
        .remedy("Open the link that you were given and begin again; if it says that it has been used, you are connected.")
}
