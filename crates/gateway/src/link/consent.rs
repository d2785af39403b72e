//! The way to a vendor's page for consent.

use axum::response::Response;
use catalog::authorization_server::AuthorizationServer;
use catalog::definition::Definition;
use http::StatusCode;
use http::header::SET_COOKIE;
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use store::Consent;
use upstream::oauth::{AuthorizationRequest, CodeVerifier, authorization_url};

use super::cookie::{self, CONSENT_SECONDS, Kept};
use super::opening::Link;
use super::page::{Leaving, leaving};
use super::scopes;
use super::step::{Choice, blocked};
use super::way::{Obstacle, redirect_uri};
use super::words::Trouble;
use crate::accounts;
use crate::app::App;

/// Remembers the person and shows the page that leads to the vendor.
pub(super) async fn leave(app: &App, link: &Link, choice: &Choice, context: Map<String, Value>) -> Result<Response, Trouble> {
    let Choice { definition, method, .. } = choice;
    let integration = &definition.integration;
    let found = app.store.oauth_apps().get(link.environment, &integration.name, method).await?;
    let oauth_app = found.ok_or_else(|| blocked(definition, Obstacle::NoApp))?;
    let server = authorization_server(definition, method, link.base_url(), &context)?;
    let now = app.clock.now();
    let purpose = scopes::of_link(app, link, now).await?;
    let scopes = purpose.scopes(definition, method).unwrap_or_default();
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.name).collect();
    let consent = Consent {
        environment_id: link.environment,
        link: link.hash,
        integration: integration.name.clone(),
        authentication_method: method.clone(),
        context,
        base_url: link.base_url().map(str::to_owned),
        scope: scopes.join(" "),
        expires_at: now.checked_add(SignedDuration::from_secs(CONSENT_SECONDS)).unwrap_or(now),
    };
    let secrets = app.store.consents().begin(consent).await?;
    let verifier = CodeVerifier::from_random(*app.store.consents().verifier(&secrets));
    let state = secrets.state.expose_secret();
    let request = AuthorizationRequest {
        client_id: &oauth_app.client_id,
        redirect_uri: &redirect_uri(app, &integration.name),
        scopes: &scopes,
        state,
        verifier: &verifier,
    };
    let url = authorization_url(&server, &request).ok_or_else(|| blocked(definition, Obstacle::NoConsentPage))?;
    let view = Leaving { site: link.audience.site(app), label: &integration.label, url: url.as_str() };
    let mut response = link.audience.answer(StatusCode::OK, leaving(&view));
    if let Some(header) = cookie::set(app, state, &Kept { browser: secrets.browser.clone(), link: link.token.clone() }) {
        response.headers_mut().append(SET_COOKIE, header);
    }
    Ok(response)
}

/// Where an account's tokens come from.
pub(super) fn authorization_server(
    definition: &Definition,
    method: &str,
    base_url: Option<&str>,
    context: &Map<String, Value>,
) -> Result<AuthorizationServer, Trouble> {
    accounts::authorization_server(definition, method, base_url, context).map_err(|error| {
        let what = format!("The vendor's address cannot be made: {error}.");
        Trouble::new(StatusCode::CONFLICT, "not_set_up", "This link cannot be used now", what)
            .for_others()
            .at(&definition.integration.label)
    })
}
