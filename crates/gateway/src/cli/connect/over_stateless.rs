//! A client that opens with `initialize`, on a URL that only speaks 2026-07-28.

use std::sync::{Arc, Mutex};

use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::follow::is_final;
use super::input_required::{InputRequired, Questions};
use super::lock::lock;
use super::persistence::Pauses;
use super::standard_streams::Output;
use super::stateless_url::StatelessUrl;
use super::words::{self, DISCOVER, LISTEN};
use crate::mcp_client::{
    Failure, Id, Kind, Line, Message, NEWEST_HANDSHAKE, Object, STATELESS, Target, meta, raw, read_object, write_object,
};

/// The revisions that a client of this kind may ask for.
const HANDSHAKE: &[&str] = &["2024-11-05", "2025-03-26", "2025-06-18", NEWEST_HANDSHAKE];
/// What only results of 2026-07-28 have.
const STATELESS_MEMBERS: &[&str] = &["resultType", "ttlMs", "cacheScope"];
/// How often a server may ask for more before a call is given up.
const MOST_ROUNDS: u32 = 10;

/// What the client said once, to be said with every request.
pub(super) struct OverStateless {
    url: StatelessUrl,
    client_info: Box<RawValue>,
    client_capabilities: Box<RawValue>,
    log_level: Mutex<Option<Box<RawValue>>>,
    questions: Questions,
    /// What the server announces by itself, as `subscriptions/listen` takes it.
    announcements: Object,
    closed: CancellationToken,
}

impl OverStateless {
    /// Asks the URL who it is, and makes the answer to `initialize` of that. Once the input has `ended`, the client is asked
    /// nothing more.
    ///
    /// # Errors
    /// The URL does not speak 2026-07-28.
    pub(super) async fn open(target: &Target, initialize: &Message, ended: CancellationToken) -> Result<(Self, String), Failure> {
        let params = initialize.params().map(read_object).unwrap_or_default();
        let mut opened = Self {
            url: StatelessUrl::new(target.clone()),
            client_info: params.get("clientInfo").cloned().unwrap_or_else(|| raw(&json!({"name": "unknown", "version": "0"}))),
            client_capabilities: params.get("capabilities").cloned().unwrap_or_else(|| raw(&json!({}))),
            log_level: Mutex::default(),
            questions: Questions::until(ended),
            announcements: Object::new(),
            closed: CancellationToken::new(),
        };
        let place = target.shown();
        let id = opened.questions.own_id();
        let discover = opened.request_text(&id, DISCOVER, Object::new())?;
        let answer = opened.url.request(&discover).await?.answer(&id).await?;
        let Some(discovered) = answer.result().map(read_object) else {
            return Err(Failure::not_mcp(&place, "`server/discover` with an error"));
        };
        let Some(capabilities) = discovered.get("capabilities").map(|raw| serde_json::from_str::<Value>(raw.get()).unwrap_or_default())
        else {
            return Err(Failure::not_mcp(&place, "`server/discover` without its capabilities"));
        };
        opened.announcements = announcements(&capabilities);
        let Kind::Request { id, .. } = &initialize.kind else { return Err(Failure::not_mcp(&place, "no request")) };
        let result = initialize_result(&params, &discovered, capabilities);
        Ok((opened, words::result(id, &write_object(&result))))
    }

    /// Carries out a request of the client.
    ///
    /// # Errors
    /// No answer, or one that refuses.
    pub(super) async fn exchange(&self, message: &Message, id: &Id, method: &str, output: &Output) -> Result<(), Failure> {
        match method {
            "ping" => output.line(words::result(id, &"{}")).await,
            "logging/setLevel" => {
                let level = message.params().map(read_object).and_then(|mut params| params.shift_remove("level"));
                *lock(&self.log_level) = level;
                output.line(words::result(id, &"{}")).await;
            }
            _ => {
                let answer = self.ask(message, id, output).await?;
                output.line(answer).await;
            }
        }
        Ok(())
    }

    /// Takes the client's answer to a question of the server.
    pub(super) fn answered(&self, answer: Message) {
        self.questions.answered(answer);
    }

    /// Stops to follow what the server announces.
    pub(super) fn close(&self) {
        self.closed.cancel();
    }

    /// Follows what the server announces, until this is closed.
    pub(super) async fn follow(self: Arc<Self>, output: Output) {
        if !self.announcements.is_empty() {
            tokio::select! {
                () = self.closed.cancelled() => {}
                () = self.subscribe(&output) => {}
            }
        }
    }

