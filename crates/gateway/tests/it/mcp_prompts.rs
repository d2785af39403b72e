//! Prompts of a definition, as clients of both eras see them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Gateway, McpUrl, eventually};

const FILE: &str = r#"
version: 1
name: acme
label: Acme
description: A made-up API.
base_url: https://acme.example
credentials: { token: { kind: bearer } }
resources:
  parts:
    pagination: { style: none }
    methods:
      list:
        request: GET /parts
        documentation: { description: Returns all parts. }
      create:
        request: POST /parts
        body: { schema: { type: object, properties: { color: { type: string, description: Its color. } } } }
        documentation: { description: Makes a part. }
prompts:
  stock:
    title: Show the stock
    description: Tells what is there.
    tools: [list_all_acme_parts]
    arguments:
      color: { description: Which color., required: true, values: [red, rose, blue] }
    messages: [{ text: "How many {{ color }} parts are there? list_all_acme_parts knows." }]
  order:
    description: Makes a part.
    tools: [list_all_acme_parts, create_a_acme_part]
    messages: [{ text: Make a part. }]
"#;

/// A gateway with this definition, and two servers: one that reads and writes, one that only reads.
async fn start(folder: &tempfile::TempDir) -> (Gateway, McpUrl, McpUrl) {
    std::fs::write(folder.path().join("acme.yaml"), FILE).unwrap();
    let catalog_dir = folder.path().to_owned();
    let gateway = Gateway::start_with(|config| config.catalog_dir = Some(catalog_dir)).await;
    let body = json!({"integration": "acme", "tenant_id": "t", "credentials": {"token": "secret"}});
    let (status, account) = gateway.api(Method::POST, "/integrated-account", body).await;
    assert_eq!(status, StatusCode::CREATED, "{account}");
    let account = account["id"].as_str().unwrap().to_owned();
    let whole = gateway.server_over(account.clone(), json!({"name": "whole"})).await;
    let reading = gateway.server_over(account, json!({"name": "reading", "config": {"methods": ["read"]}})).await;
    (gateway, whole, reading)
}

