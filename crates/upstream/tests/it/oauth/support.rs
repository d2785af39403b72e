//! An account's authorization server, an app, and requests in a line.

use std::time::Duration;

use catalog::authorization_server::AuthorizationServer;
use catalog::integration::Integration;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use upstream::oauth::{App, CodeVerifier, Grant, OAuthError, OAuthProblem, Tokens};
use upstream::{Client, PrivateAddresses, UpstreamSettings};

use crate::acme::now;
use crate::vendor::{Then, Vendor, response};

/// What the app and its grants are in tests of answers; none of it may stand in an error.
pub(crate) const SECRETS: [&str; 4] = ["app/s3cret of acme", "c0de-of-acme", "refresh-t0ken-of-acme", "verif1er-of-acme"];

pub(crate) fn settings() -> UpstreamSettings {
    UpstreamSettings { private_addresses: PrivateAddresses::Allow, ..UpstreamSettings::default() }
}

/// The endpoints of a vendor at `url`, with habits of its own.
pub(crate) fn server(url: &str, habits: Value) -> AuthorizationServer {
    let integration: Integration = serde_json::from_value(json!({
        "version": 1, "name": "acme", "label": "Acme", "description": "d", "base_url": "https://acme.test", "resources": {},
    }))
    .unwrap();
    let mut oauth2 = json!({
        "authorize_url": "https://acme.test/oauth/authorize",
        "token_url": "https://acme.test/oauth/token",
        "revoke_url": "https://acme.test/oauth/revoke",
    });
    oauth2.as_object_mut().unwrap().extend(habits.as_object().unwrap().clone());
    AuthorizationServer::new(&integration, &serde_json::from_value(oauth2).unwrap(), Some(url), &Map::new()).unwrap()
}

pub(crate) fn app() -> App {
    App { client_id: "app 1".to_owned(), client_secret: SecretString::from(SECRETS[0]) }
}

/// The kinds of grant, by name.
pub(crate) async fn ask(client: &Client, server: &AuthorizationServer, grant: &str) -> Result<Tokens, OAuthError> {
    let (code, refresh) = (SecretString::from(SECRETS[1]), SecretString::from(SECRETS[2]));
    let verifier = CodeVerifier::stored(SecretString::from(SECRETS[3]));
    let grant = match grant {
        "code" => Grant::Code { code: &code, redirect_uri: "https://gate.test/cb?a=b", verifier: &verifier },
        "refresh" => Grant::Refresh(&refresh),
        _ => Grant::ClientCredentials { scopes: &["read", "write"] },
    };
    client.tokens(server, &app(), grant, now()).await
}

/// What a refresh brings when the vendor answers with these bytes.
pub(crate) async fn refreshed(answer: Vec<u8>, then: Then) -> Result<Tokens, OAuthError> {
    refreshed_with(json!({}), answer, then).await
}

/// The same at a vendor with habits of its own.
pub(crate) async fn refreshed_with(habits: Value, answer: Vec<u8>, then: Then) -> Result<Tokens, OAuthError> {
    let vendor = Vendor::writing(answer, then).await;
    let settings = UpstreamSettings { timeout: Duration::from_secs(1), ..settings() };
    let result = ask(&Client::new(&settings).unwrap(), &server(&vendor.url, habits), "refresh").await;
    assert_eq!(vendor.requests().len(), 1, "asked once");
    if let Err(error) = &result {
        // The error must not show it in any form, nor in half.
        let shown = format!("{error} {error:?}");
        for secret in SECRETS {
            assert!(!shown.contains(&secret[..10]), "{secret} shows in {shown}");
        }
    }
    result
}

/// The same for an answer of the usual kind.
pub(crate) async fn answered(status: &str, content_type: &str, body: &str) -> Result<Tokens, OAuthError> {
    refreshed(response(status, &[&format!("content-type: {content_type}")], body), Then::StayOpen).await
}

/// An error in one line: what kind, what is known of the grant, and the words.
pub(crate) fn line(result: Result<Tokens, OAuthError>) -> String {
    let error = result.err().unwrap();
    let problem = match error.problem {
        OAuthProblem::Temporary { retry_after: Some(wait) } => format!("Temporary({}s)", wait.as_secs()),
        OAuthProblem::Temporary { retry_after: None } => "Temporary".to_owned(),
        problem => format!("{problem:?}"),
    };
    format!("{problem}, {:?}: {}", error.grant, error.message)
}
