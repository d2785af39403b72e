//! OAuth apps of the caller's environment: `/integration/{name}/oauth-app`.

mod delete;
mod get;
mod put;

use std::sync::Arc;

use catalog::definition::Definition;
use catalog::integration::CredentialKind;
use serde::Serialize;
use store::{EnvironmentId, OAuthApp};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::error::ApiError;
use super::output::Time;
use crate::app::App;
use crate::link::redirect_uri;

pub(super) fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get::handle, put::handle, delete::handle))
}

/// An OAuth app. Its secret is never shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OAuthApp)]
struct OAuthAppView {
    integration: String,
    /// Which of the integration's ways to authenticate the app is for.
    authentication_method: String,
    client_id: String,
    /// Where the vendor has to send people back to: register it with the app.
    redirect_uri: String,
    updated_at: Time,
}

impl OAuthAppView {
    fn of(app: &App, oauth_app: OAuthApp) -> Self {
        let OAuthApp { integration, authentication_method, client_id, updated_at } = oauth_app;
        let redirect_uri = redirect_uri(app, &integration);
        Self { integration, authentication_method, client_id, redirect_uri, updated_at: Time(updated_at) }
    }
}

/// The same of an app that is stored, though its integration or method may be gone from the catalog.
///
/// # Errors
/// Nothing is stored of that name, and the catalog has none either.
async fn stored_method(app: &App, environment: EnvironmentId, integration: &str, chosen: Option<String>) -> Result<String, ApiError> {
    let apps = app.store.oauth_apps().list(environment).await?;
    let mut stored = apps.into_iter().filter(|app| app.integration == integration).map(|app| app.authentication_method);
    let known = app.integration(integration).and_then(|definition| chosen_method(&definition, chosen.clone()));
    known.or_else(|unknown| stored.find(|method| chosen.as_ref().is_none_or(|chosen| chosen == method)).ok_or(unknown))
}

/// The way to authenticate that an app is for: the one named, or the first.
///
/// # Errors
/// 400 when the integration has none that takes an app, or not the one named.
fn chosen_method(definition: &Definition, chosen: Option<String>) -> Result<String, ApiError> {
    let schemes = definition.integration.credentials.iter();
    // With client credentials each account brings an app of its own.
    let takes_app = schemes.filter(|(_, scheme)| scheme.kind == CredentialKind::OAuth2 && scheme.oauth2.is_some());
    let known: Vec<&String> = takes_app.map(|(name, _)| name).collect();
    let name = &definition.integration.name;
    let Some(first) = known.first() else {
        return Err(ApiError::bad_request(format!("accounts of `{name}` are not connected through an OAuth app")));
    };
    match chosen {
        None => Ok((*first).clone()),
        Some(method) if known.contains(&&method) => Ok(method),
        Some(method) => {
            let known: Vec<&str> = known.iter().map(|name| name.as_str()).collect();
            Err(ApiError::bad_request(format!(
                "`authentication_method`: `{method}` is not one that takes an OAuth app; those are {}",
                known.join(", ")
            )))
        }
    }
}
