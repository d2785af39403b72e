//! Reads any JSON Schema as a [`Shape`].

use indexmap::IndexSet;
use serde_json::{Map, Value};

use super::facts;
use super::shape::{Form, Members, Note, Others, Shape, Typing};
use super::{Detail, MAX_VALUES, is_accepted_name, values};
use crate::subschemas::held_by;
use crate::types::{Type, resolved};

/// Most schemas that are read for one tool; what references repeat counts again.
const MAX_READ: usize = 800;

/// How far the types of what is cut off are looked for.
const MAX_CUT_LEVELS: usize = 2;

/// Keywords that speak of one type; a schema with keywords of one group alone means that type.
const KEYWORDS: [(Type, &[&str]); 4] = [
    (
        Type::Object,
        &[
            "properties",
            "required",
            "additionalProperties",
            "patternProperties",
            "minProperties",
            "maxProperties",
            "propertyNames",
            "dependentRequired",
            "dependentSchemas",
            "unevaluatedProperties",
        ],
    ),
    (Type::Array, &["items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "unevaluatedItems"]),
    (Type::String, &["minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType"]),
    (Type::Number, &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
];

/// Reads one schema and what it refers to.
pub(super) struct Reader<'s> {
    root: &'s Value,
    detail: Detail,
    /// Levels that may still be read.
    depth: usize,
    /// Schemas that may still be read.
    left: usize,
    /// Values of an `enum` that may still be shown.
    values_left: usize,
    /// The references around the schema that is being read.
    around: Vec<&'s str>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(root: &'s Value, detail: Detail) -> Self {
        Self { root, detail, depth: detail.depth, left: MAX_READ, values_left: MAX_VALUES, around: Vec::new() }
    }

    /// Whether there was more than can be read.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    pub(super) fn shape(&mut self, schema: &'s Value) -> Shape {
        self.left = self.left.saturating_sub(1);
        let members = match schema {
            Value::Object(members) => members,
            Value::Bool(false) => return Shape::never(),
            _ => return Shape::default(),
        };
        if self.left == 0 || (self.depth == 0 && holds_schemas(members)) {
            return self.cut(schema);
        }
        let mut shape = self.own(members);
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            shape = shape.both(self.referred(reference));
        }
        for part in members.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            shape = shape.both(self.shape(part));
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(parts) = members.get(key).and_then(Value::as_array) {
                let parts: Vec<Shape> = parts.iter().map(|part| self.shape(part)).collect();
                shape = among(shape, key, parts);
            }
        }
        shape
    }

    /// A schema one level further in.
    fn inner(&mut self, schema: &'s Value) -> Shape {
        let depth = self.depth;
        // At the last level `true` and `false` may still be further in.
        self.depth = depth.saturating_sub(1);
        let shape = self.shape(schema);
        self.depth = depth;
        shape
    }

    fn referred(&mut self, reference: &'s str) -> Shape {
        let Some(target) = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) else {
            return Shape::default();
        };
        if self.around.iter().filter(|around| **around == reference).count() >= self.detail.unroll {
            let mut shape = self.cut(target);
            shape.note.facts = vec![facts::nests(reference)];
            return shape;
        }
        self.around.push(reference);
        let shape = self.shape(target);
        self.around.pop();
        shape
    }

    /// What is known of a schema without looking far into it.
    fn cut(&self, schema: &Value) -> Shape {
        let Some(members) = resolved(schema, self.root).as_object() else {
            return Shape::default();
        };
        let kinds = self.kinds_of(schema, MAX_CUT_LEVELS);
        let mut note = note(members);
        if kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|kind| matches!(kind, Type::Object | Type::Array))) {
            note.fact(facts::UNLISTED.to_owned());
        }
        let items = members.get("items").filter(|_| !members.contains_key("prefixItems"));
        let items = items.and_then(|items| self.kinds_of(items, MAX_CUT_LEVELS)).map(|kinds| Box::new(Shape::of(kinds)));
        let mut shape = Shape { note, ..kinds.map_or_else(Shape::default, Shape::of) };
        for form in shape.forms.iter_mut().flatten().filter(|form| form.kind == Type::Array) {
            form.items.clone_from(&items);
        }
        shape
    }

    /// The types that a schema or its alternatives name.
    fn kinds_of(&self, schema: &Value, levels: usize) -> Option<Vec<Type>> {
        let members = resolved(schema, self.root).as_object()?;
        if let Some(kinds) = kinds(members) {
            return Some(kinds);
        }
        let levels = levels.checked_sub(1)?;
        let parts = members.get("anyOf").or_else(|| members.get("oneOf"))?.as_array()?;
        let all: Option<Vec<Vec<Type>>> = parts.iter().map(|part| self.kinds_of(part, levels)).collect();
        Some(distinct(all?.into_iter().flatten()))
    }

    /// What a schema says by itself, without the schemas it is composed of.
    fn own(&mut self, members: &'s Map<String, Value>) -> Shape {
        let mut note = note(members);
        facts::of_anything(members).into_iter().for_each(|fact| note.fact(fact));
        let forms = match (kinds(members), meant(members)) {
            (Some(kinds), _) => Some(kinds.into_iter().filter_map(|kind| self.form(kind, members)).collect()),
            (None, Some(kind)) => self.form(kind, members).map(|form| vec![Form { typing: Typing::Meant, ..form }]),
            (None, None) => None,
        };
        Shape { note, forms }
    }

    /// `None` if no value of this type fits.
    fn form(&mut self, kind: Type, members: &'s Map<String, Value>) -> Option<Form> {
        let mut form = Form::of(kind);
        if let Some(values) = values(members) {
            let values: Vec<&Value> = values.into_iter().filter(|value| is_of(value, kind)).collect();
            if values.is_empty() {
                return None;
            }
            match kind {
                Type::Null => {}
                Type::String if values.len() <= self.detail.values.min(self.values_left) && values.iter().all(|value| *value != "") => {
                    let texts: IndexSet<&str> = values.into_iter().filter_map(Value::as_str).collect();
                    self.values_left -= texts.len();
                    form.limits.insert("enum".to_owned(), texts.into_iter().collect());
                }
                _ => facts::one_of(&values).into_iter().for_each(|fact| form.note.fact(fact)),
            }
        }
        let keep: &[&str] = match kind {
            Type::String => &["minLength", "maxLength"],
            Type::Integer | Type::Number => &["minimum", "maximum"],
            Type::Array => &["minItems", "maxItems"],
            Type::Object => &["minProperties", "maxProperties"],
            Type::Null | Type::Boolean => &[],
        };
        for key in keep {
            if let Some(value) = members.get(*key) {
                form.limits.insert((*key).to_owned(), value.clone());
            }
        }
        let description = members.get("description").and_then(Value::as_str).unwrap_or_default();
        match kind {
            Type::String => facts::of_text(members, description, &mut form),
            Type::Integer | Type::Number => facts::of_number(members, &mut form),
            Type::Array => self.items(members, &mut form),
            Type::Object => self.members(members, &mut form),
            Type::Null | Type::Boolean => {}
        }
        Some(form)
    }

    fn items(&mut self, members: &'s Map<String, Value>, form: &mut Form) {
        let rest = members.get("items");
        let Some(Value::Array(first)) = members.get("prefixItems") else {
            form.items = rest.map(|items| Box::new(self.inner(items)));
            facts::of_array(members, &mut form.note);
            return;
        };
        let mut all: Vec<Shape> = first.iter().map(|item| self.inner(item)).collect();
        form.note.fact(facts::order(&all));
        match rest {
            Some(Value::Bool(false)) => {
                let most = first.len().min(form.limits.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX) as usize);
                form.limits.insert("maxItems".to_owned(), most.into());
            }
            Some(rest) => all.push(self.inner(rest)),
            None => all.push(Shape::default()),
        }
        form.items = Some(Box::new(Shape::either(all)));
        facts::of_array(members, &mut form.note);
    }

    fn members(&mut self, members: &'s Map<String, Value>, form: &mut Form) {
        let object = |key: &str| members.get(key).and_then(Value::as_object);
        let required: Vec<&str> =
            members.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut shown = Members {
            others: match members.get("additionalProperties") {
                Some(Value::Bool(false)) => Others::Closed,
                Some(like @ Value::Object(keywords)) if !keywords.is_empty() => Others::Like(Box::new(self.inner(like))),
                _ => Others::Open,
            },
            ..Members::default()
        };
        for (name, schema) in object("properties").into_iter().flatten() {
            if is_accepted_name(name) {
                shown.properties.insert(name.clone(), self.inner(schema));
            } else {
                // Where it may stand, other members must be let through.
                shown.others = Others::Open;
                form.note.fact(facts::unlisted(name, resolved(schema, self.root), required.contains(&name.as_str())));
            }
        }
        if let Some(patterns) = object("patternProperties").filter(|patterns| !patterns.is_empty()) {
            if shown.others == Others::Closed {
                form.note.fact(facts::patterns(patterns.keys()));
            }
            shown.others = Others::Open;
        }
        shown.required = required.into_iter().filter(|name| is_accepted_name(name)).map(str::to_owned).collect();
        form.members = shown;
        facts::of_object(members, &mut form.note);
    }
}