    async fn subscribe(&self, output: &Output) {
        let mut params = Object::new();
        params.insert("notifications".to_owned(), raw(&self.announcements));
        let mut pauses = Pauses::default();
        loop {
            let id = self.questions.own_id();
            let Ok(listen) = self.request_text(&id, LISTEN, params.clone()) else { return };
            match self.url.request(&listen).await {
                Ok(mut replies) => {
                    while let Ok(Some(Line::One(message))) = replies.next().await {
                        if let Some(error) = message.error() {
                            let problem = format!("{} announces no changes: {error}", self.url.shown());
                            return words::complain(problem, "what it offers is read once; start again to read it anew");
                        }
                        if let Some(text) = announcement(&message) {
                            output.line(text).await;
                            pauses = Pauses::default();
                        }
                    }
                }
                Err(failure) if is_final(&failure) => return words::complain(&failure.problem, &failure.remedy),
                Err(_) => {}
            }
            tokio::time::sleep(pauses.next()).await;
        }
    }

    /// Sends a request, and again with what the server asked for meanwhile, until it is answered.
    async fn ask(&self, message: &Message, id: &Id, output: &Output) -> Result<String, Failure> {
        let place = self.url.shown();
        let mut sent_as = id.clone();
        let mut additions = Object::new();
        for round in 0..MOST_ROUNDS {
            let request = self.with_meta(message, &sent_as, &additions)?;
            let mut replies = self.url.request(&request).await?;
            let answer = loop {
                match replies.next().await? {
                    Some(Line::One(reply)) if reply.answers(&sent_as) => break reply,
                    Some(Line::One(reply)) if matches!(reply.kind, Kind::Notification { .. }) => output.line(reply.text).await,
                    Some(_) => {}
                    None => return Err(Failure::not_mcp(&place, "without a reply")),
                }
            };
            let Some(result) = answer.result().map(read_object) else {
                let error = answer.error().map(ToString::to_string).unwrap_or_default();
                return Ok(words::error(id, &error));
            };
            let Some(needed) = InputRequired::read(&result) else {
                self.url.learn(&answer);
                return Ok(words::result(id, &write_object(&older_result(result))));
            };
            additions = match self.questions.put(needed, round, output).await {
                Ok(additions) => additions,
                Err(refused) => return Ok(words::error(id, &refused)),
            };
            // Each repetition is a request of its own.
            sent_as = self.questions.own_id();
        }
        Err(Failure::not_mcp(&place, &format!("with a question {MOST_ROUNDS} times in a row")))
    }

    fn with_meta(&self, message: &Message, id: &Id, additions: &Object) -> Result<Message, Failure> {
        let Kind::Request { method, .. } = &message.kind else { return Err(Failure::not_mcp(&self.url.shown(), "no request")) };
        let mut params = message.params().map(read_object).unwrap_or_default();
        params.extend(additions.clone());
        self.request_text(id, method, params)
    }

    fn request_text(&self, id: &Id, method: &str, mut params: Object) -> Result<Message, Failure> {
        let mut about = params.get("_meta").map(|about| read_object(about)).unwrap_or_default();
        about.insert(meta::PROTOCOL_VERSION.to_owned(), raw(&STATELESS));
        about.insert(meta::CLIENT_INFO.to_owned(), self.client_info.clone());
        about.insert(meta::CLIENT_CAPABILITIES.to_owned(), self.client_capabilities.clone());
        if let Some(level) = lock(&self.log_level).clone() {
            about.insert(meta::LOG_LEVEL.to_owned(), level);
        }
        params.insert("_meta".to_owned(), raw(&about));
        let text = words::request(id, method, &write_object(&params));
        Message::read(&text).map_err(|bad| Failure::not_mcp(&self.url.shown(), &bad.to_string()))
    }
}

fn initialize_result(params: &Object, discovered: &Object, mut capabilities: Value) -> Object {
    let asked: String = params.get("protocolVersion").and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    let version = HANDSHAKE.iter().find(|version| **version == asked).copied().unwrap_or(NEWEST_HANDSHAKE);
    // Subscriptions to single resources are not translated.
    if let Some(resources) = capabilities.get_mut("resources").and_then(Value::as_object_mut) {
        resources.shift_remove("subscribe");
    }
    let about = discovered.get("_meta").map(|about| read_object(about)).unwrap_or_default();
    let server_info = about.get(meta::SERVER_INFO).cloned().unwrap_or_else(|| raw(&json!({"name": "unknown", "version": "0"})));
    let mut result = Object::new();
    result.insert("protocolVersion".to_owned(), raw(&version));
    result.insert("capabilities".to_owned(), raw(&capabilities));
    result.insert("serverInfo".to_owned(), server_info);
    if let Some(instructions) = discovered.get("instructions") {
        result.insert("instructions".to_owned(), instructions.clone());
    }
    result
}

