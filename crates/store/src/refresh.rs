//! One refresh of an account's credential at a time, across all processes: a lease in the credential's row.
//!
//! A lease rather than a lock of the database's: the vendor's answer may take longer than a transaction may, and a lease that
//! its holder never gave back tells that the answer was lost.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;

use crate::account::{self, save_credential, told};
use crate::database::{Change, Dialect, Work};
use crate::{AccountId, AccountState, AccountStatus, EnvironmentId, SecretFields, Store, StoreError};

/// The right to refresh one account's credential.
#[derive(Clone)]
pub struct RefreshLease {
    environment: EnvironmentId,
    account: AccountId,
    holder: String,
    /// The sealed credential when the lease was claimed. Each sealing has other bytes, so these tell whether it was replaced.
    sealed: Vec<u8>,
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
        let holder = Uuid::now_v7().to_string();
        let write = self.store.database.write(move |change| -> Work<'_, RefreshClaim> {
            Box::pin(async move {
                let Some(row) = locked(change, environment, account).await? else { return Ok(RefreshClaim::Gone) };
                let held_until: Option<i64> = row.try_get(1)?;
                if held_until.is_some_and(|until| until > now.as_millisecond()) {
                    return Ok(RefreshClaim::Taken);
                }
                let lease = RefreshLease { environment, account, holder, sealed: row.try_get(2)? };
                hold(change, &lease, Some(&lease.holder), Some(until.as_millisecond())).await?;
                Ok(match held_until {
                    Some(_) => RefreshClaim::Inherited(lease),
                    None => RefreshClaim::Mine(lease),
                })
            })
        });
        write.await
    }

    /// Saves what the refresh brought, and ends the lease; the account is active then.
    ///
    /// After its time too, as long as nobody has replaced the credential: the vendor may have used up what is stored for the tokens
    /// that are saved here. Whoever inherited the lease keeps it, and what they save later counts then. `false`, and nothing is
    /// changed, if the credential was replaced.
    pub async fn save(&self, lease: RefreshLease, credentials: SecretFields, now: Timestamp) -> Result<bool, StoreError> {
        let vault = Arc::clone(&self.store.vault);
        let write = self.store.database.write(move |change| -> Work<'_, bool> {
            Box::pin(async move {
                account::lock(change, (lease.environment, lease.account)).await?;
                let Some(row) = locked(change, lease.environment, lease.account).await? else { return Ok(false) };
                let (holder, until, sealed): (Option<String>, Option<i64>, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
                let is_mine = holder.as_ref() == Some(&lease.holder);
                if !is_mine && sealed != lease.sealed {
                    return Ok(false);
                }
                save_credential(change, &vault, (lease.environment, lease.account), &credentials, now).await?;
                if !is_mine {
                    hold(change, &lease, holder.as_deref(), until).await?;
                }
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

    /// Ends the lease and says of the account why there is no new credential. `false`, and nothing is said, if the credential was
    /// replaced meanwhile or somebody else has the lease.
    pub async fn fail(&self, lease: RefreshLease, status: AccountStatus, error: String, now: Timestamp) -> Result<bool, StoreError> {
        let write = self.store.database.write(move |change| -> Work<'_, bool> {
            Box::pin(async move {
                account::lock(change, (lease.environment, lease.account)).await?;
                let Some(row) = locked(change, lease.environment, lease.account).await? else { return Ok(false) };
                let sealed: Vec<u8> = row.try_get(2)?;
                let is_told = end(change, &lease).await? && sealed == lease.sealed;
                if is_told {
                    told(change, (lease.environment, lease.account), AccountState::failing(status, error), now).await?;
                }
                Ok(is_told)
            })
        });
        write.await
    }
}

/// `refresh_holder, refresh_until, sealed` of a credential, which nobody else changes until the transaction ends.
async fn locked(change: &mut Change<'_>, environment: EnvironmentId, account: AccountId) -> Result<Option<AnyRow>, StoreError> {
    let select = match change.dialect() {
        Dialect::Sqlite => SELECT,
        Dialect::Postgres => SELECT_LOCKED,
    };
    change.fetch_optional(sqlx::query(select).bind(environment.to_string()).bind(account.to_string())).await
}

async fn hold(change: &mut Change<'_>, lease: &RefreshLease, holder: Option<&str>, until: Option<i64>) -> Result<(), StoreError> {
    let hold = sqlx::query("UPDATE credential SET refresh_holder = $3, refresh_until = $4 WHERE environment_id = $1 AND account_id = $2")
        .bind(lease.environment.to_string())
        .bind(lease.account.to_string())
        .bind(holder.map(str::to_owned))
        .bind(until);
    change.execute(hold).await?;
    Ok(())
}

const SELECT: &str = "SELECT refresh_holder, refresh_until, sealed FROM credential WHERE environment_id = $1 AND account_id = $2";
const SELECT_LOCKED: &str =
    "SELECT refresh_holder, refresh_until, sealed FROM credential WHERE environment_id = $1 AND account_id = $2 FOR UPDATE";

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
