//! What resource and which of its methods an operation is: docs/naming.md has the rules.

use std::collections::{BTreeMap, HashMap};

use super::infer::ListShape;
use super::operation::Operation;

mod actions;
mod claim;

mod fit;
mod method;
mod place;
mod resource;
mod shared_beginning;
#[cfg(test)]
mod tests;
mod tool;
mod words;

use claim::{Otherwise, claim};
use method::Wanted;
use place::Place;
use resource::Key;

/// What an operation is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// Plural snake_case noun, e.g. `contacts`.
    pub(crate) resource: String,
    /// `list`, `get`, `create`, `update`, `delete` or a custom method, e.g. `archive`.
    pub(crate) method: String,
    /// Replaces the name that follows from resource and method, e.g. where there is no id to get by.
    pub(crate) tool_name: Option<String>,
}

/// A name for each operation, in the same order; no two have the same resource and method.
///
/// `shapes` says which answers are lists. `prefix` is the first part of tool names, `budget` the most characters of one. Stable: an operation that is added or removed changes no
/// other name, unless the two would be called the same.
pub(crate) fn names(operations: &[Operation<'_>], shapes: &[Option<ListShape>], prefix: &str, budget: usize) -> Vec<Name> {
    let places: Vec<Place> = operations.iter().map(Place::of).collect();
    let wanted: Vec<Wanted> = operations
        .iter()
        .enumerate()
        .map(|(index, operation)| method::wanted(operation, &places[index], shapes.get(index).and_then(Option::as_ref)))
        .collect();
    let resources = resources(&places, &wanted);

    // The older of two that want the same name is the one with the shorter path; where it stands in the description does not matter.
    let mut order: Vec<usize> = (0..operations.len()).collect();
    order.sort_by_cached_key(|&index| (wanted[index].steps_back, precedence(&operations[index])));
    let methods: Vec<Vec<String>> =
        order.iter().map(|&index| wanted[index].methods.iter().map(|method| format!("{}.{method}", resources[index])).collect()).collect();
    let given = claim(&methods, Otherwise::Number);
    let pairs: Vec<(&str, &str)> = given.iter().map(|name| name.split_once('.').unwrap_or((name, "run"))).collect();
    let named: Vec<tool::Named<'_>> =
        order.iter().zip(&pairs).map(|(&index, &(resource, method))| tool::Named { resource, method, place: &places[index] }).collect();
    let tool_names = tool::own_names(&named, prefix, budget);

    let mut names: Vec<(usize, Name)> = order
        .iter()
        .zip(pairs)
        .zip(tool_names)
        .map(|((&index, (resource, method)), tool_name)| {
            (index, Name { resource: resource.to_owned(), method: method.to_owned(), tool_name })
        })
        .collect();
    names.sort_by_key(|(index, _)| *index);
    names.into_iter().map(|(_, name)| name).collect()
}

/// The resource of each operation.
fn resources(places: &[Place], wanted: &[Wanted]) -> Vec<String> {
    let common = shared_beginning::nouns(places);
    let keys: Vec<Key> = places.iter().zip(wanted).map(|(place, wanted)| Key::of(place, wanted.form)).collect();
    let mut known: BTreeMap<&Key, Vec<String>> = BTreeMap::new();
    for ((key, place), wanted) in keys.iter().zip(places).zip(wanted) {
        known.entry(key).or_insert_with(|| resource::names(place, wanted.form, shared_beginning::within(&common, place)));
    }
    let candidates: Vec<Vec<String>> = known.values().cloned().collect();
    let given: HashMap<&Key, String> = known.keys().copied().zip(claim(&candidates, Otherwise::Share)).collect();
    keys.iter().map(|key| given.get(key).cloned().unwrap_or_default()).collect()
}

/// Smaller for the one that keeps a name: the shorter path, one that ends in an id, then the verb that a name belongs to first.
fn precedence(operation: &Operation<'_>) -> (usize, bool, usize, String, u8, String) {
    let path = operation.path.to_ascii_lowercase();
    let segments = path.split('/').filter(|segment| !segment.is_empty()).count();
    let verb = match operation.verb.as_str() {
        "GET" => 0,
        "PATCH" => 1,
        "PUT" => 2,
        "POST" => 3,
        _ => 4,
    };
    // Where a thing is found by its id or by its name, `get` goes by the id.
    let is_by_other = path.ends_with('}') && !path.ends_with("id}");
    (segments, is_by_other, path.len(), path, verb, operation.at.clone())
}
