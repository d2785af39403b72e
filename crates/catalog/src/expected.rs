//! What a JSON Schema expected, in words an agent can act on.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value};

use crate::arguments::Violation;
use crate::nearest::nearest;
use crate::pointer::child;
use crate::types::resolved;
use crate::wording::{quoted, shortened};

/// Longest piece of a given value, or of a description, that a message repeats.
const MAX_QUOTED_CHARACTERS: usize = 80;
/// Most allowed values or known names that a message lists.
const MAX_LISTED: usize = 60;
/// Most violations reported at once.
const MAX_VIOLATIONS: usize = 50;

/// Everything that is wrong with `arguments`.
pub(crate) fn violations_of(validator: &Validator, arguments: &Value, schema: &Value) -> Vec<Violation> {
    let mut violations = Vec::new();
    for error in validator.iter_errors(arguments).take(MAX_VIOLATIONS) {
        explain(&error, arguments, schema, &mut violations);
    }
    violations.truncate(MAX_VIOLATIONS);
    violations
}

fn explain(error: &ValidationError<'_>, arguments: &Value, schema: &Value, violations: &mut Vec<Violation>) {
    let path = error.instance_path().as_str();
    let parent = || schema_of_error(error, schema);
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let wanted = parent()
                .and_then(|parent| parent.get("properties")?.get(name))
                .map_or_else(String::new, |property| wanted(property, schema));
            violations.push(Violation::new(child(path, name), format!("missing; expected {wanted}")));
        }
        ValidationErrorKind::AdditionalProperties { unexpected } | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let known = parent().and_then(|parent| parent.get("properties")?.as_object());
            // A call may hold many thousands.
            for name in unexpected.iter().take(MAX_VIOLATIONS) {
                let given = arguments.pointer(path).and_then(Value::as_object);
                violations.push(Violation::new(child(path, name), unknown(name, path, known, given)));
            }
        }
        // A pattern says how a text must look only to machines; the description says it to everyone.
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Format { .. } => {
            let described = parent().map_or_else(String::new, described);
            violations.push(Violation::new(path, format!("{}{described}", expectation(error))));
        }
        _ => violations.push(Violation::new(path, expectation(error))),
    }
}

/// The schema object whose keyword failed: the error's schema path without the keyword.
fn schema_of_error<'a>(error: &ValidationError<'_>, schema: &'a Value) -> Option<&'a Value> {
    let path = error.schema_path().as_str();
    let (parent, _keyword) = path.rsplit_once('/')?;
    schema.pointer(parent)
}

fn wanted(property: &Value, root: &Value) -> String {
    let property = resolved(property, root);
    let mut words = match property.get("enum").and_then(Value::as_array) {
        Some(options) => listed(options),
        None => match property.get("type") {
            Some(Value::String(one)) => one.clone(),
            Some(Value::Array(several)) => {
                let names: Vec<&str> = several.iter().filter_map(Value::as_str).collect();
                names.join(" or ")
            }
            _ => "a value".to_owned(),
        },
    };
    words.push_str(&described(property));
    words
}

/// ` (description)`, if there is one.
fn described(schema: &Value) -> String {
    let description = schema.get("description").and_then(Value::as_str);
    description.map_or_else(String::new, |description| format!(" ({})", shortened(description, MAX_QUOTED_CHARACTERS)))
}

fn unknown(name: &str, path: &str, known: Option<&Map<String, Value>>, given: Option<&Map<String, Value>>) -> String {
    let what = if path.is_empty() { "argument" } else { "member" };
    let known: Vec<&str> = known.into_iter().flat_map(Map::keys).map(String::as_str).collect();
    let unused = known.iter().copied().filter(|known| given.is_none_or(|given| !given.contains_key(*known)));
    let near = nearest(name, unused, 3);
    let mut message = format!("unknown {what} `{}`", shortened(name, MAX_QUOTED_CHARACTERS));
    if known.is_empty() {
        message.push_str("; there are none");
    } else if near.is_empty() {
        let more = known.len().saturating_sub(MAX_LISTED);
        message.push_str("; known are ");
        message.push_str(&quoted(known.into_iter().take(MAX_LISTED)));
        if more > 0 {
            message.push_str(&format!(" and {more} more"));
        }
    } else {
        message.push_str(&format!("; did you mean {}?", quoted(near)));
    }
    message
}

