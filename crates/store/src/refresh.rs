//! One refresh of an account's credential at a time, across all processes: a lease in the credential's row.
//!
//! A lease rather than a lock of the database's: the vendor's answer may take longer than a transaction may, and a lease that
//! its holder never gave back tells that the answer was lost.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::Row;
use uuid::Uuid;

use crate::account::{self, save_credential, told};
use crate::database::{Change, Dialect, Work};
use crate::{AccountId, AccountState, AccountStatus, EnvironmentId, Hold, SecretFields, Store, StoreError, row};

/// How long a lease lasts at most.
pub const LONGEST_LEASE: Duration = Duration::from_secs(90);
/// How far the clocks of servers may be apart.
const CLOCKS_APART: Duration = Duration::from_secs(30);

/// The right to refresh one account's credential.
#[derive(Clone)]
pub struct RefreshLease {
    environment: EnvironmentId,
    account: AccountId,
    holder: String,
    /// [`Account::credential_version`](crate::Account::credential_version) when the lease was claimed.
    version: i64,
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

/// What became of the tokens that a refresh brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshSaved {
    Saved,
    /// Nothing was changed: the account has another credential by now.
    Replaced,
    /// There is no such account any more.
    Gone,
}

/// Why a refresh brought nothing.
#[derive(Debug, Clone, Copy)]
pub enum RefreshFailure {
    /// The vendor refused for good what it was shown, which was read at `asked_at`.
    Refused { asked_at: Timestamp },
    /// Another attempt may bring something.
    Passing,
}

/// The leases of a [`Store`].
pub struct Refreshes<'a> {
    store: &'a Store,
}

