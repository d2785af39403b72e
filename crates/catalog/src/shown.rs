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

/// Longest schema in characters, as JSON text. Whatever is longer loses depth, then values and descriptions, but no
/// argument: an agent gets further with the names of all than with all details of one. So only hundreds of arguments
/// make a schema that is longer.
const MAX_CHARACTERS: usize = 12_000;

/// Most `enum` values of one schema: OpenAI refuses a tool with more.
const MAX_VALUES: usize = 1_000;

/// How much of a schema is shown.
#[derive(Debug, Clone, Copy)]
struct Detail {
    /// Levels.
    depth: usize,
    /// How often a reference may stand inside of what it refers to.
    unroll: usize,
    /// Longest `enum`; of a longer one the description names some values.
    values: usize,
    /// Longest description, default or pattern, in characters.
    text: usize,
}

impl Detail {
    const fn whole(depth: usize, unroll: usize) -> Self {
        Self { depth, unroll, values: MAX_VALUES, text: usize::MAX }
    }
}

/// Tried in turn until the schema is short enough.
const ATTEMPTS: [Detail; 9] = [
    Detail::whole(10, 2),
    Detail::whole(10, 1),
    Detail::whole(6, 1),
    Detail::whole(4, 1),
    Detail { depth: 4, unroll: 1, values: 20, text: 200 },
    Detail { depth: 3, unroll: 1, values: 20, text: 120 },
    Detail { depth: 2, unroll: 1, values: 20, text: 80 },
    Detail { depth: 2, unroll: 1, values: 0, text: 40 },
    Detail { depth: 1, unroll: 1, values: 0, text: 0 },
];

/// `full`, an input schema as `input.rs` makes it, in words for every client; `None` where it needs no change.
pub(crate) fn shown(full: &Value) -> Option<Value> {
    if is_accepted(full, ATTEMPTS[0].depth) && is_short(full) {
        return None;
    }
    let mut shown = Value::Null;
    for detail in ATTEMPTS {
        let mut reader = Reader::new(full, detail);
        let mut root = reader.shape(full);
        let form = match root.forms.as_deref_mut() {
            Some([form]) if form.kind == Type::Object => std::mem::take(form),
            _ => Form::of(Type::Object),
        };
        shown = render::root(form, Note::default(), detail.text);
        if !reader.is_exhausted() && is_short(&shown) {
            break;
        }
    }
    (shown != *full).then_some(shown)
}

/// Whether a model's context, and the rule for values, have room for it.
fn is_short(schema: &Value) -> bool {
    count_of_values(schema) <= MAX_VALUES && schema.to_string().len() <= MAX_CHARACTERS
}

/// The values of every `enum` in it.
fn count_of_values(schema: &Value) -> usize {
    match schema {
        Value::Object(members) => {
            let inner = members.iter().map(|(key, value)| match value {
                Value::Array(values) if key == "enum" => values.len(),
                value => count_of_values(value),
            });
            inner.sum()
        }
        Value::Array(items) => items.iter().map(count_of_values).sum(),
        _ => 0,
    }
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
