//! `tidegate account`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Value, json};
use store::AccountId;

use super::input::{body, credentials, entries, object, pair, text_or_none};
use super::show::Column;
use super::{Common, PageArgs, print_deleted, print_list, print_one, with_api};
use crate::hint::hinted;

/// Connected accounts of a running server.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate account list --integration sendoso")]
pub(in crate::cli) struct AccountArgs {
    #[command(subcommand)]
    command: AccountCommand,

    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand)]
enum AccountCommand {
    /// List connected accounts, newest first
    #[command(after_help = "Example:\n  tidegate account list --tenant-id acme")]
    List(ListArgs),
    /// Show an account; credentials are never shown
    #[command(after_help = "Example:\n  tidegate account show 0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2")]
    Show {
        /// The account's id
        account_id: AccountId,
    },
    /// Connect an account
    #[command(
        after_help = "Example:\n  tidegate account create --integration sendoso --tenant-id acme --credentials-file credentials.json"
    )]
    Create(CreateArgs),
    /// Make a link by which a person connects an account, or connects one again, in a browser
    #[command(after_help = "Examples:\n  tidegate account link --tenant-id acme --integration sendoso --methods read\n  \
                            tidegate account link --account 0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2")]
    Link(LinkArgs),
    /// Ask the vendor now whether it accepts an account's credentials; exit code 1 if it does not
    #[command(after_help = "Example:\n  tidegate account validate 0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2")]
    Validate {
        /// The account's id
        account_id: AccountId,
    },
    /// Change an account; what is not given stays
    #[command(
        after_help = "Example:\n  tidegate account update 0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2 --credentials-file - < credentials.json"
    )]
    Update(UpdateArgs),
    /// Disconnect an account: its credentials are erased, its MCP servers stop working
    #[command(after_help = "Example:\n  tidegate account delete 0197b2c8-f3b2-7c11-a6a1-c0f4f5d0a1b2")]
    Delete {
        /// The account's id
        account_id: AccountId,
    },
}

#[derive(Args)]
struct ListArgs {
    /// Only this customer's
    #[arg(long, value_name = "ID")]
    tenant_id: Option<String>,

    /// Only of this integration
    #[arg(long, value_name = "NAME")]
    integration: Option<String>,

    #[command(flatten)]
    page: PageArgs,
}

#[derive(Args)]
struct CreateArgs {
    /// Which vendor's API
    #[arg(long, value_name = "NAME")]
    integration: String,

    /// Your customer's id
    #[arg(long, value_name = "ID")]
    tenant_id: String,

    /// What people call the account
    #[arg(long)]
    name: Option<String>,

    /// One of the integration's credential kinds [default: its first]
    #[arg(long, value_name = "METHOD")]
    authentication_method: Option<String>,

    /// A value that completes the vendor's address, e.g. subdomain=acme; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    context: Vec<(String, String)>,

    /// Replaces the vendor's own address
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// JSON file with the credentials; - reads standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    credentials_file: PathBuf,

    /// Ask the vendor first, and connect nothing that it does not accept
    #[arg(long)]
    validate: bool,
}

#[derive(Args)]
#[command(group = ArgGroup::new("whose").required(true).args(["tenant_id", "account"]))]
struct LinkArgs {
    /// Your customer's id, for a new account
    #[arg(long, value_name = "ID")]
    tenant_id: Option<String>,

    /// An account that is to be connected again
    #[arg(long, value_name = "ID", conflicts_with_all = ["integration", "authentication_method", "name", "context", "base_url"])]
    account: Option<AccountId>,

    /// Which vendor's API [default: the person chooses]
    #[arg(long, value_name = "NAME")]
    integration: Option<String>,

    /// One of the integration's credential kinds [default: the person chooses]
    #[arg(long, value_name = "METHOD")]
    authentication_method: Option<String>,

    /// What people call the account
    #[arg(long)]
    name: Option<String>,

    /// A value that completes the vendor's address and that the person cannot change; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    context: Vec<(String, String)>,

    /// Replaces the vendor's own address
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// What the account will be used for, as for an MCP server: read, write, custom or exact method names, separated by commas
    #[arg(long, value_name = "METHODS", value_delimiter = ',')]
    methods: Option<Vec<String>>,

    /// Only tools that have one of these tags, separated by commas
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    tags: Option<Vec<String>>,

    /// Where the person goes in the end [default: a page that says so]
    #[arg(long, value_name = "URL")]
    redirect_uri: Option<String>,

    /// Seconds until the link stops working, 60 to 604800 [default: 3600]
    #[arg(long, value_name = "SECONDS")]
    expires_in: Option<u64>,
}

