//! The one request that tells whether an account's credential works, and whose it is.

use std::sync::Arc;

use minijinja::value::Serde;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::characters::is_deceptive;
use crate::expression::Expression;
use crate::integration::{CredentialCheck, Integration};
use crate::problem::Problem;
use crate::tool::{Kind, Tool};

/// What an expression for `identity` looks like.
const IDENTITY_EXAMPLE: &str = "answer.email";

/// Longest identity, in bytes.
const LONGEST_IDENTITY: usize = 320;

/// A request that any account of one way to authenticate may make, ready to be planned.
#[derive(Debug)]
pub struct Check {
    /// What is called; not necessarily a tool that agents see.
    pub tool: Arc<Tool>,
    pub arguments: Map<String, Value>,
    identity: Option<Expression>,
}

impl Check {
    /// Who the vendor says the account belongs to; `answer` is the tool's answer as an agent reads it. `None` where the definition does not
    /// say where that stands, or no short text stands there.
    pub fn identity(&self, answer: &Value) -> Option<String> {
        #[derive(Serialize)]
        struct Context<'a> {
            answer: &'a Value,
        }
        let value = self.identity.as_ref()?.value(&minijinja::Value::from(Serde(Context { answer }))).ok()??;
        let text = match serde_json::to_value(value).ok()? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let is_plain = !text.is_empty() && text.len() <= LONGEST_IDENTITY && !text.contains(is_deceptive);
        is_plain.then_some(text)
    }

    /// Reads the `check` of the authentication method `name`; `tool` finds what it calls.
    pub(crate) fn compile(name: &str, check: &CredentialCheck, tool: Option<&Arc<Tool>>, problems: &mut Vec<Problem>) -> Option<Self> {
        let path = format!("credentials.{name}.check");
        let Some(tool) = tool else {
            let message = format!("there is no method `{}` of a resource `{}`; name a method that reads", check.method, check.resource);
            problems.push(Problem::error(path, message));
            return None;
        };
        if tool.kind != Kind::Read {
            problems.push(Problem::error(&path, "a check may change nothing at the vendor's; name a method that reads"));
        }
        if let Err(error) = tool.checked(check.arguments.clone()) {
            let violations: Vec<String> =
                error.violations.iter().map(|violation| format!("{} {}", violation.path, violation.message).trim().to_owned()).collect();
            let message =
                format!("the method does not take these arguments ({}); correct them, or name another method", violations.join("; "));
            problems.push(Problem::error(format!("{path}.arguments"), message));
        }
        let read = check.identity.as_deref().map(|source| Expression::parse(source, &["answer"], IDENTITY_EXAMPLE)).transpose();
        match read {
            Ok(identity) => Some(Self { tool: Arc::clone(tool), arguments: check.arguments.clone(), identity }),
            Err(error) => {
                problems.push(Problem::error(format!("{path}.identity"), error.to_string()));
                None
            }
        }
    }
}

/// Whether a method is what some check calls, so that it is kept even if it is no tool.
pub(crate) fn is_called(integration: &Integration, resource: &str, method: &str) -> bool {
    let mut checks = integration.credentials.values().filter_map(|scheme| scheme.check.as_ref());
    checks.any(|check| check.resource == resource && check.method == method)
}
