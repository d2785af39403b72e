//! An account that is to be deleted has its tokens ended at the vendor's (RFC 7009).

use std::time::Duration;

use catalog::definition::Definition;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::{Map, Value};
use store::{Account, RefreshClaim, StoreError};
use tokio::time::error::Elapsed;
use tokio::time::{sleep, timeout};
use upstream::Client;
use upstream::oauth::{App as OAuthClient, OAuthError, Revocation, stored_refresh_token};

use crate::access::AccessError;
use crate::accounts::{self, NoAuthorizationServer};
use crate::app::App;

/// Longest time that an account's deletion waits for its vendor.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks whether somebody still refreshes the account.
const PAUSE: Duration = Duration::from_millis(50);

/// Why a vendor still honours the tokens of an account that is gone, for the log.
#[derive(Debug, thiserror::Error)]
enum RevocationError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Account(#[from] AccessError),
    #[error("nothing was sent: {0}")]
    NoServer(#[from] NoAuthorizationServer),
    #[error(transparent)]
    Vendor(#[from] OAuthError),
}

/// Ends the account's tokens where its definition says how and there is an app to do it with. What goes wrong is logged. To be called
/// right before the account is deleted: nobody refreshes it from here on.
pub(crate) async fn revoke(app: &App, account: &Account) {
    log(account, timeout(PATIENCE, attempt(app, account)).await);
}

fn log(account: &Account, outcome: Result<Result<Revocation, RevocationError>, Elapsed>) {
    match outcome {
        Ok(Ok(Revocation::Revoked)) => tracing::info!(account.id = %account.id, "tokens revoked at the vendor"),
        Ok(Ok(Revocation::NotOffered)) => {}
        Ok(Err(error)) => {
            tracing::warn!(account.id = %account.id, %error, "tokens of a deleted account could not be revoked at the vendor")
        }
        Err(_) => tracing::warn!(account.id = %account.id, "tokens of a deleted account could not be revoked at the vendor in time"),
    }
}

/// Ends tokens that a refresh has brought of an account that was deleted meanwhile, as [`revoke`] does.
pub(crate) async fn revoke_orphans(
    upstream: &Client,
    (definition, account): (&Definition, &Account),
    client: &OAuthClient,
    stored: &Map<String, Value>,
    now: Timestamp,
) {
    let Some(token) = token(stored) else { return };
    log(account, timeout(PATIENCE, ask(upstream, (definition, account), client, &token, now)).await);
}

async fn attempt(app: &App, account: &Account) -> Result<Revocation, RevocationError> {
    let Some(access) = app.door.account(account.environment_id, account.id).await? else { return Ok(Revocation::NotOffered) };
    let definition = &access.connected.definition;
    if !offers(definition, account) {
        return Ok(Revocation::NotOffered);
    }
    // A refresh under way would bring tokens that nobody revokes.
    loop {
        let now = app.clock.now();
        let until = now.checked_add(PATIENCE).unwrap_or(now);
        match app.store.refreshes().claim(account.environment_id, account.id, now, until).await? {
            RefreshClaim::Mine(_) | RefreshClaim::Inherited(_) => break,
            RefreshClaim::Taken => sleep(PAUSE).await,
            RefreshClaim::Gone => return Ok(Revocation::NotOffered),
        }
    }
    let Some(read) = app.store.accounts().with_credential(account.environment_id, account.id).await? else {
        return Ok(Revocation::NotOffered);
    };
    let Some(stored) = read.fields? else { return Ok(Revocation::NotOffered) };
    // Of the account as it is with this credential: it may have been moved to another host.
    let client = accounts::client(&app.store, definition, &read.account, &stored).await?;
    match client.zip(token(&stored)) {
        Some((client, token)) => ask(&app.upstream, (definition, &read.account), &client, &token, app.clock.now()).await,
        None => Ok(Revocation::NotOffered),
    }
}

/// Asks the vendor, once, if the definition says where and something may be sent there.
async fn ask(
    upstream: &Client,
    (definition, account): (&Definition, &Account),
    client: &OAuthClient,
    token: &SecretString,
    now: Timestamp,
) -> Result<Revocation, RevocationError> {
    if !offers(definition, account) {
        return Ok(Revocation::NotOffered);
    }
    let Account { authentication_method: method, base_url, context, .. } = account;
    let server = accounts::authorization_server(upstream, definition, method, base_url.as_deref(), context)?;
    Ok(upstream.revoke(&server, client, token, now).await?)
}

/// Whether the definition says where tokens of the account end.
fn offers(definition: &Definition, account: &Account) -> bool {
    let scheme = definition.integration.credentials.get(&account.authentication_method);
    scheme.and_then(|scheme| scheme.oauth2.as_ref()).is_some_and(|oauth2| oauth2.revoke_url.is_some())
}

/// The token whose end is the end of all: the refresh token, if there is one.
fn token(stored: &Map<String, Value>) -> Option<SecretString> {
    let access_token = || stored.get("access_token").and_then(Value::as_str).map(SecretString::from);
    stored_refresh_token(stored).or_else(access_token)
}
