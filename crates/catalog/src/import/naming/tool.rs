//! Names of tools where the one that follows from resource and method does not do.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::fit::{end_of, short_hash};
use super::place::Place;
use crate::naming::{singular_of, tool_name};

/// A method whose tool is to be named.
pub(super) struct Named<'a> {
    pub(super) resource: &'a str,
    pub(super) method: &'a str,
    pub(super) place: &'a Place,
}

/// The tool's name, if it is not the one that follows.
///
/// A standard method without a path parameter has nothing that it goes by. A name of more than `budget` characters loses its filling words first, then
/// words in the middle.
fn own_name(named: &Named<'_>, prefix: &str, budget: usize) -> Option<String> {
    let Named { resource, method, place } = named;
    let thing = singular_of(resource, &IndexMap::new());
    let bare = match *method {
        "get" if !place.has_parameter => Some(format!("get_single_{prefix}_{thing}")),
        "update" | "delete" if !place.has_parameter => Some(format!("{method}_a_{prefix}_{thing}")),
        "run" if place.nouns.is_empty() => Some(format!("{prefix}_{resource}")),
        _ => None,
    };
    // The derived name may be cut already; what it is made of tells how long it is.
    let usual = bare.clone().unwrap_or_else(|| tool_name(prefix, resource, method, &IndexMap::new()));
    let is_fitting = usual.len() <= budget && (bare.is_some() || full_length(prefix, resource, method) <= budget);
    match is_fitting {
        true => bare,
        false => Some(shortened(prefix, resource, method, budget)),
    }
}

/// What the tools of `named`, in order of precedence, are called if not as it follows; no two alike, none longer than `budget`.
pub(super) fn own_names(named: &[Named<'_>], prefix: &str, budget: usize) -> Vec<Option<String>> {
    let derived = |named: &Named<'_>| tool_name(prefix, named.resource, named.method, &IndexMap::new());
    let mut names: Vec<Option<String>> = named.iter().map(|named| own_name(named, prefix, budget)).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let mut again: HashMap<String, usize> = HashMap::new();
    for (name, named) in names.iter_mut().zip(named) {
        if taken.insert(name.clone().unwrap_or_else(|| derived(named))) {
            continue;
        }
        let whole = format!("{prefix}_{}_{}", named.resource, named.method);
        let mut other = shortened_custom(prefix, &whole, budget);
        while !taken.insert(other.clone()) {
            let count = again.entry(whole.clone()).or_insert(1);
            *count += 1;
            let hash = short_hash(&format!("{whole} {count}"));
            other = format!("{}_{hash}", &whole[..whole.len().min(budget - hash.len() - 1)]);
        }
        *name = Some(other);
    }
    names
}

fn full_length(prefix: &str, resource: &str, method: &str) -> usize {
    let around = match method {
        "list" => "list_all__",
        "get" => "get_single___by_id",
        "create" => "create_a__",
        "update" | "delete" => "update_a___by_id",
        _ => "__",
    };
    let method = if around == "__" { method.len() } else { 0 };
    prefix.len() + around.len() + resource.len() + method - 1
}

fn shortened(prefix: &str, resource: &str, method: &str, budget: usize) -> String {
    let one = singular_of(resource, &IndexMap::new());
    let short = match method {
        "list" => format!("list_{prefix}_{resource}"),
        "get" | "create" | "update" | "delete" => format!("{method}_{prefix}_{one}"),
        custom => return shortened_custom(prefix, &format!("{prefix}_{resource}_{custom}"), budget),
    };
    if short.len() <= budget {
        return short;
    }
    let start = format!("{method}_{}_", short_prefix(prefix));
    with_hash(&start, resource, &short, budget)
}

fn shortened_custom(prefix: &str, whole: &str, budget: usize) -> String {
    if whole.len() <= budget {
        return whole.to_owned();
    }
    let rest = whole.strip_prefix(prefix).unwrap_or(whole);
    with_hash(&format!("{}_", short_prefix(prefix)), rest, whole, budget)
}

/// As many whole words of a prefix as leave room for others; at least one, however it is cut.
fn short_prefix(prefix: &str) -> &str {
    const ROOM: usize = 16;
    match prefix.get(..ROOM) {
        None => prefix,
        Some(head) => head.rfind('_').map_or(head, |at| &head[..at]),
    }
}

/// `start`, as many of the last words of `rest` as there is room for, and a hash of the whole name.
fn with_hash(start: &str, rest: &str, whole: &str, budget: usize) -> String {
    let hash = short_hash(whole);
    let room = budget.saturating_sub(start.len() + hash.len() + 1);
    format!("{start}{}_{hash}", end_of(rest.trim_start_matches('_'), room))
}
