//! Calls whose vendor takes its time: signs of progress, and cancellation that reaches the vendor.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{Events, Gateway, McpUrl, SlowVendor, eventually};

const READ: &str = "list_all_sendoso_campaigns";
const WRITE: &str = "create_a_sendoso_egift";
const EVENTS: &str = "application/json, text/event-stream";

/// A server whose vendor answers when it is told to.
struct Setting {
    gateway: Gateway,
    vendor: SlowVendor,
    server: McpUrl,
}

impl Setting {
    async fn new() -> Self {
        let gateway = Gateway::start().await;
        let vendor = SlowVendor::start().await;
        let server = gateway.server_over(gateway.account_at(&vendor.url).await, json!({})).await;
        Self { gateway, vendor, server }
    }

    /// A message of revision 2025-11-25.
    fn post(&self, message: &Value) -> RequestBuilder {
        let request = self.gateway.request(Method::POST, &self.server.path);
        request.header("accept", EVENTS).header("mcp-protocol-version", "2025-11-25").json(message)
    }

    /// A call of revision 2026-07-28.
    fn post_stateless(&self, tool: &str, arguments: Value, mut meta: Value) -> RequestBuilder {
        meta["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
        meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
        let request = self.gateway.request(Method::POST, &self.server.path);
        let request = request.header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call").header("mcp-name", tool);
        request.header("accept", EVENTS).json(&call(json!(5), tool, arguments, meta))
    }

    async fn cancel(&self, id: Value, header: (&str, &str)) {
        let message = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id, "reason": "test"}});
        assert_eq!(self.post(&message).header(header.0, header.1).send().await.unwrap().status(), 202);
    }
}

fn call(id: Value, tool: &str, arguments: Value, meta: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": arguments, "_meta": meta}})
}

fn egift() -> Value {
    json!({"touch_id": 77, "name": "Sarah Connor", "email": "sarah.connor@example.com", "via_from": "SDR Agent"})
}

/// Reads signs of progress until there were `count`.
async fn signs(events: &mut Events, token: &Value, count: u64) {
    for seconds in 1..=count {
        let sign = events.message().await;
        assert_eq!(sign["method"], "notifications/progress");
        assert_eq!((&sign["params"]["progressToken"], &sign["params"]["progress"]), (token, &json!(seconds)));
    }
}

