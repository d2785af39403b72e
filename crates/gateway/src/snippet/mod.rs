//! How each MCP client is told of a server: one table, from which the management API, the command line, the demo and
//! docs/clients.md all take their texts. Nothing here is secret but the URL, which comes from outside.
//!
//! Sources: the clients' own documentation; for Claude Code, Gemini CLI and Codex what their `mcp add` commands write.

mod apis;
mod desktop;
mod editors;
mod key;
#[cfg(test)]
mod page;
mod terminals;
#[cfg(test)]
mod tests;
mod text;
mod web;

pub(crate) use key::server_key;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use store::Auth;
use utoipa::ToSchema;

/// Where users keep the API token that a server with `auth: bearer` asks for, in clients that read variables.
const TOKEN_VARIABLE: &str = "TIDEGATE_API_TOKEN";
/// Stands for that token in clients that read none. Never the token itself: a configuration outlives the moment.
const TOKEN_PLACEHOLDER: &str = "<API_TOKEN>";

/// How this program is called where it is on the path.
pub(crate) const PROGRAM: &str = "tidegate";
/// For files that a project's repository would carry on.
const KEEP_OUT_OF_VERSION_CONTROL: &str = "The URL is a secret: in a project, keep the file out of version control.";

/// Every client there is a text for, best known first.
pub(crate) const CLIENTS: &[Client] = &[
    desktop::CLAUDE_DESKTOP,
    web::CLAUDE_WEB,
    terminals::CLAUDE_CODE,
    web::CHATGPT,
    terminals::CODEX,
    editors::CURSOR,
    editors::VSCODE,
    editors::WINDSURF,
    terminals::GEMINI_CLI,
    desktop::GOOSE,
    editors::ZED,
    terminals::CURL,
    apis::ANTHROPIC_API,
    apis::OPENAI_API,
    terminals::INSPECTOR,
];

/// A program that speaks MCP.
pub(crate) struct Client {
    /// How commands and the API name it.
    pub id: &'static str,
    /// How people name it.
    pub label: &'static str,
    /// What its users should know about servers in it, a sentence each.
    pub limits: &'static [&'static str],
    render: fn(&Connection<'_>) -> Vec<Snippet>,
}

/// What a client needs to know of a server.
#[derive(Clone, Copy)]
pub(crate) struct Connection<'a> {
    /// The name under which the client keeps the server; see [`server_key`].
    pub key: &'a str,
    pub url: &'a str,
    pub auth: Auth,
    /// How the client starts this program as a bridge: [`PROGRAM`], or the path of it.
    pub program: &'a str,
}

store::lacks!(Connection<'_>: std::fmt::Debug, std::fmt::Display, Serialize);

/// One way to connect a client: a text, and where it goes.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Snippet {
    /// The client, and which of its ways this is.
    #[schema(example = "Claude Desktop, with mcp-remote")]
    pub label: String,
    pub kind: Kind,
    /// The file, terminal or menu that the text is for.
    #[serde(rename = "where")]
    pub place: &'static str,
    pub language: Language,
    pub text: String,
    /// What has to be done or known besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

store::lacks!(Snippet: std::fmt::Debug, std::fmt::Display);

/// What is done with a text: written into a file, run, followed, opened; `unsupported` says why nothing can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SnippetKind)]
pub(crate) enum Kind {
    File,
    Command,
    Steps,
    Link,
    Unsupported,
}

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SnippetLanguage)]
pub(crate) enum Language {
    Json,
    Toml,
    Yaml,
    Sh,
    Text,
}

/// The texts of every client for one server, in the table's order: `{"claude-code": [{…}, {…}], …}`.
pub(crate) struct Snippets(Vec<(&'static str, Vec<Snippet>)>);

impl Client {
    /// Every way to connect this client, the recommended one first. At least one, even if it only says that it is not
    /// possible.
    fn snippets(&self, connection: &Connection<'_>) -> Vec<Snippet> {
        (self.render)(connection)
    }
}

impl Snippets {
    pub(crate) fn of(connection: &Connection<'_>) -> Self {
        Self(CLIENTS.iter().map(|client| (client.id, client.snippets(connection))).collect())
    }

    /// Drops the texts that `wanted`, told the client's id and the text, does not want, and clients left without any.
    pub(crate) fn keep(&mut self, wanted: impl Fn(&str, &Snippet) -> bool) {
        for (client, snippets) in &mut self.0 {
            snippets.retain(|snippet| wanted(client, snippet));
        }
        self.0.retain(|(_, snippets)| !snippets.is_empty());
    }

    /// The texts of one client of [`CLIENTS`].
    pub(crate) fn get(&self, id: &str) -> &[Snippet] {
        self.0.iter().find(|(client, _)| *client == id).map_or(&[], |(_, snippets)| snippets)
    }

    /// All texts, client by client.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Snippet> {
        self.0.iter().flat_map(|(_, snippets)| snippets)
    }
}

impl Serialize for Snippets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (client, snippets) in &self.0 {
            map.serialize_entry(client, snippets)?;
        }
        map.end()
    }
}

impl Connection<'_> {
    /// Whether the server asks for an API token besides its URL.
    fn asks_for_token(&self) -> bool {
        self.auth == Auth::Bearer
    }

    /// What has to be done about that token, if it is asked for.
    fn token_note(&self, token: Token) -> Option<String> {
        self.asks_for_token().then(|| match token {
            Token::Variable => format!("Set the environment variable `{TOKEN_VARIABLE}` to an API token of the server's environment."),
            Token::Placeholder => format!("Replace `{TOKEN_PLACEHOLDER}` by an API token of the server's environment."),
            Token::Prompt => "The editor asks for an API token of the server's environment once and keeps it.".to_owned(),
        })
    }
}

/// Where a client takes the API token from.
#[derive(Clone, Copy)]
enum Token {
    Variable,
    Placeholder,
    Prompt,
}

impl Snippet {
    fn file(label: &str, place: &'static str, language: Language, text: String) -> Self {
        Self { label: label.to_owned(), kind: Kind::File, place, language, text, note: None }
    }

    fn command(label: &str, text: String) -> Self {
        Self { label: label.to_owned(), kind: Kind::Command, place: "a terminal", language: Language::Sh, text, note: None }
    }

    fn link(label: &str, text: String) -> Self {
        Self { label: label.to_owned(), kind: Kind::Link, place: "a browser's address bar", language: Language::Text, text, note: None }
    }

    fn steps(label: &str, place: &'static str, steps: &[String]) -> Self {
        let numbered: Vec<String> = (1..).zip(steps).map(|(number, step)| format!("{number}. {step}")).collect();
        Self { label: label.to_owned(), kind: Kind::Steps, place, language: Language::Text, text: numbered.join("\n"), note: None }
    }

    fn unsupported(label: &str, place: &'static str, reason: &str) -> Self {
        Self { label: label.to_owned(), kind: Kind::Unsupported, place, language: Language::Text, text: reason.to_owned(), note: None }
    }

    /// Adds sentences to the note.
    fn noted(mut self, note: impl Into<Option<String>>) -> Self {
        self.note = match (self.note, note.into()) {
            (Some(before), Some(after)) => Some(format!("{before} {after}")),
            (before, after) => before.or(after),
        };
        self
    }
}
