//! What a definition must be beyond its types: names, addresses, requests, schemas, credentials, prose.
//!
//! Only what would not break a call, or not every call, is looked at here. What a call cannot do without is checked
//! where it is compiled, in `definition.rs`, and each thing in one of the two places.

mod address;
mod body;
mod connect;
mod credentials;
mod names;
mod pagination;
mod parameters;
mod prose;
mod queries;
mod rules;
mod schemas;
mod secrets;

pub(crate) use names::MAX_KEY_CHARACTERS;
pub(crate) use prose::{gives_orders, is_invisible};
pub(crate) use secrets::looks_secret;

use crate::integration::{Integration, Method, Resource};
use crate::problem::Problem;

/// Everything there is to say about an integration, errors and warnings, in no particular order.
pub(crate) fn check(integration: &Integration) -> Vec<Problem> {
    let mut problems = Vec::new();
    names::check(integration, &mut problems);
    address::check(integration, &mut problems);
    queries::check(integration, &mut problems);
    credentials::check(integration, &mut problems);
    connect::check(integration, &mut problems);
    parameters::check(integration, &mut problems);
    schemas::check(integration, &mut problems);
    body::check(integration, &mut problems);
    pagination::check(integration, &mut problems);
    rules::check(integration, &mut problems);
    prose::check(integration, &mut problems);
    secrets::check(integration, &mut problems);
    problems
}

/// Most methods of one integration. Clients show no more tools than this, and each takes memory.
pub(crate) const MAX_METHODS: usize = 2_000;

/// Most error rules that are shared by all methods; every tool carries them.
const MAX_RULES: usize = 100;

/// Most prompts; people choose from them.
const MAX_PROMPTS: usize = 100;

/// Whether an integration is larger than what can be looked at in reasonable time.
pub(crate) fn excess(integration: &Integration) -> Option<Problem> {
    let methods = methods(integration).count();
    let rules = integration.errors.rules.len();
    if methods > MAX_METHODS {
        let message = format!("{methods} methods are more than the {MAX_METHODS} of one integration; split it in two");
        return Some(Problem::error("resources", message));
    }
    if rules > MAX_RULES {
        let message = format!("{rules} shared rules are more than {MAX_RULES}; move some to the methods they are about");
        return Some(Problem::error("errors.rules", message));
    }
    let prompts = integration.prompts.len();
    if prompts > MAX_PROMPTS {
        let message = format!("{prompts} prompts are more than the {MAX_PROMPTS} of one integration; keep those that people use");
        return Some(Problem::error("prompts", message));
    }
    None
}

/// One method with its surroundings.
struct MethodAt<'i> {
    /// E.g. `resources.sends.methods.list`.
    path: String,
    resource: &'i Resource,
    name: &'i str,
    method: &'i Method,
}

fn methods(integration: &Integration) -> impl Iterator<Item = MethodAt<'_>> {
    integration.resources.iter().flat_map(|(key, resource)| {
        resource.methods.iter().map(move |(name, method)| MethodAt {
            path: format!("resources.{key}.methods.{name}"),
            resource,
            name,
            method,
        })
    })
}

/// Lower-case words of letters and digits joined by single underscores, beginning with a letter.
pub(crate) fn is_snake_case(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('_').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}
