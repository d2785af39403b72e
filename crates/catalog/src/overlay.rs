//! Own changes to an imported definition, kept in a small file and made anew after every import.
//!
//! What an entry is about is named as the vendor does, by verb and path, so that it finds its method in the next edition too. An entry
//! that finds nothing is an error: no change is lost silently.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::definition::Definition;
use crate::fit::fit;
use crate::import::{Options, Written};
use crate::integration::{Integration, Resource};
use crate::lint;
use crate::naming::snake_case;
use crate::problem::{Problem, Severity};
use crate::yaml::{self, Lines};

mod entry;
mod merge;
mod select;
mod tags;

use entry::{Entry, Target};
use merge::merge;
pub(crate) use select::is_like;
use select::{At, Selector};

/// Most problems that one error lists.
const MAX_LISTED: usize = 50;

/// Members of the integration that are not changed as a whole.
const NOT_MERGED: &[(&str, &str)] =
    &[("version", "the format's version is not changed"), ("resources", "methods are changed under `methods`")];

/// Changes to a definition.
#[derive(Debug)]
pub struct Overlay {
    file: String,
    lines: Lines,
    changes: Changes,
}

/// What stands in the file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
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

impl Overlay {
    /// Reads the text of an overlay, YAML or JSON. `file` only names it in errors.
    ///
    /// # Errors
    /// All that is wrong in the text itself.
    pub fn parse(file: &str, text: &str) -> Result<Self, OverlayError> {
        let document = yaml::read(text).map_err(|unreadable| OverlayError {
            lines: unreadable.iter().map(|(line, problem)| located(file, *line, &problem.path, &problem.message)).collect(),
        })?;
        let changes = fit::<Changes>(&document.value);
        let overlay = Self { file: file.to_owned(), lines: document.lines, changes: Changes::default() };
        let refused = |path: &str, problem: &str| OverlayError { lines: vec![overlay.line(path, problem)] };
        let changes = changes.map_err(|problem| refused(&problem.path, &problem.message))?;
        for (key, reason) in NOT_MERGED {
            if changes.integration.contains_key(*key) {
                return Err(refused(&format!("integration.{key}"), &format!("{reason}; remove it here")));
            }
        }
        Ok(Self { changes, ..overlay })
    }

    /// What the import has to know beforehand: tools are named by the label that they will have.
    #[must_use]
    pub fn options(&self, options: Options) -> Options {
        let text = |key: &str| self.changes.integration.get(key).and_then(Value::as_str);
        let own = text("tool_prefix").map(str::to_owned).or_else(|| text("label").map(snake_case));
        Options { tool_prefix: own.filter(|prefix| !prefix.is_empty()).or(options.tool_prefix), ..options }
    }

    /// The definition with all changes. Entries are about the methods as they are called before any change.
    ///
    /// `written` has the requests that the description writes otherwise than the definition, by resource and method.
    ///
    /// # Errors
    /// Entries that match nothing, with the nearest methods; changes that the format does not know; two methods of one name, two names of
    /// one method; what lint refuses of the whole.
    pub fn apply(&self, mut integration: Integration, written: &Written) -> Result<Integration, OverlayError> {
        let mut lines = Vec::new();
        tags::spread(&mut integration);
        let mut value = serde_json::to_value(&integration).unwrap_or_default();
        merge(&mut value, &Value::Object(self.changes.integration.clone()));
        let mut merged: Integration = match fit(&value) {
            Ok(merged) => merged,
            Err(problem) => {
                return Err(OverlayError { lines: vec![self.line(&format!("integration.{}", problem.path), &problem.message)] });
            }
        };
        // Said only for the import, and the same as what follows from the label.
        merged.tool_prefix = merged.tool_prefix.filter(|prefix| *prefix != snake_case(&merged.label));
        let places = places(&integration, written);
        let mut targets: Vec<Target<'_>> = places.iter().map(Target::of).collect();
        for (entry, members) in &self.changes.methods {
            let found = Entry::read(entry, members).and_then(|read| {
                let found = Selector::parse(entry).and_then(|selector| selector.find(&places));
                found.map(|found| (read, found)).map_err(|problem| (String::new(), problem))
            });
            let problems = match found {
                Ok((read, found)) => read.apply(&found, &places, &mut merged, &mut targets),
                Err(problem) => vec![problem],
            };
            lines.extend(problems.iter().map(|(key, problem)| self.entry(entry, key, problem)));
        }
        if !lines.is_empty() {
            return Err(OverlayError { lines });
        }
        let mut changed = renamed(merged, &places, &targets)
            .map_err(|problems| OverlayError { lines: problems.iter().map(|(entry, problem)| self.entry(entry, "", problem)).collect() })?;
        tags::gather(&mut changed);
        self.check(&changed, &targets)?;
        Ok(changed)
    }

