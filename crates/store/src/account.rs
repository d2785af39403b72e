//! Integrated accounts: one customer's connection to one vendor, and its sealed credential.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use crate::database::{Change, Dialect, Statement, Work};
use crate::delivery::{queue, queue_status_change};
use crate::event::Event;
use crate::vault::{Envelope, Owner, Sealed, Vault};
use crate::{AccountId, EnvironmentId, Listed, Page, SecretFields, Store, StoreError, row};

/// An account without its credential.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub environment_id: EnvironmentId,
    /// Name of the integration's definition.
    pub integration: String,
    /// The customer, in the words of whoever connected the account.
    pub tenant_id: String,
    pub name: Option<String>,
    /// Which of the definition's ways to authenticate the credential is for.
    pub authentication_method: String,
    /// Values of the definition's variables, such as a subdomain. No secrets.
    pub context: Map<String, Value>,
    /// Replaces the definition's base URL.
    pub base_url: Option<String>,
    pub status: AccountStatus,
    /// Why the status is what it is, for people.
    pub last_error: Option<String>,
    /// Who the vendor says the account belongs to, e.g. an e-mail address.
    pub identity: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Counts the changes, from 1.
    pub version: i64,
    /// Counts the credentials that the account has had, refreshed ones too; 0 = none yet.
    pub credential_version: i64,
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    Connecting,
    Active,
    NeedsReauth,
    ValidationError,
}

/// What a new account consists of. Holds secrets, and so cannot be printed.
pub struct NewAccount {
    pub integration: String,
    pub tenant_id: String,
    pub name: Option<String>,
    pub authentication_method: String,
    /// The fields of the credential, in the form that the integration's definition asks for. Empty: there is none yet.
    pub credentials: SecretFields,
    pub context: Map<String, Value>,
    pub base_url: Option<String>,
    pub status: AccountStatus,
    pub identity: Option<String>,
}

/// What to change in an account; `None` leaves a thing as it is, `Some(None)` clears it. Holds secrets.
#[derive(Default)]
pub struct AccountChange {
    /// Refuses the change unless this is the account's present version.
    pub version: Option<i64>,
    pub name: Option<Option<String>>,
    /// Replaces the whole credential, and whose it is said to be with it.
    pub credentials: Option<SecretFields>,
    pub context: Option<Map<String, Value>>,
    pub base_url: Option<Option<String>>,
    pub status: Option<AccountStatus>,
    pub last_error: Option<Option<String>>,
    pub identity: Option<Option<String>>,
}

/// What somebody has found out about an account.
#[derive(Debug, Clone)]
pub struct AccountState {
    pub status: AccountStatus,
    /// For people; a vendor's words as they are.
    pub last_error: Option<String>,
    /// `None` = as it was.
    pub identity: Option<String>,
    /// [`Account::credential_version`] of the credential that it was found out with; `None` = it does not depend on it.
    pub of_credential: Option<i64>,
}

impl AccountState {
    /// It can be used; `identity` as in [`AccountState::identity`].
    pub fn active(identity: Option<String>) -> AccountState {
        AccountState { status: AccountStatus::Active, last_error: None, identity, of_credential: None }
    }

    /// It has this status because of that.
    pub fn failing(status: AccountStatus, last_error: String) -> AccountState {
        AccountState { status, last_error: Some(last_error), identity: None, of_credential: None }
    }

    /// Found out with this version of the credential, and of no other.
    pub fn of(self, credential_version: i64) -> AccountState {
        AccountState { of_credential: Some(credential_version), ..self }
    }
}

/// Which accounts to list; `None` means any.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    pub tenant_id: Option<String>,
    pub integration: Option<String>,
}

/// The accounts of a [`Store`].
pub struct Accounts<'a> {
    pub(crate) store: &'a Store,
}

