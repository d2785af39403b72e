//! The tools, as clients get them and as their models' APIs take them.

use std::collections::BTreeMap;

use catalog::client_rules;
use serde_json::{Value, json};

use super::super::finding::{Breaks, Finding};
use super::super::visit::{Opening, Visit};

/// More pages than this are taken for an endless list.
const MOST_PAGES: usize = 100;
/// Names of tools with the prefixes of clients: `mcp__{server}__{tool}` may have 64 characters.
const LONGEST_NAME: usize = 64 - "mcp__".len() - "__".len();
/// What is left for the server's name should be enough to tell servers apart.
const SHORTEST_SERVER_NAME: usize = 6;
/// Beyond this, models choose worse; about what the most limited editor takes.
const MANY_TOOLS: usize = 40;
/// Characters a token, roughly, in English and JSON.
const CHARACTERS_PER_TOKEN: usize = 4;
const MANY_TOKENS: usize = 20_000;
/// The longest answer that hosts show whole: about 25,000 tokens.
const LONGEST_ANSWER: usize = 100_000;

pub(super) async fn list(visit: &mut Visit) -> Finding {
    if !visit.has_handshake() {
        return Finding::skip("no handshake");
    }
    let mut tools = Vec::new();
    let mut cursor: Option<String> = None;
    for page in 1..=MOST_PAGES {
        let params = cursor.as_ref().map_or_else(|| json!({}), |cursor| json!({"cursor": cursor}));
        let reply = visit.ask("tools/list", params).await;
        let result = match reply.result() {
            Ok(result) => result,
            Err(why) => {
                return Finding::fail(format!("page {page}: {why}"), reply.remedy("answer with the tools")).breaking(Breaks::Everybody);
            }
        };
        let Some(more) = result["tools"].as_array() else {
            return Finding::fail("the answer has no list `tools`", "answer with the tools").breaking(Breaks::Everybody);
        };
        tools.extend(more.iter().cloned());
        let next = result["nextCursor"].as_str().map(str::to_owned);
        if next.is_none() {
            visit.tools = tools;
            return if page == 1 {
                Finding::ok(format!("{} tools on one page", visit.tools.len()))
            } else {
                let seen = format!("{} tools on {page} pages", visit.tools.len());
                Finding::warn(seen, "put all of them on one page: several clients read only the first")
            };
        }
        if next == cursor {
            return Finding::fail("the list never ends: `nextCursor` stays the same", "leave it out on the last page")
                .breaking(Breaks::Everybody);
        }
        cursor = next;
    }
    Finding::fail(format!("the list has more than {MOST_PAGES} pages"), "leave `nextCursor` out on the last page")
        .breaking(Breaks::Everybody)
}

pub(super) async fn list_stateless(visit: &mut Visit) -> Finding {
    if !visit.opens_with(Opening::Discover) {
        return Finding::skip("2026-07-28 is not spoken here");
    }
    let reply = visit.ask_stateless("tools/list", json!({})).await;
    let result = match reply.result() {
        Ok(result) => result,
        Err(why) => return Finding::fail(why, reply.remedy("answer with the tools")),
    };
    let tools = result["tools"].as_array().cloned().unwrap_or_default();
    let missing: Vec<&str> = ["resultType", "ttlMs", "cacheScope"].into_iter().filter(|member| result.get(member).is_none()).collect();
    if !missing.is_empty() {
        return Finding::fail(format!("the answer has no {}", missing.join(", ")), "2026-07-28 demands them of every list");
    }
    if visit.tools.is_empty() {
        visit.tools = tools;
        return Finding::ok(format!("{} tools", visit.tools.len()));
    }
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    let others = visit.tool_names();
    if result["nextCursor"].is_null() && (names.len() != others.len() || names.iter().any(|name| !others.contains(name))) {
        return Finding::warn("other tools than after `initialize`", "the list must not depend on how it is asked for");
    }
    Finding::ok("the same tools")
}

pub(super) async fn names(visit: &mut Visit) -> Finding {
    if visit.tools.is_empty() {
        return Finding::skip("no tools");
    }
    if visit.tool_names().len() < visit.tools.len() {
        return Finding::fail("some tools have no name, or the same one", "give each a name of its own").breaking(Breaks::Everybody);
    }
    let longest = visit.tool_names().into_iter().max_by_key(|name| name.chars().count()).unwrap_or_default();
    let length = longest.chars().count();
    let room = LONGEST_NAME.saturating_sub(length);
    if room < SHORTEST_SERVER_NAME {
        return Finding::warn(
            format!("`{longest}` has {length} characters, which leaves {room} for the server's name in front"),
            "shorten it: clients show `mcp__{server}__{tool}`, and 64 characters is the limit",
        );
    }
    Finding::ok(format!("the longest has {length} characters, which leaves {room} for the server's name in front"))
}