    /// What lint and the compiler say of the outcome, each at the entry that did it.
    fn check(&self, integration: &Integration, targets: &[Target<'_>]) -> Result<(), OverlayError> {
        let mut problems: Vec<Problem> = lint::excess(integration).into_iter().chain(lint::check(integration)).collect();
        problems.retain(|problem| problem.severity == Severity::Error);
        if problems.is_empty() {
            problems.extend(Definition::compile(integration.clone()).err().into_iter().flatten());
        }
        if problems.is_empty() {
            return Ok(());
        }
        let mut lines: Vec<String> = problems.iter().take(MAX_LISTED).map(|problem| self.refused(problem, targets)).collect();
        lines.dedup();
        Err(OverlayError { lines })
    }

    fn refused(&self, Problem { path, message, .. }: &Problem, targets: &[Target<'_>]) -> String {
        let rest = path.strip_prefix("resources.");
        let target = rest.and_then(|rest| {
            targets.iter().filter(|target| !target.entries.is_empty()).find_map(|target| {
                let inside = rest.strip_prefix(&target.resource)?.strip_prefix(".methods.")?.strip_prefix(&target.method)?;
                (inside.is_empty() || inside.starts_with('.')).then(|| (target, inside.trim_start_matches('.')))
            })
        });
        // A resource has nothing of its own but its name, and what is common to its methods.
        let of_resource = rest.and_then(|rest| {
            let (resource, key) = rest.split_once('.').unwrap_or((rest, ""));
            let key = key.split('.').next().unwrap_or_default();
            let is_key = |known: &str| if key.is_empty() { known == "resource" } else { known == key || known == format!("add_{key}") };
            targets.iter().filter(|target| target.resource == resource).find_map(|target| {
                target.entries.iter().rev().find_map(|entry| {
                    let known = self.changes.methods.get(*entry)?.keys().find(|known| is_key(known))?;
                    Some((*entry, known))
                })
            })
        });
        let first = path.split('.').next().unwrap_or_default();
        match (target, of_resource) {
            (Some((target, inside)), _) => {
                let has = |entry: &str, key: &str| self.changes.methods.get(entry).is_some_and(|members| members.contains_key(key));
                let key = inside.split('.').next().unwrap_or_default();
                let by = target.entries.iter().rev().find(|entry| has(entry, key)).or(target.renamed_by.as_ref()).or(target.entries.last());
                self.entry(by.copied().unwrap_or_default(), inside, message)
            }
            (None, Some((entry, key))) => self.entry(entry, key, message),
            (None, None) if self.changes.integration.contains_key(first) => self.line(&format!("integration.{path}"), message),
            (None, None) => self.line("", &format!("this makes {path}: {message}")),
        }
    }

    fn entry(&self, entry: &str, key: &str, problem: &str) -> String {
        match key {
            "" => self.line(&format!("methods.{entry}"), problem),
            key => self.line(&format!("methods.{entry}.{key}"), problem),
        }
    }

    fn line(&self, path: &str, problem: &str) -> String {
        located(&self.file, self.lines.line_of(path), path, problem)
    }
}

fn located(file: &str, line: usize, path: &str, problem: &str) -> String {
    match path {
        "" => format!("{file}:{line}: {problem}"),
        path => format!("{file}:{line}: {path}: {problem}"),
    }
}

/// Every method, in the order of the definition.
fn places(integration: &Integration, written: &Written) -> Vec<At> {
    let resources = integration.resources.iter();
    resources
        .flat_map(|(resource, value)| {
            value.methods.iter().map(move |(name, method)| At {
                resource: resource.clone(),
                method: name.clone(),
                written: written.get(&(resource.clone(), name.clone())).unwrap_or(&method.request).clone(),
                request: method.request.clone(),
            })
        })
        .collect()
}

/// The methods under their new names; resources that have none left are gone.
fn renamed<'e>(mut integration: Integration, places: &[At], targets: &[Target<'e>]) -> Result<Integration, Vec<(&'e str, String)>> {
    let mut resources: IndexMap<String, Resource> = IndexMap::new();
    let mut problems = Vec::new();
    for (at, target) in places.iter().zip(targets) {
        let Some(old) = integration.resources.get_mut(&at.resource) else { continue };
        let Some(mut method) = old.methods.shift_remove(&at.method) else { continue };
        let Target { resource, method: name, .. } = target;
        let is_moved = *resource != at.resource;
        // The tool's own name told of the old resource and method.
        if (is_moved || *name != at.method) && target.tool_named_by.is_none() {
            method.tool_name = None;
        }
        if is_moved {
            // What the old resource said of all its methods goes along.
            method.pagination = method.pagination.or_else(|| old.pagination.clone());
            method.rate_limit = method.rate_limit.or_else(|| old.rate_limit.clone());
            method.scopes.splice(0..0, old.scopes.iter().cloned());
        }
        let mut like_old = Resource { methods: IndexMap::new(), ..old.clone() };
        if is_moved {
            like_old = Resource { label: None, scopes: Vec::new(), pagination: None, rate_limit: None, ..like_old };
        }
        let methods = &mut resources.entry(resource.clone()).or_insert(like_old).methods;
        if methods.contains_key(name) {
            let by = target
                .renamed_by
                .or_else(|| targets.iter().filter(|other| other.is_called(resource, name)).find_map(|other| other.renamed_by));
            problems.push((by.unwrap_or_default(), format!("`{resource}.{name}` is there already; choose another name")));
        }
        methods.insert(name.clone(), method);
    }
    match problems.is_empty() {
        true => Ok(Integration { resources, ..integration }),
        false => Err(problems),
    }
}

#[cfg(test)]
mod tests;
