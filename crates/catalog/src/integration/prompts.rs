//! Prompts: texts that people start a conversation with.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A text that people start a conversation with, e.g. by a slash command. Placeholders `{{ argument }}` in `text` and `uri`
/// are filled in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptDefinition {
    /// What people see in a list of prompts. Default: the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the prompt is for.
    pub description: String,
    /// Names of the tools that the prompt needs. An MCP server that lacks one of them does not show the prompt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
    /// What people fill in, by name. Values are texts; an optional one that is not given is empty.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub arguments: IndexMap<String, PromptArgument>,
    /// What the conversation starts with.
    pub messages: Vec<PromptMessage>,
}

/// What people fill in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptArgument {
    /// What is meant, for the person who fills it in.
    pub description: String,
    #[serde(default)]
    pub required: bool,
    /// Suggestions for completing what is typed, at most 100; other values are taken too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// One message: exactly one of `text`, `resource` and `image`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptMessage {
    /// Who says it.
    #[serde(default)]
    pub role: PromptRole,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<PromptResource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<PromptImage>,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromptRole {
    #[default]
    User,
    Assistant,
}

/// A document within a message.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptResource {
    /// What identifies it, e.g. `https://acme.example/orders/{{ order }}`. What is filled in is escaped, unless it is the
    /// whole URI.
    pub uri: String,
    /// Media type, e.g. `text/markdown`.
    pub mime_type: String,
    pub text: String,
}

/// A picture within a message.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptImage {
    /// Media type, e.g. `image/png`.
    pub mime_type: String,
    /// The picture in base64.
    pub data: String,
}

impl PromptDefinition {
    /// Every text of it that clients are shown, each with its place in the definition.
    pub(crate) fn texts(&self) -> Vec<(String, &str)> {
        let mut texts: Vec<(String, &str)> = self.title.iter().map(|title| ("title".to_owned(), title.as_str())).collect();
        texts.push(("description".to_owned(), &self.description));
        for (name, argument) in &self.arguments {
            let path = format!("arguments.{name}");
            texts.push((path.clone(), name));
            texts.push((format!("{path}.description"), &argument.description));
            texts.extend(argument.values.iter().enumerate().map(|(at, value)| (format!("{path}.values.{at}"), value.as_str())));
        }
        for (at, message) in self.messages.iter().enumerate() {
            let path = format!("messages.{at}");
            texts.extend(message.text.iter().map(|text| (format!("{path}.text"), text.as_str())));
            if let Some(PromptResource { uri, mime_type, text }) = &message.resource {
                texts.extend(
                    [("uri", uri), ("mime_type", mime_type), ("text", text)]
                        .map(|(key, text)| (format!("{path}.resource.{key}"), text.as_str())),
                );
            }
            texts.extend(message.image.iter().map(|image| (format!("{path}.image.mime_type"), image.mime_type.as_str())));
        }
        texts
    }
}
