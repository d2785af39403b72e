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
    /// Anything that is not text, e.g. `application/pdf`.
    Binary { mime_type: String, bytes: Bytes },
}
