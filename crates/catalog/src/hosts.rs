//! The hosts a definition knows: those that its base URL, its servers and its token endpoints name, with any values that the
//! patterns of its variables admit.
//!
//! Compared as text, before any look-up; which addresses a name may have is no business of this crate.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use url::Url;

use crate::authorization_server::Split;
use crate::integration::{Integration, OAuth2};
use crate::variables::Pattern;

/// An origin as a definition writes it: a text, then each variable with the text that follows it.
struct Origin<'i> {
    start: String,
    variables: Vec<Place<'i>>,
}

struct Place<'i> {
    name: &'i str,
    pattern: Pattern<'i>,
    then: String,
}

/// Longest origin that is looked at, in bytes: a name has at most 253, beside a scheme and a port. Bounds the parts of one that a pattern is asked about.
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

/// What the variables in the host of the definition's base URL are if that is the host of `url`, in lower case; `None` for one of which this cannot be
/// told. Nothing at all where the base URL never has the scheme, host and port of `url`.
pub(crate) fn base_values<'i>(integration: &'i Integration, url: &Url) -> Option<HashMap<&'i str, Option<String>>> {
    let text = written(url)?;
    let known = Origin::of(integration, &integration.base_url)?;
    let spans = known.spans(&text)?;
    let mut values = HashMap::new();
    for (place, spans) in known.variables.iter().zip(spans) {
        for value in spans.into_iter().filter_map(|span| text.get(span)) {
            let told = values.entry(place.name).or_insert_with(|| Some(value.to_owned()));
            if told.as_deref() != Some(value) {
                *told = None;
            }
        }
    }
    Some(values)
}

fn is_one_of<'i>(integration: &'i Integration, mut known: impl Iterator<Item = &'i str>, url: &Url) -> bool {
    written(url).is_some_and(|text| known.any(|known| Origin::of(integration, known).is_some_and(|known| known.spans(&text).is_some())))
}

/// The origin of a URL, unless it is none or longer than any.
fn written(url: &Url) -> Option<String> {
    let origin = url.origin();
    Some(origin.ascii_serialization()).filter(|text| origin.is_tuple() && text.len() <= LONGEST_ORIGIN)
}

impl<'i> Origin<'i> {
    /// The origin of a URL with variables; `None` where it is none, or names or patterns are broken: then it admits nothing.
    fn of(integration: &'i Integration, url: &'i str) -> Option<Self> {
        let mut rest = Split::of(url)?.origin;
        // As a parsed URL is written: without the port that goes without saying.
        let usual_port = if rest.starts_with("http:") { ":80" } else { ":443" };
        rest = rest.strip_suffix(usual_port).unwrap_or(rest);
        let end = rest.find('{').unwrap_or(rest.len());
        let start = rest[..end].to_ascii_lowercase();
        rest = &rest[end..];
        let mut variables = Vec::new();
        while let Some(opened) = rest.strip_prefix('{') {
            let (name, after) = opened.split_once('}')?;
            let (then, after) = after.split_at(after.find('{').unwrap_or(after.len()));
            let pattern = Pattern::of(integration.variables.get(name)).ok()?;
            variables.push(Place { name, pattern, then: then.to_ascii_lowercase() });
            rest = after;
        }
        Some(Self { start, variables })
    }

    /// Where in `text` each variable may stand, if all of it is this origin for some values. A pattern sees a candidate by itself, as it does when it is
    /// filled in, so anchors and look-arounds in it mean the same.
    ///
    /// From left to right it is kept where a variable may start, however many ways lead there; so a pattern is asked once at most about each part of the text.
    fn spans(&self, text: &str) -> Option<Vec<Vec<Range<usize>>>> {
        if !text.starts_with(&self.start) || (self.variables.is_empty() && text.len() > self.start.len()) {
            return None;
        }
        let mut starts = BTreeSet::from([self.start.len()]);
        let mut found = Vec::with_capacity(self.variables.len());
        for (index, place) in self.variables.iter().enumerate() {
            let is_last = index + 1 == self.variables.len();
            let ends: Vec<usize> = (0..=text.len())
                .filter(|end| text.get(*end..).is_some_and(|rest| if is_last { rest == place.then } else { rest.starts_with(&place.then) }))
                .collect();
            let spans = starts.iter().flat_map(|start| ends.iter().filter(move |end| start <= *end).map(move |end| *start..*end));
            let spans: Vec<Range<usize>> =
                spans.filter(|span| text.get(span.clone()).is_some_and(|value| place.pattern.admits(value))).collect();
            starts = spans.iter().map(|span| span.end + place.then.len()).collect();
            found.push(spans);
        }
        // From right to left, those remain from which the end is reached.
        let mut goals = BTreeSet::from([text.len()]);
        for (place, spans) in self.variables.iter().zip(&mut found).rev() {
            spans.retain(|span| goals.contains(&(span.end + place.then.len())));
            goals = spans.iter().map(|span| span.start).collect();
        }
        found.iter().all(|spans| !spans.is_empty()).then_some(found)
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
    fn however_many_variables_a_host_has_it_is_compared_in_bounded_steps() {
        // To try all ways to split this host among thirty variables would never end.
        let base = format!("https://{}.acme.test", "{shop}".repeat(30));
        let label = "a".repeat(63);
        assert!(!knows(&base, &format!("https://{label}.{label}.{label}.acme.tes")));
        assert!(!knows(&base, &format!("https://{label}.{label}.{label}.acme.test")));
        assert!(knows(&base, &format!("https://{label}.acme.test")));
    }

    #[test]
    fn the_variables_in_a_base_url_are_told_from_a_host() {
        let told = |base: &str, url: &str| {
            let integration = acme(base);
            let values = base_values(&integration, &Url::parse(url).unwrap())?;
            Some(["shop", "region"].map(|name| values.get(name).cloned()))
        };
        let is = |value: &str| Some(Some(value.to_owned()));
        assert_eq!(told("https://{shop}.{region}.acme.test", "https://Blue.eu.acme.test/x"), Some([is("blue"), is("eu")]));
        assert_eq!(told("https://{shop}-{region}.acme.test", "https://a-eu-1.acme.test"), Some([is("a"), is("eu-1")]));
        assert_eq!(told("https://{shop}{region}.acme.test", "https://a-eu-1.acme.test"), Some([is("a-"), is("eu-1")]));
        assert_eq!(told("https://api.acme.test", "https://api.acme.test"), Some([None, None]));
        assert_eq!(told("https://{shop}.acme.test", "https://acme.test"), None);
        // Two readings of one variable, and two variables between which nothing decides.
        assert_eq!(told("https://{shop}.{shop}.acme.test", "https://a.b.acme.test"), Some([Some(None), None]));
        assert_eq!(told("https://{shop}{shop}.acme.test", "https://abc.acme.test"), Some([Some(None), None]));
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
