//! `GET /link/done`: the page after an account was connected, where nobody has named another.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use catalog::definition::Definition;
use catalog::integration::CredentialKind;
use http::{HeaderMap, StatusCode};
use store::StoreError;

use super::audience::Audience;
use super::connect::{DoneQuery, read_done};
use super::opening::Closed;
use super::page::{Done, Purpose, Trial, done};
use super::words::Trouble;
use crate::app::App;

pub(super) async fn handle(State(app): State<Arc<App>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let said = read_done(&app, query.as_deref().unwrap_or_default(), app.clock.now());
    let Some(said) = said else { return Trouble::from(Closed::Unknown).answer(&app, &Audience::nobody(&headers)) };
    if said.is_over {
        return over().answer(&app, &Audience::nobody(&headers));
    }
    show(&app, &headers, &said).await.unwrap_or_else(|error| Trouble::from(error).answer(&app, &Audience::nobody(&headers)))
}

fn over() -> Trouble {
    let what = "An account was connected here. This page says more only for a few minutes after that.";
    Trouble::new(StatusCode::GONE, "done", "This was some time ago", what)
        .over()
        .remedy("There is nothing left to do. You can close this window.")
}

async fn show(app: &App, headers: &HeaderMap, said: &DoneQuery) -> Result<Response, StoreError> {
    let gone = || Trouble::from(Closed::AccountGone).answer(app, &Audience::nobody(headers));
    let (Ok(environment), Ok(id)) = (said.environment.parse(), said.account.parse()) else { return Ok(gone()) };
    let Some(account) = app.store.accounts().get(environment, id).await? else { return Ok(gone()) };
    let settings = app.store.environments().settings(environment).await?;
    let audience = Audience::new(headers, settings, None);
    let definition = app.catalog.current().get(&account.integration).ok().flatten().cloned();
    let scopes =
        definition.as_ref().and_then(|definition| definition.integration.credentials.get(&account.authentication_method)?.oauth2.as_ref());
    let permits = |scope| scopes.and_then(|oauth2| oauth2.scopes.get(scope)).map_or(scope, String::as_str);
    let lacking: Vec<&str> = said.lacking.split_whitespace().map(permits).collect();
    let view = Done {
        site: audience.site(app),
        purpose: if said.is_again { Purpose::Reconnect { account: account.name.as_deref() } } else { Purpose::Connect },
        label: definition.as_ref().map_or(account.integration.as_str(), |definition| &definition.integration.label),
        integrated_account_id: &said.account,
        identity: account.identity.as_deref(),
        lacking: &lacking,
        trial: definition.as_ref().map_or(Trial::Taken, |definition| trial(definition, &account.authentication_method)),
    };
    Ok(audience.answer(StatusCode::OK, done(&view)))
}

/// Tokens are a vendor's own, so it takes them; of what is pasted only a check tells.
fn trial(definition: &Definition, method: &str) -> Trial {
    let is_given = definition.integration.credentials.get(method).is_some_and(|scheme| scheme.kind == CredentialKind::OAuth2);
    if is_given || definition.check(method).is_some() { Trial::Taken } else { Trial::NotAsked }
}
