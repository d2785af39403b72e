//! What an agent will be able to do with an account, in words for its owner.

use crate::definition::Definition;
use crate::filter::Filter;
use crate::tool::{Kind, Tool};

/// The things that an agent can read, change and delete: what resources are called, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Abilities {
    pub read: Vec<String>,
    /// Created or changed.
    pub write: Vec<String>,
    pub delete: Vec<String>,
    /// What each tool is called, e.g. `List all Acme parts`.
    pub tools: Vec<String>,
}

/// What the tools of `filter`'s view can do with an account that is connected by `authentication_method`.
pub fn abilities(definition: &Definition, authentication_method: &str, filter: &Filter) -> Abilities {
    let oauth2 = definition.integration.credentials.get(authentication_method).and_then(|scheme| scheme.oauth2.as_ref());
    let is_in_reach = |tool: &Tool| oauth2.is_none_or(|oauth2| tool.scopes.iter().all(|scope| oauth2.scopes.contains_key(scope)));
    let mut abilities = Abilities::default();
    for tool in definition.tools.iter().filter(|tool| filter.admits(tool) && is_in_reach(tool)) {
        let things = match tool.kind {
            Kind::Read => &mut abilities.read,
            Kind::Write => &mut abilities.write,
            Kind::Destructive => &mut abilities.delete,
        };
        let own = definition.integration.resources.get(&tool.resource).and_then(|resource| resource.label.clone());
        let thing = own.unwrap_or_else(|| tool.resource.replace('_', " "));
        if !things.contains(&thing) {
            things.push(thing);
        }
        abilities.tools.push(tool.annotations.title.clone());
    }
    abilities
}