/// In the order that [`read`] expects.
macro_rules! columns {
    () => {
        "id, environment_id, integration, tenant_id, name, authentication_method, context, base_url, status, last_error, created_at, updated_at, version, identity, credential_version"
    };
}
pub(crate) use columns;

/// How many columns [`columns!`] names.
pub(crate) const COLUMNS: usize = 15;

impl<'a> Accounts<'a> {
    pub(crate) fn new(store: &'a Store) -> Accounts<'a> {
        Accounts { store }
    }

    /// Connects an account. Its credential is sealed before it leaves this function.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the environment does not exist.
    pub async fn create(&self, environment: EnvironmentId, new: NewAccount, now: Timestamp) -> Result<Account, StoreError> {
        let vault = Arc::clone(&self.store.vault);
        self.store
            .database
            .write(move |change| -> Work<'_, Account> { Box::pin(async move { insert(change, &vault, environment, new, now).await }) })
            .await
    }

    pub async fn get(&self, environment: EnvironmentId, id: AccountId) -> Result<Option<Account>, StoreError> {
        let select = sqlx::query(concat!("SELECT ", columns!(), " FROM integrated_account WHERE environment_id = $1 AND id = $2"))
            .bind(environment.to_string())
            .bind(id.to_string());
        self.store.database.fetch_optional(select).await?.map(|row| read(&row, 0)).transpose()
    }

    /// One page of an environment's accounts, newest first.
    pub async fn list(&self, environment: EnvironmentId, filter: AccountFilter, page: Page) -> Result<Listed<Account>, StoreError> {
        // A condition that is not asked for is left out rather than made always true, so that an index serves each form.
        let mut sql = String::from(concat!("SELECT ", columns!(), " FROM integrated_account WHERE environment_id = $1 AND id < $2"));
        let mut values = Vec::new();
        for (column, value) in [("tenant_id", filter.tenant_id), ("integration", filter.integration)] {
            if let Some(value) = value {
                values.push(value);
                sql.push_str(&format!(" AND {column} = ${}", values.len() + 3));
            }
        }
        sql.push_str(" ORDER BY id DESC LIMIT $3");
        // Made of constants only; the values are bound.
        let mut select = sqlx::query(AssertSqlSafe(sql))
            .bind(environment.to_string())
            .bind(page.before(|uuid| uuid.to_string()))
            .bind(page.rows_to_read());
        for value in values {
            select = select.bind(value);
        }
        let rows = self.store.database.fetch_all(select).await?;
        let accounts = rows.iter().map(|row| read(row, 0)).collect::<Result<_, _>>()?;
        Ok(Listed::from_rows(accounts, page, |account: &Account| account.id.uuid()))
    }

    /// Changes an account and returns it as it is then; `None` if the environment has no such account.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the change names another version than the present one.
    pub async fn update(
        &self,
        environment: EnvironmentId,
        id: AccountId,
        change: AccountChange,
        now: Timestamp,
    ) -> Result<Option<Account>, StoreError> {
        let vault = Arc::clone(&self.store.vault);
        self.store
            .database
            .write(move |transaction| -> Work<'_, Option<Account>> {
                Box::pin(async move { alter(transaction, &vault, (environment, id), change, now).await })
            })
            .await
    }

    /// Says of an account whether it can be used, and why not. Changes nothing if that is known, if there is no such account, or if the
    /// state was found out with another credential than the account's present one; says whether it has changed anything.
    pub async fn tell(&self, environment: EnvironmentId, id: AccountId, state: AccountState, now: Timestamp) -> Result<bool, StoreError> {
        let write = self.store.database.write(move |change| -> Work<'_, bool> { Box::pin(told(change, (environment, id), state, now)) });
        write.await
    }

    /// Deletes an account with its credential and its MCP servers. `false` if the environment has no such account.
    pub async fn delete(&self, environment: EnvironmentId, id: AccountId, now: Timestamp) -> Result<bool, StoreError> {
        let delete = sqlx::query(concat!("DELETE FROM integrated_account WHERE environment_id = $1 AND id = $2 RETURNING ", columns!()))
            .bind(environment.to_string())
            .bind(id.to_string());
        let deleted = self.store.database.write(move |change| -> Work<'_, bool> {
            Box::pin(async move {
                change.touch(id.uuid());
                let Some(row) = change.fetch_optional(delete).await? else { return Ok(false) };
                queue(change, Event::Deleted(&read(&row, 0)?, now)).await?;
                Ok(true)
            })
        });
        let is_deleted = deleted.await?;
        if is_deleted {
            self.store.database.empty_log().await;
        }
        Ok(is_deleted)
    }
}

impl AccountStatus {
    /// As in the management API, e.g. `needs_reauth`.
    pub fn as_str(self) -> &'static str {
        match self {
            AccountStatus::Connecting => "connecting",
            AccountStatus::Active => "active",
            AccountStatus::NeedsReauth => "needs_reauth",
            AccountStatus::ValidationError => "validation_error",
        }
    }

