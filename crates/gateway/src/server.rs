//! From a configuration to a running server, and back down without losing a call.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use store::{ApiTokenId, Environment, Hold, Store};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::access::Door;
use crate::account_status::Checks;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::connections;
use crate::hint::hinted;
use crate::link::{self, Tries};
use crate::live_catalog::LiveCatalog;
use crate::mcp::{self, AllowedOrigins, InFlight, Relay, Sessions};
use crate::metrics::Metrics;
use crate::refresh::Refreshing;
use crate::router::router;
use crate::webhooks;

/// Streams open at a time. The rest of the connections is for requests.
const MOST_STREAMS: usize = 7_500;
/// How often expired servers are swept away. Expiry itself is checked at each request.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// How often links and consents that ended are.
const LINK_SWEEP_INTERVAL: Duration = Duration::from_secs(60);
/// What a call may take beside the wait for its vendor.
const DRAIN_MARGIN: Duration = Duration::from_secs(5);

/// A server that listens.
pub struct Server {
    pub(crate) app: Arc<App>,
    pub address: SocketAddr,
    pub(crate) environment: Environment,
    /// The secret of the API token that was made because there was none; show it once.
    pub first_api_token: Option<SecretString>,
    first_api_token_id: Option<ApiTokenId>,
    listener: TcpListener,
    /// How long calls in flight may take once shutdown was asked for.
    drain: Duration,
    _hold: Hold,
}

impl Server {
    /// Opens the database and the catalog and binds the address. Nothing is served before [`Server::run`].
    ///
    /// # Errors
    /// What prevents the start, with its remedy.
    pub async fn bind(config: Config, clock: Arc<Clock>) -> anyhow::Result<Self> {
        let catalog = Arc::new(LiveCatalog::open(config.catalog_dir)?);
        let upstream = upstream::Client::new(&config.upstream)?;
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            hinted(
                anyhow!("cannot listen on {}: {error}", config.listen),
                "choose another address with --listen, e.g. --listen 127.0.0.1:0",
            )
        })?;
        let address = listener.local_addr()?;
        let url = config.database_url.expose_secret();
        let hold = Hold::take(url)?;
        let store = Store::open(url, &config.master_key).await.context("cannot open the database")?;
        store.refreshes().inherit_all(&hold).await?;
        // Last, because the first API token is told only once.
        let (environment, first) = first_start(&store, config.bootstrap_api_token, &clock).await?;
        let (first_api_token_id, first_api_token) = first.unzip();
        let public_url = with_port(config.public_url, address);
        let app = Arc::new(App {
            door: Door::new(store.clone(), Arc::clone(&catalog), upstream.clone()),
            store,
            catalog,
            upstream,
            allowed_origins: AllowedOrigins::new(&public_url, &config.allowed_hosts, &config.allowed_origins),
            metrics: Metrics::default(),
            clock,
            refreshing: Refreshing::default(),
            checks: Checks::default(),
            link_tries: Tries::default(),
            tasks: TaskTracker::new(),
            in_flight: InFlight::default(),
            sessions: Sessions::default(),
            relay: Relay::default(),
            streams: Arc::new(Semaphore::new(MOST_STREAMS)),
            closing: CancellationToken::new(),
            public_url: public_url.as_str().trim_end_matches('/').to_owned(),
            public_path: public_url.path().trim_end_matches('/').to_owned(),
        });
        let drain = config.upstream.timeout + DRAIN_MARGIN;
        Ok(Self { app, address, environment, first_api_token, first_api_token_id, listener, drain, _hold: hold })
    }

    /// Everything that is served, for requests that come without a connection.
    pub fn router(&self) -> axum::Router {
        router(Arc::clone(&self.app))
    }

    /// What generated URLs start with.
    pub fn public_url(&self) -> &str {
        &self.app.public_url
    }

    /// Takes back the first API token, which could not be shown; the next start makes another.
    pub async fn revoke_first_api_token(&self) -> anyhow::Result<()> {
        if let Some(id) = self.first_api_token_id {
            self.app.store.api_tokens().delete(self.environment.id, id).await?;
        }
        Ok(())
    }

    /// Serves until `shutdown`, then finishes what is in flight.
    pub async fn run(self, shutdown: CancellationToken) {
        let app = self.app;
        let background = TaskTracker::new();
        background.spawn(sweep(Arc::clone(&app), shutdown.clone()));
        background.spawn(webhooks::deliver(Arc::clone(&app), shutdown.clone()));
        // Until the last request is answered: some are answered with the help of other processes.
        let served = CancellationToken::new();
        background.spawn(app.store.listen(served.clone().cancelled_owned()));
        background.spawn(mcp::listen_to_replicas(Arc::clone(&app), served.clone()));
        background.spawn({
            let (app, shutdown) = (Arc::clone(&app), shutdown.clone());
            async move {
                shutdown.cancelled().await;
                app.closing.cancel();
            }
        });
        background.spawn({
            let (catalog, shutdown) = (Arc::clone(&app.catalog), shutdown.clone());
            async move { catalog.watch(shutdown).await }
        });
        background.close();
        let left = connections::serve(self.listener, router(Arc::clone(&app)), shutdown, self.drain).await;
        app.tasks.close();
        if tokio::time::timeout(left, app.tasks.wait()).await.is_err() {
            tracing::warn!("some calls did not end in time");
        }
        served.cancel();
        background.wait().await;
        app.store.close().await;
    }
}

/// An environment always exists; an API token is made when there is none, so that someone can get in. A token that was
/// given is not told again.
async fn first_start(
    store: &Store,
    bootstrap: Option<SecretString>,
    clock: &Clock,
) -> anyhow::Result<(Environment, Option<(ApiTokenId, SecretString)>)> {
    let now = clock.now();
    let environment = store.environments().ensure("default", now).await?;
    let is_given = bootstrap.is_some();
    let name = if is_given { "bootstrap" } else { "first" };
    let made = store.api_tokens().create_first(environment.id, name, bootstrap, now).await?;
    if is_given && made.is_none() {
        tracing::warn!("the bootstrap API token is for an empty database; this one has API tokens already, and only they are valid");
    }
    Ok((environment, made.map(|(token, secret)| (token.id, secret)).filter(|_| !is_given)))
}

/// The public URL, with the port that was really bound where the configuration left it open.
fn with_port(mut url: Url, address: SocketAddr) -> Url {
    if url.port() == Some(0) {
        // Only fails for URLs that cannot have a port, and this one has one.
        let _ = url.set_port(Some(address.port()));
    }
    url
}

async fn sweep(app: Arc<App>, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut failing, mut next_link_sweep) = (false, Timestamp::MIN);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let now = app.clock.now();
        app.door.forget_stale(now);
        if now >= next_link_sweep {
            if let Err(error) = link::sweep(&app, now).await {
                tracing::warn!(%error, "expired links cannot be purged now; they stay shut all the same");
            }
            next_link_sweep = now.checked_add(LINK_SWEEP_INTERVAL).unwrap_or(now);
        }
        match app.store.mcp_servers().purge_expired(now).await {
            Ok(count) => {
                failing = false;
                if count > 0 {
                    tracing::info!(count, "expired MCP servers purged");
                }
            }
            Err(_) if failing => {}
            Err(error) => {
                failing = true;
                tracing::warn!(%error, "expired MCP servers cannot be purged now; they stay shut all the same");
            }
        }
    }
}
