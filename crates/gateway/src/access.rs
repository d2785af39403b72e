//! From a token in a URL, or an account's id, to everything a request there may use: one cached look-up.
//!
//! A cached entry is used only while the generation of its account is the one it was read at, so a change
//! that was acknowledged holds for the next request.

use std::sync::Arc;

use jiff::Timestamp;
use quick_cache::sync::Cache;
use store::{AccountId, ApiToken, EnvironmentId, EnvironmentSettings, Generation, McpServer, Store, StoreError, TokenHash, ToolExposure};
use tokio::sync::Semaphore;
use upstream::Client;
use uuid::Uuid;

use crate::connected_account::ConnectedAccount;
use crate::live_catalog::LiveCatalog;
use crate::shared::Shared;
use crate::tool_set::{ToolSet, ToolSets};

/// Entries kept per kind of token. An entry takes about 1 KiB beside what it shares.
const CAPACITY: usize = 20_000;
/// Calls in flight at one server, or at one account without one; what comes beyond is told to wait.
const MOST_IN_FLIGHT: usize = 256;
/// Streams open at one server.
const MOST_STREAMS: usize = 256;
/// Large bodies of one server that are read at a time; further ones wait.
const MOST_LARGE_BODIES: usize = 16;

/// What a token of an MCP server opens.
pub(crate) struct Access {
    pub server: McpServer,
    pub connected: Arc<ConnectedAccount>,
    pub tools: Arc<ToolSet>,
    /// A place for each call in flight at this server, whatever is read anew meanwhile.
    pub places: Arc<Semaphore>,
    /// The same for each open stream.
    pub streams: Arc<Semaphore>,
    /// The same for each body that is large, while it is read.
    pub large_bodies: Arc<Semaphore>,
}

store::lacks!(Access: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

/// What an account's id opens for the holder of an API token.
pub(crate) struct AccountAccess {
    pub connected: Arc<ConnectedAccount>,
    /// A place for each call in flight at this account that no MCP server's token made.
    pub places: Arc<Semaphore>,
}

store::lacks!(AccountAccess: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

/// Why a known token or account cannot be served now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the account {account} cannot be used: {reason}")]
    Unusable { account: String, reason: String },
}

/// Looks tokens and accounts up, through a cache.
pub(crate) struct Door {
    store: Store,
    catalog: Arc<LiveCatalog>,
    upstream: Client,
    tool_sets: ToolSets,
    servers: Cache<TokenHash, Cached<Access>>,
    accounts: Cache<AccountId, Cached<AccountAccess>>,
    api_tokens: Cache<TokenHash, Cached<ApiToken>>,
    settings: Cache<EnvironmentId, Cached<EnvironmentSettings>>,
    places: Places,
    streams: Places,
    large_bodies: Places,
}

/// What each MCP server or account may have of something at a time, as long as anyone uses it.
struct Places {
    most: usize,
    of: Shared<Uuid, Semaphore>,
}

struct Cached<T> {
    value: Arc<T>,
    generation: Generation,
    /// The catalog that tool sets were taken from; unused for API tokens and settings.
    catalog_version: u64,
}

impl<T> Clone for Cached<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), ..*self }
    }
}

impl Door {
    pub(crate) fn new(store: Store, catalog: Arc<LiveCatalog>, upstream: Client) -> Self {
        Self {
            store,
            catalog,
            upstream,
            tool_sets: ToolSets::default(),
            servers: Cache::new(CAPACITY),
            accounts: Cache::new(CAPACITY),
            api_tokens: Cache::new(CAPACITY),
            settings: Cache::new(CAPACITY),
            places: Places::new(MOST_IN_FLIGHT),
            streams: Places::new(MOST_STREAMS),
            large_bodies: Places::new(MOST_LARGE_BODIES),
        }
    }

    /// What `token` opens at `now`. `None` when it is unknown, revoked or expired: nobody can tell which.
    pub(crate) async fn access(&self, token: &str, now: Timestamp) -> Result<Option<Arc<Access>>, AccessError> {
        let hash = self.store.hash_token(token);
        let access = match self.servers.get(&hash) {
            Some(cached) if self.is_current(&cached, cached.value.connected.account.id) => cached.value,
            _ => match self.load(&hash).await? {
                Some(cached) => {
                    let value = Arc::clone(&cached.value);
                    self.servers.insert(hash, cached);
                    value
                }
                None => {
                    self.servers.remove(&hash);
                    return Ok(None);
                }
            },
        };
        let expired = access.server.expires_at.is_some_and(|expires_at| expires_at <= now);
        Ok((!expired).then_some(access))
    }

    /// What the account `id` opens. `None` when the environment has no such account.
    pub(crate) async fn account(&self, environment: EnvironmentId, id: AccountId) -> Result<Option<Arc<AccountAccess>>, AccessError> {
        let access = match self.accounts.get(&id) {
            Some(cached) if self.is_current(&cached, id) => cached.value,
            _ => {
                self.accounts.remove(&id);
                let Some(cached) = self.load_account(environment, id).await? else { return Ok(None) };
                let value = Arc::clone(&cached.value);
                self.accounts.insert(id, cached);
                value
            }
        };
        // An entry may be there for another environment's sake.
        Ok((access.connected.account.environment_id == environment).then_some(access))
    }

