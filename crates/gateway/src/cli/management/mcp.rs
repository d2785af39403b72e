//! `tidegate mcp`.

use std::process::ExitCode;

use anyhow::anyhow;
use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Value, json};
use store::{AccountId, McpServerId};

use super::api::Api;
use super::input::{body, entries};
use super::show::Column;
use super::snippet::{self, SnippetArgs};
use super::{Common, PageArgs, print_deleted, print_list, print_one, with_api};

/// MCP servers of a running server.
#[derive(Args)]
#[command(
    after_help = "Example:\n  tidegate mcp create --account 0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2 --name \"SDR agent\" --methods read"
)]
pub(in crate::cli) struct McpArgs {
    #[command(subcommand)]
    command: McpCommand,

    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand)]
enum McpCommand {
    /// List MCP servers, newest first
    #[command(after_help = "Example:\n  tidegate mcp list --account 0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2")]
    List {
        /// Only those over this account
        #[arg(long, value_name = "ACCOUNT_ID")]
        account: Option<AccountId>,

        #[command(flatten)]
        page: PageArgs,
    },
    /// Show an MCP server; its URL is never shown again
    #[command(after_help = "Example:\n  tidegate mcp show mcp_0197b2c8f3b27c11a6a1c0f4f5d0a1b2")]
    Show {
        /// The server's id
        mcp_id: McpServerId,
    },
    /// Make an MCP server; its URL is shown once
    #[command(
        after_help = "Example:\n  tidegate mcp create --account 0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2 --name \"SDR agent\" \\\n      --methods read,write --tags campaigns --expires-at 2026-12-31T23:59:59Z"
    )]
    Create {
        /// The account it is over
        #[arg(long, value_name = "ACCOUNT_ID")]
        account: AccountId,

        /// What people call it
        #[arg(long)]
        name: String,

        /// When its URL stops working, e.g. 2026-12-31T23:59:59Z [default: never]
        #[arg(long, value_name = "TIME")]
        expires_at: Option<String>,

        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Change an MCP server; what is not given stays
    #[command(after_help = "Example:\n  tidegate mcp update mcp_0197b2c8f3b27c11a6a1c0f4f5d0a1b2 --tags \"\" --expires-at never")]
    Update(UpdateArgs),
    /// Give an MCP server a new URL; the old one stops working
    #[command(after_help = "Example:\n  tidegate mcp rotate mcp_0197b2c8f3b27c11a6a1c0f4f5d0a1b2")]
    Rotate {
        /// The server's id
        mcp_id: McpServerId,
    },
    /// Delete an MCP server; its URL stops working with the next request
    #[command(after_help = "Example:\n  tidegate mcp delete mcp_0197b2c8f3b27c11a6a1c0f4f5d0a1b2")]
    Delete {
        /// The server's id
        mcp_id: McpServerId,
    },
    /// Print what to write where, so that a client uses an MCP server
    #[command(
        after_help = "Examples:\n  tidegate mcp snippet                      names the clients\n  tidegate mcp snippet mcp_0197b2c8f3b27c11a6a1c0f4f5d0a1b2 --client cursor --url \"$URL\""
    )]
    Snippet(SnippetArgs),
}

#[derive(Args)]
#[command(group = ArgGroup::new("changes").required(true).multiple(true)
    .args(["name", "expires_at", "methods", "tags", "auth", "structured_content", "tool_exposure"]))]
struct UpdateArgs {
    /// The server's id
    mcp_id: McpServerId,

    /// What people call it
    #[arg(long)]
    name: Option<String>,

    /// When its URL stops working, e.g. 2026-12-31T23:59:59Z, or never
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,

    #[command(flatten)]
    config: ConfigArgs,
}

/// What a server shows and asks for.
#[derive(Args)]
struct ConfigArgs {
    /// read, write, custom or exact method names, separated by commas; empty: all
    #[arg(long, value_name = "METHODS", value_delimiter = ',')]
    methods: Option<Vec<String>>,

    /// Only tools that have one of these tags, separated by commas; empty: any
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    tags: Option<Vec<String>>,

    /// What callers show: url (nothing more, the URL is the secret) or bearer (an API token as well)
    #[arg(long, value_parser = PossibleValuesParser::new(["url", "bearer"]))]
    auth: Option<String>,

    /// Give successes as structuredContent too
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    structured_content: Option<bool>,

