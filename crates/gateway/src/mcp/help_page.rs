//! What a person sees who opens an MCP URL in a browser.

use maud::{DOCTYPE, Markup, html};

/// The page. It does not repeat the URL, which is a secret.
pub(crate) fn render() -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                meta name="referrer" content="no-referrer";
                title { "MCP server" }
                style { "body{font:16px/1.5 system-ui,sans-serif;max-width:38rem;margin:4rem auto;padding:0 1rem}" }
            }
            body {
                h1 { "This is an MCP server" }
                p { "The address in your browser is for an AI client, not for a person: add it as a custom connector or MCP server in Claude, ChatGPT, Cursor or another client." }
                p { "Treat the address like a password: whoever has it can use the tools behind it." }
            }
        }
    }
}
