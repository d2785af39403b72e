//! `tidegate mcp snippet`: what to write where, for each client.

use clap::Args;
use clap::builder::PossibleValuesParser;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::{Value, json};
use store::{Auth, McpServerId};
use url::Url;

use super::api::Api;
use super::mcp;
use crate::cli::output;
use crate::config::Unquoted;
use crate::snippet::{CLIENTS, Connection, Kind, PROGRAM, Snippet, Snippets, server_key};

/// Every client at once.
const ALL: &str = "all";
/// Stands for the URL, which no server can tell again.
const URL_PLACEHOLDER: &str = "<MCP_URL>";

#[derive(Args)]
pub(super) struct SnippetArgs {
    /// The server's id
    pub(super) mcp_id: Option<McpServerId>,

    /// The client, or all [default: only names the clients]
    #[arg(long, value_name = "NAME", requires = "mcp_id", hide_possible_values = true, value_parser = clients())]
    pub(super) client: Option<String>,

    /// The URL as it was shown when the server was made or rotated
    #[arg(long, requires = "client", value_parser = Unquoted(http_url))]
    pub(super) url: Option<String>,
}

fn clients() -> PossibleValuesParser {
    PossibleValuesParser::new(CLIENTS.iter().map(|client| client.id).chain([ALL]))
}

/// As it was given: a URL that is parsed and written again may differ.
fn http_url(text: &str) -> Result<String, String> {
    let is_http = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if is_http { Ok(text.to_owned()) } else { Err("give the whole URL, like https://tidegate.example.com/mcp/tg_…".to_owned()) }
}

/// Names the clients there are texts for.
pub(super) fn list_clients(as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let clients = CLIENTS.iter().map(|client| json!({"client": client.id, "label": client.label, "limits": client.limits}));
        return output::line(Value::from_iter(clients));
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["--client", "CLIENT"]);
    for client in CLIENTS {
        table.add_row([client.id, client.label]);
    }
    output::line(table.trim_fmt())
}

/// Prints the texts that connect `client` with a server.
pub(super) async fn print(api: &Api, id: McpServerId, client: &str, url: Option<&str>, as_json: bool) -> anyhow::Result<()> {
    let server = mcp::find(api, id).await?;
    let key = key(api, &server).await?;
    let auth = if server["config"]["require_api_token_auth"] == true { Auth::Bearer } else { Auth::Url };
    let connection = Connection { key: &key, url: url.unwrap_or(URL_PLACEHOLDER), auth, program: PROGRAM };
    let mut snippets = Snippets::of(&connection);
    if client != ALL {
        snippets.keep(|id, _| id == client);
    }
    if url.is_none() {
        // What is encoded has no place that a URL could be put in by hand.
        snippets.keep(|_, snippet| snippet.kind != Kind::Link);
        eprintln!(
            "note: a server's URL is shown only once; put it in the place of {URL_PLACEHOLDER}, or give it with --url (`tidegate mcp rotate {id}` makes a new one)"
        );
    }
    if as_json { output::line(json!(snippets)) } else { output::line(for_people(&snippets)) }
}

/// The server's key, made of the same facts as in the answer that carried its URL.
async fn key(api: &Api, server: &Value) -> anyhow::Result<String> {
    let account = api.get(&format!("/integrated-account/{}", server["integrated_account_id"].as_str().unwrap_or_default())).await?;
    let integration = account["integration"].as_str().unwrap_or_default();
    let tools = api.get(&format!("/integration/{integration}/tools")).await?;
    let names = tools["result"].as_array().into_iter().flatten().filter_map(|tool| tool["name"].as_str());
    Ok(server_key(integration, names.map(str::len).max().unwrap_or_default()))
}

/// Each text under a line that says what it is and where it goes.
fn for_people(snippets: &Snippets) -> String {
    let text = |snippet: &Snippet| {
        let note = snippet.note.as_ref().map(|note| format!("\n# {note}")).unwrap_or_default();
        format!("# {}: {}\n{}{note}\n", snippet.label, snippet.place, snippet.text.trim_end())
    };
    snippets.iter().map(text).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}
