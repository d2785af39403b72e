//! `POST /webhook/{id}/delivery/{delivery_id}/replay`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use store::{EventId, WebhookId};

use super::view::DeliveryView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Send an event to a webhook again
///
/// With the same id and the same body, and with all attempts before it gives up, whatever became of it before.
#[utoipa::path(post, path = "/webhook/{id}/delivery/{delivery_id}/replay", tag = "Webhooks",
    params(("id" = String, Path, description = "The webhook's id"), ("delivery_id" = String, Path, description = "The delivery's id")),
    responses((status = 202, body = DeliveryView), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id((webhook, id)): Id<(WebhookId, EventId)>,
) -> Result<(StatusCode, Json<DeliveryView>), ApiError> {
    let queued = app.store.deliveries().replay(caller.environment, webhook, id, app.clock.now()).await?;
    let delivery = queued.ok_or_else(|| ApiError::not_found("delivery"))?;
    Ok((StatusCode::ACCEPTED, Json(delivery.into())))
}
