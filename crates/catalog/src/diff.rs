//! What a new edition of a definition changes for whoever uses its tools.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::definition::Definition;
use crate::naming::prefix_of;
use crate::tool::Tool;

mod arguments;
mod schema;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub what: String,
    /// Whether a call that was right before can fail or mean something else now.
    pub breaking: bool,
}

impl Diff {
    /// Compares two editions. Tools of one name are the same tool; else those of one verb and path, which are then renamed.
    pub fn between(old: &Definition, new: &Definition) -> Self {
        let mut diff = Self { integration: shared(old, new), ..Self::default() };
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
            let changes = changes((old, &before), (new, tool));
            if !changes.is_empty() {
                diff.changed.push(ChangedTool { tool: tool.name.clone(), changes });
            }
        }
        diff.removed = gone.into_iter().map(|tool| ToolLine { tool: tool.name.clone(), request: request(old, tool) }).collect();
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
    let resource = definition.integration.resources.get(&tool.resource);
    resource.and_then(|resource| resource.methods.get(&tool.method)).map(|method| method.request.clone()).unwrap_or_default()
}

fn shared(old: &Definition, new: &Definition) -> Vec<Change> {
    let mut changes = Vec::new();
    let (before, after) = (&old.integration, &new.integration);
    if before.base_url != after.base_url {
        changes.push(breaking(format!("requests go to {} instead of {}", after.base_url, before.base_url)));
    }
    if prefix_of(before) != prefix_of(after) {
        changes.push(breaking(format!("tool names begin with `{}` instead of `{}`", prefix_of(after), prefix_of(before))));
    }
    for name in before.variables.keys().filter(|name| !after.variables.contains_key(*name)) {
        changes.push(harmless(format!("the variable `{name}` is gone")));
    }
    for (name, variable) in after.variables.iter().filter(|(name, _)| !before.variables.contains_key(*name)) {
        let change = format!("accounts need the variable `{name}`");
        changes.push(if variable.default.is_some() { harmless(change) } else { breaking(change) });
    }
    for name in before.credentials.keys().filter(|name| !after.credentials.contains_key(*name)) {
        changes.push(breaking(format!("the way to authenticate `{name}` is gone")));
    }
    for name in after.credentials.keys().filter(|name| !before.credentials.contains_key(*name)) {
        changes.push(harmless(format!("there is a new way to authenticate, `{name}`")));
    }
    changes
}

fn changes((old, before): (&Definition, &Tool), (new, after): (&Definition, &Tool)) -> Vec<Change> {
    let mut changes = Vec::new();
    if before.name != after.name {
        changes.push(breaking(format!("renamed from `{}`", before.name)));
    }
    if (&before.resource, &before.method) != (&after.resource, &after.method) {
        // Filters name methods.
        changes.push(breaking(format!("is `{}.{}` instead of `{}.{}`", after.resource, after.method, before.resource, before.method)));
    }
    let (sent_before, sent) = (request(old, before), request(new, after));
    if sent_before != sent {
        changes.push(harmless(format!("sends `{sent}` instead of `{sent_before}`")));
    }
    arguments::compare(before, after, &mut changes);
    for tag in before.tags.iter().filter(|tag| !after.tags.contains(tag)) {
        changes.push(breaking(format!("the tag `{tag}` is gone: servers that are filtered by it lose the tool")));
    }
    for tag in after.tags.iter().filter(|tag| !before.tags.contains(tag)) {
        changes.push(harmless(format!("has the new tag `{tag}`")));
    }
    for scope in after.scopes.iter().filter(|scope| !before.scopes.contains(scope)) {
        changes.push(breaking(format!("needs the scope `{scope}`: accounts must be connected anew")));
    }
    for scope in before.scopes.iter().filter(|scope| !after.scopes.contains(scope)) {
        changes.push(harmless(format!("does not need the scope `{scope}` any more")));
    }
    annotations(before, after, &mut changes);
    let style = |tool: &Tool| tool.paging.as_ref().map_or("none", |paging| paging.style.as_str());
    match (style(before), style(after)) {
        (one, other) if one == other => {}
        (one, "none") => changes.push(breaking(format!("is not paged any more; it was by {one}"))),
        (one, other) => changes.push(harmless(format!("pages by {other} instead of {one}"))),
    }
    let answer = |tool: &Tool| {
        let response = tool.response();
        format!("{:?}", (&response.records, &response.path, response.format, response.redirect))
    };
    if answer(before) != answer(after) {
        changes.push(breaking("gives another part of the answer".to_owned()));
    }
    if before.description != after.description {
        changes.push(harmless("the description has changed".to_owned()));
    }
    changes
}

fn annotations(before: &Tool, after: &Tool, changes: &mut Vec<Change>) {
    let (one, other) = (&before.annotations, &after.annotations);
    match (one.read_only_hint, other.read_only_hint) {
        (true, false) => changes.push(breaking("changes things; it only read before".to_owned())),
        (false, true) => changes.push(harmless("only reads; it changed things before".to_owned())),
        _ => {}
    }
    match (one.destructive_hint, other.destructive_hint) {
        (false, true) if !one.read_only_hint => changes.push(breaking("can destroy what is there".to_owned())),
        (true, false) if !other.read_only_hint => changes.push(harmless("only adds; it could destroy before".to_owned())),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
