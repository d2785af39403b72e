//! Discovery: a server that lists three tools, which find, describe and call all others, so that a thousand tools
//! take no more of a model's context than these.
//!
//! They see the server's own set of tools only, and a call through `call_tool` goes the way of any other: what a filter
//! hides can be neither found nor described nor called.

use std::sync::LazyLock;

use catalog::arguments::ArgumentSchema;
use catalog::sentences::first_sentence;
use catalog::tool::{Kind, ToolAnnotations};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use upstream::{Answer, Code, Failure, Outcome, RateLimitFacts};

use super::error::shown;
use crate::tool_set::ToolSet;

const SEARCH_TOOLS: &str = "search_tools";
const GET_TOOL_SCHEMA: &str = "get_tool_schema";
const CALL_TOOL: &str = "call_tool";

/// Tools that a search gives unless its caller says how many.
const USUAL_HITS: usize = 8;
const MOST_HITS: usize = 20;
const MOST_SCHEMAS: usize = 5;
const LONGEST_QUERY: usize = 500;
/// Longest name that is looked up; those of tools are shorter.
const LONGEST_NAME: usize = 128;
/// Longest summary of a found tool, in characters.
const LONGEST_SUMMARY: usize = 200;
/// Tags that are named in a description or hint.
const MOST_TAGS: usize = 30;

/// What a call at a server with these three tools stands for.
pub(crate) enum Meant {
    /// A tool of the set, or none; named by `call_tool` or, by a client that knows it, directly.
    Tool { name: String, arguments: Map<String, Value> },
    /// Answered already, without the vendor.
    Answered(Outcome),
}

/// Reads a call. Wrong arguments of the three are failures like those of any tool.
pub(crate) fn meant(tools: &ToolSet, name: &str, arguments: Map<String, Value>) -> Meant {
    let result = match name {
        SEARCH_TOOLS => checked(&SEARCH, arguments).map(|search: Search| found(tools, &search)),
        GET_TOOL_SCHEMA => checked(&SCHEMAS, arguments).map(|wanted: Schemas| described(tools, &wanted.names)),
        CALL_TOOL => match checked(&CALL, arguments) {
            Ok(Call { name, arguments }) => return Meant::Tool { name, arguments },
            Err(failure) => Err(failure),
        },
        _ => return Meant::Tool { name: name.to_owned(), arguments },
    };
    Meant::Answered(Outcome { result: result.map(Answer::Text), rate_limit: RateLimitFacts::default() })
}

/// The three as `tools/list` shows them, each a JSON text.
pub(crate) fn listings(tools: &ToolSet) -> Vec<String> {
    let integration = &tools.definition().integration;
    let label = &integration.label;
    let count = tools.tools().len();
    let kinds = [(Kind::Read, "only read"), (Kind::Write, "write"), (Kind::Destructive, "are destructive")].map(|(kind, do_so)| {
        let of_kind = tools.tools().iter().filter(|tool| tool.kind == kind).count();
        (of_kind > 0).then(|| format!("{of_kind} {do_so}"))
    });
    let kinds: Vec<String> = kinds.into_iter().flatten().collect();
    let documentation = integration.documentation_url.as_ref().map(|url| format!(" The API's documentation: {url}")).unwrap_or_default();
    let search = format!(
        "Finds tools of {label} by words from their name, resource, tags, description and argument names. Returns the name, title, \
         description in one line, resource, tags and kind (read, write or destructive) of the best matches, best first, and how many of the \
         {count} tools matched. Tags: {}.",
        tags(tools)
    );
    let describe = format!(
        "Returns description, input schema and annotations of 1 to {MOST_SCHEMAS} tools of {label}. Their names come from {SEARCH_TOOLS}."
    );
    let call = format!(
        "Runs one tool of {label} and returns its result. The name comes from {SEARCH_TOOLS}, the arguments fit the input schema from \
         {GET_TOOL_SCHEMA}. The effect is the named tool's: of {count} tools {}.{documentation}",
        kinds.join(", ")
    );
    vec![
        listing(SEARCH_TOOLS, format!("Search {label} tools"), &search, &SEARCH, READS_HERE),
        listing(GET_TOOL_SCHEMA, format!("Describe {label} tools"), &describe, &SCHEMAS, READS_HERE),
        listing(CALL_TOOL, format!("Call a {label} tool"), &call, &CALL, Hints::of_all(tools.tools().iter().map(|tool| &tool.annotations))),
    ]
}

/// What a server's instructions say about its tools.
pub(crate) fn instructions(tools: &ToolSet) -> String {
    format!(
        "Three tools are listed: {SEARCH_TOOLS} finds the {} tools there are, {GET_TOOL_SCHEMA} describes them, {CALL_TOOL} runs them.",
        tools.tools().len()
    )
}

/// Where someone finds a name that is known here.
pub(crate) const WHERE_NAMES_ARE: &str = "search_tools finds those there are";

type Schema = LazyLock<Result<ArgumentSchema, String>>;

static SEARCH: Schema = LazyLock::new(|| {
    ArgumentSchema::new(json!({
        "type": "object",
        "properties": {
            "query": {
                "type": "string", "minLength": 1, "maxLength": LONGEST_QUERY,
                "description": "What the tool does, in a few words, e.g. a verb and a noun; or a tool's name.",
            },
            "limit": {
                "type": "integer", "minimum": 1, "maximum": MOST_HITS,
                "description": format!("Most tools to return. Default {USUAL_HITS}."),
            },
        },
        "required": ["query"],
        "additionalProperties": false,
    }))
});

