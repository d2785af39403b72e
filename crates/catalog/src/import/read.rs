//! The texts of a description, in bounded time and memory, as one value.

mod encoding;
mod json;
mod kind;
mod shown;

use serde_json::Value;

use super::bundle::Bundle;
use super::report::Note;
use super::swagger;
use crate::yaml::{self, Author, Rules};

pub use encoding::decoded;
use json::JsonError;
pub use shown::shown;

/// Largest file that is read, in bytes. The largest descriptions that vendors publish have some 30 MB.
pub const MAX_FILE_BYTES: usize = 32 * 1024 * 1024;

/// Most that all files of a description may have, in bytes.
const MAX_ALL_BYTES: usize = 64 * 1024 * 1024;

/// Most files that a description may have.
const MAX_FILES: usize = 500;

/// Most memory the values of all files may take, counted roughly.
const MAX_VALUE_BYTES: usize = 512 * 1024 * 1024;

/// Most memory the values of a file may take however small it is, counted roughly; and of a large one, for each of its bytes. Only
/// aliases and very short values make more of a text.
const MAX_VALUE_BYTES_OF_A_FILE: usize = 64 * 1024 * 1024;
const MAX_VALUE_BYTES_PER_BYTE: usize = 16;

/// Deepest nesting. Everything that walks over a description is recursive; published ones have some 30 levels.
const MAX_DEPTH: usize = 100;

/// A description whose files are all there: in the shape of OpenAPI 3, whatever it was written in.
#[derive(Debug, Clone)]
pub struct Description {
    /// One document. References to other files lead into it (see `bundle.rs`), Swagger 2.0 is turned into the shape of
    /// OpenAPI 3 (see `swagger.rs`).
    pub(crate) root: Value,
    /// File or URL, as it is [`shown`].
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
    /// File or URL, as it is [`shown`].
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
    version: String,
    dialect: Dialect,
    bundle: Bundle,
    files: usize,
    bytes: usize,
    value_bytes: usize,
}

impl Sources {
    /// Begins with the file that was named. `source_name` is its path or URL; files that it refers to are relative to it. A name in angle
    /// brackets, e.g. `<standard input>`, is no place, so nothing is relative to it.
    ///
    /// # Errors
    /// [`ReadError`]: neither JSON nor YAML, too large, too deep, no description.
    pub fn new(source_name: &str, text: &str) -> Result<Self, ReadError> {
        let (root, value_bytes) = value(source_name, text, MAX_VALUE_BYTES)?;
        let shown = shown(source_name);
        let refused = |message| ReadError { source_name: shown.clone(), line: 1, message };
        let (version, dialect) = kind::version(&root).map_err(refused)?;
        let bundle = Bundle::new(source_name, root);
        Ok(Self { source_name: shown, version, dialect, bundle, files: 1, bytes: text.len(), value_bytes })
    }

    /// Paths or URLs of the files that are referred to and not there yet, each once.
    ///
    /// Only files that lie with the description are asked for: of a URL, those of the same origin; of a path, those in its folder and
    /// below. References to others stay as they are. Never more than a description may still have, and none as soon as one of the limits
    /// is reached.
    pub fn missing(&self) -> Vec<String> {
        if self.bytes >= MAX_ALL_BYTES || self.value_bytes >= MAX_VALUE_BYTES {
            return Vec::new();
        }
        self.bundle.missing(MAX_FILES.saturating_sub(self.files))
    }

    /// Adds a file that was [`missing`](Self::missing), or why it cannot be had: what refers to it is reported then.
    pub fn add(&mut self, name: &str, text: Result<&str, String>) {
        // Counted even if it cannot be had: it was asked for.
        self.files += 1;
        let value = text.and_then(|text| {
            self.bytes = self.bytes.saturating_add(text.len());
            if self.files > MAX_FILES {
                return Err(format!("not read, as a description may have {MAX_FILES} files"));
            }
            if self.bytes > MAX_ALL_BYTES {
                return Err(format!("not read, as all files together may have {MAX_ALL_BYTES} bytes"));
            }
            let (value, value_bytes) =
                value(name, text, MAX_VALUE_BYTES.saturating_sub(self.value_bytes)).map_err(|error| error.to_string())?;
            self.value_bytes += value_bytes;
            Ok(value)
        });
        self.bundle.add(name, value);
    }

