//! Where in a JSON document something is: `pagination.after`, `errors.0.message`.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

/// Keys and list positions from the root of a document inwards; none for the document itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DottedPath {
    segments: Vec<String>,
}

/// A path such as `a..b`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` has an empty part; write keys joined by single dots, e.g. `pagination.after`")]
pub struct DottedPathError {
    path: String,
}

impl DottedPath {
    /// The parts in order; a part of digits is also a position in an array.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// What is there, if anything.
    pub fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.segments.iter().try_fold(document, |value, segment| match value {
            Value::Object(object) => object.get(segment),
            Value::Array(array) => array.get(segment.parse::<usize>().ok()?),
            _ => None,
        })
    }
}

impl FromStr for DottedPath {
    type Err = DottedPathError;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        if path.is_empty() {
            return Ok(Self::default());
        }
        let segments: Vec<String> = path.split('.').map(str::to_owned).collect();
        if segments.iter().any(String::is_empty) {
            let path = path.to_owned();
            return Err(DottedPathError { path });
        }
        Ok(Self { segments })
    }
}

impl fmt::Display for DottedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.segments.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_and_positions_lead_inwards() {
        let document = json!({"errors": [{"message": "no"}]});
        let path: DottedPath = "errors.0.message".parse().unwrap();
        assert_eq!(path.find(&document), Some(&json!("no")));
        let path: DottedPath = "errors.1.message".parse().unwrap();
        assert_eq!(path.find(&document), None);
    }

    #[test]
    fn an_empty_part_is_refused() {
        assert!("a..b".parse::<DottedPath>().is_err());
    }
}
