//! The JSON Schema of definition files, for editors and for `tidegate catalog schema`.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::integration::Integration;

/// The JSON Schema (2020-12) of version 1 of the definition format.
///
/// It knows keys and types; what `tidegate catalog lint` checks beyond them it does not say.
pub fn schema() -> Value {
    let generated = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Integration>();
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("$id".to_owned(), json!("urn:tidegate:integration:1"));
    schema.insert("title".to_owned(), json!("Tidegate integration definition"));
    if let Value::Object(members) = generated.to_value() {
        for (key, value) in members {
            schema.entry(key).or_insert(value);
        }
    }
    // The types cannot say that only one version exists.
    if let Some(version) = schema.get_mut("properties").and_then(|properties| properties.get_mut("version")) {
        *version = json!({ "description": "Version of the definition format.", "const": 1 });
    }
    Value::Object(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_valid_and_asks_for_what_a_definition_needs() {
        let schema = schema();
        assert!(jsonschema::draft202012::meta::is_valid(&schema));
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let least = json!({
            "version": 1, "name": "acme", "label": "Acme", "description": "Orders.", "base_url": "https://api.acme.test",
            "resources": { "orders": { "methods": { "list": { "request": "GET /orders" } } } },
        });
        assert!(validator.is_valid(&least));
        for (pointer, wrong) in [
            ("/version", json!(2)),
            ("/resources/orders/methods/list", json!({ "request": "GET /orders", "requests": 1 })),
            ("/resources/orders/methods/list", json!({ "request": "GET /", "pagination": { "style": "pages" } })),
            ("/name", json!(7)),
        ] {
            let mut definition = least.clone();
            *definition.pointer_mut(pointer).unwrap() = wrong;
            assert!(!validator.is_valid(&definition), "{pointer}");
        }
    }
}
