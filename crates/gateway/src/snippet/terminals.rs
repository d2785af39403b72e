//! Programs in a terminal.

use serde_json::json;

use super::editors::with_header;
use super::text::{json as pretty, string, word};
use super::{Client, Connection, KEEP_OUT_OF_VERSION_CONTROL, Language, Snippet, TOKEN_VARIABLE, Token};

pub(super) const CLAUDE_CODE: Client = Client {
    id: "claude-code",
    label: "Claude Code",
    limits: &[
        "A result is cut at 25,000 tokens, unless MAX_MCP_OUTPUT_TOKENS says otherwise.",
        "Models see a tool as `mcp__{server}__{tool}`: older releases refuse more than 64 characters.",
    ],
    render: claude_code,
};

pub(super) const CODEX: Client = Client {
    id: "codex",
    label: "Codex",
    limits: &[
        "Codex speaks Streamable HTTP only.",
        "It ignores `headers` and refuses a token in the file: the token comes from a variable.",
    ],
    render: codex,
};

pub(super) const GEMINI_CLI: Client = Client {
    id: "gemini-cli",
    label: "Gemini CLI",
    limits: &[
        "Models see a tool as `mcp_{server}_{tool}`, cut in the middle beyond 63 characters.",
        "A server's name must have no underscore: the policy engine takes it to end there.",
        "Servers work only in folders that you trust.",
    ],
    render: gemini_cli,
};

pub(super) const CURL: Client =
    Client { id: "curl", label: "curl", limits: &["No handshake and no session is needed: each request stands alone."], render: curl };

pub(super) const INSPECTOR: Client =
    Client { id: "inspector", label: "MCP Inspector", limits: &["Needs Node.js 22.19 or newer."], render: inspector };

/// Single-quoted in a command, so that the client keeps the reference and not the token.
fn header_reference(reference: &str) -> String {
    word(&format!("Authorization: Bearer {reference}"))
}

/// For programs that keep nothing: the shell puts the token in.
fn header_from_shell() -> String {
    format!("\"Authorization: Bearer ${TOKEN_VARIABLE}\"")
}

fn claude_code(connection: &Connection<'_>) -> Vec<Snippet> {
    let Connection { key, url, .. } = connection;
    let reference = format!("${{{TOKEN_VARIABLE}}}");
    let mut command = format!("claude mcp add --transport http {key} {}", word(url));
    if connection.asks_for_token() {
        command.push_str(&format!(" --header {}", header_reference(&reference)));
    }
    let entry = with_header(connection, json!({"type": "http", "url": url}), &reference);
    let text = pretty(&json!({"mcpServers": {*key: entry}}));
    vec![
        Snippet::command("Claude Code, command", command).noted(connection.token_note(Token::Variable)),
        Snippet::file("Claude Code, file", ".mcp.json in a project", Language::Json, text)
            .noted(KEEP_OUT_OF_VERSION_CONTROL.to_owned())
            .noted(connection.token_note(Token::Variable)),
    ]
}

fn codex(connection: &Connection<'_>) -> Vec<Snippet> {
    let Connection { key, url, .. } = connection;
    let mut command = format!("codex mcp add {key} --url {}", word(url));
    let mut entry = format!("[mcp_servers.{key}]\nurl = {}\n", string(url));
    if connection.asks_for_token() {
        command.push_str(&format!(" --bearer-token-env-var {TOKEN_VARIABLE}"));
        entry.push_str(&format!("bearer_token_env_var = {}\n", string(TOKEN_VARIABLE)));
    }
    vec![
        Snippet::command("Codex, command", command).noted(connection.token_note(Token::Variable)),
        Snippet::file("Codex, file", "~/.codex/config.toml", Language::Toml, entry).noted(connection.token_note(Token::Variable)),
    ]
}

/// For the user, not the project: `mcp add` drops a project's other entries in a folder that is not trusted.
fn gemini_cli(connection: &Connection<'_>) -> Vec<Snippet> {
    let Connection { key, url, .. } = connection;
    let reference = format!("${TOKEN_VARIABLE}");
    let header = if connection.asks_for_token() { format!(" --header {}", header_reference(&reference)) } else { String::new() };
    let command = format!("gemini mcp add --scope user --transport http{header} {key} {}", word(url));
    let entry = with_header(connection, json!({"url": url, "type": "http"}), &reference);
    let text = pretty(&json!({"mcpServers": {*key: entry}}));
    vec![
        Snippet::command("Gemini CLI, command", command).noted(connection.token_note(Token::Variable)),
        Snippet::file("Gemini CLI, file", "~/.gemini/settings.json, or .gemini/settings.json in a project", Language::Json, text)
            .noted(KEEP_OUT_OF_VERSION_CONTROL.to_owned())
            .noted(connection.token_note(Token::Variable)),
    ]
}

fn curl(connection: &Connection<'_>) -> Vec<Snippet> {
    let client = json!({"name": "curl", "version": "1"});
    let initialize = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}});
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
    let header = if connection.asks_for_token() { format!(" -H {}", header_from_shell()) } else { String::new() };
    let request = |label, message: serde_json::Value| {
        let command = format!(
            "curl -sS {} -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream'{header} -d {}",
            word(connection.url),
            word(&message.to_string())
        );
        Snippet::command(label, command).noted(connection.token_note(Token::Variable))
    };
    vec![request("curl, initialize", initialize), request("curl, tools/list", list)]
}

fn inspector(connection: &Connection<'_>) -> Vec<Snippet> {
    let header = if connection.asks_for_token() { format!(" --header {}", header_from_shell()) } else { String::new() };
    let command =
        format!("npx -y @modelcontextprotocol/inspector --cli {} --transport http --method tools/list{header}", word(connection.url));
    vec![Snippet::command("MCP Inspector, list the tools", command).noted(connection.token_note(Token::Variable))]
}
