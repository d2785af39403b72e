//! `GET /api-token`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::ApiTokenView;
use crate::api::caller::ApiCaller;
use crate::api::error::ApiError;
use crate::api::input::{PageQuery, Query};
use crate::api::output::Listed;
use crate::app::App;

/// List API tokens
#[utoipa::path(get, path = "/api-token", tag = "API tokens", params(PageQuery),
    responses((status = 200, body = Listed<ApiTokenView>)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    mut query: Query,
) -> Result<Json<Listed<ApiTokenView>>, ApiError> {
    let page = query.take_page()?;
    query.finish()?;
    Ok(Json(Listed::from_store(app.store.api_tokens().list(caller.environment, page).await?)))
}
