//! A client of 2026-07-28, on a URL that is opened with `initialize`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::sync::{broadcast, mpsc};

use super::handshake_url::HandshakeUrl;
use super::standard_streams::Output;
use super::words::{self, DISCOVER, LISTEN};
use crate::mcp_client::{
    Failure, Id, Kind, Line, Message, NEWEST_HANDSHAKE, Object, STATELESS, Target, meta, raw, read_object, write_object,
};

/// Results that a client may keep: for how long and for whom is said with each (2026-07-28, "Caching").
const KEPT: &[&str] = &["tools/list", "prompts/list", "resources/list", "resources/templates/list", "resources/read"];
/// Methods that 2026-07-28 no longer has.
const GONE: &[&str] = &["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];
/// Members of `_meta` that are for servers of 2026-07-28.
const STATELESS_META: &[&str] = &[meta::PROTOCOL_VERSION, meta::CLIENT_INFO, meta::CLIENT_CAPABILITIES, meta::LOG_LEVEL];
/// Announcements that wait for a slow reader; that there was one is all that counts.
const ANNOUNCEMENTS: usize = 16;

/// A URL that was opened on the client's behalf.
pub(super) struct OverHandshake {
    url: HandshakeUrl,
    server_info: Box<RawValue>,
    /// The answer to `server/discover`.
    discovered: Object,
    announced: broadcast::Sender<String>,
    is_listening: AtomicBool,
}

impl OverHandshake {
    /// Opens the URL as `client` (any request of it) describes itself.
    ///
    /// # Errors
    /// No answer, or one that refuses.
    pub(super) async fn open(target: &Target, client: &Message, output: &Output) -> Result<Arc<Self>, Failure> {
        let (incoming, heard) = mpsc::channel(ANNOUNCEMENTS);
        let about =
            client.params().map(read_object).and_then(|params| params.get("_meta").map(|about| read_object(about))).unwrap_or_default();
        // No capabilities: a server's questions would find nobody who understands them.
        let params = json!({
            "protocolVersion": NEWEST_HANDSHAKE,
            "capabilities": {},
            "clientInfo": about.get(meta::CLIENT_INFO).unwrap_or(&raw(&json!({"name": "tidegate connect", "version": env!("CARGO_PKG_VERSION")}))),
        });
        let place = target.shown();
        let text = words::request(&Id::own(format_args!("tidegate-connect-open")), "initialize", &params);
        let initialize = Message::read(&text).map_err(|bad| Failure::not_mcp(&place, &bad.to_string()))?;
        let (url, answer) = HandshakeUrl::open(target, incoming, &initialize).await?;
        let Some(result) = answer.result().map(read_object) else {
            url.close().await;
            let error = answer.error().map(ToString::to_string).unwrap_or_default();
            return Err(Failure::not_mcp(&place, &format!("`initialize` with the error {error}")));
        };
        if let Err(failure) = url.tell(words::INITIALIZED).await {
            url.close().await;
            return Err(failure);
        }
        let server_info = result.get("serverInfo").cloned().unwrap_or_else(|| raw(&json!({})));
        let discovered = discover_result(result, &server_info);
        let opened = Arc::new(Self {
            url,
            server_info,
            discovered,
            announced: broadcast::Sender::new(ANNOUNCEMENTS),
            is_listening: AtomicBool::new(false),
        });
        tokio::spawn(Arc::clone(&opened).hear(heard, output.clone()));
        Ok(opened)
    }

    /// Carries out a request of the client.
    ///
    /// # Errors
    /// No answer, or one that refuses.
    pub(super) async fn exchange(&self, message: &Message, id: &Id, method: &str, output: &Output) -> Result<(), Failure> {
        match method {
            DISCOVER => output.line(words::result(id, &write_object(&self.discovered))).await,
            LISTEN => self.subscribe(message, id, output).await,
            gone if GONE.contains(&gone) => output.line(words::method_not_found(id, gone)).await,
            _ => {
                let text = words::request(id, method, &write_object(&older_params(message)));
                let mut replies = self.url.request(&text, id).await?;
                while let Some(line) = replies.next().await? {
                    let Line::One(reply) = line else { continue };
                    if reply.answers(id) {
                        output.line(self.newer_answer(&reply, id, method)).await;
                    } else {
                        self.pass_on(reply, output).await;
                    }
                }
            }
        }
        Ok(())
    }

    /// Passes on that nobody waits for a request any more.
    pub(super) async fn cancelled(&self, notification: &Message) -> Result<(), Failure> {
        let mut params = older_params(notification);
        params.shift_remove("_meta");
        self.url.tell(&format!(r#"{{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}}"#, write_object(&params))).await
    }

    pub(super) async fn close(&self) {
        self.url.close().await;
    }

    /// Announces what was subscribed to, until this is given up.
    async fn subscribe(&self, message: &Message, id: &Id, output: &Output) {
        let mut announced = self.announced.subscribe();
        if !self.is_listening.swap(true, Ordering::Relaxed) {
            self.url.listen();
        }
        let params = message.params().map(read_object).unwrap_or_default();
        let wanted: Value = params.get("notifications").and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let capabilities: Value =
            self.discovered.get("capabilities").and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
        let granted: Vec<&str> = ["tools", "prompts", "resources"]
            .into_iter()
            .filter(|kind| wanted[format!("{kind}ListChanged")] == true && capabilities[*kind]["listChanged"] == true)
            .collect();
        let about = format!(r#""_meta":{{"{}":{id}}}"#, meta::SUBSCRIPTION_ID);
        let granted_filter: serde_json::Map<String, Value> =
            granted.iter().map(|kind| (format!("{kind}ListChanged"), Value::Bool(true))).collect();
        let acknowledged = "notifications/subscriptions/acknowledged";
        let filter = Value::Object(granted_filter);
        output.line(format!(r#"{{"jsonrpc":"2.0","method":"{acknowledged}","params":{{{about},"notifications":{filter}}}}}"#)).await;
        let granted: Vec<String> = granted.iter().map(|kind| format!("notifications/{kind}/list_changed")).collect();
        loop {
            match announced.recv().await {
                Ok(method) if granted.contains(&method) => {
                    output.line(format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{{{about}}}}}"#)).await;
                }
                Ok(_) => {}
                // Which ones were missed is not known, so all of them may have been.
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    for method in &granted {
                        output.line(format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":{{{about}}}}}"#)).await;
                    }
                }
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    /// What the server says by itself.
    async fn hear(self: Arc<Self>, mut heard: mpsc::Receiver<Message>, output: Output) {
        while let Some(message) = heard.recv().await {
            self.pass_on(message, &output).await;
        }
    }

    async fn pass_on(&self, message: Message, output: &Output) {
        match &message.kind {
            Kind::Notification { method } if method.ends_with("/list_changed") => {
                // Without a subscription nobody is told.
                let _ = self.announced.send(method.clone());
            }
            Kind::Notification { method } if matches!(method.as_str(), "notifications/progress" | "notifications/message") => {
                output.line(message.text).await;
            }
            Kind::Request { id, method } => {
                let answer = if method == "ping" { words::result(id, &"{}") } else { words::method_not_found(id, method) };
                if let Err(failure) = self.url.tell(&answer).await {
                    words::complain(&failure.problem, &failure.remedy);
                }
            }
            Kind::Notification { .. } | Kind::Response { .. } => {}
        }
    }

    fn newer_answer(&self, reply: &Message, id: &Id, method: &str) -> String {
        match (reply.result(), reply.error()) {
            (Some(result), _) => words::result(id, &write_object(&newer_result(read_object(result), method, &self.server_info))),
            (None, error) => words::error(id, &newer_error(error)),
        }
    }
}

fn discover_result(initialized: Object, server_info: &RawValue) -> Object {
    let mut result = Object::new();
    let agreed: Option<String> = initialized.get("protocolVersion").and_then(|raw| serde_json::from_str(raw.get()).ok());
    let versions: Vec<String> = std::iter::once(STATELESS.to_owned()).chain(agreed).collect();
    result.insert("supportedVersions".to_owned(), raw(&versions));
    result.insert("capabilities".to_owned(), initialized.get("capabilities").cloned().unwrap_or_else(|| raw(&json!({}))));
    result.extend(initialized.get("instructions").map(|text| ("instructions".to_owned(), text.clone())));
    newer_result(result, "tools/list", server_info)
}

/// A result with what every result of 2026-07-28 says.
fn newer_result(mut result: Object, method: &str, server_info: &RawValue) -> Object {
    result.entry("resultType".to_owned()).or_insert_with(|| raw(&"complete"));
    if KEPT.contains(&method) {
        // How long it stays true, an older server does not say.
        result.entry("ttlMs".to_owned()).or_insert_with(|| raw(&0));
        result.entry("cacheScope".to_owned()).or_insert_with(|| raw(&"private"));
    }
    let mut about = result.get("_meta").map(|about| read_object(about)).unwrap_or_default();
    about.entry(meta::SERVER_INFO.to_owned()).or_insert_with(|| server_info.to_owned());
    result.insert("_meta".to_owned(), raw(&about));
    result
}

/// -32002, a resource that is not there, is -32602 in 2026-07-28.
fn newer_error(error: Option<&RawValue>) -> String {
    let mut error = error.map(read_object).unwrap_or_default();
    if error.get("code").is_some_and(|code| code.get() == "-32002") {
        error.insert("code".to_owned(), raw(&-32602));
    }
    write_object(&error)
}

fn older_params(message: &Message) -> Object {
    let mut params = message.params().map(read_object).unwrap_or_default();
    let mut about = params.get("_meta").map(|about| read_object(about)).unwrap_or_default();
    for member in STATELESS_META {
        about.shift_remove(*member);
    }
    if about.is_empty() {
        params.shift_remove("_meta");
    } else {
        params.insert("_meta".to_owned(), raw(&about));
    }
    params
}

#[cfg(test)]
mod tests {
    use super::{discover_result, newer_error, newer_result, older_params};
    use crate::mcp_client::{Message, Object, raw, write_object};

    fn object(text: &str) -> Object {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_answer_to_initialize_becomes_a_discovery() {
        let initialized =
            object(r#"{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"s"},"instructions":"x"}"#);
        insta::assert_snapshot!(
            write_object(&discover_result(initialized, &raw(&serde_json::json!({"name": "s"})))),
            @r#"{"supportedVersions":["2026-07-28","2025-06-18"],"capabilities":{"tools":{}},"instructions":"x","resultType":"complete","ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"}}}"#
        );
    }

    #[test]
    fn requests_lose_what_only_newer_servers_know_and_nothing_else() {
        let shown =
            |params: &str| write_object(&older_params(&Message::read(&format!(r#"{{"id":1,"method":"x","params":{params}}}"#)).unwrap()));
        insta::assert_snapshot!(
            shown(r#"{"name":"a","arguments":{"n":1.0},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","progressToken":7}}"#),
            @r#"{"name":"a","arguments":{"n":1.0},"_meta":{"progressToken":7}}"#
        );
        insta::assert_snapshot!(shown(r#"{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}"#), @"{}");
    }

    #[test]
    fn results_and_errors_get_what_newer_clients_expect() {
        let result = newer_result(object(r#"{"content":[],"_meta":{"a":1}}"#), "tools/call", &raw(&1));
        insta::assert_snapshot!(write_object(&result), @r#"{"content":[],"_meta":{"a":1,"io.modelcontextprotocol/serverInfo":1},"resultType":"complete"}"#);
        assert_eq!(newer_error(Some(&raw(&object(r#"{"code":-32002,"message":"m"}"#)))), r#"{"code":-32602,"message":"m"}"#);
    }
}
