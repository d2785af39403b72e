//! `POST /webhook/{id}/test`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use store::WebhookId;

use super::view::DeliveryView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Send a test to a webhook
///
/// An event of type `webhook.test`, signed and repeated like any other. What became of it is in the list of deliveries.
#[utoipa::path(post, path = "/webhook/{id}/test", tag = "Webhooks",
    params(("id" = String, Path, description = "The webhook's id")),
    responses((status = 202, body = DeliveryView), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id(id): Id<WebhookId>,
) -> Result<(StatusCode, Json<DeliveryView>), ApiError> {
    let queued = app.store.deliveries().test(caller.environment, id, app.clock.now()).await?;
    let delivery = queued.ok_or_else(|| ApiError::not_found("webhook"))?;
    Ok((StatusCode::ACCEPTED, Json(delivery.into())))
}
