//! One entry of `methods`, and what it does to the methods that it is about.

use serde_json::{Map, Value};

use super::merge::merge;
use super::select::At;
use crate::fit::fit;
use crate::integration::{Integration, Method};
use crate::problem::Problem;

/// A key of the entry, empty for all of it, and what is wrong there.
type Wrong = (String, String);

/// An entry, taken apart.
pub(super) struct Entry<'o> {
    entry: &'o str,
    resource: Option<String>,
    method: Option<String>,
    is_hidden: bool,
    add_tags: Vec<String>,
    patch: Map<String, Value>,
}

/// Where a method goes, and by which entries.
pub(super) struct Target<'e> {
    pub(super) resource: String,
    pub(super) method: String,
    /// All that are about it, in the order of the file.
    pub(super) entries: Vec<&'e str>,
    /// The last that gives it a resource or a method.
    pub(super) renamed_by: Option<&'e str>,
    pub(super) tool_named_by: Option<&'e str>,
    /// What was given by which entry: a key and its value.
    given: Vec<(&'static str, String, &'e str)>,
}

impl Target<'_> {
    /// Where it is.
    pub(super) fn of(at: &At) -> Self {
        let (resource, method) = (at.resource.clone(), at.method.clone());
        Self { resource, method, entries: Vec::new(), renamed_by: None, tool_named_by: None, given: Vec::new() }
    }

    pub(super) fn is_called(&self, resource: &str, method: &str) -> bool {
        self.resource == resource && self.method == method
    }
}

impl<'o> Entry<'o> {
    pub(super) fn read(entry: &'o str, members: &Map<String, Value>) -> Result<Self, Wrong> {
        let wrong = |key: &str, wanted: &str| (key.to_owned(), format!("this is {wanted}; mend or remove it"));
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
    pub(super) fn apply(&self, found: &[usize], places: &[At], merged: &mut Integration, targets: &mut [Target<'o>]) -> Vec<Wrong> {
        let is_renamed = self.method.is_some() || self.patch.contains_key("tool_name");
        if is_renamed && let [_, second, ..] = found {
            let other = &places[*second];
            let problem = format!(
                "this is about several methods, e.g. `{}.{}` too, which cannot have one name; name one as `resource.method`",
                other.resource, other.method
            );
            return vec![(String::new(), problem)];
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
                    problems.push((problem.path, problem.message));
                    break;
                }
            }
            problems.extend(self.name(&mut targets[index]));
        }
        problems
    }

    /// Gives the names of this entry; what contradicts those of another.
    fn name(&self, target: &mut Target<'o>) -> Vec<Wrong> {
        let tool_name = self.patch.get("tool_name").map(|name| name.as_str().unwrap_or_default().to_owned());
        let names = [("resource", &self.resource), ("method", &self.method), ("tool_name", &tool_name)];
        let mut problems = Vec::new();
        for (key, name) in names.into_iter().filter_map(|(key, name)| Some((key, name.clone()?))) {
            if let Some((_, other, by)) = target.given.iter().find(|(known, other, _)| *known == key && *other != name) {
                problems.push((
                    key.to_owned(),
                    format!("`methods.{by}` calls the same `{other}`, and here it is `{name}`; remove one of the two"),
                ));
            }
            target.given.push((key, name, self.entry));
        }
        target.entries.push(self.entry);
        if let Some(resource) = &self.resource {
            target.resource.clone_from(resource);
        }
        if let Some(method) = &self.method {
            target.method.clone_from(method);
        }
        if self.resource.is_some() || self.method.is_some() {
            target.renamed_by = Some(self.entry);
        }
        if tool_name.is_some() {
            target.tool_named_by = Some(self.entry);
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
