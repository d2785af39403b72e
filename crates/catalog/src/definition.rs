//! A definition ready for use: an integration and the tools that it yields.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use crate::check::{self, Check};
use crate::headers;
use crate::integration::Integration;
use crate::naming::prefix_of;
use crate::problem::{Problem, Severity};
use crate::prompt::Prompt;
use crate::rules::SharedErrors;
use crate::tool::{Scope, Tool};
use crate::variables;

/// One vendor's API and its tools. Immutable; shared by all accounts of the integration.
#[derive(Debug)]
pub struct Definition {
    pub integration: Integration,
    /// In the order of the file.
    pub tools: Vec<Arc<Tool>>,
    /// In the order of the file.
    pub prompts: Vec<Arc<Prompt>>,
    /// The methods that are no tools.
    pub hidden: Vec<HiddenMethod>,
    by_name: HashMap<String, usize>,
    /// By authentication method.
    checks: HashMap<String, Check>,
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
        let prefix = prefix_of(&integration);
        let mut tools: Vec<Arc<Tool>> = Vec::new();
        let mut hidden = Vec::new();
        let mut by_name: HashMap<String, usize> = HashMap::new();
        let mut called_by_checks: HashMap<(&str, &str), Arc<Tool>> = HashMap::new();
        for (resource_name, resource) in &integration.resources {
            for (method_name, method) in &resource.methods {
                let scope =
                    Scope { integration: &integration, prefix: &prefix, resource_name, resource, method_name, method, errors: &errors };
                let tool = Tool::compile(&scope, &mut problems).map(Arc::new);
                if let Some(tool) = tool.as_ref().filter(|_| check::is_called(&integration, resource_name, method_name)) {
                    called_by_checks.insert((resource_name, method_name), Arc::clone(tool));
                }
                if !scope.is_documented() {
                    hidden.push(HiddenMethod {
                        resource: resource_name.clone(),
                        method: method_name.clone(),
                        reason: "no documentation".to_owned(),
                    });
                    continue;
                }
                let Some(tool) = tool else {
                    continue;
                };
                match by_name.entry(tool.name.clone()) {
                    Entry::Occupied(taken) => problems.push(second_of_a_name(&tools[*taken.get()], &scope)),
                    Entry::Vacant(entry) => {
                        entry.insert(tools.len());
                        tools.push(tool);
                    }
                }
            }
        }
        let prompts = integration.prompts.iter().map(|(name, prompt)| Arc::new(Prompt::compile(name, prompt, &tools, &mut problems)));
        let prompts = prompts.collect();
        let schemes = integration.credentials.iter().filter_map(|(name, scheme)| Some((name, scheme.check.as_ref()?)));
        let checks = schemes.filter_map(|(name, check)| {
            let tool = called_by_checks.get(&(check.resource.as_str(), check.method.as_str()));
            Some((name.clone(), Check::compile(name, check, tool, &mut problems)?))
        });
        let checks = checks.collect();
        // Rules and paginations that several tools share are looked at once for each.
        let mut seen = HashSet::with_capacity(problems.len());
        problems.retain(|problem| problem.severity == Severity::Error && seen.insert((problem.path.clone(), problem.message.clone())));
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self { integration, tools, prompts, hidden, by_name, checks })
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

    /// The request that tells whether a credential of this authentication method works, where the definition names one.
    pub fn check(&self, authentication_method: &str) -> Option<&Check> {
        self.checks.get(authentication_method)
    }

    /// The tool of that name.
    pub fn tool(&self, name: &str) -> Option<&Arc<Tool>> {
        self.by_name.get(name).map(|index| &self.tools[*index])
    }
}

fn second_of_a_name(first: &Tool, scope: &Scope<'_>) -> Problem {
    let Tool { name, resource, method, .. } = first;
    let message = format!("the tool name `{name}` is that of resources.{resource}.methods.{method} too; set `tool_name` on one of them");
    Problem::error(scope.path(), message)
}

/// What stands outside of resources: base URL, variables, headers.
fn check_shared(integration: &Integration, problems: &mut Vec<Problem>) {
    variables::check(integration, problems);
    for (name, value) in &integration.headers {
        if let Err(reason) = headers::check_fixed(name, value) {
            problems.push(Problem::error(format!("headers.{name}"), reason));
        }
    }
}
