//! Ways to authenticate, and the OAuth scopes that methods ask for.

use super::{is_snake_case, methods};
use crate::headers::{check_credential, is_token};
use crate::integration::{Attach, CredentialKind, CredentialScheme, Integration, OAuth2, TokenPlace};
use crate::problem::Problem;
use crate::wording::did_you_mean;

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    if integration.credentials.is_empty() {
        problems.push(Problem::warning(
            "credentials",
            "no way to authenticate is described, so calls carry no credential; add one unless the API is public",
        ));
    }
    for (name, scheme) in &integration.credentials {
        let path = format!("credentials.{name}");
        if !is_snake_case(name) {
            problems.push(Problem::error(&path, "an authentication method's name is snake_case, e.g. `api_key`"));
        }
        if scheme.check.is_none() {
            let message = "nothing tells whether such a credential works, so whatever people paste is stored; add a `check` that every such account may read";
            problems.push(Problem::warning(&path, message));
        }
        check_oauth2(&path, scheme, problems);
        if let Some(oauth2) = &scheme.oauth2 {
            check_requests(&format!("{path}.oauth2"), oauth2, problems);
        }
        if let Some(attach) = &scheme.attach {
            check_attach(&format!("{path}.attach"), attach, problems);
        }
    }
    check_scopes(integration, problems);
}

fn check_oauth2(path: &str, scheme: &CredentialScheme, problems: &mut Vec<Problem>) {
    let is_oauth2 = matches!(scheme.kind, CredentialKind::OAuth2 | CredentialKind::OAuth2ClientCredentials);
    match &scheme.oauth2 {
        None if is_oauth2 => problems.push(Problem::error(path, "this kind needs its endpoints; add `oauth2` with `token_url`")),
        Some(_) if !is_oauth2 => problems
            .push(Problem::error(format!("{path}.oauth2"), "only the oauth2 kinds have endpoints; remove `oauth2` or change `kind`")),
        Some(oauth2) if scheme.kind == CredentialKind::OAuth2 && oauth2.authorize_url.is_none() => {
            problems.push(Problem::error(
                format!("{path}.oauth2"),
                "people have to be sent somewhere to consent; add `authorize_url` or use `oauth2_client_credentials`",
            ));
        }
        _ => {}
    }
}

/// What requests to the authorization server are made of.
fn check_requests(path: &str, oauth2: &OAuth2, problems: &mut Vec<Problem>) {
    for name in oauth2.extra_authorize_parameters.keys().filter(|name| OF_THE_STANDARD.contains(&name.as_str())) {
        let message = "every authorization request has this parameter with a value of its own; remove it here";
        problems.push(Problem::error(format!("{path}.extra_authorize_parameters.{name}"), message));
    }
    if oauth2.authorize_url.is_none() && (!oauth2.extra_authorize_parameters.is_empty() || !oauth2.pkce || oauth2.issuer.is_some()) {
        let message =
            "nobody is sent anywhere to consent; add `authorize_url`, or remove `pkce`, `issuer` and `extra_authorize_parameters`";
        problems.push(Problem::error(path, message));
    }
    if oauth2.revoke_url.is_none() && (oauth2.revoke_endpoint_auth.is_some() || oauth2.revoke_token_in != TokenPlace::Body) {
        problems.push(Problem::error(path, "nothing says where tokens are revoked; add `revoke_url`, or remove the other `revoke_` keys"));
    }
    for (index, code) in oauth2.grant_refused_errors.iter().enumerate() {
        if let Some(message) = unfit_refusal(code) {
            problems.push(Problem::error(format!("{path}.grant_refused_errors.{index}"), message));
        }
    }
    for scope in oauth2.scopes.keys().filter(|scope| !is_scope(scope, oauth2)) {
        problems.push(Problem::error(
            format!("{path}.scopes.{scope}"),
            "a scope is printable ASCII without quotes, backslashes and what separates scopes; write the vendor's name of it",
        ));
    }
}

/// Why a value of `error` cannot say that a grant is worth nothing.
fn unfit_refusal(code: &str) -> Option<&'static str> {
    match code {
        "" => Some("a value of `error` is empty; write the vendor's word"),
        "invalid_grant" => Some("`invalid_grant` always means this; remove it here"),
        "temporarily_unavailable" | "server_error" | "slow_down" => {
            Some("this says that the vendor cannot answer now, and no account should have to be connected again for it; remove it")
        }
        "invalid_client" | "unauthorized_client" => {
            Some("this is said of the app, and connecting an account again does not mend an app; remove it")
        }
        _ => None,
    }
}

/// Parameters of an authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
const OF_THE_STANDARD: &[&str] =
    &["response_type", "client_id", "client_secret", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"];

/// RFC 6749 section 3.3.
fn is_scope(scope: &str, oauth2: &OAuth2) -> bool {
    !scope.is_empty()
        && !scope.contains(oauth2.scope_separator.as_str())
        && scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
}

fn check_attach(path: &str, attach: &Attach, problems: &mut Vec<Problem>) {
    match (&attach.header, &attach.query, &attach.cookie) {
        (None, None, None) => problems.push(Problem::error(path, "nothing says where the credential goes; add `header`")),
        (Some(header), None, None) => {
            if let Err(reason) = check_credential(header) {
                problems.push(Problem::error(format!("{path}.header"), reason));
            }
        }
        (None, None, Some(cookie)) if !is_token(cookie) => {
            problems.push(Problem::error(format!("{path}.cookie"), "this is no cookie name; use letters, digits and hyphens"));
        }
        (None, Some(query), None) if query.is_empty() => {
            problems.push(Problem::error(format!("{path}.query"), "the query parameter's name is empty; write it"));
        }
        (None, Some(_), None) | (None, None, Some(_)) => {}
        _ => problems.push(Problem::error(path, "a credential goes to one place; keep `header`, `query` or `cookie`")),
    }
    if attach.prefix.chars().any(char::is_control) || !attach.prefix.is_ascii() {
        problems.push(Problem::error(format!("{path}.prefix"), "a prefix is ASCII text on one line, e.g. `Token `"));
    }
}

fn check_scopes(integration: &Integration, problems: &mut Vec<Problem>) {
    let known: Vec<&str> = integration
        .credentials
        .values()
        .filter_map(|scheme| scheme.oauth2.as_ref())
        .flat_map(|oauth2| oauth2.scopes.keys().map(String::as_str))
        .collect();
    let of_resources = integration.resources.iter().map(|(key, resource)| (format!("resources.{key}.scopes"), &resource.scopes));
    let of_methods = methods(integration).map(|at| (format!("{}.scopes", at.path), &at.method.scopes));
    for (path, scopes) in of_resources.chain(of_methods) {
        for (index, scope) in scopes.iter().enumerate() {
            if !known.contains(&scope.as_str()) {
                problems.push(Problem::error(
                    format!("{path}.{index}"),
                    format!("the scope `{}` is not among `oauth2.scopes`; {}", scope.escape_debug(), did_you_mean(scope, &known)),
                ));
            }
        }
    }
}