fn expectation(error: &ValidationError<'_>) -> String {
    use ValidationErrorKind as Kind;
    let instance = error.instance();
    let got = || given(instance);
    match error.kind() {
        Kind::Type { kind } => format!("expected {}, got {}", types(kind), got()),
        Kind::Enum { options } => match options.as_array() {
            Some(options) => format!("expected {}, got {}", listed(options), got()),
            None => format!("expected {options}, got {}", got()),
        },
        Kind::Constant { expected_value } => format!("expected {expected_value}, got {}", got()),
        Kind::Minimum { limit } => format!("expected at least {limit}, got {}", got()),
        Kind::Maximum { limit } => format!("expected at most {limit}, got {}", got()),
        Kind::ExclusiveMinimum { limit } => format!("expected more than {limit}, got {}", got()),
        Kind::ExclusiveMaximum { limit } => format!("expected less than {limit}, got {}", got()),
        Kind::MultipleOf { multiple_of } => {
            format!("expected a multiple of {multiple_of}, got {}", got())
        }
        Kind::MinLength { limit } => format!("expected a text of at least {}, got {}", counted(*limit, "character"), got()),
        Kind::MaxLength { limit } => {
            format!("expected a text of at most {}, got {}", counted(*limit, "character"), counted(length(instance), "character"))
        }
        Kind::MinItems { limit } => format!("expected at least {}, got {}", counted(*limit, "item"), length(instance)),
        Kind::MaxItems { limit } => format!("expected at most {}, got {}", counted(*limit, "item"), length(instance)),
        Kind::MinProperties { limit } => format!("expected at least {}, got {}", counted(*limit, "member"), length(instance)),
        Kind::MaxProperties { limit } => format!("expected at most {}, got {}", counted(*limit, "member"), length(instance)),
        Kind::Pattern { pattern } => {
            format!("expected a text that matches `{pattern}`, got {}", got())
        }
        Kind::Format { format } => format!("expected a text of format {format}, got {}", got()),
        Kind::UniqueItems => "expected items that are all different".to_owned(),
        Kind::Contains => "expected an item of the required form".to_owned(),
        Kind::FalseSchema => "expected nothing here".to_owned(),
        Kind::PropertyNames { error } => format!("a member's name is wrong: {}", expectation(error)),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => alternatives(context, instance),
        Kind::OneOfMultipleValid { .. } => "expected exactly one of the allowed forms, but several fit".to_owned(),
        _ => shortened(&error.to_string(), MAX_QUOTED_CHARACTERS),
    }
}

/// What each allowed form missed.
fn alternatives(context: &[Vec<ValidationError<'_>>], instance: &Value) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for error in context.iter().filter_map(|errors| errors.first()) {
        let path = error.instance_path().as_str();
        let reason = match error.kind() {
            ValidationErrorKind::Required { property } => format!("{property} is missing"),
            _ => expectation(error),
        };
        let reason = match path {
            "" => reason,
            path => format!("{path}: {reason}"),
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons.truncate(5);
    match reasons.is_empty() {
        true => format!("expected one of the allowed forms, got {}", given(instance)),
        false => format!("fits none of the allowed forms: {}", reasons.join("; or ")),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(several) => {
            let names: Vec<&str> = several.iter().map(|one| one.as_str()).collect();
            names.join(" or ")
        }
    }
}

fn listed(options: &[Value]) -> String {
    let shown: Vec<String> = options.iter().take(MAX_LISTED).map(|option| shortened(&option.to_string(), MAX_QUOTED_CHARACTERS)).collect();
    let more = match options.len().saturating_sub(MAX_LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match shown.len() {
        1 => shown.join(""),
        _ => format!("one of {}{more}", shown.join(", ")),
    }
}

fn given(value: &Value) -> String {
    let kind = match value {
        Value::Null => return "null".to_owned(),
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    format!("{kind} {}", shortened(&value.to_string(), MAX_QUOTED_CHARACTERS))
}

fn length(value: &Value) -> u64 {
    let length = match value {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    };
    length as u64
}

fn counted(count: u64, unit: &str) -> String {
    match count {
        1 => format!("1 {unit}"),
        _ => format!("{count} {unit}s"),
    }
}
