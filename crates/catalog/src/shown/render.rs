//! Writes a [`Shape`] as a schema in the words that every client accepts.

use serde_json::{Map, Value, json};

use super::facts;
use super::shape::{Form, Members, Note, Others, Shape};
use crate::types::Type;
use crate::wording::shortened;

/// How to write an array whose items may be anything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrays {
    Shown,
    /// Ends what would never end: inside of an array of anything, arrays are not shown.
    Hidden,
}

/// The schema of a tool's arguments: an object that always names its properties.
///
/// Descriptions, defaults and patterns are of at most `longest` characters.
pub(super) fn root(root: Form, note: Note, longest: usize) -> Value {
    let mut schema = form(root, note, longest);
    let description = schema.shift_remove("description");
    let mut all = Map::new();
    all.insert("type".to_owned(), "object".into());
    all.insert("properties".to_owned(), schema.shift_remove("properties").unwrap_or_else(|| json!({})));
    all.extend(schema);
    all.extend(description.map(|description| ("description".to_owned(), description)));
    Value::Object(all)
}

fn shape(shape: Shape, arrays: Arrays, longest: usize) -> Value {
    let Shape { note, forms, .. } = shape;
    let mut forms = forms.unwrap_or_else(|| anything(arrays));
    if forms.len() == 1 {
        return Value::Object(form(forms.remove(0), note, longest));
    }
    // Nothing may stand beside `anyOf`: the text goes to the first alternative, the default to one that it fits.
    let Note { description, facts, default } = note;
    let mut default = default;
    let alternatives = forms.into_iter().enumerate().map(|(at, mut one)| {
        let mut note = Note::default();
        if default.as_ref().is_some_and(|default| fits(default, one.kind)) {
            note.default = default.take();
        }
        if at == 0 {
            let own = one.note.description.take();
            let both = description.iter().chain(own.as_ref().filter(|own| Some(*own) != description.as_ref()));
            note.description = Some(both.map(|text| sentence(text)).collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty());
            note.facts = facts.clone();
        }
        Value::Object(form(one, note, longest))
    });
    json!({ "anyOf": alternatives.collect::<Vec<_>>() })
}

/// A value of which nothing is known; every schema must name a type.
fn anything(arrays: Arrays) -> Vec<Form> {
    let mut kinds = vec![Type::String, Type::Number, Type::Boolean, Type::Object, Type::Null];
    if arrays == Arrays::Shown {
        kinds.push(Type::Array);
    }
    kinds.into_iter().map(Form::of).collect()
}

fn form(form: Form, note: Note, longest: usize) -> Map<String, Value> {
    let Form { kind, note: own, limits, members, items, .. } = form;
    let mut note = note.over(own);
    let mut schema = Map::new();
    schema.insert("type".to_owned(), kind.name().into());
    schema.extend(limits);
    if schema.get("pattern").and_then(Value::as_str).is_some_and(|pattern| pattern.len() > longest) {
        schema.shift_remove("pattern");
    }
    match kind {
        Type::Object => object(members, &mut schema, &mut note, longest),
        Type::Array => array(items, &mut schema, longest),
        _ => {}
    }
    if let Some(default) = note.default.filter(|default| fits(default, kind) && default.to_string().len() <= longest) {
        schema.insert("default".to_owned(), default);
    }
    let mut texts: Vec<String> = note.description.into_iter().collect();
    if let (Some(description), false) = (texts.first_mut(), note.facts.is_empty()) {
        *description = sentence(description);
    }
    texts.extend(note.facts);
    if !texts.is_empty() && longest > 0 {
        schema.insert("description".to_owned(), shortened(&texts.join(" "), longest).into());
    }
    schema
}

fn object(members: Members, schema: &mut Map<String, Value>, note: &mut Note, longest: usize) {
    let Members { properties, required, others } = members;
    let properties: Map<String, Value> = properties
        .into_iter()
        .filter(|(_, property)| !property.is_never())
        .map(|(name, property)| (name, shape(property, Arrays::Shown, longest)))
        .collect();
    let (shown, hidden): (Vec<&String>, Vec<&String>) = required.iter().partition(|name| properties.contains_key(*name));
    if !hidden.is_empty() {
        note.fact(facts::needs(&hidden.into_iter().map(String::as_str).collect::<Vec<_>>()));
    }
    let required: Vec<Value> = shown.into_iter().map(|name| name.as_str().into()).collect();
    if !properties.is_empty() {
        schema.insert("properties".to_owned(), Value::Object(properties));
    }
    if !required.is_empty() {
        schema.insert("required".to_owned(), Value::Array(required));
    }
    match others {
        Others::Open => {}
        Others::Like(like) if !like.is_never() => {
            schema.insert("additionalProperties".to_owned(), shape(*like, Arrays::Shown, longest));
        }
        Others::Closed | Others::Like(_) => {
            schema.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
    }
}

fn array(items: Option<Box<Shape>>, schema: &mut Map<String, Value>, longest: usize) {
    let mut items = items.map_or_else(Shape::default, |items| *items);
    if items.is_never() {
        schema.insert("maxItems".to_owned(), 0.into());
        items.forms = None;
    }
    schema.insert("items".to_owned(), shape(items, Arrays::Hidden, longest));
}

fn fits(value: &Value, kind: Type) -> bool {
    let own = Type::of(value);
    own == kind || (own == Type::Integer && kind == Type::Number)
}

fn sentence(text: &str) -> String {
    let text = text.trim_end();
    match text.ends_with(['.', '!', '?', ':', ';']) || text.is_empty() {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}
