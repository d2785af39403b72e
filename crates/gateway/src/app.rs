//! All that a request may use.

use std::sync::Arc;

use catalog::definition::Definition;
use catalog::nearest::{nearest, remedy};
use http::StatusCode;
use store::{Account, Store};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::Door;
use crate::account_status::Checks;
use crate::api::ApiError;
use crate::clock::Clock;
use crate::link::Tries;
use crate::live_catalog::LiveCatalog;
use crate::mcp::{AllowedOrigins, InFlight, Relay, Sessions};
use crate::metrics::Metrics;
use crate::refresh::Refreshing;

/// One per process, shared by all requests.
pub(crate) struct App {
    pub store: Store,
    pub catalog: Arc<LiveCatalog>,
    pub door: Door,
    pub upstream: upstream::Client,
    pub allowed_origins: AllowedOrigins,
    pub metrics: Metrics,
    pub clock: Arc<Clock>,
    /// Access tokens that are being replaced.
    pub refreshing: Refreshing,
    /// Accounts whose credential was lately found wanting.
    pub checks: Checks,
    /// How often links were tried.
    pub link_tries: Tries,
    /// Calls that are finished even when their client has gone; shutdown waits for them.
    pub tasks: TaskTracker,
    /// Calls that a client may cancel.
    pub in_flight: InFlight,
    /// Sessions of HTTP+SSE.
    pub sessions: Sessions,
    /// Messages on their way to another replica.
    pub relay: Relay,
    /// A place for each stream that is open.
    pub streams: Arc<Semaphore>,
    /// Cancelled when the server stops: streams end then.
    pub closing: CancellationToken,
    /// What generated URLs start with, without a slash at the end.
    pub public_url: String,
    /// Its path, e.g. empty or `/gate`: where a client finds us on the host it knows.
    pub public_path: String,
}

impl App {
    /// The definition that an account is connected through.
    ///
    /// # Errors
    /// 409 when the catalog has lost it; 500 when it cannot be read.
    pub(crate) fn definition_of(&self, account: &Account) -> Result<Arc<Definition>, ApiError> {
        let name = &account.integration;
        let gone =
            || ApiError::new(StatusCode::CONFLICT, format!("the account's integration `{name}` is no longer in the catalog; put it back"));
        self.catalog.current().get(name)?.cloned().ok_or_else(gone)
    }

    /// A definition by the name in a path.
    ///
    /// # Errors
    /// 404 when the catalog has none; 500 when it cannot be read.
    pub(crate) fn integration(&self, name: &str) -> Result<Arc<Definition>, ApiError> {
        self.catalog.current().get(name)?.cloned().ok_or_else(|| ApiError::not_found("integration"))
    }

    /// A definition by name, for a caller who named it.
    ///
    /// # Errors
    /// 400 that names the nearest, or all there are; 500 when it cannot be read.
    pub(crate) fn definition(&self, name: &str) -> Result<Arc<Definition>, ApiError> {
        let catalog = self.catalog.current();
        catalog.get(name)?.cloned().ok_or_else(|| {
            let known: Vec<&str> = catalog.iter().map(|entry| entry.name.as_str()).collect();
            let near = nearest(name, known.iter().copied(), 3);
            let remedy = remedy(&near, &format!("it has {}", known.join(", ")));
            ApiError::bad_request(format!("the catalog has no integration `{name}`; {remedy}"))
        })
    }
}
