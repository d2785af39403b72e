//! The hosts a definition knows: those that its base URL, its servers and its token endpoints name, with any values that the
//! patterns of its variables admit.
//!
//! Compared as text, before any look-up; which addresses a name may have is no business of this crate.

use url::Url;

use crate::authorization_server::Split;
use crate::integration::{Integration, OAuth2};
use crate::variables::Pattern;

/// A piece of a host as a definition writes it.
enum Piece<'i> {
    Literal(String),
    Value(Pattern<'i>),
}

/// Longest origin that is looked at, in bytes: a name has at most 253, beside a scheme and a port. Bounds the ways to split one among several variables.
const LONGEST_ORIGIN: usize = "https://".len() + 253 + ":65535".len();

/// Whether an account may have `url` as its own base URL by the definition alone: its scheme, host and port are those of the
/// definition's base URL, of one of its servers, or of an endpoint that is shown the same secrets (`token_url`, `revoke_url`), for some values of the
/// variables. Not those of `authorize_url`, to which only a browser goes. The path is free.
pub fn knows_host(integration: &Integration, url: &Url) -> bool {
    let schemes = integration.credentials.values().filter_map(|scheme| scheme.oauth2.as_ref());
    let endpoints = schemes.flat_map(|oauth2: &OAuth2| [Some(oauth2.token_url.as_str()), oauth2.revoke_url.as_deref()]).flatten();
    let servers = integration.servers.values().map(String::as_str);
    is_one_of(integration, std::iter::once(integration.base_url.as_str()).chain(servers).chain(endpoints), url)
}

/// Whether the definition's base URL has the scheme, host and port of `url` for some values of the variables.
pub(crate) fn names_base(integration: &Integration, url: &Url) -> bool {
    is_one_of(integration, std::iter::once(integration.base_url.as_str()), url)
}

fn is_one_of<'i>(integration: &'i Integration, mut known: impl Iterator<Item = &'i str>, url: &Url) -> bool {
    let origin = url.origin();
    let text = origin.ascii_serialization();
    origin.is_tuple()
        && text.len() <= LONGEST_ORIGIN
        && known.any(|known| pieces(integration, known).is_some_and(|known| fits(&known, &text)))
}

/// The origin of a URL with variables; `None` where it is none, or names or patterns are broken: then it admits nothing.
fn pieces<'i>(integration: &'i Integration, url: &'i str) -> Option<Vec<Piece<'i>>> {
    let mut rest = Split::of(url)?.origin;
    // As a parsed URL is written: without the port that goes without saying.
    let usual_port = if rest.starts_with("http:") { ":80" } else { ":443" };
    rest = rest.strip_suffix(usual_port).unwrap_or(rest);
    let mut pieces = Vec::new();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        pieces.push(Piece::Literal(before.to_ascii_lowercase()));
        pieces.push(Piece::Value(Pattern::of(integration.variables.get(name)).ok()?));
        rest = after;
    }
    pieces.push(Piece::Literal(rest.to_ascii_lowercase()));
    Some(pieces)
}