/// An account and the lease of its credential, which nobody else changes until the transaction ends.
struct Locked {
    status: AccountStatus,
    version: i64,
    holder: Option<String>,
    until: Option<i64>,
    is_refused: bool,
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
        // What ends later than any lease does was written by a clock that has been set back since.
        let latest = now.checked_add(LONGEST_LEASE + CLOCKS_APART).unwrap_or(now).as_millisecond();
        let write = self.store.database.write(move |change| -> Work<'_, RefreshClaim> {
            Box::pin(async move {
                let Some(locked) = Locked::read(change, environment, account).await? else { return Ok(RefreshClaim::Gone) };
                if locked.until.is_some_and(|until| until > now.as_millisecond() && until <= latest) {
                    return Ok(RefreshClaim::Taken);
                }
                let lease = RefreshLease { environment, account, holder, version: locked.version };
                hold(change, &lease, Some(&lease.holder), Some(until.as_millisecond())).await?;
                Ok(match locked.until {
                    Some(_) => RefreshClaim::Inherited(lease),
                    None => RefreshClaim::Mine(lease),
                })
            })
        });
        write.await
    }

    /// Saves what the refresh brought, and ends the lease; what was said of the credential before does not count any more, unless it was
    /// something else than a refresh that the vendor had refused.
    ///
    /// After its time too, as long as nobody has replaced the credential: the vendor may have used up what is stored for the tokens
    /// that are saved here. Whoever inherited the lease keeps it, and what they save later counts then.
    pub async fn save(&self, lease: RefreshLease, credentials: SecretFields, now: Timestamp) -> Result<RefreshSaved, StoreError> {
        let vault = Arc::clone(&self.store.vault);
        let write = self.store.database.write(move |change| -> Work<'_, RefreshSaved> {
            Box::pin(async move {
                let Some(locked) = Locked::read(change, lease.environment, lease.account).await? else { return Ok(RefreshSaved::Gone) };
                let is_mine = locked.holder.as_ref() == Some(&lease.holder);
                if !is_mine && locked.version != lease.version {
                    return Ok(RefreshSaved::Replaced);
                }
                save_credential(change, &vault, (lease.environment, lease.account), &credentials, now).await?;
                if !is_mine {
                    hold(change, &lease, locked.holder.as_deref(), locked.until).await?;
                }
                // A token that the API itself does not accept is told of by the next call that it does accept.
                if locked.status == AccountStatus::Active || locked.is_refused {
                    told(change, (lease.environment, lease.account), AccountState::active(None), now).await?;
                }
                Ok(RefreshSaved::Saved)
            })
        });
        write.await
    }

    /// Ends the lease without a new credential, as when there was no need to refresh.
    pub async fn release(&self, lease: RefreshLease) -> Result<(), StoreError> {
        self.store.database.write(move |change| -> Work<'_, ()> { Box::pin(async move { end(change, &lease).await.map(drop) }) }).await
    }

    /// Ends the lease and says of the account why there is no new credential; what somebody else has found wrong with it meanwhile, a
    /// passing failure leaves as it is. `false`, and nothing is said, if the credential was replaced meanwhile or somebody else has
    /// the lease.
    pub async fn fail(&self, lease: RefreshLease, failure: RefreshFailure, error: String, now: Timestamp) -> Result<bool, StoreError> {
        let write = self.store.database.write(move |change| -> Work<'_, bool> {
            Box::pin(async move {
                let owner = (lease.environment, lease.account);
                let Some(locked) = Locked::read(change, owner.0, owner.1).await? else { return Ok(false) };
                let is_told = end(change, &lease).await? && locked.version == lease.version;
                match failure {
                    RefreshFailure::Refused { asked_at } if is_told => {
                        refuse(change, &lease, asked_at).await?;
                        told(change, owner, AccountState::failing(AccountStatus::NeedsReauth, error), now).await?;
                    }
                    RefreshFailure::Passing if is_told && locked.status == AccountStatus::Active => {
                        told(change, owner, AccountState::failing(AccountStatus::Active, error), now).await?;
                    }
                    _ => {}
                }
                Ok(is_told)
            })
        });
        write.await
    }

    /// Lets all leases run out that are there before this process has claimed any: whoever had the SQLite file before it is gone. On
    /// PostgreSQL others may have theirs, so nothing happens.
    pub async fn inherit_all(&self, _file: &Hold) -> Result<(), StoreError> {
        if self.store.database.dialect() == Dialect::Postgres {
            return Ok(());
        }
        let inherit = sqlx::query("UPDATE credential SET refresh_until = 0 WHERE refresh_until > 0");
        self.store.database.write(move |change| -> Work<'_, ()> { Box::pin(async move { change.execute(inherit).await.map(drop) }) }).await
    }
}

impl Locked {
    /// `None` where there is no credential.
    async fn read(change: &mut Change<'_>, environment: EnvironmentId, account: AccountId) -> Result<Option<Locked>, StoreError> {
        account::lock(change, (environment, account)).await?;
        let select = sqlx::query(
            "SELECT status, credential_version, refresh_holder, refresh_until, refresh_refused_at \
             FROM credential JOIN integrated_account ON integrated_account.environment_id = credential.environment_id AND id = account_id \
             WHERE credential.environment_id = $1 AND account_id = $2",
        );
        let row = change.fetch_optional(select.bind(environment.to_string()).bind(account.to_string())).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Locked {
            status: AccountStatus::read(&row, 0)?,
            version: row.try_get(1)?,
            holder: row.try_get(2)?,
            until: row.try_get(3)?,
            is_refused: row::optional_time(&row, 4)?.is_some(),
        }))
    }
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

async fn refuse(change: &mut Change<'_>, lease: &RefreshLease, asked_at: Timestamp) -> Result<(), StoreError> {
    let refuse = sqlx::query("UPDATE credential SET refresh_refused_at = $3 WHERE environment_id = $1 AND account_id = $2")
        .bind(lease.environment.to_string())
        .bind(lease.account.to_string())
        .bind(asked_at.as_millisecond());
    change.execute(refuse).await?;
    Ok(())
}

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
