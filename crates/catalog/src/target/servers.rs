//! The other servers of a definition, as one account has them.

use serde_json::{Map, Value};
use url::Url;

use super::{Base, Place, TargetError, filled, plain_url};
use crate::authorization_server::Split;
use crate::hosts::names_base;
use crate::integration::Integration;

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
/// account's own base URL is one that the definition's could be; else they are not called at all: the credential of an account of the vendor's
/// staging system, or of a sandbox, must not go to production.
///
/// Why: docs/decisions/0022-other-servers-of-a-vendor.md.
///
/// # Errors
/// A variable is missing or ill-formed, of an account without a base URL of its own.
pub(super) fn servers(integration: &Integration, own: Option<&Url>, context: &Map<String, Value>) -> Result<Vec<Server>, TargetError> {
    let named = integration.servers.iter().map(|(name, url)| {
        let base = match own {
            None => Ok(complete(integration, url, context)?),
            Some(own) => of_own(integration, url, own, context),
        };
        Ok(Server { name: name.clone(), base })
    });
    named.collect()
}

fn complete(integration: &Integration, url: &str, context: &Map<String, Value>) -> Result<Base, TargetError> {
    plain_url(&filled(url, &integration.variables, context, Place::BaseUrl)?).map(Base::of)
}

fn of_own(integration: &Integration, url: &str, own: &Url, context: &Map<String, Value>) -> Result<Base, String> {
    let text = match moved(integration, url, own) {
        Some(moved) => moved,
        None if names_base(integration, own) => url.to_owned(),
        None => {
            return Err(format!(
                "this tool calls {url}, and the account has a base URL of its own, {own}, which has no such part; nothing was sent"
            ));
        }
    };
    complete(integration, &text, context).map_err(|error| error.to_string())
}

/// A server on the host of the definition's base URL, as both are written: what lies below that base URL lies below the account's own, and
/// the rest of that host keeps its path.
fn moved(integration: &Integration, url: &str, own: &Url) -> Option<String> {
    // With a slash at their ends, so that the base URL lies below itself.
    let closed = |url: &str| format!("{}/", url.trim_end_matches('/'));
    let (url, base) = (closed(url), closed(&integration.base_url));
    let (server, base) = (Split::of(&url)?, Split::of(&base)?);
    server.origin.eq_ignore_ascii_case(base.origin).then(|| match server.below(&base) {
        Some(rest) => format!("{}{rest}", own.as_str().trim_end_matches('/')),
        None => format!("{}{}", own.origin().ascii_serialization(), server.rest),
    })
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
            "variables": {"shop": {"description": "the shop"}}, "resources": {},
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
        assert_snapshot!(moved("https://a.test/v1", "https://a.test/v2"), @"http://127.0.0.1:9/v2");
        assert_snapshot!(moved("https://a.test/v1", "https://a.test/v10"), @"http://127.0.0.1:9/v10");
        assert_snapshot!(moved("https://{shop}.a.test", "https://{shop}.a.test/x"), @"http://127.0.0.1:9/acme/x");
    }

    #[test]
    fn a_server_on_another_host_is_called_with_the_vendor_s_own_credentials_only() {
        let other = |own| server("https://api.a.test/v1", "https://up.a.test", Some(own), json!({}));
        assert_snapshot!(other("https://api.a.test/v2"), @"https://up.a.test");
        for own in ["http://127.0.0.1:9", "https://staging.a.test", "http://api.a.test/v1", "https://api.a.test:8443/v1"] {
            let answer = other(own);
            assert!(answer.starts_with("none: this tool calls https://up.a.test"), "{answer}");
        }
        // Another port or scheme is another server, which an account's own base URL does not stand for.
        let answer = server("https://a.test", "https://a.test:8443", Some("http://127.0.0.1:9"), json!({}));
        assert!(answer.starts_with("none: "), "{answer}");
    }
}
