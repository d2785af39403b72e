//! What objects and arrays hold.

use serde_json::{Map, Value, json};

use super::convert::{Converter, anything};
use crate::types::Type;

/// Longest name of a property, in bytes.
const MAX_NAME_BYTES: usize = 128;

impl<'d> Converter<'_, 'd> {
    /// Keywords about the members of objects.
    pub(super) fn object_members(&mut self, members: &'d Map<String, Value>, out: &mut Map<String, Value>) {
        let listed = self.properties(members, out);
        self.required(members, listed, out);
        self.additional(members, out);
        for key in ["patternProperties", "dependentSchemas", "dependencies"] {
            if let Some(Value::Object(schemas)) = members.get(key) {
                self.schemas_by_name(key, schemas, out);
            }
        }
        if let Some(names) = members.get("propertyNames").filter(|names| names.is_object()) {
            let names = self.inner("propertyNames", names);
            out.insert("propertyNames".to_owned(), names);
        }
        if let Some(Value::Object(lists)) = members.get("dependentRequired") {
            let lists: Map<String, Value> =
                lists.iter().filter_map(|(name, list)| Some((name.clone(), Value::Array(names_in(list)?)))).collect();
            out.insert("dependentRequired".to_owned(), Value::Object(lists));
        }
    }

    /// `properties`, without those that go the other way; answers the names that must not be required.
    fn properties(&mut self, members: &'d Map<String, Value>, out: &mut Map<String, Value>) -> Properties {
        let mut found = Properties::default();
        let mut properties = Map::new();
        let named: Vec<(&str, &'d Value)> = match members.get("properties") {
            None | Some(Value::Null) => return found,
            Some(Value::Object(named)) => named.iter().map(|(name, schema)| (name.as_str(), schema)).collect(),
            Some(Value::Array(list)) => {
                self.note("has `properties` as a list; they are read by their `name`");
                list.iter().filter_map(|schema| Some((schema.get("name")?.as_str()?, schema))).collect()
            }
            Some(_) => {
                self.note("has `properties` that are none; they are left out");
                return found;
            }
        };
        for (name, schema) in named {
            if self.schemas.is_left_out(schema, self.base) {
                found.left_out.push(name.to_owned());
                continue;
            }
            if name.is_empty() || name.len() > MAX_NAME_BYTES || name.chars().any(char::is_control) || name == "__proto__" {
                self.note("has a property whose name cannot be used; it is left out");
                found.left_out.push(name.to_owned());
                continue;
            }
            if matches!(schema.get("required"), Some(Value::Bool(true))) {
                found.required.push(name.to_owned());
            }
            let value = self.inner(name, schema);
            properties.insert(name.to_owned(), value);
        }
        out.insert("properties".to_owned(), Value::Object(properties));
        found
    }

    fn required(&mut self, members: &Map<String, Value>, found: Properties, out: &mut Map<String, Value>) {
        let mut names: Vec<Value> = match members.get("required") {
            Some(list @ Value::Array(_)) => names_in(list).unwrap_or_default(),
            Some(Value::String(name)) => vec![json!(name)],
            _ => Vec::new(),
        };
        for name in found.required {
            self.note(&format!("has `required: true` in `{name}`; it is read as required"));
            names.push(name.into());
        }
        names.retain(|name| !found.left_out.iter().any(|left_out| name == left_out));
        let additional = members.get("additionalProperties");
        let is_closed =
            additional.is_some_and(|value| *value == json!(false) || value == "false") && !members.contains_key("patternProperties");
        if is_closed {
            let known = out.get("properties").and_then(Value::as_object);
            let before = names.len();
            names.retain(|name| known.is_some_and(|known| name.as_str().is_some_and(|name| known.contains_key(name))));
            if names.len() < before && !members.contains_key("allOf") {
                self.note("requires a property that it does not admit; that is left out");
            }
        }
        let mut once: Vec<Value> = Vec::with_capacity(names.len());
        for name in names {
            if !once.contains(&name) {
                once.push(name);
            }
        }
        if !once.is_empty() {
            out.insert("required".to_owned(), Value::Array(once));
        }
    }

    fn additional(&mut self, members: &'d Map<String, Value>, out: &mut Map<String, Value>) {
        for key in ["additionalProperties", "unevaluatedProperties"] {
            let value = match members.get(key) {
                None | Some(Value::Null) => continue,
                Some(Value::Bool(is_open)) => Value::Bool(*is_open),
                Some(schema @ Value::Object(_)) => match self.inner(key, schema) {
                    Value::Object(anything) if anything.is_empty() => Value::Bool(true),
                    schema => schema,
                },
                Some(Value::String(text)) if text == "false" || text == "true" => Value::Bool(text == "true"),
                Some(_) => {
                    self.note(&format!("has `{key}` that is no schema; it is left out"));
                    continue;
                }
            };
            out.insert(key.to_owned(), value);
        }
    }

    fn schemas_by_name(&mut self, key: &str, schemas: &'d Map<String, Value>, out: &mut Map<String, Value>) {
        let mut found = Map::new();
        let mut lists = Map::new();
        for (name, schema) in schemas {
            if key == "patternProperties" && !self.is_usable(name) {
                self.note("has a pattern for names that cannot be used; others are admitted instead");
                out.shift_remove("additionalProperties");
                continue;
            }
            match (key, names_in(schema)) {
                ("dependencies", Some(names)) => {
                    lists.insert(name.clone(), Value::Array(names));
                }
                _ => {
                    let schema = match key {
                        "patternProperties" => self.inner(name, schema),
                        _ => self.schema_at(name, schema),
                    };
                    found.insert(name.clone(), schema);
                }
            }
        }
        let key = if key == "dependencies" { "dependentSchemas" } else { key };
        for (key, schemas) in [(key, found), ("dependentRequired", lists)] {
            if !schemas.is_empty() {
                out.insert(key.to_owned(), Value::Object(schemas));
            }
        }
    }

    /// Keywords about the items of arrays.
    pub(super) fn array_items(&mut self, members: &'d Map<String, Value>, types: &[Type], out: &mut Map<String, Value>) {
        let mut prefix: Vec<Value> = Vec::new();
        let mut items = match members.get("items") {
            Some(Value::Array(list)) => {
                prefix = list.iter().map(|schema| self.inner("items", schema)).collect();
                members.get("additionalItems").map(|schema| self.inner("items", schema))
            }
            Some(Value::Null) | None => None,
            Some(schema) => Some(self.inner("items", schema)),
        };
        if let Some(Value::Array(list)) = members.get("prefixItems") {
            prefix = list.iter().map(|schema| self.inner("prefixItems", schema)).collect();
        }
        if items.is_none() && prefix.is_empty() && types.contains(&Type::Array) {
            items = Some(anything());
        }
        if !prefix.is_empty() {
            out.insert("prefixItems".to_owned(), Value::Array(prefix));
        }
        if let Some(items) = items {
            out.insert("items".to_owned(), items);
        }
        for key in ["contains", "unevaluatedItems"] {
            if let Some(schema) = members.get(key).filter(|schema| schema.is_object() || schema.is_boolean()) {
                let schema = self.inner(key, schema);
                out.insert(key.to_owned(), schema);
            }
        }
        for key in ["minContains", "maxContains"] {
            if let Some(count) = members.get(key).and_then(Value::as_u64).filter(|_| out.contains_key("contains")) {
                out.insert(key.to_owned(), count.into());
            }
        }
    }
}

/// What is found out about properties beside their schemas.
#[derive(Debug, Default)]
struct Properties {
    left_out: Vec<String>,
    /// By a word in the property itself, as in Draft 3.
    required: Vec<String>,
}

fn names_in(list: &Value) -> Option<Vec<Value>> {
    Some(list.as_array()?.iter().filter(|name| name.is_string()).cloned().collect())
}
