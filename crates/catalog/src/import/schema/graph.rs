//! In which order schemas can be turned, each after what it refers to, and which of them lead back to themselves.
//!
//! Source: R. Tarjan, "Depth-first search and linear graph algorithms" (1972): strongly connected components in linear time; here with
//! a stack of its own, because chains of references may be as long as a description.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::target::{Key, Role, Target, address};
use super::{Direction, Schemas};
use crate::import::read::Dialect;
use crate::import::refs::reference;
use crate::subschemas::{Holds, held_by};

/// References deep in a property that may say that it is left out.
pub(super) const MAX_FLAG_DEPTH: usize = 8;

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
    pub(super) fn order(&self, whole: &Target<'d>, direction: Direction) -> Vec<Target<'d>> {
        let mut order = Vec::new();
        let starts = match whole.pointer.is_empty() {
            true => self.edges(whole, direction),
            false => vec![whole.clone()],
        };
        for start in starts {
            self.order_from(start, direction, &mut order);
        }
        order
    }

    fn order_from(&self, start: Target<'d>, direction: Direction, order: &mut Vec<Target<'d>>) {
        let mut marks: HashMap<Key, Mark> = HashMap::new();
        let mut waiting: Vec<Target<'d>> = Vec::new();
        let mut path: Vec<Step<'d>> = Vec::new();
        let enter = |target: Target<'d>, marks: &mut HashMap<Key, Mark>, waiting: &mut Vec<Target<'d>>| {
            let key = target.key(direction);
            let index = marks.len();
            marks.insert(key, Mark { index, low: index, is_waiting: true });
            waiting.push(target.clone());
            Step { edges: self.edges(&target, direction), target, key, next: 0 }
        };
        if !self.components.borrow().contains_key(&start.key(direction)) {
            path.push(enter(start, &mut marks, &mut waiting));
        }
        while let Some(step) = path.last_mut() {
            if let Some(edge) = step.edges.get(step.next) {
                step.next += 1;
                let (from, to) = (step.key, edge.key(direction));
                if from == to {
                    self.recursive.borrow_mut().insert(from);
                }
                match marks.get(&to) {
                    Some(mark) if mark.is_waiting => {
                        let index = mark.index;
                        lower(&mut marks, from, index);
                    }
                    Some(_) => {}
                    None if self.components.borrow().contains_key(&to) => {}
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
                self.close(&done.target, direction, &mut marks, &mut waiting, order);
            }
        }
    }

    /// Takes a component off the stack: schemas that all lead to one another.
    fn close(
        &self,
        first: &Target<'d>,
        direction: Direction,
        marks: &mut HashMap<Key, Mark>,
        waiting: &mut Vec<Target<'d>>,
        order: &mut Vec<Target<'d>>,
    ) {
        let first = first.key(direction);
        let start = waiting.iter().rposition(|target| target.key(direction) == first).unwrap_or_default();
        let component = waiting.split_off(start);
        let number = self.components.borrow().len();
        for target in &component {
            let key = target.key(direction);
            if let Some(mark) = marks.get_mut(&key) {
                mark.is_waiting = false;
            }
            self.components.borrow_mut().insert(key, number);
            if component.len() > 1 {
                self.recursive.borrow_mut().insert(key);
            }
        }
        order.extend(component);
    }

    /// What a schema refers to directly, as it will be turned.
    fn edges(&self, target: &Target<'d>, direction: Direction) -> Vec<Target<'d>> {
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
            self.add_inner(members, target.base, direction, &mut around);
        }
        edges
    }

    fn add_inner(&self, members: &'d Map<String, Value>, base: &'d Value, direction: Direction, around: &mut Vec<(&'d Value, Role)>) {
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
                    let kept = schemas
                        .values()
                        .filter(|schema| !(key == "properties" && self.is_left_out(schema, base, direction, MAX_FLAG_DEPTH)));
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

impl<'d> Schemas<'d> {
    /// Whether a schema leads to another through rules about the same value alone.
    pub(super) fn leads_in_place(&self, from: &Target<'d>, to: Key, direction: Direction) -> bool {
        let mut seen: HashSet<Key> = HashSet::new();
        let mut around = vec![from.clone()];
        while let Some(target) = around.pop() {
            let key = target.key(direction);
            if key == to {
                return true;
            }
            if seen.insert(key) {
                around.extend(self.edges_in_place(&target));
            }
        }
        false
    }

    fn edges_in_place(&self, target: &Target<'d>) -> Vec<Target<'d>> {
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
                edges.push(Target { role: self.role_of(referred.schema, role), ..referred });
            }
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
        edges
    }
}

fn lower(marks: &mut HashMap<Key, Mark>, key: Key, low: usize) {
    if let Some(mark) = marks.get_mut(&key) {
        mark.low = mark.low.min(low);
    }
}
