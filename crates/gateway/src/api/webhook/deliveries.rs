//! `GET /webhook/{id}/delivery`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::{DeliveryStatus, WebhookId};

use super::view::DeliveryView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Id, PageQuery, Query};
use crate::api::output::Listed;
use crate::app::App;

/// List what was sent to a webhook
///
/// Deliveries that succeeded are kept for 7 days, failed ones for 30.
#[utoipa::path(get, path = "/webhook/{id}/delivery", tag = "Webhooks",
    params(
        ("id" = String, Path, description = "The webhook's id"),
        ("status" = Option<String>, Query, description = "Only `pending`, `delivered` or `failed` ones"),
        PageQuery,
    ),
    responses((status = 200, body = Listed<DeliveryView>), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id(id): Id<WebhookId>,
    mut query: Query,
) -> Result<Json<Listed<DeliveryView>>, ApiError> {
    let page = query.take_page()?;
    let status = query.take("status").map(checked_status).transpose()?;
    query.finish()?;
    app.store.webhooks().get(caller.environment, id).await?.ok_or_else(|| ApiError::not_found("webhook"))?;
    Ok(Json(Listed::from_store(app.store.deliveries().list(caller.environment, id, status, page).await?)))
}

fn checked_status(text: String) -> Result<DeliveryStatus, ApiError> {
    let unknown = || ApiError::bad_request(format!("`status`: `{text}` is not one of pending, delivered, failed"));
    DeliveryStatus::from_text(&text).ok_or_else(unknown)
}
