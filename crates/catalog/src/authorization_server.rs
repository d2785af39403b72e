//! Where an account's tokens come from: the OAuth endpoints of a definition with the account's variables filled in.
//!
//! Like a target, decided by definition and account alone. The secrets that go there are no business of this crate.

use indexmap::IndexMap;
use serde_json::{Map, Value};
use url::Url;

use crate::integration::{ClientAuthentication, Integration, OAuth2, ScopeSeparator, TokenPlace};
use crate::own_base_url::{Moved, moved};
use crate::target::{Place, TargetError, filled, plain_url};
use crate::variables::names_in_braces;

/// The authorization server of one account.
#[derive(Debug, Clone)]
pub struct AuthorizationServer {
    /// `None` where nobody consents: client credentials.
    pub authorize_url: Option<Url>,
    pub extra_authorize_parameters: IndexMap<String, String>,
    pub token_url: Url,
    pub token_endpoint_auth: ClientAuthentication,
    /// Values of `error` that mean what `invalid_grant` means.
    pub grant_refused_errors: Vec<String>,
    /// `None` where the vendor cannot revoke.
    pub revoke_url: Option<Url>,
    pub revoke_endpoint_auth: ClientAuthentication,
    pub revoke_token_in: TokenPlace,
    pub scope_separator: ScopeSeparator,
    /// Whether authorization requests carry a code challenge (RFC 7636, S256).
    pub pkce: bool,
    /// What stands as `iss` in every answer of the authorization endpoint (RFC 9207), character for character. `None` = the vendor sends none.
    pub issuer: Option<String>,
}

impl AuthorizationServer {
    /// `oauth2` is that of one of the integration's ways to authenticate; `base_url` and `context` are the account's, as for
    /// [`Target::new`](crate::target::Target::new).
    ///
    /// An account with a base URL of its own (a vendor's staging system, a sandbox) takes those endpoints along that the
    /// definition has on the host of its base URL: what lies below the definition's base URL then lies below the account's,
    /// and the rest of that host beside it. Endpoints on other hosts stay where they are.
    ///
    /// # Errors
    /// A variable is missing or ill-formed, a URL is not a plain http or https one, or the account's base URL does not say where an endpoint is.
    pub fn new(
        integration: &Integration,
        oauth2: &OAuth2,
        base_url: Option<&str>,
        context: &Map<String, Value>,
    ) -> Result<Self, TargetError> {
        let own = base_url.map(plain_url).transpose()?;
        let at = |url: &str| endpoint(integration, url, own.as_ref(), context);
        Ok(Self {
            authorize_url: oauth2.authorize_url.as_deref().map(at).transpose()?,
            extra_authorize_parameters: oauth2.extra_authorize_parameters.clone(),
            token_url: at(&oauth2.token_url)?,
            token_endpoint_auth: oauth2.token_endpoint_auth,
            grant_refused_errors: oauth2.grant_refused_errors.clone(),
            revoke_url: oauth2.revoke_url.as_deref().map(at).transpose()?,
            revoke_endpoint_auth: oauth2.revoke_endpoint_auth.unwrap_or(oauth2.token_endpoint_auth),
            revoke_token_in: oauth2.revoke_token_in,
            scope_separator: oauth2.scope_separator,
            pkce: oauth2.pkce,
            issuer: oauth2.issuer.as_deref().map(|issuer| of_account(integration, issuer, own.as_ref(), context)).transpose()?,
        })
    }
}

/// The variables that [`AuthorizationServer::new`] asks for, some of them perhaps twice.
pub(crate) fn named_variables<'o>(integration: &Integration, oauth2: &'o OAuth2, base_url: Option<&str>) -> Vec<&'o str> {
    let base = base_url.and_then(|_| Split::of(&integration.base_url));
    let urls = [oauth2.authorize_url.as_ref(), Some(&oauth2.token_url), oauth2.revoke_url.as_ref(), oauth2.issuer.as_ref()];
    let texts = urls.into_iter().flatten().map(|url| match (&base, Split::of(url)) {
        (Some(base), Some(endpoint)) if endpoint.origin.eq_ignore_ascii_case(base.origin) => endpoint.below(base).unwrap_or(endpoint.rest),
        _ => url.as_str(),
    });
    texts.flat_map(|text| names_in_braces(text).unwrap_or_default()).collect()
}

/// A URL of the definition as the account has it.
fn of_account(integration: &Integration, url: &str, own: Option<&Url>, context: &Map<String, Value>) -> Result<String, TargetError> {
    let there = own.map(|own| moved(integration, url, own, context)).transpose()?;
    match (own, there) {
        (_, Some(Moved::Along(url))) => Ok(url),
        (Some(own), Some(Moved::Unknown)) => Err(TargetError::BadEndpoint {
            url: url.to_owned(),
            reason: format!(
                "the account's base URL {own} does not say where this is; let it end with the path of the definition's base URL"
            ),
        }),
        _ => filled(url, &integration.variables, context, Place::BaseUrl),
    }
}

fn endpoint(integration: &Integration, url: &str, own: Option<&Url>, context: &Map<String, Value>) -> Result<Url, TargetError> {
    let text = of_account(integration, url, own, context)?;
    let bad = |reason: &str| TargetError::BadEndpoint { url: text.clone(), reason: reason.to_owned() };
    let url = Url::parse(&text).map_err(|error| bad(&error.to_string()))?;
    match url.scheme() {
        "http" | "https" if url.username().is_empty() && url.password().is_none() && url.fragment().is_none() => Ok(url),
        _ => Err(bad("it must be an https:// URL without user name and fragment")),
    }
}

