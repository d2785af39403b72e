//! `PATCH /integrated-account/{id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::{Account, AccountChange, AccountId, AccountStatus};
use utoipa::ToSchema;

use super::create::{check_credentials, checked_target};
use super::view::AccountView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Body, Id, checked_text, given};
use crate::app::App;

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountPatch {
    /// null = none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    /// Replaces all credentials.
    #[schema(value_type = Option<Object>)]
    credentials: Option<Map<String, Value>>,
    /// Replaces the whole context.
    #[schema(value_type = Option<Object>)]
    context: Option<Map<String, Value>>,
    /// null = the vendor's own address. The integration or this server's operator must know the host.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    base_url: Option<Option<String>>,
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
    if patch.credentials.is_some() || patch.context.is_some() || patch.base_url.is_some() {
        check(&app, &account, &patch)?;
    }
    let change = AccountChange {
        version: Some(account.version),
        name: patch.name.map(|name| name.map(|name| checked_text("name", name)).transpose()).transpose()?,
        // What was wrong with the ones before says nothing of these.
        status: patch.credentials.is_some().then_some(AccountStatus::Active),
        last_error: patch.credentials.is_some().then_some(None),
        credentials: patch.credentials,
        context: patch.context,
        base_url: patch.base_url,
        ..AccountChange::default()
    };
    let changed = accounts.update(caller.environment, id, change, app.clock.now()).await?;
    changed.map(|account| Json(AccountView::of(&app, account))).ok_or_else(|| ApiError::not_found("account"))
}

/// Whether the account will still lead somewhere, and its credential only to where it was given for.
fn check(app: &App, account: &Account, patch: &AccountPatch) -> Result<(), ApiError> {
    let definition = app.definition_of(account)?;
    if let Some(credentials) = &patch.credentials {
        check_credentials(&definition, &account.authentication_method, credentials)?;
    }
    let base_url = patch.base_url.as_ref().unwrap_or(&account.base_url);
    let before = checked_target(app, &definition, account.base_url.as_deref(), &account.context);
    let after = checked_target(app, &definition, base_url.as_deref(), patch.context.as_ref().unwrap_or(&account.context))?;
    let moved = before.map_or(true, |before| before.base_url().origin() != after.base_url().origin());
    if moved && patch.credentials.is_none() {
        // Else whoever may change an account could have its credential sent to a host of their own.
        return Err(ApiError::bad_request("the change leads to another host; give the `credentials` for it again"));
    }
    Ok(())
}
