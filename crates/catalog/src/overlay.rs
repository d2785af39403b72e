//! Own changes to an imported definition, kept in a small file and made anew after every import.
//!
//! What an entry is about is named as the vendor does, by verb and path, so that it finds its method in the next edition too. An entry
//! that finds nothing is an error: no change is lost silently.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::fit::fit;
use crate::integration::{Integration, Method, Resource};
use crate::problem::Problem;
use crate::yaml;

mod merge;
mod select;

use merge::merge;
pub(crate) use select::is_like;
use select::{At, Selector};

/// Members of the integration that are not changed as a whole.
const NOT_MERGED: &[(&str, &str)] =
    &[("version", "the format's version is not changed"), ("resources", "methods are changed under `methods`")];

/// Changes to a definition.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlay {
    /// Members of the integration, merged: an object into an object, null takes away, all else replaces (JSON Merge Patch, RFC 7386).
    #[serde(default)]
    integration: Map<String, Value>,
    /// Changes to methods, by what they are about: `GET /v1/orders/{id}`, `/admin/*`, `orders.get` or `orders.*`.
    #[serde(default)]
    methods: IndexMap<String, Map<String, Value>>,
}

/// What is wrong with an overlay, or why it does not fit a definition: a line for each thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .lines.join("\n"))]
pub struct OverlayError {
    /// `file:line: place: problem; remedy`.
    pub lines: Vec<String>,
}

/// An entry of `methods`, taken apart.
struct Change<'o> {
    entry: &'o str,
    resource: Option<String>,
    method: Option<String>,
    is_hidden: bool,
    add_tags: Vec<String>,
    patch: Map<String, Value>,
}

impl Overlay {
    /// Reads the text of an overlay, YAML or JSON. `file` only names it in errors.
    ///
    /// # Errors
    /// All that is wrong in the text itself.
    pub fn parse(file: &str, text: &str) -> Result<Self, OverlayError> {
        let line = |line: usize, problem: &Problem| match problem.path.as_str() {
            "" => format!("{file}:{line}: {}", problem.message),
            path => format!("{file}:{line}: {path}: {}", problem.message),
        };
        let document = yaml::read(text)
            .map_err(|unreadable| OverlayError { lines: unreadable.iter().map(|(at, problem)| line(*at, problem)).collect() })?;
        let refused = |problem: &Problem| OverlayError { lines: vec![line(document.lines.line_of(&problem.path), problem)] };
        let overlay: Overlay = fit(&document.value).map_err(|problem| refused(&problem))?;
        for (key, reason) in NOT_MERGED {
            if overlay.integration.contains_key(*key) {
                let path = format!("integration.{key}");
                return Err(refused(&Problem::error(path, format!("{reason}; remove it here"))));
            }
        }
        Ok(overlay)
    }

    /// The definition with all changes. Entries are about the methods as they are called before any change.
    ///
    /// # Errors
    /// Entries that match nothing, with the nearest methods; changes that the format does not know; two methods of one name.
    pub fn apply(&self, integration: Integration) -> Result<Integration, OverlayError> {
        let mut lines = Vec::new();
        let mut value = serde_json::to_value(&integration).unwrap_or_default();
        merge(&mut value, &Value::Object(self.integration.clone()));
        let mut merged: Integration = match fit(&value) {
            Ok(merged) => merged,
            Err(problem) => return Err(OverlayError { lines: vec![format!("integration.{}: {}", problem.path, problem.message)] }),
        };
        let places = places(&integration);
        let mut targets: Vec<(String, String)> = places.iter().map(|at| (at.resource.to_owned(), at.method.to_owned())).collect();
        for (entry, members) in &self.methods {
            let change = match Change::read(entry, members) {
                Ok(change) => change,
                Err(problem) => {
                    lines.push(problem);
                    continue;
                }
            };
            match Selector::parse(entry).and_then(|selector| selector.find(&places)) {
                Ok(found) => lines.extend(change.apply(&found, &places, &mut merged, &mut targets)),
                Err(problem) => lines.push(format!("methods.{entry}: {problem}")),
            }
        }
        match lines.is_empty() {
            true => renamed(merged, &places, targets),
            false => Err(OverlayError { lines }),
        }
    }
}

