//! Security definitions of Swagger 2.0.

use serde_json::{Map, Value, json};

/// A Security Scheme Object of OpenAPI 3.
pub(super) fn scheme(written: &Value) -> Value {
    let text = |key: &str| written.get(key).and_then(Value::as_str);
    let mut turned = match text("type") {
        Some("basic") => json!({ "type": "http", "scheme": "basic" }),
        Some("oauth2") => {
            let flow = match text("flow") {
                Some("accessCode") => "authorizationCode",
                Some("application") => "clientCredentials",
                Some(other) => other,
                None => "implicit",
            };
            let keys = ["authorizationUrl", "tokenUrl", "scopes"];
            let endpoints: Map<String, Value> =
                keys.iter().filter_map(|key| Some(((*key).to_owned(), written.get(*key)?.clone()))).collect();
            let mut flows = Map::new();
            flows.insert(flow.to_owned(), endpoints.into());
            json!({ "type": "oauth2", "flows": flows })
        }
        _ => return written.clone(),
    };
    if let Some(description) = written.get("description") {
        turned["description"] = description.clone();
    }
    turned
}
