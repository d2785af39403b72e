//! What a client sees on the wire: statuses, codes and headers of every revision served.

use http::{HeaderName, HeaderValue};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Gateway, McpUrl};

const STATELESS: &str = "2026-07-28";

fn meta(version: &str) -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

fn request(method: &str, params: Value) -> String {
    json!({"jsonrpc": "2.0", "id": "a-1", "method": method, "params": params}).to_string()
}

async fn send(gateway: &Gateway, server: &McpUrl, headers: &[(&str, &str)], body: String) -> Response {
    let mut request = gateway.request(Method::POST, &server.path).header("content-type", "application/json").body(body);
    for (name, value) in headers {
        request = request.header(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    request.send().await.unwrap()
}

/// `status code id`, e.g. `400 -32700 null`; a result's code is `ok`.
async fn verdict(gateway: &Gateway, server: &McpUrl, headers: &[(&str, &str)], body: String) -> String {
    let response = send(gateway, server, headers, body).await;
    let status = response.status().as_u16();
    let answer: Value = response.json().await.unwrap_or_default();
    let code = answer["error"]["code"]
        .as_i64()
        .map_or_else(|| if answer["result"].is_object() { "ok".into() } else { "-".into() }, |code| code.to_string());
    format!("{status} {code} {}", answer["id"])
}

#[tokio::test]
async fn the_handshake_is_answered_as_each_revision_wants() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    for (asked, answered) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let params = json!({"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
        let answer: Value = send(&gateway, &server, &[], request("initialize", params)).await.json().await.unwrap();
        assert_eq!(answer["result"]["protocolVersion"], answered);
        assert_eq!(answer["result"]["serverInfo"]["name"], "tidegate");
        assert_eq!(answer["id"], "a-1");
    }
    let notified = send(&gateway, &server, &[], json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string()).await;
    assert_eq!(notified.status(), 202);
    assert_eq!(notified.text().await.unwrap(), "");
    gateway.stop().await;
}

#[tokio::test]
async fn requests_of_the_handshake_era_get_its_codes() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let version = [("mcp-protocol-version", "2025-06-18")];
    let cases = [
        (request("ping", json!({})), "200 ok \"a-1\""),
        (request("tools/list", json!({})), "200 ok \"a-1\""),
        (request("tools/list", json!({"cursor": "bogus"})), "200 -32602 \"a-1\""),
        (request("no/such", json!({})), "200 -32601 \"a-1\""),
        (request("resources/list", json!({})), "200 -32601 \"a-1\""),
        (request("tools/call", json!({"name": "no_such_tool", "arguments": {}})), "200 -32602 \"a-1\""),
        (request("tools/call", json!({"arguments": {}})), "200 -32602 \"a-1\""),
        (request("tools/call", json!({"name": "list_all_sendoso_me", "arguments": "x"})), "200 -32602 \"a-1\""),
        (r#"{"jsonrpc":"2.0","id":"a-1","method":"tools/call","params":{"name":"list_all_sendoso_me","arguments":{"limit":1,"limit":2}}}"#.into(), "200 -32602 \"a-1\""),
        (request("ping", json!([])), "200 -32602 \"a-1\""),
        ("{nope".into(), "400 -32700 null"),
        (String::new(), "400 -32700 null"),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#.into(), "400 -32600 null"),
        (r#"{"id":1,"method":"ping"}"#.into(), "400 -32600 1"),
        (format!("[{}]", request("ping", json!({}))), "400 -32600 null"),
    ];
    for (body, expected) in cases {
        assert_eq!(verdict(&gateway, &server, &version, body.clone()).await, expected, "{body}");
    }
    for unknown in ["2023-01-01", "garbage"] {
        assert_eq!(
            verdict(&gateway, &server, &[("mcp-protocol-version", unknown)], request("ping", json!({}))).await,
            "400 -32600 \"a-1\""
        );
    }
    assert_eq!(verdict(&gateway, &server, &version, request("ping", json!({"_meta": null}))).await, "200 ok \"a-1\"");
    assert_eq!(verdict(&gateway, &server, &[], request("tools/list", json!({}))).await, "200 ok \"a-1\"");
    gateway.stop().await;
}

#[tokio::test]
async fn requests_of_the_stateless_era_are_checked_in_order() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let list = || request("tools/list", json!({"_meta": meta(STATELESS)}));
    let call = || request("tools/call", json!({"name": "list_all_sendoso_me", "arguments": {}, "_meta": meta(STATELESS)}));
    let mut without_capabilities = meta(STATELESS);
    without_capabilities.as_object_mut().unwrap().shift_remove("io.modelcontextprotocol/clientCapabilities");
    let version = ("mcp-protocol-version", STATELESS);
    type Case<'c> = (Vec<(&'c str, &'c str)>, String, &'c str);
    let cases: Vec<Case<'_>> = vec![
        (vec![version, ("mcp-method", "tools/list")], list(), "200 ok \"a-1\""),
        (vec![version, ("mcp-method", "server/discover")], request("server/discover", json!({"_meta": meta(STATELESS)})), "200 ok \"a-1\""),
        (vec![version, ("mcp-method", "tools/call"), ("mcp-name", "list_all_sendoso_me")], call(), "200 ok \"a-1\""),
        (vec![version, ("mcp-method", "tools/call"), ("mcp-name", "=?base64?bGlzdF9hbGxfc2VuZG9zb19tZQ==?=")], call(), "200 ok \"a-1\""),
        (vec![version, ("mcp-method", "tools/list")], request("tools/list", json!({})), "400 -32602 \"a-1\""),
        (vec![("mcp-method", "tools/list")], list(), "400 -32020 \"a-1\""),
        (vec![("mcp-protocol-version", "2025-11-25"), ("mcp-method", "tools/list")], list(), "400 -32020 \"a-1\""),
        (
            vec![("mcp-protocol-version", "2099-01-01"), ("mcp-method", "tools/list")],
            request("tools/list", json!({"_meta": meta("2099-01-01")})),
            "400 -32022 \"a-1\"",
        ),
        (vec![version], list(), "400 -32020 \"a-1\""),
        (vec![version, ("mcp-method", "prompts/list")], list(), "400 -32020 \"a-1\""),
        (vec![version, ("mcp-method", "tools/call")], call(), "400 -32020 \"a-1\""),
        (vec![version, ("mcp-method", "tools/call")], request("tools/call", json!({"_meta": meta(STATELESS)})), "200 -32602 \"a-1\""),
        (vec![version, ("mcp-method", "tools/call"), ("mcp-name", "another")], call(), "400 -32020 \"a-1\""),
        (vec![version, ("mcp-method", "tools/list")], request("tools/list", json!({"_meta": without_capabilities})), "400 -32602 \"a-1\""),
        (vec![version, ("mcp-method", "ping")], request("ping", json!({"_meta": meta(STATELESS)})), "404 -32601 \"a-1\""),
        (vec![version, ("mcp-method", "initialize")], request("initialize", json!({"_meta": meta(STATELESS)})), "404 -32601 \"a-1\""),
        (vec![], request("tools/list", json!({"_meta": meta("2025-11-25")})), "200 ok \"a-1\""),
    ];
    for (headers, body, expected) in cases {
        assert_eq!(verdict(&gateway, &server, &headers, body.clone()).await, expected, "{headers:?} {body}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn stateless_results_say_that_they_are_complete_private_and_whose() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let headers = [("mcp-protocol-version", STATELESS), ("mcp-method", "tools/list")];
    let answer: Value =
        send(&gateway, &server, &headers, request("tools/list", json!({"_meta": meta(STATELESS)}))).await.json().await.unwrap();
    let result = &answer["result"];
    assert_eq!((&result["resultType"], &result["cacheScope"]), (&json!("complete"), &json!("private")));
    assert!(result["ttlMs"].is_u64());
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "tidegate");
    let plain = gateway.rpc(&server, "tools/list", json!({})).await;
    assert_eq!(plain["result"].as_object().unwrap().keys().collect::<Vec<_>>(), ["tools"]);
    gateway.stop().await;
}

#[tokio::test]
async fn http_says_what_json_rpc_cannot() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let ping = || request("ping", json!({}));
    for (header, status) in [
        (("origin", "http://evil.example"), "403 -32600 null"),
        (("host", "evil.example"), "403 -32600 null"),
        (("origin", "https://claude.ai"), "200 ok \"a-1\""),
        (("accept", "text/html"), "406 -32600 null"),
        (("accept", "*/*"), "200 ok \"a-1\""),
        (("accept", ""), "200 ok \"a-1\""),
        (("accept", "Application/JSON"), "200 ok \"a-1\""),
        (("accept", "application/json;q=0"), "406 -32600 null"),
        (("accept", "application/json"), "200 ok \"a-1\""),
        (("content-encoding", "identity"), "200 ok \"a-1\""),
    ] {
        assert_eq!(verdict(&gateway, &server, &[header], ping()).await, status, "{header:?}");
    }
    let wrong_type = gateway.request(Method::POST, &server.path).header("content-type", "text/plain").body(ping()).send().await.unwrap();
    assert_eq!(wrong_type.status(), 415);
    let unreadable =
        gateway.request(Method::POST, "/mcp/%ff").header("content-type", "application/json").body(ping()).send().await.unwrap();
    assert_eq!(unreadable.status(), 404);
    let too_large =
        gateway.request(Method::POST, &server.path).header("content-type", "application/json").body(" ".repeat(4 * 1024 * 1024 + 1));
    assert_eq!(too_large.send().await.unwrap().status(), 413);
    for method in [Method::GET, Method::DELETE, Method::PUT] {
        let request = gateway.request(method.clone(), &server.path).header("accept", "application/json");
        let response = request.header("origin", "https://claude.ai").send().await.unwrap();
        assert_eq!((response.status().as_u16(), response.headers()["allow"].to_str().unwrap()), (405, "POST, OPTIONS"));
        assert_eq!(response.headers()["access-control-allow-origin"], "https://claude.ai", "a page must be able to read the refusal");
        let stranger = gateway.request(method, &server.path).header("origin", "https://evil.example").send().await.unwrap();
        assert_eq!(stranger.status(), 403);
    }
    let pasted = McpUrl { path: format!("{}/", server.path), ..server };
    assert_eq!(verdict(&gateway, &pasted, &[], ping()).await, "200 ok \"a-1\"");
    let deeper = McpUrl { path: format!("{}x/y", pasted.path), ..pasted };
    assert_eq!(verdict(&gateway, &deeper, &[], ping()).await, "404 -32600 null");
    let preflight = gateway.request(Method::OPTIONS, &server.path).header("origin", "http://localhost:6274").send().await.unwrap();
    assert_eq!(preflight.status(), 204);
    assert_eq!(preflight.headers()["access-control-allow-origin"], "http://localhost:6274");
    gateway.stop().await;
}

