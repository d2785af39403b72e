//! Many files as one document: references to other files become references into it.
//!
//! The other files are put under one key of the first; a reference `parts.yaml#/Order` becomes `#/x-files/0/Order`. Nothing is copied
//! to where it is referred to, so recursive files are no trouble. References to `$id`, `$anchor` and `$dynamicAnchor` become pointers as
//! well. What is data (`example`, `default`, `enum`, …) is left alone.

mod place;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::read::shown;
use super::report::Note;
use place::Place;
use walk::{Asks, Mark, Spot, walk};

/// The files that are there, and what is known of the others.
#[derive(Debug)]
pub(super) struct Bundle {
    /// The first is the description.
    files: Vec<File>,
    /// Where each file and each `$id` is: the file's number and a pointer into it.
    places: HashMap<String, (usize, String)>,
    /// Files that were asked for and cannot be had, with the reason.
    absent: BTreeMap<String, String>,
    /// Files to ask for.
    wanted: BTreeSet<String>,
}

#[derive(Debug)]
struct File {
    value: Value,
    /// The file itself, and what has an `$id` in it.
    resources: Vec<Resource>,
    /// Pointers of named places, by the number of their resource and name.
    anchors: HashMap<(usize, String), String>,
}

/// What references are relative to.
#[derive(Debug)]
struct Resource {
    /// Where it stands in its file.
    pointer: String,
    place: Place,
}

/// What a reference leads to.
enum Target {
    /// It is right as it is, or leads nowhere and is reported by whoever follows it.
    AsWritten,
    /// A place in the one document.
    Pointer(String),
    /// A file that is not there.
    File { name: String, may_ask: Result<(), &'static str> },
}

impl Bundle {
    pub(super) fn new(source_name: &str, root: Value) -> Self {
        let mut bundle = Self { files: Vec::new(), places: HashMap::new(), absent: BTreeMap::new(), wanted: BTreeSet::new() };
        bundle.insert(Place::of(source_name), root);
        bundle
    }

    /// At most `count` names of files to ask for.
    pub(super) fn missing(&self, count: usize) -> Vec<String> {
        self.wanted.iter().take(count).cloned().collect()
    }

    pub(super) fn add(&mut self, name: &str, value: Result<Value, String>) {
        if !self.wanted.remove(name) {
            return;
        }
        match value {
            Ok(value) => self.insert(Place::of(name), value),
            Err(problem) => {
                self.absent.insert(name.to_owned(), problem);
            }
        }
    }

    /// The one document, and what it lacks. `not_given` says why files are not there that were never added.
    pub(super) fn document(mut self, not_given: &str) -> (Value, Vec<Note>) {
        for name in std::mem::take(&mut self.wanted) {
            self.absent.insert(name, not_given.to_owned());
        }
        let key = self.free_key();
        let changes: Vec<Vec<(String, Mark, String)>> = (0..self.files.len()).map(|file| self.changes(file, &key)).collect();
        let note = |(name, reason): (String, String)| Note { at: shown(&name), message: format!("this file was not read: {reason}") };
        let notes = self.absent.into_iter().map(note).collect();
        let mut values = self.files.into_iter().map(|file| file.value).zip(changes).map(|(value, changes)| changed(value, changes));
        let mut root = values.next().unwrap_or_default();
        let others: Vec<Value> = values.collect();
        if let (false, Value::Object(members)) = (others.is_empty(), &mut root) {
            members.insert(key, Value::Array(others));
        }
        (root, notes)
    }

    fn insert(&mut self, place: Place, value: Value) {
        let number = self.files.len();
        self.places.insert(place.name(), (number, String::new()));
        // What a document calls itself (OpenAPI 3.2 section 4.1.1; JSON Schema 2020-12 section 8.2.1).
        for own in ["$self", "$id"].iter().filter_map(|name| value.get(name).and_then(Value::as_str)) {
            if let Some(place) = place.join(own) {
                self.places.entry(place.name()).or_insert_with(|| (number, String::new()));
            }
        }
        let mut resources = vec![Resource { pointer: String::new(), place }];
        let mut anchors = HashMap::new();
        walk(&value, &mut |spot, mark, text| match mark {
            Mark::Id => {
                let at = spot.pointer();
                let Some(outer) = resources.get(spot.outer_resource) else { return };
                let place = outer.place.join(text).unwrap_or_else(|| outer.place.clone());
                self.places.entry(place.name()).or_insert_with(|| (number, at.clone()));
                resources.push(Resource { pointer: at, place });
            }
            Mark::Anchor => {
                anchors.entry((spot.resource, text.to_owned())).or_insert_with(|| spot.pointer());
            }
            Mark::Reference | Mark::DynamicReference | Mark::Mapping => {}
        });
        self.files.push(File { value, resources, anchors });
        self.want(number);
    }

