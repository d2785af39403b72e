//! The keys of all generations that this process knows, and envelopes: values under a data key of their own, which is
//! wrapped under the key of a generation.
//!
//! The master key is needed once, at the start. A generation that somebody makes later is learned by way of the one
//! before it, so a server goes on while its master key is replaced.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::Row;
use sqlx::any::AnyRow;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cipher::{self, FIRST_FORMAT, Place};
use crate::database::{Change, Database, Dialect, Work};
use crate::key::{Keys, Purpose, RandomKey};
use crate::{AccountId, EnvironmentId, MasterKey, StoreError, WebhookId};

/// Stands for the table of generations where others are told what has changed.
pub(crate) const GENERATIONS: Uuid = Uuid::nil();

/// The keys of generations, by number.
pub(crate) struct Vault {
    keys: RwLock<BTreeMap<i64, Arc<RandomKey>>>,
}

/// Whose secret an envelope holds.
#[derive(Clone, Copy)]
pub(crate) enum Owner<'n> {
    Account(EnvironmentId, AccountId),
    /// The OAuth app of an environment for an integration and an authentication method, of these names.
    App(EnvironmentId, &'n str, &'n str),
    Webhook(EnvironmentId, WebhookId),
}

impl<'n> Owner<'n> {
    fn secret(self) -> Place<'n> {
        match self {
            Owner::Account(environment, account) => Place::Credential(environment, account),
            Owner::App(environment, integration, method) => Place::AppSecret(environment, integration, method),
            Owner::Webhook(environment, webhook) => Place::WebhookSecrets(environment, webhook),
        }
    }

    fn data_key(self, generation: i64) -> Place<'n> {
        match self {
            Owner::Account(environment, account) => Place::DataKey(environment, account, generation),
            Owner::App(environment, integration, method) => Place::AppDataKey(environment, integration, method, generation),
            Owner::Webhook(environment, webhook) => Place::WebhookDataKey(environment, webhook, generation),
        }
    }
}

/// A sealed value as its row has it.
pub(crate) struct Envelope {
    /// The generation and the data key that is wrapped under it. The first format had neither; a version from before that
    /// wrote over a row of the second left them as they were.
    pub(crate) wrapped: Option<(i64, Vec<u8>)>,
    pub(crate) sealed: Vec<u8>,
    /// Whether the database still has the first generation, as it was when the row was read.
    pub(crate) has_first: bool,
}

/// A value that was sealed just now: the generation, the data key wrapped under it, and the value under that.
pub(crate) struct Sealed {
    pub(crate) generation: i64,
    pub(crate) data_key: Vec<u8>,
    pub(crate) sealed: Vec<u8>,
}

impl Envelope {
    pub(crate) fn is_of_first_format(&self) -> bool {
        self.sealed.first() == Some(&FIRST_FORMAT)
    }
}

/// One generation as the database has it.
pub(crate) struct GenerationRow {
    pub(crate) number: i64,
    /// Its key under its master key, and under those of its neighbours while there are any.
    pub(crate) sealed: Vec<u8>,
    under_previous: Option<Vec<u8>>,
    under_next: Option<Vec<u8>>,
    root: Vec<u8>,
}

impl Vault {
    /// Learns what `master` opens, and derives what is derived from the root key. A new database, or one from before there
    /// were generations, gets its first.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] if the master key opens no generation, [`StoreError::Unreadable`] if a filled database has none.
    pub(crate) async fn open(database: &Database, master: &MasterKey) -> Result<(Vault, Keys), StoreError> {
        let mut rows = generations(database).await?;
        if rows.is_empty() {
            make_first(database, master).await?;
            // Read again: another process may have been first, with another key or even another master key.
            rows = generations(database).await?;
        }
        let opened = opened_by(master, &rows)?.ok_or(StoreError::WrongKey)?;
        let vault = Vault::of([opened]);
        vault.learn(&rows)?;
        let newest = rows.last().ok_or(StoreError::WrongKey)?;
        let root = vault.root(newest)?;
        Ok((vault, Keys::derive(&root)?))
    }

    pub(crate) fn of(keys: impl IntoIterator<Item = (i64, RandomKey)>) -> Vault {
        Vault { keys: RwLock::new(keys.into_iter().map(|(number, key)| (number, Arc::new(key))).collect()) }
    }

    /// Learns of generations that others have made. One that only another master key opens stays unknown.
    pub(crate) async fn renew(&self, database: &Database) -> Result<(), StoreError> {
        let newest = database.fetch_optional(sqlx::query(NEWEST)).await?;
        if let Some(row) = newest
            && self.key(row.try_get(0)?).is_err()
        {
            self.learn(&generations(database).await?)?;
        }
        Ok(())
    }

