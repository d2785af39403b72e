//! Reads what a handler left of a request's body before its answer goes out.
//!
//! A request may be refused before its body was read. HTTP/1 would then close the connection under a client that is
//! still sending, and that client's next request on it would fail.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderValue;
use http::header::CONNECTION;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;

/// What is read at most. Some clients read no answer before they have sent everything; nothing of it is kept.
const MOST_BYTES: usize = 16 * 1024 * 1024;
const DEADLINE: Duration = Duration::from_secs(2);

/// The middleware.
pub(crate) async fn drain(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let left = Left::default();
    let request = request.map(|body| Body::new(Lent { body, lender: left.clone() }));
    let mut response = next.run(request).await;
    if let Some(body) = left.take() {
        let drained = tokio::time::timeout(DEADLINE, read_to_end(body)).await;
        if drained != Ok(true) {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
    response
}

/// Whether the body came to its end within [`MOST_BYTES`].
async fn read_to_end(mut body: Body) -> bool {
    let mut read = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > MOST_BYTES {
            return false;
        }
    }
    true
}

/// Where an unfinished body ends up.
#[derive(Clone, Default)]
struct Left(Arc<Mutex<Option<Body>>>);

impl Left {
    fn put(&self, body: Body) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
    }

    fn take(&self) -> Option<Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A body that returns to its lender when it is dropped before its end.
struct Lent {
    body: Body,
    lender: Left,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.body.is_end_stream() {
            self.lender.put(std::mem::take(&mut self.body));
        }
    }
}

impl HttpBody for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