/// `base`, which must also be one of `parts`.
fn among(mut base: Shape, keyword: &str, parts: Vec<Shape>) -> Shape {
    let forms: Vec<&Form> = parts.iter().flat_map(|part| part.forms.iter().flatten()).collect();
    let is_object = base.forms.as_ref().is_none_or(|forms| forms.iter().any(|form| form.kind == Type::Object));
    if is_object && !forms.is_empty() && parts.iter().all(|part| part.forms.is_some()) && forms.iter().all(|form| form.only_requires()) {
        let needed: Vec<&[String]> = forms.iter().map(|form| form.members.required.as_slice()).collect();
        base.note.fact(facts::alternatives(keyword, &needed));
        base.forms.get_or_insert_with(|| vec![Form { typing: Typing::Meant, ..Form::of(Type::Object) }]);
        return base;
    }
    let either = Shape::either(parts);
    if !base.can_spell_out(&either) {
        base.note.fact(facts::forms(&either));
        return base;
    }
    base.both(either)
}

/// Whether a schema is made of others.
fn holds_schemas(members: &Map<String, Value>) -> bool {
    members.contains_key("$ref") || members.iter().any(|(key, value)| held_by(key).is_some() && !value.is_boolean())
}

fn note(members: &Map<String, Value>) -> Note {
    let text = |key: &str| members.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    Note {
        description: text("description").or_else(|| text("title")).map(str::to_owned),
        facts: Vec::new(),
        default: members.get("default").cloned(),
    }
}

