//! `POST /integrated-account/{id}/refresh-credentials`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::integration::CredentialKind;
use http::StatusCode;
use store::AccountId;
use upstream::{Code, Failure};

use super::view::AccountView;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;
use crate::connected_account::ConnectedAccount;
use crate::refresh::{self, Occasion};

/// Refresh an account's credentials
///
/// Fetches another access token now, though nobody needs one yet; calls do so by themselves when it is time. It also tries again what the
/// vendor refused before, so an account that is `needs_reauth` by mistake may become `active`. The answer is the account as it is then.
///
/// 409 where there is nothing to refresh with, or the vendor refuses it for good; 502 where the vendor cannot answer now.
#[utoipa::path(post, path = "/integrated-account/{id}/refresh-credentials", tag = "Integrated accounts",
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 200, body = AccountView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 502, body = ErrorBody)))]
pub(super) async fn handle(caller: ApiCaller, State(app): State<Arc<App>>, Id(id): Id<AccountId>) -> Result<Json<AccountView>, ApiError> {
    let access = app.door.account(caller.environment, id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    let connected = &access.connected;
    if let Some(unknown_host) = &connected.unknown_host {
        return Err(conflict(format!("nothing is sent to this account's host: {unknown_host}")));
    }
    let used = connected.credential.as_ref().ok_or_else(|| conflict("the account holds no usable credential; connect it again"))?;
    if !used.refreshable {
        return Err(nothing_to_refresh_with(connected));
    }
    let fresh = refresh::renewed(&app, connected, used, Occasion::Person).await.map_err(refused)?;
    if fresh.credential.version == used.version {
        let name = &connected.account.integration;
        return Err(conflict(format!("your environment has no OAuth app for this account; set it with PUT /integration/{name}/oauth-app")));
    }
    tracing::info!(account.id = %id, asked_by = %caller.api_token, "credentials refreshed on request");
    let account = app.store.accounts().get(caller.environment, id).await?;
    account.map(|account| Json(AccountView::of(&app, account))).ok_or_else(|| ApiError::not_found("account"))
}

fn nothing_to_refresh_with(connected: &ConnectedAccount) -> ApiError {
    let method = &connected.account.authentication_method;
    let scheme = connected.definition.integration.credentials.get(method);
    match scheme.map(|scheme| scheme.kind) {
        Some(CredentialKind::OAuth2) => conflict("the account holds no refresh token; connect it again"),
        _ => ApiError::bad_request(format!(
            "accounts connected by `{method}` have nothing to refresh; give the account other `credentials` with PATCH when these end"
        )),
    }
}

fn refused(failure: Box<Failure>) -> ApiError {
    let status = match failure.code {
        Code::NeedsReauth => StatusCode::CONFLICT,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_GATEWAY,
    };
    let wait = failure.rate_limit.retry_after.map_or_else(String::new, |seconds| format!(" (try again in {seconds} s)"));
    ApiError::new(status, format!("{}{wait}", failure.message))
}

fn conflict(message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::CONFLICT, message)
}