#[tokio::test]
async fn a_client_that_accepts_only_an_event_stream_gets_one_event() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let response = send(&gateway, &server, &[("accept", "text/event-stream")], request("ping", json!({}))).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.text().await.unwrap(), "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"a-1\",\"result\":{}}\n\n");
    gateway.stop().await;
}

#[tokio::test]
async fn an_unknown_token_is_a_404_with_a_json_rpc_error() {
    let gateway = Gateway::start().await;
    let server = McpUrl { account: String::new(), id: String::new(), path: "/mcp/tg_unknown".into(), created: Value::Null };
    assert_eq!(verdict(&gateway, &server, &[], request("ping", json!({}))).await, "404 -32600 null");
    gateway.stop().await;
}

#[tokio::test]
async fn a_server_that_asks_for_an_api_token_takes_no_other() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({"config": {"require_api_token_auth": true}})).await;
    let ping = || request("ping", json!({}));
    let challenge = |response: &Response| response.headers()["www-authenticate"].to_str().unwrap().to_owned();
    let missing = send(&gateway, &server, &[], ping()).await;
    assert_eq!((missing.status().as_u16(), challenge(&missing).as_str()), (401, "Bearer"));
    let wrong = send(&gateway, &server, &[("authorization", "Bearer tgk_wrong")], ping()).await;
    assert_eq!((wrong.status().as_u16(), challenge(&wrong).as_str()), (401, "Bearer error=\"invalid_token\""));

    let (_, token) = gateway.api(Method::POST, "/api-token", json!({"name": "agent"})).await;
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
    let right = [("authorization", bearer.as_str())];
    assert_eq!(send(&gateway, &server, &right, ping()).await.status(), 200);
    gateway.api(Method::DELETE, &format!("/api-token/{}", token["id"].as_str().unwrap()), Value::Null).await;
    assert_eq!(send(&gateway, &server, &right, ping()).await.status(), 401);
    gateway.stop().await;
}

