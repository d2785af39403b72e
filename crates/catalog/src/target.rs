//! Where an account's requests go: the vendor's base URL with the account's variables filled in.
//!
//! Decided by definition and account alone; nothing of a request can change it.

use indexmap::IndexMap;
use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};
use url::Url;

use crate::encode::{QUERY_NAME, UNRESERVED, check_header};
use crate::integration::{Integration, Variable};
use crate::variables::Pattern;

mod servers;

use servers::Server;

/// Where an account's requests start, and what every request carries.
#[derive(Debug, Clone)]
pub struct Target {
    base: Base,
    servers: Vec<Server>,
    headers: Vec<(String, String)>,
    /// Encoded `name=value` pairs joined by `&`; empty for none.
    query: String,
}

/// Why an account cannot say where its requests go. Shown to whoever connects it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error("context.{name} is missing: {description}")]
    MissingVariable { name: String, description: String },
    #[error("context.{name} must be a text that matches `{pattern}`: {description}")]
    BadVariable { name: String, pattern: String, description: String },
    #[error("the definition's pattern of `{name}` cannot be used: {reason}")]
    BadPattern { name: String, reason: String },
    #[error("`{url}` cannot be a base URL: {reason}")]
    BadBaseUrl { url: String, reason: String },
    #[error("`{url}` cannot be an OAuth endpoint: {reason}")]
    BadEndpoint { url: String, reason: String },
    #[error("header `{name}` cannot be sent with these variables: {reason}")]
    BadHeader { name: String, reason: String },
}

impl Target {
    /// `base_url` is the account's own base URL, which replaces the definition's; `context` holds its variables.
    ///
    /// Only variables that something uses are asked for: one that stands in the base URL is not needed by an
    /// account that brings its own.
    ///
    /// # Errors
    /// A variable is missing or ill-formed, or the URL is not a plain http or https one.
    pub fn new(integration: &Integration, base_url: Option<&str>, context: &Map<String, Value>) -> Result<Self, TargetError> {
        let variables = &integration.variables;
        let text = match base_url {
            Some(own) => own.to_owned(),
            None => filled(&integration.base_url, variables, context, Place::BaseUrl)?,
        };
        let base = Base::of(plain_url(&text)?);
        let servers = servers::servers(integration, base_url.map(|_| &base.url), context)?;

        let mut headers = Vec::with_capacity(integration.headers.len());
        for (name, value) in &integration.headers {
            let value = filled(value, variables, context, Place::Header)?;
            check_header(&value).map_err(|reason| TargetError::BadHeader { name: name.clone(), reason: reason.to_owned() })?;
            headers.push((name.clone(), value));
        }
        let mut query = Vec::with_capacity(integration.query.len());
        for (name, value) in &integration.query {
            let value = filled(value, variables, context, Place::Query)?;
            let name = utf8_percent_encode(name, QUERY_NAME);
            query.push(match value.as_str() {
                // As in the query of a method.
                "" => name.to_string(),
                value => format!("{name}={}", utf8_percent_encode(value, UNRESERVED)),
            });
        }
        Ok(Self { base, servers, headers, query: query.join("&") })
    }

    /// Where requests start whose method names no server.
    pub fn base_url(&self) -> &Url {
        &self.base.url
    }

    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    /// Where requests to the server of that name start.
    ///
    /// # Errors
    /// Why this account has no such server.
    pub(crate) fn server(&self, name: &str) -> Result<&Base, String> {
        let known = self.servers.iter().find(|server| server.name == name);
        known.map_or_else(|| Err(format!("the definition has no server `{name}`")), |server| server.base.as_ref().map_err(Clone::clone))
    }

    pub(crate) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    pub(crate) fn query(&self) -> &str {
        &self.query
    }
}

/// An origin and a path prefix that requests do not leave.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    url: Url,
    /// The URL without a slash at its end, to which request paths are appended.
    prefix: String,
}

