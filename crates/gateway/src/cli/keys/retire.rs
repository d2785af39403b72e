//! `tidegate keys retire`.

use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use serde_json::json;
use store::StoreError;

use super::Common;
use crate::cli::output;
use crate::hint::hinted;

/// Ends the old master key. Run it with the new one, once every server has been started with it.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate keys retire --master-key-file new.key")]
pub(super) struct RetireArgs {
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(RetireArgs { common }: RetireArgs) -> anyhow::Result<ExitCode> {
    let opened = super::open(common.config, common.database).await?;
    let retired = opened.store.key_rotation().retire(&opened.key).await.map_err(|error| match error {
        StoreError::Invalid(_) => hinted(
            anyhow!("the master key given here is the old one"),
            "put the new one into the settings of every server and start them again, then run this with it",
        ),
        StoreError::Conflict(problem) => hinted(anyhow!(problem), "run `tidegate keys rotate` to its end"),
        error => error.into(),
    })?;
    opened.store.close().await;
    if common.json {
        output::line(json!({"retired": retired}))?;
    } else if retired == 0 {
        output::line("there was no old master key left")?;
    } else {
        output::line("only the new master key opens the database now; the old one is good for older backups alone")?;
    }
    Ok(ExitCode::SUCCESS)
}
