//! `tidegate serve`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use secrecy::ExposeSecret;

use super::output;
use super::runtime;
use super::signals::Shutdown;
use crate::clock::Clock;
use crate::config::Settings;
use crate::server::Server;
use crate::telemetry;

/// Flags of the production server.
#[derive(Args)]
#[command(after_help = "Each setting is a flag, an environment variable, or a key of the settings file; the first of these wins.\n\n\
    Example:\n  tidegate serve --listen 0.0.0.0:8700 --public-url https://tidegate.example.com")]
pub(super) struct ServeArgs {
    /// Settings file [default: tidegate.toml, if there is one]
    #[arg(long, env = "TIDEGATE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    settings: Settings,
}

pub(super) fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let config = args.settings.resolve(args.config.as_deref())?;
    telemetry::start(&config.log, config.log_format)?;
    runtime()?.block_on(async {
        let shutdown = Shutdown::on_server_signals()?;
        let server = Server::bind(config, Arc::new(Clock::default())).await?;
        if let Some(token) = &server.first_api_token {
            // The only time it can be seen. On standard output, so that it is in no log.
            if let Err(error) = output::line(format_args!("API token (shown only now): {}", token.expose_secret())) {
                server.revoke_first_api_token().await?;
                bail!("the first API token cannot be shown: {error}; start again with standard output open");
            }
        }
        if server.address.ip().is_unspecified() && server.public_url().contains(&server.address.to_string()) {
            tracing::warn!("MCP URLs start with {}, which no client can reach; give --public-url", server.public_url());
        }
        tracing::info!(address = %server.address, public_url = server.public_url(), "listening");
        tokio::select! {
            () = server.run(shutdown.gentle) => tracing::info!("stopped"),
            () = shutdown.now.cancelled() => tracing::warn!("stopped without waiting for calls in flight"),
        }
        Ok(ExitCode::SUCCESS)
    })
}
