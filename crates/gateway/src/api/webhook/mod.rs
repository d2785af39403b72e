//! Webhooks of the caller's environment: `/webhook`.

mod create;
mod delete;
mod deliveries;
mod get;
mod list;
mod replay;
mod rotate_secret;
mod test;
mod update;
mod view;

use std::sync::Arc;

use store::EventType;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::ApiError;
use crate::app::App;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::handle, create::handle))
        .routes(routes!(get::handle, update::handle, delete::handle))
        .routes(routes!(rotate_secret::handle))
        .routes(routes!(test::handle))
        .routes(routes!(deliveries::handle))
        .routes(routes!(replay::handle))
}

const LONGEST_URL: usize = 2_000;

/// # Errors
/// 400 that says what the URL lacks.
fn checked_url(app: &App, url: &str) -> Result<String, ApiError> {
    if url.len() > LONGEST_URL {
        return Err(ApiError::bad_request(format!("`url` is longer than {LONGEST_URL} bytes")));
    }
    let url = app.upstream.webhook_url(url.trim()).map_err(|error| ApiError::bad_request(format!("`url`: {error}")))?;
    Ok(url.into())
}

/// # Errors
/// 400 that names what there is no such event of, and what there is.
fn checked_events(names: &[String]) -> Result<Vec<EventType>, ApiError> {
    let known = || EventType::ALL.map(EventType::as_str).join(", ");
    if names.is_empty() {
        return Err(ApiError::bad_request(format!("`events` is empty; leave it out for all events, or name some of {}", known())));
    }
    let mut events = Vec::new();
    for name in names {
        let unknown = || ApiError::bad_request(format!("`events`: there is no event `{name}`; there are {}", known()));
        let event = EventType::from_text(name).ok_or_else(unknown)?;
        if !events.contains(&event) {
            events.push(event);
        }
    }
    Ok(events)
}