fn names(list: &Value) -> Vec<&str> {
    list["result"]["prompts"].as_array().unwrap().iter().map(|prompt| prompt["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_server_shows_the_prompts_whose_tools_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, whole, reading) = start(&folder).await;
    assert_eq!(names(&gateway.rpc(&whole, "prompts/list", json!({})).await), ["stock", "order"]);
    assert_eq!(names(&gateway.rpc(&reading, "prompts/list", json!({})).await), ["stock"]);

    let hidden = gateway.rpc(&reading, "prompts/get", json!({"name": "order"})).await;
    let unknown = gateway.rpc(&reading, "prompts/get", json!({"name": "stokc"})).await;
    assert_eq!(hidden["error"]["code"], -32602);
    assert_eq!(hidden["error"]["message"], "unknown prompt `order`; prompts/list names all there are");
    assert_eq!(unknown["error"]["message"], "unknown prompt `stokc`; the nearest names here: stock");
    gateway.stop().await;
}

#[tokio::test]
async fn a_refusal_is_short_whatever_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, whole, _) = start(&folder).await;
    // Long when escaped, and long as a list.
    let name = "\u{202e}".repeat(300_000);
    let many: serde_json::Map<String, Value> = (0..20_000).map(|at| (format!("{at:x}"), json!("x"))).collect();
    for (method, params) in [
        ("prompts/get", json!({"name": name})),
        ("prompts/get", json!({"name": "stock", "arguments": {"color": "red", &name: ""}})),
        ("prompts/get", json!({"name": "stock", "arguments": many})),
        ("completion/complete", json!({"ref": {"type": "ref/prompt", "name": name}, "argument": {"name": "a", "value": ""}})),
        ("completion/complete", json!({"ref": {"type": "ref/prompt", "name": "stock"}, "argument": {"name": name, "value": ""}})),
    ] {
        let answer = gateway.rpc(&whole, method, params).await;
        assert_eq!(answer["error"]["code"], -32602, "{method}");
        assert!(answer.to_string().len() < 4_000, "{method}: {} bytes", answer.to_string().len());
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_prompt_is_filled_in_and_its_arguments_are_completed() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, whole, _) = start(&folder).await;
    let opened = gateway.rpc(&whole, "initialize", json!({"protocolVersion": "2025-11-25", "capabilities": {}})).await;
    assert_eq!(
        opened["result"]["capabilities"],
        json!({"tools": {"listChanged": true}, "prompts": {"listChanged": true}, "completions": {}})
    );

    let filled = gateway.rpc(&whole, "prompts/get", json!({"name": "stock", "arguments": {"color": "{{ red }}"}})).await;
    assert_eq!(
        filled["result"],
        json!({"description": "Tells what is there.", "messages": [
            {"role": "user", "content": {"type": "text", "text": "How many {{ red }} parts are there? list_all_acme_parts knows."}},
        ]})
    );
    let complete = async |reference: Value, argument: Value| {
        gateway.rpc(&whole, "completion/complete", json!({"ref": reference, "argument": argument})).await
    };
    let stock = json!({"type": "ref/prompt", "name": "stock"});
    let completed = complete(stock.clone(), json!({"name": "color", "value": "R"})).await;
    assert_eq!(completed["result"], json!({"completion": {"values": ["red", "rose"], "total": 2, "hasMore": false}}));

    for (reference, argument, message) in [
        (stock.clone(), json!({"name": "colour", "value": ""}), "the prompt `stock` has no argument `colour`; it has: color"),
        (stock, json!({"name": "color"}), r#"params.argument must be {"name": …, "value": …}, both strings"#),
        (
            json!({"type": "ref/prompt", "name": "sto"}),
            json!({"name": "color", "value": ""}),
            "unknown prompt `sto`; the nearest names here: stock",
        ),
        (
            json!({"type": "ref/resource", "uri": "a://b"}),
            json!({"name": "color", "value": ""}),
            r#"params.ref must be {"type": "ref/prompt", "name": …}; only prompts have completions here"#,
        ),
    ] {
        let refused = complete(reference, argument).await;
        assert_eq!((&refused["error"]["code"], &refused["error"]["message"]), (&json!(-32602), &json!(message)));
    }
    for (params, message) in [
        (json!({"name": "stock"}), "params.arguments: `color` is missing: Which color."),
        (json!({"name": "stock", "arguments": {"color": 7}}), "params.arguments: `color` must be a string"),
        (json!({"name": "stock", "arguments": []}), "params.arguments: must be an object"),
        (json!({}), "params.name must be the name of a prompt"),
    ] {
        let refused = gateway.rpc(&whole, "prompts/get", params).await;
        assert_eq!((&refused["error"]["code"], &refused["error"]["message"]), (&json!(-32602), &json!(message)));
    }
    gateway.stop().await;
}

#[tokio::test]
async fn the_stateless_era_gets_what_it_asks_for_in_every_result() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, whole, _) = start(&folder).await;
    let ask = async |method: &str, mut params: Value| -> Value {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let name = params["name"].as_str().unwrap_or_default().to_owned();
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let request = gateway.request(Method::POST, &whole.path).header("MCP-Protocol-Version", "2026-07-28").header("Mcp-Method", method);
        let request = if name.is_empty() { request } else { request.header("Mcp-Name", name) };
        request.json(&body).send().await.unwrap().json().await.unwrap()
    };
    let listed = ask("prompts/list", json!({})).await["result"].take();
    assert_eq!((&listed["resultType"], &listed["cacheScope"]), (&json!("complete"), &json!("private")));
    assert!(listed["ttlMs"].is_u64() && listed["prompts"].is_array(), "{listed}");
    let got = ask("prompts/get", json!({"name": "order"})).await["result"].take();
    assert_eq!((&got["resultType"], &got["messages"][0]["content"]["text"]), (&json!("complete"), &json!("Make a part.")));
    let reference = json!({"ref": {"type": "ref/prompt", "name": "stock"}, "argument": {"name": "color", "value": "b"}});
    let completed = ask("completion/complete", reference).await["result"].take();
    assert_eq!((&completed["resultType"], &completed["completion"]["values"]), (&json!("complete"), &json!(["blue"])));
    gateway.stop().await;
}

#[tokio::test]
async fn a_definition_without_prompts_has_no_such_methods_until_it_gets_some() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, whole, _) = start(&folder).await;
    let without = FILE.split("prompts:").next().unwrap();
    std::fs::write(folder.path().join("acme.yaml"), without).unwrap();
    let code = async || gateway.rpc(&whole, "prompts/list", json!({})).await["error"]["code"].clone();
    eventually("the prompts are gone", async || code().await == -32601).await;
    let opened = gateway.rpc(&whole, "initialize", json!({"protocolVersion": "2025-11-25", "capabilities": {}})).await;
    assert_eq!(opened["result"]["capabilities"], json!({"tools": {"listChanged": true}}));
    for method in ["prompts/get", "completion/complete"] {
        assert_eq!(gateway.rpc(&whole, method, json!({"name": "stock"})).await["error"]["code"], -32601);
    }
    std::fs::write(folder.path().join("acme.yaml"), FILE).unwrap();
    eventually("they are back", async || code().await == Value::Null).await;
    gateway.stop().await;
}
