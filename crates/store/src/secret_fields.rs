//! The fields of a credential in memory.

use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use crate::{StoreError, secret_json};

/// What an account shows its vendor, by field. Cannot be printed, and its texts are overwritten when it is let go.
#[derive(Default)]
pub struct SecretFields(Map<String, Value>);

impl SecretFields {
    pub(crate) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        secret_json(&self.0)
    }
}

impl From<Map<String, Value>> for SecretFields {
    fn from(fields: Map<String, Value>) -> SecretFields {
        SecretFields(fields)
    }
}

impl Deref for SecretFields {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl Drop for SecretFields {
    fn drop(&mut self) {
        self.0.values_mut().for_each(overwrite);
    }
}

/// Reads a JSON object. What was read before an error is overwritten too, and no error repeats a value.
impl<'de> Deserialize<'de> for SecretFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SecretFields, D::Error> {
        // Asked for a map, a deserializer would itself say what else it met.
        deserializer.deserialize_any(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = SecretFields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<SecretFields, A::Error> {
        let mut fields = SecretFields::default();
        while let Some((name, value)) = members.next_entry::<String, Value>()? {
            if let Some(mut before) = fields.0.insert(name, value) {
                overwrite(&mut before);
            }
        }
        Ok(fields)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<SecretFields, E> {
        Err(E::custom("must be an object, and is a string"))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<SecretFields, E> {
        Err(E::custom("must be an object, and is true or false"))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<SecretFields, E> {
        Err(E::custom(NUMBER))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<SecretFields, E> {
        Err(E::custom(NUMBER))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<SecretFields, E> {
        Err(E::custom(NUMBER))
    }
}

const NUMBER: &str = "must be an object, and is a number";

fn overwrite(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(overwrite),
        Value::Object(fields) => fields.values_mut().for_each(overwrite),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_is_overwritten_however_deep_it_lies() {
        let mut value = json!({"token": "s3cret", "more": [{"key": "s3cret"}, 7]});
        super::overwrite(&mut value);
        assert_eq!(value, json!({"token": "", "more": [{"key": ""}, 7]}));
    }

    #[test]
    fn what_is_no_object_is_refused_and_not_repeated() {
        for text in [r#""s3cret""#, "912345678", "-912345678", "9.12345678", "true", "null", r#"["s3cret"]"#, r#"{"token": "s3cret""#] {
            let error = serde_json::from_str::<SecretFields>(text).err().unwrap().to_string();
            assert!(!error.contains("s3cret") && !error.contains("12345678"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn fields_are_read_as_they_were_written_into_memory_that_did_not_grow(names in proptest::collection::vec("\\PC{0,9}", 0..5), text: String) {
            let fields: Map<String, Value> = names.into_iter().map(|name| (name, json!({"t": [text, null, 1.5]}))).collect();
            let json = SecretFields::from(fields.clone()).to_json().unwrap();
            prop_assert_eq!(json.capacity(), json.len());
            let read: SecretFields = serde_json::from_slice(&json).unwrap();
            prop_assert_eq!(&*read, &fields);
        }
    }
}
