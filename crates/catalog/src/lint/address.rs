//! Where requests go: base URL, OAuth endpoints and the variables in them.

use url::{Host, Url};

use super::{is_snake_case, methods};
use crate::authorization_server::Split;
use crate::destinations::{Destination, Kind, destinations};
use crate::hosts::knows_host;
use crate::integration::{Integration, Variable};
use crate::problem::Problem;
use crate::variables::{Pattern, check_names, names_in_braces};

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    check_url("base_url", &integration.base_url, problems);
    for (path, url) in servers(integration).chain(oauth2_urls(integration)) {
        check_url(&path, url, problems);
    }
    check_servers(integration, problems);
    if let Some(url) = &integration.documentation_url {
        check_link("documentation_url", url, problems);
    }
    for at in methods(integration) {
        if let Some(url) = at.method.documentation.as_ref().and_then(|documentation| documentation.source.as_ref()) {
            check_link(&format!("{}.documentation.source", at.path), url, problems);
        }
    }
    check_variables(integration, problems);
    check_openness(integration, problems);
}

/// Hosts of nobody, which no vendor's definition knows.
const ELSEWHERE: &[&str] = &["https://nobody", "https://nobody.example", "https://api.nobody.example", "https://eu.api.nobody.example"];

/// Warns of a definition that leads anywhere: for it there is no list of hosts.
fn check_openness(integration: &Integration, problems: &mut Vec<Problem>) {
    if ELSEWHERE.iter().any(|url| Url::parse(url).is_ok_and(|url| knows_host(integration, &url))) {
        problems.push(Problem::warning(
            "variables",
            "their patterns admit any host, so an account's credential can be led anywhere; end the host with the vendor's domain, in \
             the URL (`https://{shop}.example.com`) or in the pattern",
        ));
    }
}

/// Most variables in a host: each one takes its time when an account's own base URL is compared with it.
const MOST_VARIABLES_IN_HOST: usize = 8;