impl Base {
    fn of(url: Url) -> Self {
        let prefix = url.as_str().trim_end_matches('/').to_owned();
        Self { url, prefix }
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether a URL has this origin and starts with this path.
    pub(crate) fn contains(&self, url: &Url) -> bool {
        let same_origin = url.scheme() == self.url.scheme()
            && url.host_str() == self.url.host_str()
            && url.port_or_known_default() == self.url.port_or_known_default()
            && url.username().is_empty()
            && url.password().is_none();
        let path = self.url.path().trim_end_matches('/');
        let below = url.path().strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        same_origin && below
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    BaseUrl,
    Header,
    Query,
}

/// `text` with the account's values in place of the names in braces.
pub(crate) fn filled(
    text: &str,
    variables: &IndexMap<String, Variable>,
    context: &Map<String, Value>,
    place: Place,
) -> Result<String, TargetError> {
    let mut result = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        result.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        result.push_str(&value_of(name, variables, context, place)?);
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}

fn value_of(name: &str, variables: &IndexMap<String, Variable>, context: &Map<String, Value>, place: Place) -> Result<String, TargetError> {
    let variable = variables.get(name);
    let description = || variable.map_or_else(String::new, |v| v.description.clone());
    let bad_pattern = |reason| TargetError::BadPattern { name: name.to_owned(), reason };
    let pattern = Pattern::of(variable).map_err(bad_pattern)?;
    let bad = || TargetError::BadVariable { name: name.to_owned(), pattern: pattern.as_str().to_owned(), description: description() };
    let value = match context.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Null) | None => variable
            .and_then(|v| v.default.clone())
            .ok_or_else(|| TargetError::MissingVariable { name: name.to_owned(), description: description() })?,
        Some(_) => return Err(bad()),
    };
    // Whatever a pattern lets through, a variable never moves the host or opens another part of the URL.
    let leaves_its_place =
        place == Place::BaseUrl && value.contains(|c: char| "/\\@?#%".contains(c) || c.is_whitespace() || c.is_control());
    if leaves_its_place || !pattern.admits(&value) {
        return Err(bad());
    }
    Ok(value)
}

/// Whether each of these values may stand for its variable, wherever that is used. What is missing is not missed, and names that the
/// definition does not know are not looked at.
///
/// # Errors
/// [`TargetError::BadVariable`] names the first that may not.
pub fn check_values(integration: &Integration, context: &Map<String, Value>) -> Result<(), TargetError> {
    let mut known = context.iter().filter(|(name, value)| !value.is_null() && integration.variables.contains_key(*name));
    known.try_for_each(|(name, _)| value_of(name, &integration.variables, context, Place::Header).map(drop))
}