/// The types that a schema names, by `type` or by values; `None` for any.
fn kinds(members: &Map<String, Value>) -> Option<Vec<Type>> {
    types(members).or_else(|| Some(distinct(values(members)?.into_iter().map(kind_of))))
}

/// The one type that its keywords speak of.
fn meant(members: &Map<String, Value>) -> Option<Type> {
    let mut meant = KEYWORDS.iter().filter(|(_, keywords)| keywords.iter().any(|key| members.contains_key(*key)));
    let (kind, _) = meant.next().filter(|_| meant.next().is_none())?;
    Some(*kind)
}

/// The types that `type` names, each once.
fn types(members: &Map<String, Value>) -> Option<Vec<Type>> {
    let names: Vec<&str> = match members.get("type")? {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    Some(distinct(names.into_iter().filter_map(Type::parse)))
}

/// Each type once; integers are numbers.
fn distinct(all: impl Iterator<Item = Type>) -> Vec<Type> {
    let mut kinds: Vec<Type> = Vec::new();
    for kind in all {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.contains(&Type::Number) {
        kinds.retain(|kind| *kind != Type::Integer);
    }
    kinds
}

/// The type of a value; `2.0` is an integer in JSON Schema.
fn kind_of(value: &Value) -> Type {
    match value {
        Value::Number(number) if number.as_f64().is_some_and(|float| float.fract() == 0.0) => Type::Integer,
        other => Type::of(other),
    }
}

fn is_of(value: &Value, kind: Type) -> bool {
    let own = kind_of(value);
    own == kind || (own == Type::Integer && kind == Type::Number)
}
