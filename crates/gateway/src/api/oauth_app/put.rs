//! `PUT /integration/{name}/oauth-app`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use store::NewOAuthApp;
use utoipa::ToSchema;

use super::{OAuthAppView, chosen_method};
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Body, Id, checked_text};
use crate::app::App;

/// Longest client secret; vendors' have less than a hundred characters, signed ones some hundreds.
const LONGEST_SECRET: usize = 4096;

/// The client that the vendor has registered for you.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PutOAuthApp)]
pub(super) struct AppBody {
    /// Which of the integration's ways to authenticate the app is for; absent = the first that takes an app.
    authentication_method: Option<String>,
    client_id: String,
    /// Absent = the one that is stored stays.
    #[schema(value_type = Option<String>)]
    client_secret: Option<SecretString>,
}

store::lacks!(AppBody: std::fmt::Debug, std::fmt::Display, serde::Serialize, Clone);

/// Set an OAuth app
///
/// The app through which accounts of this integration are connected in your environment, and their tokens refreshed.
#[utoipa::path(put, path = "/integration/{name}/oauth-app", tag = "OAuth apps",
    params(("name" = String, Path, description = "The integration's name")), request_body = AppBody,
    responses((status = 200, body = OAuthAppView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Id(name): Id<String>,
    Body(body): Body<AppBody>,
) -> Result<Json<OAuthAppView>, ApiError> {
    let definition = app.integration(&name)?;
    let authentication_method = chosen_method(&definition, body.authentication_method)?;
    let new = NewOAuthApp {
        integration: name,
        authentication_method,
        client_id: checked_text("client_id", body.client_id)?,
        client_secret: body.client_secret.map(checked_secret).transpose()?,
    };
    let saved = app.store.oauth_apps().save(caller.environment, new, app.clock.now()).await?;
    tracing::info!(
        integration = saved.integration,
        method = saved.authentication_method,
        set_by = %caller.api_token,
        "OAuth app set"
    );
    Ok(Json(OAuthAppView::of(&app, saved)))
}

/// A pasted secret with a line break or a blank at its end is the usual reason for `invalid_client`.
fn checked_secret(secret: SecretString) -> Result<SecretString, ApiError> {
    let text = secret.expose_secret();
    if text.is_empty() || text.len() > LONGEST_SECRET || text.trim() != text || text.chars().any(char::is_control) {
        return Err(ApiError::bad_request(format!(
            "`client_secret` must have 1 to {LONGEST_SECRET} bytes, no blanks around them and no control characters; copy it again"
        )));
    }
    Ok(secret)
}
