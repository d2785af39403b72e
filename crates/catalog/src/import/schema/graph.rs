//! In which order schemas can be turned, each after what it refers to, and which of them lead back to themselves.
//!
//! Source: R. Tarjan, "Depth-first search and linear graph algorithms" (1972): strongly connected components in linear time; here with
//! a stack of its own, because chains of references may be as long as a description.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::Schemas;
use super::target::{Key, Role, Target, address};
use crate::import::read::Dialect;
use crate::import::refs::reference;
use crate::subschemas::{Holds, held_by};

/// Schemas that lead to each other.
#[derive(Debug, Default)]
pub(super) struct Components {
    /// The component of each schema that has been put in order: those that all lead to each other have the same, and what a component leads to
    /// has a lower one.
    pub(super) numbers: HashMap<Key, usize>,
    /// Those that lead back to themselves.
    recursive: HashSet<Key>,
}

/// Which of the schemas that one refers to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follow {
    All,
    /// Those of rules about the same value alone.
    InPlace,
}

/// A schema on the way down.
struct Step<'d> {
    target: Target<'d>,
    key: Key,
    edges: Vec<Target<'d>>,
    next: usize,
}

struct Mark {
    index: usize,
    low: usize,
    is_waiting: bool,
}

impl<'d> Schemas<'d> {
    /// All that `whole` refers to that has not been ordered yet, each after what it refers to itself.
    pub(super) fn order(&self, whole: &Target<'d>) -> Vec<Target<'d>> {
        let mut order = Vec::new();
        let starts = match whole.pointer.is_empty() {
            true => self.edges(whole, Follow::All),
            false => vec![whole.clone()],
        };
        for start in starts {
            self.order_from(start, Follow::All, &mut order);
        }
        order
    }

    /// Whether a schema is recursive.
    pub(super) fn is_recursive(&self, key: Key) -> bool {
        self.components.borrow().recursive.contains(&key)
    }

    /// Whether two schemas lead to each other, or are the same, by rules about the same value alone.
    pub(super) fn are_one_in_place(&self, one: &Target<'d>, other: Key) -> bool {
        let key = one.key();
        self.order_from(one.clone(), Follow::InPlace, &mut Vec::new());
        let numbers = &self.in_place.borrow().numbers;
        key == other || numbers.get(&key).is_some_and(|number| numbers.get(&other) == Some(number))
    }

    fn components(&self, follow: Follow) -> &RefCell<Components> {
        match follow {
            Follow::All => &self.components,
            Follow::InPlace => &self.in_place,
        }
    }

    fn order_from(&self, start: Target<'d>, follow: Follow, order: &mut Vec<Target<'d>>) {
        let components = self.components(follow);
        let mut marks: HashMap<Key, Mark> = HashMap::new();
        let mut waiting: Vec<Target<'d>> = Vec::new();
        let mut path: Vec<Step<'d>> = Vec::new();
        let enter = |target: Target<'d>, marks: &mut HashMap<Key, Mark>, waiting: &mut Vec<Target<'d>>| {
            let key = target.key();
            let index = marks.len();
            marks.insert(key, Mark { index, low: index, is_waiting: true });
            waiting.push(target.clone());
            Step { edges: self.edges(&target, follow), target, key, next: 0 }
        };
        if !components.borrow().numbers.contains_key(&start.key()) {
            path.push(enter(start, &mut marks, &mut waiting));
        }
        while let Some(step) = path.last_mut() {
            if let Some(edge) = step.edges.get(step.next) {
                step.next += 1;
                let (from, to) = (step.key, edge.key());
                if from == to {
                    components.borrow_mut().recursive.insert(from);
                }
                match marks.get(&to) {
                    Some(mark) if mark.is_waiting => {
                        let index = mark.index;
                        lower(&mut marks, from, index);
                    }
                    Some(_) => {}
                    None if components.borrow().numbers.contains_key(&to) => {}
                    None => {
                        let edge = edge.clone();
                        path.push(enter(edge, &mut marks, &mut waiting));
                    }
                }
                continue;
            }
            let Some(done) = path.pop() else { break };
            let Some((low, index)) = marks.get(&done.key).map(|mark| (mark.low, mark.index)) else { break };
            if let Some(before) = path.last() {
                lower(&mut marks, before.key, low);
            }
            if low == index {
                self.close(&done.target, follow, &mut marks, &mut waiting, order);
            }
        }
    }

    /// Takes a component off the stack: schemas that all lead to one another.
    fn close(
        &self,
        first: &Target<'d>,
        follow: Follow,
        marks: &mut HashMap<Key, Mark>,
        waiting: &mut Vec<Target<'d>>,
        order: &mut Vec<Target<'d>>,
    ) {
        let first = first.key();
        let start = waiting.iter().rposition(|target| target.key() == first).unwrap_or_default();
        let component = waiting.split_off(start);
        let mut components = self.components(follow).borrow_mut();
        let number = components.numbers.len();
        for target in &component {
            let key = target.key();
            if let Some(mark) = marks.get_mut(&key) {
                mark.is_waiting = false;
            }
            components.numbers.insert(key, number);
            if component.len() > 1 {
                components.recursive.insert(key);
            }
        }
        order.extend(component);
    }

    /// What a schema refers to directly, as it will be turned.
    fn edges(&self, target: &Target<'d>, follow: Follow) -> Vec<Target<'d>> {
        let mut edges = Vec::new();
        if target.role == Role::Whole
            && let Some(children) = self.children_of(target.schema)
        {
            edges.extend(children.into_iter().map(|(_, child)| child));
            edges.push(Target { role: Role::Part, ..target.clone() });
            return edges;
        }
        let mut around = vec![(target.schema, Role::Whole)];
        while let Some((schema, role)) = around.pop() {
            let Some(members) = schema.as_object() else { continue };
            if let Some(referred) = reference(schema).and_then(|reference| self.target(reference, target.base).ok()) {
                let role = self.role_of(referred.schema, role);
                edges.push(Target { role, ..referred });
                if self.dialect == Dialect::Draft4 {
                    continue;
                }
            }
            // A parent within another schema stands for its children there too.
            if address(schema) != address(target.schema)
                && role == Role::Whole
                && let Some(children) = self.children_of(schema)
            {
                edges.extend(children.into_iter().map(|(_, child)| child));
            }
            match follow {
                Follow::All => self.add_inner(members, target.base, &mut around),
                Follow::InPlace => add_in_place(members, &mut around),
            }
        }
        edges
    }

    fn add_inner(&self, members: &'d Map<String, Value>, base: &'d Value, around: &mut Vec<(&'d Value, Role)>) {
        for (key, value) in members {
            let held = match key.as_str() {
                "$defs" | "definitions" => continue,
                "additionalItems" => Some(Holds::Schema),
                "dependencies" => Some(Holds::Map),
                key => held_by(key),
            };
            let role = if key == "allOf" { Role::Part } else { Role::Whole };
            match (held, value) {
                (Some(Holds::Map), Value::Object(schemas)) => {
                    let kept = schemas.values().filter(|schema| !(key == "properties" && self.is_left_out(schema, base)));
                    around.extend(kept.map(|schema| (schema, Role::Whole)));
                }
                // `items` as a list, and `properties` as one, are wrong or old, but meant.
                (Some(_), Value::Array(schemas)) => around.extend(schemas.iter().map(|schema| (schema, role))),
                (Some(_), Value::Object(_)) => around.push((value, role)),
                _ => {}
            }
        }
    }
}

/// The schemas of the same value that stand within one.
fn add_in_place<'d>(members: &'d Map<String, Value>, around: &mut Vec<(&'d Value, Role)>) {
    for (key, value) in members {
        let role = if key == "allOf" { Role::Part } else { Role::Whole };
        match (key.as_str(), value) {
            ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => around.extend(schemas.iter().map(|schema| (schema, role))),
            ("not" | "if" | "then" | "else", Value::Object(_)) => around.push((value, role)),
            ("dependentSchemas" | "dependencies", Value::Object(schemas)) => {
                around.extend(schemas.values().map(|schema| (schema, role)));
            }
            _ => {}
        }
    }
}

fn lower(marks: &mut HashMap<Key, Mark>, key: Key, low: usize) {
    if let Some(mark) = marks.get_mut(&key) {
        mark.low = mark.low.min(low);
    }
}
