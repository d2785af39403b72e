//! What an account's stored credential is good for: attached to a request, for how long, and whether another access token can be had.

use std::time::Duration;

use catalog::authorization_server::AuthorizationServer;
use catalog::definition::Definition;
use catalog::integration::{CredentialKind, CredentialScheme};
use catalog::target::{Target, TargetError};
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::{Account, SecretFields, Store, StoreError};
use upstream::oauth::{App as Client, stored_expiry, stored_issue, stored_refresh_token};
use upstream::{Client as Upstream, Credential, UnknownHost};

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
    /// Whether there is something to get another access token with.
    pub refreshable: bool,
    /// [`Account::credential_version`]: tells what one refresh brought from what the next does, even where a vendor gives a living token
    /// again with a longer life.
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

/// What was read of an account's credential. `None` if there is none, or it does not open; the reason is logged, because the caller can
/// only reconnect the account.
pub(crate) fn opened(account: &Account, fields: Result<Option<SecretFields>, StoreError>) -> Result<Option<SecretFields>, StoreError> {
    if let Err(error @ StoreError::Unreadable(_)) = &fields {
        tracing::error!(account.id = %account.id, %error, "the stored credential does not open; the account has to be connected again");
        return Ok(None);
    }
    fields
}

/// The credential of an account, ready to attach. `None` when it is none that the account's integration understands, which is logged.
pub(crate) fn loaded(definition: &Definition, account: &Account, stored: &Map<String, Value>) -> Option<Loaded> {
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
            refreshable: can_have_another(scheme, stored),
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

/// Where the tokens of an account come from that is connected by `method`. Nothing else makes one, so that no secret goes to a host that
/// neither definition nor operator knows, however the account's base URL came to be what it is.
///
/// # Errors
/// The definition does not say, base URL and context lead nowhere, or nobody knows the host.
pub(crate) fn authorization_server(
    upstream: &Upstream,
    definition: &Definition,
    method: &str,
    base_url: Option<&str>,
    context: &Map<String, Value>,
) -> Result<AuthorizationServer, NoAuthorizationServer> {
    let integration = &definition.integration;
    let oauth2 = integration.credentials.get(method).and_then(|scheme| scheme.oauth2.as_ref());
    let oauth2 = oauth2.ok_or_else(|| NoAuthorizationServer::Unknown { method: method.to_owned() })?;
    let target = Target::new(integration, base_url, context)?;
    upstream.check_base_url(integration, base_url, &target)?;
    Ok(AuthorizationServer::new(integration, oauth2, base_url, context)?)
}

/// Why nobody can be asked for an account's tokens.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAuthorizationServer {
    #[error("the integration does not say where tokens of `{method}` come from; connect the account another way")]
    Unknown { method: String },
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    UnknownHost(#[from] UnknownHost),
}

fn can_have_another(scheme: &CredentialScheme, stored: &Map<String, Value>) -> bool {
    let has_means = match scheme.kind {
        CredentialKind::OAuth2 => stored_refresh_token(stored).is_some(),
        CredentialKind::OAuth2ClientCredentials => true,
        CredentialKind::ApiKey | CredentialKind::Basic | CredentialKind::Bearer => false,
    };
    has_means && scheme.oauth2.is_some()
}
