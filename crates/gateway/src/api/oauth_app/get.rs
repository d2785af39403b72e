//! `GET /integration/{name}/oauth-app`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::{OAuthAppView, stored_method};
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Id, Query};
use crate::app::App;

/// Read an OAuth app
///
/// Without its secret, which nobody can read again.
#[utoipa::path(get, path = "/integration/{name}/oauth-app", tag = "OAuth apps",
    params(("name" = String, Path, description = "The integration's name"),
        ("authentication_method" = Option<String>, Query, description = "Absent = the integration's first that takes an app")),
    responses((status = 200, body = OAuthAppView), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id(name): Id<String>,
    mut query: Query,
) -> Result<Json<OAuthAppView>, ApiError> {
    let method = query.take("authentication_method");
    query.finish()?;
    let method = stored_method(&app, caller.environment, &name, method).await?;
    let found = app.store.oauth_apps().get(caller.environment, &name, &method).await?;
    Ok(Json(OAuthAppView::of(&app, found.ok_or_else(|| ApiError::not_found("OAuth app"))?)))
}
