//! Which tools an MCP server with a filter has.

use catalog::filter::Filter;
use insta::assert_snapshot;
use proptest::prelude::*;

use crate::desk::DESK;

fn filter(methods: &[&str], tags: &[&str]) -> Filter {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Filter { methods: owned(methods), tags: owned(tags) }
}

fn admitted(methods: &[&str], tags: &[&str]) -> Vec<String> {
    let filter = filter(methods, tags);
    DESK.tools.iter().filter(|tool| filter.admits(tool)).map(|tool| format!("{}.{}", tool.resource, tool.method)).collect()
}

fn refused(methods: &[&str], tags: &[&str]) -> String {
    filter(methods, tags).check(&DESK).unwrap_err().to_string()
}

#[test]
fn an_empty_filter_keeps_everything() {
    assert_eq!(admitted(&[], &[]).len(), DESK.tools.len());
    assert_eq!(filter(&[], &[]).check(&DESK), Ok(()));
}

#[test]
fn groups_and_exact_names_are_alternatives() {
    assert_eq!(admitted(&["read"], &[]), ["tickets.list", "tickets.get", "me.list"]);
    assert_eq!(admitted(&["write"], &[]), ["tickets.create", "tickets.update", "tickets.delete"]);
    assert_eq!(admitted(&["custom"], &[]), ["tickets.merge_into"]);
    assert_eq!(admitted(&["get", "custom"], &[]), ["tickets.get", "tickets.merge_into"]);
}

#[test]
fn methods_and_tags_must_both_pass() {
    assert_eq!(admitted(&[], &["intake"]), ["tickets.create"]);
    assert_eq!(admitted(&["read"], &["support", "intake"]), ["tickets.list", "tickets.get"]);
}

#[test]
fn what_a_definition_does_not_have_is_named_with_what_it_has() {
    assert_snapshot!(refused(&["reed"], &[]), @"methods: no method of `desk` is called `reed`; use `read`, `write`, `custom` or one of `list`, `get`, `create`, `update`, `delete`, `merge_into`, `purge`");
    assert_snapshot!(refused(&[], &["sales"]), @"tags: `desk` has no tag `sales`; known tags: `support`, `intake`, `danger`");
    assert_snapshot!(refused(&["read"], &["intake"]), @"methods and tags together leave no tool of `desk`; widen one of them");
    assert_snapshot!(refused(&["purge"], &[]), @"methods and tags together leave no tool of `desk`; widen one of them");
}

proptest! {
    #[test]
    fn a_wider_filter_never_loses_a_tool(
        methods in proptest::sample::subsequence(vec!["read", "write", "custom", "get", "merge_into"], 1..4),
        tags in proptest::sample::subsequence(vec!["support", "intake", "danger"], 0..3),
        more in proptest::sample::select(vec!["read", "write", "custom", "delete"]),
    ) {
        let narrow = admitted(&methods, &tags);
        let wide = admitted(&[methods, vec![more]].concat(), &tags);
        prop_assert!(narrow.iter().all(|name| wide.contains(name)));
        // The check passes exactly where something is left.
        let methods = filter(&["read"], &tags).check(&DESK).is_ok();
        prop_assert_eq!(methods, !admitted(&["read"], &tags).is_empty());
    }
}