    /// Seals `plain` for its owner, under the newest generation. Within the transaction that stores it, so that the
    /// generation is not retired in between.
    pub(crate) async fn seal(&self, change: &mut Change<'_>, owner: Owner<'_>, plain: &[u8]) -> Result<Sealed, StoreError> {
        let newest = match change.dialect() {
            Dialect::Sqlite => NEWEST,
            Dialect::Postgres => NEWEST_KEPT,
        };
        let row = change.fetch_optional(sqlx::query(newest)).await?.ok_or(StoreError::WrongKey)?;
        let generation: i64 = row.try_get(0)?;
        if self.key(generation).is_err() {
            let rows = change.fetch_all(sqlx::query(ALL)).await?;
            self.learn(&rows.iter().map(read).collect::<Result<Vec<_>, _>>()?)?;
        }
        let (data_key, sealed) = self.sealed(owner, generation, plain)?;
        Ok(Sealed { generation, data_key, sealed })
    }

    /// A new data key, wrapped under a generation's key, and `plain` sealed under it.
    pub(crate) fn sealed(&self, owner: Owner<'_>, generation: i64, plain: &[u8]) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
        let data_key = RandomKey::generate()?;
        let sealed = cipher::seal(&data_key.sealing(Purpose::Data)?, owner.secret(), plain)?;
        Ok((self.wrap(generation, owner, data_key.as_bytes())?, sealed))
    }

    /// # Errors
    /// [`StoreError::Unreadable`] if the value is another account's or was changed, [`StoreError::WrongKey`] if it is of a generation
    /// that only another master key opens.
    pub(crate) fn open_envelope(&self, keys: &Keys, owner: Owner<'_>, envelope: &Envelope) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let place = owner.secret();
        if envelope.is_of_first_format() {
            // Whoever had the first master key could go on writing such values: nothing of that time is left once its
            // generation is retired.
            return match envelope.has_first {
                true => cipher::open(&keys.first_credentials, place, &envelope.sealed),
                false => Err(StoreError::unreadable("a credential is sealed in a format that was retired with its master key")),
            };
        }
        let (generation, wrapped) = envelope.wrapped.as_ref().ok_or_else(|| StoreError::unreadable("a credential has no data key"))?;
        let data_key = self.unwrap(*generation, owner, wrapped)?;
        let data_key = RandomKey::from_bytes(&data_key).ok_or_else(|| StoreError::unreadable("a data key has another length"))?;
        cipher::open(&data_key.sealing(Purpose::Data)?, place, &envelope.sealed)
    }

    /// Whether an envelope's generation is known; if not, [`Vault::renew`] may help.
    pub(crate) fn knows(&self, envelope: &Envelope) -> bool {
        envelope.is_of_first_format() || envelope.wrapped.as_ref().is_none_or(|(generation, _)| self.key(*generation).is_ok())
    }

    /// The data key under another generation's key.
    pub(crate) fn rewrap(&self, owner: Owner<'_>, (from, wrapped): (i64, &[u8]), to: i64) -> Result<Vec<u8>, StoreError> {
        let data_key = self.unwrap(from, owner, wrapped)?;
        self.wrap(to, owner, &data_key)
    }

    /// A note for other processes, under the newest generation that is known here.
    pub(crate) fn seal_note(&self, note: &[u8]) -> Result<Vec<u8>, StoreError> {
        let newest =
            self.keys.read().unwrap_or_else(PoisonError::into_inner).last_key_value().map(|(number, key)| (*number, Arc::clone(key)));
        let (generation, key) = newest.ok_or(StoreError::WrongKey)?;
        let sealed = cipher::seal(&key.sealing(Purpose::Notes)?, Place::Note(generation), note)?;
        Ok([generation.to_be_bytes().as_slice(), &sealed].concat())
    }

    pub(crate) fn open_note(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let (generation, sealed) = sealed.split_first_chunk().ok_or_else(|| StoreError::unreadable("a note is too short"))?;
        let generation = i64::from_be_bytes(*generation);
        cipher::open(&self.key(generation)?.sealing(Purpose::Notes)?, Place::Note(generation), sealed)
    }

    /// The key of a generation.
    pub(crate) fn key(&self, generation: i64) -> Result<Arc<RandomKey>, StoreError> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        // One that only another master key opens: it was replaced while this process could not hear of it.
        keys.get(&generation).cloned().ok_or(StoreError::WrongKey)
    }

    /// The root key as one generation has it.
    pub(crate) fn root(&self, row: &GenerationRow) -> Result<RandomKey, StoreError> {
        let root = cipher::open(&self.key(row.number)?.sealing(Purpose::Keys)?, Place::RootKey(row.number), &row.root)?;
        RandomKey::from_bytes(&root).ok_or(StoreError::WrongKey)
    }

    /// Goes from the known generations to their neighbours, until nothing is new.
    pub(crate) fn learn(&self, rows: &[GenerationRow]) -> Result<(), StoreError> {
        let forwards = rows.iter().map(|row| (row.number - 1, row.number, &row.under_previous));
        let backwards = rows.iter().rev().map(|row| (row.number + 1, row.number, &row.under_next));
        for (from, number, sealed) in forwards.chain(backwards) {
            let (Some(sealed), Ok(from), Err(_)) = (sealed, self.key(from), self.key(number)) else { continue };
            let key = cipher::open(&from.sealing(Purpose::Keys)?, Place::Neighbour(number), sealed)?;
            if let Some(key) = RandomKey::from_bytes(&key) {
                self.keys.write().unwrap_or_else(PoisonError::into_inner).insert(number, Arc::new(key));
            }
        }
        Ok(())
    }

    fn wrap(&self, generation: i64, owner: Owner<'_>, data_key: &[u8]) -> Result<Vec<u8>, StoreError> {
        let key = self.key(generation)?.sealing(Purpose::Keys)?;
        cipher::seal(&key, owner.data_key(generation), data_key)
    }

    fn unwrap(&self, generation: i64, owner: Owner<'_>, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let key = self.key(generation)?.sealing(Purpose::Keys)?;
        cipher::open(&key, owner.data_key(generation), wrapped)
    }
}

