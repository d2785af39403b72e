//! Structured logs on standard error. Nothing secret is ever given to a log macro: secret types have no
//! `Debug`, and MCP paths are not logged.

use std::io::IsTerminal;

use serde::Deserialize;
use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Libraries whose verbose logs hold URLs, headers or statements, and with them tokens.
const TALKATIVE: &[&str] = &["h2", "hyper", "hyper_util", "reqwest", "rustls", "sqlx"];

/// Starts logging for the whole process. `filter` is a tracing directive such as `info` or `gateway=debug`.
///
/// # Errors
/// The filter cannot be read.
pub(crate) fn start(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).map_err(|error| anyhow::anyhow!("the log filter `{filter}` cannot be read: {error}"))?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let harmless = filter_fn(|event| *event.level() <= Level::INFO || !TALKATIVE.contains(&crate_of(event.target())));
    // A second start in one process, as in tests, changes nothing.
    let _ = match format {
        LogFormat::Text => registry.with(lines.compact().with_filter(harmless)).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true).with_filter(harmless)).try_init(),
    };
    // A place in our code is enough to find the bug; what the panic says may quote data.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a bug: the code panicked");
    }));
    Ok(())
}

fn crate_of(target: &str) -> &str {
    target.split("::").next().unwrap_or(target)
}
