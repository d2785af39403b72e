//! The other servers of a definition, as one account has them.

use std::collections::HashMap;

use serde_json::{Map, Value};
use url::Url;

use super::{Base, Place, TargetError, filled, plain_url};
use crate::hosts::base_values;
use crate::integration::Integration;
use crate::own_base_url::{Moved, moved};
use crate::variables::names_in_braces;

/// One of a definition's servers.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) name: String,
    /// Or why this account has none.
    pub(super) base: Result<Base, String>,
}

/// Each server. `own` is the account's own base URL, if it has one.
///
/// Servers that the definition has on the host of its base URL move along with the account. Others stay where they are if the
/// account's own base URL is one that the definition's could be, for the same values of the variables; else they are not called at all: the credential of
/// an account of the vendor's staging system, or of a sandbox, must not go to production, nor that of one region to another.
///
/// Why: docs/decisions/0022-other-servers-of-a-vendor.md.
///
/// # Errors
/// A variable is missing or ill-formed, of an account without a base URL of its own.
pub(super) fn servers(integration: &Integration, own: Option<&Url>, context: &Map<String, Value>) -> Result<Vec<Server>, TargetError> {
    let own = own.filter(|_| !integration.servers.is_empty()).map(|own| Own { url: own, told: base_values(integration, own) });
    let named = integration.servers.iter().map(|(name, url)| {
        let base = match &own {
            None => Ok(complete(integration, url, context)?),
            Some(own) => own.server(integration, name, url, context),
        };
        Ok(Server { name: name.clone(), base })
    });
    named.collect()
}

fn complete(integration: &Integration, url: &str, context: &Map<String, Value>) -> Result<Base, TargetError> {
    plain_url(&filled(url, &integration.variables, context, Place::BaseUrl)?).map(Base::of)
}

/// An account's own base URL.
struct Own<'i> {
    url: &'i Url,
    /// What it tells of the variables in the host of the definition's base URL, if it is on such a host.
    told: Option<HashMap<&'i str, Option<String>>>,
}

impl Own<'_> {
    fn server(&self, integration: &Integration, name: &str, url: &str, context: &Map<String, Value>) -> Result<Base, String> {
        let none = |why: &str| {
            format!(
                "this tool calls the vendor's server `{name}`, and the account has a base URL of its own, {}, {why}; nothing was sent",
                self.url
            )
        };
        // With a slash at its end, so that the base URL lies below itself.
        let closed = format!("{}/", url.trim_end_matches('/'));
        let base = match (moved(integration, &closed, self.url, context), &self.told) {
            (Ok(Moved::Along(url)), _) => plain_url(&url).map(Base::of),
            (Ok(Moved::Stays), Some(told)) => {
                let context = agreed(url, told, context).map_err(|variable| {
                    none(&format!("which does not say the same `{variable}` as the account's context, or none for sure"))
                })?;
                complete(integration, url, &context)
            }
            (Ok(Moved::Unknown | Moved::Stays), _) => return Err(none("which has no such part")),
            (Err(error), _) => Err(error),
        };
        base.map_err(|error| none(&format!("for which it cannot be told ({error})")))
    }
}

/// The account's values for `url`, with those that its own base URL has told.
///
/// # Errors
/// The first variable of which the base URL tells nothing for sure, or something else than the context.
fn agreed<'u>(url: &'u str, told: &HashMap<&str, Option<String>>, context: &Map<String, Value>) -> Result<Map<String, Value>, &'u str> {
    let mut agreed = context.clone();
    for name in names_in_braces(url).unwrap_or_default() {
        // A variable that is not in the host of the base URL is as the account says.
        let Some(told) = told.get(name) else { continue };
        let told = told.as_ref().ok_or(name)?;
        match context.get(name) {
            None | Some(Value::Null) => {
                agreed.insert(name.to_owned(), Value::String(told.clone()));
            }
            Some(Value::String(given)) if given.eq_ignore_ascii_case(told) => {}
            Some(Value::Number(given)) if given.to_string() == *told => {}
            Some(_) => return Err(name),
        }
    }
    Ok(agreed)
}

#[cfg(test)]
mod tests {
    use super::super::Target;
    use super::*;
    use insta::assert_snapshot;
    use serde_json::json;

