//! `GET /environment`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::EnvironmentView;
use crate::api::caller::ApiCaller;
use crate::api::error::ApiError;
use crate::app::App;

/// Read your environment
#[utoipa::path(get, path = "/environment", tag = "Environment", responses((status = 200, body = EnvironmentView)))]
pub(super) async fn handle(caller: ApiCaller, State(app): State<Arc<App>>) -> Result<Json<EnvironmentView>, ApiError> {
    let settings = app.store.environments().settings(caller.environment).await?;
    Ok(Json(EnvironmentView::of(caller.environment, settings)))
}
