//! `POST /integrated-account/{id}/validate`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::integration::CredentialKind;
use http::StatusCode;
use store::{AccountId, AccountState, AccountStatus};
use upstream::{Code, Source};

use super::view::AccountView;
use crate::account_status;
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;
use crate::call;
use crate::connected_account::ConnectedAccount;
use crate::refresh::Occasion;
use crate::validation::{self, Cause, Verdict};

/// Validate a connected account
///
/// Asks the vendor now whether it accepts the account's credential; a token that can be refreshed is, if need be. An account that is accepted is
/// `active`, with the vendor's name for it as `identity`; one that is refused has the vendor's words as `last_error`. Where the vendor gives
/// no clear answer, or none, that is a 502 and nothing is changed.
#[utoipa::path(post, path = "/integrated-account/{id}/validate", tag = "Integrated accounts",
    params(("id" = String, Path, description = "The account's id")),
    responses(
        (status = 200, body = AccountView),
        (status = 404, body = ErrorBody),
        (status = 409, description = "The account has no usable credential, or its integration names no request to check one by", body = ErrorBody),
        (status = 502, description = "The vendor did not say", body = ErrorBody),
    ))]
pub(super) async fn handle(caller: ApiCaller, State(app): State<Arc<App>>, Id(id): Id<AccountId>) -> Result<Json<AccountView>, ApiError> {
    let access = app.door.account(caller.environment, id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    let connected = &access.connected;
    if connected.account.status == AccountStatus::Connecting {
        let message = "the account is not connected yet; a person does that at its `reconnect_url`, or PATCH it with `credentials`";
        return Err(ApiError::new(StatusCode::CONFLICT, message));
    }
    match verdict(&app, connected).await? {
        (Verdict::Accepted { identity }, version) => told(&app, connected, AccountState::active(identity), version).await?,
        (Verdict::Refused { message }, version) => {
            told(&app, connected, AccountState::failing(refused_status(connected), message), version).await?;
        }
        (Verdict::Unclear { message, .. }, _) => return Err(unclear(&message)),
        (Verdict::NotOffered, _) => {
            let (name, method) = (&connected.account.integration, &connected.account.authentication_method);
            let message =
                format!("the integration `{name}` names no `check` for `{method}`, so nobody can tell; add one to its definition");
            return Err(ApiError::new(StatusCode::CONFLICT, message));
        }
    }
    let account = app.store.accounts().get(caller.environment, id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    Ok(Json(AccountView::of(&app, account)))
}

/// What the vendor says, and of which version of the credential.
async fn verdict(app: &App, connected: &ConnectedAccount) -> Result<(Verdict, i64), ApiError> {
    let version = connected.account.credential_version;
    let account = &connected.account;
    let Some(check) = connected.definition.check(&account.authentication_method) else { return Ok((Verdict::NotOffered, version)) };
    match call::send(app, connected, &check.tool, check.arguments.clone(), Occasion::Person).await {
        Ok((outcome, used)) => Ok((validation::verdict(check, outcome), used.version)),
        Err(failure) if failure.code != Code::NeedsReauth => {
            Ok((Verdict::Unclear { cause: Cause::of(&failure), message: failure.message }, version))
        }
        // Of a refresh that the vendor has refused, the account has the vendor's words already.
        Err(failure) if failure.source == Source::Vendor => {
            let told = app.store.accounts().get(account.environment_id, account.id).await?;
            let message = told.and_then(|account| account.last_error).unwrap_or(failure.message);
            Ok((Verdict::Refused { message }, version))
        }
        Err(failure) => Err(ApiError::new(StatusCode::CONFLICT, failure.message)),
    }
}

async fn told(app: &App, connected: &ConnectedAccount, state: AccountState, version: i64) -> Result<(), ApiError> {
    Ok(account_status::tell(app, &connected.account, state.of(version)).await?)
}

/// A consent that ended has to be given again; a secret that was pasted is probably the wrong one, unless it is known to have worked.
fn refused_status(connected: &ConnectedAccount) -> AccountStatus {
    let account = &connected.account;
    let scheme = connected.definition.integration.credentials.get(&account.authentication_method);
    let is_consent = scheme.is_some_and(|scheme| scheme.kind == CredentialKind::OAuth2);
    if is_consent || account.status == AccountStatus::NeedsReauth { AccountStatus::NeedsReauth } else { AccountStatus::ValidationError }
}

/// The vendor could not be asked, or its answer says nothing of the credential.
pub(super) fn unclear(reason: &str) -> ApiError {
    let reason = reason.trim_end_matches(['.', '!']);
    ApiError::new(
        StatusCode::BAD_GATEWAY,
        format!("the vendor did not say whether it accepts the credential: {reason}; nothing was changed, try again later"),
    )
}
