//! Which JSON types a schema lets through, as far as it says so.

use serde_json::Value;

/// References and alternatives deeper than this are not followed.
const MAX_DEPTH: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_i64() || number.is_u64() => Self::Integer,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::Null,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::String,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }

    /// What JSON Schema calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// A set of types; empty where the schema does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Types(u8);

impl Types {
    /// The types that `schema` lets through: its `type`, or those of its alternatives.
    pub(crate) fn of(schema: &Value, root: &Value) -> Self {
        Self::within(schema, root, MAX_DEPTH).unwrap_or_default()
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether values of a type fit; every integer is a number.
    pub(crate) fn has(self, one: Type) -> bool {
        self.contains(one) || (one == Type::Integer && self.contains(Type::Number))
    }

    fn contains(self, one: Type) -> bool {
        self.0 & (1 << one as u8) != 0
    }

    fn with(self, one: Type) -> Self {
        Self(self.0 | (1 << one as u8))
    }

    /// `None` where one alternative does not say.
    fn within(schema: &Value, root: &Value, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        let schema = resolved(schema, root);
        match schema.get("type") {
            Some(Value::String(one)) => return Some(Self::default().with(Type::parse(one)?)),
            Some(Value::Array(several)) => {
                return several.iter().try_fold(Self::default(), |types, one| Some(types.with(Type::parse(one.as_str()?)?)));
            }
            _ => {}
        }
        let alternatives = schema.get("anyOf").or_else(|| schema.get("oneOf"))?;
        alternatives.as_array()?.iter().try_fold(Self::default(), |types, one| Some(Self(types.0 | Self::within(one, root, depth)?.0)))
    }
}

/// The schema that a chain of local references leads to, or the schema itself.
pub(crate) fn resolved<'a>(mut schema: &'a Value, root: &'a Value) -> &'a Value {
    // Bounded, because references may lead in a circle.
    for _ in 0..MAX_DEPTH {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|reference| root.pointer(reference.strip_prefix('#')?));
        match target {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}
