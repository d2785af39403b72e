//! `anyOf` and `oneOf`.

use serde_json::{Map, Value, json};

use super::convert::{Converter, anything};
use super::discriminator::{Tags, tag_property, tagged};
use super::nullable::{is_null, nullable};
use super::target::{Role, Target};
use crate::import::refs::reference;

impl<'d> Converter<'_, 'd> {
    /// Alternatives as `anyOf`, unless they only say which properties exclude each other; a single one as itself, one beside null as one that
    /// may be null.
    pub(super) fn alternatives(&mut self, key: &str, list: &'d [Value], members: &'d Map<String, Value>) -> Value {
        if let [only] = list {
            return self.part(only);
        }
        let tag = tag_property(members);
        let mut has_null = false;
        let mut found: Vec<Value> = Vec::with_capacity(list.len());
        for schema in list {
            // What is one of itself and others is one of the others.
            let target = reference(schema).and_then(|pointer| self.schemas.target(pointer, self.base).ok());
            if target.is_some_and(|target| self.is_endless(&Target { role: self.schemas.role_of(target.schema, Role::Whole), ..target })) {
                continue;
            }
            let mut value = self.alternative(schema);
            if is_null(&value) {
                has_null = true;
                continue;
            }
            if let Some(tag) = tag
                && let Some(tags) = self.schemas.tags_of(members, schema, self.base)
            {
                value = tagged(value, tag, &tags);
            }
            if !found.contains(&value) {
                found.push(value);
            }
        }
        let joined = match (found.len(), key) {
            (0, _) if has_null => return json!({"type": "null"}),
            (0, _) => anything(),
            (1, _) => found.remove(0),
            (_, "oneOf") if found.iter().all(only_requires) => json!({"oneOf": found}),
            _ => json!({"anyOf": found}),
        };
        if has_null { nullable(joined) } else { joined }
    }

    /// A schema that stands for its children: one of them, or itself.
    pub(super) fn parent(&mut self, schema: &'d Value, children: Vec<(Tags, Target<'d>)>) -> Value {
        let Some((members, tag)) = schema.as_object().and_then(|members| Some((members, tag_property(members)?))) else {
            return self.schema(schema);
        };
        let mut found: Vec<Value> = Vec::with_capacity(children.len() + 1);
        for (tags, child) in children {
            let role = self.schemas.role_of(child.schema, Role::Whole);
            let child = Target { role, ..child };
            if self.is_endless(&child) {
                continue;
            }
            let value = self.used(&child);
            let value = tagged(value, tag, &tags);
            if !found.contains(&value) {
                found.push(value);
            }
        }
        if self.schemas.stands_for_itself(schema) {
            found.push(self.object(members));
        }
        match found.len() {
            0 => self.object(members),
            1 => found.remove(0),
            _ => json!({"anyOf": found}),
        }
    }
}

/// Whether a schema only says which properties there are: those of `oneOf` then exclude each other, which is why it was written.
fn only_requires(schema: &Value) -> bool {
    let Some(members) = schema.as_object() else { return false };
    members.contains_key("required")
        && reference(schema).is_none()
        && members.keys().all(|key| ["required", "description", "title", "not"].contains(&key.as_str()))
}