/// Whether `text` is the pieces one after the other. A pattern sees a candidate by itself, as it does when it is filled in,
/// so anchors and look-arounds in it mean the same.
fn fits(pieces: &[Piece<'_>], text: &str) -> bool {
    match pieces {
        [] => text.is_empty(),
        [Piece::Literal(literal), others @ ..] => text.strip_prefix(literal.as_str()).is_some_and(|rest| fits(others, rest)),
        [Piece::Value(pattern), others @ ..] => (0..=text.len()).any(|end| {
            let split = text.split_at_checked(end);
            split.is_some_and(|(value, rest)| fits(others, rest) && pattern.admits(value))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn acme(base: &str) -> Integration {
        serde_json::from_value(json!({
            "version": 1, "name": "acme", "label": "Acme", "description": "d", "base_url": base,
            "variables": {
                "shop": {"description": "d"},
                "region": {"description": "d", "pattern": "^(?:eu|us)(?:-[0-9])?$"},
                "host": {"description": "d", "pattern": r"[a-z0-9-]+(\.[a-z0-9-]+)?\.acme\.(com|qa)"},
            },
            "credentials": {"oauth2": {"kind": "oauth2", "oauth2": {
                "authorize_url": "https://login.acme.test/authorize",
                "token_url": "https://{shop}.auth.acme.test/token", "revoke_url": "https://bye.acme.test:8443/revoke",
            }}},
            "resources": {},
        }))
        .unwrap()
    }

    fn knows(base: &str, url: &str) -> bool {
        knows_host(&acme(base), &Url::parse(url).unwrap())
    }

    #[test]
    fn the_host_of_the_base_url_is_known_whatever_the_path() {
        for url in ["https://api.acme.test", "https://API.acme.test:443/staging/v2/"] {
            assert!(knows("https://api.acme.test/v1", url), "{url}");
            assert!(knows("https://API.acme.test:443/v1", url), "{url}");
        }
    }

    #[test]
    fn another_scheme_port_or_host_is_not() {
        for url in [
            "http://api.acme.test",
            "https://api.acme.test:8443",
            "https://api.acme.test.",
            "https://api.acme.test.evil.test",
            "https://evil.test/api.acme.test",
            "https://api.acme.tes",
            "https://xapi.acme.test",
            "https://acme.test",
            "https://api.acme.test@evil.test",
            "https://127.0.0.1",
            "https://login.acme.test",
        ] {
            assert!(!knows("https://api.acme.test/v1", url), "{url}");
        }
    }

    #[test]
    fn variables_stand_for_what_their_patterns_admit() {
        let known = |url| knows("https://{shop}.{region}.acme.test", url);
        assert!(known("https://blue.eu.acme.test") && known("https://BLUE-1.us-2.acme.test/x"));
        for url in ["https://blue.mars.acme.test", "https://.eu.acme.test", "https://a.b.eu.acme.test", "https://blue.eu.acme.test.evil"] {
            assert!(!known(url), "{url}");
        }
        let known = |url| knows("https://{host}", url);
        assert!(known("https://blue.acme.com") && known("https://blue.us-1.acme.qa"));
        for url in ["https://acme.com.evil.test", "https://blue.acme.com:8443", "https://evilacme.com", "https://blue.us.1.acme.com"] {
            assert!(!known(url), "{url}");
        }
    }

    #[test]
    fn endpoints_that_see_secrets_are_known_and_the_page_for_consent_is_not() {
        assert!(knows("https://api.acme.test", "https://blue.auth.acme.test"));
        assert!(knows("https://api.acme.test", "https://bye.acme.test:8443"));
        assert!(!knows("https://api.acme.test", "https://login.acme.test"));
    }

    #[test]
    fn a_host_longer_than_any_name_is_not_known() {
        let mut integration = acme("https://{host}");
        integration.variables["host"].pattern = Some("[a-z.]+".to_owned());
        let known = |length: usize| knows_host(&integration, &Url::parse(&format!("https://{}", "a".repeat(length))).unwrap());
        assert!(known(253) && !known(300) && !known(100_000));
    }

    #[test]
    fn an_undeclared_variable_or_a_broken_url_makes_nothing_known() {
        for base in ["https://{shop", "{shop}", "https://", ""] {
            assert!(!knows(base, "https://evil.test"), "{base}");
        }
    }

    proptest! {
        #[test]
        fn what_filling_in_makes_is_known(shop in "[a-z0-9]{1,9}", region in "(eu|us)(-[0-9])?") {
            let integration = acme("https://{shop}.{region}.acme.test/v1");
            let context = json!({"shop": shop, "region": region});
            let target = crate::target::Target::new(&integration, None, context.as_object().unwrap()).unwrap();
            prop_assert!(knows_host(&integration, target.base_url()));
        }

        #[test]
        fn a_known_host_ends_with_the_domain_of_the_definition(host in "[a-z0-9.-]{1,12}(\\.eu)?(\\.acme\\.test)?[a-z:.@/]{0,3}") {
            let known = |url: &Url| knows_host(&acme("https://{shop}.{region}.acme.test"), url);
            if let Some(url) = Url::parse(&format!("https://{host}")).ok().filter(known) {
                prop_assert!(url.host_str().is_some_and(|host| host.ends_with(".acme.test")), "{}", url);
            }
        }
    }
}
