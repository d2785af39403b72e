//! How an account of an integration can be connected on a page, and what may stand in the way.

use catalog::definition::Definition;
use catalog::integration::CredentialKind;
use http::StatusCode;
use store::OAuthApp;

use crate::api::ApiError;
use crate::app::App;

/// Where a credential comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The person pastes it.
    Form,
    /// The vendor gives tokens after the person has consented there.
    Consent,
}

/// Why an account cannot be connected in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The environment has no OAuth app for it.
    NoApp,
    /// The definition names no page for consent.
    NoConsentPage,
    UnknownMethod,
}

/// The way that one authentication method of an integration is, in an environment with these OAuth apps.
pub(crate) fn way(definition: &Definition, method: &str, apps: &[OAuthApp]) -> Result<Way, Obstacle> {
    let integration = &definition.integration;
    let scheme = integration.credentials.get(method).ok_or(Obstacle::UnknownMethod)?;
    if scheme.kind != CredentialKind::OAuth2 {
        return Ok(Way::Form);
    }
    if scheme.oauth2.as_ref().is_none_or(|oauth2| oauth2.authorize_url.is_none()) {
        return Err(Obstacle::NoConsentPage);
    }
    let has_app = apps.iter().any(|app| app.integration == integration.name && app.authentication_method == method);
    if has_app { Ok(Way::Consent) } else { Err(Obstacle::NoApp) }
}

/// What whoever asked for a link is told.
pub(crate) fn refused(app: &App, definition: &Definition, method: &str, obstacle: Obstacle) -> ApiError {
    let name = &definition.integration.name;
    match obstacle {
        Obstacle::NoApp => ApiError::new(
            StatusCode::CONFLICT,
            format!(
                "accounts of `{name}` are connected by `{method}` through an OAuth app, and this environment has none: register one at the \
                 vendor with the redirect URI {}, then give its client id and secret with PUT /integration/{name}/oauth-app",
                redirect_uri(app, name)
            ),
        ),
        Obstacle::NoConsentPage => ApiError::bad_request(format!(
            "the definition of `{name}` names no `authorize_url` for `{method}`, so nobody can be sent there; connect the account with its \
             tokens by POST /integrated-account"
        )),
        Obstacle::UnknownMethod => {
            ApiError::new(StatusCode::CONFLICT, format!("the integration `{name}` has no authentication method `{method}` any more"))
        }
    }
}

/// Where a vendor sends people back to; what is registered with each of its OAuth apps. Each vendor has its own, so that none can pass off
/// what comes from it as what comes from another (RFC 9700 section 4.4).
pub(crate) fn redirect_uri(app: &App, integration: &str) -> String {
    format!("{}/oauth/callback/{integration}", app.public_url)
}
