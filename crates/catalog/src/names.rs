//! Names of a tool's arguments: what every MCP client accepts, each once, as near to the vendor's as can be.

use std::collections::HashSet;

const MAX_CHARACTERS: usize = 64;

/// The names that are taken.
#[derive(Debug, Default)]
pub(crate) struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Keeps a name for an argument that must have it.
    pub(crate) fn reserve(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// A free name for what the vendor calls `wanted`; `place` tells apart what is called alike, as in `id__body`.
    pub(crate) fn assign(&mut self, wanted: &str, place: &str) -> String {
        let base = accepted(wanted);
        let mut name = base.clone();
        let mut count = 1;
        while !self.taken.insert(name.clone()) {
            let suffix = match count {
                1 => format!("__{place}"),
                count => format!("__{place}_{count}"),
            };
            let room = MAX_CHARACTERS - suffix.len();
            name = format!("{}{suffix}", &base[..base.len().min(room)]);
            count += 1;
        }
        name
    }
}

/// `wanted` with only the characters that clients accept: `$top` gives `top`, `filter[x]` gives `filter_x`.
fn accepted(wanted: &str) -> String {
    let is_accepted = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if !wanted.is_empty() && wanted.len() <= MAX_CHARACTERS && wanted.chars().all(is_accepted) {
        return wanted.to_owned();
    }
    let words: Vec<&str> = wanted.split(|c: char| !is_accepted(c)).filter(|word| !word.is_empty()).collect();
    let mut name = words.join("_");
    name.truncate(MAX_CHARACTERS); // Only ASCII is left.
    match name.is_empty() {
        true => "argument".to_owned(),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_characters_are_renamed_readably() {
        for (wanted, name) in [
            ("$top", "top"),
            ("filter[x]", "filter_x"),
            ("ids[]", "ids"),
            ("@odata.type", "odata.type"),
            ("größe", "gr_e"),
            ("[]", "argument"),
            ("_links", "_links"),
        ] {
            assert_eq!(Names::default().assign(wanted, "query"), name);
        }
    }

    #[test]
    fn a_name_that_is_taken_says_where_it_goes() {
        let mut names = Names::default();
        assert_eq!(names.assign("id", "path"), "id");
        assert_eq!(names.assign("id", "body"), "id__body");
        assert_eq!(names.assign("$id", "body"), "id__body_2");
    }

    proptest! {
        #[test]
        fn names_are_accepted_and_unique(wanted in proptest::collection::vec(".{0,80}|a{60,70}", 1..8)) {
            let mut names = Names::default();
            let mut seen = HashSet::new();
            for wanted in wanted {
                let name = names.assign(&wanted, "header");
                prop_assert!((1..=64).contains(&name.len()));
                prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)));
                prop_assert!(seen.insert(name));
            }
        }
    }
}
