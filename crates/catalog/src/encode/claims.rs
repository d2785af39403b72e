//! Names in a query or a form that are written for the members of values, and whose they are.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

/// Who writes which name. Whose `a` is has all that begins with `a[` too: many servers read the two as one.
#[derive(Debug, Default)]
pub(crate) struct Claims<'a> {
    names: HashMap<Cow<'a, str>, (&'a str, Extent)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// The name itself is written.
    Whole,
    /// A name that begins with it and a bracket is written.
    Part,
}

impl<'a> Claims<'a> {
    /// Notes a name that is its owner's without being asked.
    pub(crate) fn hold(&mut self, name: Cow<'a, str>, owner: &'a str) {
        self.note_beginnings(&name, owner);
        self.names.insert(name, (owner, Extent::Whole));
    }

    /// Notes a name that a value writes, and whether it is free: whether no other owner writes it, a part of it or what it is a part of.
    pub(crate) fn claim(&mut self, name: &str, owner: &'a str) -> bool {
        let is_of_another = |name: &str, least: Option<Extent>| {
            let known = self.names.get(name);
            known.is_some_and(|(other, extent)| *other != owner && least.is_none_or(|least| least == *extent))
        };
        if is_of_another(name, None) || beginnings(name).any(|beginning| is_of_another(beginning, Some(Extent::Whole))) {
            return false;
        }
        self.note_beginnings(name, owner);
        self.names.insert(Cow::Owned(name.to_owned()), (owner, Extent::Whole));
        true
    }

    fn note_beginnings(&mut self, name: &str, owner: &'a str) {
        for beginning in beginnings(name) {
            if !self.names.contains_key(beginning) {
                self.names.insert(Cow::Owned(beginning.to_owned()), (owner, Extent::Part));
            }
        }
    }
}

/// What stands before each bracket.
fn beginnings(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('[').filter_map(|(at, _)| name.get(..at)).filter(|beginning| !beginning.is_empty())
}

/// The member of an object for which `name` is written, where the object as a whole is called `whole`.
pub(crate) fn member_behind<'v>(value: &'v Value, whole: &str, name: &str) -> Option<&'v str> {
    let mut members = value.as_object()?.keys();
    let rest = name.strip_prefix(whole);
    let is_behind = |key: &&String| {
        let bracketed = format!("[{key}]");
        name == key.as_str() || rest.is_some_and(|rest| rest.starts_with(&bracketed)) || name.ends_with(&bracketed)
    };
    members.find(is_behind).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_free_unless_another_has_it_a_part_of_it_or_what_it_is_a_part_of() {
        let mut claims = Claims::default();
        claims.hold("page[size]".into(), "");
        claims.hold("q".into(), "q");
        for (name, owner, is_free) in [
            ("page[size]", "page", false),
            ("page[size][x]", "page", false),
            ("page", "spread", false),
            ("page[color]", "page", true),
            ("q[]", "spread", false),
            ("q[x]", "q", true),
            ("a", "one", true),
            ("a", "one", true),
            ("a", "two", false),
            ("a[x]", "two", false),
            ("b[x][y]", "one", true),
            ("b[x]", "two", false),
            ("b[z]", "two", true),
        ] {
            assert_eq!(claims.claim(name, owner), is_free, "{name} for {owner}");
        }
    }
}
