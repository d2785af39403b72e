//! A stream of events for one client: answers where its transport sends them here, notice of changes, and signs of life.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::admission::Credentials;
use super::answer::Reply;
use super::error::RpcError;
use super::event;
use super::session::Session;
use super::watch::{Changed, Watch};
use crate::access::Access;
use crate::app::App;
use crate::tool_set::ToolSet;

/// How long a stream is silent at most. Idle connections are often cut after 60 s.
const SILENCE: Duration = Duration::from_secs(15);

/// A stream that is being sent. Whatever it holds is released when its client leaves.
pub(crate) struct Feed {
    next: VecDeque<Bytes>,
    watch: Watch,
    session: Option<Session>,
    terms: Terms,
    /// Until the server stops.
    closing: Option<CancellationToken>,
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
    /// Starts with `first`.
    ///
    /// # Errors
    /// 503 where there is no room for another stream.
    pub(crate) fn respond(
        app: &Arc<App>,
        credentials: Arc<Credentials>,
        access: Arc<Access>,
        terms: Terms,
        session: Option<Session>,
        first: impl IntoIterator<Item = Bytes>,
    ) -> Result<Response, RpcError> {
        let places = (Arc::clone(&app.streams).try_acquire_owned(), Arc::clone(&access.streams).try_acquire_owned());
        let (Ok(place), Ok(own_place)) = places else {
            let error = RpcError::internal("too many streams are open; close some, or come back later");
            return Err(error.with_status(StatusCode::SERVICE_UNAVAILABLE));
        };
        let feed = Self {
            next: first.into_iter().collect(),
            watch: Watch::new(app, credentials, access),
            session,
            terms,
            closing: Some(app.closing.clone()),
            has_ended: false,
            _places: [place, own_place],
        };
        let events = stream::unfold(feed, |mut feed| async move { Some((Ok::<_, Infallible>(feed.event().await?), feed)) });
        Ok(event::response(Body::from_stream(events)))
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
                () = closed(self.closing.as_ref()) => self.close(),
                answer = received(&mut self.session) => match answer {
                    Some(answer) => self.next.push_back(answer),
                    None => self.has_ended = true,
                },
                changed = self.watch.changed() => match changed {
                    Some(changed) => self.next.extend(self.terms.notices(changed)),
                    None => self.has_ended = true,
                },
                () = tokio::time::sleep(SILENCE) => {
                    self.next.push_back(event::KEEP_ALIVE);
                    self.watch.look_again();
                }
            }
        }
    }

    /// The server stops. A session is given the answers to what it has sent; any other stream ends.
    fn close(&mut self) {
        self.closing = None;
        match &mut self.session {
            Some(session) => session.close(),
            None => {
                self.has_ended = true;
                self.next.extend(self.terms.farewell(&self.watch));
            }
        }
    }
}

/// Waits for the server to stop; for ever, once that is known.
async fn closed(closing: Option<&CancellationToken>) {
    match closing {
        Some(closing) => closing.cancelled().await,
        None => std::future::pending().await,
    }
}

/// The next message for the session's client, `None` when no more can come. Never, where there is no session.
async fn received(session: &mut Option<Session>) -> Option<Bytes> {
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
        let notifications = Granted { tools_list_changed: *tools, prompts_list_changed: *prompts };
        let params = Params { meta: Some(Meta::of(id)), notifications: Some(notifications) };
        Some(event::notification("notifications/subscriptions/acknowledged", &params))
    }

    fn notices(&self, changed: Changed) -> impl Iterator<Item = Bytes> {
        let (tools, prompts, meta) = match self {
            Self::All => (true, true, None),
            Self::Subscribed { id, tools, prompts } => (*tools, *prompts, Some(Meta::of(id))),
        };
        let params = Params { meta, notifications: None };
        let notices = [
            (changed.tools && tools).then(|| event::notification("notifications/tools/list_changed", &params)),
            (changed.prompts && prompts).then(|| event::notification("notifications/prompts/list_changed", &params)),
        ];
        notices.into_iter().flatten()
    }

    /// What ends a subscription that the server gives up.
    fn farewell(&self, watch: &Watch) -> Option<Bytes> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Farewell<'a> {
            result_type: &'static str,
            #[serde(rename = "_meta")]
            meta: Meta<'a>,
        }
        let Self::Subscribed { id, .. } = self else { return None };
        let meta = Meta { server_info: Some(watch.tools().server_info()), ..Meta::of(id) };
        // Texts and raw JSON always have a JSON text.
        let result = serde_json::to_vec(&Farewell { result_type: "complete", meta }).unwrap_or_default();
        Some(Reply::result(id, result.into()).into_event())
    }
}

#[derive(Serialize)]
struct Params<'a> {
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<Meta<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notifications: Option<Granted>,
}

#[derive(Serialize)]
struct Meta<'a> {
    #[serde(rename = "io.modelcontextprotocol/subscriptionId")]
    subscription_id: &'a RawValue,
    #[serde(rename = "io.modelcontextprotocol/serverInfo", skip_serializing_if = "Option::is_none")]
    server_info: Option<Value>,
}

impl<'a> Meta<'a> {
    fn of(id: &'a RawValue) -> Self {
        Self { subscription_id: id, server_info: None }
    }
}

/// The kinds of notice that a subscription gets; others are left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Granted {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tools_list_changed: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    prompts_list_changed: bool,
}
