//! `tidegate keys show`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::Common;
use crate::cli::output;

/// Shows the generation of keys in use, and what a rotation still has to do.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate keys show")]
pub(super) struct ShowArgs {
    #[command(flatten)]
    common: Common,
}

pub(super) async fn run(ShowArgs { common }: ShowArgs) -> anyhow::Result<ExitCode> {
    let opened = super::open(common.config, common.database).await?;
    let state = opened.store.key_rotation().state().await?;
    opened.store.close().await;
    if common.json {
        output::line(json!({
            "generation": state.generation, "older_generations": state.older, "credentials": state.credentials, "left": state.left,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format_args!("generation {}, {} credentials", state.generation, state.credentials))?;
    if state.left > 0 {
        output::line(format_args!("{} of them are not under it yet: `tidegate keys rotate` goes on", state.left))?;
    } else if state.older > 0 {
        output::line("the master key before it works too, until `tidegate keys retire`")?;
    }
    Ok(ExitCode::SUCCESS)
}