fn check_url(path: &str, text: &str, problems: &mut Vec<Problem>) {
    let mut error = |message: &str| problems.push(Problem::error(path, message));
    let names = names_in_braces(text).unwrap_or_default();
    let filled = names.iter().fold(text.to_owned(), |text, name| text.replace(&format!("{{{name}}}"), "x"));
    let url = match Url::parse(&filled) {
        Ok(url) => url,
        Err(_) => return error("this is no complete URL; write e.g. `https://api.example.com/v1`"),
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => error("only https is allowed (http for localhost); write `https://…`"),
    }
    let host = Split::of(text).and_then(|split| names_in_braces(split.origin).ok()).unwrap_or_default();
    if host.len() > MOST_VARIABLES_IN_HOST {
        error(&format!("{} variables stand in this host; {MOST_VARIABLES_IN_HOST} at most are compared with an account's own", host.len()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        error("a URL must not hold a user name or password; describe it under `credentials`");
    }
    if url.fragment().is_some() || (!path.starts_with("credentials.") && url.query().is_some()) {
        error("remove what follows `?` or `#`; constant query parameters go under `query`");
    }
}

/// Servers that no method names.
fn check_servers(integration: &Integration, problems: &mut Vec<Problem>) {
    for name in integration.servers.keys() {
        if !methods(integration).any(|at| at.method.server.as_ref() == Some(name)) {
            let message = format!("no method names this server; write `server: {name}` where it is meant, or remove it");
            problems.push(Problem::error(format!("servers.{name}"), message));
        }
    }
    for place in destinations(integration) {
        if let Destination { kind: Kind::Server { name, .. }, url, is_foreign: true } = place {
            let message = format!(
                "{url} is of another domain than `base_url`, and accounts' credentials are sent there; check that it is the vendor's"
            );
            problems.push(Problem::warning(format!("servers.{name}"), message));
        }
    }
}

fn servers(integration: &Integration) -> impl Iterator<Item = (String, &str)> {
    integration.servers.iter().map(|(name, url)| (format!("servers.{name}"), url.as_str()))
}

/// Links are shown on pages, so they must not be scripts.
fn check_link(path: &str, text: &str, problems: &mut Vec<Problem>) {
    if !Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http")) {
        problems.push(Problem::error(path, "this is no link to a page; write e.g. `https://docs.example.com`"));
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn check_variables(integration: &Integration, problems: &mut Vec<Problem>) {
    let mut used: Vec<&str> = Vec::new();
    for text in filled_texts(integration) {
        used.extend(names_in_braces(text).unwrap_or_default());
    }
    for (path, url) in oauth2_urls(integration) {
        used.extend(check_names(&path, url, integration, problems));
    }
    for at in methods(integration) {
        for (key, constants) in [("headers", &at.method.headers), ("query", &at.method.query)] {
            for (name, value) in constants.iter().filter(|(_, value)| value.contains(['{', '}'])) {
                problems.push(Problem::warning(
                    format!("{}.{key}.{name}", at.path),
                    format!("`{}` is sent as it stands; variables are filled in the integration's `{key}` only", value.escape_debug()),
                ));
            }
        }
    }
    for (name, variable) in &integration.variables {
        let path = format!("variables.{name}");
        if !is_snake_case(name) {
            problems.push(Problem::error(&path, "a variable's name is snake_case, e.g. `subdomain`"));
        }
        if !used.contains(&name.as_str()) {
            problems.push(Problem::error(
                &path,
                format!("nothing uses this variable; write `{{{name}}}` in `base_url`, `servers`, `headers` or `query`, or remove it"),
            ));
        }
        let others = servers(integration).chain(oauth2_urls(integration)).map(|(_, url)| url);
        let mut urls = [integration.base_url.as_str()].into_iter().chain(others);
        let place = if urls.any(|url| is_in_host(url, name)) { Place::Host } else { Place::Elsewhere };
        check_values(&path, variable, place, problems);
    }
}

/// The texts that an account's variables complete; what they name is checked where the definition is compiled.
fn filled_texts(integration: &Integration) -> impl Iterator<Item = &str> {
    let constants = integration.servers.values().chain(integration.headers.values()).chain(integration.query.values());
    [&integration.base_url].into_iter().chain(constants).map(String::as_str)
}

/// The endpoints of all authorization servers, with their paths.
fn oauth2_urls(integration: &Integration) -> Vec<(String, &str)> {
    let mut urls = Vec::new();
    for (scheme, credential) in &integration.credentials {
        if let Some(oauth2) = &credential.oauth2 {
            let path = format!("credentials.{scheme}.oauth2");
            urls.extend(oauth2.authorize_url.as_deref().map(|url| (format!("{path}.authorize_url"), url)));
            urls.push((format!("{path}.token_url"), &oauth2.token_url));
            urls.extend(oauth2.revoke_url.as_deref().map(|url| (format!("{path}.revoke_url"), url)));
            urls.extend(oauth2.issuer.as_deref().map(|url| (format!("{path}.issuer"), url)));
        }
    }
    urls
}

/// Whether a variable stands in the host of a URL: there it decides who is called.
fn is_in_host(url: &str, variable: &str) -> bool {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = after_scheme.split('/').next().unwrap_or_default();
    host.contains(&format!("{{{variable}}}"))
}

#[derive(PartialEq)]
enum Place {
    Host,
    Elsewhere,
}

/// Values by which an account could turn a host into a path, a user name or a port.
const ESCAPES: &[&str] = &["a/b", "a/", "/", "a@b", "@", "a:1", "a?b", "a#b", "a\\b", "a b"];

fn check_values(path: &str, variable: &Variable, place: Place, problems: &mut Vec<Problem>) {
    let Ok(pattern) = Pattern::of(Some(variable)) else {
        return; // Said where the definition is compiled.
    };
    if place == Place::Host && ESCAPES.iter().any(|text| pattern.admits(text)) {
        problems.push(Problem::error(
            format!("{path}.pattern"),
            "the variable stands in the host, so its pattern must not admit any of `/ @ : ? # \\` or a space; name \
             the characters that it admits, e.g. `[a-z0-9-]+`",
        ));
    }
    if let Some(default) = &variable.default
        && !pattern.admits(default)
    {
        problems.push(Problem::error(
            format!("{path}.default"),
            format!("the default does not match the pattern `{}`; mend one of them", pattern.as_str()),
        ));
    }
}
