//! Where requests go: base URL, OAuth endpoints and the variables in them.

use serde_json::{Value, json};
use url::{Host, Url};

use super::{is_snake_case, methods};
use crate::arguments::validator;
use crate::wording::did_you_mean;
use crate::integration::{Integration, Variable};
use crate::problem::Problem;
use crate::target::names_in_braces;

/// What a variable without a `pattern` must match.
const DEFAULT_PATTERN: &str = "^[A-Za-z0-9-]{1,63}$";

pub(super) fn check(integration: &Integration, problems: &mut Vec<Problem>) {
    check_url("base_url", &integration.base_url, problems);
    for (scheme, credential) in &integration.credentials {
        if let Some(oauth2) = &credential.oauth2 {
            let path = format!("credentials.{scheme}.oauth2");
            let urls = [
                ("authorize_url", oauth2.authorize_url.as_deref()),
                ("token_url", Some(oauth2.token_url.as_str())),
                ("revoke_url", oauth2.revoke_url.as_deref()),
            ];
            for (key, url) in urls {
                if let Some(url) = url {
                    check_url(&format!("{path}.{key}"), url, problems);
                }
            }
        }
    }
    if let Some(url) = &integration.documentation_url {
        check_link("documentation_url", url, problems);
    }
    for at in methods(integration) {
        if let Some(url) = at.method.documentation.as_ref().and_then(|documentation| documentation.source.as_ref()) {
            check_link(&format!("{}.documentation.source", at.path), url, problems);
        }
    }
    check_variables(integration, problems);
}

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
    if !url.username().is_empty() || url.password().is_some() {
        error("a URL must not hold a user name or password; describe it under `credentials`");
    }
    if url.fragment().is_some() || (path == "base_url" && url.query().is_some()) {
        error("remove what follows `?` or `#`; constant query parameters go under `query`");
    }
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
    let declared: Vec<&str> = integration.variables.keys().map(String::as_str).collect();
    let mut used: Vec<&str> = Vec::new();
    for (path, text) in places(integration) {
        let names = names_in_braces(text).unwrap_or_else(|error| {
            problems.push(Problem::error(&path, format!("{error}; write e.g. `{{subdomain}}`")));
            Vec::new()
        });
        for name in names {
            if !declared.contains(&name) {
                problems.push(Problem::error(
                    &path,
                    format!("the variable `{name}` is not declared under `variables`; {}", did_you_mean(name, &declared)),
                ));
            }
            used.push(name);
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
                format!("nothing uses this variable; write `{{{name}}}` in `base_url` or a header, or remove it"),
            ));
        }
        check_pattern(&path, variable, place_of(&integration.base_url, name), problems);
    }
}

/// Every text that variables may stand in, with its path.
fn places(integration: &Integration) -> Vec<(String, &str)> {
    let mut places = vec![("base_url".to_owned(), integration.base_url.as_str())];
    let of_methods = methods(integration).map(|at| (format!("{}.headers", at.path), &at.method.headers));
    let of_all = [("headers".to_owned(), &integration.headers), ("query".to_owned(), &integration.query)];
    for (path, texts) in of_all.into_iter().chain(of_methods) {
        places.extend(texts.iter().map(|(name, text)| (format!("{path}.{name}"), text.as_str())));
    }
    for (scheme, credential) in &integration.credentials {
        if let Some(oauth2) = &credential.oauth2 {
            let path = format!("credentials.{scheme}.oauth2");
            places.push((format!("{path}.token_url"), &oauth2.token_url));
            places.extend(oauth2.authorize_url.as_deref().map(|url| (format!("{path}.authorize_url"), url)));
            places.extend(oauth2.revoke_url.as_deref().map(|url| (format!("{path}.revoke_url"), url)));
        }
    }
    places
}

/// Where in the base URL a variable stands: one in the host decides who is called.
fn place_of(base_url: &str, variable: &str) -> Place {
    let after_scheme = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let host = after_scheme.split('/').next().unwrap_or_default();
    if host.contains(&format!("{{{variable}}}")) { Place::Host } else { Place::Elsewhere }
}

#[derive(PartialEq)]
enum Place {
    Host,
    Elsewhere,
}

/// Values by which an account could turn a host into a path, a user name or a port.
const ESCAPES: &[&str] = &["a/b", "a/", "/", "a@b", "@", "a:1", "a?b", "a#b", "a\\b", "a b"];

fn check_pattern(path: &str, variable: &Variable, place: Place, problems: &mut Vec<Problem>) {
    let pattern = variable.pattern.as_deref().unwrap_or(DEFAULT_PATTERN);
    let Ok(validator) = validator(&json!({ "pattern": format!("^(?:{pattern})$") })) else {
        problems
            .push(Problem::error(format!("{path}.pattern"), "this is no regular expression; escape special characters with a backslash"));
        return;
    };
    let admits = |text: &str| validator.is_valid(&Value::String(text.to_owned()));
    if place == Place::Host && ESCAPES.iter().any(|text| admits(text)) {
        problems.push(Problem::error(
            format!("{path}.pattern"),
            "the variable stands in the host, so its pattern must not admit any of `/ @ : ? # \\` or a space; name \
             the characters that it admits, e.g. `[a-z0-9-]+`",
        ));
    }
    if let Some(default) = &variable.default
        && !admits(default)
    {
        problems.push(Problem::error(
            format!("{path}.default"),
            format!("the default does not match the pattern `{pattern}`; mend one of them"),
        ));
    }
}
