//! `POST /webhook`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use secrecy::ExposeSecret;
use serde::Deserialize;
use store::NewWebhook;
use utoipa::ToSchema;

use super::view::WebhookSecret;
use super::{checked_events, checked_url};
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Body, checked_text};
use crate::app::App;

/// Webhooks that an environment may have.
const MOST: u32 = 20;

/// Where you want to be told of changes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
pub(super) struct WebhookBody {
    /// `https`; plain `http` only to private addresses, where this server allows those.
    #[schema(example = "https://example.com/webhooks/tidegate")]
    url: String,
    /// Which events; absent = all. There are `integrated_account.created`, `integrated_account.status_changed` and
    /// `integrated_account.deleted`.
    events: Option<Vec<String>>,
    description: Option<String>,
}

/// Create a webhook
///
/// It is told of changes of accounts from now on. The answer holds the `secret` of its signatures, which cannot be read again.
#[utoipa::path(post, path = "/webhook", tag = "Webhooks", request_body = WebhookBody,
    responses((status = 201, body = WebhookSecret), (status = 400, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Body(body): Body<WebhookBody>,
) -> Result<(StatusCode, Json<WebhookSecret>), ApiError> {
    let new = NewWebhook {
        url: checked_url(&app, &body.url)?,
        events: body.events.as_deref().map(checked_events).transpose()?,
        description: body.description.map(|text| checked_text("description", text)).transpose()?,
    };
    let (webhook, secret) = app.store.webhooks().create(caller.environment, new, MOST, app.clock.now()).await?;
    tracing::info!(webhook.id = %webhook.id, created_by = %caller.api_token, "webhook created");
    let body = WebhookSecret { webhook: webhook.into(), secret: secret.expose_secret().to_owned() };
    Ok((StatusCode::CREATED, Json(body)))
}
