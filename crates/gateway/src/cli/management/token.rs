//! `tidegate token`: API tokens. One cannot be shown again or changed, so there is no command for either.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use store::ApiTokenId;

use super::input::body;
use super::show::Column;
use super::{Common, PageArgs, print_deleted, print_list, print_one, with_api};

/// API tokens of a running server.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate token create --name \"billing backend\"")]
pub(in crate::cli) struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,

    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// List API tokens, newest first; their secrets are never shown
    #[command(after_help = "Example:\n  tidegate token list --json")]
    List(PageArgs),
    /// Make an API token; its secret is shown once
    #[command(after_help = "Example:\n  tidegate token create --name \"billing backend\" --expires-at 2026-12-31T23:59:59Z")]
    Create {
        /// What the token is for
        #[arg(long)]
        name: String,

        /// When it stops working, e.g. 2026-12-31T23:59:59Z [default: never]
        #[arg(long, value_name = "TIME")]
        expires_at: Option<String>,
    },
    /// Revoke an API token; it stops working with the next request
    #[command(after_help = "Example:\n  tidegate token delete 0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2")]
    Delete {
        /// The token's id, not its secret
        token_id: ApiTokenId,
    },
}

const COLUMNS: &[Column] = &[("ID", "/id"), ("NAME", "/name"), ("EXPIRES", "/expires_at"), ("CREATED", "/created_at")];

pub(in crate::cli) fn run(args: TokenArgs) -> anyhow::Result<ExitCode> {
    let Common { settings, json } = args.common;
    with_api(settings, async |api| match args.command {
        TokenCommand::List(page) => print_list(&api.list("/api-token", &page.query()).await?, COLUMNS, json),
        TokenCommand::Create { name, expires_at } => {
            let new = body([("name", Some(json!(name))), ("expires_at", expires_at.map(Value::from))]);
            print_one(&api.post("/api-token", Some(&new)).await?, "The token is shown only now.", json)
        }
        TokenCommand::Delete { token_id } => {
            api.delete(&format!("/api-token/{token_id}")).await?;
            print_deleted(&format!("API token {token_id}"), json)
        }
    })
}
