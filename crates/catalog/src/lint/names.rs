//! Names: of the integration, its resources, methods, tags and tools.

use super::is_snake_case;
use crate::integration::Integration;
use crate::naming;
use crate::problem::Problem;

/// Longest key; all of it stands in tool names.
pub(crate) const MAX_KEY_CHARACTERS: usize = 64;

/// Words that stand for groups of methods in the filter of an MCP server, so no method can be called so.
const FILTER_WORDS: &[&str] = &["read", "write", "custom"];

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    check_key("name", "name", &integration.name, problems);
    check_prefix(integration, problems);
    if integration.resources.is_empty() {
        problems.push(Problem::error("resources", "no resource is defined; add one with its methods"));
    }
    for (plural, singular) in &integration.singular {
        if !(is_snake_case(plural) && is_snake_case(singular)) {
            problems.push(Problem::error(
                format!("singular.{plural}"),
                "a word and its singular are lower-case letters and digits, e.g. `media: medium`",
            ));
        }
    }
    let prefix = naming::prefix_of(integration);
    for (key, resource) in &integration.resources {
        let path = format!("resources.{key}");
        check_key(&path, "resource", key, problems);
        check_tags(&path, &resource.tags, problems);
        if resource.methods.is_empty() {
            problems.push(Problem::error(format!("{path}.methods"), "no method is defined; add one or remove the resource"));
        }
        for (name, method) in &resource.methods {
            let path = format!("{path}.methods.{name}");
            check_key(&path, "method", name, problems);
            check_tags(&path, &method.tags, problems);
            if let Some(own) = &method.tool_name {
                naming::check_client_name(&format!("{path}.tool_name"), "a tool", own, problems);
            }
            if FILTER_WORDS.contains(&name.as_str()) {
                problems.push(Problem::error(&path, format!("`{name}` means a group of methods in filters; give the method another name")));
            }
            if method.documentation.is_some() {
                let derived = || naming::tool_name(&prefix, key, name, &integration.singular);
                let tool = method.tool_name.clone().unwrap_or_else(derived);
                check_room_for_prefix(&path, &integration.name, &tool, problems);
            }
        }
    }
}

/// Hosts put the server's name before those of its tools, which our snippets call after the integration. Older Claude Code
/// refuses more than 64 characters of both, and Gemini CLI cuts `mcp_{server}_{tool}` at 63.
fn check_room_for_prefix(path: &str, server: &str, tool: &str, problems: &mut Vec<Problem>) {
    let prefix = format!("mcp__{server}__");
    let length = prefix.len() + tool.len();
    if length > naming::MAX_TOOL_NAME_CHARACTERS && tool.len() <= naming::MAX_TOOL_NAME_CHARACTERS {
        problems.push(Problem::warning(
            path,
            format!(
                "with the `{prefix}` that clients put before it, the tool name `{tool}` has {length} characters, and some clients \
                 take no more than {}; set a shorter `tool_name`",
                naming::MAX_TOOL_NAME_CHARACTERS
            ),
        ));
    }
}

fn check_key(path: &str, what: &str, key: &str, problems: &mut Vec<Problem>) {
    if !is_snake_case(key) || key.len() > MAX_KEY_CHARACTERS {
        let message = format!(
            "the {what} `{}` is not a snake_case name of at most {MAX_KEY_CHARACTERS} characters; write e.g. `{}`",
            key.escape_debug(),
            suggestion(key, what)
        );
        problems.push(Problem::error(path, message));
    }
}

fn suggestion(key: &str, fallback: &str) -> String {
    let words = naming::snake_case(key);
    if is_snake_case(&words) && words.len() <= MAX_KEY_CHARACTERS { words } else { format!("my_{fallback}") }
}

fn check_tags(path: &str, tags: &[String], problems: &mut Vec<Problem>) {
    for (index, tag) in tags.iter().enumerate() {
        check_key(&format!("{path}.tags.{index}"), "tag", tag, problems);
    }
}

fn check_prefix(integration: &Integration, problems: &mut Vec<Problem>) {
    let label = integration.label.trim();
    if label.is_empty() || label.len() > MAX_KEY_CHARACTERS {
        problems.push(Problem::error("label", "the label is empty or too long; write the vendor's name as people do"));
        return;
    }
    match &integration.tool_prefix {
        Some(prefix) if !is_prefix(prefix) => problems.push(Problem::error(
            "tool_prefix",
            "a prefix is words of lower-case letters and digits joined by underscores, e.g. `my_vendor`",
        )),
        None if naming::snake_case(label).is_empty() => {
            problems.push(Problem::error("label", "tool names cannot be made from this label; add a `tool_prefix`"))
        }
        None if !label.is_ascii() => problems.push(Problem::warning(
            "label",
            format!(
                "tool names drop letters outside ASCII, so they start with `{}`; add a `tool_prefix` for a better name",
                naming::snake_case(label)
            ),
        )),
        _ => {}
    }
}

/// Like a key, but may start with a digit: `3_cx`.
fn is_prefix(prefix: &str) -> bool {
    prefix.len() <= MAX_KEY_CHARACTERS && is_snake_case(&format!("a{prefix}"))
}
