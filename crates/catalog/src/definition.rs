//! A definition ready for use: an integration and the tools that it yields.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde::Serialize;

use crate::input::check_fixed_header;
use crate::integration::Integration;
use crate::naming::snake_case;
use crate::problem::{Problem, Severity};
use crate::request_line::RequestLine;
use crate::rules::SharedErrors;
use crate::target::names_in_braces;
use crate::tool::{Scope, Tool};

/// One vendor's API and its tools. Immutable; shared by all accounts of the integration.
#[derive(Debug)]
pub struct Definition {
    pub integration: Integration,
    /// In the order of the file.
    pub tools: Vec<Arc<Tool>>,
    /// The methods that are no tools.
    pub hidden: Vec<HiddenMethod>,
    /// Of what the definition says, however it is written: equal definitions have equal digests.
    pub digest: u64,
    by_name: HashMap<String, usize>,
}

/// A method that is no tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HiddenMethod {
    pub resource: String,
    pub method: String,
    /// Why, e.g. `no documentation`.
    pub reason: String,
}

impl Definition {
    /// Derives the tools and makes ready what calls need: routes, expressions, templates.
    ///
    /// # Errors
    /// Everything in the definition that cannot work, each with its place. Warnings are not among them.
    pub fn compile(integration: Integration) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        check_shared(&integration, &mut problems);
        let errors = SharedErrors::compile(&integration.errors, &mut problems);
        let prefix = match &integration.tool_prefix {
            Some(prefix) => prefix.clone(),
            None => snake_case(&integration.label),
        };
        let mut tools: Vec<Arc<Tool>> = Vec::new();
        let mut hidden = Vec::new();
        let mut by_name = HashMap::new();
        for (resource_name, resource) in &integration.resources {
            for (method_name, method) in &resource.methods {
                let scope =
                    Scope { integration: &integration, prefix: &prefix, resource_name, resource, method_name, method, errors: &errors };
                let documentation = method.documentation.as_ref().filter(|documentation| !documentation.description.trim().is_empty());
                let Some(documentation) = documentation else {
                    if let Err(error) = RequestLine::parse(&method.request) {
                        problems.push(Problem::error(format!("{}.request", scope.path()), error));
                    }
                    hidden.push(HiddenMethod {
                        resource: resource_name.clone(),
                        method: method_name.clone(),
                        reason: "no documentation".to_owned(),
                    });
                    continue;
                };
                let Some(tool) = Tool::compile(&scope, documentation, &mut problems) else {
                    continue;
                };
                match by_name.entry(tool.name.clone()) {
                    Entry::Occupied(_) => problems.push(Problem::error(
                        scope.path(),
                        format!("a second tool would be called `{}`; give one of them a `tool_name`", tool.name),
                    )),
                    Entry::Vacant(entry) => {
                        entry.insert(tools.len());
                        tools.push(Arc::new(tool));
                    }
                }
            }
        }
        // Rules and paginations that several tools share are looked at once for each.
        let mut seen: Vec<Problem> = Vec::with_capacity(problems.len());
        for problem in problems {
            if problem.severity == Severity::Error && !seen.contains(&problem) {
                seen.push(problem);
            }
        }
        if !seen.is_empty() {
            return Err(seen);
        }
        Ok(Self { digest: digest(&integration), integration, tools, hidden, by_name })
    }

    /// Every tag that a tool has, once, in the order of the definition.
    pub fn tags(&self) -> Vec<&str> {
        let mut tags: Vec<&str> = Vec::new();
        for tag in self.tools.iter().flat_map(|tool| &tool.tags) {
            if !tags.contains(&tag.as_str()) {
                tags.push(tag);
            }
        }
        tags
    }

    /// The tool of that name.
    pub fn tool(&self, name: &str) -> Option<&Arc<Tool>> {
        self.by_name.get(name).map(|index| &self.tools[*index])
    }
}

/// What stands outside of resources: base URL, variables, headers.
fn check_shared(integration: &Integration, problems: &mut Vec<Problem>) {
    let mut texts = vec![("base_url".to_owned(), &integration.base_url)];
    for (name, value) in &integration.headers {
        let place = format!("headers.{name}");
        if let Err(reason) = check_fixed_header(name, value) {
            problems.push(Problem::error(place.clone(), reason));
        }
        texts.push((place, value));
    }
    for (place, text) in texts {
        match names_in_braces(text) {
            Ok(names) => problems.extend(names.into_iter().filter(|name| !integration.variables.contains_key(*name)).map(|name| {
                let message = format!("`{{{name}}}` is no variable; declare it under `variables`");
                Problem::error(place.clone(), message)
            })),
            Err(error) => problems.push(Problem::error(place, error)),
        }
    }
    for (name, variable) in &integration.variables {
        if let Some(pattern) = &variable.pattern {
            let schema = serde_json::json!({ "pattern": pattern });
            if let Err(error) = crate::arguments::validator(&schema) {
                problems.push(Problem::error(format!("variables.{name}.pattern"), error));
            }
        }
    }
}

fn digest(integration: &Integration) -> u64 {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(integration).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}
