//! `tidegate migrate`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::json;
use store::{Hold, Store};

use super::{output, runtime};
use crate::config::{DatabaseSettings, Settings};

/// Brings the database to this version's schema, so that servers need not do it when they start.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate migrate --database-url postgres://tidegate@db.example/tidegate --master-key-file key")]
pub(super) struct MigrateArgs {
    /// Settings file [default: tidegate.toml, if there is one]
    #[arg(long, env = "TIDEGATE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    database: DatabaseSettings,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: MigrateArgs) -> anyhow::Result<ExitCode> {
    let config = Settings::from(args.database).resolve(args.config.as_deref())?;
    let url = config.database_url.expose_secret();
    runtime()?.block_on(async {
        let _hold = Hold::take(url)?;
        let store = Store::open(url, &config.master_key).await?;
        store.close().await;
        if args.json {
            output::line(json!({"migrated": true}))?;
        } else {
            output::line("the database has this version's schema")?;
        }
        Ok(ExitCode::SUCCESS)
    })
}
