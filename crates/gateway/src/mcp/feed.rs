//! A stream of events for one client: answers where its transport sends them here, notice of changes, and signs of life.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::admission::Credentials;
use super::endpoint::refuse;
use super::error::RpcError;
use super::event;
use super::session::Session;
use super::watch::{Changed, Watch};
use crate::access::Access;
use crate::app::App;
use crate::tool_set::ToolSet;

/// How long a stream is silent at most. Idle connections are often cut after 60 s.
const SILENCE: Duration = Duration::from_secs(15);
/// When a client that found no room is to come again, in seconds.
const RETRY_SECONDS: &str = "30";

/// A stream that is being sent. Whatever it holds is released when its client leaves.
pub(crate) struct Feed {
    next: VecDeque<Bytes>,
    watch: Watch,
    session: Option<Session>,
    terms: Terms,
    closing: CancellationToken,
    has_ended: bool,
    _places: [OwnedSemaphorePermit; 2],
}

/// How a client is told of changes.
pub(crate) enum Terms {
    /// Of all, by notifications of their own (until 2025-11-25).
    All,
    /// Of those it asked for, under the id of its `subscriptions/listen` (since 2026-07-28).
    Subscribed { id: Box<RawValue>, tools: bool, prompts: bool },
}

impl Feed {
    /// Starts with `first`. Refused with 503 where there is no room for another stream.
    pub(crate) fn respond(
        app: &Arc<App>,
        credentials: Arc<Credentials>,
        access: Arc<Access>,
        terms: Terms,
        session: Option<Session>,
        first: impl IntoIterator<Item = Bytes>,
    ) -> Response {
        let places = (Arc::clone(&app.streams).try_acquire_owned(), Arc::clone(&access.streams).try_acquire_owned());
        let (Ok(place), Ok(own_place)) = places else {
            let mut response = refuse(StatusCode::SERVICE_UNAVAILABLE, "too many streams are open; close some, or come back later");
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
            return response;
        };
        let feed = Self {
            next: first.into_iter().collect(),
            watch: Watch::new(app, credentials, access),
            session,
            terms,
            closing: app.closing.clone(),
            has_ended: false,
            _places: [place, own_place],
        };
        let events = stream::unfold(feed, |mut feed| async move { Some((Ok::<_, Infallible>(feed.event().await?), feed)) });
        event::response(Body::from_stream(events))
    }

    /// The next event; `None` at the end.
    async fn event(&mut self) -> Option<Bytes> {
        loop {
            if let Some(event) = self.next.pop_front() {
                return Some(event);
            }
            if self.has_ended {
                return None;
            }
            tokio::select! {
                biased;
                () = self.closing.cancelled() => {
                    self.has_ended = true;
                    self.next.extend(self.terms.farewell(&self.watch));
                }
                answer = received(&mut self.session) => self.next.push_back(answer),
                changed = self.watch.changed() => match changed {
                    Some(changed) => self.next.extend(self.terms.notices(changed)),
                    None => self.has_ended = true,
                },
                () = tokio::time::sleep(SILENCE) => self.next.push_back(event::KEEP_ALIVE),
            }
        }
    }
}

/// The next message for the session's client. Never, where there is no session.
async fn received(session: &mut Option<Session>) -> Bytes {
    match session {
        Some(session) => session.receive().await,
        None => std::future::pending().await,
    }
}

impl Terms {
    /// The terms of a `subscriptions/listen` under `id`: what it asks for, as far as there are such lists.
    ///
    /// # Errors
    /// -32602 when `notifications` is missing or of the wrong shape.
    pub(crate) fn subscribed(tools: &ToolSet, id: &RawValue, asked: Option<&RawValue>) -> Result<Self, RpcError> {
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct Asked {
            tools_list_changed: bool,
            prompts_list_changed: bool,
        }
        let asked = asked.filter(|asked| asked.get().starts_with('{')).and_then(|asked| serde_json::from_str::<Asked>(asked.get()).ok());
        let asked = asked
            .ok_or_else(|| RpcError::invalid_params("params.notifications must be an object of flags, e.g. {\"toolsListChanged\":true}"))?;
        Ok(Self::Subscribed {
            id: id.to_owned(),
            tools: asked.tools_list_changed,
            prompts: asked.prompts_list_changed && tools.has_prompts(),
        })
    }

    /// The first event: what was granted.
    pub(crate) fn acknowledgement(&self) -> Option<Bytes> {
        let Self::Subscribed { id, tools, prompts } = self else { return None };
        let mut granted = serde_json::Map::new();
        for (name, is_granted) in [("toolsListChanged", *tools), ("promptsListChanged", *prompts)] {
            if is_granted {
                granted.insert(name.to_owned(), true.into());
            }
        }
        let params = json!({"_meta": {"io.modelcontextprotocol/subscriptionId": id}, "notifications": granted});
        Some(event::notification("notifications/subscriptions/acknowledged", &params))
    }

    fn notices(&self, changed: Changed) -> impl Iterator<Item = Bytes> {
        let (tools, prompts) = match self {
            Self::All => (true, true),
            Self::Subscribed { tools, prompts, .. } => (*tools, *prompts),
        };
        let params = match self {
            Self::All => json!({}),
            Self::Subscribed { id, .. } => json!({"_meta": {"io.modelcontextprotocol/subscriptionId": id}}),
        };
        let notices = [
            (changed.tools && tools).then(|| event::notification("notifications/tools/list_changed", &params)),
            (changed.prompts && prompts).then(|| event::notification("notifications/prompts/list_changed", &params)),
        ];
        notices.into_iter().flatten()
    }

    /// What ends a subscription that the server gives up.
    fn farewell(&self, watch: &Watch) -> Option<Bytes> {
        let Self::Subscribed { id, .. } = self else { return None };
        let mut result = json!({
            "resultType": "complete",
            "_meta": {"io.modelcontextprotocol/subscriptionId": id},
        });
        result["_meta"]["io.modelcontextprotocol/serverInfo"] = watch.tools().server_info();
        Some(event::message(&[json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string().into()]))
    }
}