/// The generation whose key is sealed under this master key, and that key.
pub(crate) fn opened_by(master: &MasterKey, rows: &[GenerationRow]) -> Result<Option<(i64, RandomKey)>, StoreError> {
    let sealing = master.sealing(Purpose::Generation)?;
    Ok(rows.iter().rev().find_map(|row| {
        let key = cipher::open(&sealing, Place::Generation(row.number), &row.sealed).ok()?;
        Some((row.number, RandomKey::from_bytes(&key)?))
    }))
}

/// All generations, the newest last.
pub(crate) async fn generations(database: &Database) -> Result<Vec<GenerationRow>, StoreError> {
    database.fetch_all(sqlx::query(ALL)).await?.iter().map(read).collect()
}

const ALL: &str = "SELECT number, sealed, under_previous, under_next, root FROM key_generation ORDER BY number";
/// Finds a row if something was ever stored: all of it belongs to an environment, and the keys are made before the first.
pub(crate) const FILLED: &str = "SELECT id FROM environment LIMIT 1";
const NEWEST: &str = "SELECT number FROM key_generation ORDER BY number DESC LIMIT 1";
const NEWEST_KEPT: &str = "SELECT number FROM key_generation ORDER BY number DESC LIMIT 1 FOR KEY SHARE";

fn read(row: &AnyRow) -> Result<GenerationRow, StoreError> {
    Ok(GenerationRow {
        number: row.try_get(0)?,
        sealed: row.try_get(1)?,
        under_previous: row.try_get(2)?,
        under_next: row.try_get(3)?,
        root: row.try_get(4)?,
    })
}

/// What the master key sealed before there were generations: the root key.
pub(crate) async fn first_root_key(database: &Database) -> Result<Option<Vec<u8>>, StoreError> {
    let select = sqlx::query("SELECT value FROM meta WHERE name = 'root_key'");
    Ok(database.fetch_optional(select).await?.map(|row| row.try_get(0)).transpose()?)
}

/// # Errors
/// [`StoreError::WrongKey`] if it is sealed under another master key.
pub(crate) fn open_first_root_key(master: &MasterKey, sealed: &[u8]) -> Result<RandomKey, StoreError> {
    let root = cipher::open(&master.sealing(Purpose::FirstRootKey)?, Place::RootKey(0), sealed).map_err(|_| StoreError::WrongKey)?;
    RandomKey::from_bytes(&root).ok_or(StoreError::WrongKey)
}

/// A new root key in place of a lost one would make every token and credential useless without a word.
pub(crate) fn no_keys() -> StoreError {
    StoreError::unreadable("the database is filled but its table `key_generation` is empty; restore that table from a backup")
}

/// The first generation, with a new root key or the one that the database has from before.
///
/// # Errors
/// [`StoreError::Unreadable`] if the database has lost its keys.
async fn make_first(database: &Database, master: &MasterKey) -> Result<(), StoreError> {
    let first = first_root_key(database).await?;
    let is_new = first.is_none();
    let root = match first {
        Some(sealed) => open_first_root_key(master, &sealed)?,
        None => RandomKey::generate()?,
    };
    let key = RandomKey::generate()?;
    let insert = sqlx::query("INSERT INTO key_generation (number, sealed, root) VALUES (1, $1, $2) ON CONFLICT (number) DO NOTHING")
        .bind(cipher::seal(&master.sealing(Purpose::Generation)?, Place::Generation(1), key.as_bytes())?)
        .bind(cipher::seal(&key.sealing(Purpose::Keys)?, Place::RootKey(1), root.as_bytes())?);
    let write = database.write(move |change| -> Work<'_, ()> {
        Box::pin(async move {
            if change.execute(insert).await? > 0 {
                if is_new && change.fetch_optional(sqlx::query(FILLED)).await?.is_some() {
                    return Err(no_keys());
                }
                change.execute(sqlx::query("DELETE FROM meta WHERE name = 'root_key'")).await?;
            }
            Ok(())
        })
    });
    write.await
}