static SCHEMAS: Schema = LazyLock::new(|| {
    ArgumentSchema::new(json!({
        "type": "object",
        "properties": {
            "names": {
                "type": "array", "items": {"type": "string", "maxLength": LONGEST_NAME}, "minItems": 1, "maxItems": MOST_SCHEMAS,
                "description": format!("Exact names of tools, as {SEARCH_TOOLS} gives them."),
            },
        },
        "required": ["names"],
        "additionalProperties": false,
    }))
});

static CALL: Schema = LazyLock::new(|| {
    ArgumentSchema::new(json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": format!("Exact name of a tool, as {SEARCH_TOOLS} gives it.")},
            "arguments": {
                "type": "object",
                "description": format!("The tool's arguments, as its input schema from {GET_TOOL_SCHEMA} has them. Default: none."),
            },
        },
        "required": ["name"],
        "additionalProperties": false,
    }))
});

#[derive(Deserialize)]
struct Search {
    query: String,
    /// A whole number, which may be written as `8.0`.
    limit: Option<f64>,
}

#[derive(Deserialize)]
struct Schemas {
    names: Vec<String>,
}

#[derive(Deserialize)]
struct Call {
    name: String,
    #[serde(default)]
    arguments: Map<String, Value>,
}

fn checked<T: DeserializeOwned>(schema: &Schema, arguments: Map<String, Value>) -> Result<T, Box<Failure>> {
    let internal =
        |problem: String| Box::new(Failure::ours(Code::Internal, problem, Some("Nothing was sent. Tell the operator of this server.")));
    let schema = schema.as_ref().map_err(|problem| internal(problem.clone()))?;
    let arguments = schema.checked(arguments).map_err(Failure::from)?;
    serde_json::from_value(arguments).map_err(|error| internal(error.to_string()))
}

fn found(tools: &ToolSet, search: &Search) -> String {
    #[derive(Serialize)]
    struct Found<'a> {
        name: &'a str,
        title: &'a str,
        description: String,
        resource: &'a str,
        tags: &'a [String],
        kind: Kind,
    }
    #[derive(Serialize)]
    struct Answer<'a> {
        matched: usize,
        tools: Vec<Found<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
    }
    let limit = search.limit.map_or(USUAL_HITS, |limit| limit as usize);
    let (hits, matched) = tools.search(&search.query, limit);
    let hint = hits.is_empty().then(|| format!("No tool has a word of the query. Tags here: {}.", tags(tools)));
    let tools = hits
        .into_iter()
        .map(|tool| Found {
            name: &tool.name,
            title: &tool.annotations.title,
            description: first_sentence(&tool.description, LONGEST_SUMMARY),
            resource: &tool.resource,
            tags: &tool.tags,
            kind: tool.kind,
        })
        .collect();
    text(&Answer { matched, tools, hint })
}

fn described(tools: &ToolSet, names: &[String]) -> String {
    #[derive(Serialize)]
    struct Unknown<'a> {
        name: String,
        nearest: Vec<&'a str>,
    }
    #[derive(Serialize)]
    struct Answer<'a> {
        tools: Vec<&'a RawValue>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        unknown: Vec<Unknown<'a>>,
    }
    let mut answer = Answer { tools: Vec::new(), unknown: Vec::new() };
    for (index, name) in names.iter().enumerate() {
        if names[..index].contains(name) {
            continue;
        }
        // A listing is JSON by construction.
        match tools.get(name).and_then(|tool| serde_json::from_str(tool.listing()).ok()) {
            Some(listing) => answer.tools.push(listing),
            None => answer.unknown.push(Unknown { name: shown(name), nearest: tools.nearest(name) }),
        }
    }
    text(&answer)
}

/// Texts and JSON values alone, which always have a JSON text.
fn text(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}

fn tags(tools: &ToolSet) -> String {
    let mut tags: Vec<&str> = Vec::new();
    for tag in tools.tools().iter().flat_map(|tool| &tool.tags) {
        if !tags.contains(&tag.as_str()) {
            tags.push(tag);
        }
    }
    match tags.len() {
        0 => "none".to_owned(),
        all if all > MOST_TAGS => format!("{} and {} more", tags[..MOST_TAGS].join(", "), all - MOST_TAGS),
        _ => tags.join(", "),
    }
}

/// What a tool may do, without the title that annotations also have.
#[derive(Clone, Copy)]
struct Hints {
    read_only: bool,
    destructive: bool,
    idempotent: bool,
    open_world: bool,
}

/// Answered from memory: no vendor is asked.
const READS_HERE: Hints = Hints { read_only: true, destructive: false, idempotent: true, open_world: false };

impl Hints {
    /// What is true of a tool that may be any of these: it only reads if all of them do.
    fn of_all<'a>(annotations: impl Iterator<Item = &'a ToolAnnotations>) -> Self {
        annotations.fold(READS_HERE, |all, one| Self {
            read_only: all.read_only && one.read_only_hint,
            destructive: all.destructive || one.destructive_hint,
            idempotent: all.idempotent && one.idempotent_hint,
            open_world: all.open_world || one.open_world_hint,
        })
    }
}

fn listing(name: &str, title: String, description: &str, schema: &Schema, hints: Hints) -> String {
    let Hints { read_only, destructive, idempotent, open_world } = hints;
    let annotations = ToolAnnotations {
        title,
        read_only_hint: read_only,
        destructive_hint: destructive,
        idempotent_hint: idempotent,
        open_world_hint: open_world,
    };
    let schema = schema.as_ref().map_or(&Value::Null, ArgumentSchema::as_value);
    json!({"name": name, "description": description, "inputSchema": schema, "annotations": annotations}).to_string()
}