    fn server(base: &str, server: &str, own: Option<&str>, context: Value) -> String {
        let integration: Integration = serde_json::from_value(json!({
            "version": 1, "name": "acme", "label": "Acme", "description": "d", "base_url": base, "servers": {"other": server},
            "variables": {"shop": {"description": "the shop"}, "region": {"description": "the region", "default": "us"}}, "resources": {},
        }))
        .unwrap();
        match Target::new(&integration, own, context.as_object().unwrap()) {
            Ok(target) => target.server("other").map_or_else(|reason| format!("none: {reason}"), |base| base.prefix().to_owned()),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn a_server_is_completed_like_the_base_url() {
        let blue = json!({"shop": "blue"});
        assert_snapshot!(server("https://a.test", "https://{shop}.up.test/2.0/", None, blue), @"https://blue.up.test/2.0");
        assert_snapshot!(server("https://a.test", "https://{shop}.up.test", None, json!({})), @"error: context.shop is missing: the shop");
        let moved = server("https://a.test", "https://{shop}.up.test", None, json!({"shop": "evil.test/"}));
        assert!(moved.starts_with("error: context.shop must be"), "{moved}");
    }

    #[test]
    fn a_server_on_the_host_of_the_base_url_moves_along_with_the_account() {
        let moved = |base, url| server(base, url, Some("http://127.0.0.1:9/acme"), json!({}));
        assert_snapshot!(moved("https://a.test/v1", "https://a.test/v1/beta"), @"http://127.0.0.1:9/acme/beta");
        assert_snapshot!(moved("https://a.test/v1", "https://A.test/v1/"), @"http://127.0.0.1:9/acme");
        assert_snapshot!(moved("https://{shop}.a.test", "https://{shop}.a.test/x"), @"http://127.0.0.1:9/acme/x");
    }

    #[test]
    fn a_server_beside_the_base_url_is_beside_the_account_s_own() {
        let moved = |own| server("https://a.test/v1", "https://a.test/v10", Some(own), json!({}));
        assert_snapshot!(moved("https://proxy.test/acme/v1"), @"https://proxy.test/acme/v10");
        assert_snapshot!(moved("https://proxy.test"), @"https://proxy.test/v10");
        assert_snapshot!(moved("https://a.test/v2/"), @"https://a.test/v10");
        for own in ["https://proxy.test/acme", "https://proxy.test/acme/v1/x", "https://proxy.test/xv1"] {
            let answer = moved(own);
            assert!(answer.starts_with("none: this tool calls the vendor's server `other`"), "{answer}");
        }
        let moved =
            |context| server("https://a.test/{shop}/v1", "https://a.test/{shop}/v2", Some("https://proxy.test/acme/blue/v1"), context);
        assert_snapshot!(moved(json!({"shop": "blue"})), @"https://proxy.test/acme/blue/v2");
        assert!(moved(json!({"shop": "red"})).starts_with("none: "));
    }

    #[test]
    fn a_server_on_another_host_is_that_of_the_account_s_own_host() {
        let other = |own, context| server("https://{shop}.api.{region}.a.test", "https://up.{region}.a.test/{shop}", Some(own), context);
        let own = "https://blue.api.eu.a.test/v1";
        assert_snapshot!(other(own, json!({})), @"https://up.eu.a.test/blue");
        assert_snapshot!(other(own, json!({"shop": "Blue", "region": "eu"})), @"https://up.eu.a.test/Blue");
        for context in [json!({"region": "us"}), json!({"shop": "red"})] {
            let answer = other(own, context);
            assert!(answer.starts_with("none: this tool calls the vendor's server `other`"), "{answer}");
        }
        // Nothing decides how much of the host is the shop.
        let answer = server("https://{shop}{region}.a.test", "https://up.{region}.a.test", Some("https://abc.a.test"), json!({}));
        assert!(answer.starts_with("none: "), "{answer}");
    }

    #[test]
    fn a_server_on_another_host_is_called_with_the_vendor_s_own_credentials_only() {
        let other = |own| server("https://api.a.test/v1", "https://up.a.test", Some(own), json!({}));
        assert_snapshot!(other("https://api.a.test/v2"), @"https://up.a.test");
        for own in ["http://127.0.0.1:9", "https://staging.a.test", "http://api.a.test/v1", "https://api.a.test:8443/v1"] {
            let answer = other(own);
            assert!(answer.starts_with("none: this tool calls the vendor's server `other`"), "{answer}");
        }
        // Another port or scheme is another server, which an account's own base URL does not stand for.
        let answer = server("https://a.test", "https://a.test:8443", Some("http://127.0.0.1:9"), json!({}));
        assert!(answer.starts_with("none: "), "{answer}");
    }
}