    /// The API token that `secret` is at `now`. `None` when it is unknown, revoked or expired.
    pub(crate) async fn api_token(&self, secret: &str, now: Timestamp) -> Result<Option<Arc<ApiToken>>, StoreError> {
        let hash = self.store.hash_token(secret);
        let generations = self.store.generations();
        let token = match self.api_tokens.get(&hash) {
            Some(cached) if cached.generation == generations.of(cached.value.environment_id.uuid()) => cached.value,
            _ => {
                self.api_tokens.remove(&hash);
                let mark = generations.mark();
                let Some(token) = self.store.api_tokens().find_by_hash(&hash).await? else { return Ok(None) };
                let generation = generations.since(mark, token.environment_id.uuid());
                let value = Arc::new(token);
                self.api_tokens.insert(hash, Cached { value: Arc::clone(&value), generation, catalog_version: 0 });
                value
            }
        };
        let expired = token.expires_at.is_some_and(|expires_at| expires_at <= now);
        Ok((!expired).then_some(token))
    }

    /// What holds in an environment.
    pub(crate) async fn settings(&self, id: EnvironmentId) -> Result<Arc<EnvironmentSettings>, StoreError> {
        let generations = self.store.generations();
        if let Some(cached) = self.settings.get(&id).filter(|cached| cached.generation == generations.of(id.uuid())) {
            return Ok(cached.value);
        }
        let mark = generations.mark();
        let value = Arc::new(self.store.environments().settings(id).await?);
        let generation = generations.since(mark, id.uuid());
        self.settings.insert(id, Cached { value: Arc::clone(&value), generation, catalog_version: 0 });
        Ok(value)
    }

    /// Drops what nothing opens any more, and with it the credentials that were kept for calls.
    pub(crate) fn forget_stale(&self, now: Timestamp) {
        let lives = |access: &Access| access.server.expires_at.is_none_or(|at| at > now);
        self.servers.retain(|_, cached| self.is_current(cached, cached.value.connected.account.id) && lives(&cached.value));
        self.accounts.retain(|id, cached| self.is_current(cached, *id));
    }

    fn is_current<T>(&self, cached: &Cached<T>, account: AccountId) -> bool {
        cached.generation == self.store.generations().of(account.uuid()) && cached.catalog_version == self.catalog.version()
    }

    async fn load(&self, hash: &TokenHash) -> Result<Option<Cached<Access>>, AccessError> {
        let mark = self.store.generations().mark();
        let catalog_version = self.catalog.version();
        let Some(server) = self.store.mcp_servers().find_by_hash(hash).await? else { return Ok(None) };
        let Some(connected) = self.connected(server.environment_id, server.account_id).await? else { return Ok(None) };
        let tools = self.tool_sets.get(&connected.definition, &server.config);
        if tools.exposure() == ToolExposure::Discovery {
            // Ahead of the first search, and out of everybody's way.
            tokio::task::spawn_blocking({
                let tools = Arc::clone(&tools);
                move || tools.prepare_search()
            });
        }
        // Last: whatever was read above must be of this generation.
        let generation = self.store.generations().since(mark, connected.account.id.uuid());
        let id = server.id.uuid();
        let (places, streams, large_bodies) = (self.places.of(id), self.streams.of(id), self.large_bodies.of(id));
        let value = Arc::new(Access { server, connected, tools, places, streams, large_bodies });
        Ok(Some(Cached { value, generation, catalog_version }))
    }

    async fn load_account(&self, environment: EnvironmentId, id: AccountId) -> Result<Option<Cached<AccountAccess>>, AccessError> {
        let mark = self.store.generations().mark();
        let catalog_version = self.catalog.version();
        let Some(connected) = self.connected(environment, id).await? else { return Ok(None) };
        let generation = self.store.generations().since(mark, id.uuid());
        let value = Arc::new(AccountAccess { connected, places: self.places.of(id.uuid()) });
        Ok(Some(Cached { value, generation, catalog_version }))
    }

    async fn connected(&self, environment: EnvironmentId, id: AccountId) -> Result<Option<Arc<ConnectedAccount>>, AccessError> {
        let Some(read) = self.store.accounts().with_credential(environment, id).await? else { return Ok(None) };
        Ok(Some(Arc::new(ConnectedAccount::load(&self.catalog, &self.upstream, read)?)))
    }
}

impl Places {
    fn new(most: usize) -> Self {
        Self { most, of: Shared::default() }
    }

    fn of(&self, id: Uuid) -> Arc<Semaphore> {
        self.of.get_or_make(id, |_| Semaphore::new(self.most))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;
    use store::{AccountStatus, MasterKey, NewAccount};
    use upstream::UpstreamSettings;

    use super::*;

    fn account() -> NewAccount {
        NewAccount {
            integration: "sendoso".into(),
            tenant_id: "acme".into(),
            name: None,
            authentication_method: "oauth2".into(),
            credentials: json!({"access_token": "secret"}).as_object().cloned().unwrap().into(),
            context: serde_json::Map::new(),
            base_url: None,
            status: AccountStatus::Active,
            identity: None,
        }
    }

    #[tokio::test]
    async fn an_account_in_the_cache_is_still_no_account_of_another_environment() {
        let folder = tempfile::tempdir().unwrap();
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let key = MasterKey::from_base64("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
        let store = Store::open(&format!("sqlite://{}", folder.path().join("test.db").display()), &key).await.unwrap();
        let door = Door::new(store.clone(), Arc::new(LiveCatalog::open(None).unwrap()), Client::new(&UpstreamSettings::default()).unwrap());
        let ours = store.environments().create("ours", now).await.unwrap().id;
        let theirs = store.environments().create("theirs", now + Duration::from_secs(1)).await.unwrap().id;
        let id = store.accounts().create(ours, account(), now).await.unwrap().id;

        assert!(door.account(theirs, id).await.unwrap().is_none());
        let access = door.account(ours, id).await.unwrap().unwrap();
        assert!(Arc::ptr_eq(&access, &door.account(ours, id).await.unwrap().unwrap()), "it is cached");
        assert!(door.account(theirs, id).await.unwrap().is_none());
        assert!(access.connected.credential.is_some());
        store.close().await;
    }
}
