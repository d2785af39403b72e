//! Asks a vendor whether a credential works, by the `check` that the definition names. Stores nothing.

use std::sync::Arc;

use catalog::check::Check;
use catalog::definition::Definition;
use catalog::integration::CredentialKind;
use catalog::target::Target;
use serde_json::{Map, Value};
use store::SecretFields;
use upstream::oauth::{OAuthError, OAuthProblem};
use upstream::{Answer, Code, Credential, Failure, Outcome, Source};

use crate::app::App;
use crate::client_credentials::with_access_token;

/// What the vendor says of a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It works.
    Accepted {
        /// Who the vendor says the account belongs to.
        identity: Option<String>,
    },
    /// The vendor does not accept it, in the vendor's words.
    Refused { message: String },
    /// Nobody knows: the vendor could not be asked, or answered something else.
    Unclear { message: String, cause: Cause },
    /// The definition names no check for this way to authenticate.
    NotOffered,
}

/// Why nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// There is no connection to the vendor's host.
    Unreachable,
    /// The vendor said something else; the message has its words.
    Vendor,
    /// Anything else. The message is for whoever runs this server or made the link.
    Here,
}

impl Cause {
    pub(crate) fn of(failure: &Failure) -> Self {
        match failure {
            Failure { source: Source::Vendor, .. } => Self::Vendor,
            Failure { code: Code::Unreachable, .. } => Self::Unreachable,
            _ => Self::Here,
        }
    }
}

/// Asks whether a credential that is not stored yet works for an account with this base URL and context, and gives it back to be
/// stored: completed by the access token that it was checked with, where one had to be fetched.
pub(crate) async fn validate(
    app: &App,
    definition: &Arc<Definition>,
    method: &str,
    base_url: Option<&str>,
    context: &Map<String, Value>,
    credentials: SecretFields,
) -> (Verdict, SecretFields) {
    let is_client =
        definition.integration.credentials.get(method).is_some_and(|scheme| scheme.kind == CredentialKind::OAuth2ClientCredentials);
    let mut credentials = credentials;
    if is_client && definition.check(method).is_some() && !credentials.contains_key("access_token") {
        credentials = match with_access_token(app, definition, method, base_url, context, &credentials).await {
            Ok(completed) => completed,
            Err(error) => return (no_token(error), credentials),
        };
    }
    (check(app, definition, method, base_url, context, &credentials).await, credentials)
}

async fn check(
    app: &App,
    definition: &Definition,
    method: &str,
    base_url: Option<&str>,
    context: &Map<String, Value>,
    credentials: &Map<String, Value>,
) -> Verdict {
    let scheme = definition.integration.credentials.get(method);
    let Some((scheme, check)) = scheme.zip(definition.check(method)) else { return Verdict::NotOffered };
    let target = match Target::new(&definition.integration, base_url, context) {
        Ok(target) => target,
        Err(error) => return unclear_here(error.to_string()),
    };
    if let Err(error) = app.upstream.check_base_url(&definition.integration, base_url, &target) {
        return unclear_here(error.to_string());
    }
    match Credential::from_stored(scheme, credentials) {
        Ok(credential) => ask(app, check, &target, &credential).await,
        Err(error) => Verdict::Refused { message: error.to_string() },
    }
}

/// Sends the check once, with this credential and no other.
pub(crate) async fn ask(app: &App, check: &Check, target: &Target, credential: &Credential) -> Verdict {
    let plan = match check.tool.plan(target, check.arguments.clone()) {
        Ok(plan) => plan,
        Err(error) => return unclear_here(Failure::from(error).message),
    };
    verdict(check, app.upstream.call(&check.tool, &plan, credential, app.clock.now()).await)
}

/// What the outcome of a check means.
pub(crate) fn verdict(check: &Check, outcome: Outcome) -> Verdict {
    match outcome.result {
        Ok(answer) => {
            let text = match answer {
                Answer::Text(text) | Answer::WithFiles { text, .. } => text,
                Answer::File(_) => String::new(),
            };
            let answer = serde_json::from_str(&text).unwrap_or(Value::Null);
            Verdict::Accepted { identity: check.identity(&answer) }
        }
        Err(failure) if refuses_credential(&failure) => Verdict::Refused { message: failure.message },
        Err(failure) => Verdict::Unclear { cause: Cause::of(&failure), message: failure.message },
    }
}

/// Whether the vendor does not accept the credential, as opposed to anything else that may be wrong. A check is something that every
/// account may do, so a credential that may not is the wrong one, too.
fn refuses_credential(failure: &Failure) -> bool {
    let is_vendors = failure.source == Source::Vendor;
    failure.code == Code::NeedsReauth || (is_vendors && (failure.status == Some(401) || failure.code == Code::Forbidden))
}

/// What it means that client id and secret were exchanged for nothing.
fn no_token(error: OAuthError) -> Verdict {
    let OAuthError { problem, message, .. } = error;
    match problem {
        OAuthProblem::GrantRefused | OAuthProblem::AppRefused => Verdict::Refused { message },
        _ => unclear_here(message),
    }
}

fn unclear_here(message: String) -> Verdict {
    Verdict::Unclear { message, cause: Cause::Here }
}
