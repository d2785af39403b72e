//! One schema object, keyword by keyword.
//!
//! Sources: JSON Schema 2020-12; OpenAPI Specification 3.0.4, Schema Object (a Draft 4 of its own); Swagger 2.0, Schema Object.

use serde_json::{Map, Value};

use super::convert::Converter;
use super::merge::merged;
use super::nullable::{is_nullable, nullable};
use super::target::Role;
use super::types::{Named, named, written};
use super::{text, values};
use crate::import::read::Dialect;
use crate::import::refs::reference;
use crate::types::Type;

impl<'d> Converter<'_, 'd> {
    pub(super) fn object(&mut self, members: &'d Map<String, Value>) -> Value {
        let Some(pointer) = members.get("$ref").and_then(Value::as_str) else {
            return self.own(members);
        };
        let referred = self.referred(pointer, Role::Whole);
        let counts = members.keys().any(|key| key != "$ref" && self.schemas.counts_beside_reference(key));
        match self.schemas.dialect {
            _ if !counts => referred,
            Dialect::Draft202012 => {
                let own = self.own(members);
                self.beside(referred, own, members)
            }
            Dialect::Draft4 => {
                let mut own = Map::new();
                let said = text::description(members, None, &own, None);
                own.extend(said.map(|said| ("description".to_owned(), said.into())));
                self.beside(referred, Value::Object(own), members)
            }
        }
    }

    fn beside(&mut self, referred: Value, own: Value, members: &Map<String, Value>) -> Value {
        let is_null_too = is_nullable(members);
        let joined = merged(referred.clone(), own.clone()).unwrap_or_else(|| serde_json::json!({"allOf": [referred, own]}));
        if is_null_too { nullable(joined) } else { joined }
    }

    /// A schema without its `$ref`.
    fn own(&mut self, members: &'d Map<String, Value>) -> Value {
        let name = self.place.last().cloned();
        let Named { mut types, has_null, format, wrong } = named(members);
        self.note_wrong_types(&wrong, &types);
        self.infer(members, &mut types);
        let values = members.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty());
        let is_of_items = types.as_slice() == [Type::Array] && values.is_some_and(|values| values.iter().all(|value| !value.is_array()));
        let (listed, of_items) = match is_of_items {
            true => {
                self.note("is a list whose `enum` is of other values; it is read as that of its items");
                (None, self.listed(members, &mut Vec::new()))
            }
            false => (self.listed(members, &mut types), None),
        };
        let mut said = None;
        let lists_null = listed.as_ref().is_some_and(|values| values.contains(&Value::Null));
        let mut out = Map::new();
        out.extend(written(&types).map(|types| ("type".to_owned(), types)));
        let concerns = |one: Type| types.is_empty() || types.contains(&one);
        if concerns(Type::Object) {
            self.object_members(members, &mut out);
        }
        if concerns(Type::Array) {
            self.array_items(members, &types, &mut out);
        }
        if let (Some(values), Some(Value::Object(items))) = (of_items, out.get_mut("items"))
            && !items.contains_key("enum")
        {
            said = values::put(values, items);
        }
        self.limits(members, &types, &mut out);
        self.formats(members, format, &types, &mut out);
        match members.get("const") {
            Some(value) => drop(out.insert("const".to_owned(), value.clone())),
            None => {
                if let Some(values) = listed {
                    said = values::put(values, &mut out);
                }
            }
        }
        self.conditions(members, &mut out);
        let is_null_too = has_null || lists_null || is_nullable(members);
        let out = self.composed(members, out);
        let Value::Object(mut out) = out else { return out };
        if let Some(default) = self.default(members, &out) {
            out.insert("default".to_owned(), default);
        }
        if members.get("deprecated") == Some(&Value::Bool(true)) {
            out.insert("deprecated".to_owned(), Value::Bool(true));
        }
        if let Some(said) = text::description(members, name.as_deref(), &out, said) {
            out.shift_remove("description");
            let place = usize::from(out.contains_key("type"));
            out.shift_insert(place, "description".to_owned(), said.into());
        }
        match is_null_too {
            true => nullable(only_null(out, &types, has_null)),
            false => Value::Object(out),
        }
    }

    fn note_wrong_types(&mut self, wrong: &[String], types: &[Type]) {
        for name in wrong {
            match types {
                [] => self.note(&format!("has the type `{name}`, which there is not; anything is admitted")),
                [one, ..] => self.note(&format!("has the type `{name}`, which there is not; it is read as `{}`", one.name())),
            }
        }
    }

    /// Types that are not named but meant: those of which something is said.
    fn infer(&mut self, members: &Map<String, Value>, types: &mut Vec<Type>) {
        let has = |key: &str| members.get(key).is_some_and(|value| !value.is_null());
        let is_filled = |key: &str| members.get(key).and_then(Value::as_object).is_some_and(|members| !members.is_empty());
        let is_composed = ["allOf", "anyOf", "oneOf", "$ref"].iter().any(|key| has(key));
        if types.is_empty() && !has("type") && !is_composed && !has("enum") && !has("const") {
            if is_filled("properties") || is_filled("additionalProperties") || members.get("properties").is_some_and(Value::is_array) {
                types.push(Type::Object);
            } else if has("items") {
                types.push(Type::Array);
            }
        } else if types.as_slice() == [Type::Object] && has("items") && !is_filled("properties") && !is_composed {
            self.note("is an `object` with `items`; lists are admitted too");
            types.insert(0, Type::Array);
        }
        if types.is_empty() && !has("type") && !is_composed {
            let texts = members.get("enum").and_then(Value::as_array);
            if texts.is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_string)) {
                types.push(Type::String);
            }
        }
    }

    fn formats(&mut self, members: &'d Map<String, Value>, meant: Option<&str>, types: &[Type], out: &mut Map<String, Value>) {
        let format = members.get("format").and_then(Value::as_str).filter(|format| !format.trim().is_empty()).or(meant);
        // `int64` of a text says nothing.
        let is_number = !types.is_empty() && !types.iter().any(|one| matches!(one, Type::String));
        if let Some(format) = format.filter(|format| !is_number || !matches!(*format, "integer" | "number" | "float" | "double")) {
            out.insert("format".to_owned(), format.into());
        }
        for key in ["contentEncoding", "contentMediaType"] {
            if let Some(value) = members.get(key).filter(|value| value.is_string()) {
                out.insert(key.to_owned(), value.clone());
            }
        }
        if let Some(schema) = members.get("contentSchema").filter(|schema| schema.is_object()) {
            let schema = self.inner("contentSchema", schema);
            out.insert("contentSchema".to_owned(), schema);
        }
    }

    /// `not`, `if`, `then`, `else`. What loses something in `not` or `if` would refuse more, so it is left out.
    fn conditions(&mut self, members: &'d Map<String, Value>, out: &mut Map<String, Value>) {
        let is_schema = |key: &str| members.get(key).filter(|schema| schema.is_object() || schema.is_boolean());
        if let Some(schema) = is_schema("not") {
            let before = self.said();
            let schema = self.schema_at("not", schema);
            match self.said() == before {
                true => drop(out.insert("not".to_owned(), schema)),
                false => self.note("has a `not` that cannot be kept; it is left out"),
            }
        }
        let (Some(condition), false) = (is_schema("if"), out.contains_key("if")) else { return };
        let before = self.said();
        let condition = self.schema_at("if", condition);
        if self.said() != before {
            return self.note("has an `if` that cannot be kept; it is left out");
        }
        out.insert("if".to_owned(), condition);
        for key in ["then", "else"] {
            if let Some(schema) = is_schema(key) {
                let schema = self.schema_at(key, schema);
                out.insert(key.to_owned(), schema);
            }
        }
    }

    /// What an entry of an `allOf`, or the only one of alternatives, says: with its content, so that it can be merged.
    pub(super) fn part(&mut self, schema: &'d Value) -> Value {
        let alone = reference(schema).filter(|_| !self.schemas.says_more(schema));
        match alone {
            Some(pointer) => match self.found(pointer, Role::Part) {
                Some(target) => self.content(&target),
                None => super::convert::anything(),
            },
            None => self.schema_as(schema, Role::Part),
        }
    }
}

/// `{"type": "null"}` names no other type, and must not admit everything.
fn only_null(mut out: Map<String, Value>, types: &[Type], has_null: bool) -> Value {
    let says_nothing = !out.keys().any(|key| !super::nullable::is_annotation(key));
    if has_null && types.is_empty() && says_nothing {
        out.insert("type".to_owned(), "null".into());
    }
    Value::Object(out)
}
