//! `PATCH /integrated-account/{id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::{AccountChange, AccountId};
use utoipa::ToSchema;

use super::create::{check_credentials, check_target};
use super::view::AccountView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Body, Id};
use crate::app::App;

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountPatch {
    name: Option<String>,
    /// Replaces all credentials.
    #[schema(value_type = Option<Object>)]
    credentials: Option<Map<String, Value>>,
    /// Replaces the whole context.
    #[schema(value_type = Option<Object>)]
    context: Option<Map<String, Value>>,
    base_url: Option<String>,
}

/// Change a connected account
///
/// Its MCP servers use the change from the next request on.
#[utoipa::path(patch, path = "/integrated-account/{id}", tag = "Integrated accounts",
    params(("id" = String, Path, description = "The account's id")),
    request_body = AccountPatch,
    responses((status = 200, body = AccountView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id(id): Id<AccountId>,
    Body(patch): Body<AccountPatch>,
) -> Result<Json<AccountView>, ApiError> {
    let accounts = app.store.accounts();
    let account = accounts.get(caller.environment, id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    let definition = app.definition(&account.integration)?;
    if let Some(credentials) = &patch.credentials {
        check_credentials(&definition, &account.authentication_method, credentials)?;
    }
    let base_url = patch.base_url.as_deref().or(account.base_url.as_deref());
    check_target(&definition, base_url, patch.context.as_ref().unwrap_or(&account.context))?;
    let change = AccountChange {
        version: Some(account.version),
        name: patch.name.map(Some),
        credentials: patch.credentials,
        context: patch.context,
        base_url: patch.base_url.map(Some),
        ..AccountChange::default()
    };
    let changed = accounts.update(caller.environment, id, change, app.clock.now()).await?;
    changed.map(|account| Json(account.into())).ok_or_else(|| ApiError::not_found("account"))
}