    /// All that was added as one description.
    ///
    /// # Errors
    /// [`ReadError`]: no `paths`.
    pub fn description(self) -> Result<Description, ReadError> {
        let Self { source_name, version, dialect, bundle, .. } = self;
        let limits = format!(
            "not read, as a description may have {MAX_FILES} files and {MAX_ALL_BYTES} bytes in all; what needs it is skipped or admits anything"
        );
        let (root, notes) = bundle.document(&limits);
        if let Some(message) = without_paths(&root) {
            return Err(ReadError { source_name, line: 1, message });
        }
        let root = if root.get("swagger").is_some() { swagger::as_openapi(root) } else { root };
        Ok(Description { root, source_name, version, dialect, notes })
    }
}

/// What is wrong with the list of a description's operations as a whole.
fn without_paths(root: &Value) -> Option<String> {
    Some(match root.get("paths") {
        Some(Value::Object(_)) => return None,
        Some(_) => "`paths` must be a mapping from paths, e.g. `/orders`, to their operations".to_owned(),
        None if root.get("webhooks").is_some() => {
            "it describes `webhooks` only, which the vendor sends; look for the file that has `paths`".to_owned()
        }
        None => "it has no `paths`; look for the file that has them: this one may be a part of it".to_owned(),
    })
}

/// The value of a text, JSON or YAML, and the memory it takes.
fn value(source_name: &str, text: &str, max_value_bytes: usize) -> Result<(Value, usize), ReadError> {
    let refused = |line, message: String| ReadError { source_name: shown(source_name), line, message };
    if text.len() > MAX_FILE_BYTES {
        let message = format!("the file has more than {MAX_FILE_BYTES} bytes; the vendor may publish parts of it on their own");
        return Err(refused(1, message));
    }
    if let Some(kind) = kind::foreign_text(text) {
        return Err(refused(1, kind.to_owned()));
    }
    let max_value_bytes = MAX_VALUE_BYTES_OF_A_FILE.max(text.len().saturating_mul(MAX_VALUE_BYTES_PER_BYTE)).min(max_value_bytes);
    let is_json = text.trim_start().starts_with(['{', '[']);
    let syntax_error = match is_json.then(|| json::read(text, MAX_DEPTH, max_value_bytes)) {
        Some(Ok(read)) => return Ok(read),
        Some(Err(JsonError::Refused { line, message })) => return Err(refused(line, message)),
        Some(Err(JsonError::Syntax { line, message })) => Some((line, message)),
        None => None,
    };
    let rules = Rules { max_text_bytes: MAX_FILE_BYTES, max_depth: MAX_DEPTH, max_value_bytes, written_by: Author::Vendor };
    match (yaml::read_by(rules, text), syntax_error) {
        (Ok(document), _) => Ok((document.value, document.value_bytes)),
        // Braces may begin YAML too, but where it is neither, it was meant as JSON.
        (Err(_), Some((line, message))) => Err(refused(line, message)),
        (Err(problems), None) => {
            let more = problems.len().saturating_sub(1);
            let (line, problem) = problems.into_iter().next().unwrap_or_else(|| (1, crate::problem::Problem::error("", "not valid YAML")));
            let place = if problem.path.is_empty() { String::new() } else { format!("{}: ", problem.path) };
            let others = if more == 0 { String::new() } else { format!("; there are {more} more problems like this") };
            Err(refused(line, format!("{place}{}{others}", problem.message)))
        }
    }
}
