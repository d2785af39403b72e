//! Every route on one page.

use std::any::Any;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Router, middleware};
use http::{HeaderName, HeaderValue, StatusCode};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::api::ApiError;
use crate::app::App;
use crate::{api, mcp, unread};

/// The whole server: the MCP endpoint and the management API.
pub(crate) fn router(app: Arc<App>) -> Router {
    let mcp = post(mcp::post).get(mcp::get).options(mcp::options).fallback(mcp::other);
    api::router()
        .route("/mcp/{token}", mcp)
        .layer(CatchPanicLayer::custom(panicked))
        // A URL is a secret: no page it leads to may learn it.
        .layer(constant_header("referrer-policy", "no-referrer"))
        .layer(constant_header("x-content-type-options", "nosniff"))
        .layer(middleware::from_fn(unread::drain))
        .with_state(app)
}

/// A bug of ours: the panic is in the log, the client gets what any internal error looks like.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error").into_response()
}

fn constant_header(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(HeaderName::from_static(name), HeaderValue::from_static(value))
}
