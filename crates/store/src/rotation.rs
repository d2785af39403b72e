//! Replacing the master key while servers serve: a new generation of keys, and every data key wrapped anew.
//!
//! Each step is a transaction of its own that can be repeated, so whoever is interrupted begins again. Until the older
//! generations are retired, both master keys open the database.

use std::fmt;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use tokio::time::sleep;

use crate::account::read_envelope;
use crate::cipher::{self, Place};
use crate::database::{Dialect, Statement, Work};
use crate::key::{Purpose, RandomKey};
use crate::listen::LOOK;
use crate::vault::{self, GENERATIONS, GenerationRow, Owner};
use crate::{AccountId, EnvironmentId, Hold, MasterKey, Store, StoreError, WebhookId, row};

/// The generations of keys of a [`Store`], and how to go on to the next.
pub struct KeyRotation<'a> {
    store: &'a Store,
}

/// How far the present generation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyState {
    /// Number of the newest generation; 1 is a database's first.
    pub generation: i64,
    /// Generations before it that are still there: their master keys open the database too.
    pub older: usize,
    /// Credentials of accounts and secrets of OAuth apps and webhooks, and how many of them are not under the newest generation yet.
    pub credentials: u64,
    pub left: u64,
}

/// What became of a request for a new generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    New,
    /// The newest generation has this master key already, and older ones are there still.
    Continued,
}

/// One step of wrapping data keys anew.
#[derive(Debug, Default)]
pub struct Rewrapped {
    pub done: u64,
    /// What opens with no key: it was changed behind our back.
    pub unreadable: Vec<SecretOf>,
    /// Where the next step begins; `None` after the last.
    pub next: Option<RewrapFrom>,
}

/// Whose secret it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretOf {
    Account(AccountId),
    /// The OAuth app of an environment.
    OAuthApp {
        environment: EnvironmentId,
        integration: String,
        authentication_method: String,
    },
    Webhook(WebhookId),
}

/// A place in the order in which credentials are gone through.
#[derive(Debug, Clone)]
pub struct RewrapFrom(Table, [String; 3]);

/// What holds data keys, in the order in which it is gone through.
#[derive(Debug, Clone, Copy)]
enum Table {
    Credentials,
    OAuthApps,
    Webhooks,
}

/// The generation of everything that has one.
macro_rules! all_secrets {
    () => {
        "(SELECT key_generation FROM credential UNION ALL SELECT key_generation FROM oauth_app \
         UNION ALL SELECT key_generation FROM webhook) AS secrets"
    };
}

impl<'a> KeyRotation<'a> {
    pub(crate) fn new(store: &'a Store) -> KeyRotation<'a> {
        KeyRotation { store }
    }

    pub async fn state(&self) -> Result<KeyState, StoreError> {
        let rows = vault::generations(&self.store.database).await?;
        let generation = rows.last().ok_or(StoreError::WrongKey)?.number;
        let count =
            sqlx::query(concat!("SELECT COUNT(*), COUNT(CASE WHEN key_generation = $1 THEN 1 END) FROM ", all_secrets!())).bind(generation);
        let row = self.store.database.fetch_optional(count).await?.ok_or_else(|| StoreError::unreadable("nothing was counted"))?;
        let (all, done): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        Ok(KeyState { generation, older: rows.len() - 1, credentials: all.unsigned_abs(), left: all.abs_diff(done) })
    }

    /// Whether this is the master key of the newest generation.
    pub async fn is_newest(&self, master: &MasterKey) -> Result<bool, StoreError> {
        is_newest(master, &vault::generations(&self.store.database).await?)
    }

    /// Makes the next generation under a new master key. From then on credentials are written under it, and the master key
    /// that was used until now goes on opening the database.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if it is the master key that is in use already or of an older generation, [`StoreError::Conflict`] if somebody else
    /// begins at the same moment.
    pub async fn begin(&self, new: &MasterKey) -> Result<Begun, StoreError> {
        let rows = vault::generations(&self.store.database).await?;
        let opened = vault::opened_by(new, &rows)?.map(|(number, _)| number);
        if opened.is_some() && opened != rows.last().map(|row| row.number) {
            return Err(StoreError::invalid("this master key belongs to an older generation; give another"));
        }
        if opened.is_some() {
            return match rows.len() {
                1 => Err(StoreError::invalid("this is the master key that is in use already; give another")),
                _ => Ok(Begun::Continued),
            };
        }
        let newest = rows.last().ok_or(StoreError::WrongKey)?;
        let store = self.store;
        store.vault.learn(&rows)?;
        let (number, key) = (newest.number + 1, RandomKey::generate()?);
        let (previous, root) = (store.vault.key(newest.number)?, store.vault.root(newest)?);
        let (sealing, previous_sealing) = (key.sealing(Purpose::Keys)?, previous.sealing(Purpose::Keys)?);
        let insert = sqlx::query("INSERT INTO key_generation (number, sealed, under_previous, root) VALUES ($1, $2, $3, $4)")
            .bind(number)
            .bind(cipher::seal(&new.sealing(Purpose::Generation)?, Place::Generation(number), key.as_bytes())?)
            .bind(cipher::seal(&previous_sealing, Place::Neighbour(number), key.as_bytes())?)
            .bind(cipher::seal(&sealing, Place::RootKey(number), root.as_bytes())?);
        let bridge = sqlx::query("UPDATE key_generation SET under_next = $2 WHERE number = $1").bind(newest.number).bind(cipher::seal(
            &sealing,
            Place::Neighbour(newest.number),
            previous.as_bytes(),
        )?);
        let write = store.database.write(move |change| -> Work<'_, ()> {
            Box::pin(async move {
                change.touch(GENERATIONS);
                change.execute(insert).await?;
                match change.execute(bridge).await? {
                    1 => Ok(()),
                    // Without the bridge, servers with the old key would learn nothing of it.
                    _ => Err(StoreError::conflict("the newest generation is gone")),
                }
            })
        });
        write.await.map_err(|error| match error {
            StoreError::Conflict(_) => StoreError::conflict("the master key is being replaced by somebody else; look again in a moment"),
            error => error,
        })?;
        store.vault.renew(&store.database).await?;
        Ok(Begun::New)
    }

