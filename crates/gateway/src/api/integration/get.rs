//! `GET /integration/{name}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::integration::Integration;

use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Read a definition
///
/// The same document as the definition file.
#[utoipa::path(get, path = "/integration/{name}", tag = "Catalog",
    params(("name" = String, Path, description = "The integration's name")),
    responses((status = 200, body = Object), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(_: ApiCaller, State(app): State<Arc<App>>, Id(name): Id<String>) -> Result<Json<Integration>, ApiError> {
    let catalog = app.catalog.current();
    let definition = catalog.get(&name)?.ok_or_else(|| ApiError::not_found("integration"))?;
    Ok(Json(definition.integration.clone()))
}
