//! What a 2026-07-28 server asks for within an answer (`resultType: "input_required"`), asked of a client that knows such
//! questions as requests of the server: elicitation, sampling, roots.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::lock::lock;
use super::standard_streams::Output;
use super::words;
use crate::mcp_client::{Id, Kind, Message, Object, raw, read_object};

/// The wait before a request is repeated for which nothing was asked, times the round.
const PAUSE: Duration = Duration::from_millis(50);

/// The questions of one answer.
#[derive(Debug, Default)]
pub(super) struct InputRequired {
    requests: Object,
    state: Option<Box<RawValue>>,
}

/// Questions that the client has not answered yet.
pub(super) struct Questions {
    open: Mutex<HashMap<Id, oneshot::Sender<Message>>>,
    asked: AtomicU64,
    /// Cancelled once nothing more comes from the client.
    ended: CancellationToken,
}

#[derive(Deserialize)]
struct Question<'a> {
    method: String,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
}

impl InputRequired {
    /// The questions in a result; `None` for a result that is complete.
    pub(super) fn read(result: &Object) -> Option<Self> {
        if result.get("resultType")?.get() != r#""input_required""# {
            return None;
        }
        let requests = result.get("inputRequests").map(|requests| read_object(requests)).unwrap_or_default();
        Some(Self { requests, state: result.get("requestState").cloned() })
    }
}

impl Questions {
    pub(super) fn until(ended: CancellationToken) -> Self {
        Self { open: Mutex::default(), asked: AtomicU64::default(), ended }
    }

    /// An id that no request of the client has.
    pub(super) fn own_id(&self) -> Id {
        Id::own(format_args!("tidegate-connect-{}", self.asked.fetch_add(1, Ordering::Relaxed)))
    }

    /// Asks the client everything, one after the other as people answer, and gives what the repeated request says more.
    ///
    /// # Errors
    /// The error that the client answered with, as JSON.
    pub(super) async fn put(&self, needed: InputRequired, round: u32, output: &Output) -> Result<Object, String> {
        if needed.requests.is_empty() {
            tokio::time::sleep(PAUSE * (round + 1)).await;
        }
        let mut responses = Object::new();
        for (key, request) in needed.requests {
            let question: Question<'_> = serde_json::from_str(request.get()).map_err(|error| {
                serde_json::json!({"code": -32603, "message": format!("the server's question `{key}` cannot be read: {error}")}).to_string()
            })?;
            let id = self.own_id();
            let (sender, answer) = oneshot::channel();
            lock(&self.open).insert(id.clone(), sender);
            output.line(words::request(&id, &question.method, &question.params.map_or("{}", RawValue::get))).await;
            let answered = tokio::select! {
                biased;
                answer = answer => answer.ok(),
                () = self.ended.cancelled() => None,
            };
            let Some(answer) = answered else {
                return Err(serde_json::json!({"code": -32603, "message": "the server's question was not answered"}).to_string());
            };
            match answer.result() {
                Some(result) => responses.insert(key, result.to_owned()),
                None => return Err(answer.error().map(ToString::to_string).unwrap_or_default()),
            };
        }
        let mut additions = Object::new();
        if !responses.is_empty() {
            additions.insert("inputResponses".to_owned(), raw(&responses));
        }
        additions.extend(needed.state.map(|state| ("requestState".to_owned(), state)));
        Ok(additions)
    }

    /// Takes an answer of the client.
    pub(super) fn answered(&self, answer: Message) {
        if let Kind::Response { id: Some(id) } = &answer.kind
            && let Some(waiting) = lock(&self.open).remove(id)
        {
            // The request it was for may have been given up.
            let _ = waiting.send(answer);
        }
    }
}
