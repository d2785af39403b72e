//! Schemas that a tag tells apart: `discriminator`, beside `oneOf` or on a parent that its children are composed of.
//!
//! Source: OpenAPI Specification 3.0.4, Discriminator Object; Swagger 2.0, Schema Object, `discriminator`.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::Schemas;
use super::merge::merged;
use super::target::{Target, address};
use crate::import::refs::reference;
use crate::pointer::{escaped, unescaped};

/// Most children that a parent stands for; it stands for itself alone where there are more.
const MAX_CHILDREN: usize = 40;

/// Pointers to the schemas that are composed of another, by the address of that one.
pub(super) type Children = HashMap<usize, Vec<String>>;

/// How a tag is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tags {
    /// By the vendor's mapping: these and no others.
    Mapped(Vec<String>),
    /// By the schema's name, which vendors often do not mean.
    Named(String),
}

/// The property that holds the tag.
pub(super) fn tag_property(members: &Map<String, Value>) -> Option<&str> {
    match members.get("discriminator")? {
        Value::String(name) => Some(name),
        discriminator => discriminator.get("propertyName")?.as_str(),
    }
}

fn has_alternatives(members: &Map<String, Value>) -> bool {
    ["oneOf", "anyOf"].iter().any(|key| members.get(*key).and_then(Value::as_array).is_some_and(|list| !list.is_empty()))
}

fn mapping(members: &Map<String, Value>) -> Option<&Map<String, Value>> {
    members.get("discriminator")?.get("mapping")?.as_object().filter(|mapping| !mapping.is_empty())
}

impl<'d> Schemas<'d> {
    pub(super) fn is_parent(&self, schema: &Value) -> bool {
        let Some(members) = schema.as_object() else { return false };
        let has_children = mapping(members).is_some() || self.children().contains_key(&address(schema));
        tag_property(members).is_some() && !has_alternatives(members) && has_children
    }

    /// The schemas that a parent stands for, and their tags; `None` for what is no parent, or has too many.
    pub(super) fn children_of(&self, schema: &'d Value) -> Option<Vec<(Tags, Target<'d>)>> {
        let members = schema.as_object().filter(|_| self.is_parent(schema))?;
        let mut children: Vec<(Tags, Target<'d>)> = Vec::new();
        match mapping(members) {
            Some(mapping) => {
                for (tag, value) in mapping {
                    let Some(child) = value.as_str().and_then(|value| self.mapped(value, schema)) else { continue };
                    if address(child.schema) == address(schema) {
                        continue;
                    }
                    match children.iter_mut().find(|(_, known)| address(known.schema) == address(child.schema)) {
                        Some((Tags::Mapped(tags), _)) => tags.push(tag.clone()),
                        _ => children.push((Tags::Mapped(vec![tag.clone()]), child)),
                    }
                }
            }
            None => {
                for pointer in self.children().get(&address(schema)).into_iter().flatten() {
                    if let Ok(child) = self.target(pointer, schema) {
                        children.push((Tags::Named(schema_name(pointer)), child));
                    }
                }
            }
        }
        (!children.is_empty() && children.len() <= MAX_CHILDREN).then_some(children)
    }

    /// Whether a parent may stand for itself beside its children.
    pub(super) fn stands_for_itself(&self, schema: &'d Value) -> bool {
        match schema.as_object().and_then(mapping) {
            Some(mapping) => {
                let mut mapped = mapping.values().filter_map(|value| self.mapped(value.as_str()?, schema));
                mapped.any(|child| address(child.schema) == address(schema))
            }
            None => true,
        }
    }

    /// The tags of an alternative that stands beside a discriminator.
    pub(super) fn tags_of(&self, members: &'d Map<String, Value>, alternative: &'d Value, base: &'d Value) -> Option<Tags> {
        let pointer = reference(alternative)?;
        let target = self.target(pointer, base).ok()?;
        let Some(mapping) = mapping(members) else { return Some(Tags::Named(schema_name(pointer))) };
        let tags: Vec<String> = mapping
            .iter()
            .filter(|(_, value)| {
                let mapped = value.as_str().and_then(|value| self.mapped(value, base));
                mapped.is_some_and(|mapped| address(mapped.schema) == address(target.schema))
            })
            .map(|(tag, _)| tag.clone())
            .collect();
        Some(if tags.is_empty() { Tags::Named(schema_name(pointer)) } else { Tags::Mapped(tags) })
    }

    /// What a mapping leads to: a reference or the name of a schema.
    fn mapped(&self, value: &str, base: &'d Value) -> Option<Target<'d>> {
        if value.starts_with('#') {
            return self.target(value, base).ok();
        }
        let name = escaped(value);
        let places = ["#/components/schemas/", "#/definitions/"];
        places.iter().find_map(|place| self.target(&format!("{place}{name}"), base).ok())
    }

    fn children(&self) -> &Children {
        self.children.get_or_init(|| {
            let mut children = Children::new();
            for place in ["/components/schemas", "/definitions"] {
                for (name, schema) in self.root.pointer(place).and_then(Value::as_object).into_iter().flatten() {
                    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
                    for parent in parts.filter_map(reference).filter_map(|reference| self.target(reference, schema).ok()) {
                        if parent.schema.get("discriminator").is_some() {
                            let pointer = format!("#{place}/{}", escaped(name).replace('%', "%25"));
                            children.entry(address(parent.schema)).or_default().push(pointer);
                        }
                    }
                }
            }
            children
        })
    }
}

fn schema_name(pointer: &str) -> String {
    unescaped(pointer.rsplit('/').next().unwrap_or_default())
}

/// `alternative` where the tag has these values. What the alternative itself says of its tag counts more than a name does.
pub(super) fn tagged(alternative: Value, property: &str, tags: &Tags) -> Value {
    let own = alternative.pointer(&format!("/properties/{}", escaped(property)));
    let says = own.is_some_and(|own| own.get("const").is_some() || own.get("enum").is_some());
    let said = match tags {
        Tags::Mapped(tags) => match tags.as_slice() {
            [tag] => json!({"type": "string", "const": tag}),
            tags => json!({"type": "string", "enum": tags}),
        },
        Tags::Named(_) if says => return alternative,
        Tags::Named(name) => json!({"type": "string", "description": format!("Tells which kind this is, by default `{name}`.")}),
    };
    let before = own.and_then(|own| own.get("description")).filter(|_| matches!(tags, Tags::Mapped(_))).cloned();
    let mut said = said;
    if let (Some(description), Some(said)) = (before, said.as_object_mut()) {
        said.insert("description".to_owned(), description);
    }
    // Not by merging closed objects: the tag is one of their properties, whether they list it or not.
    let mut value = alternative;
    if let Some(object) = value.as_object_mut() {
        let properties = object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
        if let Some(properties) = properties.as_object_mut() {
            let merged = match properties.shift_remove(property) {
                Some(own) => merged(own, said.clone()).unwrap_or(said),
                None => said,
            };
            properties.insert(property.to_owned(), merged);
        }
    }
    value
}
