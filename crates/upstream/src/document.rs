//! Parts of a JSON text, as they stand in it: found without building values, so that numbers, order and spelling
//! reach the model untouched and large answers cost one scan.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON text, opened one level deep.
pub(crate) enum Document<'j> {
    Object(Members<'j>),
    Array(Vec<&'j RawValue>),
    /// A string, number, boolean or null.
    Scalar(&'j RawValue),
}

/// The members of an object, in order.
pub(crate) struct Members<'j>(Vec<(Cow<'j, str>, &'j RawValue)>);

impl<'j> Document<'j> {
    /// Scans `text` once; whatever is left out later has been checked to be JSON here.
    pub(crate) fn open(text: &'j str) -> Result<Document<'j>, serde_json::Error> {
        match text.trim_start().as_bytes().first() {
            Some(b'{') => serde_json::from_str(text).map(Document::Object),
            Some(b'[') => serde_json::from_str(text).map(Document::Array),
            _ => serde_json::from_str(text).map(Document::Scalar),
        }
    }

    /// The value at a path of member names and array positions; the empty path is no part of the document.
    pub(crate) fn at(&self, path: &[impl AsRef<str>]) -> Option<&'j RawValue> {
        let (first, rest) = path.split_first()?;
        let found = match self {
            Document::Object(members) => members.get(first.as_ref())?,
            Document::Array(items) => items.get(first.as_ref().parse::<usize>().ok()?)?,
            Document::Scalar(_) => return None,
        };
        if rest.is_empty() { Some(found) } else { Document::open(found.get()).ok()?.at(rest) }
    }
}

impl<'j> Members<'j> {
    /// The last member of that name, as JSON parsers do it.
    pub(crate) fn get(&self, name: &str) -> Option<&'j RawValue> {
        self.0.iter().rev().find(|(member, _)| member == name).map(|(_, value)| *value)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(map.size_hint().unwrap_or(8));
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        Ok(Members(members))
    }
}

/// A member name, borrowed from the text unless it has escapes.
#[derive(serde::Deserialize)]
struct Name<'j>(#[serde(borrow)] Cow<'j, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, path: &str) -> Option<String> {
        let path: Vec<&str> = path.split('.').collect();
        Document::open(text).unwrap().at(&path).map(|raw| raw.get().to_owned())
    }

    #[test]
    fn a_part_is_found_at_its_path_exactly_as_it_is_written() {
        let text = r#"{"a": {"b": [ 1.00, {"c" : 2e3 } ]}, "k\u0065y": null}"#;
        assert_eq!(at(text, "a.b").as_deref(), Some(r#"[ 1.00, {"c" : 2e3 } ]"#));
        assert_eq!(at(text, "a.b.1.c").as_deref(), Some("2e3"));
        assert_eq!(at(text, "key").as_deref(), Some("null"));
        assert_eq!(at(text, "a.x"), None);
        assert_eq!(at(text, "a.b.2"), None);
        assert_eq!(at(text, "a.b.0.x"), None);
        assert_eq!(at("7", "a"), None);
    }

    #[test]
    fn text_that_is_not_json_all_through_is_refused() {
        for text in ["", "{", r#"{"a":1} x"#, "[1,]", "nope", r#"{"a":{"b":}}"#] {
            assert!(Document::open(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_of_any_depth_is_scanned_without_recursion() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
        assert!(Document::open(&deep).is_ok());
    }
}