/// The lists whose changes a server announces.
fn announcements(capabilities: &Value) -> Object {
    let announced = |kind: &&str| capabilities[*kind]["listChanged"] == true;
    ["tools", "prompts", "resources"].iter().filter(|kind| announced(kind)).map(|kind| (format!("{kind}ListChanged"), raw(&true))).collect()
}

/// An announcement without its subscription; `None` for messages that are about the subscription itself.
fn announcement(message: &Message) -> Option<String> {
    match &message.kind {
        Kind::Notification { method } if method != "notifications/subscriptions/acknowledged" => {
            Some(format!(r#"{{"jsonrpc":"2.0","method":{}}}"#, raw(method)))
        }
        _ => None,
    }
}

/// A result as the older revisions have it: structured content is an object there, and so is what schemas of it describe.
fn older_result(mut result: Object) -> Object {
    for member in STATELESS_MEMBERS {
        result.shift_remove(*member);
    }
    if result.get("structuredContent").is_some_and(|content| !content.get().starts_with('{')) {
        result.shift_remove("structuredContent");
    }
    if let Some(tools) = result.get("tools").and_then(|tools| serde_json::from_str::<Vec<Object>>(tools.get()).ok()) {
        let tools: Vec<Object> = tools.into_iter().map(older_tool).collect();
        result.insert("tools".to_owned(), raw(&tools));
    }
    result
}

fn older_tool(mut tool: Object) -> Object {
    let describes_object = |schema: &RawValue| serde_json::from_str::<Value>(schema.get()).is_ok_and(|schema| schema["type"] == "object");
    if tool.get("outputSchema").is_some_and(|schema| !describes_object(schema)) {
        tool.shift_remove("outputSchema");
    }
    tool
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{announcement, initialize_result, older_result};
    use crate::mcp_client::{Message, Object, write_object};

    fn object(text: &str) -> Object {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_discovery_becomes_the_answer_to_initialize() {
        let discovered = object(
            r#"{"supportedVersions":["2026-07-28"],"capabilities":{},"instructions":"be kind","ttlMs":1,
                "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}}"#,
        );
        let capabilities = json!({"tools": {"listChanged": true}, "resources": {"subscribe": true}});
        insta::assert_snapshot!(
            write_object(&initialize_result(&object(r#"{"protocolVersion":"2025-06-18"}"#), &discovered, capabilities)),
            @r#"{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true},"resources":{}},"serverInfo":{"name":"s","version":"1"},"instructions":"be kind"}"#
        );
        let result = initialize_result(&object(r#"{"protocolVersion":"2026-07-28"}"#), &object("{}"), json!({}));
        insta::assert_snapshot!(
            write_object(&result),
            @r#"{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"unknown","version":"0"}}"#
        );
    }

    #[test]
    fn results_lose_what_older_clients_do_not_know_and_nothing_else() {
        let shown = |text: &str| write_object(&older_result(object(text)));
        insta::assert_snapshot!(
            shown(r#"{"content":[{"n":1.50}],"structuredContent":[1],"resultType":"complete","x":0}"#),
            @r#"{"content":[{"n":1.50}],"x":0}"#
        );
        insta::assert_snapshot!(
            shown(r#"{"tools":[{"name":"a","outputSchema":{"type":"array"}},{"name":"b","outputSchema":{"type":"object"}}],"ttlMs":5,"cacheScope":"private"}"#),
            @r#"{"tools":[{"name":"a"},{"name":"b","outputSchema":{"type":"object"}}]}"#
        );
    }

    #[test]
    fn announcements_are_passed_on_without_their_subscription() {
        let text = |method: &str| announcement(&Message::read(&format!(r#"{{"method":"{method}","params":{{"_meta":{{}}}}}}"#)).unwrap());
        insta::assert_snapshot!(text("notifications/tools/list_changed").unwrap(), @r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#);
        assert_eq!(text("notifications/subscriptions/acknowledged"), None);
    }
}