/// A URL as a definition writes it, names in braces and all.
pub(crate) struct Split<'u> {
    /// Scheme and authority, e.g. `https://{subdomain}.acme.example`.
    pub(crate) origin: &'u str,
    /// Path and query; empty or with a slash or question mark in front.
    pub(crate) rest: &'u str,
}

impl<'u> Split<'u> {
    pub(crate) fn of(url: &'u str) -> Option<Self> {
        let authority = url.find("://")? + 3;
        let end = url[authority..].find(['/', '?', '#']).map_or(url.len(), |length| authority + length);
        Some(Self { origin: &url[..end], rest: &url[end..] })
    }

    /// What follows the path of `base`, if this lies below it.
    pub(crate) fn below(&self, base: &Split<'_>) -> Option<&'u str> {
        self.rest.strip_prefix(base.rest.trim_end_matches('/')).filter(|rest| rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use serde_json::json;

    fn token_url(base: &str, token: &str, own: Option<&str>, context: Value) -> String {
        let integration: Integration = serde_json::from_value(json!({
            "version": 1, "name": "acme", "label": "Acme", "description": "d", "base_url": base,
            "variables": {"shop": {"description": "the part before .acme.test"}},
            "resources": {},
        }))
        .unwrap();
        let oauth2: OAuth2 = serde_json::from_value(json!({ "token_url": token })).unwrap();
        match AuthorizationServer::new(&integration, &oauth2, own, context.as_object().unwrap()) {
            Ok(server) => server.token_url.to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn variables_complete_an_endpoint_and_cannot_move_it() {
        let token = "https://{shop}.acme.test/oauth/token";
        assert_snapshot!(token_url("https://x.test", token, None, json!({"shop": "blue"})), @"https://blue.acme.test/oauth/token");
        assert_snapshot!(token_url("https://x.test", token, None, json!({})), @"error: context.shop is missing: the part before .acme.test");
        let moved = token_url("https://x.test", token, None, json!({"shop": "evil.test/"}));
        assert!(moved.starts_with("error: context.shop must be"), "{moved}");
    }

    #[test]
    fn endpoints_on_the_host_of_the_base_url_follow_an_account_to_its_own() {
        let moved = |base: &str, token: &str, own: &str| token_url(base, token, Some(own), json!({}));
        let own = "http://127.0.0.1:9/";
        assert_snapshot!(moved("https://acme.test", "https://acme.test/oauth/token", own), @"http://127.0.0.1:9/oauth/token");
        assert_snapshot!(moved("https://acme.test/", "https://ACME.test/oauth/token?v=2", "http://h.test/acme"), @"http://h.test/acme/oauth/token?v=2");
        assert_snapshot!(moved("https://acme.test/v1", "https://acme.test/v1/token", "http://h.test/api"), @"http://h.test/api/token");
        assert_snapshot!(moved("https://acme.test/v1", "https://acme.test/v10/token", "http://h.test/"), @"http://h.test/v10/token");
        assert_snapshot!(moved("https://acme.test/v1", "https://acme.test/v10/token", "http://h.test/acme/v1/"), @"http://h.test/acme/v10/token");
        assert_snapshot!(moved("https://acme.test/v1", "https://acme.test/token", "https://acme.test/v2"), @"https://acme.test/token");
        // The account has no value for the variable, and none is asked for.
        assert_snapshot!(moved("https://{shop}.acme.test", "https://{shop}.acme.test/token", own), @"http://127.0.0.1:9/token");
    }

    #[test]
    fn an_endpoint_beside_the_base_url_is_not_looked_for_elsewhere_on_a_host_that_others_may_have_a_part_of() {
        let answer = token_url("https://acme.test/v1", "https://acme.test/oauth/token", Some("http://proxy.test/acme"), json!({}));
        assert!(
            answer.starts_with("error: `https://acme.test/oauth/token` cannot be an OAuth endpoint: the account's base URL"),
            "{answer}"
        );
    }

    #[test]
    fn endpoints_on_other_hosts_stay_where_they_are() {
        let stays = |base: &str, token: &str| token_url(base, token, Some("http://127.0.0.1:9"), json!({"shop": "blue"}));
        assert_snapshot!(stays("https://api.acme.test", "https://login.acme.test/token"), @"https://login.acme.test/token");
        assert_snapshot!(stays("https://api.acme.test", "https://{shop}.acme.test/token"), @"https://blue.acme.test/token");
        assert_snapshot!(stays("https://acme.test", "https://acme.test:8443/token"), @"https://acme.test:8443/token");
        assert_snapshot!(stays("https://acme.test", "https://acme.test.evil/token"), @"https://acme.test.evil/token");
    }

    #[test]
    fn an_account_without_a_usable_base_url_has_no_endpoints_either() {
        let answer = token_url("https://acme.test", "https://acme.test/t", Some("ftp://acme.test"), json!({}));
        assert!(answer.contains("cannot be a base URL"), "{answer}");
        let answer = token_url("https://acme.test", "https://u:p@acme.test/t", None, json!({}));
        assert!(answer.contains("cannot be an OAuth endpoint"), "{answer}");
    }
}