#[tokio::test]
async fn a_refused_request_leaves_its_connection_usable() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let gateway = Gateway::start().await;
    let address = gateway.url.strip_prefix("http://").unwrap();
    for path in ["/mcp/tg_unknown", "/integrated-account", "/nowhere"] {
        let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n");
        for _ in 0..2 {
            // The head alone first: the refusal is ready before the body is there.
            connection.write_all(head.as_bytes()).await.unwrap();
            tokio::task::yield_now().await;
            connection.write_all(b"{}").await.unwrap();
            let mut answer = [0; 4096];
            let length = connection.read(&mut answer).await.unwrap();
            let answer = String::from_utf8_lossy(&answer[..length]);
            assert!(answer.starts_with("HTTP/1.1 40"), "{path}: {answer}");
            assert!(!answer.to_lowercase().contains("connection: close"), "{path}: {answer}");
        }
    }
    gateway.stop().await;
}

#[tokio::test]
async fn a_batch_is_answered_where_its_revision_has_batches() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let initialize = json!({"jsonrpc": "2.0", "id": 4, "method": "initialize", "params": {"protocolVersion": "2025-03-26"}});
    let notification = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let batch = json!([{"jsonrpc": "2.0", "id": 1, "method": "ping"}, notification, 2, {"jsonrpc": "2.0", "id": 3, "method": "no/such"}, initialize,
        {"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": "list_all_sendoso_campaigns"}}]);
    for headers in [vec![], vec![("mcp-protocol-version", "2025-03-26")]] {
        let response = send(&gateway, &server, &headers, batch.to_string()).await;
        assert_eq!(response.status(), 200);
        let answers: Vec<Value> = response.json().await.unwrap();
        let told: Vec<String> = answers.iter().map(|answer| format!("{} {}", answer["id"], answer["error"]["code"])).collect();
        assert_eq!(told, ["1 null", "null -32600", "3 -32601", "4 -32600", "5 null"]);
        assert_eq!(answers[4]["result"]["isError"], false);
    }
    let notified = send(&gateway, &server, &[], json!([notification]).to_string()).await;
    assert_eq!((notified.status().as_u16(), notified.text().await.unwrap().as_str()), (202, ""));
    let many = json!(vec![json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}); 10_000]).to_string();
    for (headers, body, answer) in [
        (vec![("mcp-protocol-version", "2025-06-18")], batch.to_string(), "400 -32600 null"),
        (vec![("mcp-protocol-version", STATELESS)], batch.to_string(), "400 -32600 null"),
        (vec![], "[]".to_owned(), "400 -32600 null"),
        (vec![], "[1,".to_owned(), "400 -32700 null"),
        (vec![], many, "400 -32600 null"),
    ] {
        assert_eq!(verdict(&gateway, &server, &headers, body).await, answer, "{headers:?}");
    }
    gateway.stop().await;
}
