//! Arguments that a tool wants repeated in headers: `x-mcp-header` in its input schema (2026-07-28, "Custom headers from
//! tool parameters").

use std::collections::HashMap;
use std::sync::Mutex;

use http::{HeaderMap, HeaderName};
use serde_json::Value;

use super::lock::lock;
use crate::mcp_client::{Kind, Message, header_value};

/// Where an argument lies, by names of properties, and the header that repeats it.
type Mirror = (Vec<String>, HeaderName);

/// By tool, as the URL's lists told.
#[derive(Default)]
pub(super) struct ParamHeaders(Mutex<HashMap<String, Vec<Mirror>>>);

impl ParamHeaders {
    /// Reads the tools of an answer to `tools/list`; other answers teach nothing.
    pub(super) fn learn(&self, answer: &Message) {
        // Few servers use it, and lists are long.
        if !answer.text.contains("\"x-mcp-header\"") {
            return;
        }
        let result = answer.result().and_then(|result| serde_json::from_str::<Value>(result.get()).ok());
        let tools = result.as_ref().and_then(|result| result["tools"].as_array());
        let mut known = lock(&self.0);
        for tool in tools.into_iter().flatten() {
            let Some(name) = tool["name"].as_str() else { continue };
            let mut mirrors = Vec::new();
            collect(&tool["inputSchema"], &mut Vec::new(), &mut mirrors);
            known.insert(name.to_owned(), mirrors);
        }
    }

    /// The headers that repeat the arguments of a `tools/call`.
    pub(super) fn of(&self, message: &Message) -> HeaderMap {
        let is_call = matches!(&message.kind, Kind::Request { method, .. } if method == "tools/call");
        let known = lock(&self.0);
        if !is_call || known.is_empty() {
            return HeaderMap::new();
        }
        let params = message.params().and_then(|params| serde_json::from_str::<Value>(params.get()).ok()).unwrap_or_default();
        let mirrors = params["name"].as_str().and_then(|name| known.get(name));
        let header = |(path, name): &Mirror| {
            let value = path.iter().fold(&params["arguments"], |value, key| &value[key]);
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => return None,
            };
            Some((name.clone(), header_value(&text)?))
        };
        mirrors.into_iter().flatten().filter_map(header).collect()
    }
}

/// Follows `properties` only: what lies elsewhere has no one place in the arguments.
fn collect(schema: &Value, path: &mut Vec<String>, mirrors: &mut Vec<Mirror>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        path.push(name.clone());
        let header = property["x-mcp-header"].as_str().and_then(|token| HeaderName::try_from(format!("mcp-param-{token}")).ok());
        mirrors.extend(header.map(|header| (path.clone(), header)));
        collect(property, path, mirrors);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::{Message, ParamHeaders};

    #[test]
    fn arguments_are_mirrored_as_the_list_asked_for() {
        let known = ParamHeaders::default();
        let list = r#"{"id":1,"result":{"tools":[{"name":"move","inputSchema":{"properties":{
            "region":{"type":"string","x-mcp-header":"Region"},
            "to":{"properties":{"dry":{"type":"boolean","x-mcp-header":"Dry"}}},
            "rows":{"items":{"properties":{"x":{"x-mcp-header":"Never"}}}}}}}]}}"#;
        known.learn(&Message::read(list).unwrap());
        let shown = |arguments: &str| {
            let call = format!(r#"{{"id":2,"method":"tools/call","params":{{"name":"move","arguments":{arguments}}}}}"#);
            let headers = known.of(&Message::read(&call).unwrap());
            headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect::<Vec<_>>().join("; ")
        };
        insta::assert_snapshot!(shown(r#"{"region":"süd","to":{"dry":true}}"#), @"mcp-param-region: =?base64?c8O8ZA==?=; mcp-param-dry: true");
        insta::assert_snapshot!(shown(r#"{"region":null,"rows":[{"x":"1"}]}"#), @"");
    }
}
