//! The fields of a credential in memory.

use std::ops::Deref;

use serde_json::{Map, Value};
use zeroize::Zeroize;

/// What an account shows its vendor, by field. Cannot be printed, and its texts are overwritten when it is let go.
pub struct SecretFields(Map<String, Value>);

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
    use serde_json::json;

    #[test]
    fn every_text_is_overwritten_however_deep_it_lies() {
        let mut value = json!({"token": "s3cret", "more": [{"key": "s3cret"}, 7]});
        super::overwrite(&mut value);
        assert_eq!(value, json!({"token": "", "more": [{"key": ""}, 7]}));
    }
}
