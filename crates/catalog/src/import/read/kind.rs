//! What a text is, where it is no OpenAPI description: so that whoever gave it knows what to look for.

use serde_json::Value;

use super::Dialect;

/// What can be told from how a text begins; `None` for what may be JSON or YAML.
pub(super) fn foreign_text(text: &str) -> Option<&'static str> {
    let text = text.trim_start();
    let start: String = text.chars().take(1024).collect::<String>().to_ascii_lowercase();
    if text.is_empty() {
        return Some("there is nothing in it; check the path or URL");
    }
    if start.starts_with('<') {
        return Some(if start.contains("<!doctype html") || start.contains("<html") {
            "this is a web page; look in it for the link to the OpenAPI file itself, which is JSON or YAML"
        } else if start.contains("wsdl") {
            "this is a WSDL description of a SOAP service; look for the vendor's REST API and its OpenAPI file"
        } else {
            "this is XML; look for the vendor's OpenAPI file, which is JSON or YAML"
        });
    }
    if start.starts_with("#%raml") {
        return Some("this is a RAML description; look for the vendor's OpenAPI file, or convert it to OpenAPI 3");
    }
    if start.starts_with("format: 1a") {
        return Some("this is an API Blueprint; look for the vendor's OpenAPI file, or convert it to OpenAPI 3");
    }
    let line = start.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(['#', '/', '"']))?;
    if line.starts_with("syntax =") || line.starts_with("syntax=") {
        return Some("this is a Protocol Buffers file; look for an OpenAPI file of the service's HTTP interface");
    }
    const GRAPHQL: [&str; 10] =
        ["type ", "schema ", "schema{", "scalar ", "directive @", "interface ", "enum ", "input ", "union ", "extend "];
    let is_graphql = GRAPHQL.iter().any(|word| line.starts_with(word)) && (line.ends_with('{') || !line.contains(": "));
    is_graphql.then_some("this is a GraphQL schema, which is not imported; look for the vendor's REST API and its OpenAPI file")
}

/// Which version a document is written in, and with which words.
///
/// # Errors
/// What it is instead, and what would help.
pub(super) fn version(root: &Value) -> Result<(String, Dialect), String> {
    let Some(members) = root.as_object() else {
        let found = match root {
            Value::Null => "nothing",
            Value::Array(_) => "a list",
            Value::String(_) => "plain text",
            _ => "a single value",
        };
        return Err(format!("this is {found}, not a description; give the vendor's OpenAPI or Swagger file"));
    };
    if let Some(version) = members.get("openapi") {
        return openapi(version).ok_or_else(|| format!("`openapi: {}` is no version that is known; 3.0, 3.1 and 3.2 are", shown(version)));
    }
    if let Some(version) = members.get("swagger") {
        return match shown(version).as_str() {
            "2.0" | "2" | "2.0.0" => Ok(("Swagger 2.0".to_owned(), Dialect::Draft4)),
            other => Err(format!("`swagger: {other}` is no version that is known; 2.0 is, and OpenAPI 3")),
        };
    }
    Err(foreign_document(root)
        .unwrap_or(
            "this is no OpenAPI description: neither `openapi` nor `swagger` says a version; give the file that begins with one of them",
        )
        .to_owned())
}

fn openapi(version: &Value) -> Option<(String, Dialect)> {
    let version = shown(version);
    let minor = version.strip_prefix("3.")?.split(['.', '-']).next()?;
    let dialect = match minor {
        "0" => Dialect::Draft4,
        "1" | "2" => Dialect::Draft202012,
        _ => return None,
    };
    Some((format!("OpenAPI {version}"), dialect))
}

/// A version as it was written, though it may have been read as a number; short, as it goes into messages.
fn shown(version: &Value) -> String {
    let text = version.as_str().map_or_else(|| version.to_string(), |text| text.trim().to_owned());
    text.chars().filter(|character| !character.is_control()).take(24).collect()
}

fn foreign_document(root: &Value) -> Option<&'static str> {
    let has = |name: &str| root.get(name).is_some();
    let info_has = |name: &str| root.get("info").is_some_and(|info| info.get(name).is_some());
    Some(if has("swaggerVersion") {
        "this is Swagger 1, of before 2014; look for a newer file, or convert it to OpenAPI 3"
    } else if has("asyncapi") {
        "this is an AsyncAPI description of messages; look for the OpenAPI file of the vendor's REST API"
    } else if has("overlay") {
        "this is an OpenAPI Overlay, which changes another file; give that file"
    } else if has("arazzo") {
        "this is an Arazzo description of workflows; give the OpenAPI file that its `sourceDescriptions` name"
    } else if has("discoveryVersion") || root.get("kind").is_some_and(|kind| kind == "discovery#restDescription") {
        "this is a Google discovery document, which is not imported; convert it to OpenAPI 3 first"
    } else if info_has("_postman_id")
        || (has("item") && info_has("schema"))
        || (has("collection") && root.pointer("/collection/item").is_some())
    {
        "this is a Postman collection; look for the vendor's OpenAPI file, or convert it to OpenAPI 3"
    } else if has("__export_format") {
        "this is an Insomnia export; look for the vendor's OpenAPI file, or export it as OpenAPI 3"
    } else if root.pointer("/log/entries").is_some() {
        "this is a recording of requests (HAR); look for the vendor's OpenAPI file"
    } else if has("__schema") || root.pointer("/data/__schema").is_some() {
        "this is a GraphQL schema, which is not imported; look for the vendor's REST API and its OpenAPI file"
    } else if has("resources") && has("base_url") {
        "this is a definition already; `tidegate catalog lint` checks it"
    } else if has("$schema") || (has("type") && has("properties")) {
        "this is a JSON Schema, the shape of some data; look for the OpenAPI file that describes the requests"
    } else if has("error") || has("errors") || (has("message") && !has("paths")) {
        "this looks like a server's error message; open the address in a browser, it may need a login"
    } else {
        return None;
    })
}