pub(super) async fn count(visit: &mut Visit) -> Finding {
    match visit.tools.len() {
        0 => Finding::warn("no tools", "is anything documented, and does the filter leave something?"),
        count if count <= MANY_TOOLS => Finding::ok(count.to_string()),
        count => Finding::warn(
            format!("{count}: Cursor uses about 40, Windsurf 100, VS Code and OpenAI 128, and models choose worse among many"),
            "filter by method or tag, make several servers of one, or let agents search: tool_exposure \"discovery\"",
        ),
    }
}

/// Whether each model API takes the schemas. One tool that is refused costs the whole request.
pub(super) async fn schemas(visit: &mut Visit) -> Finding {
    if visit.tools.is_empty() {
        return Finding::skip("no tools");
    }
    let mut broken: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut refusing = Vec::new();
    for tool in &visit.tools {
        let mut tool = tool.clone();
        // Hosts take this one out themselves.
        if let Some(schema) = tool["inputSchema"].as_object_mut() {
            schema.shift_remove("$schema");
        }
        let name = tool["name"].as_str().unwrap_or_default();
        for finding in client_rules::check(&tool) {
            broken.entry(finding.api.name()).or_default().push(format!("{name}: {}", finding.problem));
            if !refusing.contains(&finding.api) {
                refusing.push(finding.api);
            }
        }
    }
    if broken.is_empty() {
        return Finding::ok("Anthropic, OpenAI and Gemini take them all");
    }
    let said = broken.iter().map(|(api, problems)| {
        let more = if problems.len() > 1 { format!(" and {} more", problems.len() - 1) } else { String::new() };
        format!("{api} refuses {}{more}", problems[0])
    });
    let finding = Finding::fail(said.collect::<Vec<_>>().join("; "), "one such tool costs the whole request: mend its schema or hide it");
    finding.breaking(Breaks::UsersOf(refusing))
}

pub(super) async fn annotations(visit: &mut Visit) -> Finding {
    if visit.tools.is_empty() {
        return Finding::skip("no tools");
    }
    let is_annotated = |tool: &&Value| {
        let hints = &tool["annotations"];
        (hints["title"].is_string() || tool["title"].is_string())
            && (hints["readOnlyHint"].is_boolean() || hints["destructiveHint"].is_boolean())
    };
    let bare: Vec<&str> = visit.tools.iter().filter(|tool| !is_annotated(tool)).filter_map(|tool| tool["name"].as_str()).collect();
    match bare.first() {
        None => Finding::ok("every tool has a title and says whether it only reads"),
        Some(first) => Finding::warn(
            format!("{} tools have none, such as `{first}`", bare.len()),
            "hosts ask before each call of such a tool, and the directories of Claude and ChatGPT refuse it",
        ),
    }
}

pub(super) async fn cost(visit: &mut Visit) -> Finding {
    if visit.tools.is_empty() {
        return Finding::skip("no tools");
    }
    let characters: usize = visit.tools.iter().map(|tool| tool.to_string().chars().count()).sum();
    let tokens = characters / CHARACTERS_PER_TOKEN;
    let seen = format!("about {tokens} tokens in every conversation (an estimate: {characters} characters by {CHARACTERS_PER_TOKEN})");
    if tokens > MANY_TOKENS {
        return Finding::warn(seen, "offer fewer tools, shorten what is said of them, or let agents search: tool_exposure \"discovery\"");
    }
    Finding::ok(seen)
}

/// Calls what the user asked for. Nothing else is ever called.
pub(super) async fn call(visit: &mut Visit) -> Finding {
    let Some(call) = &visit.call else { return Finding::skip("nothing is called; --call NAME JSON calls a tool") };
    let params = json!({"name": call.name, "arguments": call.arguments});
    let reply = match visit.has_handshake() {
        true => visit.ask("tools/call", params).await,
        false => visit.ask_stateless("tools/call", params).await,
    };
    let result = match reply.result() {
        Ok(result) => result,
        Err(why) => return Finding::fail(why, reply.remedy("check its name and its arguments")),
    };
    let text = |content: &Value| content["text"].as_str().map_or(0, |text| text.chars().count());
    let characters: usize = result["content"].as_array().into_iter().flatten().map(text).sum();
    if result["isError"] == true {
        let said = result["content"][0]["text"].as_str().unwrap_or_default();
        return Finding::fail(format!("the tool failed: {}", said.chars().take(300).collect::<String>()), "see what it says");
    }
    if characters > LONGEST_ANSWER {
        return Finding::warn(
            format!("an answer of {characters} characters; hosts cut or refuse more than about {LONGEST_ANSWER}"),
            "ask for less at a time, or lower the tool's limit of text",
        );
    }
    Finding::ok(format!("an answer of {characters} characters after {} ms", reply.took.as_millis()))
}
