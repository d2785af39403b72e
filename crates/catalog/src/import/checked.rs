//! What compiles and what lint admits; the rest is skipped, with the reason.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::method::{Draft, shared_headers};
use super::pages::shared_pagination;
use super::report::{Report, Skipped};
use crate::definition::Definition;
use crate::integration::{Integration, Resource};
use crate::lint;
use crate::problem::{Problem, Severity};

/// Resource and method.
type Key = (String, String);

/// Puts the drafts into the integration, so that it compiles and has no lint errors.
///
/// # Errors
/// Place and problem of what is wrong outside of methods.
pub(super) fn fill(integration: &mut Integration, mut drafts: Vec<Draft>, report: &mut Report) -> Result<(), (String, String)> {
    integration.headers = shared_headers(&mut drafts);
    integration.pagination = shared_pagination(&mut drafts);
    let mut origins: HashMap<Key, (String, String)> = HashMap::with_capacity(drafts.len());
    for draft in drafts {
        let Draft { name, method, label, at } = draft;
        let key = (name.resource.clone(), name.method.clone());
        if origins.contains_key(&key) {
            report
                .skipped
                .push(skipped((label, at), format!("it has the same name as another operation: {}.{}", name.resource, name.method)));
            continue;
        }
        if label != method.request {
            report.written.insert(key.clone(), label.clone());
        }
        origins.insert(key, (label, at));
        integration.resources.entry(name.resource).or_insert_with(empty).methods.insert(name.method, method);
    }
    drop_unused(integration);
    let refused = errors(lint::check(integration));
    drop_refused(integration, refused, &mut origins, report)?;
    // Dropping mends, so what is left after two rounds has another cause.
    for _ in 0..2 {
        match Definition::compile(integration.clone()) {
            Ok(_) => break,
            Err(problems) => drop_refused(integration, errors(problems), &mut origins, report)?,
        }
    }
    share_tags(integration);
    Ok(())
}

fn empty() -> Resource {
    Resource { label: None, tags: Vec::new(), scopes: Vec::new(), pagination: None, rate_limit: None, methods: IndexMap::new() }
}

fn errors(problems: Vec<Problem>) -> Vec<Problem> {
    problems.into_iter().filter(|problem| problem.severity == Severity::Error).collect()
}

fn drop_refused(
    integration: &mut Integration,
    problems: Vec<Problem>,
    origins: &mut HashMap<Key, (String, String)>,
    report: &mut Report,
) -> Result<(), (String, String)> {
    for Problem { path, message, .. } in problems {
        let Some((key, place)) = method_of(&path) else {
            // Resources without methods are those of which all were dropped.
            if path.starts_with("resources") {
                continue;
            }
            return Err((path, message));
        };
        let Some(origin) = origins.remove(&key) else {
            continue; // Already dropped for another reason.
        };
        if let Some(resource) = integration.resources.get_mut(&key.0) {
            resource.methods.shift_remove(&key.1);
        }
        report.skipped.push(skipped(origin, if place.is_empty() { message } else { format!("{place}: {message}") }));
    }
    integration.resources.retain(|_, resource| !resource.methods.is_empty());
    drop_unused(integration);
    Ok(())
}

/// Servers that no method goes to, and variables that nothing names.
fn drop_unused(integration: &mut Integration) {
    let Integration { resources, servers, variables, base_url, .. } = integration;
    let methods = resources.values().flat_map(|resource| resource.methods.values());
    let named: HashSet<&str> = methods.filter_map(|method| method.server.as_deref()).collect();
    servers.retain(|name, _| named.contains(name.as_str()));
    variables.retain(|name, _| {
        let written = format!("{{{name}}}");
        base_url.contains(&written) || servers.values().any(|url| url.contains(&written))
    });
}

/// `resources.parts.methods.get.body.schema` as the method and `body.schema`; names have no dots.
fn method_of(path: &str) -> Option<(Key, &str)> {
    let (resource, rest) = path.strip_prefix("resources.")?.split_once(".methods.")?;
    let (method, place) = rest.split_once('.').unwrap_or((rest, ""));
    Some(((resource.to_owned(), method.to_owned()), place))
}

fn skipped((operation, at): (String, String), reason: String) -> Skipped {
    Skipped { operation, at, reason }
}

/// Tags that all methods of a resource have are the resource's.
fn share_tags(integration: &mut Integration) {
    for resource in integration.resources.values_mut() {
        let Some(first) = resource.methods.values().next().map(|method| method.tags.clone()) else {
            continue;
        };
        if resource.methods.values().all(|method| method.tags == first) {
            resource.methods.values_mut().for_each(|method| method.tags.clear());
            resource.tags = first;
        }
    }
}
