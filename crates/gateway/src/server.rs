//! From a configuration to a running server, and back down without losing a call.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::serve::ListenerExt;
use secrecy::{ExposeSecret, SecretString};
use store::{Environment, Hold, Store};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use crate::access::Door;
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::live_catalog::LiveCatalog;
use crate::mcp::AllowedOrigins;
use crate::metrics::Metrics;
use crate::router::router;

/// How often expired servers are swept away. Expiry itself is checked at each request.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// How long calls in flight may take once shutdown was asked for.
const DRAIN_DEADLINE: Duration = Duration::from_secs(35);

/// A server that listens.
pub struct Server {
    pub app: Arc<App>,
    pub address: SocketAddr,
    pub environment: Environment,
    /// The secret of the API token that was made because there was none; show it once.
    pub first_api_token: Option<SecretString>,
    listener: TcpListener,
    _hold: Hold,
}

impl Server {
    /// Opens the database and the catalog and binds the address. Nothing is served before [`Server::run`].
    ///
    /// # Errors
    /// What prevents the start, with its remedy.
    pub async fn bind(config: Config, clock: Arc<Clock>) -> anyhow::Result<Self> {
        let catalog = Arc::new(LiveCatalog::open(config.catalog_dir)?);
        let store = Store::open(config.database_url.expose_secret(), &config.master_key).await.context("cannot open the database")?;
        let hold = store.hold()?;
        let (environment, first_api_token) = first_start(&store, config.bootstrap_api_token, &clock).await?;
        let listener = TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen on {}", config.listen))?;
        let address = listener.local_addr()?;
        let public_url = with_port(config.public_url, address);
        let app = Arc::new(App {
            door: Door::new(store.clone(), Arc::clone(&catalog)),
            store,
            catalog,
            upstream: upstream::Client::new(&config.upstream)?,
            allowed_origins: AllowedOrigins::new(&public_url, &config.allowed_hosts, &config.allowed_origins),
            metrics: Metrics::default(),
            clock,
            tasks: TaskTracker::new(),
            public_url: public_url.as_str().trim_end_matches('/').to_owned(),
        });
        Ok(Self { app, address, environment, first_api_token, listener, _hold: hold })
    }

    /// Serves until `shutdown`, then finishes what is in flight.
    pub async fn run(self, shutdown: CancellationToken) -> anyhow::Result<()> {
        let app = self.app;
        let background = TaskTracker::new();
        background.spawn(sweep(Arc::clone(&app), shutdown.clone()));
        background.spawn({
            let (store, shutdown) = (app.store.clone(), shutdown.clone());
            async move { store.listen(shutdown.cancelled_owned()).await }
        });
        background.spawn({
            let (catalog, shutdown) = (Arc::clone(&app.catalog), shutdown.clone());
            async move {
                if let Err(error) = catalog.watch(shutdown).await {
                    tracing::error!("the catalog folder is not watched: {error:#}");
                }
            }
        });
        background.close();
        let listener = self.listener.tap_io(|stream| {
            // Small answers must not wait for the client's delayed acknowledgement.
            let _ = stream.set_nodelay(true);
        });
        let service = router(Arc::clone(&app)).into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(listener, service).with_graceful_shutdown(shutdown.clone().cancelled_owned());
        let drained = async {
            shutdown.cancelled().await;
            tokio::time::sleep(DRAIN_DEADLINE).await;
        };
        tokio::select! {
            served = async { serving.await } => served?,
            () = drained => tracing::warn!("some connections did not end in time"),
        }
        app.tasks.close();
        if tokio::time::timeout(DRAIN_DEADLINE, app.tasks.wait()).await.is_err() {
            tracing::warn!("some calls did not end in time");
        }
        background.wait().await;
        app.store.close().await;
        Ok(())
    }
}

/// An environment always exists; an API token is made when there is none, so that someone can get in.
async fn first_start(store: &Store, bootstrap: Option<SecretString>, clock: &Clock) -> anyhow::Result<(Environment, Option<SecretString>)> {
    let now = clock.now();
    let environment = match store.environments().first().await? {
        Some(environment) => environment,
        None => store.environments().create("default", now).await?,
    };
    let page = store::Page { limit: 1, after: None };
    if !store.api_tokens().list(environment.id, page).await?.items.is_empty() {
        return Ok((environment, None));
    }
    if let Some(secret) = bootstrap {
        store.api_tokens().adopt(environment.id, "bootstrap", &secret, now).await?;
        return Ok((environment, None));
    }
    let (_, secret) = store.api_tokens().create(environment.id, "first", None, now).await?;
    Ok((environment, Some(secret)))
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
    let mut failing = false;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match app.store.mcp_servers().purge_expired(app.clock.now()).await {
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
