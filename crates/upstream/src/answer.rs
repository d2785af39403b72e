//! What a call gives back.

use bytes::Bytes;

use crate::failure::Failure;
use crate::rate_limit::RateLimitFacts;

/// The end of one call, successful or not, and what the vendor said about its limits on the way.
#[derive(Debug)]
pub struct Outcome {
    pub result: Result<Answer, Box<Failure>>,
    pub rate_limit: RateLimitFacts,
}

/// What a model gets to see of a successful answer, already shaped and of bounded length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Almost always JSON: a list's envelope, or the vendor's own bytes, which are passed on unparsed. Plain text
    /// where the vendor wrote plain text, or where a long answer had to be cut.
    Text(String),
    /// JSON, and the files that stood in it as base64; a note in the place of each names its number, counted from 1.
    WithFiles { text: String, files: Vec<File> },
    /// Anything that is not text, e.g. `application/pdf`.
    File(File),
}

impl Answer {
    pub(crate) fn with_files(text: String, files: Vec<File>) -> Answer {
        if files.is_empty() { Answer::Text(text) } else { Answer::WithFiles { text, files } }
    }
}

/// A file as the vendor has it, always whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What the vendor says that it is: lower case, without parameters.
    pub media_type: String,
    pub name: Option<String>,
    pub content: FileContent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// Of a type that is text, and UTF-8.
    Text(String),
    Bytes(Bytes),
}
