//! Every text of the table is one that its reader can parse, and says what it should.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use store::Auth;
use url::Url;

use super::{CLIENTS, Connection, Kind, Language, PROGRAM, Snippet, Snippets};

/// What a public URL may hold at worst.
const URL: &str = "https://gate.example/it's$HOME;a&b/mcp/tg_0-_";
const TOKEN: &str = "TIDEGATE_API_TOKEN";

fn connection(auth: Auth) -> Connection<'static> {
    Connection { key: "help-desk", url: URL, auth, program: PROGRAM }
}

fn snippets(client: &str, auth: Auth) -> Vec<Snippet> {
    Snippets::of(&connection(auth)).get(client).to_vec()
}

fn all() -> impl Iterator<Item = (Auth, Snippet)> {
    [Auth::Url, Auth::Bearer]
        .into_iter()
        .flat_map(|auth| CLIENTS.iter().flat_map(move |client| client.snippets(&connection(auth))).map(move |snippet| (auth, snippet)))
}

/// What a snippet's text means, as JSON.
fn parsed(snippet: &Snippet) -> Value {
    match snippet.language {
        Language::Json => serde_json::from_str(&snippet.text).unwrap(),
        Language::Toml => toml::from_str(&snippet.text).unwrap(),
        Language::Yaml => serde_saphyr::from_str(&snippet.text).unwrap(),
        Language::Sh | Language::Text => panic!("{} is no data: {}", snippet.label, snippet.text),
    }
}

/// The words that a shell makes of a command, with the API token's variable set to `T`.
fn words(command: &str) -> Vec<String> {
    let script = format!("set -- {command}\nprintf '%s\\n' \"$@\"");
    let output = Command::new("sh").args(["-euc", &script]).env(TOKEN, "T").output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn header(value: &str) -> Value {
    json!({"Authorization": value})
}

#[test]
fn ids_are_unique_and_every_client_has_a_way_or_a_reason() {
    let mut ids: Vec<&str> = CLIENTS.iter().map(|client| client.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), CLIENTS.len());
    for client in CLIENTS {
        assert!(!client.limits.is_empty() && !client.snippets(&connection(Auth::Url)).is_empty(), "{}", client.id);
        assert!(client.snippets(&connection(Auth::Url)).iter().all(|snippet| snippet.kind != Kind::Unsupported), "{}", client.id);
    }
    for (_, snippet) in all() {
        let data = matches!(snippet.language, Language::Json | Language::Toml | Language::Yaml);
        assert_eq!(data, snippet.kind == Kind::File, "{}", snippet.text);
        assert_eq!(snippet.language == Language::Sh, snippet.kind == Kind::Command, "{}", snippet.text);
    }
}

#[test]
fn none_names_the_package_that_does_not_exist() {
    for (_, snippet) in all() {
        assert!(!snippet.text.contains("server-sse"), "{}", snippet.text);
    }
}

#[test]
fn a_token_is_named_where_one_is_asked_for_and_only_there() {
    for (auth, snippet) in all() {
        if snippet.kind == Kind::Unsupported {
            assert_eq!(auth, Auth::Bearer, "{}", snippet.text);
            continue;
        }
        let text = percent_decoded(&snippet.text);
        let text = text.rsplit_once("&config=").map_or(text.clone(), |(_, config)| decoded(config));
        let mentions = [TOKEN, "<API_TOKEN>", "${input:tidegate_api_token}"].iter().any(|token| text.contains(token));
        assert_eq!(mentions, auth == Auth::Bearer, "{}", snippet.text);
        assert_eq!(
            snippet.note.as_deref().unwrap_or_default().contains("API token"),
            auth == Auth::Bearer,
            "{}",
            snippet.note.as_deref().unwrap_or_default()
        );
    }
}

#[test]
fn files_have_the_form_that_their_clients_document() {
    let cases = [
        (
            "claude-code",
            1,
            json!({"mcpServers": {"help-desk": {"type": "http", "url": URL}}}),
            "/mcpServers/help-desk/headers",
            "Bearer ${TIDEGATE_API_TOKEN}",
        ),
        (
            "cursor",
            0,
            json!({"mcpServers": {"help-desk": {"url": URL}}}),
            "/mcpServers/help-desk/headers",
            "Bearer ${env:TIDEGATE_API_TOKEN}",
        ),
        (
            "vscode",
            0,
            json!({"servers": {"help-desk": {"type": "http", "url": URL}}}),
            "/servers/help-desk/headers",
            "Bearer ${input:tidegate_api_token}",
        ),
        (
            "windsurf",
            0,
            json!({"mcpServers": {"help-desk": {"serverUrl": URL}}}),
            "/mcpServers/help-desk/headers",
            "Bearer ${env:TIDEGATE_API_TOKEN}",
        ),
        (
            "gemini-cli",
            1,
            json!({"mcpServers": {"help-desk": {"url": URL, "type": "http"}}}),
            "/mcpServers/help-desk/headers",
            "Bearer $TIDEGATE_API_TOKEN",
        ),
        ("zed", 0, json!({"context_servers": {"help-desk": {"url": URL}}}), "/context_servers/help-desk/headers", "Bearer <API_TOKEN>"),
        (
            "goose",
            0,
            json!({"extensions": {"help-desk": {
                "enabled": true, "type": "streamable_http", "name": "help-desk", "description": "Tools served by Tidegate", "uri": URL, "timeout": 300,
            }}}),
            "/extensions/help-desk/headers",
            "Bearer <API_TOKEN>",
        ),
    ];
    for (client, index, expected, pointer, value) in cases {
        assert_eq!(parsed(&snippets(client, Auth::Url)[index]), expected, "{client}");
        let mut guarded = parsed(&snippets(client, Auth::Bearer)[index]);
        assert_eq!(guarded.pointer(pointer), Some(&header(value)), "{client}");
        let (entry, _) = pointer.rsplit_once('/').unwrap();
        guarded.pointer_mut(entry).unwrap().as_object_mut().unwrap().shift_remove("headers");
        guarded.as_object_mut().unwrap().shift_remove("inputs");
        assert_eq!(guarded, expected, "{client}: only the headers differ");
    }
}

