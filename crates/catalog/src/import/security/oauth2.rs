//! OAuth Flows Objects as authorization servers.

use indexmap::IndexMap;
use serde_json::{Map, Value};
use url::Url;

use super::{PASTED, scheme, with_oauth2};
use crate::import::prose::plain;
use crate::import::servers::is_inside;
use crate::integration::{ClientAuthentication, CredentialKind, CredentialScheme, OAuth2, ScopeSeparator, TokenPlace};

/// The ways of one scheme, by what they may be called.
pub(super) fn flows(
    name: &str,
    written: &Value,
    base_url: &str,
    help: Option<String>,
    notes: &mut Vec<String>,
) -> Vec<(&'static str, CredentialScheme)> {
    let flows = written.get("flows").and_then(Value::as_object);
    let flow = |key: &str| flows.and_then(|flows| flows.get(key)).and_then(Value::as_object);
    let mut ways = Vec::new();
    if let Some(oauth2) = flow("authorizationCode").and_then(|flow| endpoints(flow, base_url, true)) {
        ways.push(("oauth2", with_oauth2(CredentialKind::OAuth2, help.clone(), oauth2)));
    }
    if let Some(oauth2) = flow("clientCredentials").and_then(|flow| endpoints(flow, base_url, false)) {
        ways.push(("client_credentials", with_oauth2(CredentialKind::OAuth2ClientCredentials, help.clone(), oauth2)));
    }
    if ways.is_empty() {
        let found: Vec<&str> = flows.into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let found = if found.is_empty() { "no flow".to_owned() } else { found.join(", ") };
        notes.push(format!("the security scheme `{name}` has {found}, by which accounts cannot be connected, so they have a bearer token"));
        ways.push((PASTED, CredentialScheme { help, ..scheme(CredentialKind::Bearer) }));
    }
    ways
}

/// Whether two descriptions are of one authorization server.
pub(super) fn is_same(one: &OAuth2, other: &OAuth2) -> bool {
    one.authorize_url == other.authorize_url && one.token_url == other.token_url
}

fn endpoints(flow: &Map<String, Value>, base_url: &str, asks_people: bool) -> Option<OAuth2> {
    let url = |key: &str| endpoint(flow.get(key)?.as_str()?, base_url);
    let token_url = url("tokenUrl")?;
    let authorize_url = match asks_people {
        true => Some(url("authorizationUrl")?),
        false => None,
    };
    let mut scopes = IndexMap::new();
    for (scope, description) in flow.get("scopes").and_then(Value::as_object).into_iter().flatten() {
        let is_scope = !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
        if is_scope {
            let said = plain(description.as_str().unwrap_or_default(), 200);
            scopes.insert(scope.clone(), if said.is_empty() { scope.clone() } else { said });
        }
    }
    Some(OAuth2 {
        authorize_url,
        extra_authorize_parameters: IndexMap::new(),
        token_url,
        token_endpoint_auth: ClientAuthentication::default(),
        grant_refused_errors: Vec::new(),
        revoke_url: None,
        revoke_endpoint_auth: None,
        revoke_token_in: TokenPlace::default(),
        scopes,
        scope_separator: ScopeSeparator::default(),
        pkce: true,
        issuer: None,
    })
}

/// A complete URL over https, without what follows `#`, that leads into no private network.
fn endpoint(written: &str, base_url: &str) -> Option<String> {
    let written = written.trim();
    if written.contains(['{', '}']) {
        return None;
    }
    let mut url = match Url::parse(written) {
        Ok(url) => url,
        Err(_) if !base_url.contains(['{', '}']) => Url::parse(&format!("{base_url}/")).ok()?.join(written).ok()?,
        Err(_) => return None,
    };
    if url.scheme() == "http" && url.port().is_none() && url.host_str() != Some("localhost") {
        url.set_scheme("https").ok()?;
    }
    url.set_fragment(None);
    let is_fit = url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none();
    let is_fit = is_fit && (!is_inside(url.as_str()) || is_inside(base_url));
    is_fit.then(|| url.to_string())
}
