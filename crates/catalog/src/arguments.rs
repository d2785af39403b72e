//! Whether the arguments of a call are right, before anything is planned; all that is wrong is said at once.

use std::fmt;

use jsonschema::{Draft, PatternOptions, Validator};
use minijinja::value::Serde;
use serde::Serialize;
use serde_json::{Map, Number, Value};

use crate::encode::whole;
use crate::expected::violations_of;
use crate::expression::Expression;
use crate::integration::Refusal;
use crate::pointer::child;
use crate::problem::Problem;
use crate::tolerance::tolerated;
use crate::tool::Tool;
use crate::wording::did_you_mean;

/// What a condition over arguments looks like.
const REFUSAL_EXAMPLE: &str = r#"country not in ["US", "USA"] and not mobile_no"#;

/// Steps a look-around pattern may backtrack; all other patterns run in linear time.
const MAX_BACKTRACKS: usize = 20_000;

/// Why a call cannot be planned. Shown to the agent, which can correct itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentError {
    /// At least one.
    pub violations: Vec<Violation>,
}

/// One thing that is wrong with the arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// JSON Pointer into the arguments, e.g. `/touch_id`; empty for the arguments as a whole.
    pub path: String,
    /// What was expected, and what was given.
    pub message: String,
}

impl Violation {
    /// `path` is a JSON Pointer.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }

    /// About one argument, by its name.
    pub(crate) fn at(argument: &str, message: impl Into<String>) -> Self {
        Self::new(child("", argument), message)
    }
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.violations.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            if !violation.path.is_empty() {
                write!(f, "{}: ", violation.path)?;
            }
            f.write_str(&violation.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ArgumentError {}

/// A combination of arguments that the vendor mishandles, ready to be checked.
#[derive(Debug)]
pub(crate) struct CompiledRefusal {
    when: Expression,
    argument: String,
    message: String,
}

impl CompiledRefusal {
    pub(crate) fn compile(path: &str, refusals: &[Refusal], properties: &Map<String, Value>, problems: &mut Vec<Problem>) -> Vec<Self> {
        let names: Vec<&str> = properties.keys().map(String::as_str).collect();
        let mut compiled = Vec::with_capacity(refusals.len());
        for (index, refusal) in refusals.iter().enumerate() {
            if !properties.contains_key(&refusal.argument) {
                problems.push(Problem::error(
                    format!("{path}.refuse.{index}.argument"),
                    format!("`{}` is no argument of this tool; {}", refusal.argument, did_you_mean(&refusal.argument, &names)),
                ));
            }
            match Expression::parse(&refusal.when, &names, REFUSAL_EXAMPLE) {
                Ok(when) => compiled.push(Self { when, argument: refusal.argument.clone(), message: refusal.message.clone() }),
                Err(error) => problems.push(Problem::error(format!("{path}.refuse.{index}.when"), error.to_string())),
            }
        }
        compiled
    }
}

/// A validator for one schema: no reference is fetched, no pattern runs away.
///
/// # Errors
/// The schema is not valid JSON Schema 2020-12, or a reference leads nowhere.
pub(crate) fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(MAX_BACKTRACKS))
        .build(schema)
        .map_err(|error| error.to_string())
}

/// `arguments` as they fit `schema`, with the slips mended that MCP clients are known for where they do not fit as they are.
fn fitting(validator: &Validator, schema: &Value, arguments: Value) -> Result<Fitting, ArgumentError> {
    if validator.is_valid(&arguments) {
        return Ok(Fitting { arguments, is_mended: false });
    }
    let arguments = tolerated(&arguments, schema).unwrap_or(arguments);
    match violations_of(validator, &arguments, schema) {
        violations if violations.is_empty() => Ok(Fitting { arguments, is_mended: true }),
        violations => Err(ArgumentError { violations }),
    }
}

struct Fitting {
    arguments: Value,
    is_mended: bool,
}

/// The arguments of a tool that no definition describes.
#[derive(Debug)]
pub struct ArgumentSchema {
    schema: Value,
    validator: Validator,
}

impl ArgumentSchema {
    /// `schema` is JSON Schema 2020-12.
    ///
    /// # Errors
    /// What is wrong with the schema.
    pub fn new(schema: Value) -> Result<Self, String> {
        let validator = validator(&schema)?;
        Ok(Self { schema, validator })
    }

