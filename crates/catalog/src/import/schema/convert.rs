//! Turns one schema, copying in what it refers to.

use serde_json::{Map, Value};

use super::form::{Form, MIN_SHARED_BYTES};
use super::names::definition_name;
use super::target::{Key, Role, Target};
use super::{MAX_NOTES, Schemas, Width};

/// Levels of schemas within one; what is deeper admits anything.
const MAX_LEVELS: usize = 40;

/// Levels of JSON from the root of a schema or definition; copying in what goes deeper makes a definition of it.
const MAX_JSON_LEVELS: usize = 90;

/// Longest chain of schemas that are composed of each other.
const MAX_COMPOSED: usize = 24;

/// Whether there is room to copy larger schemas in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Enough,
    Short,
}

/// Turns one schema.
pub(super) struct Converter<'s, 'd> {
    pub(super) schemas: &'s Schemas<'d>,
    pub(super) base: &'d Value,
    key: Key,
    refers: Vec<(Key, String)>,
    notes: Vec<String>,
    /// Names on the way to what is being turned.
    pub(super) place: Vec<String>,
    level: usize,
    /// Whether what is being turned is about the same value as the whole, not about a part of it.
    in_place: bool,
    width: Width,
    room: Room,
    limit: usize,
    copied: usize,
}

impl<'s, 'd> Converter<'s, 'd> {
    pub(super) fn turned(schemas: &'s Schemas<'d>, target: &Target<'d>, width: Width, limit: usize) -> Form {
        let turned = |room| {
            let mut converter = Self {
                schemas,
                base: target.base,
                key: target.key(),
                refers: Vec::new(),
                notes: Vec::new(),
                place: Vec::new(),
                level: 0,
                in_place: true,
                width,
                room,
                limit,
                copied: 0,
            };
            if !target.pointer.is_empty() {
                converter.place.push(target.pointer.rsplit('/').next().unwrap_or_default().to_owned());
            }
            let value = converter.whole(target);
            let is_over = converter.copied > limit;
            (Form::new(value, converter.refers, converter.notes), is_over)
        };
        match turned(Room::Enough) {
            (form, false) => form,
            _ => turned(Room::Short).0,
        }
    }

    fn whole(&mut self, target: &Target<'d>) -> Value {
        if target.role == Role::Whole
            && let Some(children) = self.schemas.children_of(target.schema)
        {
            return self.parent(target.schema, children);
        }
        self.schema(target.schema)
    }

    /// A schema within the one that is turned. As a part of an `allOf` it does not stand for its children.
    pub(super) fn schema(&mut self, schema: &'d Value) -> Value {
        self.schema_as(schema, Role::Whole)
    }

    pub(super) fn schema_as(&mut self, schema: &'d Value, role: Role) -> Value {
        let members = match schema {
            Value::Object(members) => members,
            Value::Bool(_) => return schema.clone(),
            _ => {
                self.note("is no schema; anything is admitted");
                return anything();
            }
        };
        if self.level >= MAX_LEVELS {
            self.note(&format!("is more than {MAX_LEVELS} levels deep; anything is admitted"));
            return anything();
        }
        self.level += 1;
        let may_be_parent = role == Role::Whole && self.level > 1 && !members.contains_key("$ref");
        let value = match may_be_parent.then(|| self.schemas.children_of(schema)).flatten() {
            Some(children) => self.parent(schema, children),
            None => self.object(members),
        };
        self.level -= 1;
        value
    }

    /// A schema of a part of the value, which stands at `name`.
    pub(super) fn inner(&mut self, name: &str, schema: &'d Value) -> Value {
        let before = std::mem::replace(&mut self.in_place, false);
        let value = self.schema_at(name, schema);
        self.in_place = before;
        value
    }

    /// A schema of the same value, under a name for notes.
    pub(super) fn schema_at(&mut self, name: &str, schema: &'d Value) -> Value {
        self.place.push(name.to_owned());
        let value = self.schema(schema);
        self.place.pop();
        value
    }

    /// What a reference leads to: its content, or a reference to its definition.
    pub(super) fn referred(&mut self, pointer: &str, role: Role) -> Value {
        match self.found(pointer, role) {
            Some(target) => self.used(&target),
            None => anything(),
        }
    }

