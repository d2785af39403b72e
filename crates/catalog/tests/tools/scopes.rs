//! Which OAuth scopes the views of a definition need.

use std::collections::BTreeSet;
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

/// The scopes to ask for.
fn needed(authentication_method: &str, methods: &[&str], tags: &[&str]) -> Vec<&'static str> {
    let needed = needed_scopes(&SENDOSO, authentication_method, &filter(methods, tags)).unwrap();
    needed.iter().map(|scope| scope.name).collect()
}

#[test]
fn a_view_needs_the_scopes_of_its_tools_and_no_others() {
    assert_eq!(needed("oauth2", &[], &["campaigns"]), ["public"]);
    assert_eq!(needed("oauth2", &["write"], &["sends"]), ["write"]);
    assert_eq!(needed("oauth2", &[], &["sends", "users"]), ["public", "write", "update"]);
    assert_eq!(needed("oauth2", &["read"], &["marketplace", "smartsend"]), ["marketplace", "smartsend"]);
}

#[test]
fn scim_has_an_app_of_its_own_and_is_out_of_reach_of_the_other() {
    assert_eq!(needed("oauth2", &[], &[]), ["public", "write", "update", "marketplace", "smartsend"]);
    assert_eq!(needed("oauth2", &[], &["scim"]), [""; 0]);
    assert_eq!(needed("scim", &[], &["scim"]), ["scim"]);
    assert_eq!(needed("scim", &[], &["scim", "campaigns"]), ["scim"]);
}

#[test]
fn each_scope_says_what_it_permits_and_which_tools_need_it() {
    let needed = needed_scopes(&SENDOSO, "oauth2", &filter(&["create"], &["users"])).unwrap();
    assert_eq!(needed.len(), 1);
    assert_eq!(needed[0].permits, "Change account details");
    assert_eq!(needed[0].tools, ["create_a_sendoso_user"]);
}

#[test]
fn every_tool_of_sendoso_is_within_reach_of_some_way_to_authenticate() {
    let everything = Filter::default();
    let needed = ["oauth2", "scim"].into_iter().flat_map(|method| needed_scopes(&SENDOSO, method, &everything).unwrap());
    let reached: BTreeSet<&str> = needed.flat_map(|scope| scope.tools).collect();
    let all: BTreeSet<&str> = SENDOSO.tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(reached, all);
}

#[test]
fn every_view_of_hubspot_asks_for_the_scope_that_each_of_its_apps_has() {
    let hubspot = parse("hubspot.yaml", include_str!("../../../../integrations/hubspot.yaml")).unwrap();
    for tool in &hubspot.tools {
        let only = needed_scopes(&hubspot, "oauth2", &Filter { methods: vec![tool.method.clone()], tags: tool.tags.clone() }).unwrap();
        assert_eq!(only[0].name, "oauth", "{}", tool.name);
    }
}

#[test]
fn without_scopes_there_is_nothing_to_ask_for() {
    assert_eq!(needed_scopes(&SENDOSO, "api_key", &Filter::default()), None);
    assert_eq!(needed_scopes(&crate::desk::DESK, "token", &Filter::default()), None);
}
