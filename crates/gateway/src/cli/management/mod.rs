//! `tidegate account`, `tidegate mcp`, `tidegate token`: the management API of a running server, for the terminal.
//!
//! A file per resource. Each command is one request, or two where a path needs what another answer holds.

mod account;
mod api;
mod input;
mod mcp;
mod show;
mod snippet;
mod token;

pub(super) use account::{AccountArgs, run as run_account};
pub(super) use mcp::{McpArgs, run as run_mcp};
pub(super) use token::{TokenArgs, run as run_token};

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::{output, runtime};
use crate::config::ManagementSettings;
use api::Api;
use show::Column;

/// What every command here takes.
#[derive(Args)]
struct Common {
    #[command(flatten)]
    settings: ManagementSettings,

    /// Print the API's JSON
    #[arg(long, global = true)]
    json: bool,
}

/// Which part of a list is wanted.
#[derive(Args)]
struct PageArgs {
    /// Entries to show, at most 100
    #[arg(long, default_value_t = 100, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: u32,

    /// Where the list goes on, as its first part said
    #[arg(long, value_name = "CURSOR")]
    next_cursor: Option<String>,
}

impl PageArgs {
    fn query(&self) -> Vec<(&'static str, String)> {
        let cursor = self.next_cursor.clone().map(|cursor| ("next_cursor", cursor));
        [("limit", self.limit.to_string())].into_iter().chain(cursor).collect()
    }
}

/// Runs one command against the server that its settings name.
fn with_api<F: AsyncFnOnce(&Api) -> anyhow::Result<()>>(settings: ManagementSettings, command: F) -> anyhow::Result<ExitCode> {
    let api = Api::new(settings.resolve()?)?;
    runtime()?.block_on(command(&api))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints one part of a list, and on standard error how to see the next.
fn print_list(answer: &Value, columns: &[Column], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return output::line(answer);
    }
    output::line(show::list(answer, columns))?;
    if let Some(cursor) = answer["next_cursor"].as_str() {
        eprintln!("there is more: add --next-cursor {cursor}");
    }
    Ok(())
}

/// Prints one thing and, for people, what can be done next.
fn print_one(answer: &Value, next: &str, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return output::line(answer);
    }
    output::line(show::one(answer))?;
    if next.is_empty() { Ok(()) } else { output::line(format_args!("\n{next}")) }
}

/// Says that something is gone. The API answers nothing then.
fn print_deleted(what: &str, as_json: bool) -> anyhow::Result<()> {
    if as_json { output::line(json!({"deleted": true})) } else { output::line(format_args!("{what} is deleted")) }
}
