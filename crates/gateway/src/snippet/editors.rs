//! Editors.

use serde_json::{Value, json};

use super::text::{base64_escaped, escaped, json as pretty};
use super::{Client, Connection, KEEP_OUT_OF_VERSION_CONTROL, Language, Snippet, TOKEN_PLACEHOLDER, TOKEN_VARIABLE, Token};

pub(super) const CURSOR: Client = Client {
    id: "cursor",
    label: "Cursor",
    limits: &["About 40 tools of all servers together are usable: filter the server by `methods` and `tags`."],
    render: cursor,
};

pub(super) const VSCODE: Client = Client {
    id: "vscode",
    label: "VS Code",
    limits: &["At most 128 tools of all servers together in one request.", "Tools are used in agent mode."],
    render: vscode,
};

pub(super) const WINDSURF: Client = Client {
    id: "windsurf",
    label: "Windsurf",
    limits: &["At most 100 tools of all servers together.", "The key is `serverUrl`; with `url` the server is not found."],
    render: windsurf,
};

pub(super) const ZED: Client =
    Client { id: "zed", label: "Zed", limits: &["Zed uses tools and prompts, and reads the list again when it changes."], render: zed };

/// The input that VS Code asks the token in.
const VSCODE_INPUT: &str = "tidegate_api_token";

fn cursor(connection: &Connection<'_>) -> Vec<Snippet> {
    let Connection { key, url, .. } = connection;
    let entry = with_header(connection, json!({"url": url}), &format!("${{env:{TOKEN_VARIABLE}}}"));
    let link = format!("cursor://anysphere.cursor-deeplink/mcp/install?name={key}&config={}", base64_escaped(&entry));
    let text = pretty(&json!({"mcpServers": {*key: entry}}));
    vec![
        Snippet::file("Cursor, file", "~/.cursor/mcp.json, or .cursor/mcp.json in a project", Language::Json, text)
            .noted(KEEP_OUT_OF_VERSION_CONTROL.to_owned())
            .noted(connection.token_note(Token::Variable)),
        Snippet::link("Cursor, link", link).noted(connection.token_note(Token::Variable)),
    ]
}

fn vscode(connection: &Connection<'_>) -> Vec<Snippet> {
    let Connection { key, url, .. } = connection;
    let entry = with_header(connection, json!({"type": "http", "url": url}), &format!("${{input:{VSCODE_INPUT}}}"));
    let inputs = json!([{"type": "promptString", "id": VSCODE_INPUT, "description": "Tidegate API token", "password": true}]);
    let mut file = json!({"servers": {*key: &entry}});
    let mut install = json!({"name": key});
    if let (Value::Object(install), Value::Object(entry)) = (&mut install, entry) {
        install.extend(entry);
    }
    if connection.asks_for_token() {
        file["inputs"] = inputs.clone();
        install["inputs"] = inputs;
    }
    let link = format!("vscode:mcp/install?{}", escaped(&install.to_string()));
    vec![
        Snippet::file("VS Code, file", ".vscode/mcp.json in a project", Language::Json, pretty(&file))
            .noted(KEEP_OUT_OF_VERSION_CONTROL.to_owned())
            .noted(connection.token_note(Token::Prompt)),
        Snippet::link("VS Code, link", link).noted(connection.token_note(Token::Prompt)),
    ]
}

fn windsurf(connection: &Connection<'_>) -> Vec<Snippet> {
    let Connection { key, url, .. } = connection;
    let entry = with_header(connection, json!({"serverUrl": url}), &format!("${{env:{TOKEN_VARIABLE}}}"));
    let text = pretty(&json!({"mcpServers": {*key: entry}}));
    vec![
        Snippet::file("Windsurf, file", "~/.codeium/windsurf/mcp_config.json", Language::Json, text)
            .noted(connection.token_note(Token::Variable)),
    ]
}

fn zed(connection: &Connection<'_>) -> Vec<Snippet> {
    let Connection { key, url, .. } = connection;
    let entry = with_header(connection, json!({"url": url}), TOKEN_PLACEHOLDER);
    let text = pretty(&json!({"context_servers": {*key: entry}}));
    vec![
        Snippet::file("Zed, file", "settings.json (macOS, Linux: ~/.config/zed/, Windows: %APPDATA%\\Zed\\)", Language::Json, text)
            .noted("Merge it into the file.".to_owned())
            .noted(connection.token_note(Token::Placeholder)),
    ]
}

/// The entry with the header that a server with `auth: bearer` asks for. `token` is what the client puts the token for.
pub(super) fn with_header(connection: &Connection<'_>, mut entry: Value, token: &str) -> Value {
    if connection.asks_for_token() {
        entry["headers"] = json!({"Authorization": format!("Bearer {token}")});
    }
    entry
}
