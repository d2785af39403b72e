//! What a schema admits, as alternatives of one type each: the only composition that every client understands.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::types::Type;

/// Most alternatives of one schema; of more only the types are said.
const MAX_FORMS: usize = 40;

/// Most schemas that may be repeated to spell out a combination of alternatives.
const MAX_REPEATED: usize = 24;

/// What a schema admits.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Shape {
    pub(super) note: Note,
    /// `None` admits anything, an empty list nothing.
    pub(super) forms: Option<Vec<Form>>,
}

/// One alternative.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Form {
    pub(super) kind: Type,
    pub(super) typing: Typing,
    pub(super) note: Note,
    /// Keywords whose values hold no schemas, e.g. `enum` or `maxLength`.
    pub(super) limits: Map<String, Value>,
    pub(super) members: Members,
    /// Of an array; `None` says nothing of them.
    pub(super) items: Option<Box<Shape>>,
}

/// How the type of a form is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typing {
    Named,
    /// Only by keywords that say nothing of other types: `required` alone admits every text too. Where other types are
    /// named around it they pass; where none are, its own type is what was meant.
    Meant,
}

/// What is said beside what is admitted.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Note {
    pub(super) description: Option<String>,
    /// Rules that no accepted keyword expresses, a sentence each.
    pub(super) facts: Vec<String>,
    pub(super) default: Option<Value>,
}

/// The members of an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Members {
    pub(super) properties: IndexMap<String, Shape>,
    pub(super) required: Vec<String>,
    pub(super) others: Others,
}

/// Members that have no property of their own.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Others {
    #[default]
    Open,
    Closed,
    Like(Box<Shape>),
}

impl Shape {
    /// Anything of these types.
    pub(super) fn of(kinds: Vec<Type>) -> Self {
        Self { note: Note::default(), forms: Some(kinds.into_iter().map(Form::of).collect()) }
    }

    /// Admits nothing.
    pub(super) fn never() -> Self {
        Self { note: Note::default(), forms: Some(Vec::new()) }
    }

    pub(super) fn is_never(&self) -> bool {
        self.forms.as_ref().is_some_and(Vec::is_empty)
    }

    /// What both admit, or a little more where spelling it out would repeat too much. Notes of `self` come first.
    pub(super) fn both(self, other: Self) -> Self {
        let note = self.note.over(other.note);
        let (first, second) = match (self.forms, other.forms) {
            (Some(first), Some(second)) => (first, second),
            (None, forms) | (forms, None) => return Self { note, forms },
        };
        if repeated(&first, &second) > MAX_REPEATED {
            return Self { note, forms: Some(first) };
        }
        let mut forms: Vec<Form> = Vec::new();
        let mut add = |form: Form| {
            if !forms.contains(&form) {
                forms.push(form);
            }
        };
        for one in &first {
            match second.iter().any(|other| other.passes(one)) {
                true => add(one.clone()),
                false => second
                    .iter()
                    .filter(|other| !first.iter().any(|one| one.passes(other)))
                    .filter_map(|other| one.both(other))
                    .for_each(&mut add),
            }
        }
        second.into_iter().filter(|other| first.iter().any(|one| one.passes(other))).for_each(&mut add);
        Self { note, forms: Some(forms) }
    }

    /// What one of several admits.
    pub(super) fn either(shapes: Vec<Self>) -> Self {
        let mut forms: Vec<Form> = Vec::new();
        for shape in shapes {
            let Some(mut own) = shape.forms else {
                return Self::default();
            };
            if let Some(first) = own.first_mut() {
                first.note = shape.note.over(std::mem::take(&mut first.note));
            }
            for form in own {
                if !forms.contains(&form) {
                    forms.push(form);
                }
            }
        }
        join_enums(&mut forms);
        if forms.len() <= MAX_FORMS {
            return Self { note: Note::default(), forms: Some(forms) };
        }
        let mut kinds: Vec<Type> = Vec::new();
        for kind in forms.iter().map(|form| form.kind) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Self::of(kinds)
    }

    /// Whether [`Self::both`] would say all of both.
    pub(super) fn can_spell_out(&self, other: &Self) -> bool {
        match (&self.forms, &other.forms) {
            (Some(first), Some(second)) => repeated(first, second) <= MAX_REPEATED,
            _ => true,
        }
    }

    /// The number of schemas in it.
    fn weight(&self) -> usize {
        1 + self.forms.iter().flatten().map(Form::weight).sum::<usize>()
    }
}

impl Form {
    pub(super) fn of(kind: Type) -> Self {
        Self { kind, typing: Typing::Named, note: Note::default(), limits: Map::new(), members: Members::default(), items: None }
    }

    /// Whether it is an object of which only some members are demanded.
    pub(super) fn only_requires(&self) -> bool {
        let Members { properties, required, others } = &self.members;
        self.kind == Type::Object && self.limits.is_empty() && properties.is_empty() && *others == Others::Open && !required.is_empty()
    }

    fn weight(&self) -> usize {
        let others = match &self.members.others {
            Others::Like(shape) => shape.weight(),
            Others::Open | Others::Closed => 0,
        };
        let items = self.items.as_ref().map_or(0, |items| items.weight());
        1 + others + items + self.members.properties.values().map(Shape::weight).sum::<usize>()
    }