pub(crate) fn plain_url(text: &str) -> Result<Url, TargetError> {
    let bad = |reason: &str| TargetError::BadBaseUrl { url: text.to_owned(), reason: reason.to_owned() };
    let url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("it must start with https:// (or http://)"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TargetError::BadBaseUrl {
            // The text holds a secret, so it is not repeated.
            url: url.host_str().unwrap_or_default().to_owned(),
            reason: "a user name or password belongs into the account's credentials".to_owned(),
        });
    }
    if url.query().is_some() {
        return Err(bad("it must not have a query"));
    }
    if url.fragment().is_some() {
        return Err(bad("it must not have a fragment"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;
    use serde_json::json;

    fn target(base: &str, own: Option<&str>, context: Value) -> String {
        let integration: Integration = serde_json::from_value(json!({
            "version": 1, "name": "acme", "label": "Acme", "description": "d", "base_url": base,
            "variables": {
                "subdomain": {"description": "the part before .acme.test"},
                "host": {"description": "the full host", "pattern": r"[a-z0-9.\-@/]+"},
                "region": {"description": "eu or us", "default": "eu"},
            },
            "resources": {},
        }))
        .unwrap();
        let context = context.as_object().unwrap().clone();
        match Target::new(&integration, own, &context) {
            Ok(target) => target.base().prefix().to_owned(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn case_l1_a_slash_at_the_end_of_a_base_url_and_its_path_are_kept_right() {
        assert_snapshot!(target("https://api.acme.test/v1/", None, json!({})), @"https://api.acme.test/v1");
        assert_snapshot!(target("https://api.acme.test", None, json!({})), @"https://api.acme.test");
        assert_snapshot!(target("https://x.test", Some("http://127.0.0.1:9/a/"), json!({})), @"http://127.0.0.1:9/a");
    }

    #[test]
    fn variables_complete_the_base_url() {
        let base = "https://{subdomain}.{region}.acme.test";
        assert_snapshot!(target(base, None, json!({"subdomain": "blue"})), @"https://blue.eu.acme.test");
        assert_snapshot!(target(base, None, json!({})), @"error: context.subdomain is missing: the part before .acme.test");
        assert_snapshot!(
            target(base, None, json!({"subdomain": "a.b"})),
            @"error: context.subdomain must be a text that matches `^[A-Za-z0-9-]{1,63}$`: the part before .acme.test"
        );
    }

    #[test]
    fn variables_complete_constant_headers_and_query_parameters() {
        let integration: Integration = serde_json::from_value(json!({
            "version": 1, "name": "acme", "label": "Acme", "description": "d", "base_url": "https://acme.test",
            "variables": {"shop": {"description": "number of the shop", "pattern": "[a-z0-9 &=]+"}},
            "headers": {"X-Shop": "shop {shop}"}, "query": {"shop": "{shop}", "v": "1"},
            "resources": {},
        }))
        .unwrap();
        let context = json!({"shop": "a b&c=d"}).as_object().unwrap().clone();
        let target = Target::new(&integration, None, &context).unwrap();
        assert_eq!(target.query(), "shop=a%20b%26c%3Dd&v=1");
        assert_eq!(target.headers(), [("X-Shop".to_owned(), "shop a b&c=d".to_owned())]);
        assert!(Target::new(&integration, None, &Map::new()).is_err());
    }

    #[test]
    fn values_are_checked_before_all_of_them_are_known() {
        let integration: Integration = serde_json::from_value(json!({
            "version": 1, "name": "acme", "label": "Acme", "description": "d", "base_url": "https://{shop}.{region}.acme.test",
            "variables": {"shop": {"description": "the shop"}, "region": {"description": "eu or us", "pattern": "eu|us"}},
            "resources": {},
        }))
        .unwrap();
        let checked = |context: Value| check_values(&integration, context.as_object().unwrap());
        assert_eq!(checked(json!({"region": "eu"})), Ok(()));
        assert_eq!(checked(json!({"region": null})), Ok(()));
        assert_snapshot!(checked(json!({"region": "cn"})).unwrap_err(), @"context.region must be a text that matches `eu|us`: eu or us");
        assert!(checked(json!({"shop": ["a"]})).is_err());
    }

    #[test]
    fn an_own_base_url_needs_no_variables() {
        assert_snapshot!(target("https://{subdomain}.test", Some("https://own.test"), json!({})), @"https://own.test");
    }

    #[test]
    fn a_variable_cannot_move_the_host_whatever_its_pattern() {
        for host in ["evil.test/", "user@evil.test", "a/../b"] {
            let answer = target("https://{host}.acme.test", None, json!({ "host": host }));
            assert!(answer.starts_with("error: context.host must be"), "{answer}");
        }
    }

    #[test]
    fn only_plain_http_urls_are_base_urls() {
        for own in ["ftp://a.test", "file:///etc/passwd", "https://a.test?x=1", "https://a.test#x", "a.test"] {
            let answer = target("https://x.test", Some(own), json!({}));
            assert!(answer.contains("cannot be a base URL"), "{own}: {answer}");
        }
        let secret = target("https://x.test", Some("https://u:hidden@a.test"), json!({}));
        assert!(secret.contains("credentials") && !secret.contains("hidden"));
    }
}
