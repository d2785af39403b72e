//! From the token in a URL to everything a request there may use: one cached look-up.
//!
//! A cached entry is used only while the generation of its account is the one it was read at, so a change
//! that was acknowledged holds for the next request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use catalog::target::Target;
use jiff::Timestamp;
use quick_cache::sync::Cache;
use store::{Account, ApiToken, Generation, McpServer, McpServerId, Store, StoreError, TokenHash};
use tokio::sync::Semaphore;
use upstream::Credential;

use crate::accounts;
use crate::live_catalog::LiveCatalog;
use crate::tool_set::{ToolSet, ToolSets, filter_of};

/// Entries kept per kind of token. An entry takes about 1 KiB beside what it shares.
const CAPACITY: usize = 20_000;
/// Calls in flight at one server; what comes beyond is told to wait.
const MOST_IN_FLIGHT: usize = 256;
/// Streams open at one server.
const MOST_STREAMS: usize = 256;

/// What a token of an MCP server opens.
pub(crate) struct Access {
    pub server: McpServer,
    pub account: Account,
    pub tools: Arc<ToolSet>,
    pub target: Target,
    /// `None` when the account holds nothing usable: tools are listed, calls say what to do.
    pub credential: Option<Credential>,
    /// A place for each call in flight at this server, whatever is read anew meanwhile.
    pub places: Arc<Semaphore>,
    /// The same for each open stream.
    pub streams: Arc<Semaphore>,
}

/// Why a known token cannot be served now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the account {account} cannot be used: {reason}")]
    Unusable { account: String, reason: String },
}

/// Looks tokens up, through a cache.
pub(crate) struct Door {
    store: Store,
    catalog: Arc<LiveCatalog>,
    tool_sets: ToolSets,
    servers: Cache<TokenHash, Cached<Access>>,
    api_tokens: Cache<TokenHash, Cached<ApiToken>>,
    places: Places,
    streams: Places,
}

/// What each server may have of something at a time, as long as anyone uses it.
struct Places {
    most: usize,
    of: Mutex<HashMap<McpServerId, Weak<Semaphore>>>,
}

struct Cached<T> {
    value: Arc<T>,
    generation: Generation,
    /// The catalog that tool sets were taken from; unused for API tokens.
    catalog_version: u64,
}

impl<T> Clone for Cached<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), ..*self }
    }
}

impl Door {
    pub(crate) fn new(store: Store, catalog: Arc<LiveCatalog>) -> Self {
        Self {
            store,
            catalog,
            tool_sets: ToolSets::default(),
            servers: Cache::new(CAPACITY),
            api_tokens: Cache::new(CAPACITY),
            places: Places::new(MOST_IN_FLIGHT),
            streams: Places::new(MOST_STREAMS),
        }
    }

    /// What `token` opens at `now`. `None` when it is unknown, revoked or expired: nobody can tell which.
    pub(crate) async fn access(&self, token: &str, now: Timestamp) -> Result<Option<Arc<Access>>, AccessError> {
        let hash = self.store.hash_token(token);
        let access = match self.servers.get(&hash) {
            Some(cached) if self.is_current(&cached) => cached.value,
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

    /// Drops what no token opens any more, and with it the credentials that were kept for calls.
    pub(crate) fn forget_stale(&self, now: Timestamp) {
        let lives = |access: &Access| access.server.expires_at.is_none_or(|at| at > now);
        self.servers.retain(|_, cached| self.is_current(cached) && lives(&cached.value));
    }

    fn is_current(&self, cached: &Cached<Access>) -> bool {
        cached.generation == self.store.generations().of(cached.value.account.id.uuid()) && cached.catalog_version == self.catalog.version()
    }

    async fn load(&self, hash: &TokenHash) -> Result<Option<Cached<Access>>, AccessError> {
        let mark = self.store.generations().mark();
        let catalog_version = self.catalog.version();
        let Some((server, account)) = self.store.mcp_servers().access_by_hash(hash).await? else { return Ok(None) };
        let unusable = |reason: String| AccessError::Unusable { account: account.id.to_string(), reason };
        let catalog = self.catalog.current();
        let definition = catalog
            .get(&account.integration)
            .ok_or_else(|| unusable(format!("the catalog has no integration `{}`", account.integration)))?;
        let target = Target::new(&definition.integration, account.base_url.as_deref(), &account.context)
            .map_err(|error| unusable(error.to_string()))?;
        let tools = self.tool_sets.get(definition, filter_of(&server.config));
        let credential = accounts::credential(&self.store, definition, &account).await?;
        // Last: whatever was read above must be of this generation.
        let generation = self.store.generations().since(mark, account.id.uuid());
        let (places, streams) = (self.places.of(server.id), self.streams.of(server.id));
        let value = Arc::new(Access { server, account, tools, target, credential, places, streams });
        Ok(Some(Cached { value, generation, catalog_version }))
    }
}

impl Places {
    fn new(most: usize) -> Self {
        Self { most, of: Mutex::default() }
    }

    fn of(&self, server: McpServerId) -> Arc<Semaphore> {
        let mut all = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = all.get(&server).and_then(Weak::upgrade) {
            return places;
        }
        all.retain(|_, places| places.strong_count() > 0);
        let places = Arc::new(Semaphore::new(self.most));
        all.insert(server, Arc::downgrade(&places));
        places
    }
}
