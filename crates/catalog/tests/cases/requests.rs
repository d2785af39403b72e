//! Calls of one method of a made-up vendor, as the requests that they become.

use catalog::definition::Definition;
use catalog::plan::Plan;
use catalog::target::Target;
use serde_json::{Map, Value, json};

/// A definition with one documented method, `things.NAME`, and these keys beside the usual ones.
pub(crate) fn definition(name: &str, mut method: Value, keys: Value) -> Definition {
    method["documentation"] = json!({"description": "Does it."});
    let mut file = json!({
        "version": 1, "name": "acme", "label": "Acme", "description": "Things.", "base_url": "https://acme.test/v1",
        "resources": {"things": {"methods": {name: method}}},
    });
    for (key, value) in keys.as_object().unwrap() {
        file[key] = value.clone();
    }
    Definition::compile(serde_json::from_value(file).unwrap()).unwrap()
}

/// A call of the definition's only tool.
pub(crate) fn plan(definition: &Definition, arguments: Value) -> Result<Plan, String> {
    let target = Target::new(&definition.integration, None, &Map::new()).unwrap();
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    definition.tools[0].plan(&target, arguments).map_err(|error| error.to_string())
}

/// A call as `VERB URL`, headers but for `Accept`, and the body; or what is wrong with its arguments.
pub(crate) fn called(definition: &Definition, arguments: Value) -> String {
    let plan = match plan(definition, arguments) {
        Ok(plan) => plan,
        Err(error) => return error,
    };
    let mut text = format!("{} {}", plan.verb.as_str(), plan.url);
    for (name, value) in plan.headers.iter().filter(|(name, _)| name != "Accept") {
        text.push_str(&format!("\n{name}: {value}"));
    }
    if let Some(body) = &plan.body {
        text.push_str(&format!("\n\n{}", String::from_utf8_lossy(body).replace("\r\n", "\n").trim_end()));
    }
    text
}

/// A call of a method that is called `act`.
pub(crate) fn act(method: Value, arguments: Value) -> String {
    called(&definition("act", method, json!({})), arguments)
}

/// A method that sends this body.
pub(crate) fn posting(body: Value) -> Value {
    json!({"request": "POST /a", "body": body})
}
