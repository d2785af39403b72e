//! `PATCH /integrated-account/{id}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::definition::Definition;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::{Account, AccountChange, AccountId, AccountStatus, SecretFields};
use url::Origin;
use utoipa::ToSchema;

use super::create::{check_credentials, checked_start, checked_target, nothing_to_validate, validated};
use super::view::AccountView;
use crate::accounts::{self, NoAuthorizationServer};
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
    credentials: Option<SecretFields>,
    /// Whether to ask the vendor first, and to change nothing if it does not accept the `credentials`.
    #[serde(default)]
    validate: bool,
    /// Replaces the whole context.
    #[schema(value_type = Option<Object>)]
    context: Option<Map<String, Value>>,
    /// null = the vendor's own address. The integration or this server's operator must know the host.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    base_url: Option<Option<String>>,
}

store::lacks!(AccountPatch: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

/// Change a connected account
///
/// Its MCP servers use the change from the next request on.
#[utoipa::path(patch, path = "/integrated-account/{id}", tag = "Integrated accounts",
    params(("id" = String, Path, description = "The account's id")),
    request_body = AccountPatch,
    responses((status = 200, body = AccountView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody),
        (status = 502, description = "`validate` was asked for, and the vendor did not say", body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id(id): Id<AccountId>,
    Body(mut patch): Body<AccountPatch>,
) -> Result<Json<AccountView>, ApiError> {
    let accounts = app.store.accounts();
    let account = accounts.get(caller.environment, id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    if patch.credentials.is_some() || patch.context.is_some() || patch.base_url.is_some() {
        check(&app, &account, &patch)?;
    }
    let name = patch.name.map(|name| name.map(|name| checked_text("name", name)).transpose()).transpose()?;
    let mut identity = None;
    if patch.validate {
        let given = patch.credentials.take().ok_or_else(nothing_to_validate)?;
        let definition = app.definition_of(&account)?;
        let base_url = patch.base_url.as_ref().unwrap_or(&account.base_url).as_deref();
        let context = patch.context.as_ref().unwrap_or(&account.context);
        let (credentials, found) = validated(&app, &definition, &account.authentication_method, base_url, context, given).await?;
        patch.credentials = Some(credentials);
        identity = found.map(Some);
    }
    let change = AccountChange {
        version: Some(account.version),
        name,
        identity,
        // What was wrong with the ones before says nothing of these.
        status: patch.credentials.is_some().then_some(AccountStatus::Active),
        last_error: patch.credentials.is_some().then_some(None),
        credentials: patch.credentials,
        context: patch.context,
        base_url: patch.base_url,
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
    let base_url = patch.base_url.as_ref().unwrap_or(&account.base_url).as_deref();
    let context = patch.context.as_ref().unwrap_or(&account.context);
    if patch.credentials.is_none() && account.credential_version == 0 {
        // There is nothing yet that could be sent anywhere.
        return checked_start(app, &definition, base_url, context);
    }
    let after = hosts(app, account, &definition, base_url, context)?;
    let moved = hosts(app, account, &definition, account.base_url.as_deref(), &account.context).map_or(true, |before| before != after);
    if moved && patch.credentials.is_none() {
        // Else whoever may change an account could have its credential sent to a host of their own.
        return Err(ApiError::bad_request("the change leads to another host; give the `credentials` for it again"));
    }
    Ok(())
}

/// To where something of the account's credential is sent: the API, and where tokens are fetched and ended.
fn hosts(
    app: &App,
    account: &Account,
    definition: &Definition,
    base_url: Option<&str>,
    context: &Map<String, Value>,
) -> Result<[Option<Origin>; 3], ApiError> {
    let target = checked_target(app, definition, base_url, context)?;
    let method = &account.authentication_method;
    let (token, revoke) = match accounts::authorization_server(&app.upstream, definition, method, base_url, context) {
        Ok(server) => (Some(server.token_url.origin()), server.revoke_url.map(|url| url.origin())),
        Err(NoAuthorizationServer::Unknown { .. }) => (None, None),
        Err(error) => return Err(ApiError::bad_request(error.to_string())),
    };
    Ok([Some(target.base_url().origin()), token, revoke])
}