    /// Wraps anew what is not under the newest generation, at most so many credentials in one transaction. Begin with
    /// `None`, and then where the step before said.
    pub async fn rewrap(&self, from: Option<RewrapFrom>, most: u32) -> Result<Rewrapped, StoreError> {
        self.store.vault.renew(&self.store.database).await?;
        let generation = vault::generations(&self.store.database).await?.last().ok_or(StoreError::WrongKey)?.number;
        let RewrapFrom(table, [first, second, third]) = from.unwrap_or_else(|| Table::Credentials.beginning());
        let (name, columns) = (table.name(), table.key());
        // Made of constants only; the values are bound.
        let select = sqlx::query(AssertSqlSafe(format!(
            "SELECT {columns}, key_generation, data_key, sealed, (SELECT COUNT(*) FROM key_generation WHERE number = 1) FROM {name} \
             WHERE ({columns}) > ($1, $2, $3) AND (key_generation IS NULL OR key_generation < $4) ORDER BY 1, 2, 3 LIMIT $5",
        )))
        .bind(first)
        .bind(second)
        .bind(third)
        .bind(generation)
        .bind(i64::from(most));
        let rows = self.store.database.fetch_all(select).await?;
        let mut step = Rewrapped { next: table.next().map(Table::beginning), ..Rewrapped::default() };
        if let Some(last) = rows.get(most.saturating_sub(1) as usize) {
            step.next = Some(RewrapFrom(table, key(last)?));
        }
        let mut updates = Vec::new();
        for row in &rows {
            match self.rewrapped(table, row, generation) {
                Ok(update) => updates.push(update),
                Err(StoreError::Unreadable(_) | StoreError::WrongKey) => step.unreadable.push(table.secret_of(row)?),
                Err(error) => return Err(error),
            }
        }
        if !updates.is_empty() {
            let write = self.store.database.write(move |change| -> Work<'_, u64> {
                Box::pin(async move {
                    let mut done = 0;
                    for update in updates {
                        done += change.execute(update).await?;
                    }
                    Ok(done)
                })
            });
            step.done = write.await?;
        }
        Ok(step)
    }

    /// Ends the older generations: from then on only this master key opens the database. Servers that have not been started
    /// again go on if they heard of the newest generation; none starts with an older key. Where another process has the
    /// SQLite file, it is given the time to look, so this takes two seconds.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] if it is not the newest generation's master key, [`StoreError::Conflict`] if there are still
    /// credentials under an older generation.
    pub async fn retire(&self, present: &MasterKey) -> Result<usize, StoreError> {
        let rows = vault::generations(&self.store.database).await?;
        if !is_newest(present, &rows)? {
            return Err(StoreError::invalid("an older master key cannot retire the newer one; use the new master key"));
        }
        let newest = rows.last().ok_or(StoreError::WrongKey)?.number;
        if rows.len() > 1 {
            self.let_others_look().await;
        }
        let write = self.store.database.write(move |change| -> Work<'_, u64> {
            Box::pin(async move {
                change.touch(GENERATIONS);
                let count =
                    sqlx::query(concat!("SELECT COUNT(*) FROM ", all_secrets!(), " WHERE key_generation IS NULL OR key_generation < $1"))
                        .bind(newest);
                let left: i64 = change.fetch_optional(count).await?.map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
                if left > 0 {
                    return Err(StoreError::conflict(format!(
                        "{left} credentials are still under an older master key; wrap them anew first"
                    )));
                }
                change.execute(sqlx::query("UPDATE key_generation SET under_previous = NULL WHERE number = $1").bind(newest)).await?;
                change.execute(sqlx::query("DELETE FROM key_generation WHERE number < $1").bind(newest)).await
            })
        });
        let retired = write.await?;
        // Also when there was nothing left to retire: the log may have been in use the last time.
        self.store.database.empty_log().await;
        Ok(usize::try_from(retired).unwrap_or(usize::MAX))
    }

    /// A server on a SQLite file learns of a generation when it looks, and only while the bridge is there. It may not have
    /// looked since the newest was made, and nothing tells when that was.
    async fn let_others_look(&self) {
        let is_sqlite = self.store.database.dialect() == Dialect::Sqlite;
        if is_sqlite && Hold::take(&self.store.url).is_err() {
            sleep(LOOK * 2).await;
        }
    }

    /// What changes a credential from how it was read to the newest generation, and nothing if it was changed meanwhile.
    fn rewrapped(&self, table: Table, row: &AnyRow, generation: i64) -> Result<Statement, StoreError> {
        let secret_of = table.secret_of(row)?;
        let owner = match &secret_of {
            SecretOf::Account(account) => Owner::Account(row::id(row, 0)?, *account),
            SecretOf::OAuthApp { environment, integration, authentication_method } => {
                Owner::App(*environment, integration, authentication_method)
            }
            SecretOf::Webhook(webhook) => Owner::Webhook(row::id(row, 0)?, *webhook),
        };
        let (name, columns, [first, second, third]) = (table.name(), table.key(), key(row)?);
        let vault = &self.store.vault;
        let envelope = read_envelope(row, 3)?;
        // Also where only the data key is wrapped anew: one that opens a credential no more is better told of now.
        let plain = vault.open_envelope(&self.store.keys, owner, &envelope)?;
        let is_of_first_format = envelope.is_of_first_format();
        let update = match envelope.wrapped {
            Some((from, wrapped)) if !is_of_first_format => {
                let data_key = vault.rewrap(owner, (from, &wrapped), generation)?;
                let update = AssertSqlSafe(format!(
                    "UPDATE {name} SET key_generation = $4, data_key = $5 WHERE ({columns}) = ($1, $2, $3) AND data_key = $6"
                ));
                sqlx::query(update).bind(first).bind(second).bind(third).bind(generation).bind(data_key).bind(wrapped)
            }
            _ => {
                let (data_key, anew) = vault.sealed(owner, generation, &plain)?;
                let update = AssertSqlSafe(format!(
                    "UPDATE {name} SET key_generation = $4, data_key = $5, sealed = $6 WHERE ({columns}) = ($1, $2, $3) AND sealed = $7"
                ));
                sqlx::query(update).bind(first).bind(second).bind(third).bind(generation).bind(data_key).bind(anew).bind(envelope.sealed)
            }
        };
        Ok(update)
    }
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Table::Credentials => "credential",
            Table::OAuthApps => "oauth_app",
            Table::Webhooks => "webhook",
        }
    }

    /// Three columns that name a row.
    fn key(self) -> &'static str {
        match self {
            Table::Credentials => "environment_id, account_id, ''",
            Table::OAuthApps => "environment_id, integration, authentication_method",
            Table::Webhooks => "environment_id, id, ''",
        }
    }

    fn next(self) -> Option<Table> {
        match self {
            Table::Credentials => Some(Table::OAuthApps),
            Table::OAuthApps => Some(Table::Webhooks),
            Table::Webhooks => None,
        }
    }

    fn beginning(self) -> RewrapFrom {
        RewrapFrom(self, Default::default())
    }

    /// Reads the key, the first three columns.
    fn secret_of(self, row: &AnyRow) -> Result<SecretOf, StoreError> {
        Ok(match self {
            Table::Credentials => SecretOf::Account(row::id(row, 1)?),
            Table::OAuthApps => {
                SecretOf::OAuthApp { environment: row::id(row, 0)?, integration: row.try_get(1)?, authentication_method: row.try_get(2)? }
            }
            Table::Webhooks => SecretOf::Webhook(row::id(row, 1)?),
        })
    }
}

impl fmt::Display for SecretOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretOf::Account(account) => write!(f, "{account}"),
            SecretOf::OAuthApp { environment, integration, authentication_method } => {
                write!(f, "the OAuth app of {environment} for {integration} ({authentication_method})")
            }
            SecretOf::Webhook(webhook) => write!(f, "{webhook}"),
        }
    }
}

fn key(row: &AnyRow) -> Result<[String; 3], StoreError> {
    Ok([row.try_get(0)?, row.try_get(1)?, row.try_get(2)?])
}

fn is_newest(master: &MasterKey, rows: &[GenerationRow]) -> Result<bool, StoreError> {
    let opened = vault::opened_by(master, rows)?;
    Ok(opened.map(|(number, _)| number) == rows.last().map(|row| row.number))
}
