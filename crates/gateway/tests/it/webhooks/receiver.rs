//! A receiver of webhooks: keeps what it gets and answers as it is told.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures_util::stream::pending;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::eventually;

pub(super) struct Receiver {
    pub(super) url: String,
    state: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    received: Mutex<Vec<Received>>,
    answers: Mutex<VecDeque<Answer>>,
    released: CancellationToken,
}

/// What to answer; when there is none left, 204.
pub(super) enum Answer {
    Status(u16),
    RetryAfter(u16, &'static str),
    Redirect(String),
    /// Nothing until [`Receiver::let_go`].
    Never,
    /// 200, and a body that does not end.
    Endless,
}

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) path: String,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Shared::default());
        let router = Router::new().fallback(receive).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, state }
    }

    pub(super) fn will_answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.answers.lock().unwrap().extend(answers);
    }

    pub(super) fn count(&self) -> usize {
        self.state.received.lock().unwrap().len()
    }

    /// All requests, once there are so many.
    pub(super) async fn received(&self, count: usize) -> Vec<Received> {
        eventually("the receiver has got it", async || self.count() >= count).await;
        self.state.received.lock().unwrap().clone()
    }

    /// Answers whoever still waits.
    pub(super) fn let_go(&self) {
        self.state.released.cancel();
    }
}

impl Received {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> String {
        self.headers[name].to_str().unwrap().to_owned()
    }
}

async fn receive(State(state): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    state.received.lock().unwrap().push(Received { path: uri.path().to_owned(), headers, body });
    let answer = state.answers.lock().unwrap().pop_front();
    let status = |code| StatusCode::from_u16(code).unwrap();
    match answer {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(Answer::Status(code)) => status(code).into_response(),
        Some(Answer::RetryAfter(code, seconds)) => (status(code), [("retry-after", seconds)]).into_response(),
        Some(Answer::Redirect(url)) => (StatusCode::TEMPORARY_REDIRECT, [("location", url)]).into_response(),
        Some(Answer::Endless) => Body::from_stream(pending::<Result<Bytes, Infallible>>()).into_response(),
        Some(Answer::Never) => {
            state.released.cancelled().await;
            StatusCode::NO_CONTENT.into_response()
        }
    }
}