    /// The schema as it was given.
    pub fn as_value(&self) -> &Value {
        &self.schema
    }

    /// The arguments, if they are right; checked as those of other tools are.
    ///
    /// # Errors
    /// All that is wrong.
    pub fn checked(&self, arguments: Map<String, Value>) -> Result<Value, ArgumentError> {
        fitting(&self.validator, &self.schema, Value::Object(arguments)).map(|fitting| fitting.arguments)
    }
}

/// Whether a whole number has more than 64 bits and was rounded when the call was read: sent on, it would be the id of
/// something else.
fn is_rounded(number: &Number) -> bool {
    number.is_f64() && number.as_f64().is_some_and(|float| float.fract() == 0.0) && whole(number).is_none()
}

fn holds_rounded(value: &Value) -> bool {
    match value {
        Value::Number(number) => is_rounded(number),
        Value::Array(items) => items.iter().any(holds_rounded),
        Value::Object(members) => members.values().any(holds_rounded),
        _ => false,
    }
}

fn name_rounded(path: &str, value: &Value, violations: &mut Vec<Violation>) {
    match value {
        Value::Number(number) if is_rounded(number) => {
            let message = format!("expected a number of at most 64 bits, which can be kept exactly, got about {number}");
            violations.push(Violation::new(path, message));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| name_rounded(&format!("{path}/{at}"), item, violations));
        }
        Value::Object(members) => members.iter().for_each(|(name, member)| name_rounded(&child(path, name), member, violations)),
        _ => {}
    }
}

/// Arguments that are right.
pub(crate) struct Checked {
    /// As they will be sent.
    pub(crate) arguments: Map<String, Value>,
    /// As expressions see them: what is sent in place of an absent argument counts like an argument. Only of tools that have expressions
    /// over arguments, since it is a copy.
    pub(crate) complete: Option<Map<String, Value>>,
    /// Whether they are right only with slips mended.
    pub(crate) is_mended: bool,
}

impl Tool {
    /// The arguments, if they are right.
    ///
    /// What is not right is tried once more with the slips mended that MCP clients are known for (see
    /// `tolerance.rs`); only then it is refused.
    pub(crate) fn checked(&self, arguments: Map<String, Value>) -> Result<Checked, ArgumentError> {
        let Fitting { arguments, is_mended } = fitting(self.validator()?, &self.input_schema, Value::Object(arguments))?;
        let complete = arguments.as_object().filter(|_| self.looks_at_arguments()).map(|arguments| self.complete(arguments));
        let mut violations = self.refusals_of(complete.as_ref());
        if holds_rounded(&arguments) {
            name_rounded("", &arguments, &mut violations);
        }
        match arguments {
            Value::Object(arguments) if violations.is_empty() => Ok(Checked { arguments, complete, is_mended }),
            _ => Err(ArgumentError { violations }),
        }
    }

    fn validator(&self) -> Result<&Validator, ArgumentError> {
        let validator = self.validator.get_or_init(|| validator(&self.input_schema));
        validator.as_ref().map_err(|error| ArgumentError {
            violations: vec![Violation::new(
                "",
                format!("the definition of this tool has a broken input schema ({error}); tell its operator"),
            )],
        })
    }

    fn looks_at_arguments(&self) -> bool {
        !self.refusals.is_empty() || !self.route.other_paths.is_empty() || self.asks_for_arguments()
    }

    fn complete(&self, arguments: &Map<String, Value>) -> Map<String, Value> {
        let mut complete = arguments.clone();
        for (argument, default) in self.route.body.iter().flat_map(|body| body.defaults(arguments, self.properties())) {
            complete.entry(argument).or_insert_with(|| default.clone());
        }
        complete
    }

    fn refusals_of(&self, complete: Option<&Map<String, Value>>) -> Vec<Violation> {
        if self.refusals.is_empty() {
            return Vec::new();
        }
        let context = minijinja::Value::from(Serde(complete));
        self.refusals
            .iter()
            .filter(|refusal| refusal.when.holds(&context))
            .map(|refusal| Violation::at(&refusal.argument, refusal.message.clone()))
            .collect()
    }
}
