//! Tools as the API shows them, and what is hidden and why.

use catalog::definition::{Definition, HiddenMethod};
use catalog::filter::Filter;
use catalog::tool::{Tool, ToolAnnotations};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::input::Query;
use super::tool_format::{ToolEntry, ToolFormat};

/// One documented method as an agent sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tool)]
pub(crate) struct ToolView {
    #[schema(example = "list_all_sendoso_campaigns")]
    name: String,
    resource: String,
    method: String,
    description: String,
    tags: Vec<String>,
    /// OAuth scopes that the account needs.
    scopes: Vec<String>,
    /// As MCP clients are shown it; calls are checked more strictly.
    #[schema(value_type = Object)]
    input_schema: Value,
    #[schema(value_type = Object)]
    annotations: ToolAnnotations,
}

/// A method that is no tool.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HiddenMethod)]
pub(crate) struct HiddenView {
    resource: String,
    method: String,
    /// Why agents do not see it.
    reason: String,
}

/// Tools, and on request the methods that are none.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ToolList {
    result: Vec<ToolEntry>,
    /// Always null: tools come whole.
    next_cursor: Option<String>,
    /// Present with `documented=false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<Vec<HiddenView>>,
}

impl ToolList {
    /// Reads `methods[]`, `tags[]`, `documented` and `format` and lists what they leave.
    pub(crate) fn of(definition: &Definition, mut query: Query) -> Result<Self, ApiError> {
        let filter = Filter { methods: query.take_list("methods"), tags: query.take_list("tags") };
        let documented = match query.take("documented").as_deref() {
            None | Some("true") => true,
            Some("false") => false,
            Some(other) => return Err(ApiError::bad_request(format!("`documented` must be true or false, not `{other}`"))),
        };
        let format = ToolFormat::named(query.take("format").as_deref())?;
        query.finish()?;
        filter.check(definition).map_err(|error| ApiError::bad_request(error.to_string()))?;
        let result = definition.tools.iter().filter(|tool| filter.admits(tool)).map(|tool| format.entry(tool)).collect();
        let hidden = (!documented).then(|| definition.hidden.iter().map(HiddenView::from).collect());
        Ok(Self { result, next_cursor: None, hidden })
    }
}

/// What [`ToolList::of`] takes.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes to readers of the API what `ToolList::of` takes")]
pub(super) struct ToolQuery {
    /// As in an MCP server's `config.methods`.
    #[param(rename = "methods[]")]
    methods: Option<Vec<String>>,
    /// As in an MCP server's `config.tags`.
    #[param(rename = "tags[]")]
    tags: Option<Vec<String>>,
    /// false: also name the methods that are no tools, and why.
    documented: Option<bool>,
    /// Whose API the tools are for: `openai` (Chat Completions), `openai-responses`, `anthropic` or `mcp`; absent = our own
    /// form, with resource, method, tags and scopes.
    format: Option<String>,
}

impl From<&Tool> for ToolView {
    fn from(tool: &Tool) -> Self {
        Self {
            name: tool.name.clone(),
            resource: tool.resource.clone(),
            method: tool.method.clone(),
            description: tool.description.clone(),
            tags: tool.tags.clone(),
            scopes: tool.scopes.clone(),
            input_schema: tool.shown_schema().clone(),
            annotations: tool.annotations.clone(),
        }
    }
}

impl From<&HiddenMethod> for HiddenView {
    fn from(hidden: &HiddenMethod) -> Self {
        Self { resource: hidden.resource.clone(), method: hidden.method.clone(), reason: hidden.reason.clone() }
    }
}
