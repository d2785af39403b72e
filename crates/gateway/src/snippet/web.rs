//! Assistants in a browser. They call from their vendor's cloud.

use super::{Client, Connection, Snippet};

pub(super) const CLAUDE_WEB: Client = Client {
    id: "claude-web",
    label: "Claude on the web, on phones, and Cowork",
    limits: &[
        "The server is called from Anthropic's cloud: only a public https URL works.",
        "The free plan has room for one custom connector.",
        "A result may have about 150,000 characters and take 300 seconds.",
    ],
    render: claude_web,
};

pub(super) const CHATGPT: Client = Client {
    id: "chatgpt",
    label: "ChatGPT",
    limits: &["The server is called from OpenAI's cloud: only a public https URL works.", "Custom servers need developer mode."],
    render: chatgpt,
};

/// What users of a server with `auth: bearer` can do instead.
const OTHER_WAYS: &str = "Change the server to `auth: url` (tidegate mcp update MCP_ID --auth url), so that the URL alone is the secret";

fn claude_web(connection: &Connection<'_>) -> Vec<Snippet> {
    let place = "Settings > Connectors";
    if connection.asks_for_token() {
        let reason = format!(
            "Not possible: a connector can send no API token, and this server asks for one. {OTHER_WAYS}, or use Claude Desktop, whose bridge sends the token."
        );
        return vec![Snippet::unsupported("Claude on the web", place, &reason)];
    }
    let steps = [
        "Choose Add custom connector.".to_owned(),
        format!("Name: {}", connection.key),
        format!("Remote MCP server URL: {}", connection.url),
        "Leave the OAuth fields empty and choose Add.".to_owned(),
    ];
    vec![Snippet::steps("Claude on the web", place, &steps).noted("On a team's plan an owner adds it for everyone.".to_owned())]
}

fn chatgpt(connection: &Connection<'_>) -> Vec<Snippet> {
    let place = "Settings > Apps (Connectors)";
    if connection.asks_for_token() {
        let reason = format!("Not possible: ChatGPT sends no headers of yours, and this server asks for an API token. {OTHER_WAYS}.");
        return vec![Snippet::unsupported("ChatGPT", place, &reason)];
    }
    let steps = [
        "Under Advanced, turn on Developer mode.".to_owned(),
        "Choose Create.".to_owned(),
        format!("Name: {}", connection.key),
        format!("MCP server URL: {}", connection.url),
        "Authentication: none. Then choose Create.".to_owned(),
    ];
    vec![Snippet::steps("ChatGPT", place, &steps)]
}
