//! What a body says beside its schema: format, wrapper, fixed and default members.

use serde_json::{Map, Value};

use super::methods;
use super::schemas::Parts;
use crate::files::is_content_type;
use crate::integration::{Body, Integration};
use crate::problem::Problem;

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    for at in methods(integration) {
        if let Some(body) = &at.method.body {
            let path = format!("{}.body", at.path);
            check_format(&path, body, problems);
            check_fixed(&path, body, problems);
            check_defaults(&path, body, problems);
        }
    }
}

fn check_format(path: &str, body: &Body, problems: &mut Vec<Problem>) {
    if let Some(content_type) = &body.content_type
        && !is_content_type(content_type)
    {
        problems.push(Problem::error(format!("{path}.content_type"), "this is no media type; write e.g. `application/scim+json`"));
    }
    if body.wrap.as_deref().is_some_and(str::is_empty) {
        problems.push(Problem::error(format!("{path}.wrap"), "the wrapper's name is empty; remove `wrap` or name it"));
    }
}

fn properties(body: &Body) -> Option<&Map<String, Value>> {
    body.schema.get("properties").and_then(Value::as_object)
}

fn check_fixed(path: &str, body: &Body, problems: &mut Vec<Problem>) {
    let required = body.schema.get("required").and_then(Value::as_array);
    for key in body.fixed.keys() {
        let path = format!("{path}.fixed.{key}");
        if properties(body).is_some_and(|properties| properties.contains_key(key)) {
            let message = "an argument of the same name could change this member; remove it from the schema or from `fixed`";
            problems.push(Problem::error(path, message));
        } else if required.is_some_and(|required| required.iter().any(|name| name == key)) {
            problems.push(Problem::error(path, "no argument has this name, so remove it from the schema's `required`"));
        } else if body.defaults.contains_key(key) {
            problems.push(Problem::error(path, "the same member stands in `defaults`; keep one of the two"));
        } else if body.schema.get("type").is_some_and(|kind| kind != "object") {
            problems.push(Problem::error(path, "only an object has members; make the schema's type `object`"));
        }
    }
}

fn check_defaults(path: &str, body: &Body, problems: &mut Vec<Problem>) {
    let none = Map::new();
    let properties = properties(body).unwrap_or(&none);
    let mut parts = Parts::of(&body.schema);
    for (key, default) in &body.defaults {
        let path = format!("{path}.defaults.{key}");
        let Some(property) = properties.get(key) else {
            continue; // Said where the body is compiled.
        };
        if let Some(own) = property.get("default")
            && own != default
        {
            problems.push(Problem::error(&path, "the property's own `default` differs; keep one of the two"));
        }
        if let Some(property) = property.as_object()
            && let Some(validator) = parts.validator(property)
            && let Err(error) = validator.validate(default)
        {
            let message = format!("the default is not valid in the property's schema: {error}; mend one of them");
            problems.push(Problem::error(path, message));
        }
    }
}