#[derive(Args)]
#[command(group = ArgGroup::new("changes").required(true).multiple(true).args(["name", "context", "base_url", "credentials_file"]))]
struct UpdateArgs {
    /// The account's id
    account_id: AccountId,

    /// What people call the account; empty: nothing
    #[arg(long)]
    name: Option<String>,

    /// Values that complete the vendor's address; those given replace all
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    context: Vec<(String, String)>,

    /// Replaces the vendor's own address; empty: no more
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,

    /// JSON file with credentials that replace the present ones; - reads standard input
    #[arg(long, value_name = "FILE")]
    credentials_file: Option<PathBuf>,

    /// Ask the vendor first, and change nothing if it does not accept the credentials
    #[arg(long, requires = "credentials_file")]
    validate: bool,
}

const COLUMNS: &[Column] = &[
    ("ID", "/id"),
    ("INTEGRATION", "/integration"),
    ("TENANT", "/tenant_id"),
    ("NAME", "/name"),
    ("STATUS", "/status"),
    ("CREATED", "/created_at"),
];

pub(in crate::cli) fn run(args: AccountArgs) -> anyhow::Result<ExitCode> {
    let Common { settings, json } = args.common;
    with_api(settings, async |api| match args.command {
        AccountCommand::List(ListArgs { tenant_id, integration, page }) => {
            let filters = [("tenant_id", tenant_id), ("integration", integration)];
            let filters = filters.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
            let query: Vec<_> = page.query().into_iter().chain(filters).collect();
            print_list(&api.list("/integrated-account", &query).await?, COLUMNS, json)
        }
        AccountCommand::Show { account_id } => print_one(&api.get(&format!("/integrated-account/{account_id}")).await?, "", json),
        AccountCommand::Create(args) => {
            let account = api.post("/integrated-account", Some(&new_account(args)?)).await?;
            let id = account["id"].as_str().unwrap_or_default();
            let next = format!("Make an MCP server over it:\n  tidegate mcp create --account {id} --name \"My agent\"");
            print_one(&account, &next, json)
        }
        AccountCommand::Link(args) => {
            let link = api.post("/link-token", Some(&new_link(args))).await?;
            print_one(&link, "Send the person to the `url`. Whoever has it can connect the account until then, once.", json)
        }
        AccountCommand::Validate { account_id } => {
            let account = api.post(&format!("/integrated-account/{account_id}/validate"), None).await?;
            print_one(&account, "", json)?;
            if account["status"] != "active" {
                let problem = anyhow!("the vendor does not accept the account's credentials");
                return Err(hinted(
                    problem,
                    "a person connects it again at its `reconnect_url`, or give others with `tidegate account update`",
                ));
            }
            Ok(())
        }
        AccountCommand::Update(args) => {
            let path = format!("/integrated-account/{}", args.account_id);
            print_one(&api.patch(&path, &changes(args)?).await?, "", json)
        }
        AccountCommand::Delete { account_id } => {
            api.delete(&format!("/integrated-account/{account_id}")).await?;
            print_deleted(&format!("account {account_id}"), json)
        }
    })
}

fn new_account(args: CreateArgs) -> anyhow::Result<Value> {
    Ok(body([
        ("integration", Some(json!(args.integration))),
        ("tenant_id", Some(json!(args.tenant_id))),
        ("name", args.name.map(Value::from)),
        ("authentication_method", args.authentication_method.map(Value::from)),
        ("context", Some(object(args.context))),
        ("base_url", args.base_url.map(Value::from)),
        ("credentials", Some(credentials(&args.credentials_file)?)),
        ("validate", args.validate.then_some(json!(true))),
    ]))
}

fn new_link(args: LinkArgs) -> Value {
    let config = body([("methods", args.methods.map(entries)), ("tags", args.tags.map(entries))]);
    body([
        ("tenant_id", args.tenant_id.map(Value::from)),
        ("integrated_account_id", args.account.map(|id| json!(id))),
        ("integration", args.integration.map(Value::from)),
        ("authentication_method", args.authentication_method.map(Value::from)),
        ("name", args.name.map(Value::from)),
        ("context", (!args.context.is_empty()).then(|| object(args.context))),
        ("base_url", args.base_url.map(Value::from)),
        ("config", (config != json!({})).then_some(config)),
        ("redirect_uri", args.redirect_uri.map(Value::from)),
        ("expires_in", args.expires_in.map(Value::from)),
    ])
}

fn changes(args: UpdateArgs) -> anyhow::Result<Value> {
    Ok(body([
        ("name", args.name.map(text_or_none)),
        ("context", (!args.context.is_empty()).then(|| object(args.context))),
        ("base_url", args.base_url.map(text_or_none)),
        ("credentials", args.credentials_file.as_deref().map(credentials).transpose()?),
        ("validate", args.validate.then_some(json!(true))),
    ]))
}
