//! `GET /integrated-account/{id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use store::AccountId;

use super::view::AccountView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;

/// Read a connected account
#[utoipa::path(get, path = "/integrated-account/{id}", tag = "Integrated accounts",
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 200, body = AccountView), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(caller: ApiCaller, State(app): State<Arc<App>>, Id(id): Id<AccountId>) -> Result<Json<AccountView>, ApiError> {
    let account = app.store.accounts().get(caller.environment, id).await?;
    account.map(|account| Json(AccountView::of(&app, account))).ok_or_else(|| ApiError::not_found("account"))
}
