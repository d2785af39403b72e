//! A connected account made ready for calls: where requests go and what opens the vendor's door.

use std::sync::Arc;

use catalog::definition::Definition;
use catalog::target::Target;
use store::{Account, AccountCredential, AccountStatus};
use upstream::{Client, UnknownHost};

use crate::access::AccessError;
use crate::accounts::{self, Loaded};
use crate::live_catalog::LiveCatalog;

/// All that calls of any tool of one account have in common.
pub(crate) struct ConnectedAccount {
    pub account: Account,
    pub definition: Arc<Definition>,
    /// `None` while an account is being connected and does not say yet where its vendor is.
    pub target: Option<Target>,
    /// Why nothing may be sent to the target: what was allowed when the account was connected need not be any more.
    pub unknown_host: Option<UnknownHost>,
    /// `None` when the account holds nothing usable: tools are listed, calls say what to do.
    pub credential: Option<Arc<Loaded>>,
}

store::lacks!(ConnectedAccount: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

impl ConnectedAccount {
    /// # Errors
    /// The catalog has lost the account's integration, its address cannot be made, or the store failed.
    pub(crate) fn load(catalog: &LiveCatalog, upstream: &Client, read: AccountCredential) -> Result<Self, AccessError> {
        let AccountCredential { account, fields, .. } = read;
        let unusable = |reason: String| AccessError::Unusable { account: account.id.to_string(), reason };
        let definition = catalog
            .current()
            .get(&account.integration)
            .map_err(|error| unusable(format!("the definition of `{}` cannot be read: {error}", account.integration)))?
            .cloned()
            .ok_or_else(|| unusable(format!("the catalog has no integration `{}`", account.integration)))?;
        let base_url = account.base_url.as_deref();
        let target = match Target::new(&definition.integration, base_url, &account.context) {
            Ok(target) => Some(target),
            Err(_) if account.status == AccountStatus::Connecting => None,
            Err(error) => return Err(unusable(error.to_string())),
        };
        let unknown_host = target.as_ref().and_then(|target| upstream.check_base_url(&definition.integration, base_url, target).err());
        let credential = match unknown_host {
            Some(_) => None,
            None => accounts::opened(&account, fields)?.and_then(|stored| accounts::loaded(&definition, &account, &stored)).map(Arc::new),
        };
        Ok(Self { account, definition, target, unknown_host, credential })
    }
}
