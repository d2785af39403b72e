//! Reads tool arguments so that what is checked is what is sent: an object that names a member twice is
//! refused, because another reader of the same text might take the other one.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

/// Longest part of a member's name that is given back.
const MAX_NAME_CHARACTERS: usize = 80;

/// Parses one JSON object.
///
/// # Errors
/// A sentence about what is wrong: no object, a member given twice (its name), nesting deeper than 128.
pub(crate) fn object(raw: &RawValue) -> Result<Map<String, Value>, String> {
    match serde_json::from_str::<Strict>(raw.get()) {
        Ok(Strict(Value::Object(map))) => Ok(map),
        Ok(_) => Err("must be an object".into()),
        Err(error) => Err(error.to_string()),
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            if object.contains_key(&name) {
                let name: String = name.chars().take(MAX_NAME_CHARACTERS).flat_map(char::escape_debug).collect();
                return Err(A::Error::custom(format_args!("the member `{name}` is given twice")));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    fn object(text: &str) -> Result<String, String> {
        let raw: Box<RawValue> = serde_json::from_str(text).unwrap();
        super::object(&raw).map(|map| serde_json::Value::Object(map).to_string())
    }

    #[test]
    fn values_of_every_kind_are_read() {
        let text = r#"{"a":null,"b":[true,1,-2,1.5,"x\n"],"c":{"d":18446744073709551615}}"#;
        assert_eq!(object(text).as_deref(), Ok(text));
    }

    #[test]
    fn a_member_given_twice_is_refused_at_any_depth() {
        for text in [r#"{"id":1,"id":2}"#, r#"{"a":[{"id":1,"id":1}]}"#] {
            assert!(object(text).unwrap_err().starts_with("the member `id` is given twice"));
        }
    }

    #[test]
    fn a_long_name_is_given_back_in_short() {
        let name = "\u{202e}".repeat(100_000);
        assert!(object(&format!(r#"{{"{name}":1,"{name}":2}}"#)).unwrap_err().len() < 1_000);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        assert_eq!(object("[]").unwrap_err(), "must be an object");
        assert!(object(&format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200))).unwrap_err().contains("recursion"));
    }
}
