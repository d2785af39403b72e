//! How to read a vendor's refusal: where its message is, and what certain refusals mean.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use crate::dotted_path::DottedPath;
use crate::expression::{Expression, Template};
use crate::integration::{ErrorRule, Errors};
use crate::problem::Problem;

/// What is known of a refusal, as [`Refused`] holds it.
const FACTS: [&str; 3] = ["status", "headers", "body"];

/// What a condition over a refusal looks like.
const CONDITION_EXAMPLE: &str = r#"status == 404 and body.message == "Order not found""#;

/// The rules that hold for one tool: the method's first, then the integration's.
#[derive(Debug)]
pub struct ErrorRules {
    own: Vec<CompiledErrorRule>,
    shared: Arc<SharedErrors>,
}

/// How an integration's refusals are read, whatever the method.
#[derive(Debug)]
pub(crate) struct SharedErrors {
    message: Vec<DottedPath>,
    rules: Vec<CompiledErrorRule>,
}

/// What a certain refusal means and what an agent can do about it.
#[derive(Debug)]
pub struct CompiledErrorRule {
    when: Expression,
    code: Option<String>,
    message: Option<Template>,
    hint: Option<Template>,
}

/// A vendor's refusal as rules see it: `status`, `headers` (names in lower case) and `body`.
pub struct Refused {
    context: Value,
}

impl Refused {
    /// `body` is null where the vendor sent no JSON.
    pub fn new<'a>(status: u16, headers: impl IntoIterator<Item = (&'a str, &'a str)>, body: &serde_json::Value) -> Self {
        #[derive(Serialize)]
        struct Facts<'a> {
            status: u16,
            headers: std::collections::BTreeMap<String, &'a str>,
            body: &'a serde_json::Value,
        }
        let headers = headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        let context = Value::from(Serde(Facts { status, headers, body }));
        Self { context }
    }
}

impl SharedErrors {
    pub(crate) fn compile(errors: &Errors, problems: &mut Vec<Problem>) -> Arc<Self> {
        let mut message = Vec::with_capacity(errors.message.len());
        for (index, text) in errors.message.iter().enumerate() {
            match text.parse() {
                Ok(path) => message.push(path),
                Err(error) => problems.push(Problem::error(format!("errors.message.{index}"), format!("{error}"))),
            }
        }
        let rules = compiled("errors.rules", &errors.rules, problems);
        Arc::new(Self { message, rules })
    }
}

fn compiled(path: &str, rules: &[ErrorRule], problems: &mut Vec<Problem>) -> Vec<CompiledErrorRule> {
    rules.iter().enumerate().filter_map(|(index, rule)| CompiledErrorRule::compile(&format!("{path}.{index}"), rule, problems)).collect()
}

impl ErrorRules {
    /// Reads the rules of a method, to be tried before its integration's; `path` is where the method stands.
    pub(crate) fn compile(path: &str, method: &[ErrorRule], shared: &Arc<SharedErrors>, problems: &mut Vec<Problem>) -> Self {
        let own = compiled(&format!("{path}.errors"), method, problems);
        Self { own, shared: Arc::clone(shared) }
    }

    /// The vendor's own words in an error body: the first of the declared places that holds a text or a number.
    pub fn message(&self, body: &serde_json::Value) -> Option<String> {
        self.shared.message.iter().find_map(|path| match path.find(body)? {
            serde_json::Value::String(text) if !text.is_empty() => Some(text.clone()),
            serde_json::Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// The first rule whose condition holds.
    pub fn first_match(&self, refused: &Refused) -> Option<&CompiledErrorRule> {
        self.own.iter().chain(&self.shared.rules).find(|rule| rule.when.holds(&refused.context))
    }
}

impl CompiledErrorRule {
    fn compile(path: &str, rule: &ErrorRule, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut template = |key: &str, source: &Option<String>| {
            let source = source.as_deref()?;
            Template::parse(source, &FACTS).map_err(|error| problems.push(Problem::error(format!("{path}.{key}"), error.to_string()))).ok()
        };
        let message = template("message", &rule.message);
        let hint = template("hint", &rule.hint);
        match Expression::parse(&rule.when, &FACTS, CONDITION_EXAMPLE) {
            Ok(when) => Some(Self { when, code: rule.code.clone(), message, hint }),
            Err(error) => {
                problems.push(Problem::error(format!("{path}.when"), error.to_string()));
                None
            }
        }
    }

    /// Replaces the code derived from the status, e.g. `not_found`.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Replaces the vendor's message.
    pub fn message(&self, refused: &Refused) -> Option<String> {
        self.message.as_ref()?.render(&refused.context)
    }

    /// What to do about it.
    pub fn hint(&self, refused: &Refused) -> Option<String> {
        self.hint.as_ref()?.render(&refused.context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rules(method: serde_json::Value, integration: serde_json::Value) -> ErrorRules {
        let mut problems = Vec::new();
        let shared = SharedErrors::compile(&serde_json::from_value(integration).unwrap(), &mut problems);
        let own: Vec<ErrorRule> = serde_json::from_value(method).unwrap();
        let rules = ErrorRules::compile("resources.touches.methods.get", &own, &shared, &mut problems);
        assert_eq!(problems, []);
        rules
    }

    #[test]
    fn the_methods_rules_come_before_the_integrations() {
        let rules = rules(
            json!([{"when": "status == 404", "code": "not_found", "hint": "no touch {{ body.id }}"}]),
            json!({"rules": [{"when": "status >= 400", "code": "vendor_error"}]}),
        );
        let gone = Refused::new(404, [], &json!({"id": 7}));
        let rule = rules.first_match(&gone).unwrap();
        assert_eq!(rule.code(), Some("not_found"));
        assert_eq!(rule.hint(&gone).as_deref(), Some("no touch 7"));
        let other = Refused::new(500, [], &json!(null));
        assert_eq!(rules.first_match(&other).unwrap().code(), Some("vendor_error"));
    }

    #[test]
    fn a_rule_reads_headers_in_lower_case() {
        let rules = rules(json!([{"when": "headers['x-reason'] == 'paused'"}]), json!({}));
        let paused = Refused::new(403, [("X-Reason", "paused")], &json!({}));
        assert!(rules.first_match(&paused).is_some());
        assert!(rules.first_match(&Refused::new(403, [], &json!({}))).is_none());
    }

    #[test]
    fn the_first_place_with_a_message_is_used() {
        let rules = rules(json!([]), json!({"message": ["message", "error.text"]}));
        assert_eq!(rules.message(&json!({"message": null, "error": {"text": "no"}})).as_deref(), Some("no"));
        assert_eq!(rules.message(&json!("no")), None);
    }

    #[test]
    fn what_does_not_compile_is_a_problem_with_its_place() {
        let mut problems = Vec::new();
        let method: Vec<ErrorRule> = serde_json::from_value(json!([{"when": "status ==", "hint": "{{"}])).unwrap();
        compiled("m.errors", &method, &mut problems);
        let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["m.errors.0.hint", "m.errors.0.when"]);
    }
}
