//! Which tools an MCP server shows. One function decides for the list and for the call.

use crate::definition::Definition;
use crate::tool::Tool;
use crate::wording::quoted;

/// The methods and tags of an MCP server; an empty list keeps everything.
///
/// Entries of one list are alternatives; a tool must pass both lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// `read` (list and get), `write` (create, update and delete), `custom` (all others) or a method's exact name.
    pub methods: Vec<String>,
    /// Functional areas; one in common is enough.
    pub tags: Vec<String>,
}

/// Why a filter does not suit a definition. Shown to whoever creates an MCP server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    #[error("methods: no method of `{integration}` is called `{unknown}`; use `read`, `write`, `custom` or one of {known}")]
    UnknownMethod { integration: String, unknown: String, known: String },
    #[error("tags: `{integration}` has no tag `{unknown}`; known tags: {known}")]
    UnknownTag { integration: String, unknown: String, known: String },
    #[error("methods and tags together leave no tool of `{integration}`; widen one of them")]
    NothingLeft { integration: String },
}

impl Filter {
    /// Whether an MCP server with this filter has the tool, in its list and for calls alike.
    pub fn admits(&self, tool: &Tool) -> bool {
        let method_passes =
            self.methods.is_empty() || self.methods.iter().any(|entry| *entry == tool.method || is_in_group(&tool.method, entry));
        let tag_passes = self.tags.is_empty() || self.tags.iter().any(|tag| tool.tags.contains(tag));
        method_passes && tag_passes
    }

    /// Whether the filter makes sense for this definition.
    ///
    /// # Errors
    /// A method or tag that the definition does not have, or a filter that leaves no tool.
    pub fn check(&self, definition: &Definition) -> Result<(), FilterError> {
        let integration = &definition.integration;
        let methods = unique(integration.resources.values().flat_map(|resource| resource.methods.keys()));
        for entry in &self.methods {
            if !GROUPS.contains(&entry.as_str()) && !methods.contains(&entry.as_str()) {
                return Err(FilterError::UnknownMethod {
                    integration: integration.name.clone(),
                    unknown: entry.clone(),
                    known: quoted(methods),
                });
            }
        }
        let tags = unique(integration.resources.values().flat_map(|resource| {
            let own = resource.methods.values().flat_map(|method| &method.tags);
            resource.tags.iter().chain(own)
        }));
        for tag in &self.tags {
            if !tags.contains(&tag.as_str()) {
                return Err(FilterError::UnknownTag {
                    integration: integration.name.clone(),
                    unknown: tag.clone(),
                    known: if tags.is_empty() { "none".to_owned() } else { quoted(tags) },
                });
            }
        }
        if definition.tools.iter().any(|tool| self.admits(tool)) {
            Ok(())
        } else {
            Err(FilterError::NothingLeft { integration: integration.name.clone() })
        }
    }
}

const GROUPS: [&str; 3] = ["read", "write", "custom"];

fn is_in_group(method: &str, group: &str) -> bool {
    match group {
        "read" => matches!(method, "list" | "get"),
        "write" => matches!(method, "create" | "update" | "delete"),
        "custom" => !matches!(method, "list" | "get" | "create" | "update" | "delete"),
        _ => false,
    }
}

/// Each name once, in the order of the definition.
fn unique<'a>(names: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name.as_str()) {
            seen.push(name.as_str());
        }
    }
    seen
}
