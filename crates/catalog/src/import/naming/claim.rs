//! Who gets which name, where several want the same.

use std::collections::{HashMap, HashSet};

/// Gives each item, in order of precedence, one of the names it wants.
///
/// The first of those that prefer a name has it, so an item that nobody vies with always has the one it prefers. The others get the first of
/// their further names that nobody prefers or has, else what `otherwise` makes of the last one.
pub(super) fn claim(wanted: &[Vec<String>], otherwise: Otherwise) -> Vec<String> {
    let mut taken: HashSet<&str> = HashSet::new();
    let is_first: Vec<bool> = wanted.iter().map(|names| names.first().is_some_and(|name| taken.insert(name))).collect();
    let mut numbered: HashMap<&str, usize> = HashMap::new();
    let mut made: HashSet<String> = HashSet::new();
    let mut given = Vec::with_capacity(wanted.len());
    for (names, is_first) in wanted.iter().zip(is_first) {
        let (preferred, last) = (names.first().map_or("", String::as_str), names.last().map_or("", String::as_str));
        if is_first {
            given.push(preferred.to_owned());
            continue;
        }
        let free = names.iter().skip(1).find(|name| !made.contains(name.as_str()) && taken.insert(name));
        given.push(match (free, otherwise) {
            (Some(name), _) => name.clone(),
            (None, Otherwise::Share) => preferred.to_owned(),
            (None, Otherwise::Number) => {
                let count = numbered.entry(last).or_insert(1);
                loop {
                    *count += 1;
                    let name = format!("{last}_{count}");
                    if !taken.contains(name.as_str()) && made.insert(name.clone()) {
                        break name;
                    }
                }
            }
        });
    }
    given
}

/// What becomes of an item all of whose names are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Otherwise {
    /// It has its preferred name together with whoever has it.
    Share,
    /// Its last name, with a number.
    Number,
}
