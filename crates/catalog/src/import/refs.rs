//! References inside of a description: `{"$ref": "#/any/pointer"}`.
//!
//! Resolving is pure: it gives what is there, copies nothing and changes nothing, so operations cannot affect each other.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Longest chain of references that only lead to references.
const MAX_CHAIN: usize = 32;

/// Finds what references of one description refer to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refs<'d> {
    root: &'d Value,
}

/// Why a reference leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefError {
    #[error("`{0}` refers to nothing in the description")]
    Dangling(String),
    #[error("`{0}` is in another file, which is not there")]
    Elsewhere(String),
    #[error("`{0}` refers only to itself")]
    Circular(String),
}

impl<'d> Refs<'d> {
    /// `root` has all files that belong to the description.
    pub(crate) fn new(root: &'d Value) -> Self {
        Self { root }
    }

    /// `value`, or what it refers to.
    ///
    /// # Errors
    /// [`RefError`]; what stands beside a `$ref` is not looked at.
    pub(crate) fn resolve(self, value: &'d Value) -> Result<&'d Value, RefError> {
        let mut value = value;
        for _ in 0..MAX_CHAIN {
            match reference(value) {
                Some(reference) => value = self.target(reference)?,
                None => return Ok(value),
            }
        }
        Err(RefError::Circular(reference(value).unwrap_or_default().to_owned()))
    }

    /// What stands at `reference`, e.g. `#/components/schemas/Order`.
    ///
    /// # Errors
    /// [`RefError`]; a chain is followed by [`Self::resolve`] alone.
    pub(crate) fn target(self, reference: &str) -> Result<&'d Value, RefError> {
        let Some(pointer) = reference.strip_prefix('#') else {
            return Err(RefError::Elsewhere(reference.to_owned()));
        };
        let dangling = || RefError::Dangling(reference.to_owned());
        let decoded: Cow<'_, str> = percent_decode_str(pointer).decode_utf8().map_err(|_| dangling())?;
        self.root.pointer(&decoded).or_else(|| self.root.pointer(pointer)).ok_or_else(dangling)
    }
}

/// The reference that a value is, if it is one.
pub(crate) fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn any_pointer_is_followed_and_a_circle_ends() {
        let root = json!({
            "a": {"$ref": "#/b/0"}, "b": [{"$ref": "#/c~1d/e%20f"}], "c/d": {"e f": 7},
            "me": {"$ref": "#/me"}, "far": {"$ref": "other.yaml#/x"}, "lost": {"$ref": "#/x"},
        });
        let refs = Refs::new(&root);
        assert_eq!(refs.resolve(&root["a"]), Ok(&json!(7)));
        assert_eq!(refs.resolve(&root["c/d"]), Ok(&root["c/d"]));
        assert_eq!(refs.resolve(&root["me"]), Err(RefError::Circular("#/me".to_owned())));
        assert_eq!(refs.resolve(&root["far"]), Err(RefError::Elsewhere("other.yaml#/x".to_owned())));
        assert_eq!(refs.resolve(&root["lost"]), Err(RefError::Dangling("#/x".to_owned())));
    }
}
