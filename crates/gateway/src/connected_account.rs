//! A connected account made ready for calls: where requests go and what opens the vendor's door.

use std::sync::Arc;

use catalog::definition::Definition;
use catalog::target::Target;
use store::{Account, Store};

use crate::access::AccessError;
use crate::accounts::{self, Loaded};
use crate::live_catalog::LiveCatalog;

/// All that calls of any tool of one account have in common.
pub(crate) struct ConnectedAccount {
    pub account: Account,
    pub definition: Arc<Definition>,
    pub target: Target,
    /// `None` when the account holds nothing usable: tools are listed, calls say what to do.
    pub credential: Option<Arc<Loaded>>,
}

impl ConnectedAccount {
    /// # Errors
    /// The catalog has lost the account's integration, its address cannot be made, or the store failed.
    pub(crate) async fn load(store: &Store, catalog: &LiveCatalog, account: Account) -> Result<Self, AccessError> {
        let unusable = |reason: String| AccessError::Unusable { account: account.id.to_string(), reason };
        let definition = catalog
            .current()
            .get(&account.integration)
            .map_err(|error| unusable(format!("the definition of `{}` cannot be read: {error}", account.integration)))?
            .cloned()
            .ok_or_else(|| unusable(format!("the catalog has no integration `{}`", account.integration)))?;
        let target = Target::new(&definition.integration, account.base_url.as_deref(), &account.context)
            .map_err(|error| unusable(error.to_string()))?;
        let credential = accounts::credential(store, &definition, &account).await?.map(Arc::new);
        Ok(Self { account, definition, target, credential })
    }
}
