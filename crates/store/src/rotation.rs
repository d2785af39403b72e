//! Replacing the master key while servers serve: a new generation of keys, and every data key wrapped anew.
//!
//! Each step is a transaction of its own that can be repeated, so whoever is interrupted begins again. Until the older
//! generations are retired, both master keys open the database.

use sqlx::Row;
use sqlx::any::AnyRow;
use tokio::time::sleep;

use crate::account::read_envelope;
use crate::cipher::{self, Place};
use crate::database::{Dialect, Statement, Work};
use crate::key::{Purpose, RandomKey};
use crate::listen::LOOK;
use crate::vault::{self, GENERATIONS, GenerationRow};
use crate::{AccountId, EnvironmentId, Hold, MasterKey, Store, StoreError, row};

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
    /// Credentials, and how many of them are not under the newest generation yet.
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
    /// Accounts whose credential opens with no key: it was changed behind our back.
    pub unreadable: Vec<AccountId>,
    /// Where the next step begins; `None` after the last.
    pub next: Option<RewrapFrom>,
}

/// A place in the order in which credentials are gone through.
#[derive(Debug, Clone)]
pub struct RewrapFrom(String, String);

impl<'a> KeyRotation<'a> {
    pub(crate) fn new(store: &'a Store) -> KeyRotation<'a> {
        KeyRotation { store }
    }

    pub async fn state(&self) -> Result<KeyState, StoreError> {
        let rows = vault::generations(&self.store.database).await?;
        let generation = rows.last().ok_or(StoreError::WrongKey)?.number;
        let count = sqlx::query("SELECT COUNT(*), COUNT(CASE WHEN key_generation = $1 THEN 1 END) FROM credential").bind(generation);
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
        let RewrapFrom(environment, account) = from.unwrap_or_else(|| RewrapFrom(String::new(), String::new()));
        let select = sqlx::query(
            "SELECT environment_id, account_id, key_generation, data_key, sealed, (SELECT COUNT(*) FROM key_generation WHERE number = 1) \
             FROM credential WHERE (environment_id, account_id) > ($1, $2) AND (key_generation IS NULL OR key_generation < $3) \
             ORDER BY environment_id, account_id LIMIT $4",
        )
        .bind(environment)
        .bind(account)
        .bind(generation)
        .bind(i64::from(most));
        let rows = self.store.database.fetch_all(select).await?;
        let mut step = Rewrapped::default();
        if let Some(last) = rows.get(most.saturating_sub(1) as usize) {
            step.next = Some(RewrapFrom(last.try_get(0)?, last.try_get(1)?));
        }
        let mut updates = Vec::new();
        for row in &rows {
            match self.rewrapped(row, generation) {
                Ok(update) => updates.push(update),
                Err(StoreError::Unreadable(_)) => step.unreadable.push(row::id(row, 1)?),
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
                let count = sqlx::query("SELECT COUNT(*) FROM credential WHERE key_generation IS NULL OR key_generation < $1").bind(newest);
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
    fn rewrapped(&self, row: &AnyRow, generation: i64) -> Result<Statement, StoreError> {
        let (environment, account): (EnvironmentId, AccountId) = (row::id(row, 0)?, row::id(row, 1)?);
        let vault = &self.store.vault;
        let envelope = read_envelope(row, 2)?;
        // Also where only the data key is wrapped anew: one that opens a credential no more is better told of now.
        let plain = vault.open_envelope(&self.store.keys, (environment, account), &envelope)?;
        let is_of_first_format = envelope.is_of_first_format();
        let update = match envelope.wrapped {
            Some((from, wrapped)) if !is_of_first_format => {
                let data_key = vault.rewrap((environment, account), (from, &wrapped), generation)?;
                let update = "UPDATE credential SET key_generation = $3, data_key = $4 \
                              WHERE environment_id = $1 AND account_id = $2 AND data_key = $5";
                sqlx::query(update).bind(environment.to_string()).bind(account.to_string()).bind(generation).bind(data_key).bind(wrapped)
            }
            _ => {
                let (data_key, anew) = vault.sealed((environment, account), generation, &plain)?;
                let update = "UPDATE credential SET key_generation = $3, data_key = $4, sealed = $5 \
                              WHERE environment_id = $1 AND account_id = $2 AND sealed = $6";
                let update = sqlx::query(update).bind(environment.to_string()).bind(account.to_string()).bind(generation);
                update.bind(data_key).bind(anew).bind(envelope.sealed)
            }
        };
        Ok(update)
    }
}

fn is_newest(master: &MasterKey, rows: &[GenerationRow]) -> Result<bool, StoreError> {
    let opened = vault::opened_by(master, rows)?;
    Ok(opened.map(|(number, _)| number) == rows.last().map(|row| row.number))
}