    pub(crate) fn read(row: &AnyRow, column: usize) -> Result<AccountStatus, StoreError> {
        use AccountStatus::{Active, Connecting, NeedsReauth, ValidationError};
        let text: String = row.try_get(column)?;
        let found = [Connecting, Active, NeedsReauth, ValidationError].into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| StoreError::unreadable("an account has an unknown status"))
    }
}

impl AccountChange {
    /// Changes all but the credential, which is returned if it is to be changed.
    fn apply(self, account: &mut Account) -> Option<SecretFields> {
        if let Some(name) = self.name {
            account.name = name;
        }
        if let Some(context) = self.context {
            account.context = context;
        }
        if let Some(base_url) = self.base_url {
            account.base_url = base_url;
        }
        if let Some(status) = self.status {
            account.status = status;
        }
        if let Some(error) = self.last_error {
            account.last_error = error.map(storable);
        }
        if let Some(identity) = self.identity.or(self.credentials.is_some().then_some(None)) {
            account.identity = identity.map(storable);
        }
        self.credentials
    }
}

/// Makes an account within a transaction.
pub(crate) async fn insert(
    change: &mut Change<'_>,
    vault: &Vault,
    environment: EnvironmentId,
    new: NewAccount,
    now: Timestamp,
) -> Result<Account, StoreError> {
    let credentials = new.credentials;
    let account = Account {
        id: AccountId::new(now),
        environment_id: environment,
        integration: new.integration,
        tenant_id: new.tenant_id,
        name: new.name,
        authentication_method: new.authentication_method,
        context: new.context,
        base_url: new.base_url,
        status: new.status,
        last_error: None,
        created_at: row::cut(now),
        updated_at: row::cut(now),
        version: 1,
        identity: new.identity,
        credential_version: i64::from(!credentials.is_empty()),
    };
    check(&account)?;
    let insert = sqlx::query(concat!(
        "INSERT INTO integrated_account (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    ))
    .bind(account.id.to_string())
    .bind(environment.to_string())
    .bind(account.integration.clone())
    .bind(account.tenant_id.clone())
    .bind(account.name.clone())
    .bind(account.authentication_method.clone())
    .bind(row::to_json(&account.context)?)
    .bind(account.base_url.clone())
    .bind(account.status.as_str())
    .bind(account.last_error.clone())
    .bind(account.created_at.as_millisecond())
    .bind(account.updated_at.as_millisecond())
    .bind(account.version)
    .bind(account.identity.clone())
    // Counted when it is saved.
    .bind(0_i64);
    change.execute(insert).await?;
    if !credentials.is_empty() {
        save_credential(change, vault, (environment, account.id), &credentials, now).await?;
    }
    queue(change, Event::Created(&account)).await?;
    Ok(account)
}

/// Changes an account within a transaction; `None` if the environment has no such account.
pub(crate) async fn alter(
    transaction: &mut Change<'_>,
    vault: &Vault,
    (environment, id): (EnvironmentId, AccountId),
    change: AccountChange,
    now: Timestamp,
) -> Result<Option<Account>, StoreError> {
    transaction.touch(id.uuid());
    // Counting first takes the row's lock, so that nothing changes between reading and writing it.
    let claim = sqlx::query(concat!(
        "UPDATE integrated_account SET version = version + 1, updated_at = $3 WHERE environment_id = $1 AND id = $2 RETURNING ",
        columns!()
    ))
    .bind(environment.to_string())
    .bind(id.to_string())
    .bind(now.as_millisecond());
    let Some(row) = transaction.fetch_optional(claim).await? else { return Ok(None) };
    let mut account = read(&row, 0)?;
    if change.version.is_some_and(|expected| expected != account.version - 1) {
        return Err(StoreError::conflict("the account was changed meanwhile; read it again and repeat the change"));
    }
    let before = account.status;
    let credentials = change.apply(&mut account);
    check(&account)?;
    transaction.execute(write(&account)?).await?;
    if let Some(credentials) = credentials {
        save_credential(transaction, vault, (environment, id), &credentials, now).await?;
        account.credential_version += 1;
    }
    queue_status_change(transaction, before, &account).await?;
    Ok(Some(account))
}

/// Keeps others from changing an account before the transaction ends. Whoever goes on to change its credential begins with this, as
/// updates and deletions do: two who took the rows in different orders would wait for each other.
pub(crate) async fn lock(change: &mut Change<'_>, (environment, id): (EnvironmentId, AccountId)) -> Result<(), StoreError> {
    if change.dialect() == Dialect::Postgres {
        let lock = sqlx::query("SELECT id FROM integrated_account WHERE environment_id = $1 AND id = $2 FOR NO KEY UPDATE")
            .bind(environment.to_string())
            .bind(id.to_string());
        change.fetch_optional(lock).await?;
    }
    Ok(())
}

/// Seals a credential and stores it in the same transaction. Whoever refreshes the one before has lost the right to.
pub(crate) async fn save_credential(
    change: &mut Change<'_>,
    vault: &Vault,
    (environment, account): (EnvironmentId, AccountId),
    credentials: &SecretFields,
    now: Timestamp,
) -> Result<(), StoreError> {
    change.touch(account.uuid());
    let plain = credentials.to_json()?;
    let Sealed { generation, data_key, sealed } = vault.seal(change, Owner::Account(environment, account), &plain).await?;
    let save = sqlx::query(
        "INSERT INTO credential (environment_id, account_id, key_generation, data_key, sealed, updated_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (environment_id, account_id) DO UPDATE SET key_generation = excluded.key_generation, \
         data_key = excluded.data_key, sealed = excluded.sealed, updated_at = excluded.updated_at, \
         refresh_holder = NULL, refresh_until = NULL, refresh_refused_at = NULL",
    )
    .bind(environment.to_string())
    .bind(account.to_string())
    .bind(generation)
    .bind(data_key)
    .bind(sealed)
    .bind(now.as_millisecond());
    change.execute(save).await?;
    let count =
        sqlx::query("UPDATE integrated_account SET credential_version = credential_version + 1 WHERE environment_id = $1 AND id = $2")
            .bind(environment.to_string())
            .bind(account.to_string());
    change.execute(count).await?;
    Ok(())
}

/// Says of an account whether it can be used, in the transaction of whoever found out. Nothing is written if it said so already, so that
/// nobody who edits the account is disturbed.
pub(crate) async fn told(
    change: &mut Change<'_>,
    (environment, id): (EnvironmentId, AccountId),
    state: AccountState,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let AccountState { status, last_error, identity, of_credential } = state;
    // Taking the row's lock first, as in an update.
    let claim = sqlx::query(concat!(
        "UPDATE integrated_account SET version = version WHERE environment_id = $1 AND id = $2 RETURNING ",
        columns!()
    ))
    .bind(environment.to_string())
    .bind(id.to_string());
    let Some(row) = change.fetch_optional(claim).await? else { return Ok(false) };
    let account = read(&row, 0)?;
    let last_error = last_error.map(storable);
    let identity = identity.map(storable).or_else(|| account.identity.clone());
    let is_news = account.status != status || account.last_error != last_error || account.identity != identity;
    if !is_news || of_credential.is_some_and(|version| version != account.credential_version) {
        return Ok(false);
    }
    change.touch(id.uuid());
    let tell = sqlx::query(
        "UPDATE integrated_account SET status = $3, last_error = $4, updated_at = $5, identity = $6, version = version + 1 WHERE environment_id = $1 AND id = $2",
    )
    .bind(environment.to_string())
    .bind(id.to_string())
    .bind(status.as_str())
    .bind(last_error.clone())
    .bind(now.as_millisecond())
    .bind(identity.clone());
    change.execute(tell).await?;
    let before = account.status;
    let account = Account { status, last_error, identity, updated_at: row::cut(now), version: account.version + 1, ..account };
    queue_status_change(change, before, &account).await?;
    Ok(true)
}

/// A vendor's words, which may hold anything, as both databases take them.
fn storable(text: String) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Reads `key_generation, data_key, sealed` and how many first generations there are, of which the first is column `first`.
pub(crate) fn read_envelope(row: &AnyRow, first: usize) -> Result<Envelope, StoreError> {
    let generation: Option<i64> = row.try_get(first)?;
    let data_key: Option<Vec<u8>> = row.try_get(first + 1)?;
    let first_generations: i64 = row.try_get(first + 3)?;
    Ok(Envelope { wrapped: generation.zip(data_key), sealed: row.try_get(first + 2)?, has_first: first_generations > 0 })
}

/// Reads an account from the columns of [`columns!`], of which the first is number `first`.
pub(crate) fn read(row: &AnyRow, first: usize) -> Result<Account, StoreError> {
    Ok(Account {
        id: row::id(row, first)?,
        environment_id: row::id(row, first + 1)?,
        integration: row.try_get(first + 2)?,
        tenant_id: row.try_get(first + 3)?,
        name: row.try_get(first + 4)?,
        authentication_method: row.try_get(first + 5)?,
        context: row::json(row, first + 6)?,
        base_url: row.try_get(first + 7)?,
        status: AccountStatus::read(row, first + 8)?,
        last_error: row.try_get(first + 9)?,
        created_at: row::time(row, first + 10)?,
        updated_at: row::time(row, first + 11)?,
        version: row.try_get(first + 12)?,
        identity: row.try_get(first + 13)?,
        credential_version: row.try_get(first + 14)?,
    })
}

/// Writes what [`AccountChange`] can change; version and time were written when the row was claimed.
fn write(account: &Account) -> Result<Statement, StoreError> {
    Ok(sqlx::query(
        "UPDATE integrated_account SET name = $3, context = $4, base_url = $5, status = $6, last_error = $7, identity = $8 \
         WHERE environment_id = $1 AND id = $2",
    )
    .bind(account.environment_id.to_string())
    .bind(account.id.to_string())
    .bind(account.name.clone())
    .bind(row::to_json(&account.context)?)
    .bind(account.base_url.clone())
    .bind(account.status.as_str())
    .bind(account.last_error.clone())
    .bind(account.identity.clone()))
}

fn check(account: &Account) -> Result<(), StoreError> {
    row::check_text("`integration`", &account.integration)?;
    row::check_text("`tenant_id`", &account.tenant_id)?;
    row::check_text("`name`", account.name.as_deref().unwrap_or_default())?;
    row::check_text("the vendor's name of the account", account.identity.as_deref().unwrap_or_default())?;
    row::check_text("`authentication_method`", &account.authentication_method)?;
    row::check_text("`base_url`", account.base_url.as_deref().unwrap_or_default())
}
