//! One refresh of an account's credential at a time, across all processes: a lease in the credential's row.
//!
//! A lease rather than a lock of the database's: the vendor's answer may take longer than a transaction may, and a lease that
//! its holder never gave back tells that the answer was lost.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::Row;
use uuid::Uuid;

use crate::account::{save_credential, told};
use crate::database::{Change, Dialect, Work};
use crate::{AccountId, AccountState, AccountStatus, EnvironmentId, SecretFields, Store, StoreError};

/// The right to refresh one account's credential.
#[derive(Clone)]
pub struct RefreshLease {
    environment: EnvironmentId,
    account: AccountId,
    holder: String,
}

/// What came of asking for it.
pub enum RefreshClaim {
    Mine(RefreshLease),
    /// Somebody else refreshes it at this moment.
    Taken,
    /// The one before never came back: their refresh may have used up the refresh token.
    Inherited(RefreshLease),
    /// The account has no credential (any more).
    Gone,
}

/// The leases of a [`Store`].
pub struct Refreshes<'a> {
    store: &'a Store,
}

impl<'a> Refreshes<'a> {
    pub(crate) fn new(store: &'a Store) -> Refreshes<'a> {
        Refreshes { store }
    }

    /// Asks for the lease until `until`. Read the credential only after: whoever had the lease before may have replaced it.
    pub async fn claim(
        &self,
        environment: EnvironmentId,
        account: AccountId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<RefreshClaim, StoreError> {
        let lease = RefreshLease { environment, account, holder: Uuid::now_v7().to_string() };
        let holder = lease.holder.clone();
        let write = self.store.database.write(move |change| -> Work<'_, Option<(bool, bool)>> {
            Box::pin(async move {
                let lock = match change.dialect() {
                    Dialect::Sqlite => SELECT,
                    Dialect::Postgres => SELECT_LOCKED,
                };
                let select = sqlx::query(lock).bind(environment.to_string()).bind(account.to_string());
                let Some(row) = change.fetch_optional(select).await? else { return Ok(None) };
                let held_until: Option<i64> = row.try_get(0)?;
                if held_until.is_some_and(|until| until > now.as_millisecond()) {
                    return Ok(Some((false, false)));
                }
                let take = sqlx::query(
                    "UPDATE credential SET refresh_holder = $3, refresh_until = $4 WHERE environment_id = $1 AND account_id = $2",
                )
                .bind(environment.to_string())
                .bind(account.to_string())
                .bind(holder)
                .bind(until.as_millisecond());
                change.execute(take).await?;
                Ok(Some((true, held_until.is_some())))
            })
        });
        Ok(match write.await? {
            None => RefreshClaim::Gone,
            Some((false, _)) => RefreshClaim::Taken,
            Some((true, false)) => RefreshClaim::Mine(lease),
            Some((true, true)) => RefreshClaim::Inherited(lease),
        })
    }

    /// Saves what the refresh brought, and ends the lease; the account is active then. `false`, and nothing is changed, if the
    /// credential was replaced meanwhile or somebody else has the lease.
    pub async fn save(&self, lease: RefreshLease, credentials: SecretFields, now: Timestamp) -> Result<bool, StoreError> {
        let vault = Arc::clone(&self.store.vault);
        let write = self.store.database.write(move |change| -> Work<'_, bool> {
            Box::pin(async move {
                if !end(change, &lease).await? {
                    return Ok(false);
                }
                save_credential(change, &vault, (lease.environment, lease.account), &credentials, now).await?;
                told(change, (lease.environment, lease.account), AccountState::active(None), now).await?;
                Ok(true)
            })
        });
        write.await
    }

    /// Ends the lease without a new credential, as when there was no need to refresh.
    pub async fn release(&self, lease: RefreshLease) -> Result<(), StoreError> {
        self.store.database.write(move |change| -> Work<'_, ()> { Box::pin(async move { end(change, &lease).await.map(drop) }) }).await
    }

    /// Ends the lease and says of the account why there is no new credential, unless the credential was replaced meanwhile.
    pub async fn fail(&self, lease: RefreshLease, status: AccountStatus, error: String, now: Timestamp) -> Result<(), StoreError> {
        let write = self.store.database.write(move |change| -> Work<'_, ()> {
            Box::pin(async move {
                if end(change, &lease).await? {
                    told(change, (lease.environment, lease.account), AccountState::failing(status, error), now).await?;
                }
                Ok(())
            })
        });
        write.await
    }
}

const SELECT: &str = "SELECT refresh_until FROM credential WHERE environment_id = $1 AND account_id = $2";
const SELECT_LOCKED: &str = "SELECT refresh_until FROM credential WHERE environment_id = $1 AND account_id = $2 FOR UPDATE";

/// `false` if the lease is somebody else's, or nobody's.
async fn end(change: &mut Change<'_>, lease: &RefreshLease) -> Result<bool, StoreError> {
    let end = sqlx::query(
        "UPDATE credential SET refresh_holder = NULL, refresh_until = NULL \
         WHERE environment_id = $1 AND account_id = $2 AND refresh_holder = $3",
    )
    .bind(lease.environment.to_string())
    .bind(lease.account.to_string())
    .bind(lease.holder.clone());
    Ok(change.execute(end).await? > 0)
}
