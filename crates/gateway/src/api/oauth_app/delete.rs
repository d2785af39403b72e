//! `DELETE /integration/{name}/oauth-app`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;

use super::stored_method;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Id, Query};
use crate::app::App;

/// Delete an OAuth app
///
/// Not while accounts of your environment are connected through it: delete them first, or set another app in its place.
#[utoipa::path(delete, path = "/integration/{name}/oauth-app", tag = "OAuth apps",
    params(("name" = String, Path, description = "The integration's name"),
        ("authentication_method" = Option<String>, Query, description = "Absent = the integration's first that takes an app")),
    responses((status = 204), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id(name): Id<String>,
    mut query: Query,
) -> Result<StatusCode, ApiError> {
    let method = query.take("authentication_method");
    query.finish()?;
    let method = stored_method(&app, caller.environment, &name, method).await?;
    if !app.store.oauth_apps().delete(caller.environment, &name, &method).await? {
        return Err(ApiError::not_found("OAuth app"));
    }
    tracing::info!(integration = name, method, deleted_by = %caller.api_token, "OAuth app deleted");
    Ok(StatusCode::NO_CONTENT)
}
