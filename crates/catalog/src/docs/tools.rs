//! Every tool, under the first of its tags.

use serde_json::{Map, Value};

use super::arguments;
use super::markdown::{Links, code, codes, link, paragraph};
use super::refusals;
use crate::definition::Definition;
use crate::integration::{AnswerNote, Example, Method, RedirectMeaning, RequestWhen};
use crate::tool::{Kind, Tool};

/// Longest call that stands on one line, in characters.
const MAX_LINE: usize = 120;

pub(super) fn sections(definition: &Definition, links: &Links) -> String {
    let mut sections = Vec::new();
    for tag in definition.tags() {
        let tools = definition.tools.iter().filter(|tool| tool.tags.first().is_some_and(|first| first == tag));
        sections.extend(section(&format!("Tools: {}", paragraph(tag, &Links::default())), definition, tools.map(AsRef::as_ref), links));
    }
    let others = definition.tools.iter().filter(|tool| tool.tags.is_empty());
    sections.extend(section("Tools without a tag", definition, others.map(AsRef::as_ref), links));
    sections.join("\n\n")
}

fn section<'t>(heading: &str, definition: &Definition, tools: impl Iterator<Item = &'t Tool>, links: &Links) -> Option<String> {
    let entries: Vec<String> = tools.filter_map(|tool| Some(entry(tool, method_of(definition, tool)?, links))).collect();
    (!entries.is_empty()).then(|| format!("## {heading}\n\n{}", entries.join("\n\n")))
}

fn method_of<'d>(definition: &'d Definition, tool: &Tool) -> Option<&'d Method> {
    definition.integration.resources.get(&tool.resource)?.methods.get(&tool.method)
}

fn entry(tool: &Tool, method: &Method, links: &Links) -> String {
    let documentation = method.documentation.as_ref();
    let mut parts = vec![format!("### {}", tool.name), facts(tool, method), paragraph(&tool.description, links)];
    parts.push(other_requests(method));
    parts.push(arguments::table(tool, links));
    parts.extend(documentation.and_then(|documentation| returned(documentation.returns.as_ref()?)));
    if let Some(paging) = &tool.paging {
        let default = paging.default_size.map(|size| format!(", {size} by default")).unwrap_or_default();
        parts.push(format!("A list: `limit` up to {}{default}, and `next_cursor`.", paging.max_size));
    }
    parts.extend(method.response.redirect.map(|RedirectMeaning::Location| "The answer is a link, as `{\"location\": …}`.".to_owned()));
    if !method.response.notes.is_empty() {
        parts.push(format!("Notes beside the answer:\n\n{}", notes(&method.response.notes, links)));
    }
    if !method.refuse.is_empty() {
        parts.push(format!("Refused before anything is sent:\n\n{}", refusals::refused_before(&method.refuse, links)));
    }
    if !method.errors.is_empty() {
        parts.push(refusals::rules(&method.errors, links));
    }
    parts.extend(documentation.into_iter().flat_map(|documentation| &documentation.examples).map(|example| call(example, links)));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// The members of what comes back, or of each record in a list.
fn returned(schema: &Value) -> Option<String> {
    let record = schema.get("items").unwrap_or(schema);
    let names: Vec<&str> = record.get("properties")?.as_object()?.keys().map(String::as_str).collect();
    let whose = if schema.get("items").is_some() { "Each record has" } else { "Returns" };
    (!names.is_empty()).then(|| format!("{whose} {}.", codes(&names)))
}

/// ``​`GET /orders` · reads · needs scope `read` · also tagged `shop` · [source](…)``.
fn facts(tool: &Tool, method: &Method) -> String {
    let kind = match tool.kind {
        Kind::Read => "reads",
        Kind::Write => "writes",
        Kind::Destructive => "deletes",
    };
    let mut facts = vec![code(&method.request), kind.to_owned()];
    match tool.scopes.as_slice() {
        [] => {}
        [scope] => facts.push(format!("scope {}", code(scope))),
        scopes => facts.push(format!("scopes {}", codes(scopes))),
    }
    if let [_, others @ ..] = tool.tags.as_slice()
        && !others.is_empty()
    {
        facts.push(format!("also tagged {}", codes(others)));
    }
    let source = method.documentation.as_ref().and_then(|documentation| documentation.source.as_deref());
    facts.extend(source.map(|url| link("source", url)));
    facts.join(" · ")
}

fn other_requests(method: &Method) -> String {
    let line = |other: &RequestWhen| format!("* {} when {}", code(&other.request), code(&other.when));
    method.request_when.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn notes(notes: &[AnswerNote], links: &Links) -> String {
    let line = |note: &AnswerNote| format!("* when {}: {}", code(&note.when), refusals::template(&note.text, links));
    notes.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn call(example: &Example, links: &Links) -> String {
    let description = paragraph(&example.description, links);
    format!("{}:\n\n```json\n{}\n```", description.trim_end_matches('.'), json(&example.arguments))
}

/// On one line where that can be read.
fn json(arguments: &Map<String, Value>) -> String {
    let members: Vec<String> = arguments.iter().map(|(name, value)| format!("{}: {value}", Value::from(name.as_str()))).collect();
    let line = format!("{{{}}}", members.join(", "));
    if line.chars().count() <= MAX_LINE { line } else { format!("{:#}", Value::Object(arguments.clone())) }
}
