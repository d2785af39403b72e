//! A credential fresh enough to use. Refreshing will happen here.

use catalog::definition::Definition;
use store::{Account, Store, StoreError};
use upstream::Credential;

/// The credential of an account, ready to attach. `None` when the account has none that its integration
/// understands; the reason is logged, because the caller can only reconnect the account.
pub(crate) async fn credential(store: &Store, definition: &Definition, account: &Account) -> Result<Option<Credential>, StoreError> {
    let Some(scheme) = definition.integration.credentials.get(&account.authentication_method) else {
        tracing::warn!(account.id = %account.id, method = account.authentication_method, "the integration has no such authentication method");
        return Ok(None);
    };
    let Some(stored) = store.accounts().credentials(account.environment_id, account.id).await? else { return Ok(None) };
    match Credential::from_stored(scheme, &stored) {
        Ok(credential) => Ok(Some(credential)),
        Err(error) => {
            tracing::warn!(account.id = %account.id, %error, "the stored credential is unusable");
            Ok(None)
        }
    }
}
