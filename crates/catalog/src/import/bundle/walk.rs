//! Every reference of a document and everything that can be referred to by a name, but not what is data.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::pointer::escaped;
/// What stands at a spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// `$ref`.
    Reference,
    /// `$dynamicRef`.
    DynamicReference,
    /// A value of a discriminator's `mapping` that is a reference.
    Mapping,
    /// `$id`.
    Id,
    /// `$anchor` or `$dynamicAnchor`, or an `$id` that is only a fragment, as it was written of old.
    Anchor,
}

/// Whether a file is worth asking for because of what stands here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    Yes,
    /// In extensions and prose, which no tool is made of.
    No,
}

/// Where the walk is.
pub(super) struct Spot<'s, 'v> {
    steps: &'s [Step<'v>],
    pub(super) asks: Asks,
    /// Number of the innermost `$id` around it, in the order of the walk from 1; 0 for the document.
    pub(super) resource: usize,
    /// For an `$id`: that around it.
    pub(super) outer_resource: usize,
}

#[derive(Clone, Copy)]
enum Step<'v> {
    Key(&'v str),
    Index(usize),
}

/// How the members of an object are to be understood.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// Their names are words of the specification.
    Object,
    /// Their names are the author's, each of an object.
    Names,
    /// Their names are the author's, each of an example.
    Examples,
    /// An object of the specification without objects in it, such as an example: it may be a reference, and the rest is data.
    Data,
}

/// Members whose members have names that the author chose.
const MAPS: [&str; 24] = [
    "properties",
    "patternProperties",
    "definitions",
    "$defs",
    "dependentSchemas",
    "paths",
    "webhooks",
    "callbacks",
    "responses",
    "parameters",
    "headers",
    "schemas",
    "requestBodies",
    "securitySchemes",
    "links",
    "pathItems",
    "content",
    "mediaTypes",
    "encoding",
    "variables",
    "scopes",
    "securityDefinitions",
    "dependencies",
    "additionalOperations",
];

/// Calls `found` with every mark and its text, in the order of the document.
pub(super) fn walk<'v>(value: &'v Value, found: &mut dyn FnMut(&Spot<'_, 'v>, Mark, &'v str)) {
    let mut walk = Walk { steps: Vec::new(), resources: 0, found };
    walk.value(value, Inside::Object, Asks::Yes, 0);
}

struct Walk<'v, 'f> {
    steps: Vec<Step<'v>>,
    resources: usize,
    found: &'f mut dyn FnMut(&Spot<'_, 'v>, Mark, &'v str),
}

impl<'v> Walk<'v, '_> {
    fn value(&mut self, value: &'v Value, inside: Inside, asks: Asks, resource: usize) {
        match value {
            Value::Object(members) => self.object(members, inside, asks, resource),
            Value::Array(items) if inside != Inside::Data => {
                for (index, item) in items.iter().enumerate() {
                    self.step(Step::Index(index), item, Inside::Object, asks, resource);
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, members: &'v Map<String, Value>, inside: Inside, asks: Asks, outer: usize) {
        let mut resource = outer;
        if inside == Inside::Object {
            resource = self.names(members, asks, outer);
        }
        if let Some(text) = text(members, "$ref") {
            self.mark(Mark::Reference, text, asks, resource);
        }
        if inside == Inside::Data {
            return;
        }
        for (name, value) in members {
            let (inside, asks) = match inside {
                Inside::Names => (Inside::Object, asks),
                Inside::Examples => (Inside::Data, asks),
                Inside::Object | Inside::Data => match member(name, value) {
                    Some(inside) if is_aside(name) => (inside, Asks::No),
                    Some(inside) => (inside, asks),
                    None => continue,
                },
            };
            self.step(Step::Key(name), value, inside, asks, resource);
        }
    }

    /// What an object is called, and the names it refers to. Gives the resource that its members are in.
    fn names(&mut self, members: &'v Map<String, Value>, asks: Asks, outer: usize) -> usize {
        let mut resource = outer;
        match text(members, "$id") {
            Some(id) if id.starts_with('#') => self.mark(Mark::Anchor, id.trim_start_matches('#'), asks, outer),
            Some(id) if !self.steps.is_empty() => {
                self.resources += 1;
                resource = self.resources;
                let spot = Spot { steps: &self.steps, asks, resource, outer_resource: outer };
                (self.found)(&spot, Mark::Id, id);
            }
            _ => {}
        }
        for name in ["$anchor", "$dynamicAnchor"] {
            if let Some(anchor) = text(members, name) {
                self.mark(Mark::Anchor, anchor, asks, resource);
            }
        }
        if let Some(reference) = text(members, "$dynamicRef") {
            self.mark(Mark::DynamicReference, reference, asks, resource);
        }
        if let Some(Value::Object(mapping)) = members.get("discriminator").and_then(|discriminator| discriminator.get("mapping")) {
            for (name, reference) in mapping {
                // Names of schemas may have dots in them, but a file's ending shows a file.
                let is_reference =
                    |text: &str| text.contains(['#', '/']) || [".json", ".yaml", ".yml"].iter().any(|end| text.ends_with(end));
                if let Some(reference) = reference.as_str().filter(|text| is_reference(text)) {
                    let before = self.steps.len();
                    self.steps.extend([Step::Key("discriminator"), Step::Key("mapping"), Step::Key(name)]);
                    self.mark(Mark::Mapping, reference, asks, resource);
                    self.steps.truncate(before);
                }
            }
        }
        resource
    }

    fn step(&mut self, step: Step<'v>, value: &'v Value, inside: Inside, asks: Asks, resource: usize) {
        if matches!(value, Value::Object(_) | Value::Array(_)) {
            self.steps.push(step);
            self.value(value, inside, asks, resource);
            self.steps.pop();
        }
    }

    fn mark(&mut self, mark: Mark, text: &'v str, asks: Asks, resource: usize) {
        let spot = Spot { steps: &self.steps, asks, resource, outer_resource: resource };
        (self.found)(&spot, mark, text);
    }
}

impl Spot<'_, '_> {
    /// Where this is, as a JSON Pointer (RFC 6901).
    pub(super) fn json_pointer(&self) -> String {
        let mut pointer = String::new();
        for step in self.steps {
            pointer.push('/');
            match step {
                Step::Key(name) => pointer.push_str(&escaped(name)),
                Step::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }

    /// The same, as it is written in a URI's fragment after `#`.
    pub(super) fn pointer(&self) -> String {
        const ESCAPED: &AsciiSet = &CONTROLS.add(b'%').add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');
        utf8_percent_encode(&self.json_pointer(), ESCAPED).to_string()
    }
}

/// How a member of an object of the specification is to be understood; `None` for data.
fn member(name: &str, value: &Value) -> Option<Inside> {
    match name {
        "example" | "default" | "enum" | "const" | "value" => None,
        "examples" => value.is_object().then_some(Inside::Examples),
        name if value.is_object() && MAPS.contains(&name) => Some(Inside::Names),
        _ => Some(Inside::Object),
    }
}

fn is_aside(name: &str) -> bool {
    name.starts_with("x-") || matches!(name, "description" | "summary" | "tags" | "externalDocs" | "info")
}

fn text<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v str> {
    members.get(name).and_then(Value::as_str)
}
