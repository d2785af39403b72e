//! Bodies without one of their fields.

use serde_json::Value;

use crate::gladly::support::Gladly;

/// Posts the body without each of these fields in turn, JSON pointers like `/customer/mobileNumber`, and gives the
/// refusals, one a line.
pub(crate) async fn posted_without(api: &Gladly, path: &str, body: &Value, fields: &[&str]) -> String {
    let mut lines = Vec::new();
    for field in fields {
        lines.push(api.post(path, without(body, field)).await.line());
    }
    lines.join("\n")
}

/// The body without the field that this JSON pointer names.
pub(crate) fn without(body: &Value, field: &str) -> Value {
    let mut body = body.clone();
    let (object, name) = field.rsplit_once('/').unwrap();
    body.pointer_mut(object).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    body
}

/// The body with the field that this JSON pointer names set to something else.
pub(crate) fn with(body: &Value, field: &str, value: Value) -> Value {
    let mut body = body.clone();
    let (object, name) = field.rsplit_once('/').unwrap();
    body.pointer_mut(object).unwrap()[name] = value;
    body
}
