//! What a body must have by its schema, and the body without it.

use catalog::integration::Body;
use serde_json::Value;

/// Where a member of a body stands: names, and positions in lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(Vec<String>);

impl Place {
    pub(super) fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| (*name).to_owned()).collect())
    }

    /// `assignee.inboxId`, `order_items.0.sku`.
    pub(super) fn dotted(&self) -> String {
        self.0.join(".")
    }

    pub(super) fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_in_a_list(&self) -> bool {
        self.0.iter().any(|step| step.bytes().all(|byte| byte.is_ascii_digit()))
    }

    fn within(&self, step: &str) -> Self {
        Self([self.0.as_slice(), &[step.to_owned()]].concat())
    }
}

/// Every member that the schema requires of `sent`, outermost first, of a list's items those of the first. What a definition
/// always sends itself counts, too: the vendor requires it as well.
pub(super) fn required_in(body: &Body, sent: &Value) -> Vec<Place> {
    let mut places = Vec::new();
    let (root, inner) = match &body.wrap {
        Some(wrap) => (Place::of(&[wrap]), sent.get(wrap).unwrap_or(&Value::Null)),
        None => (Place::of(&[]), sent),
    };
    collect(&body.schema, &body.schema, inner, &root, &mut places);
    places
}

/// `sent` without one of its members.
pub(super) fn without(sent: &Value, place: &Place) -> Value {
    let mut rest = sent.clone();
    if let Some((last, parents)) = place.0.split_last() {
        let parent = parents.iter().try_fold(&mut rest, |value, step| match value {
            Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
            value => value.get_mut(step),
        });
        parent.and_then(Value::as_object_mut).unwrap().shift_remove(last);
    }
    rest
}

fn collect(root: &Value, schema: &Value, sent: &Value, at: &Place, places: &mut Vec<Place>) {
    let schema = resolved(root, schema);
    match sent {
        Value::Object(members) => {
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if members.contains_key(name) {
                    places.push(at.within(name));
                }
            }
            for (name, value) in members {
                collect(root, &schema["properties"][name], value, &at.within(name), places);
            }
        }
        Value::Array(items) => {
            if let Some(first) = items.first() {
                collect(root, &schema["items"], first, &at.within("0"), places);
            }
        }
        _ => {}
    }
}

fn resolved<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    match schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#')) {
        Some(pointer) => root.pointer(pointer).unwrap(),
        None => schema,
    }
}
