//! `GET /webhook`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::view::WebhookView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{PageQuery, Query};
use crate::api::output::Listed;
use crate::app::App;

/// List webhooks
#[utoipa::path(get, path = "/webhook", tag = "Webhooks", params(PageQuery),
    responses((status = 200, body = Listed<WebhookView>), (status = 400, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    mut query: Query,
) -> Result<Json<Listed<WebhookView>>, ApiError> {
    let page = query.take_page()?;
    query.finish()?;
    Ok(Json(Listed::from_store(app.store.webhooks().list(caller.environment, page).await?)))
}
