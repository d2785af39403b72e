//! What nearly every path begins with, and what therefore tells nothing apart.

use std::collections::{BTreeMap, BTreeSet};

use super::place::{Noun, Place};

/// Paths below which it is worth looking.
const FEWEST_PATHS: usize = 8;

/// Different things that must stand below.
const FEWEST_THINGS: usize = 4;

/// The nouns that four fifths of all paths begin with; `None` where there are none.
pub(super) fn nouns(places: &[Place]) -> Vec<Noun> {
    let all: BTreeSet<Vec<(&[String], bool)>> =
        places.iter().map(|place| place.nouns.iter().map(|noun| (&noun.words[..], noun.has_item)).collect()).collect();
    if all.len() < FEWEST_PATHS {
        return Vec::new();
    }
    let mut common: Vec<(&[String], bool)> = Vec::new();
    loop {
        let below = all.iter().filter(|nouns| nouns.starts_with(&common));
        let mut counted: BTreeMap<(&[String], bool), BTreeSet<&[String]>> = BTreeMap::new();
        let mut paths: BTreeMap<(&[String], bool), usize> = BTreeMap::new();
        for nouns in below {
            if let [next, thing, ..] = nouns[common.len()..] {
                counted.entry(next).or_default().insert(thing.0);
                *paths.entry(next).or_default() += 1;
            }
        }
        let next = paths
            .iter()
            .find(|(next, count)| **count * 5 >= all.len() * 4 && counted.get(next).is_some_and(|things| things.len() >= FEWEST_THINGS));
        match next {
            Some((next, _)) => common.push(*next),
            None => break,
        }
    }
    common.into_iter().map(|(words, has_item)| Noun { words: words.to_vec(), has_item }).collect()
}

/// How many of a path's nouns are the common ones, all of them or none.
pub(super) fn within(common: &[Noun], place: &Place) -> usize {
    if place.nouns.starts_with(common) { common.len() } else { 0 }
}
