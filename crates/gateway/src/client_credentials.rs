//! Accounts that bring an app of their own: client id and secret, exchanged for an access token (RFC 6749 section 4.4).

use catalog::authorization_server::AuthorizationServer;
use catalog::definition::Definition;
use catalog::filter::Filter;
use catalog::scopes::needed_scopes;
use catalog::target::Target;
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::SecretFields;
use upstream::Client;
use upstream::oauth::{App as OAuthClient, Grant, GrantState, OAuthError, OAuthProblem, Tokens};

use crate::app::App;

/// A credential of the kind `oauth2_client_credentials`, completed by a fresh access token. Nothing is stored.
///
/// # Errors
/// The vendor refuses the client or cannot answer; or the definition and what was given lead nowhere, and nothing was sent.
pub(crate) async fn with_access_token(
    app: &App,
    definition: &Definition,
    method: &str,
    base_url: Option<&str>,
    context: &Map<String, Value>,
    credentials: &Map<String, Value>,
) -> Result<SecretFields, OAuthError> {
    let integration = &definition.integration;
    let target = Target::new(integration, base_url, context).map_err(|error| unsendable(error.to_string()))?;
    app.upstream.check_base_url(integration, base_url, &target).map_err(|error| unsendable(error.to_string()))?;
    let oauth2 = integration.credentials.get(method).and_then(|scheme| scheme.oauth2.as_ref());
    let oauth2 = oauth2.ok_or_else(|| unsendable(format!("the integration does not say where tokens of `{method}` come from")))?;
    let server = AuthorizationServer::new(integration, oauth2, base_url, context).map_err(|error| unsendable(error.to_string()))?;
    let tokens = access_token(&app.upstream, definition, method, &server, credentials, app.clock.now()).await?;
    Ok(tokens.stored_over(credentials).into())
}

/// An access token for the app in `credentials`, with the scopes that the integration's tools need of such an account.
///
/// # Errors
/// As for [`Client::tokens`], and where `credentials` hold no app.
pub(crate) async fn access_token(
    upstream: &Client,
    definition: &Definition,
    method: &str,
    server: &AuthorizationServer,
    credentials: &Map<String, Value>,
    now: Timestamp,
) -> Result<Tokens, OAuthError> {
    let Some(client) = OAuthClient::stored(credentials) else {
        let message = "the account holds no client id and secret; connect it again".to_owned();
        return Err(OAuthError { problem: OAuthProblem::AppRefused, grant: GrantState::Unused, message, vendor_error: None });
    };
    let needed = needed_scopes(definition, method, &Filter::default()).unwrap_or_default();
    let scopes: Vec<&str> = needed.scopes.iter().map(|scope| scope.name).collect();
    upstream.tokens(server, &client, Grant::ClientCredentials { scopes: &scopes }, now).await
}

fn unsendable(message: String) -> OAuthError {
    OAuthError { problem: OAuthProblem::NotAllowed, grant: GrantState::Unused, message, vendor_error: None }
}
