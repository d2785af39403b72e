//! `prompts/list`, `prompts/get` and `completion/complete`: texts of a definition that people start a conversation with.
//!
//! Results are JSON members without what the revision adds to them.

use std::sync::Arc;

use catalog::nearest::{nearest, remedy};
use catalog::prompt::Prompt;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, json};

use super::error::{RpcError, shown};
use super::params::Params;
use crate::strict_json;
use crate::tool_set::ToolSet;

/// All prompts of a server, on one page: `"prompts":[…]`.
pub(crate) fn list(tools: &ToolSet, params: &Params<'_>) -> Result<String, RpcError> {
    if params.cursor.is_some() {
        return Err(RpcError::invalid_params("params.cursor is not one that this server gave; start again without it"));
    }
    let listings: Vec<&str> = tools.prompts().iter().map(|prompt| prompt.listing()).collect();
    Ok(format!(r#""prompts":[{}]"#, listings.join(",")))
}

/// A prompt, filled in: `"description":…,"messages":[…]`.
pub(crate) fn get(tools: &ToolSet, params: &Params<'_>) -> Result<String, RpcError> {
    let name = params.name().ok_or_else(|| RpcError::invalid_params("params.name must be the name of a prompt"))?;
    let arguments = match params.arguments {
        None => Map::new(),
        Some(raw) => strict_json::object(raw).map_err(|problem| RpcError::invalid_params(format!("params.arguments: {problem}")))?,
    };
    let prompt = find(tools, &name)?;
    prompt.render(&arguments).map_err(|error| RpcError::invalid_params(format!("params.arguments: {error}")))
}

/// What the argument of a prompt may be meant to be: `"completion":{…}`.
pub(crate) fn complete(tools: &ToolSet, params: &Params<'_>) -> Result<String, RpcError> {
    #[derive(Deserialize)]
    struct Reference {
        r#type: String,
        name: Option<String>,
    }
    #[derive(Deserialize)]
    struct Argument {
        name: String,
        value: String,
    }
    let reference: Reference = read(params.reference, r#"params.ref must be {"type": "ref/prompt", "name": …}"#)?;
    let argument: Argument = read(params.argument, r#"params.argument must be {"name": …, "value": …}, both strings"#)?;
    let name = match (reference.r#type.as_str(), reference.name) {
        ("ref/prompt", Some(name)) => name,
        _ => {
            return Err(RpcError::invalid_params(
                r#"params.ref must be {"type": "ref/prompt", "name": …}; only prompts have completions here"#,
            ));
        }
    };
    let prompt = find(tools, &name)?;
    let values = prompt.complete(&argument.name, &argument.value).ok_or_else(|| {
        let known: Vec<&str> = prompt.arguments().collect();
        let argument = shown(&argument.name);
        RpcError::invalid_params(format!("the prompt `{name}` has no argument `{argument}`; it has: {}", known.join(", ")))
    })?;
    Ok(format!(r#""completion":{}"#, json!({"values": values, "total": values.len(), "hasMore": false})))
}

/// The same error for a prompt that is hidden here and one that does not exist.
fn find<'t>(tools: &'t ToolSet, name: &str) -> Result<&'t Arc<Prompt>, RpcError> {
    tools.prompts().iter().find(|prompt| prompt.name == name).ok_or_else(|| {
        let near = nearest(name, tools.prompts().iter().map(|prompt| prompt.name.as_str()), 3);
        let remedy = remedy(&near, "prompts/list names all there are");
        RpcError::invalid_params(format!("unknown prompt `{}`; {remedy}", shown(name))).with_data(json!({"nearest": near}))
    })
}

fn read<'p, T: Deserialize<'p>>(raw: Option<&'p RawValue>, expected: &str) -> Result<T, RpcError> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).ok_or_else(|| RpcError::invalid_params(expected))
}
