//! An account with its credential, read at one moment: what was meant for one vendor's host is never read as another's.

use jiff::Timestamp;
use sqlx::Row;

use crate::account::{COLUMNS, columns, read, read_envelope};
use crate::vault::{Envelope, Owner};
use crate::{Account, AccountId, Accounts, EnvironmentId, SecretFields, StoreError, row};

/// An account and the credential that it had at the same moment.
pub struct AccountCredential {
    pub account: Account,
    /// The credential's fields, unsealed; `None` = there is none yet. [`StoreError::Unreadable`] if the sealed value was changed, or belongs
    /// to another account; [`StoreError::WrongKey`] if the master key was replaced while this process could not hear of it.
    pub fields: Result<Option<SecretFields>, StoreError>,
    /// When the vendor refused for good to refresh it.
    pub refused_at: Option<Timestamp>,
}

/// What a row says.
struct Stored {
    account: Account,
    envelope: Option<Envelope>,
    refused_at: Option<Timestamp>,
}

impl Accounts<'_> {
    /// `None` if the environment has no such account.
    pub async fn with_credential(&self, environment: EnvironmentId, id: AccountId) -> Result<Option<AccountCredential>, StoreError> {
        let Some(mut stored) = self.stored(environment, id).await? else { return Ok(None) };
        if stored.envelope.as_ref().is_some_and(|envelope| !self.store.vault.knows(envelope)) {
            // The master key is being replaced; whatever was wrapped anew is read by way of the key before.
            self.store.vault.renew(&self.store.database).await?;
            match self.stored(environment, id).await? {
                Some(present) => stored = present,
                None => return Ok(None),
            }
        }
        let Stored { account, envelope, refused_at } = stored;
        let fields = envelope.map(|envelope| self.opened(environment, id, &envelope)).transpose();
        Ok(Some(AccountCredential { account, fields, refused_at }))
    }

    /// The fields of an account's credential, unsealed.
    ///
    /// # Errors
    /// As for [`AccountCredential::fields`].
    pub async fn credentials(&self, environment: EnvironmentId, id: AccountId) -> Result<Option<SecretFields>, StoreError> {
        self.with_credential(environment, id).await?.map_or(Ok(None), |read| read.fields)
    }

    async fn stored(&self, environment: EnvironmentId, id: AccountId) -> Result<Option<Stored>, StoreError> {
        let select = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            ", key_generation, data_key, sealed, (SELECT COUNT(*) FROM key_generation WHERE number = 1), refresh_refused_at \
             FROM integrated_account LEFT JOIN (SELECT environment_id AS of_environment, account_id, key_generation, data_key, sealed, \
             refresh_refused_at FROM credential) AS its ON of_environment = environment_id AND account_id = id \
             WHERE environment_id = $1 AND id = $2"
        ))
        .bind(environment.to_string())
        .bind(id.to_string());
        let Some(row) = self.store.database.fetch_optional(select).await? else { return Ok(None) };
        let sealed: Option<Vec<u8>> = row.try_get(COLUMNS + 2)?;
        Ok(Some(Stored {
            account: read(&row, 0)?,
            envelope: sealed.map(|_| read_envelope(&row, COLUMNS)).transpose()?,
            refused_at: row::optional_time(&row, COLUMNS + 4)?,
        }))
    }

    fn opened(&self, environment: EnvironmentId, id: AccountId, envelope: &Envelope) -> Result<SecretFields, StoreError> {
        let plain = self.store.vault.open_envelope(&self.store.keys, Owner::Account(environment, id), envelope)?;
        row::from_json(&plain)
    }
}
