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
    /// [`Account::credential_version`], or an earlier one if it was replaced while it was read.
    pub version: i64,
}

/// The credential of an account, ready to attach. `None` when the account has none that its integration
/// understands; the reason is logged, because the caller can only reconnect the account.
pub(crate) async fn credential(store: &Store, definition: &Definition, account: &Account) -> Result<Option<Loaded>, StoreError> {
    let Some(scheme) = definition.integration.credentials.get(&account.authentication_method) else {
        tracing::warn!(account.id = %account.id, method = account.authentication_method, "the integration has no such authentication method");
        return Ok(None);
    };
    let Some(stored) = store.accounts().credentials(account.environment_id, account.id).await? else { return Ok(None) };
    match Credential::from_stored(scheme, &stored) {
        Ok(credential) => {
            let can_refresh = scheme.kind == CredentialKind::OAuth2 && scheme.oauth2.is_some() && stored_refresh_token(&stored).is_some();
            let access_token = stored.get("access_token").and_then(|token| token.as_str()).filter(|_| can_refresh);
            Ok(Some(Loaded {
                credential,
                expires_at: stored_expiry(&stored),
                refreshable: access_token.map(|token| store.hash_token(token)),
                version: account.credential_version,
            }))
        }
        Err(error) => {
            tracing::warn!(account.id = %account.id, %error, "the stored credential is unusable");
            Ok(None)
        }
    }
}
