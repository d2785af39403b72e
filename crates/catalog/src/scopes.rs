//! Which OAuth scopes an account needs for what it will be used for.

use crate::definition::Definition;
use crate::filter::Filter;
use crate::integration::{CredentialScheme, OAuth2};

/// What to ask a person's consent for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NeededScopes<'d> {
    /// In the order of the definition, each once; empty where no tool of the view needs one.
    pub scopes: Vec<NeededScope<'d>>,
    /// Tools of the view that no account of this way to authenticate can use: they need a scope that it does not have.
    pub out_of_reach: Vec<&'d str>,
}

/// One scope to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededScope<'d> {
    pub name: &'d str,
    /// What it permits, in the definition's words.
    pub permits: &'d str,
    /// Names of the tools that need it.
    pub tools: Vec<&'d str>,
}

/// The scopes that the tools of `filter`'s view need of an account that is connected by `authentication_method`.
///
/// `None` where the definition has no such method, or none with scopes: there is nothing to be asked for then.
pub fn needed_scopes<'d>(definition: &'d Definition, authentication_method: &str, filter: &Filter) -> Option<NeededScopes<'d>> {
    let scheme: &CredentialScheme = definition.integration.credentials.get(authentication_method)?;
    let OAuth2 { scopes: known, .. } = scheme.oauth2.as_ref()?;
    let view = || definition.tools.iter().filter(|tool| filter.admits(tool));
    let (within_reach, out_of_reach): (Vec<_>, Vec<_>) = view().partition(|tool| tool.scopes.iter().all(|scope| known.contains_key(scope)));
    let scopes = known.iter().map(|(name, permits)| {
        let tools = within_reach.iter().filter(|tool| tool.scopes.contains(name)).map(|tool| tool.name.as_str());
        NeededScope { name, permits, tools: tools.collect() }
    });
    Some(NeededScopes {
        scopes: scopes.filter(|scope| !scope.tools.is_empty()).collect(),
        out_of_reach: out_of_reach.iter().map(|tool| tool.name.as_str()).collect(),
    })
}
