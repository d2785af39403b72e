//! Two schemas as one that admits what both admit.

use serde_json::{Map, Value, json};

use super::nullable::is_annotation;
use crate::types::Type;

/// One schema for two, if there is one. What `second` says in words counts more, as that of a child does. A closed object closes what is
/// made of both, and admits the properties of both: nobody composes objects to admit none.
pub(super) fn merged(first: Value, second: Value) -> Option<Value> {
    let (first, second) = match (first, second) {
        (Value::Bool(true), other) | (other, Value::Bool(true)) => return Some(other),
        (Value::Bool(false), _) | (_, Value::Bool(false)) => return Some(Value::Bool(false)),
        (Value::Object(first), Value::Object(second)) => (first, second),
        _ => return None,
    };
    let mut out = first;
    if !may_join_objects(&out, &second) || !may_join_conditions(&out, &second) {
        return None;
    }
    for (key, value) in second {
        let Some(own) = out.get(&key).cloned() else {
            out.insert(key, value);
            continue;
        };
        let joined = match key.as_str() {
            _ if own == value => own,
            key if is_annotation(key) => value,
            "type" => types(&own, &value)?,
            "properties" => properties(own, value),
            "required" => united(own, value),
            "enum" => common(own, value)?,
            "additionalProperties" => closed(&own, &value)?,
            "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => greater(own, value),
            "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => greater(value, own),
            "items" => merged(own.clone(), value.clone()).unwrap_or_else(|| json!({"allOf": [own, value]})),
            "allOf" => united(own, value),
            _ => return None,
        };
        out.insert(key, joined);
    }
    Some(Value::Object(out))
}

/// Whether keywords that look at each other may stand in one schema.
fn may_join_objects(first: &Map<String, Value>, second: &Map<String, Value>) -> bool {
    let is_schema = |members: &Map<String, Value>| members.get("additionalProperties").is_some_and(Value::is_object);
    let sees_others = |members: &Map<String, Value>| members.contains_key("patternProperties") || is_schema(members);
    let names = |members: &Map<String, Value>| -> Vec<String> {
        let properties = members.get("properties").and_then(Value::as_object);
        properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
    };
    let adds = |members: &Map<String, Value>, to: &Map<String, Value>| {
        let known = names(to);
        names(members).iter().any(|name| !known.contains(name))
    };
    // What another part lists must not escape a rule about all that is not listed, nor be refused by one.
    let conflicts = |seeing: &Map<String, Value>, other: &Map<String, Value>| sees_others(seeing) && adds(other, seeing);
    let unequal = is_schema(first) && is_schema(second) && first.get("additionalProperties") != second.get("additionalProperties");
    let both_patterns = sees_others(first) && sees_others(second) && first.get("patternProperties") != second.get("patternProperties");
    let evaluated = |members: &Map<String, Value>| members.keys().any(|key| key.starts_with("unevaluated"));
    let prefixed = |members: &Map<String, Value>| members.contains_key("prefixItems") || members.contains_key("contains");
    let prefixes = (prefixed(first) && has_items(second)) || (prefixed(second) && has_items(first));
    !(conflicts(first, second)
        || conflicts(second, first)
        || unequal
        || both_patterns
        || prefixes
        || (evaluated(first) && evaluated(second)))
}

fn has_items(members: &Map<String, Value>) -> bool {
    ["items", "prefixItems", "contains"].iter().any(|key| members.contains_key(*key))
}

fn may_join_conditions(first: &Map<String, Value>, second: &Map<String, Value>) -> bool {
    let has = |members: &Map<String, Value>| ["if", "then", "else"].iter().any(|key| members.contains_key(*key));
    let same = ["if", "then", "else"].iter().all(|key| first.get(*key) == second.get(*key));
    !(has(first) && has(second)) || same
}

/// `None` where no type is in both.
fn types(first: &Value, second: &Value) -> Option<Value> {
    let list = |value: &Value| -> Vec<Type> {
        match value {
            Value::Array(names) => names.iter().filter_map(Value::as_str).filter_map(Type::parse).collect(),
            other => other.as_str().and_then(Type::parse).into_iter().collect(),
        }
    };
    let (first, second) = (list(first), list(second));
    let both = |one: Type| match one {
        Type::Integer => second.contains(&Type::Integer) || second.contains(&Type::Number),
        one => second.contains(&one),
    };
    let mut common: Vec<Type> = first.iter().copied().filter(|one| both(*one)).collect();
    if first.contains(&Type::Number) && second.contains(&Type::Integer) && !common.contains(&Type::Integer) {
        common.push(Type::Integer);
    }
    super::types::written(&common)
}

/// The properties of both. Where both describe one and cannot be made one, both count; but where no value would fit both, the second does:
/// it is the one that was written to replace the other.
fn properties(first: Value, second: Value) -> Value {
    let (Value::Object(mut out), Value::Object(second)) = (first, second) else { return Value::Bool(true) };
    for (name, value) in second {
        let joined = match out.get(&name).cloned() {
            None => value,
            Some(own) if contradicts(&own, &value) => value,
            Some(own) => merged(own.clone(), value.clone()).unwrap_or_else(|| both(own, value)),
        };
        out.insert(name, joined);
    }
    Value::Object(out)
}

/// Both schemas, with one description.
fn both(first: Value, second: Value) -> Value {
    let description = [&second, &first].iter().find_map(|schema| schema.get("description").cloned());
    let mut out = Map::new();
    out.extend(description.map(|description| ("description".to_owned(), description)));
    out.insert("allOf".to_owned(), json!([first, second]));
    Value::Object(out)
}

fn contradicts(first: &Value, second: &Value) -> bool {
    let (Some(first), Some(second)) = (first.as_object(), second.as_object()) else { return false };
    let types_differ = matches!((first.get("type"), second.get("type")), (Some(one), Some(other)) if types(one, other).is_none());
    let values_differ =
        matches!((first.get("enum"), second.get("enum")), (Some(one), Some(other)) if common(one.clone(), other.clone()).is_none());
    let constants_differ = matches!((first.get("const"), second.get("const")), (Some(one), Some(other)) if one != other);
    types_differ || values_differ || constants_differ
}

fn united(first: Value, second: Value) -> Value {
    let (Value::Array(mut out), Value::Array(second)) = (first, second) else { return Value::Bool(true) };
    for value in second {
        if !out.contains(&value) {
            out.push(value);
        }
    }
    Value::Array(out)
}

fn common(first: Value, second: Value) -> Option<Value> {
    let (Value::Array(first), Value::Array(second)) = (first, second) else { return None };
    let common: Vec<Value> = first.into_iter().filter(|value| second.contains(value)).collect();
    (!common.is_empty()).then_some(Value::Array(common))
}

/// `additionalProperties` of both, which are not equal.
fn closed(first: &Value, second: &Value) -> Option<Value> {
    match (first, second) {
        (Value::Bool(true), other) | (other, Value::Bool(true)) => Some(other.clone()),
        _ => None,
    }
}

fn greater(first: Value, second: Value) -> Value {
    match first.as_f64() < second.as_f64() {
        true => second,
        false => first,
    }
}
