//! A vendor's schema as JSON Schema 2020-12 that stands on its own.
//!
//! Each schema that is referred to is turned once, after all that it refers to, and copied to where it is used. What refers to itself
//! stays a reference into `$defs`, and so does what is too large to be copied. What a definition holds follows from its place in the
//! description alone, so the same name means the same in every schema of a description. docs/decisions/0023 has the choices.

mod alternatives;
mod compose;
mod convert;
mod definitions;
mod discriminator;
mod form;
mod graph;
mod keywords;
mod limits;
mod members;
mod merge;
mod names;
mod nullable;
mod target;
mod text;
mod types;
mod values;

#[cfg(test)]
mod tests;

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value;

use self::convert::Converter;
use self::discriminator::Children;
use self::form::Form;
use self::graph::Components;
use self::target::{Key, Role, Target};
use super::read::{Description, Dialect};
use super::refs::{Refs, reference};

/// Most bytes of JSON text of a schema with all that it refers to written out, definitions aside. From there on what has more than
/// [`form::MIN_SHARED_BYTES`] is written once, under `$defs`.
const MAX_BYTES: usize = 64 * 1024;

/// The same for a schema that is copied into others.
const MAX_WIDE_BYTES: usize = 16 * 1024;

/// The same for a definition.
const MAX_NARROW_BYTES: usize = 3 * 1024;

/// Most schemas that are looked at to find out whether one property is left out.
const MAX_FLAG_SCHEMAS: usize = 64;

/// Most notes on one schema.
const MAX_NOTES: usize = 20;

/// Turns the schemas of one description, and remembers those that are referred to.
#[derive(Debug)]
pub(crate) struct Schemas<'d> {
    pub(crate) refs: Refs<'d>,
    pub(crate) dialect: Dialect,
    root: &'d Value,
    forms: RefCell<HashMap<(Key, Width), Rc<Form>>>,
    components: RefCell<Components>,
    /// The same, by rules about the same value alone.
    in_place: RefCell<Components>,
    /// What is being turned, which its own parts cannot copy.
    open: RefCell<Vec<Key>>,
    patterns: RefCell<HashMap<String, bool>>,
    children: OnceCell<Children>,
}

/// How much is copied into a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Width {
    /// To be copied itself.
    Wide,
    /// As a definition.
    Narrow,
}

impl<'d> Schemas<'d> {
    pub(crate) fn new(description: &'d Description) -> Self {
        Self {
            refs: Refs::new(&description.root),
            dialect: description.dialect,
            root: &description.root,
            forms: RefCell::default(),
            components: RefCell::default(),
            in_place: RefCell::default(),
            open: RefCell::default(),
            patterns: RefCell::default(),
            children: OnceCell::new(),
        }
    }

    /// The schema without references to anything outside of itself: inlined, with `$defs` only where it refers to itself. Whatever the vendor
    /// would accept is accepted. What could not be kept (an unusable pattern, a reference to nothing) is said in `notes`.
    pub(crate) fn converted(&self, schema: &'d Value, notes: &mut Vec<String>) -> Value {
        let whole = match reference(schema).map(|reference| self.target(reference, schema)) {
            Some(Ok(target)) if !self.says_more(schema) => target,
            _ => Target::unnamed(schema),
        };
        for target in self.order(&whole) {
            self.form(&target, Width::Wide);
            self.form(&target, Width::Narrow);
        }
        let known = self.forms.borrow().get(&(whole.key(), Width::Wide)).cloned();
        // What nobody refers to may be gone tomorrow, and another be at its address.
        let form = known.unwrap_or_else(|| Rc::new(Converter::turned(self, &whole, Width::Wide, MAX_BYTES)));
        form.notes.iter().for_each(|note| keep(notes, note.clone()));
        let definitions = self.definitions(&form, notes);
        let mut value = form.value.clone();
        if let Value::Object(members) = &mut value
            && !definitions.is_empty()
        {
            members.insert("$defs".to_owned(), Value::Object(definitions));
        }
        value
    }

    /// What is referred to, turned; `None` while it is being turned.
    fn form(&self, target: &Target<'d>, width: Width) -> Option<Rc<Form>> {
        let key = target.key();
        if let Some(form) = self.forms.borrow().get(&(key, width)) {
            return Some(Rc::clone(form));
        }
        if self.open.borrow().contains(&key) {
            return None;
        }
        let limit = match width {
            Width::Wide => MAX_WIDE_BYTES,
            Width::Narrow => MAX_NARROW_BYTES,
        };
        let wide = self.forms.borrow().get(&(key, Width::Wide)).cloned();
        let form = match wide.filter(|wide| wide.bytes <= MAX_NARROW_BYTES) {
            Some(wide) => wide,
            None => {
                self.open.borrow_mut().push(key);
                let form = Rc::new(Converter::turned(self, target, width, limit));
                self.open.borrow_mut().pop();
                form
            }
        };
        self.forms.borrow_mut().insert((key, width), Rc::clone(&form));
        Some(form)
    }

    /// Whether something beside a `$ref` counts.
    fn says_more(&self, schema: &Value) -> bool {
        let Some(members) = schema.as_object() else { return false };
        members.keys().any(|key| key != "$ref" && self.counts_beside_reference(key))
    }

    /// Swagger and OpenAPI 3.0 ignore what stands beside a `$ref`; but what is said there of null and in words is meant, and harmless.
    fn counts_beside_reference(&self, key: &str) -> bool {
        match self.dialect {
            Dialect::Draft202012 => true,
            Dialect::Draft4 => matches!(key, "description" | "nullable" | "x-nullable"),
        }
    }

    /// Whether a property is left out because the vendor only ever gives it: by its own word, or by that of what it refers to or is composed
    /// of, of which the first [`MAX_FLAG_SCHEMAS`] are looked at.
    fn is_left_out(&self, property: &'d Value, base: &'d Value) -> bool {
        let mut seen: HashSet<usize> = HashSet::new();
        let mut waiting = vec![(property, base)];
        while let Some((schema, base)) = waiting.pop() {
            let Some(members) = schema.as_object() else { continue };
            if members.get("readOnly") == Some(&Value::Bool(true)) {
                return true;
            }
            if seen.len() >= MAX_FLAG_SCHEMAS || !seen.insert(target::address(schema)) {
                continue;
            }
            let parts = members.get("allOf").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            waiting.extend(parts.iter().take(MAX_FLAG_SCHEMAS).map(|part| (part, base)));
            let target = reference(schema).and_then(|reference| self.target(reference, base).ok());
            waiting.extend(target.map(|target| (target.schema, target.base)));
        }
        false
    }

    /// Whether a schema stands for its children too: it has a discriminator, and schemas that are composed of it.
    fn role_of(&self, schema: &Value, role: Role) -> Role {
        match self.is_parent(schema) {
            true => role,
            false => Role::Whole,
        }
    }
}

fn keep(notes: &mut Vec<String>, note: String) {
    if notes.len() < MAX_NOTES && !notes.contains(&note) {
        notes.push(note);
    }
}