    /// Notes which files a file refers to.
    fn want(&mut self, number: usize) {
        let mut wanted = Vec::new();
        if let Some(file) = self.files.get(number) {
            walk(&file.value, &mut |spot, mark, text| {
                if let (Mark::Reference, Asks::Yes) = (mark, spot.asks)
                    && let Target::File { name, may_ask } = self.target(number, spot, text, "")
                {
                    wanted.push((name, may_ask));
                }
            });
        }
        for (name, may_ask) in wanted {
            match may_ask {
                _ if self.absent.contains_key(&name) => {}
                Ok(()) => {
                    self.wanted.insert(name);
                }
                Err(reason) => {
                    self.absent.insert(name, reason.to_owned());
                }
            }
        }
    }

    /// What becomes of the references of a file: pointer, kind, and the new reference.
    fn changes(&self, number: usize, key: &str) -> Vec<(String, Mark, String)> {
        let mut changes = Vec::new();
        if let Some(file) = self.files.get(number) {
            walk(&file.value, &mut |spot, mark, text| {
                if let Mark::Reference | Mark::DynamicReference | Mark::Mapping = mark
                    && let Target::Pointer(pointer) = self.target(number, spot, text, key)
                {
                    changes.push((spot.json_pointer(), mark, pointer));
                }
            });
        }
        changes
    }

    /// What `text` refers to, where it stands in file `number`. `key` is where the other files will be.
    fn target(&self, number: usize, spot: &Spot<'_, '_>, text: &str, key: &str) -> Target {
        let (uri, fragment) = text.split_once('#').unwrap_or((text, ""));
        let Some(file) = self.files.get(number) else { return Target::AsWritten };
        if uri.is_empty() {
            return match self.pointer(number, spot.resource, fragment, key) {
                Some(pointer) if pointer != text => Target::Pointer(pointer),
                _ => Target::AsWritten,
            };
        }
        let mut first = None;
        // Many an `$id` only names a schema, and files are meant relative to where they are.
        for resource in [spot.resource, 0] {
            let Some(place) = file.resources.get(resource).and_then(|resource| resource.place.join(uri)) else { continue };
            let name = place.name();
            if let Some((number, pointer)) = self.places.get(&name) {
                let resource = self.files.get(*number).and_then(|file| file.resources.iter().position(|one| one.pointer == *pointer));
                return match self.pointer(*number, resource.unwrap_or(0), fragment, key) {
                    Some(pointer) => Target::Pointer(pointer),
                    None => Target::AsWritten,
                };
            }
            let may_ask = match self.files.first().and_then(|root| root.resources.first()) {
                Some(root) => root.place.lies_with(&place),
                None => Err("nothing is known of the place"),
            };
            match &first {
                None => first = Some((name, may_ask)),
                Some((_, Err(_))) if may_ask.is_ok() => first = Some((name, may_ask)),
                Some(_) => {}
            }
        }
        match first {
            Some((name, may_ask)) => Target::File { name, may_ask },
            None => Target::File { name: uri.to_owned(), may_ask: Err("nobody knows where it would be: what refers to it has no place") },
        }
    }

    /// A reference to `fragment` of a resource. `None` if there is no such anchor.
    fn pointer(&self, number: usize, resource: usize, fragment: &str, key: &str) -> Option<String> {
        let file = self.files.get(number)?;
        let start = if number == 0 { "#".to_owned() } else { format!("#/{key}/{}", number - 1) };
        let inside = &file.resources.get(resource)?.pointer;
        if fragment.is_empty() {
            return Some(start + inside);
        }
        if fragment.starts_with('/') {
            // An `$id` begins a document of its own, but not everybody who writes one means that.
            let is_there = !inside.is_empty() && has(&file.value, &format!("{inside}{fragment}"));
            return Some(if is_there { format!("{start}{inside}{fragment}") } else { format!("{start}{fragment}") });
        }
        let name = percent_decode_str(fragment).decode_utf8().ok()?.into_owned();
        let here = file.anchors.get(&(resource, name.clone()));
        let anywhere = || (0..file.resources.len()).find_map(|resource| file.anchors.get(&(resource, name.clone())));
        here.or_else(anywhere).map(|pointer| start + pointer)
    }

    fn free_key(&self) -> String {
        let root = self.files.first().and_then(|file| file.value.as_object());
        let mut key = "x-files".to_owned();
        while root.is_some_and(|root: &Map<String, Value>| root.contains_key(&key)) {
            key.push('-');
        }
        key
    }
}

fn has(value: &Value, pointer: &str) -> bool {
    percent_decode_str(pointer).decode_utf8().is_ok_and(|decoded| value.pointer(&decoded).is_some()) || value.pointer(pointer).is_some()
}

fn changed(mut value: Value, changes: Vec<(String, Mark, String)>) -> Value {
    for (at, mark, reference) in changes {
        match (mark, value.pointer_mut(&at)) {
            (Mark::Mapping, Some(text)) => *text = Value::String(reference),
            (Mark::DynamicReference, Some(Value::Object(members))) => {
                members.shift_remove("$dynamicRef");
                members.insert("$ref".to_owned(), Value::String(reference));
            }
            (_, Some(Value::Object(members))) => {
                members.insert("$ref".to_owned(), Value::String(reference));
            }
            _ => {}
        }
    }
    value
}

#[cfg(test)]
mod tests;
