//! docs/clients.md, made from the table.

use std::fmt::Write;
use std::path::Path;

use store::Auth;

use super::{CLIENTS, Connection, Kind, Language, PROGRAM, Snippet};

const INTRODUCTION: &str = "\
# Connecting clients

One URL serves every client. This page has, for each, what to write where, and what the client makes of servers. The same texts, with
your URL in them, are in the answers that carry the URL (`snippets`, when a server is made or rotated), and come from

```sh
tidegate mcp snippet MCP_ID --client cursor --url \"$URL\"
```

which asks the server at `TIDEGATE_URL` (by default `http://127.0.0.1:8700`), with the API token in `TIDEGATE_API_TOKEN` or in the file that
`TIDEGATE_API_TOKEN_FILE` names.

Here the server is kept under the name `sendoso`. Any name of lower-case letters, digits and hyphens will do; give two servers of the same
integration different ones. Names are short because clients put them before the names of tools, and cut or refuse what gets too long.

The URL is a secret: whoever has it can use the account. A server with `require_api_token_auth` (the same as `auth: bearer`) also asks for an API
token of its environment (`tidegate token create`); the second form of each text is for such servers. Where a client reads variables the token
stays out of its files: the texts name `TIDEGATE_API_TOKEN`. `<API_TOKEN>` is to be replaced.

Beware of texts elsewhere that start the npm package `@modelcontextprotocol/server-sse`: there is no such package.
";

const CHECKS: &str = "\
## How these texts are checked

Every text is parsed by a test, and files have the shape that their clients document. `tests/e2e/test_snippets.py` runs those of curl,
mcp-remote, `tidegate connect` and MCP Inspector against a running server, as they are printed. Claude Code, Gemini CLI and Codex are too large to be
installed for every run: `tests/e2e/installed_clients.py` runs their commands, compares what they write with the files above, and asks Claude
Code and Gemini CLI whether they reach the server. The rest (Claude Desktop's own window, the web assistants, Cursor, VS Code, Windsurf,
Goose, Zed and the model APIs) is written from documentation and was not run.
";

/// The page as the table has it.
fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    let connection = |auth| Connection { key: "sendoso", url: "https://tidegate.example.com/mcp/tg_SECRET", auth, program: PROGRAM };
    for client in CLIENTS {
        let _ = write!(page, "\n## {}\n\n`--client {}`\n\n", client.label, client.id);
        for limit in client.limits {
            let _ = writeln!(page, "* {limit}");
        }
        for snippet in client.snippets(&connection(Auth::Url)) {
            section(&mut page, &snippet, "");
        }
        for snippet in client.snippets(&connection(Auth::Bearer)) {
            section(&mut page, &snippet, ", with an API token");
        }
    }
    format!("{page}\n{CHECKS}")
}

fn section(page: &mut String, snippet: &Snippet, suffix: &str) {
    let fence = match snippet.language {
        Language::Json => "json",
        Language::Toml => "toml",
        Language::Yaml => "yaml",
        Language::Sh => "sh",
        Language::Text => "text",
    };
    let _ = write!(page, "\n**{}{suffix}** — {}\n\n", snippet.label, snippet.place);
    let _ = match snippet.kind {
        Kind::Unsupported | Kind::Steps => writeln!(page, "{}", snippet.text),
        Kind::File | Kind::Command | Kind::Link => writeln!(page, "```{fence}\n{}\n```", snippet.text.trim_end()),
    };
    if let Some(note) = &snippet.note {
        let _ = writeln!(page, "\n{note}");
    }
}

#[test]
fn the_page_about_clients_is_in_step_with_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/clients.md");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let current = page();
    if written != current {
        let fresh = path.with_extension("md.new");
        std::fs::write(&fresh, current).unwrap();
        panic!("docs/clients.md is not what the table says; look at {} and move it there", fresh.display());
    }
}