    /// What is listed: full (every tool) or discovery (three tools that find, describe and call the others)
    #[arg(long, value_parser = PossibleValuesParser::new(["full", "discovery"]))]
    tool_exposure: Option<String>,
}

impl ConfigArgs {
    /// The members that were given, if any was.
    fn given(self) -> Option<Value> {
        let config = body([
            ("methods", self.methods.map(entries)),
            ("tags", self.tags.map(entries)),
            ("auth", self.auth.map(Value::from)),
            ("structured_content", self.structured_content.map(Value::from)),
            ("tool_exposure", self.tool_exposure.map(Value::from)),
        ]);
        (config != json!({})).then_some(config)
    }
}

const COLUMNS: &[Column] = &[
    ("ID", "/id"),
    ("NAME", "/name"),
    ("ACCOUNT", "/integrated_account_id"),
    ("METHODS", "/config/methods"),
    ("TAGS", "/config/tags"),
    ("AUTH", "/config/auth"),
    ("EXPIRES", "/expires_at"),
];

pub(in crate::cli) fn run(args: McpArgs) -> anyhow::Result<ExitCode> {
    let Common { settings, json } = args.common;
    if let McpCommand::Snippet(SnippetArgs { client: None, .. }) = &args.command {
        // Asks no server, so it needs no settings.
        snippet::list_clients(json)?;
        return Ok(ExitCode::SUCCESS);
    }
    with_api(settings, async |api| match args.command {
        McpCommand::List { account, page } => {
            let path = account.map_or("/mcp-server".to_owned(), |account| format!("/integrated-account/{account}/mcp"));
            print_list(&api.list(&path, &page.query()).await?, COLUMNS, json)
        }
        McpCommand::Show { mcp_id } => print_one(&find(api, mcp_id).await?, "", json),
        McpCommand::Create { account, name, expires_at, config } => {
            let new = body([("name", Some(json!(name))), ("expires_at", expires_at.map(Value::from)), ("config", config.given())]);
            print_secret(&api.post(&format!("/integrated-account/{account}/mcp"), Some(&new)).await?, json)
        }
        McpCommand::Update(UpdateArgs { mcp_id, name, expires_at, config }) => {
            let expires_at = expires_at.map(|time| if time == "never" { Value::Null } else { Value::from(time) });
            let changes = body([("name", name.map(Value::from)), ("expires_at", expires_at), ("config", config.given())]);
            print_one(&api.patch(&path(api, mcp_id).await?, &changes).await?, "", json)
        }
        McpCommand::Rotate { mcp_id } => {
            let path = path(api, mcp_id).await?;
            print_secret(&api.post(&format!("{path}/rotate"), None).await?, json)
        }
        McpCommand::Delete { mcp_id } => {
            api.delete(&path(api, mcp_id).await?).await?;
            print_deleted(&format!("MCP server {mcp_id}"), json)
        }
        McpCommand::Snippet(SnippetArgs { mcp_id: Some(id), client: Some(client), url }) => {
            snippet::print(api, id, &client, url.as_deref(), json).await
        }
        McpCommand::Snippet(_) => snippet::list_clients(json),
    })
}

/// A server by its id alone.
pub(super) async fn find(api: &Api, id: McpServerId) -> anyhow::Result<Value> {
    api.get(&format!("/mcp-server/{id}")).await
}

/// Where a server is managed: below its account.
async fn path(api: &Api, id: McpServerId) -> anyhow::Result<String> {
    let server = find(api, id).await?;
    let account: AccountId = server["integrated_account_id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| anyhow!("the server does not say which account MCP server {id} is over; is it of another version?"))?;
    Ok(format!("/integrated-account/{account}/mcp/{id}"))
}

/// A new or rotated server: the only time its URL can be seen.
fn print_secret(answer: &Value, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return print_one(answer, "", as_json);
    }
    let (id, url) = (answer["id"].as_str().unwrap_or_default(), answer["url"].as_str().unwrap_or_default());
    let next = format!(
        "The URL, shown only now:\n  {url}\n\nAdd it to a client:\n  tidegate mcp snippet {id} --client claude-code --url {url}\n\
         `tidegate mcp snippet` names the clients."
    );
    let mut shown = answer.clone();
    if let Value::Object(members) = &mut shown {
        members.retain(|name, _| !["token", "url", "snippets"].contains(&name.as_str()));
    }
    print_one(&shown, &next, as_json)
}
