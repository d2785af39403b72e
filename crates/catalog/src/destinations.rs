//! Everywhere that a definition sends requests, and with them what accounts authenticate with.

use crate::integration::Integration;

/// A place beside the base URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination<'i> {
    pub kind: Kind<'i>,
    /// Names in braces are variables of an account.
    pub url: &'i str,
    /// Whether its domain is another than the base URL's: usual for a vendor with several, and for whoever wants credentials sent to
    /// himself.
    pub is_foreign: bool,
}

/// What is sent there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'i> {
    /// Requests of so many methods.
    Server { name: &'i str, methods: usize },
    /// People, who are asked for their consent.
    Consent { credential: &'i str },
    /// What tokens are got and renewed with, e.g. the client's secret.
    Token { credential: &'i str },
    /// Tokens that are given back.
    Revocation { credential: &'i str },
}

/// The places beside the base URL, in the order of the definition.
pub fn destinations(integration: &Integration) -> Vec<Destination<'_>> {
    let place = |kind, url| Destination { kind, url, is_foreign: is_foreign(url, &integration.base_url) };
    let methods = |server: &String| {
        let methods = integration.resources.values().flat_map(|resource| resource.methods.values());
        methods.filter(|method| method.server.as_ref() == Some(server)).count()
    };
    let servers = integration.servers.iter().map(|(name, url)| place(Kind::Server { name, methods: methods(name) }, url));
    let mut places: Vec<Destination<'_>> = servers.collect();
    for (credential, scheme) in &integration.credentials {
        let Some(oauth2) = &scheme.oauth2 else { continue };
        places.extend(oauth2.authorize_url.iter().map(|url| place(Kind::Consent { credential }, url)));
        places.push(place(Kind::Token { credential }, &oauth2.token_url));
        places.extend(oauth2.revoke_url.iter().map(|url| place(Kind::Revocation { credential }, url)));
    }
    places
}

/// A name that is a variable belongs to no domain.
fn is_foreign(url: &str, base_url: &str) -> bool {
    match (domain(url), domain(base_url)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    }
}

/// The part of a host that somebody has registered: two names, or three where the last two are like `co.uk`. Without a list of all
/// registries this is a rule of thumb, good enough for a warning.
fn domain(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
    if host.starts_with('[') {
        return Some(host);
    }
    let host = host.split(':').next()?;
    let names: Vec<&str> = host.split('.').collect();
    if names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_digit())) {
        return Some(host.to_owned());
    }
    let count = match names.as_slice() {
        [_, .., second, last] if last.len() == 2 && second.len() <= 3 => 3,
        _ => 2,
    };
    let own = names.get(names.len().saturating_sub(count)..)?.join(".");
    (!own.contains(['{', '}'])).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::is_foreign;

    #[test]
    fn what_shares_the_registered_domain_is_not_foreign() {
        for (url, base, expected) in [
            ("https://upload.acme.example/v1", "https://api.acme.example", false),
            ("https://acme.example:8443", "https://{shop}.acme.example/v1", false),
            ("https://evil.example", "https://api.acme.example", true),
            ("https://acme.evil.example", "https://api.acme.example", true),
            ("https://login.acme.co.uk", "https://api.acme.co.uk", false),
            ("https://evil.co.uk", "https://api.acme.co.uk", true),
            ("https://203.0.113.7/x", "https://api.acme.example", true),
            ("https://203.0.113.7/x", "https://203.0.113.8", true),
            ("https://{host}/v1", "https://api.acme.example", false),
        ] {
            assert_eq!(is_foreign(url, base), expected, "{url} {base}");
        }
    }
}
