//! Tools in the forms that models' own APIs take, so that an agent framework can hand them over as they are.

use catalog::sentences::whole_sentences;
use catalog::tool::Tool;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::error::ApiError;
use super::tool_view::ToolView;

/// Longest description of a function that OpenAI's APIs take, in characters.
const OPENAI_DESCRIPTION: usize = 1_024;

/// How tools are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ToolFormat {
    /// Our own: with resource, method, tags and scopes.
    Tidegate,
    OpenAi,
    OpenAiResponses,
    Anthropic,
    Mcp,
}

impl ToolFormat {
    /// The format that a query names.
    ///
    /// # Errors
    /// 400 that lists the names there are.
    pub(super) fn named(name: Option<&str>) -> Result<Self, ApiError> {
        match name {
            None => Ok(Self::Tidegate),
            Some("openai") => Ok(Self::OpenAi),
            Some("openai-responses") => Ok(Self::OpenAiResponses),
            Some("anthropic") => Ok(Self::Anthropic),
            Some("mcp") => Ok(Self::Mcp),
            Some(_) => Err(ApiError::bad_request("`format` must be openai, openai-responses, anthropic or mcp, or absent")),
        }
    }

    /// One tool in this format.
    pub(super) fn entry(self, tool: &Tool) -> ToolEntry {
        let name = || tool.name.clone();
        let schema = || tool.shown_schema().clone();
        let short = || whole_sentences(&tool.description, OPENAI_DESCRIPTION).into_owned();
        match self {
            Self::Tidegate => ToolEntry::Tidegate(tool.into()),
            Self::OpenAi => ToolEntry::OpenAi(ChatFunctionTool {
                kind: FunctionKind::Function,
                function: ChatFunction { name: name(), description: short(), parameters: schema() },
            }),
            Self::OpenAiResponses => ToolEntry::OpenAiResponses(ResponsesTool {
                kind: FunctionKind::Function,
                name: name(),
                description: short(),
                parameters: schema(),
                strict: false,
            }),
            Self::Anthropic => {
                ToolEntry::Anthropic(AnthropicTool { name: name(), description: tool.description.clone(), input_schema: schema() })
            }
            // The listing is JSON by construction.
            Self::Mcp => ToolEntry::Mcp(RawValue::from_string(tool.listing().to_owned()).unwrap_or_default()),
        }
    }
}

/// A tool; its members depend on `format`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ToolEntry {
    /// Without `format`.
    Tidegate(ToolView),
    /// `openai`: an entry of `tools` in a Chat Completions request.
    OpenAi(ChatFunctionTool),
    /// `openai-responses`: an entry of `tools` in a Responses request.
    OpenAiResponses(ResponsesTool),
    /// `anthropic`: an entry of `tools` in a Messages request.
    Anthropic(AnthropicTool),
    /// `mcp`: what `tools/list` of an MCP server shows.
    #[schema(value_type = Object)]
    Mcp(Box<RawValue>),
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatFunctionTool {
    #[serde(rename = "type")]
    kind: FunctionKind,
    function: ChatFunction,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChatFunction {
    name: String,
    /// Cut at the end of a sentence to what the API takes, 1,024 characters.
    description: String,
    #[schema(value_type = Object)]
    parameters: Value,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResponsesTool {
    #[serde(rename = "type")]
    kind: FunctionKind,
    name: String,
    /// Cut at the end of a sentence to what the API takes, 1,024 characters.
    description: String,
    #[schema(value_type = Object)]
    parameters: Value,
    /// Always false: strict schemas have no optional members.
    strict: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnthropicTool {
    name: String,
    description: String,
    #[schema(value_type = Object)]
    input_schema: Value,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum FunctionKind {
    Function,
}
