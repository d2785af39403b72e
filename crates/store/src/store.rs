//! The store as a whole: opening, closing, and the way to each table.

use std::sync::Arc;

use sqlx::Row;
use uuid::Uuid;

use crate::cipher::{self, Place};
use crate::database::{Database, Dialect, Work};
use crate::generations::Generations;
use crate::key::{Keys, RootKey};
use crate::notes::Notes;
use crate::{Accounts, ApiTokens, Environments, MasterKey, McpServers, StoreError, TokenHash, listen, migrations};

/// The memory of one Tidegate. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) database: Database,
    pub(crate) keys: Arc<Keys>,
    pub(crate) generations: Arc<Generations>,
    pub(crate) notes: Arc<Notes>,
    /// Kept for the side connection that listens. May hold a password.
    url: Arc<str>,
}

impl Store {
    /// Opens the database at `url` (`sqlite://…` or `postgres://…`), creates or updates its tables and checks that `key`
    /// is the key it was filled under. A SQLite file is created, readable by this user only.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for an unusable URL or a newer database, [`StoreError::WrongKey`], and
    /// [`StoreError::Unavailable`] within seconds if the database does not answer. What it waits for without haste is
    /// somebody else who migrates it (ten minutes) or writes to a SQLite file (20 seconds).
    pub async fn open(url: &str, key: &MasterKey) -> Result<Store, StoreError> {
        let generations = Arc::new(Generations::new());
        let database = Database::connect(url, Arc::clone(&generations)).await?;
        if database.dialect() == Dialect::Sqlite {
            // One process has the file: its own writes are all there is to hear of.
            generations.trust();
        }
        migrations::run(&database).await?;
        let keys = Keys::derive(&root_key(&database, key).await?)?;
        Ok(Store { database, keys: Arc::new(keys), generations, notes: Arc::new(Notes::new(Uuid::now_v7())), url: url.into() })
    }

    /// Hears of other processes' changes and notes until `shutdown`, so that what is cached can be trusted; spawn it once. Before
    /// it runs, and while its connection is down, [`Generations::of`] never gives the same value twice. On SQLite there
    /// is nobody to hear, and it only waits.
    pub fn listen(&self, shutdown: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> + Send + 'static {
        let store = self.clone();
        async move {
            match store.database.dialect() {
                Dialect::Sqlite => shutdown.await,
                Dialect::Postgres => listen::listen(&store, &store.url, shutdown).await,
            }
        }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] within a few seconds if there is none; in a crowd, on PostgreSQL, within 14.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.database.fetch_optional(sqlx::query("SELECT 1")).await?;
        Ok(())
    }

    /// Ends the connections, for at most five seconds. Whatever was acknowledged is safe without it.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// What invalidates caches of what was read here.
    pub fn generations(&self) -> &Generations {
        &self.generations
    }

    /// The hash under which a token is looked up.
    pub fn hash_token(&self, token: &str) -> TokenHash {
        TokenHash::of(token, &self.keys)
    }

    pub fn environments(&self) -> Environments<'_> {
        Environments::new(self)
    }

    pub fn api_tokens(&self) -> ApiTokens<'_> {
        ApiTokens::new(self)
    }

    pub fn accounts(&self) -> Accounts<'_> {
        Accounts::new(self)
    }

    pub fn mcp_servers(&self) -> McpServers<'_> {
        McpServers::new(self)
    }
}

/// The root key of this database; the first process to open a new one makes it.
///
/// # Errors
/// [`StoreError::WrongKey`] if it is sealed under another master key.
async fn root_key(database: &Database, master: &MasterKey) -> Result<RootKey, StoreError> {
    let sealing = master.sealing()?;
    let sealed = match sealed_root_key(database).await? {
        Some(sealed) => sealed,
        None => {
            let sealed = cipher::seal(&sealing, Place::RootKey, RootKey::generate()?.as_bytes())?;
            let insert = sqlx::query("INSERT INTO meta (name, value) VALUES ('root_key', $1) ON CONFLICT (name) DO NOTHING").bind(sealed);
            database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(insert)) }).await?;
            // Read again: another process may have been first, with another root key or even another master key.
            sealed_root_key(database).await?.ok_or(StoreError::WrongKey)?
        }
    };
    let root = cipher::open(&sealing, Place::RootKey, &sealed).map_err(|_| StoreError::WrongKey)?;
    RootKey::from_bytes(&root).ok_or(StoreError::WrongKey)
}

pub(crate) async fn sealed_root_key(database: &Database) -> Result<Option<Vec<u8>>, StoreError> {
    let select = sqlx::query("SELECT value FROM meta WHERE name = 'root_key'");
    Ok(database.fetch_optional(select).await?.map(|row| row.try_get(0)).transpose()?)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::{AccountStatus, NewAccount};
    use jiff::Timestamp;
    use secrecy::ExposeSecret;

    #[tokio::test]
    async fn sealing_the_root_key_anew_gives_a_database_another_master_key_and_everything_stays_readable() {
        let folder = tempfile::TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("t.db").display());
        let [old, new] = [(); 2].map(|()| MasterKey::generate().unwrap());
        let now = Timestamp::UNIX_EPOCH;
        let store = Store::open(&url, &old).await.unwrap();
        let environment = store.environments().ensure("default", now).await.unwrap().id;
        let (token, secret) = store.api_tokens().create(environment, "ci", None, now).await.unwrap();
        let credentials = Map::from_iter([("token".to_owned(), json!("s3cret"))]);
        let account = NewAccount {
            integration: "acme".to_owned(),
            tenant_id: "t".to_owned(),
            name: None,
            authentication_method: "token".to_owned(),
            credentials: credentials.clone(),
            context: Map::new(),
            base_url: None,
            status: AccountStatus::Active,
        };
        let account = store.accounts().create(environment, account, now).await.unwrap();

        let root = root_key(&store.database, &old).await.unwrap();
        let sealed = cipher::seal(&new.sealing().unwrap(), Place::RootKey, root.as_bytes()).unwrap();
        let update = sqlx::query("UPDATE meta SET value = $1 WHERE name = 'root_key'").bind(sealed);
        let changed = store.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(update)) }).await;
        assert_eq!(changed.unwrap(), 1);
        store.close().await;

        assert!(matches!(Store::open(&url, &old).await.err(), Some(StoreError::WrongKey)));
        let store = Store::open(&url, &new).await.unwrap();
        let found = store.api_tokens().find_by_hash(&store.hash_token(secret.expose_secret())).await.unwrap();
        assert_eq!(found, Some(token));
        assert_eq!(store.accounts().credentials(environment, account.id).await.unwrap(), Some(credentials));
    }
}
