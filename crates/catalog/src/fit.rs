//! A JSON value to the types of the definition format, with errors that say what to write instead.

use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::pointer::escaped;
use crate::problem::Problem;
use crate::wording::{did_you_mean, shortened};

/// Longest value that a message repeats.
const MAX_QUOTED_CHARACTERS: usize = 24;

/// `value` as a `T`.
///
/// # Errors
/// The first member that does not fit. Unknown keys come with the nearest known one, wrong types with what to write.
pub(crate) fn fit<'v, T: Deserialize<'v>>(value: &'v Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Input(value)).map_err(|error| {
        let path = dotted(error.path());
        let misfit = error.into_inner();
        Problem::error(misfit.place(path, value), misfit.to_string())
    })
}

fn dotted(path: &Path) -> String {
    let segments: Vec<String> = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            // Pagination styles are values of a key in the file, and unknown keys are named by the error.
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect();
    segments.join(".")
}

/// How a member does not fit.
#[derive(Debug)]
enum Misfit {
    UnknownKey { found: String, known: &'static [&'static str] },
    UnknownWord { found: String, known: &'static [&'static str] },
    MissingKey(&'static str),
    WrongType { found: String, expected: String, is_text: bool },
    Other(String),
}

impl Misfit {
    /// Where to look: serde names a struct for an unknown key in some places, and the key itself in others.
    fn place(&self, path: String, root: &Value) -> String {
        let Self::UnknownKey { found, .. } = self else {
            return path;
        };
        let inside = if path.is_empty() { found.clone() } else { format!("{path}.{found}") };
        let pointer = |path: &str| format!("/{}", escaped(path).replace('.', "/"));
        if root.pointer(&pointer(&inside)).is_some() { inside } else { path }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey { found, known } => {
                write!(f, "unknown key `{}`; {}", shortened(found, MAX_QUOTED_CHARACTERS), did_you_mean(found, known))
            }
            Self::UnknownWord { found, known } => {
                write!(f, "unknown value `{}`; {}", shortened(found, MAX_QUOTED_CHARACTERS), did_you_mean(found, known))
            }
            Self::MissingKey(key) => write!(f, "the key `{key}` is missing; add it"),
            Self::WrongType { found, expected, is_text } => {
                write!(f, "expected {expected}, found {found}")?;
                if *is_text {
                    f.write_str("; put it in quotes")?;
                }
                Ok(())
            }
            Self::Other(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Misfit {}

impl serde::de::Error for Misfit {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Other(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = in_our_words(&expected.to_string());
        let is_scalar = matches!(found, Unexpected::Bool(_) | Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_));
        let is_text = is_scalar && expected == "text";
        let found = match found {
            Unexpected::Bool(value) => format!("`{value}`"),
            Unexpected::Unsigned(value) => format!("the number {value}"),
            Unexpected::Signed(value) => format!("the number {value}"),
            Unexpected::Float(value) => format!("the number {value}"),
            Unexpected::Str(text) => format!("the text `{}`", shortened(text, MAX_QUOTED_CHARACTERS)),
            Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
            Unexpected::Seq => "a list".to_owned(),
            Unexpected::Map => "a mapping".to_owned(),
            other => other.to_string(),
        };
        Self::WrongType { found, expected, is_text }
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_field(found: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownKey { found: found.to_owned(), known }
    }

    fn unknown_variant(found: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownWord { found: found.to_owned(), known }
    }

    fn missing_field(key: &'static str) -> Self {
        Self::MissingKey(key)
    }
}

/// What serde calls the types, in the words of whoever writes a definition.
fn in_our_words(expected: &str) -> String {
    match expected {
        "a string" => "text",
        "a boolean" => "`true` or `false`",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "a sequence" => "a list",
        "a map" => "a mapping",
        other if other.starts_with("struct ") || other.contains("enum") => "a mapping",
        other => other,
    }
    .to_owned()
}

/// A value that is being read.
#[derive(Clone, Copy)]
struct Input<'de>(&'de Value);

impl<'de> IntoDeserializer<'de, Misfit> for Input<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Input<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (None, Some(value), _) => visitor.visit_i64(value),
                (None, None, Some(value)) => visitor.visit_f64(value),
                (None, None, None) => Err(serde::de::Error::custom("this number cannot be kept; quote it")),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.iter().map(Input))),
            Value::Object(members) => {
                visitor.visit_map(MapDeserializer::new(members.iter().map(|(key, value)| (key.as_str(), Input(value)))))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.0 {
            // Every enum of the format without an own `style` key is one word.
            Value::String(text) => visitor.visit_enum(StrDeserializer::<Misfit>::new(text)),
            _ => Err(Misfit::UnknownWord { found: self.0.to_string(), known }),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}
