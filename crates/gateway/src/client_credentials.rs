//! Accounts that bring an app of their own: client id and secret, exchanged for an access token (RFC 6749 section 4.4).

use catalog::authorization_server::AuthorizationServer;
use catalog::definition::Definition;
use catalog::filter::Filter;
use catalog::scopes::needed_scopes;
use jiff::Timestamp;
use serde_json::{Map, Value};
use store::SecretFields;
use upstream::Client;
use upstream::oauth::{App as OAuthClient, Grant, GrantState, OAuthError, OAuthProblem, Tokens};

use crate::accounts;
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
    let server = accounts::authorization_server(&app.upstream, definition, method, base_url, context).map_err(unasked)?;
    let client = OAuthClient::stored(credentials).ok_or_else(|| unasked("client id or client secret is missing"))?;
    let tokens = access_token(&app.upstream, definition, method, &server, &client, app.clock.now()).await?;
    Ok(tokens.stored_over(credentials))
}

/// An access token for `client`, with the scopes that the integration's tools need of such an account.
///
/// # Errors
/// As for [`Client::tokens`].
pub(crate) async fn access_token(
    upstream: &Client,
    definition: &Definition,
    method: &str,
    server: &AuthorizationServer,
    client: &OAuthClient,
    now: Timestamp,
) -> Result<Tokens, OAuthError> {
    let needed = needed_scopes(definition, method, &Filter::default()).unwrap_or_default();
    let scopes: Vec<&str> = needed.iter().map(|scope| scope.name).collect();
    upstream.tokens(server, client, Grant::ClientCredentials { scopes: &scopes }, now).await
}

/// Nothing was sent: what is known leads to no request.
pub(crate) fn unasked(reason: impl ToString) -> OAuthError {
    OAuthError { problem: OAuthProblem::NotAllowed, grant: GrantState::Unused, message: reason.to_string() }
}
