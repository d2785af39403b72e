//! `tidegate demo`: sandboxes, a server on a temporary database, one connected account and one MCP server each.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;
use sandbox::{Sandbox, Vendor};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use store::{Connect, LinkConfig, LinkPurpose, MasterKey, NewLinkToken, NewOAuthApp};
use upstream::{PrivateAddresses, UpstreamSettings};
use url::Url;

use super::signals::Shutdown;
use super::{output, runtime};
use crate::api::{ApiError, ConfigChange, McpServerSecret, NewIntegratedAccount, NewServer, create_account, create_server};
use crate::clock::Clock;
use crate::config::{Config, KeyPlace};
use crate::server::Server;
use crate::snippet::{Connection, Snippet, Snippets};
use crate::telemetry::{self, LogFormat};

/// What to ask an agent that has the vendor's tools.
fn prompt(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Sendoso => "Send the \"Prospect Coffee\" eGift to sarah.connor@example.com, then tell me the status of that send.",
        Vendor::EDesk => {
            "Find the oldest open ticket that asks about shipping, look up its order, and draft a reply with the tracking link."
        }
        Vendor::Gladly => "Find the customer with the phone number +14155552671 and tell me what their latest conversation is about.",
        Vendor::Example => "Add a note \"Buy milk\", then read me all notes.",
    }
}

/// Starts everything on this machine and leaves nothing behind when it stops.
#[derive(Args)]
#[command(after_help = "Example:\n  tidegate demo --json > demo.json")]
pub(super) struct DemoArgs {
    /// Address of the server (port 0: any free port)
    #[arg(long, default_value = "127.0.0.1:8700", value_name = "ADDRESS")]
    listen: SocketAddr,

    /// Print one JSON line when ready, then keep serving
    #[arg(long)]
    json: bool,

    /// What is logged
    #[arg(long, env = "TIDEGATE_LOG", default_value = "warn", value_name = "FILTER")]
    log: String,
}

/// The clients whose texts are shown: one that takes a line for each server, and two with a file.
const LINE_CLIENT: &str = "claude-code";
const FILE_CLIENTS: &[&str] = &["cursor", "claude-desktop"];

/// One vendor, simulated and connected.
struct Connected {
    vendor: Vendor,
    /// What the vendor calls itself.
    label: String,
    sandbox: Sandbox,
    account: String,
    server: McpServerSecret,
    /// Where a person connects another account of it by consenting; `None` where the vendor has no consent.
    link: Option<String>,
}

/// How long that link lives.
const LINK_LIFE: Duration = Duration::from_secs(24 * 3600);

pub(super) fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    telemetry::start(&args.log, LogFormat::Text)?;
    let runtime = runtime()?;
    // Before there is anything to leave behind.
    let shutdown = runtime.block_on(async { Shutdown::on_signals() })?;
    let folder = tempfile::Builder::new().prefix("tidegate-demo-").tempdir().context("cannot create a temporary folder")?;
    let config = Config {
        listen: args.listen,
        public_url: Url::parse(&format!("http://{}", args.listen))?,
        database_url: format!("sqlite://{}", folder.path().join("demo.db").display()).into(),
        master_key: MasterKey::generate()?,
        master_key_place: KeyPlace::Given,
        catalog_dir: None,
        bootstrap_api_token: None,
        allowed_hosts: Vec::new(),
        allowed_origins: Vec::new(),
        upstream: UpstreamSettings { private_addresses: PrivateAddresses::Allow, ..UpstreamSettings::default() },
        log: args.log,
        log_format: LogFormat::Text,
    };
    runtime.block_on(async {
        let server = Server::bind(config, Arc::new(Clock::default())).await?;
        let mut connected = Vec::new();
        for vendor in Vendor::ALL {
            connected.push(connect(&server, *vendor).await?);
        }
        let api_token = server.first_api_token.as_ref().map(|token| token.expose_secret().to_owned()).unwrap_or_default();
        if args.json {
            output::line(ready_line(&server, &api_token, &connected))?;
        } else {
            // Built from its sources, the program is not on the path.
            let program = std::env::current_exe().context("cannot tell where this program is")?;
            output::line(ready_text(&server, &api_token, &connected, &program.to_string_lossy()))?;
        }
        tokio::select! {
            () = server.run(shutdown.gentle) => {}
            () = shutdown.now.cancelled() => {}
        }
        for vendor in connected {
            vendor.sandbox.stop().await;
        }
        Ok::<_, anyhow::Error>(())
    })?;
    folder.close().context("cannot remove the temporary folder")?;
    Ok(ExitCode::SUCCESS)
}

impl Connected {
    /// The first way to connect this client.
    fn snippet(&self, program: &str, client: &str) -> Option<Snippet> {
        let McpServerSecret { server, url, key, .. } = &self.server;
        Snippets::of(&Connection { key, url, auth: server.config.auth, program }).get(client).first().cloned()
    }
}

