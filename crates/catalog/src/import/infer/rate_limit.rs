//! What the answers' headers say about limits.

use super::Inferred;
use crate::import::operation::Operation;
use crate::import::refs::Refs;
use crate::integration::RateLimit;

/// The names of headers that are not usual ones; `None` where there is nothing that is not understood anyway.
pub(crate) fn rate_limit(operations: &[Operation<'_>], refs: Refs<'_>) -> Option<Inferred<RateLimit>> {
    let _ = (operations, refs);
    None
}
