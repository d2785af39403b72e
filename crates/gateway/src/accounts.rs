//! What an account's stored credential is good for: attached to a request, for how long, and whether it can be refreshed.

use catalog::definition::Definition;
use catalog::integration::CredentialKind;
use jiff::Timestamp;
use store::{Account, Store, StoreError, TokenHash};
use upstream::Credential;
use upstream::oauth::{stored_expiry, stored_refresh_token};

/// A credential as it was read.
pub(crate) struct Loaded {
    pub credential: Credential,
    /// `None` = good until it is refused.
    pub expires_at: Option<Timestamp>,
    /// Tells one access token from the next; `None` where there is nothing to refresh.
    pub refreshable: Option<TokenHash>,
}

store::lacks!(Loaded: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

/// The credential of an account, ready to attach. `None` when the account has none that its integration
/// understands; the reason is logged, because the caller can only reconnect the account.
pub(crate) async fn credential(store: &Store, definition: &Definition, account: &Account) -> Result<Option<Loaded>, StoreError> {
    let Some(scheme) = definition.integration.credentials.get(&account.authentication_method) else {
        tracing::warn!(account.id = %account.id, method = account.authentication_method, "the integration has no such authentication method");
        return Ok(None);
    };
    let stored = match store.accounts().credentials(account.environment_id, account.id).await {
        Err(error @ StoreError::Unreadable(_)) => {
            tracing::error!(account.id = %account.id, %error, "the stored credential does not open; the account has to be connected again");
            return Ok(None);
        }
        read => read?,
    };
    let Some(stored) = stored else { return Ok(None) };
    match Credential::from_stored(scheme, &stored) {
        Ok(credential) => {
            let can_refresh = scheme.kind == CredentialKind::OAuth2 && scheme.oauth2.is_some() && stored_refresh_token(&stored).is_some();
            let access_token = stored.get("access_token").and_then(|token| token.as_str()).filter(|_| can_refresh);
            Ok(Some(Loaded {
                credential,
                expires_at: stored_expiry(&stored),
                refreshable: access_token.map(|token| store.hash_token(token)),
            }))
        }
        Err(error) => {
            tracing::warn!(account.id = %account.id, %error, "the stored credential is unusable");
            Ok(None)
        }
    }
}
