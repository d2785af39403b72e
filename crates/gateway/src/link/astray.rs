//! Addresses that look like a link or a way back and are none: whoever mangled one is a person, and gets a page.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::audience::Audience;
use super::opening::Closed;
use super::words::Trouble;
use crate::app::App;

pub(super) async fn handle(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    Trouble::from(Closed::Unknown).answer(&app, &Audience::nobody(&headers))
}