async fn connect(server: &Server, vendor: Vendor) -> anyhow::Result<Connected> {
    let sandbox = Sandbox::start(vendor, SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let new = NewIntegratedAccount {
        integration: vendor.to_string(),
        tenant_id: "demo".to_owned(),
        name: Some("Demo account".to_owned()),
        authentication_method: None,
        credentials: Some(sandbox.issue_credentials().into()),
        validate: false,
        context: Map::new(),
        base_url: Some(sandbox.url().to_owned()),
    };
    let environment = server.environment.id;
    let account = create_account(&server.app, environment, new).await.map_err(refused)?;
    let new = NewServer { name: format!("{vendor} demo"), config: ConfigChange::default(), expires_at: None };
    let mcp_server = create_server(&server.app, environment, account.id, new).await.map_err(refused)?;
    let label = server.app.definition(vendor.name()).map_err(refused)?.integration.label.clone();
    let link = link(server, vendor, sandbox.url()).await?;
    Ok(Connected { vendor, label, sandbox, account: account.id.to_string(), server: mcp_server, link })
}

/// Sets the vendor's OAuth apps, with which tokens are refreshed too, and makes a link for the first.
async fn link(server: &Server, vendor: Vendor, sandbox_url: &str) -> anyhow::Result<Option<String>> {
    let (app, environment) = (&server.app, server.environment.id);
    let definition = app.definition(vendor.name()).map_err(refused)?;
    let now = app.clock.now();
    let mut methods = Vec::new();
    for (method, scheme) in &definition.integration.credentials {
        let asked = scheme.oauth2.iter().flat_map(|oauth2| oauth2.scopes.keys()).next();
        let registered = vendor.oauth_apps().iter().find(|app| asked.is_some_and(|scope| app.scopes.contains(&scope.as_str())));
        let Some(registered) = registered else { continue };
        let new = NewOAuthApp {
            integration: vendor.to_string(),
            authentication_method: method.clone(),
            client_id: registered.client_id.to_owned(),
            client_secret: Some(registered.client_secret.into()),
        };
        app.store.oauth_apps().save(environment, new, now).await?;
        methods.push(method.clone());
    }
    let Some(method) = methods.into_iter().next() else { return Ok(None) };
    let connect = Connect {
        tenant_id: "demo-customer".to_owned(),
        integration: Some(vendor.to_string()),
        authentication_method: Some(method),
        name: None,
        context: Map::new(),
        base_url: Some(sandbox_url.to_owned()),
    };
    let api_token = server.first_api_token.as_ref().context("the demo has no API token")?;
    let created_by = app.door.api_token(api_token.expose_secret(), now).await?.context("the demo's API token is gone")?.id;
    let new = NewLinkToken {
        created_by,
        purpose: LinkPurpose::Connect(connect),
        config: LinkConfig { methods: Vec::new(), tags: Vec::new() },
        redirect_uri: None,
        expires_at: now.checked_add(LINK_LIFE)?,
    };
    let (_, secret) = app.store.link_tokens().create(environment, new, now).await?;
    Ok(Some(format!("{}/link/{}", server.public_url(), secret.expose_secret())))
}

fn refused(error: ApiError) -> anyhow::Error {
    anyhow!("{}", error.message())
}

fn ready_line(server: &Server, api_token: &str, connected: &[Connected]) -> Value {
    let by_vendor = |value: &dyn Fn(&Connected) -> Value| -> Map<String, Value> {
        connected.iter().map(|one| (one.vendor.to_string(), value(one))).collect()
    };
    json!({
        "listen": server.address.to_string(),
        "api_token": api_token,
        // There is no dashboard yet.
        "dashboard_url": Value::Null,
        "sandboxes": by_vendor(&|one| json!(one.sandbox.url())),
        "accounts": by_vendor(&|one| json!(one.account)),
        "mcp_servers": by_vendor(&|one| json!({"id": one.server.server.id, "url": one.server.url, "token": one.server.token})),
    })
}

fn ready_text(server: &Server, api_token: &str, connected: &[Connected], program: &str) -> String {
    let mut lines = vec!["Tidegate demo: everything runs on this machine and is gone when you press Ctrl-C.\n".to_owned()];
    for one in connected {
        lines.push(format!("{}, {} tools", one.label, one.server.tool_count));
        lines.push(format!("  MCP URL      {}", one.server.url));
        if let Some(snippet) = one.snippet(program, LINE_CLIENT) {
            lines.push(format!("  Claude Code  {}", snippet.text));
        }
        lines.push(format!("  then ask     {}", prompt(one.vendor)));
        lines.push(format!("  its sandbox  {}/__sandbox/state\n", one.sandbox.url()));
    }
    if let Some(one) = connected.first() {
        lines.push("In other clients, with the first URL (docs/clients.md has more)".to_owned());
        for snippet in FILE_CLIENTS.iter().flat_map(|client| one.snippet(program, client)) {
            let note = snippet.note.as_ref().map(|note| format!("    # {note}\n")).unwrap_or_default();
            lines.push(format!("  {}: {}\n    {}\n{note}", snippet.label, snippet.place, snippet.text.replace('\n', "\n    ")));
        }
    }
    for (one, link) in connected.iter().filter_map(|one| Some((one, one.link.as_ref()?))) {
        lines.push(format!("Connect another {} account in a browser, as your customers do\n  {link}\n", one.label));
    }
    lines.push(format!("Management API  http://{}/docs", server.address));
    lines.push(format!("  API token     {api_token}"));
    lines.join("\n")
}
