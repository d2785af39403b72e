//! What a request must have, by a table or by a definition, and where that stands in a body.

use std::collections::BTreeSet;

use catalog::integration::{Body, Location, Method};
use serde_json::Value;

/// Where a member of a body stands: names, and positions in lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(Vec<String>);

impl Place {
    pub(super) fn of(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// Where `order_items.sku` stands in a body; of a list it is the first item's. `None` where the body does not have it.
    pub(super) fn in_body(name: &str, body: &Value) -> Option<Self> {
        find(&name.split('.').collect::<Vec<_>>(), body).map(Self)
    }

    /// `assignee.inboxId`, `order_items.0.sku`.
    pub(super) fn dotted(&self) -> String {
        self.0.join(".")
    }

    pub(super) fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    pub(super) fn is_in_a_list(&self) -> bool {
        self.0.iter().any(|step| step.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// `body` without what stands there.
    pub(super) fn taken_from(&self, body: &Value) -> Value {
        let mut rest = body.clone();
        if let Some((last, parents)) = self.0.split_last() {
            let parent = parents.iter().try_fold(&mut rest, |value, step| match value {
                Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
                value => value.get_mut(step),
            });
            parent.and_then(Value::as_object_mut).unwrap().shift_remove(last);
        }
        rest
    }
}

/// The names of all that a definition requires of a query, of headers and of a body, or always sends itself.
pub(super) fn required_by(method: &Method) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (key, parameter) in &method.parameters {
        if parameter.required && parameter.location != Location::Path {
            names.insert(parameter.name.as_deref().unwrap_or(key).to_owned());
        }
    }
    if let Some(body) = &method.body {
        required_of_body(body, &mut names);
    }
    names
}

fn required_of_body(body: &Body, names: &mut BTreeSet<String>) {
    let within = match &body.wrap {
        Some(wrap) => {
            names.insert(wrap.clone());
            format!("{wrap}.")
        }
        None => String::new(),
    };
    names.extend(body.fixed.keys().map(|name| format!("{within}{name}")));
    collect(&body.schema, &body.schema, &within, names);
}

/// `within` is empty or ends with a dot.
fn collect(root: &Value, schema: &Value, within: &str, names: &mut BTreeSet<String>) {
    let schema = resolved(root, schema);
    if !schema.is_object() {
        return;
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        names.insert(format!("{within}{name}"));
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        collect(root, member, &format!("{within}{name}."), names);
    }
    collect(root, &schema["additionalProperties"], &format!("{within}*."), names);
    collect(root, &schema["items"], within, names);
}

fn resolved<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    match schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix('#')) {
        Some(pointer) => root.pointer(pointer).unwrap(),
        None => schema,
    }
}

fn find(names: &[&str], value: &Value) -> Option<Vec<String>> {
    if let Value::Array(items) = value {
        return Some([vec!["0".to_owned()], find(names, items.first()?)?].concat());
    }
    let (name, rest) = names.split_first()?;
    let below = |name: &str, value: &Value| {
        let rest = if rest.is_empty() { Vec::new() } else { find(rest, value)? };
        Some([vec![name.to_owned()], rest].concat())
    };
    match *name {
        "*" => value.as_object()?.iter().find_map(|(name, value)| below(name, value)),
        name => below(name, value.get(name)?),
    }
}