    pub(super) fn found(&mut self, pointer: &str, role: Role) -> Option<Target<'d>> {
        match self.schemas.target(pointer, self.base) {
            Ok(target) => {
                let role = self.schemas.role_of(target.schema, role);
                let target = Target { role, ..target };
                if self.is_endless(&target) {
                    self.note("is composed of itself; that part is left out");
                    return None;
                }
                Some(target)
            }
            Err(error) => {
                self.note(&format!("{error}; anything is admitted"));
                None
            }
        }
    }

    /// Whether what is used here leads back to the whole without looking at a part of the value: nothing would ever be decided.
    pub(super) fn is_endless(&self, target: &Target<'d>) -> bool {
        self.in_place
            && self.schemas.is_recursive(self.key)
            && self.schemas.is_recursive(target.key())
            && self.schemas.are_one_in_place(target, self.key)
    }

    pub(super) fn used(&mut self, target: &Target<'d>) -> Value {
        let key = target.key();
        let is_recursive = self.schemas.is_recursive(key);
        match is_recursive {
            true => self.defined(target),
            false => match self.schemas.form(target, self.width) {
                Some(form) if self.fits(&form) => self.copied(&form),
                _ => self.defined(target),
            },
        }
    }

    /// The content of a part of an `allOf`, to be merged: a reference where it is still being turned, or the chain has no end.
    pub(super) fn content(&mut self, target: &Target<'d>) -> Value {
        let key = target.key();
        let is_known = self.schemas.forms.borrow().contains_key(&(key, self.width));
        let is_recursive = self.schemas.is_recursive(key);
        // Within a property only what is complete already; what is composed of each other only as a whole, so that the order in which
        // schemas are asked for changes nothing.
        let is_own = self.schemas.is_recursive(self.key) && is_recursive;
        let may_begin = !is_own || self.level <= 1;
        if !may_begin || (!is_known && self.schemas.open.borrow().len() > MAX_COMPOSED) {
            return self.defined(target);
        }
        match self.schemas.form(target, self.width) {
            Some(form) if 2 * self.level + form.depth <= MAX_JSON_LEVELS && !self.is_better_shared(&form) => self.copied(&form),
            _ => self.defined(target),
        }
    }

    /// Whether a part within a property is written once although it is not merged then. A closed one would refuse what stands beside it.
    fn is_better_shared(&self, form: &Form) -> bool {
        let is_closed = form.value.get("additionalProperties") == Some(&Value::Bool(false));
        self.level > 1 && self.room == Room::Short && form.bytes > MIN_SHARED_BYTES && !is_closed
    }

    fn fits(&mut self, form: &Form) -> bool {
        let is_small = form.bytes <= MIN_SHARED_BYTES;
        if !is_small && self.room == Room::Enough && self.copied + form.bytes > self.limit {
            // Counted, so that all is done again with little room.
            self.copied += form.bytes;
            return false;
        }
        (is_small || self.room == Room::Enough) && 2 * self.level + form.depth <= MAX_JSON_LEVELS
    }

    fn copied(&mut self, form: &Form) -> Value {
        self.copied += form.bytes;
        for refers in &form.refers {
            self.refer(refers.clone());
        }
        for note in &form.notes {
            self.keep_note(note.clone());
        }
        form.value.clone()
    }

    fn defined(&mut self, target: &Target<'d>) -> Value {
        let name = definition_name(target);
        let reference = format!("#/$defs/{name}");
        self.refer((target.key(), name));
        Value::Object(Map::from_iter([("$ref".to_owned(), Value::String(reference))]))
    }

    fn refer(&mut self, refers: (Key, String)) {
        if !self.refers.contains(&refers) {
            self.refers.push(refers);
        }
    }

    /// Says what became of the schema at this place.
    pub(super) fn note(&mut self, message: &str) {
        let place = match self.place.is_empty() {
            true => "the schema".to_owned(),
            false => format!("`{}`", self.place.join(".")),
        };
        self.keep_note(format!("{place} {message}"));
    }

    fn keep_note(&mut self, note: String) {
        if self.notes.len() < MAX_NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// How many things have been said so far: more afterwards means that something was lost.
    pub(super) fn said(&self) -> usize {
        self.notes.len()
    }
}

pub(super) fn anything() -> Value {
    Value::Object(Map::new())
}