#[tokio::test]
async fn a_client_that_asks_hears_of_progress_until_the_answer() {
    let setting = Setting::new().await;
    let answer = async |request: RequestBuilder, token: Value| {
        let (response, vendor) = tokio::join!(request.send(), setting.vendor.request());
        let mut events = Events::of(response.unwrap());
        signs(&mut events, &token, 2).await;
        vendor.answer(r#"{"data": []}"#).await;
        loop {
            let message = events.message().await;
            if message["method"] != "notifications/progress" {
                assert_eq!(events.next().await, None);
                return message;
            }
        }
    };
    let message = call(json!("a"), READ, json!({}), json!({"progressToken": "t-1"}));
    let handshake = answer(setting.post(&message), json!("t-1")).await;
    assert_eq!((&handshake["id"], &handshake["result"]["isError"]), (&json!("a"), &json!(false)));
    let stateless = answer(setting.post_stateless(READ, json!({}), json!({"progressToken": 2})), json!(2)).await;
    assert_eq!((&stateless["id"], &stateless["result"]["resultType"]), (&json!(5), &json!("complete")));
    setting.gateway.stop().await;
}

#[tokio::test]
async fn an_answer_that_comes_soon_is_json_whatever_was_asked() {
    let gateway = Gateway::start().await;
    let server = gateway.server(json!({})).await;
    let message = call(json!(1), READ, json!({}), json!({"progressToken": 1}));
    let request = gateway.request(Method::POST, &server.path).header("accept", EVENTS).json(&message);
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    gateway.stop().await;
}

#[tokio::test]
async fn a_session_hears_of_progress_through_its_stream() {
    let setting = Setting::new().await;
    let request = setting.gateway.request(Method::GET, &setting.server.path).header("accept", "text/event-stream");
    let mut events = Events::of(request.send().await.unwrap());
    let (_, path) = events.next().await.unwrap();
    let message = call(json!(1), READ, json!({}), json!({"progressToken": "t"}));
    let posted = setting.gateway.request(Method::POST, &path).json(&message).send().await.unwrap();
    assert_eq!(posted.status(), 202);
    let vendor = setting.vendor.request().await;
    signs(&mut events, &json!("t"), 1).await;
    vendor.answer(r#"{"data": []}"#).await;
    let answer = loop {
        let message = events.message().await;
        if message["method"] != "notifications/progress" {
            break message;
        }
    };
    assert_eq!(answer["result"]["isError"], false);
    setting.gateway.stop().await;
}

#[tokio::test]
async fn a_cancelled_call_is_given_up_at_the_vendor() {
    let setting = Setting::new().await;
    let (one, two) = (("authorization", "Bearer one"), ("authorization", "Bearer two"));
    for (tool, arguments) in [(READ, json!({})), (WRITE, egift())] {
        let request = setting.post(&call(json!("c-1"), tool, arguments, json!({}))).header(one.0, one.1);
        let answering = tokio::spawn(request.send());
        let vendor = setting.vendor.request().await;
        setting.cancel(json!("c-2"), one).await;
        setting.cancel(json!("c-1"), two).await;
        assert!(!answering.is_finished(), "neither was this client's call");
        setting.cancel(json!("c-1"), one).await;
        vendor.abandoned().await;
        let answer: Value = answering.await.unwrap().unwrap().json().await.unwrap();
        assert_eq!(answer["result"]["structuredContent"]["error"]["code"], "cancelled");
    }
    setting.gateway.stop().await;
}

#[tokio::test]
async fn of_clients_that_cannot_be_told_apart_only_reads_are_cancelled() {
    let setting = Setting::new().await;
    let agent = ("user-agent", "common");
    let read = tokio::spawn(setting.post(&call(json!(1), READ, json!({}), json!({}))).header(agent.0, agent.1).send());
    let vendor = setting.vendor.request().await;
    setting.cancel(json!(1), agent).await;
    vendor.abandoned().await;
    read.await.unwrap().unwrap();
    let write = tokio::spawn(setting.post(&call(json!(1), WRITE, egift(), json!({}))).header(agent.0, agent.1).send());
    let vendor = setting.vendor.request().await;
    setting.cancel(json!(1), agent).await;
    vendor.answer(r#"{"id": 1}"#).await;
    let answer: Value = write.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    setting.gateway.stop().await;
}

#[tokio::test]
async fn a_session_cancels_its_own_calls() {
    let setting = Setting::new().await;
    let request = setting.gateway.request(Method::GET, &setting.server.path).header("accept", "text/event-stream");
    let mut events = Events::of(request.send().await.unwrap());
    let (_, path) = events.next().await.unwrap();
    let post = async |message: Value| setting.gateway.request(Method::POST, &path).json(&message).send().await.unwrap().status();
    assert_eq!(post(call(json!(1), READ, json!({}), json!({}))).await, 202);
    let vendor = setting.vendor.request().await;
    let cancelled = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    assert_eq!(post(cancelled).await, 202);
    vendor.abandoned().await;
    assert_eq!(events.message().await["result"]["isError"], true);
    setting.gateway.stop().await;
}

#[tokio::test]
async fn hanging_up_cancels_since_2026_07_28() {
    let setting = Setting::new().await;
    for (tool, arguments, meta) in
        [(READ, json!({}), json!({})), (WRITE, egift(), json!({})), (READ, json!({}), json!({"progressToken": 1}))]
    {
        let answering = tokio::spawn(setting.post_stateless(tool, arguments, meta).send());
        let vendor = setting.vendor.request().await;
        answering.abort();
        vendor.abandoned().await;
    }
    let progress = setting.post_stateless(READ, json!({}), json!({"progressToken": 1}));
    let (response, vendor) = tokio::join!(progress.send(), setting.vendor.request());
    let mut events = Events::of(response.unwrap());
    signs(&mut events, &json!(1), 1).await;
    drop(events);
    vendor.abandoned().await;
    let counted = r#"tidegate_tool_calls_total{integration="sendoso",outcome="cancelled"} 4"#;
    eventually("what was given up is counted", async || setting.gateway.metrics().await.contains(counted)).await;
    setting.gateway.stop().await;
}

#[tokio::test]
async fn hanging_up_cancels_no_write_before_2026_07_28() {
    let setting = Setting::new().await;
    let answering = tokio::spawn(setting.post(&call(json!(1), WRITE, egift(), json!({}))).send());
    let vendor = setting.vendor.request().await;
    answering.abort();
    assert!(answering.await.unwrap_err().is_cancelled());
    vendor.answer(r#"{"id": 1}"#).await;
    eventually("the vendor's answer was read", async || setting.gateway.metrics().await.contains(r#"outcome="ok"} 1"#)).await;
    setting.gateway.stop().await;
}
