//! The store as a whole: opening, closing, and the way to each table.

use std::sync::Arc;

use sqlx::Row;

use crate::cipher::{self, Place};
use crate::database::{Database, Dialect, Work};
use crate::generations::Generations;
use crate::key::Keys;
use crate::{Accounts, ApiTokens, Environments, MasterKey, McpServers, StoreError, TokenHash, listen, migrations};

/// The memory of one Tidegate. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) database: Database,
    pub(crate) keys: Arc<Keys>,
    generations: Arc<Generations>,
    /// Kept for the side connection that listens. May hold a password.
    url: Arc<str>,
}

impl Store {
    /// Opens the database at `url` (`sqlite://…` or `postgres://…`), creates or updates its tables and checks that `key`
    /// is the key it was filled under. A SQLite file is created, readable by this user only.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for an unusable URL or a newer database, [`StoreError::WrongKey`], and
    /// [`StoreError::Unavailable`] within two seconds if the database does not answer.
    pub async fn open(url: &str, key: &MasterKey) -> Result<Store, StoreError> {
        let generations = Arc::new(Generations::new());
        let keys = Arc::new(Keys::derive(key)?);
        let database = Database::connect(url, Arc::clone(&generations)).await?;
        if database.dialect() == Dialect::Sqlite {
            // One process has the file: its own writes are all there is to hear of.
            generations.trust();
        }
        let store = Store { database, keys, generations, url: url.into() };
        migrations::run(&store.database).await?;
        store.check_key().await?;
        Ok(store)
    }

    /// Hears of other processes' changes until `shutdown`, so that what is cached can be trusted; spawn it once. Before
    /// it runs, and while its connection is down, [`Generations::of`] never gives the same value twice. On SQLite there
    /// is nobody to hear, and it only waits.
    pub fn listen(&self, shutdown: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> + Send + 'static {
        let store = self.clone();
        async move {
            match store.database.dialect() {
                Dialect::Sqlite => shutdown.await,
                Dialect::Postgres => listen::listen(&store.url, &store.database, &store.generations, shutdown).await,
            }
        }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] within a few seconds if there is none.
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

    /// A value sealed when the database was first opened must open now.
    async fn check_key(&self) -> Result<(), StoreError> {
        if let Some(fits) = self.key_fits().await? {
            return if fits { Ok(()) } else { Err(StoreError::WrongKey) };
        }
        let sealed = cipher::seal(&self.keys, Place::KeyCheck, b"tidegate")?;
        let insert = sqlx::query("INSERT INTO meta (name, value) VALUES ('key_check', $1) ON CONFLICT (name) DO NOTHING").bind(sealed);
        self.database.write(move |change| -> Work<'_, u64> { Box::pin(change.execute(insert)) }).await?;
        // Read again: another process may have been first, with another key.
        if self.key_fits().await? == Some(true) { Ok(()) } else { Err(StoreError::WrongKey) }
    }

    async fn key_fits(&self) -> Result<Option<bool>, StoreError> {
        let Some(row) = self.database.fetch_optional(sqlx::query("SELECT value FROM meta WHERE name = 'key_check'")).await? else {
            return Ok(None);
        };
        let sealed: Vec<u8> = row.try_get(0)?;
        Ok(Some(cipher::open(&self.keys, Place::KeyCheck, &sealed).is_ok()))
    }
}