impl<'o> Change<'o> {
    fn read(entry: &'o str, members: &Map<String, Value>) -> Result<Self, String> {
        let wrong = |key: &str, wanted: &str| format!("methods.{entry}.{key}: this is {wanted}; mend or remove it");
        let mut patch = members.clone();
        let mut text = |key: &str| match patch.remove(key) {
            None => Ok(None),
            Some(Value::String(name)) => Ok(Some(name)),
            Some(_) => Err(wrong(key, "a name, e.g. `orders`")),
        };
        let (resource, method) = (text("resource")?, text("method")?);
        let is_hidden = match patch.remove("hidden") {
            None | Some(Value::Bool(false)) => false,
            Some(Value::Bool(true)) => true,
            Some(_) => return Err(wrong("hidden", "`true` or `false`")),
        };
        let add_tags = match patch.remove("add_tags") {
            None => Vec::new(),
            Some(tags) => serde_json::from_value(tags).map_err(|_| wrong("add_tags", "a list of tags"))?,
        };
        Ok(Self { entry, resource, method, is_hidden, add_tags, patch })
    }

    /// Changes the methods at the places `found`; gives what went wrong.
    fn apply(&self, found: &[usize], places: &[At], merged: &mut Integration, targets: &mut [(String, String)]) -> Vec<String> {
        let entry = self.entry;
        let is_renamed = self.method.is_some() || self.patch.contains_key("tool_name");
        if is_renamed && let [_, second, ..] = found {
            let other = &places[*second];
            return vec![format!(
                "methods.{entry}: this is about several methods, e.g. `{}.{}` too, which cannot have one name; name one as `resource.method`",
                other.resource, other.method
            )];
        }
        let mut problems = Vec::new();
        for &index in found {
            let at = &places[index];
            let Some(method) = merged.resources.get_mut(&at.resource).and_then(|resource| resource.methods.get_mut(&at.method)) else {
                continue;
            };
            match self.changed(method) {
                Ok(changed) => *method = changed,
                Err(problem) => {
                    problems.push(format!("methods.{entry}.{}: {}", problem.path, problem.message));
                    break;
                }
            }
            let target = &mut targets[index];
            let before = target.clone();
            target.0 = self.resource.clone().unwrap_or(before.0.clone());
            target.1 = self.method.clone().unwrap_or(before.1.clone());
            // The tool's own name told of the old resource and method.
            if *target != before && !self.patch.contains_key("tool_name") {
                method.tool_name = None;
            }
        }
        problems
    }

    fn changed(&self, method: &Method) -> Result<Method, Problem> {
        let mut value = serde_json::to_value(method).unwrap_or_default();
        merge(&mut value, &Value::Object(self.patch.clone()));
        let mut method: Method = fit(&value)?;
        for tag in &self.add_tags {
            if !method.tags.contains(tag) {
                method.tags.push(tag.clone());
            }
        }
        if self.is_hidden {
            method.documentation = None;
        }
        Ok(method)
    }
}

/// Every method, in the order of the definition.
fn places(integration: &Integration) -> Vec<At> {
    let resources = integration.resources.iter();
    resources
        .flat_map(|(resource, value)| {
            value.methods.iter().map(move |(name, method)| At {
                resource: resource.clone(),
                method: name.clone(),
                request: method.request.clone(),
            })
        })
        .collect()
}

/// The methods under their new names; resources that have none left are gone.
fn renamed(mut integration: Integration, places: &[At], targets: Vec<(String, String)>) -> Result<Integration, OverlayError> {
    let mut resources: IndexMap<String, Resource> = IndexMap::new();
    let mut lines = Vec::new();
    for (at, (resource, name)) in places.iter().zip(targets) {
        let Some(old) = integration.resources.get_mut(&at.resource) else { continue };
        let Some(mut method) = old.methods.shift_remove(&at.method) else { continue };
        let is_moved = resource != at.resource;
        if is_moved {
            // What the old resource said of all its methods goes along.
            method.pagination = method.pagination.or_else(|| old.pagination.clone());
            method.rate_limit = method.rate_limit.or_else(|| old.rate_limit.clone());
            method.tags.splice(0..0, old.tags.iter().cloned());
            method.scopes.splice(0..0, old.scopes.iter().cloned());
        }
        let mut like_old = Resource { methods: IndexMap::new(), ..old.clone() };
        if is_moved {
            like_old = Resource { label: None, tags: Vec::new(), scopes: Vec::new(), pagination: None, rate_limit: None, ..like_old };
        }
        let methods = &mut resources.entry(resource.clone()).or_insert(like_old).methods;
        if methods.contains_key(&name) {
            lines.push(format!("methods.{}: `{resource}.{name}` is there already; choose another name", at.request));
        }
        methods.insert(name, method);
    }
    match lines.is_empty() {
        true => Ok(Integration { resources, ..integration }),
        false => Err(OverlayError { lines }),
    }
}

#[cfg(test)]
mod tests;
