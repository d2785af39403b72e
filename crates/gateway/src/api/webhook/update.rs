//! `PATCH /webhook/{id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use store::{WebhookChange, WebhookId};
use utoipa::ToSchema;

use super::view::WebhookView;
use super::{checked_events, checked_url};
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Body, Id, checked_text, given};
use crate::app::App;

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookPatch {
    url: Option<String>,
    /// null = all.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    events: Option<Option<Vec<String>>>,
    /// null = none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    description: Option<Option<String>>,
    /// false = nothing is queued for it from now on, and what is waiting fails. What happened meanwhile is not sent later.
    enabled: Option<bool>,
}

/// Change a webhook
///
/// What is waiting for it goes to the new URL.
#[utoipa::path(patch, path = "/webhook/{id}", tag = "Webhooks",
    params(("id" = String, Path, description = "The webhook's id")),
    request_body = WebhookPatch,
    responses((status = 200, body = WebhookView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id(id): Id<WebhookId>,
    Body(patch): Body<WebhookPatch>,
) -> Result<Json<WebhookView>, ApiError> {
    let change = WebhookChange {
        url: patch.url.map(|url| checked_url(&app, &url)).transpose()?,
        events: patch.events.map(|events| events.as_deref().map(checked_events).transpose()).transpose()?,
        description: patch.description.map(|text| text.map(|text| checked_text("description", text)).transpose()).transpose()?,
        enabled: patch.enabled,
    };
    let changed = app.store.webhooks().update(caller.environment, id, change, app.clock.now()).await?;
    changed.map(|webhook| Json(webhook.into())).ok_or_else(|| ApiError::not_found("webhook"))
}
