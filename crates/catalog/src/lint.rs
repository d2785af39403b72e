//! What a definition must be beyond its types: names, addresses, requests, schemas, credentials, prose.
//!
//! Checks that need compiled expressions or tools are made where those are compiled, in `definition.rs`.

mod address;
mod body;
mod credentials;
mod headers;
mod names;
mod pagination;
mod prose;
mod requests;
mod rules;
mod schemas;
mod secrets;

use crate::integration::{Integration, Method, Resource};
use crate::problem::Problem;

/// Everything there is to say about an integration, errors and warnings, in no particular order.
pub(crate) fn check(integration: &Integration) -> Vec<Problem> {
    let mut problems = Vec::new();
    names::check(integration, &mut problems);
    address::check(integration, &mut problems);
    headers::check(integration, &mut problems);
    credentials::check(integration, &mut problems);
    requests::check(integration, &mut problems);
    schemas::check(integration, &mut problems);
    body::check(integration, &mut problems);
    pagination::check(integration, &mut problems);
    rules::check(integration, &mut problems);
    prose::check(integration, &mut problems);
    secrets::check(integration, &mut problems);
    problems
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
fn is_snake_case(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('_').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}
