//! Whether an answer is a list, and where its records are.

use crate::import::operation::Operation;
use crate::import::refs::Refs;

/// A list's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListShape {
    /// Dotted path of the array of records; `None` where the answer is the array.
    pub(crate) records: Option<String>,
    /// Dotted path of the number of all records.
    pub(crate) total: Option<String>,
    /// What this rests on.
    pub(crate) because: String,
}

/// `None` where the answer is no list.
pub(crate) fn list_shape(operation: &Operation<'_>, refs: Refs<'_>) -> Option<ListShape> {
    let _ = (operation, refs);
    None
}
