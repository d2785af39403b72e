//! Desktop applications.

use serde_json::{Value, json};
use url::{Host, Url};

use super::text::{escaped, json as pretty, string, word};
use super::{Client, Connection, Language, PROGRAM, Snippet, TOKEN_PLACEHOLDER, Token};

pub(super) const CLAUDE_DESKTOP: Client = Client {
    id: "claude-desktop",
    label: "Claude Desktop",
    limits: &[
        "Its file starts programs that speak over standard input and output, so a bridge is needed: `tidegate connect` or `mcp-remote`.",
        "Both run on your machine, so the URL may be private or plain http.",
        "A result may have about 150,000 characters and take 300 seconds.",
    ],
    render: claude_desktop,
};

pub(super) const GOOSE: Client = Client {
    id: "goose",
    label: "Goose",
    limits: &["Goose speaks the latest revisions over Streamable HTTP, and runs on your machine, so the URL may be private or plain http."],
    render: goose,
};

const CLAUDE_DESKTOP_FILE: &str = "claude_desktop_config.json (macOS: ~/Library/Application Support/Claude/, Windows: %APPDATA%\\Claude\\)";

fn claude_desktop(connection: &Connection<'_>) -> Vec<Snippet> {
    let restart = "Merge it into the file if there is one, then quit and reopen Claude Desktop.";
    let file = |label: &str, entry: Value| {
        let text = pretty(&json!({"mcpServers": {connection.key: entry}}));
        Snippet::file(label, CLAUDE_DESKTOP_FILE, Language::Json, text)
            .noted(restart.to_owned())
            .noted(connection.token_note(Token::Placeholder))
    };
    let path = format!("If Claude Desktop does not find `{PROGRAM}`, give its full path.");
    vec![
        file("Claude Desktop, with tidegate connect", through_tidegate(connection)).noted((connection.program == PROGRAM).then_some(path)),
        file("Claude Desktop, with mcp-remote", through_mcp_remote(connection)).noted("Needs Node.js.".to_owned()),
    ]
}

fn through_tidegate(connection: &Connection<'_>) -> Value {
    bridge(connection, connection.program, vec!["connect", connection.url])
}

fn through_mcp_remote(connection: &Connection<'_>) -> Value {
    let mut arguments = vec!["-y", "mcp-remote", connection.url];
    if needs_allow_http(connection.url) {
        arguments.push("--allow-http");
    }
    bridge(connection, "npx", arguments)
}

/// Both bridges read variables in headers: a token among the arguments would be seen by other users of the machine.
fn bridge(connection: &Connection<'_>, program: &str, mut arguments: Vec<&str>) -> Value {
    if !connection.asks_for_token() {
        return json!({"command": program, "args": arguments});
    }
    // No space in the argument: on Windows it would become two.
    arguments.extend(["--header", "Authorization:${AUTH_HEADER}"]);
    json!({"command": program, "args": arguments, "env": {"AUTH_HEADER": format!("Bearer {TOKEN_PLACEHOLDER}")}})
}

/// mcp-remote speaks plain http only to these two hosts unless told otherwise.
fn needs_allow_http(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let is_local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.octets() == [127, 0, 0, 1],
        _ => false,
    };
    url.scheme() == "http" && !is_local
}

fn goose(connection: &Connection<'_>) -> Vec<Snippet> {
    let Connection { key, url, .. } = connection;
    let mut entry = format!(
        "extensions:\n  {key}:\n    enabled: true\n    type: streamable_http\n    name: {key}\n    description: {}\n    uri: {}\n    timeout: 300\n",
        string("Tools served by Tidegate"),
        string(url),
    );
    if connection.asks_for_token() {
        let header = string(&format!("Bearer {TOKEN_PLACEHOLDER}"));
        entry.push_str(&format!("    headers:\n      Authorization: {header}\n"));
    }
    let file =
        Snippet::file("Goose, file", "~/.config/goose/config.yaml (Windows: %APPDATA%\\Block\\goose\\config\\)", Language::Yaml, entry)
            .noted("If the file has `extensions:`, add only what is below it.".to_owned())
            .noted(connection.token_note(Token::Placeholder));
    if connection.asks_for_token() {
        // Neither the link nor the command takes headers in every release.
        return vec![file];
    }
    let link = format!("goose://extension?url={}&type=streamable_http&id={key}&name={key}&timeout=300", escaped(url));
    vec![
        file,
        Snippet::link("Goose, link", link),
        Snippet::command("Goose, for one session", format!("goose session --with-streamable-http-extension {}", word(url))),
    ]
}