    /// Whether it says nothing of the other's type, and so admits all of it.
    fn passes(&self, other: &Self) -> bool {
        self.typing == Typing::Meant && self.common_kind(other).is_none()
    }

    fn common_kind(&self, other: &Self) -> Option<Type> {
        match (self.kind, other.kind) {
            (one, other) if one == other => Some(one),
            (Type::Integer, Type::Number) | (Type::Number, Type::Integer) => Some(Type::Integer),
            _ => None,
        }
    }

    /// `None` where nothing is of both forms.
    fn both(&self, other: &Self) -> Option<Self> {
        let kind = self.common_kind(other)?;
        let mut note = self.note.clone().over(other.note.clone());
        let mut limits = self.limits.clone();
        for (key, value) in &other.limits {
            match limits.get_mut(key) {
                None => {
                    limits.insert(key.clone(), value.clone());
                }
                Some(own) if own == value => {}
                Some(own) => {
                    if let Some(fact) = tighten(key, own, value)? {
                        note.fact(fact);
                    }
                }
            }
        }
        let items = match (&self.items, &other.items) {
            (Some(first), Some(second)) => Some(Box::new(first.as_ref().clone().both(second.as_ref().clone()))),
            (first, second) => first.as_ref().or(second.as_ref()).cloned(),
        };
        let typing = if self.typing == other.typing { self.typing } else { Typing::Named };
        Some(Self { kind, typing, note, limits, members: self.members.both(&other.members), items })
    }
}

impl Default for Form {
    fn default() -> Self {
        Self::of(Type::Object)
    }
}

impl Note {
    pub(super) fn fact(&mut self, fact: String) {
        if !self.facts.contains(&fact) {
            self.facts.push(fact);
        }
    }

    /// Both; what `self` says counts where only one can speak.
    pub(super) fn over(mut self, other: Self) -> Self {
        self.description = self.description.or(other.description);
        self.default = self.default.or(other.default);
        other.facts.into_iter().for_each(|fact| self.fact(fact));
        self
    }
}

impl Members {
    fn both(&self, other: &Self) -> Self {
        let mut properties = IndexMap::new();
        for (name, shape) in &self.properties {
            match other.properties.get(name) {
                Some(second) => properties.insert(name.clone(), shape.clone().both(second.clone())),
                None if other.others == Others::Closed => None,
                None => properties.insert(name.clone(), shape.clone()),
            };
        }
        if self.others != Others::Closed {
            let new = other.properties.iter().filter(|(name, _)| !self.properties.contains_key(*name));
            properties.extend(new.map(|(name, shape)| (name.clone(), shape.clone())));
        }
        let mut required = self.required.clone();
        required.extend(other.required.iter().filter(|name| !self.required.contains(name)).cloned());
        let others = match (&self.others, &other.others) {
            (Others::Closed, _) | (_, Others::Closed) => Others::Closed,
            (Others::Like(first), Others::Like(second)) => Others::Like(Box::new(first.as_ref().clone().both(second.as_ref().clone()))),
            (Others::Open, like) | (like, Others::Open) => like.clone(),
        };
        Self { properties, required, others }
    }
}

/// The number of schemas that stand more than once where forms are combined.
fn repeated(first: &[Form], second: &[Form]) -> usize {
    let weight = |forms: &[Form]| forms.iter().map(Form::weight).sum::<usize>();
    weight(first) * second.len().saturating_sub(1) + weight(second) * first.len().saturating_sub(1)
}

/// Makes `own` the narrower of two values of a keyword. `None` if nothing fits both; a fact where only one can be kept.
fn tighten(key: &str, own: &mut Value, other: &Value) -> Option<Option<String>> {
    match key {
        "enum" => {
            let Value::Array(values) = own else { return Some(None) };
            values.retain(|value| other.as_array().is_some_and(|others| others.contains(value)));
            (!values.is_empty()).then_some(None)
        }
        "pattern" => Some(Some(format!("Matches `{}`.", other.as_str().unwrap_or_default()))),
        _ => {
            let (one, two) = (own.as_f64().unwrap_or_default(), other.as_f64().unwrap_or_default());
            if (key.starts_with("min") && two > one) || (key.starts_with("max") && two < one) {
                *own = other.clone();
            }
            Some(None)
        }
    }
}

/// Alternatives that are only lists of texts are one list.
fn join_enums(forms: &mut Vec<Form>) {
    let is_list = |form: &Form| form.kind == Type::String && form.note == Note::default() && form.limits.keys().eq(["enum"]);
    let mut all: Vec<Value> = Vec::new();
    for value in forms.iter().filter(|form| is_list(form)).filter_map(|form| form.limits["enum"].as_array()).flatten() {
        if !all.contains(value) {
            all.push(value.clone());
        }
    }
    let Some(first) = forms.iter().position(is_list) else {
        return;
    };
    let mut at = 0;
    forms.retain(|form| {
        at += 1;
        at - 1 == first || !is_list(form)
    });
    forms[first].limits.insert("enum".to_owned(), Value::Array(all));
}
