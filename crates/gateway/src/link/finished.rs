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
    show(&app, &headers, &said).await.unwrap_or_else(|error| Trouble::from(error).answer(&app, &Audience::nobody(&headers)))
}

async fn show(app: &App, headers: &HeaderMap, said: &DoneQuery) -> Result<Response, StoreError> {
    let gone = || Trouble::from(Closed::AccountGone).answer(app, &Audience::nobody(headers));
    let (Ok(environment), Ok(id)) = (said.environment.parse(), said.account.parse()) else { return Ok(gone()) };
    let Some(account) = app.store.accounts().get(environment, id).await? else { return Ok(gone()) };
    let settings = app.store.environments().settings(environment).await?;
    let audience = Audience::new(headers, settings.frame_ancestors, None);
    let definition = app.catalog.current().get(&account.integration).ok().flatten().cloned();
    let view = Done {
        site: audience.site(app),
        purpose: if said.is_again { Purpose::Reconnect { account: account.name.as_deref() } } else { Purpose::Connect },
        label: definition.as_ref().map_or(account.integration.as_str(), |definition| &definition.integration.label),
        integrated_account_id: &said.account,
        identity: account.identity.as_deref(),
        trial: definition.as_ref().map_or(Trial::Taken, |definition| trial(definition, &account.authentication_method)),
    };
    Ok(audience.answer(StatusCode::OK, done(&view)))
}

/// Tokens are a vendor's own, so it takes them; of what is pasted only a check tells.
fn trial(definition: &Definition, method: &str) -> Trial {
    let is_given = definition.integration.credentials.get(method).is_some_and(|scheme| scheme.kind == CredentialKind::OAuth2);
    if is_given || definition.check(method).is_some() { Trial::Taken } else { Trial::NotAsked }
}
