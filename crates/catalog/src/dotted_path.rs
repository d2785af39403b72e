//! Where in a JSON document something is: `pagination.after`, `errors.0.message`; or several things are:
//! `attachments[].content`.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

/// Keys and list positions from the root of a document inwards; none for the document itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DottedPath {
    segments: Vec<String>,
}

/// A path through lists: `[]` stands for every item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EachPath {
    /// The lists, each from the root or from an item of the one before.
    pub lists: Vec<DottedPath>,
    /// From an item of the last list, or from the root where there is no list.
    pub last: DottedPath,
}

/// A path such as `a..b`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` has an empty part; write keys joined by single dots, e.g. `pagination.after`")]
pub struct DottedPathError {
    path: String,
}

/// A path such as `a[]b`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is no path; write keys joined by single dots and `[]` behind a list, e.g. `attachments[].content`")]
pub struct EachPathError {
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

impl FromStr for EachPath {
    type Err = EachPathError;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        let parts = path.split("[]").enumerate().map(|(index, part)| match part.strip_prefix('.') {
            Some(rest) if index > 0 && !rest.is_empty() => rest.parse().ok(),
            None if index == 0 || part.is_empty() => part.parse().ok(),
            _ => None,
        });
        let parts: Option<Vec<DottedPath>> = parts.collect();
        let wrong = |path: &str| EachPathError { path: path.to_owned() };
        let mut lists = parts.filter(|_| !path.is_empty()).ok_or_else(|| wrong(path))?;
        let last = lists.pop().ok_or_else(|| wrong(path))?;
        Ok(Self { lists, last })
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
        for path in ["", "a[]b", "a[].", "a[]..b", ".[]", "a.[].b", "a[].b."] {
            assert!(path.parse::<EachPath>().is_err(), "{path}");
        }
    }

    #[test]
    fn brackets_stand_for_every_item() {
        let parts = |path: &str| {
            let EachPath { lists, last } = path.parse().unwrap();
            lists.iter().chain([&last]).map(DottedPath::to_string).collect::<Vec<_>>()
        };
        assert_eq!(parts("a.b"), ["a.b"]);
        assert_eq!(parts("a.b[].c"), ["a.b", "c"]);
        assert_eq!(parts("a[].b[].c.d"), ["a", "b", "c.d"]);
        assert_eq!(parts("[].a"), ["", "a"]);
        assert_eq!(parts("a[]"), ["a", ""]);
        assert_eq!(parts("[][]"), ["", "", ""]);
    }
}