#[test]
fn bridges_are_started_with_the_url_and_the_header() {
    let bridge = |index: usize, auth| parsed(&snippets("claude-desktop", auth)[index])["mcpServers"]["help-desk"].clone();
    assert_eq!(bridge(0, Auth::Url), json!({"command": "tidegate", "args": ["connect", URL]}));
    assert_eq!(
        bridge(0, Auth::Bearer),
        json!({"command": "tidegate", "args": ["connect", URL, "--header", "Authorization:${AUTH_HEADER}"],
               "env": {"AUTH_HEADER": "Bearer <API_TOKEN>"}})
    );
    assert_eq!(bridge(1, Auth::Url), json!({"command": "npx", "args": ["-y", "mcp-remote", URL]}));
    assert_eq!(
        bridge(1, Auth::Bearer),
        json!({"command": "npx", "args": ["-y", "mcp-remote", URL, "--header", "Authorization:${AUTH_HEADER}"],
               "env": {"AUTH_HEADER": "Bearer <API_TOKEN>"}})
    );
}

#[test]
fn a_bridge_is_looked_for_on_the_path_or_started_where_it_is() {
    let bridge = |program| {
        let connection = Connection { program, ..connection(Auth::Url) };
        let snippet = Snippets::of(&connection).get("claude-desktop")[0].clone();
        (parsed(&snippet)["mcpServers"]["help-desk"]["command"].clone(), snippet.note.unwrap().contains("full path"))
    };
    assert_eq!(bridge(PROGRAM), (json!("tidegate"), true));
    assert_eq!(bridge(r"C:\x y\tidegate.exe"), (json!(r"C:\x y\tidegate.exe"), false));
}

#[test]
fn files_in_projects_are_to_be_kept_out_of_version_control() {
    let in_project: Vec<_> = all().filter(|(_, snippet)| snippet.place.contains("project")).collect();
    assert_eq!(in_project.len(), 2 * 4, "Claude Code, Cursor, VS Code, Gemini CLI");
    for (_, snippet) in in_project {
        assert!(snippet.note.as_deref().unwrap_or_default().contains("keep the file out of version control"), "{}", snippet.text);
    }
}

#[test]
fn mcp_remote_is_told_of_plain_http_beyond_this_machine() {
    let arguments = |url| {
        let connection = Connection { url, ..connection(Auth::Url) };
        parsed(&Snippets::of(&connection).get("claude-desktop")[1])["mcpServers"]["help-desk"]["args"].as_array().unwrap().len() > 3
    };
    assert!(arguments("http://10.0.0.5:8700/mcp/tg_x"));
    assert!(arguments("http://[::1]:8700/mcp/tg_x"));
    assert!(!arguments("http://127.0.0.1:8700/mcp/tg_x"));
    assert!(!arguments("http://localhost:8700/mcp/tg_x"));
    assert!(!arguments("https://gate.example/mcp/tg_x"));
}

#[test]
fn codex_takes_the_token_from_a_variable() {
    assert_eq!(parsed(&snippets("codex", Auth::Url)[1]), json!({"mcp_servers": {"help-desk": {"url": URL}}}));
    let guarded = json!({"mcp_servers": {"help-desk": {"url": URL, "bearer_token_env_var": TOKEN}}});
    assert_eq!(parsed(&snippets("codex", Auth::Bearer)[1]), guarded);
}

#[test]
fn vs_code_asks_for_the_token() {
    let input = json!([{"type": "promptString", "id": "tidegate_api_token", "description": "Tidegate API token", "password": true}]);
    assert_eq!(parsed(&snippets("vscode", Auth::Bearer)[0])["inputs"], input);
}

