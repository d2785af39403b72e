//! The store as a whole: opening, closing, and the way to each table.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::database::{Database, Dialect};
use crate::generations::Generations;
use crate::key::Keys;
use crate::notes::Notes;
use crate::vault::Vault;
use crate::{
    Account, Accounts, ApiTokens, Consents, Deliveries, Environments, KeyRotation, LinkTokens, MasterKey, McpServers, OAuthApps, Refreshes,
    StoreError, Ticket, TokenHash, Webhooks, examine, listen, migrations,
};

/// The memory of one Tidegate. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) database: Database,
    pub(crate) keys: Arc<Keys>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) generations: Arc<Generations>,
    pub(crate) notes: Arc<Notes>,
    /// Kept for the side connection that listens, and for whether another process has the file. May hold a password.
    pub(crate) url: Arc<str>,
}

impl Store {
    /// Opens the database at `url` (`sqlite://…` or `postgres://…`), creates or updates its tables and checks that `key`
    /// is a key it may be used with. A SQLite file is created, readable by this user only.
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
        // Another key than the database's shall leave it as it is, its schema too.
        examine::check_key(&database, key).await?;
        migrations::run(&database).await?;
        let (vault, keys) = Vault::open(&database, key).await?;
        Ok(Store {
            database,
            keys: Arc::new(keys),
            vault: Arc::new(vault),
            generations,
            notes: Arc::new(Notes::new(Uuid::now_v7())),
            url: url.into(),
        })
    }

    /// Hears of other processes' changes and notes until `shutdown`, so that what is cached can be trusted; spawn it once. Before
    /// it runs, and while its connection is down, [`Generations::of`] never gives the same value twice. On SQLite there
    /// is nobody to hear but `tidegate keys`, for which it looks.
    pub fn listen(&self, shutdown: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> + Send + 'static {
        let store = self.clone();
        async move {
            match store.database.dialect() {
                Dialect::Sqlite => listen::look(&store, shutdown).await,
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

    /// A text that opens `account` for reconnecting until `until`, as long as it has the same credential. A secret, which is stored nowhere.
    pub fn ticket(&self, account: &Account, until: Timestamp) -> String {
        Ticket::of(account, until).signed(&self.keys)
    }

    /// What a ticket opens at `now`; `None` unless this store made it and its time has not come.
    pub fn read_ticket(&self, text: &str, now: Timestamp) -> Option<Ticket> {
        Ticket::read(text, now, &self.keys)
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

    pub fn key_rotation(&self) -> KeyRotation<'_> {
        KeyRotation::new(self)
    }

    pub fn oauth_apps(&self) -> OAuthApps<'_> {
        OAuthApps::new(self)
    }

    pub fn refreshes(&self) -> Refreshes<'_> {
        Refreshes::new(self)
    }

    pub fn link_tokens(&self) -> LinkTokens<'_> {
        LinkTokens::new(self)
    }

    pub fn consents(&self) -> Consents<'_> {
        Consents::new(self)
    }

    pub fn mcp_servers(&self) -> McpServers<'_> {
        McpServers::new(self)
    }

    pub fn webhooks(&self) -> Webhooks<'_> {
        Webhooks::new(self)
    }

    pub fn deliveries(&self) -> Deliveries<'_> {
        Deliveries::new(self)
    }
}
