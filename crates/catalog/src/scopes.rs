//! Which OAuth scopes an account needs for what it will be used for.

use crate::definition::Definition;
use crate::filter::Filter;
use crate::integration::{CredentialScheme, OAuth2};
use crate::tool::Tool;

/// One scope to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededScope<'d> {
    pub name: &'d str,
    /// What it permits, in the definition's words.
    pub permits: &'d str,
    /// Names of the tools that need it.
    pub tools: Vec<&'d str>,
}

/// The scopes that the tools of `filter`'s view need of an account that is connected by `authentication_method`, in the order of the
/// definition, each once. A tool that needs a scope which this way to authenticate does not have is out of its reach and asks for none.
///
/// `None` where the definition has no such method, or none with scopes: there is nothing to be asked for then.
pub fn needed_scopes<'d>(definition: &'d Definition, authentication_method: &str, filter: &Filter) -> Option<Vec<NeededScope<'d>>> {
    let scheme: &CredentialScheme = definition.integration.credentials.get(authentication_method)?;
    let OAuth2 { scopes: known, .. } = scheme.oauth2.as_ref()?;
    let is_within_reach = |tool: &&Tool| tool.scopes.iter().all(|scope| known.contains_key(scope));
    let view: Vec<&Tool> = definition.tools.iter().map(|tool| &**tool).filter(|tool| filter.admits(tool)).filter(is_within_reach).collect();
    let scopes = known.iter().map(|(name, permits)| {
        let tools = view.iter().filter(|tool| tool.scopes.contains(name)).map(|tool| tool.name.as_str());
        NeededScope { name, permits, tools: tools.collect() }
    });
    Some(scopes.filter(|scope| !scope.tools.is_empty()).collect())
}
