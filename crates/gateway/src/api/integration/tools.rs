//! `GET /integration/{name}/tools`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Id, Query};
use crate::api::tool_view::{ToolList, ToolQuery};
use crate::app::App;

/// List the tools of an integration
#[utoipa::path(get, path = "/integration/{name}/tools", tag = "Catalog",
    params(
        ("name" = String, Path, description = "The integration's name"),
        ToolQuery,
    ),
    responses((status = 200, body = ToolList), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(
    _: ApiCaller,
    State(app): State<Arc<App>>,
    Id(name): Id<String>,
    query: Query,
) -> Result<Json<ToolList>, ApiError> {
    let catalog = app.catalog.current();
    let definition = catalog.get(&name)?.ok_or_else(|| ApiError::not_found("integration"))?;
    ToolList::of(definition, query).map(Json)
}
