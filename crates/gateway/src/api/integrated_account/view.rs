//! Accounts as the API shows them: never with credentials.

use serde::Serialize;
use serde_json::{Map, Value};
use store::{Account, AccountId, AccountStatus};
use utoipa::ToSchema;

use crate::api::output::Time;
use crate::app::App;
use crate::reconnect;

/// One customer's connection to one vendor.
#[derive(Serialize, ToSchema)]
#[schema(as = IntegratedAccount)]
pub(super) struct AccountView {
    #[schema(value_type = String)]
    pub id: AccountId,
    #[schema(example = "sendoso")]
    pub integration: String,
    /// Your customer's id.
    pub tenant_id: String,
    pub name: Option<String>,
    #[schema(example = "oauth2")]
    pub authentication_method: String,
    /// Values that complete the vendor's address, e.g. a subdomain.
    #[schema(value_type = Object)]
    pub context: Map<String, Value>,
    /// Replaces the vendor's own address.
    pub base_url: Option<String>,
    /// `connecting`, `active`, `needs_reauth` or `validation_error`.
    #[schema(value_type = String, example = "active")]
    pub status: AccountStatus,
    /// Why the status is what it is, e.g. in the vendor's words.
    pub last_error: Option<String>,
    /// While the account is not `active`: the page where a person connects it, for seven days. Whoever has the link can do that.
    pub reconnect_url: Option<String>,
    /// Who the vendor says the account belongs to, as of the last time it was asked.
    pub identity: Option<String>,
    pub created_at: Time,
    pub updated_at: Time,
}

// Whoever has its link can give the account a credential.
store::lacks!(AccountView: std::fmt::Debug, std::fmt::Display, Clone);

impl AccountView {
    pub(super) fn of(app: &App, account: Account) -> Self {
        Self {
            reconnect_url: reconnect::url(app, &account),
            id: account.id,
            integration: account.integration,
            tenant_id: account.tenant_id,
            name: account.name,
            authentication_method: account.authentication_method,
            context: account.context,
            base_url: account.base_url,
            status: account.status,
            last_error: account.last_error,
            identity: account.identity,
            created_at: Time(account.created_at),
            updated_at: Time(account.updated_at),
        }
    }
}
