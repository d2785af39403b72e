//! What a new edition of a definition changes for whoever uses its tools.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::definition::Definition;
use crate::integration::{Integration, Method, Resource};
use crate::tool::Tool;

mod arguments;
mod credentials;
mod difference;
mod schema;
mod sent;
mod shared;
mod tool;

/// Said where nothing else is, and the definitions are not the same.
const WORDS_ALONE: &str = "only texts and names have changed that no call depends on";

/// All changes between two editions of a definition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Of what holds for all tools.
    pub integration: Vec<Change>,
    pub added: Vec<ToolLine>,
    pub removed: Vec<ToolLine>,
    pub changed: Vec<ChangedTool>,
}

/// A tool that came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToolLine {
    pub tool: String,
    /// E.g. `GET /v1/orders/{id}`.
    pub request: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedTool {
    /// The new name.
    pub tool: String,
    pub changes: Vec<Change>,
}

/// One change, in words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Change {
    pub what: String,
    /// Whether a call that was right before can fail, mean something else, or go elsewhere with its data and credential now.
    pub breaking: bool,
}

impl Diff {
    /// Compares two editions. Tools of one name are the same tool; else those of one verb and path, which are then renamed.
    pub fn between(old: &Definition, new: &Definition) -> Self {
        let mut diff = Self::default();
        shared::compare(old, new, &mut |change| diff.integration.push(change));
        let mut kept = 0;
        let mut gone: Vec<&Arc<Tool>> = old.tools.iter().filter(|tool| new.tool(&tool.name).is_none()).collect();
        let mut by_request: HashMap<String, Vec<&Arc<Tool>>> = HashMap::new();
        for tool in gone.iter().rev() {
            by_request.entry(request(old, tool)).or_default().push(tool);
        }
        for tool in &new.tools {
            let before = old.tool(&tool.name).cloned();
            let before = before.or_else(|| by_request.get_mut(&request(new, tool)).and_then(Vec::pop).cloned());
            let Some(before) = before else {
                diff.added.push(ToolLine { tool: tool.name.clone(), request: request(new, tool) });
                continue;
            };
            gone.retain(|known| known.name != before.name);
            kept += 1;
            let changes = changes((old, &before), (new, tool));
            if !changes.is_empty() {
                diff.changed.push(ChangedTool { tool: tool.name.clone(), changes });
            }
        }
        diff.removed = gone.into_iter().map(|tool| ToolLine { tool: tool.name.clone(), request: request(old, tool) }).collect();
        checks(old, new, &mut diff);
        gather(&mut diff, kept);
        if diff.is_empty() && serde_json::to_value(&old.integration).ok() != serde_json::to_value(&new.integration).ok() {
            diff.integration.push(harmless(WORDS_ALONE));
        }
        diff
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether something that worked before can fail now.
    pub fn is_breaking(&self) -> bool {
        let any = |changes: &[Change]| changes.iter().any(|change| change.breaking);
        !self.removed.is_empty() || any(&self.integration) || self.changed.iter().any(|tool| any(&tool.changes))
    }
}

/// For people: a line for each tool that came or went, and for each change; `!` marks what is breaking.
impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "nothing changes");
        }
        let mark = |change: &Change| if change.breaking { '!' } else { ' ' };
        for change in &self.integration {
            writeln!(f, "{} {}", mark(change), change.what)?;
        }
        for ToolLine { tool, request } in &self.removed {
            writeln!(f, "! - {tool}  {request}")?;
        }
        for ToolLine { tool, request } in &self.added {
            writeln!(f, "  + {tool}  {request}")?;
        }
        for ChangedTool { tool, changes } in &self.changed {
            writeln!(f, "  ~ {tool}")?;
            for change in changes {
                writeln!(f, "{}     {}", mark(change), change.what)?;
            }
        }
        let breaking = self.removed.len()
            + self.integration.iter().chain(self.changed.iter().flat_map(|tool| &tool.changes)).filter(|change| change.breaking).count();
        writeln!(f, "{} added, {} removed, {} changed; {breaking} breaking", self.added.len(), self.removed.len(), self.changed.len())
    }
}

fn breaking(what: impl Into<String>) -> Change {
    Change { what: what.into(), breaking: true }
}

fn harmless(what: impl Into<String>) -> Change {
    Change { what: what.into(), breaking: false }
}

/// Verb and path of a tool, as its definition has them.
fn request(definition: &Definition, tool: &Tool) -> String {
    At::of(definition, tool).map(|at| at.method.request.clone()).unwrap_or_default()
}

/// A method where it stands.
struct At<'d> {
    integration: &'d Integration,
    resource: &'d Resource,
    name: &'d str,
    method: &'d Method,
}

impl<'d> At<'d> {
    fn of(definition: &'d Definition, tool: &Tool) -> Option<Self> {
        let integration = &definition.integration;
        let resource = integration.resources.get(&tool.resource)?;
        let (name, method) = resource.methods.get_key_value(&tool.method)?;
        Some(Self { integration, resource, name, method })
    }
}

fn changes((old, before): (&Definition, &Tool), (new, after): (&Definition, &Tool)) -> Vec<Change> {
    let mut changes = Vec::new();
    if let (Some(one), Some(other)) = (At::of(old, before), At::of(new, after)) {
        tool::compare((before, &one), (after, &other), &mut |change| changes.push(change));
    }
    changes
}

/// What the checks of credentials call need not be a tool, and gets the credential all the same.
fn checks(old: &Definition, new: &Definition, diff: &mut Diff) {
    for name in new.integration.credentials.keys() {
        let (Some(before), Some(after)) = (old.check(name), new.check(name)) else { continue };
        if old.tool(&before.tool.name).is_some() && new.tool(&after.tool.name).is_some() {
            continue;
        }
        for Change { what, breaking } in changes((old, &before.tool), (new, &after.tool)) {
            diff.integration.push(Change { what: format!("the check of `{name}`: {what}"), breaking });
        }
    }
}

/// Changes that each tool has because the integration has them are told once.
fn gather(diff: &mut Diff, tools: usize) {
    const LEAST: usize = 3;
    let mut counts: HashMap<&Change, usize> = HashMap::new();
    for change in diff.changed.iter().flat_map(|tool| &tool.changes) {
        *counts.entry(change).or_default() += 1;
    }
    let shared: Vec<Change> =
        counts.into_iter().filter(|(_, count)| *count == tools && tools >= LEAST).map(|(change, _)| change.clone()).collect();
    if shared.is_empty() {
        return;
    }
    let Some(first) = diff.changed.first() else { return };
    // In the order in which the first tool has them.
    let told = first.changes.iter().filter(|change| shared.contains(change));
    diff.integration.extend(told.map(|change| Change { what: format!("every tool: {}", change.what), breaking: change.breaking }));
    for tool in &mut diff.changed {
        tool.changes.retain(|change| !shared.contains(change));
    }
    diff.changed.retain(|tool| !tool.changes.is_empty());
}

#[cfg(test)]
mod tests;
