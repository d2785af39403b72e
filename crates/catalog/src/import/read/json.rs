//! JSON to a value, noticing keys that stand twice and values that take too much memory.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a text is no JSON that can be used.
#[derive(Debug)]
pub(super) enum JsonError {
    /// It may be something else, e.g. YAML in braces.
    Syntax { line: usize, message: String },
    /// It is JSON.
    Refused { line: usize, message: String },
}

/// Reads a JSON text of at most `max_depth` levels whose values take at most `max_value_bytes`, counted roughly.
///
/// With the value comes the memory it takes. A key may stand twice in an object with one and the same value.
///
/// # Errors
/// [`JsonError`], with the line.
pub(super) fn read(text: &str, max_depth: usize, max_value_bytes: usize) -> Result<(Value, usize), JsonError> {
    let refusal = Cell::new(None);
    let budget = Budget { max_depth, max_value_bytes, value_bytes: Cell::new(0), refusal: &refusal };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Node { budget: &budget, depth: 0 }.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map(|value| (value, budget.value_bytes.get())).map_err(|error| {
        let line = error.line().max(1);
        match refusal.take() {
            Some(message) => JsonError::Refused { line, message },
            None => {
                let at = format!(" at line {} column {}", error.line(), error.column());
                let message = error.to_string();
                let problem = message.strip_suffix(&at).unwrap_or(&message);
                JsonError::Syntax { line, message: format!("not valid JSON: {problem}, in column {}", error.column()) }
            }
        }
    })
}

struct Budget<'b> {
    max_depth: usize,
    max_value_bytes: usize,
    value_bytes: Cell<usize>,
    refusal: &'b Cell<Option<String>>,
}

impl Budget<'_> {
    fn spend<E: Error>(&self, text_bytes: usize) -> Result<(), E> {
        let spent = self.value_bytes.get().saturating_add(text_bytes).saturating_add(size_of::<Value>());
        self.value_bytes.set(spent);
        let most = self.max_value_bytes;
        if spent > most {
            return Err(self.refused(format!("the values take more than {most} bytes; the vendor may publish parts of it on their own")));
        }
        Ok(())
    }

    fn refused<E: Error>(&self, message: String) -> E {
        self.refusal.set(Some(message));
        E::custom("refused")
    }
}

/// The value that comes next.
#[derive(Clone, Copy)]
struct Node<'b> {
    budget: &'b Budget<'b>,
    depth: usize,
}

impl Node<'_> {
    fn inner<E: Error>(self) -> Result<Self, E> {
        let most = self.budget.max_depth;
        if self.depth >= most {
            let message = format!("nested more than {most} levels deep; the vendor may publish parts of it on their own");
            return Err(self.budget.refused(message));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.budget.spend(0).map(|()| Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.budget.spend(0).map(|()| Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.budget.spend(0).map(|()| Value::Number(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.budget.spend(0).map(|()| Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.budget.spend(0).map(|()| Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.budget.spend(value.len()).map(|()| Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        self.budget.spend(0)?;
        let node = self.inner()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(node)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        self.budget.spend(0)?;
        let node = self.inner()?;
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            self.budget.spend(name.len())?;
            let value = object.next_value_seed(node)?;
            if members.get(&name).is_some_and(|first| *first != value) {
                let message = format!("the key `{name}` stands in this object twice, with different values; keep one of the two");
                return Err(self.budget.refused(message));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}
