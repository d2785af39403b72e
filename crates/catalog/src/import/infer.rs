//! What descriptions do not say but show: lists, pages, limits.

mod answer;
mod list_shape;
mod next;
mod pagination;
mod query;
mod rate_limit;
mod words;

pub(crate) use list_shape::{ListShape, list_shape};
pub(crate) use pagination::{common, is_same, pagination};
pub(crate) use rate_limit::rate_limit;

/// A conclusion and what it rests on.
#[derive(Debug, Clone)]
pub(crate) struct Inferred<T> {
    pub(crate) value: T,
    /// E.g. `pages by cursor`.
    pub(crate) what: String,
    /// E.g. ``query parameter `after`, `paging.next.after` in the answer``.
    pub(crate) because: String,
}

#[cfg(test)]
mod tests;
