//! A Request Body Object as the body of a method.

use super::operation::Operation;
use super::schema::Schemas;
use crate::integration::Body;

/// The body in the media type that suits agents best: JSON, then form, multipart, text, bytes.
///
/// # Errors
/// What makes the operation unusable, and what would help.
pub(crate) fn body(operation: &Operation<'_>, schemas: &Schemas<'_>, notes: &mut Vec<String>) -> Result<Option<Body>, String> {
    let _ = (operation, schemas, notes);
    Ok(None)
}