#[test]
fn model_apis_are_given_the_server_and_the_token() {
    let anthropic = |auth| parsed(&snippets("anthropic-api", auth)[0]);
    let toolset = json!([{"type": "mcp_toolset", "mcp_server_name": "help-desk"}]);
    assert_eq!(anthropic(Auth::Url), json!({"mcp_servers": [{"type": "url", "url": URL, "name": "help-desk"}], "tools": toolset}));
    assert_eq!(anthropic(Auth::Bearer)["mcp_servers"][0]["authorization_token"], "<API_TOKEN>");
    let openai = |auth| parsed(&snippets("openai-api", auth)[0])["tools"][0].clone();
    assert_eq!(
        openai(Auth::Url),
        json!({"type": "mcp", "server_label": "help-desk", "server_url": URL, "require_approval": {"never": {"read_only": true}}})
    );
    assert_eq!(openai(Auth::Bearer)["authorization"], "<API_TOKEN>");
}

#[test]
fn commands_are_the_words_that_their_programs_document() {
    let command = |client, index: usize, auth| words(&snippets(client, auth)[index].text);
    assert_eq!(command("claude-code", 0, Auth::Url), ["claude", "mcp", "add", "--transport", "http", "help-desk", URL]);
    assert_eq!(
        command("claude-code", 0, Auth::Bearer)[6..],
        [URL, "--header", "Authorization: Bearer ${TIDEGATE_API_TOKEN}"],
        "the client keeps the reference, not the token"
    );
    assert_eq!(command("codex", 0, Auth::Url), ["codex", "mcp", "add", "help-desk", "--url", URL]);
    assert_eq!(command("codex", 0, Auth::Bearer)[6..], ["--bearer-token-env-var", TOKEN]);
    assert_eq!(command("gemini-cli", 0, Auth::Url), ["gemini", "mcp", "add", "--scope", "user", "--transport", "http", "help-desk", URL]);
    assert_eq!(command("gemini-cli", 0, Auth::Bearer)[7..], ["--header", "Authorization: Bearer $TIDEGATE_API_TOKEN", "help-desk", URL]);
    assert_eq!(command("goose", 2, Auth::Url), ["goose", "session", "--with-streamable-http-extension", URL]);
    assert_eq!(
        command("inspector", 0, Auth::Bearer)[3..],
        ["--cli", URL, "--transport", "http", "--method", "tools/list", "--header", "Authorization: Bearer T"]
    );
    for index in [0, 1] {
        let words = command("curl", index, Auth::Bearer);
        assert_eq!(words[..3], ["curl", "-sS", URL]);
        assert!(words.contains(&"Authorization: Bearer T".to_owned()), "{words:?}");
        let message: Value = serde_json::from_str(words.last().unwrap()).unwrap();
        assert_eq!(message["method"], ["initialize", "tools/list"][index]);
    }
}

#[test]
fn links_hold_what_the_files_hold() {
    let cursor = Url::parse(&snippets("cursor", Auth::Bearer)[1].text).unwrap();
    assert_eq!((cursor.scheme(), cursor.host_str(), cursor.path()), ("cursor", Some("anysphere.cursor-deeplink"), "/mcp/install"));
    let query: Vec<(String, String)> = cursor.query_pairs().into_owned().collect();
    assert_eq!(query[0], ("name".to_owned(), "help-desk".to_owned()));
    let entry: Value = serde_json::from_slice(&STANDARD.decode(&query[1].1).unwrap()).unwrap();
    assert_eq!(entry, parsed(&snippets("cursor", Auth::Bearer)[0])["mcpServers"]["help-desk"]);

    let vscode = snippets("vscode", Auth::Bearer).remove(1).text;
    let mut install: Value = serde_json::from_str(&percent_decoded(vscode.strip_prefix("vscode:mcp/install?").unwrap())).unwrap();
    let file = parsed(&snippets("vscode", Auth::Bearer)[0]);
    assert_eq!(install.as_object_mut().unwrap().shift_remove("name"), Some(json!("help-desk")));
    assert_eq!(install.as_object_mut().unwrap().shift_remove("inputs"), Some(file["inputs"].clone()));
    assert_eq!(install, file["servers"]["help-desk"]);

    let goose = Url::parse(&snippets("goose", Auth::Url)[1].text).unwrap();
    assert_eq!((goose.scheme(), goose.host_str()), ("goose", Some("extension")));
    let query: Vec<(String, String)> = goose.query_pairs().into_owned().collect();
    assert_eq!(query[0], ("url".to_owned(), URL.to_owned()));
    assert_eq!(query[1], ("type".to_owned(), "streamable_http".to_owned()));
}

#[test]
fn steps_name_the_url_and_clients_that_send_no_header_say_so() {
    for client in ["claude-web", "chatgpt"] {
        assert!(snippets(client, Auth::Url)[0].text.contains(URL), "{client}");
        let guarded = snippets(client, Auth::Bearer);
        assert_eq!((guarded.len(), guarded[0].kind), (1, Kind::Unsupported), "{client}");
        assert!(guarded[0].text.starts_with("Not possible:"), "{client}");
    }
}

fn percent_decoded(text: &str) -> String {
    let pair = format!("x={}", text.replace('&', "%26").replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().unwrap().1.into_owned()
}

fn decoded(base64: &str) -> String {
    String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap()
}
