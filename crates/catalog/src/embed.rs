//! Puts a schema of its own into a larger document, so that its local references still lead where they did.

use serde_json::{Map, Value};

use crate::pointer::escaped;
use crate::subschemas::{Holds, held_by};

/// `schema` as it may stand anywhere in a document whose `$defs` are `definitions`.
///
/// Its own `$defs` move there. A reference to another place of the schema (`#`, `#/properties/x`) would lead astray;
/// then the whole schema is kept as the definition `name`, and such references lead into that. Arrays without
/// `items` get an empty one, which some clients demand.
///
/// # Errors
/// A reference that leaves the document, or a definition of the same name with other content.
pub(crate) fn embed(schema: &Value, name: &str, definitions: &mut Map<String, Value>) -> Result<Value, String> {
    let mut schema = schema.clone();
    let own = match schema.as_object_mut() {
        Some(object) => {
            // Identifiers would change what references mean, and the root says which dialect it is.
            object.shift_remove("$schema");
            object.shift_remove("$id");
            object.shift_remove("$defs")
        }
        None => None,
    };
    let mut own = match own {
        Some(Value::Object(own)) => own,
        Some(_) => return Err("`$defs` must be an object of schemas".to_owned()),
        None => Map::new(),
    };

    let mut inward = false;
    for part in own.values_mut().chain([&mut schema]) {
        inward |= prepare(part, name)?;
    }
    for (key, definition) in own {
        define(key, definition, definitions)?;
    }
    if inward {
        define(name.to_owned(), schema.clone(), definitions)?;
    }
    Ok(schema)
}

fn define(name: String, definition: Value, definitions: &mut Map<String, Value>) -> Result<(), String> {
    match definitions.get(&name) {
        Some(other) if *other != definition => Err(format!("two different schemas are called `$defs.{name}`; rename one of them")),
        _ => {
            definitions.insert(name, definition);
            Ok(())
        }
    }
}

/// Mends arrays and references; answers whether one led to a place of the schema itself.
fn prepare(schema: &mut Value, name: &str) -> Result<bool, String> {
    let mut inward = false;
    let Value::Object(object) = schema else {
        return Ok(false); // `true` and `false` are schemas too.
    };
    for key in ["$ref", "$dynamicRef"] {
        if let Some(Value::String(reference)) = object.get_mut(key) {
            inward |= mend_reference(reference, name)?;
        }
    }
    if is_array(object) && !object.contains_key("items") && !object.contains_key("prefixItems") {
        object.insert("items".to_owned(), Value::Object(Map::new()));
    }
    for (key, value) in object.iter_mut() {
        match held_by(key) {
            Some(Holds::Map) => {
                for member in value.as_object_mut().into_iter().flat_map(Map::values_mut) {
                    inward |= prepare(member, name)?;
                }
            }
            Some(Holds::List) => {
                for member in value.as_array_mut().into_iter().flatten() {
                    inward |= prepare(member, name)?;
                }
            }
            Some(Holds::Schema) => inward |= prepare(value, name)?,
            None => {}
        }
    }
    Ok(inward)
}

fn mend_reference(reference: &mut String, name: &str) -> Result<bool, String> {
    if reference.starts_with("#/$defs/") {
        return Ok(false);
    }
    match reference.strip_prefix('#') {
        Some(pointer) if pointer.is_empty() || pointer.starts_with('/') => {
            *reference = format!("#/$defs/{}{pointer}", escaped(name));
            Ok(true)
        }
        _ => Err(format!("`$ref: {reference}` leads out of the schema; write the schema here or under $defs")),
    }
}

fn is_array(object: &Map<String, Value>) -> bool {
    match object.get("type") {
        Some(Value::String(one)) => one == "array",
        Some(Value::Array(several)) => several.iter().any(|one| one == "array"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn definitions_move_to_the_root() {
        let mut definitions = Map::new();
        let schema = json!({"type": "array", "items": {"$ref": "#/$defs/Item"}, "$defs": {"Item": {"type": "array"}}});
        let embedded = embed(&schema, "items", &mut definitions).unwrap();
        assert_eq!(embedded, json!({"type": "array", "items": {"$ref": "#/$defs/Item"}}));
        assert_eq!(Value::Object(definitions), json!({"Item": {"type": "array", "items": {}}}));
    }

    #[test]
    fn case_a2_a_reference_into_the_schema_itself_still_leads_there() {
        let mut definitions = Map::new();
        let schema = json!({"properties": {"a": {"type": "integer"}, "b": {"$ref": "#/properties/a"}, "c": {"$ref": "#"}}});
        let embedded = embed(&schema, "body", &mut definitions).unwrap();
        assert_eq!(embedded["properties"]["b"], json!({"$ref": "#/$defs/body/properties/a"}));
        assert_eq!(embedded["properties"]["c"], json!({"$ref": "#/$defs/body"}));
        assert_eq!(definitions["body"], embedded);
    }

    #[test]
    fn a_property_that_is_called_like_a_keyword_is_not_one() {
        let schema = json!({"properties": {"$ref": {"type": "string"}, "items": {"type": "array"}}});
        let embedded = embed(&schema, "body", &mut Map::new()).unwrap();
        assert_eq!(embedded["properties"]["items"], json!({"type": "array", "items": {}}));
    }

    #[test]
    fn references_to_elsewhere_and_clashing_definitions_are_refused() {
        let outward = json!({"$ref": "https://example.com/x.json"});
        assert!(embed(&outward, "a", &mut Map::new()).unwrap_err().contains("leads out"));
        let mut definitions = Map::from_iter([("X".to_owned(), json!({"type": "string"}))]);
        let other = json!({"$defs": {"X": {"type": "integer"}}});
        assert!(embed(&other, "a", &mut definitions).unwrap_err().contains("$defs.X"));
    }
}
