//! The input schema that clients are shown: the full one in the words that every model API accepts.
//!
//! Hosts hand a server's tools to a model API as they are, and one keyword that the API does not know can cost the
//! whole list. So what is shown obeys the rules of all of them at once; calls are checked against the full schema.
//!
//! | rule | whose | here |
//! | --- | --- | --- |
//! | root is an object without `oneOf`, `anyOf`, `allOf`, `enum`, `not` | Anthropic, OpenAI | `input.rs` makes it so |
//! | property names match `^[a-zA-Z0-9_.-]{1,64}$` | Anthropic | root: renamed by `names.rs`; deeper: told in the description |
//! | no `$ref`, `$defs` | Gemini, many hosts | inlined; recursion is unrolled twice |
//! | no `type` lists, `oneOf`, `allOf`, `const`, `not`, `if`, `patternProperties`, … | Gemini | [`read`], as alternatives of one type each |
//! | `anyOf` stands alone in its schema | Gemini (Vertex AI) | notes move into the alternatives |
//! | every schema has a type, every array `items` | Gemini, OpenAI | [`render`] |
//! | `enum` only of texts that are not empty | Gemini | other values are told in the description |
//! | of formats only `date-time` | Gemini | others are told in the description |
//! | no look-around in patterns, at most ten levels | OpenAI | told in the description; cut |
//!
//! What is shown admits whatever the full schema admits, and often more. There are two exceptions: keywords of one type
//! without a `type` (`properties` alone) are shown as that type, which is what was meant; and items of which nothing is
//! said, or that are cut off, are shown as anything but arrays, because naming all types would never end.
//!
//! Sources: Anthropic, Messages API, "Tool use"; OpenAI, "Function calling" and "Structured outputs: supported schemas";
//! Google, Gemini API, `Schema` and "Function calling"; docs/decisions/0008-full-and-shown-schemas.md.

use serde_json::{Map, Value};

use crate::types::Type;
use accepted::is_accepted;
use read::Reader;
use shape::{Form, Note};

mod accepted;
mod facts;
mod read;
mod render;
mod shape;

/// Longest schema in characters, as JSON text. Whatever is longer loses depth, not breadth: an agent gets further
/// with the names of all arguments than with all details of one.
const MAX_CHARACTERS: usize = 12_000;

/// Levels shown and times that a recursive definition is unrolled; tried in turn until the schema is short enough.
const ATTEMPTS: [(usize, usize); 6] = [(10, 2), (10, 1), (6, 1), (4, 1), (3, 1), (2, 1)];

/// `full`, an input schema as `input.rs` makes it, in words for every client; `None` where it needs no change.
pub(crate) fn shown(full: &Value) -> Option<Value> {
    if is_accepted(full, ATTEMPTS[0].0) {
        return None;
    }
    let mut shown = Value::Null;
    for (depth, unroll) in ATTEMPTS {
        let mut reader = Reader::new(full, depth, unroll);
        let mut root = reader.shape(full);
        let form = match root.forms.as_deref_mut() {
            Some([form]) if form.kind == Type::Object => std::mem::take(form),
            _ => Form::of(Type::Object),
        };
        shown = render::root(form, Note::default());
        if !reader.is_exhausted() && shown.to_string().len() <= MAX_CHARACTERS {
            break;
        }
    }
    (shown != *full).then_some(shown)
}

/// Whether clients accept this as the name of a property.
fn is_accepted_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

/// The values of `enum` and `const`, if there are any.
fn values(schema: &Map<String, Value>) -> Option<Vec<&Value>> {
    let listed = schema.get("enum").and_then(Value::as_array).map(|values| values.iter().collect::<Vec<_>>());
    match (listed, schema.get("const")) {
        (Some(listed), Some(only)) => Some(listed.into_iter().filter(|value| *value == only).collect()),
        (None, Some(only)) => Some(vec![only]),
        (listed, None) => listed,
    }
}
