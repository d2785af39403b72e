//! `/healthz`, `/readyz` and `/metrics`: open to this machine, else behind an API token.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;

use super::caller::Operator;
use super::error::{ApiError, ErrorBody};
use crate::app::App;

/// Alive?
#[utoipa::path(get, path = "/healthz", tag = "Operations", responses((status = 200, body = String)))]
pub(super) async fn alive(_: Operator) -> &'static str {
    "ok\n"
}

/// Able to serve? Asks the database.
#[utoipa::path(get, path = "/readyz", tag = "Operations", responses((status = 200, body = String), (status = 503, body = ErrorBody)))]
pub(super) async fn ready(_: Operator, State(app): State<Arc<App>>) -> Result<&'static str, ApiError> {
    app.store.ping().await?;
    Ok("ok\n")
}

/// Metrics in the OpenMetrics text format
#[utoipa::path(get, path = "/metrics", tag = "Operations", responses((status = 200, body = String)))]
pub(super) async fn metrics(_: Operator, State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], app.metrics.render())
}
