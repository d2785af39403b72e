//! `PATCH /environment`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalog::characters::is_deceptive;
use serde::Deserialize;
use store::SettingsChange;
use utoipa::ToSchema;

use super::{EnvironmentView, origin};
use crate::api::caller::ApiCaller;
use crate::api::error::{ApiError, ErrorBody};
use crate::api::input::{Body, checked_text, given};
use crate::app::App;

/// Longest display name, in characters.
const LONGEST_NAME: usize = 60;

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EnvironmentPatch {
    /// What people who connect accounts know you as, e.g. `Acme`; null = none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    display_name: Option<Option<String>>,
    /// Replaces all of them. `https`, or `http` on this machine, with no path, e.g. `https://app.example.com`.
    frame_ancestors: Option<Vec<String>>,
    agent_reconnect_links: Option<bool>,
}

/// Change your environment
#[utoipa::path(patch, path = "/environment", tag = "Environment", request_body = EnvironmentPatch,
    responses((status = 200, body = EnvironmentView), (status = 400, body = ErrorBody)))]
pub(super) async fn handle(
    caller: ApiCaller,
    State(app): State<Arc<App>>,
    Body(patch): Body<EnvironmentPatch>,
) -> Result<Json<EnvironmentView>, ApiError> {
    let change = SettingsChange {
        display_name: patch.display_name.map(|name| name.map(checked_name).transpose()).transpose()?,
        frame_ancestors: patch.frame_ancestors.map(|origins| origin::checked("frame_ancestors", &origins)).transpose()?,
        agent_reconnect_links: patch.agent_reconnect_links,
    };
    let settings = app.store.environments().change_settings(caller.environment, change).await?;
    tracing::info!(environment.id = %caller.environment, set_by = %caller.api_token, "environment changed");
    Ok(Json(EnvironmentView::of(caller.environment, settings)))
}

/// A name that stands in headings: short, on one line, and shown as it is.
fn checked_name(name: String) -> Result<String, ApiError> {
    let name = checked_text("display_name", name)?;
    if name.chars().count() > LONGEST_NAME || name.chars().any(|c| c.is_control() || is_deceptive(c)) {
        return Err(ApiError::bad_request(format!("`display_name` may have {LONGEST_NAME} characters, all of them visible")));
    }
    Ok(name)
}
