//! What an account's stored credential is good for: attached to a request, for how long, and whether another access token can be had.

use std::time::Duration;

use catalog::authorization_server::AuthorizationServer;
use catalog::definition::Definition;
use catalog::integration::{CredentialKind, CredentialScheme};
use catalog::target::TargetError;
use jiff::Timestamp;
use secrecy::zeroize::Zeroizing;
use serde_json::{Map, Value};
use store::{Account, Store, StoreError, TokenHash};
use upstream::Credential;
use upstream::oauth::{App as Client, stored_expiry, stored_issue, stored_refresh_token};

/// How long an access token is new.
const NEW: Duration = Duration::from_secs(30);

/// A credential as it was read.
pub(crate) struct Loaded {
    /// `None` = there is no access token yet; the first one has to be fetched.
    pub credential: Option<Credential>,
    /// `None` = good until it is refused.
    pub expires_at: Option<Timestamp>,
    /// When it was fetched; `None` where somebody else did.
    pub issued_at: Option<Timestamp>,
    /// Tells what one refresh brought from what the next does; `None` where there is nothing to get another one with.
    pub refreshable: Option<TokenHash>,
    /// [`Account::credential_version`], or an earlier one if it was replaced while it was read.
    pub version: i64,
}

store::lacks!(Loaded: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

impl Loaded {
    /// Whether it can be shown to the vendor at `now`.
    pub(crate) fn is_usable(&self, now: Timestamp) -> bool {
        self.credential.is_some() && self.expires_at.is_none_or(|end| end > now)
    }

    /// Whether it is good and was fetched a moment before `now`: a vendor that refuses it would refuse the next one too.
    pub(crate) fn is_new(&self, now: Timestamp) -> bool {
        self.is_usable(now) && self.issued_at.is_some_and(|at| Duration::try_from(now.duration_since(at)).is_ok_and(|age| age < NEW))
    }
}

/// The credential of an account, ready to attach. `None` when the account has none that its integration
/// understands; the reason is logged, because the caller can only reconnect the account.
pub(crate) async fn credential(store: &Store, definition: &Definition, account: &Account) -> Result<Option<Loaded>, StoreError> {
    let stored = match store.accounts().credentials(account.environment_id, account.id).await {
        Err(error @ StoreError::Unreadable(_)) => {
            tracing::error!(account.id = %account.id, %error, "the stored credential does not open; the account has to be connected again");
            return Ok(None);
        }
        read => read?,
    };
    let Some(stored) = stored else { return Ok(None) };
    Ok(loaded(store, definition, account, &stored))
}

/// The same for `stored` credentials, unsealed.
pub(crate) fn loaded(store: &Store, definition: &Definition, account: &Account, stored: &Map<String, Value>) -> Option<Loaded> {
    let Some(scheme) = definition.integration.credentials.get(&account.authentication_method) else {
        tracing::warn!(account.id = %account.id, method = account.authentication_method, "the integration has no such authentication method");
        return None;
    };
    let credential = match scheme.kind {
        CredentialKind::OAuth2ClientCredentials if !stored.contains_key("access_token") => Credential::check(scheme, stored).map(|()| None),
        _ => Credential::from_stored(scheme, stored).map(Some),
    };
    match credential {
        Ok(credential) => Some(Loaded {
            credential,
            expires_at: stored_expiry(stored),
            issued_at: stored_issue(stored),
            refreshable: can_have_another(scheme, stored).then(|| store.hash_token(&obtained(stored))),
            version: account.credential_version,
        }),
        Err(error) => {
            tracing::warn!(account.id = %account.id, %error, "the stored credential is unusable");
            None
        }
    }
}

/// The OAuth client in whose name the account's tokens are fetched and ended: the environment's app, or with client credentials the
/// account's own. `None` where the environment has set none.
pub(crate) async fn client(
    store: &Store,
    definition: &Definition,
    account: &Account,
    stored: &Map<String, Value>,
) -> Result<Option<Client>, StoreError> {
    let Account { environment_id, integration, authentication_method, .. } = account;
    if brings_app(definition, authentication_method) {
        return Ok(Client::stored(stored));
    }
    let found = store.oauth_apps().with_secret(*environment_id, integration, authentication_method).await?;
    Ok(found.map(|(app, client_secret)| Client { client_id: app.client_id, client_secret }))
}

/// Whether accounts connected by `method` have an OAuth app of their own.
pub(crate) fn brings_app(definition: &Definition, method: &str) -> bool {
    let scheme = definition.integration.credentials.get(method);
    scheme.is_some_and(|scheme| scheme.kind == CredentialKind::OAuth2ClientCredentials)
}

/// Where the tokens of an account come from that is connected by `method`.
///
/// # Errors
/// The definition does not say, or base URL and context lead nowhere.
pub(crate) fn authorization_server(
    definition: &Definition,
    method: &str,
    base_url: Option<&str>,
    context: &Map<String, Value>,
) -> Result<AuthorizationServer, NoAuthorizationServer> {
    let oauth2 = definition.integration.credentials.get(method).and_then(|scheme| scheme.oauth2.as_ref());
    let oauth2 = oauth2.ok_or_else(|| NoAuthorizationServer::Unknown { method: method.to_owned() })?;
    Ok(AuthorizationServer::new(&definition.integration, oauth2, base_url, context)?)
}

/// Why nobody can be asked for an account's tokens.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAuthorizationServer {
    #[error("the integration does not say where tokens of `{method}` come from; connect the account another way")]
    Unknown { method: String },
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// What another refresh may change. The access token alone does not tell: vendors give a living one again, with a longer life.
fn obtained(stored: &Map<String, Value>) -> Zeroizing<String> {
    let text = |field: &str| stored.get(field).and_then(Value::as_str).unwrap_or_default();
    let moments = [stored_expiry(stored), stored_issue(stored)].map(|moment| moment.map(Timestamp::as_second));
    Zeroizing::new(format!("{} {} {moments:?}", text("access_token"), text("refresh_token")))
}

fn can_have_another(scheme: &CredentialScheme, stored: &Map<String, Value>) -> bool {
    let has_means = match scheme.kind {
        CredentialKind::OAuth2 => stored_refresh_token(stored).is_some(),
        CredentialKind::OAuth2ClientCredentials => true,
        CredentialKind::ApiKey | CredentialKind::Basic | CredentialKind::Bearer => false,
    };
    has_means && scheme.oauth2.is_some()
}
