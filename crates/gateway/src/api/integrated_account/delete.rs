//! `DELETE /integrated-account/{id}`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use store::AccountId;

use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::Id;
use crate::app::App;
use crate::revocation;

/// Disconnect an account
///
/// Its credentials are erased and its MCP servers stop working with the next request. Where the integration says how, its tokens are
/// ended at the vendor first, which may take up to ten seconds; the account is deleted whatever comes of that.
#[utoipa::path(delete, path = "/integrated-account/{id}", tag = "Integrated accounts",
    params(("id" = String, Path, description = "The account's id")),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(caller: ApiCaller, State(app): State<Arc<App>>, Id(id): Id<AccountId>) -> Result<StatusCode, ApiError> {
    let account = app.store.accounts().get(caller.environment, id).await?.ok_or_else(|| ApiError::not_found("account"))?;
    // In a task of its own: a client that hangs up must not leave an account behind whose tokens are ended.
    let deleting = app.tasks.spawn({
        let app = Arc::clone(&app);
        async move {
            revocation::revoke(&app, &account).await;
            app.store.accounts().delete(account.environment_id, account.id, app.clock.now()).await
        }
    });
    let is_deleted = deleting.await.map_err(|error| {
        tracing::error!(account.id = %id, %error, "deleting an account ended in a panic");
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
    })??;
    if !is_deleted {
        return Err(ApiError::not_found("account"));
    }
    tracing::info!(account.id = %id, "account disconnected");
    Ok(StatusCode::NO_CONTENT)
}
