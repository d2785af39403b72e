//! `GET /integrated-account/{id}/tools`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::AccountId;

use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Id, Query};
use crate::api::tool_view::{ToolList, ToolQuery};
use crate::app::App;

/// List the tools of an account
#[utoipa::path(get, path = "/integrated-account/{id}/tools", tag = "Integrated accounts",
    params(
        ("id" = String, Path, description = "The account's id"),
        ToolQuery,
    ),
    responses((status = 200, body = ToolList), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id(id): Id<AccountId>,
    query: Query,
) -> Result<Json<ToolList>, ApiError> {
    let account = app.store.accounts().get(caller.environment, id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    let definition = app.definition_of(&account)?;
    ToolList::of(&definition, query).map(Json)
}
