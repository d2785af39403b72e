//! Model APIs that call MCP servers themselves: parts of a request body.

use serde_json::json;

use super::text::json as pretty;
use super::{Client, Connection, Language, Snippet, TOKEN_PLACEHOLDER, Token};

pub(super) const ANTHROPIC_API: Client = Client {
    id: "anthropic-api",
    label: "Anthropic Messages API",
    limits: &[
        "The server is called from Anthropic's cloud: only a public https URL works.",
        "Only tools are used; `authorization_token` is the only header.",
    ],
    render: anthropic_api,
};

pub(super) const OPENAI_API: Client = Client {
    id: "openai-api",
    label: "OpenAI Responses API",
    limits: &[
        "The server is called from OpenAI's cloud: only a public https URL works.",
        "At most 128 tools in one request.",
        "The token has to be sent with each request.",
    ],
    render: openai_api,
};

fn anthropic_api(connection: &Connection<'_>) -> Vec<Snippet> {
    let mut server = json!({"type": "url", "url": connection.url, "name": connection.key});
    if connection.asks_for_token() {
        server["authorization_token"] = json!(TOKEN_PLACEHOLDER);
    }
    let fragment = json!({"mcp_servers": [server], "tools": [{"type": "mcp_toolset", "mcp_server_name": connection.key}]});
    vec![
        Snippet::file("Anthropic Messages API", "the body of POST /v1/messages", Language::Json, pretty(&fragment))
            .noted("Send the header `anthropic-beta: mcp-client-2025-11-20`.".to_owned())
            .noted(connection.token_note(Token::Placeholder)),
    ]
}

fn openai_api(connection: &Connection<'_>) -> Vec<Snippet> {
    let mut tool = json!({"type": "mcp", "server_label": connection.key, "server_url": connection.url});
    if connection.asks_for_token() {
        tool["authorization"] = json!(TOKEN_PLACEHOLDER);
    }
    // Reading tools say so in their annotations; what writes at the vendor is asked about first.
    tool["require_approval"] = json!({"never": {"read_only": true}});
    vec![
        Snippet::file("OpenAI Responses API", "the body of POST /v1/responses", Language::Json, pretty(&json!({"tools": [tool]})))
            .noted("Reading tools run at once, others after your approval; `\"require_approval\": \"never\"` lets all run.".to_owned())
            .noted(connection.token_note(Token::Placeholder)),
    ]
}
