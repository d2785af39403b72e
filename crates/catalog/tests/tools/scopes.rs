//! Which OAuth scopes the views of a definition need.

use std::sync::LazyLock;

use catalog::definition::Definition;
use catalog::filter::Filter;
use catalog::parse::parse;
use catalog::scopes::needed_scopes;

static SENDOSO: LazyLock<Definition> =
    LazyLock::new(|| parse("sendoso.yaml", include_str!("../../../../integrations/sendoso.yaml")).unwrap());

fn filter(methods: &[&str], tags: &[&str]) -> Filter {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Filter { methods: owned(methods), tags: owned(tags) }
}

/// The scopes to ask for, and how many tools are out of reach all the same.
fn needed(authentication_method: &str, methods: &[&str], tags: &[&str]) -> (Vec<&'static str>, usize) {
    let needed = needed_scopes(&SENDOSO, authentication_method, &filter(methods, tags)).unwrap();
    (needed.scopes.iter().map(|scope| scope.name).collect(), needed.out_of_reach.len())
}

#[test]
fn a_view_needs_the_scopes_of_its_tools_and_no_others() {
    assert_eq!(needed("oauth2", &[], &["campaigns"]), (vec!["public"], 0));
    assert_eq!(needed("oauth2", &["write"], &["sends"]), (vec!["write"], 0));
    assert_eq!(needed("oauth2", &[], &["sends", "users"]), (vec!["public", "write", "update"], 0));
    assert_eq!(needed("oauth2", &["read"], &["marketplace", "smartsend"]), (vec!["marketplace", "smartsend"], 0));
}

#[test]
fn scim_has_an_app_of_its_own_and_is_out_of_reach_of_the_other() {
    assert_eq!(needed("oauth2", &[], &[]), (vec!["public", "write", "update", "marketplace", "smartsend"], 4));
    assert_eq!(needed("scim", &[], &["scim"]), (vec!["scim"], 0));
    assert_eq!(needed("scim", &[], &["scim", "campaigns"]), (vec!["scim"], 2));
    let needed = needed_scopes(&SENDOSO, "oauth2", &filter(&[], &["scim", "campaigns"])).unwrap();
    assert_eq!(needed.out_of_reach.len(), 4);
    assert!(needed.out_of_reach.iter().all(|tool| tool.contains("scim")), "{:?}", needed.out_of_reach);
}

#[test]
fn each_scope_says_what_it_permits_and_which_tools_need_it() {
    let needed = needed_scopes(&SENDOSO, "oauth2", &filter(&["create"], &["users"])).unwrap();
    assert_eq!(needed.scopes.len(), 1);
    assert_eq!(needed.scopes[0].permits, "Change account details");
    assert_eq!(needed.scopes[0].tools, ["create_a_sendoso_user"]);
}

#[test]
fn every_tool_of_sendoso_is_within_reach_of_some_way_to_authenticate() {
    let everything = Filter::default();
    let reached: usize = ["oauth2", "scim"]
        .into_iter()
        .map(|method| SENDOSO.tools.len() - needed_scopes(&SENDOSO, method, &everything).unwrap().out_of_reach.len())
        .sum();
    assert_eq!(reached, SENDOSO.tools.len());
}

#[test]
fn without_scopes_there_is_nothing_to_ask_for() {
    assert_eq!(needed_scopes(&SENDOSO, "api_key", &Filter::default()), None);
    assert_eq!(needed_scopes(&crate::desk::DESK, "token", &Filter::default()), None);
}
