//! What the resource is called that an operation is about.

use super::fit::identifier;
use super::place::{Noun, Place};
use super::words::{plural_of, singular_words};

/// Words that say nothing about what stands below them.
const EMPTY_WORDS: &[&str] =
    &["objects", "object", "entities", "resources", "data", "records", "core", "public", "general", "common", "items"];

/// Words for whoever calls.
const SELF: &[&str] = &["me", "self", "myself", "whoami"];

/// Whether the noun stands for many things or is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Many,
    AsWritten,
}

/// A place where resources are, whatever is done there. Operations with equal ones belong to one resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    /// Fixed segments; the fewer, the older.
    depth: usize,
    length: usize,
    path: String,
    /// The noun as the resource has it.
    noun: Vec<String>,
}

impl Key {
    pub(super) fn of(place: &Place, form: Form) -> Self {
        let mut path = place.prefix.join("_");
        path.push('/');
        path.push_str(place.version.as_deref().unwrap_or_default());
        for noun in &place.nouns {
            path.push('/');
            path.push_str(&noun.words.join("_"));
            path.push_str(if noun.has_item && noun != place.nouns.last().unwrap_or(noun) { "/{}" } else { "" });
        }
        let noun = place.nouns.last().map_or_else(|| without_noun(place), |noun| noun_in(noun, form));
        Self { depth: place.nouns.len(), length: path.len(), path, noun }
    }
}

/// The names a resource may have, best first. The first `common` nouns belong to nearly every path and say nothing.
pub(super) fn names(place: &Place, form: Form, common: usize) -> Vec<String> {
    let Some((noun, parents)) = place.nouns.split_last() else {
        return vec![identifier(&without_noun(place))];
    };
    let own = noun_in(noun, form);
    let usual = usual_depth(noun, parents, common);
    let preferred = below(&own, parents, usual);
    let all = below(&own, parents, parents.len());
    let joined = |parts: &[&[String]]| parts.concat();
    let mut names: Vec<Vec<String>> = (usual..=parents.len()).map(|depth| below(&own, parents, depth)).collect();
    let tells = |word: &&String| !EMPTY_WORDS.contains(&word.as_str()) && !["api", "rest"].contains(&word.as_str());
    let prefix: Vec<String> = place.prefix.iter().filter(tells).cloned().collect();
    if !prefix.is_empty() {
        names.extend([joined(&[&prefix, &preferred]), joined(&[&prefix, &all])]);
    }
    if let Some(version) = &place.version {
        let version = std::slice::from_ref(version);
        names.extend([joined(&[&preferred, version]), joined(&[&place.prefix, &all, version])]);
    }
    let mut seen = std::collections::HashSet::new();
    names.iter().map(|words| identifier(words)).filter(|name| seen.insert(name.clone())).collect()
}

fn without_noun(place: &Place) -> Vec<String> {
    place.action.clone().unwrap_or_else(|| vec!["root".to_owned()])
}

fn noun_in(noun: &Noun, form: Form) -> Vec<String> {
    match form {
        Form::Many => plural_of(&noun.words),
        Form::AsWritten => noun.words.clone(),
    }
}

/// How many of the parents stand in the name as a rule: the next one.
fn usual_depth(noun: &Noun, parents: &[Noun], common: usize) -> usize {
    let is_self = matches!(&noun.words[..], [word] if SELF.contains(&word.as_str()));
    match parents.last() {
        Some(parent) if parents.len() > common && !is_self && !says_nothing(parent) => 1,
        _ => 0,
    }
}

fn says_nothing(parent: &Noun) -> bool {
    !parent.has_item && matches!(&parent.words[..], [word] if EMPTY_WORDS.contains(&word.as_str()))
}

/// `own` with `depth` of its parents before it, each only where it is not said already.
fn below(own: &[String], parents: &[Noun], depth: usize) -> Vec<String> {
    let mut name = own.to_vec();
    for parent in parents.iter().rev().take(depth) {
        let one = singular_words(&parent.words);
        let is_said = name.len() > one.len() && (name.starts_with(&one) || name.starts_with(&parent.words));
        if !is_said {
            let before = if parent.has_item { one } else { parent.words.clone() };
            name.splice(0..0, before);
        }
    }
    name
}
