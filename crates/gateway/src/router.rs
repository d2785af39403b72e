//! Every route on one page.

use std::any::Any;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use http::{HeaderName, HeaderValue, StatusCode, Uri};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::api::ApiError;
use crate::app::App;
use crate::{api, link, mcp, unread};

/// The whole server: the MCP endpoint, the management API and the pages for people.
pub(crate) fn router(app: Arc<App>) -> Router {
    let caught = CatchPanicLayer::custom(mcp::panicked);
    let mcp = post(mcp::post).get(mcp::get).options(mcp::options).fallback(mcp::other).layer(caught);
    let sse = get(mcp::get_sse).options(mcp::options).fallback(mcp::other).layer(caught);
    let messages = post(mcp::messages).options(mcp::options).fallback(mcp::other).layer(caught);
    api::router()
        .merge(link::router())
        .layer(CatchPanicLayer::custom(panicked))
        .route("/mcp/{token}", mcp.clone())
        // As people paste it.
        .route("/mcp/{token}/", mcp)
        // HTTP+SSE, for clients that were told so.
        .route("/mcp/{token}/sse", sse)
        .route("/mcp/{token}/messages", messages)
        .fallback(nowhere)
        // A URL is a secret: no page it leads to may learn it.
        .layer(constant_header("referrer-policy", "no-referrer"))
        .layer(constant_header("x-content-type-options", "nosniff"))
        .layer(middleware::from_fn(unread::drain))
        .with_state(app)
}

/// The answer to what ended in a panic, a bug of ours; `telemetry` has logged where.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error").into_response()
}

/// Clients of MCP are answered in their own terms even where nothing is.
async fn nowhere(uri: Uri) -> Response {
    if uri.path().starts_with("/mcp/") { mcp::nowhere() } else { api::nowhere().into_response() }
}

fn constant_header(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
}
