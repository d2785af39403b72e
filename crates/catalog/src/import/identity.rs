//! What the API is called and what stands in a definition beside its methods.

use indexmap::IndexMap;
use serde_json::Value;
use url::Url;

use super::Options;
use super::prose::{about_api, plain};
use super::read::Description;
use super::security::Security;
use super::servers::Servers;
use crate::characters::is_deceptive;
use crate::integration::{Errors, Integration};
use crate::naming::snake_case;

/// Longest description of an API.
const MAX_DESCRIPTION_CHARACTERS: usize = 300;

/// Longest label; tool names begin with it.
const MAX_LABEL_CHARACTERS: usize = 40;

/// A definition without resources.
pub(super) fn integration(description: &Description, options: &Options, servers: &Servers, security: &Security) -> Integration {
    let info = |key: &str| description.root.get("info").and_then(|info| info.get(key)).and_then(Value::as_str).unwrap_or_default();
    let label = options.label.clone().unwrap_or_else(|| label(&info("title").replace(is_deceptive, " "), &servers.base_url));
    let name = options.name.clone().unwrap_or_else(|| name(&label, &servers.base_url));
    let said = about_api(info("description"), MAX_DESCRIPTION_CHARACTERS);
    let link = description.root.pointer("/externalDocs/url").and_then(Value::as_str).filter(|url| is_link(url));
    Integration {
        version: 1,
        tool_prefix: options.tool_prefix.clone().or_else(|| snake_case(&label).is_empty().then(|| name.clone())),
        name,
        description: if said.is_empty() { format!("The API of {label}.") } else { said },
        label,
        documentation_url: link.map(str::to_owned),
        quirks: Vec::new(),
        base_url: servers.base_url.clone(),
        variables: servers.variables.clone(),
        servers: servers.servers.clone(),
        credentials: security.credentials.clone(),
        headers: IndexMap::new(),
        query: IndexMap::new(),
        singular: IndexMap::new(),
        pagination: None,
        rate_limit: None,
        errors: Errors::default(),
        resources: IndexMap::new(),
        prompts: IndexMap::new(),
    }
}

pub(super) fn is_link(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.scheme() == "https" && url.has_host())
}

/// Words of titles that are no part of a vendor's name.
const NO_NAMES: &[&str] = &[
    "api",
    "apis",
    "rest",
    "restful",
    "openapi",
    "swagger",
    "specification",
    "spec",
    "documentation",
    "docs",
    "reference",
    "the",
    "public",
    "http",
    "oas",
];

fn label(title: &str, base_url: &str) -> String {
    let title = plain(title, 200);
    let title = title.split(['(', '|', '\n']).next().unwrap_or_default().split(" - ").next().unwrap_or_default();
    let words = title.split_whitespace().filter(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let digits = bare.trim_start_matches('v');
        let is_version = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
        !bare.is_empty() && !is_version && !NO_NAMES.contains(&bare.as_str())
    });
    let mut label = String::new();
    for word in words {
        if label.chars().count() + word.chars().count() + 1 > MAX_LABEL_CHARACTERS || label.len() + word.len() > 60 {
            break;
        }
        if !label.is_empty() {
            label.push(' ');
        }
        label.push_str(word.trim_matches(|c: char| matches!(c, ',' | ':' | ';' | '.')));
    }
    if label.is_empty() { of_host(base_url) } else { label }
}

/// `https://api.acme.example/v1` as `Acme`.
fn of_host(base_url: &str) -> String {
    let host = base_url.split_once("://").map_or(base_url, |(_, rest)| rest).split(['/', ':']).next().unwrap_or_default();
    let parts: Vec<&str> = host.split('.').filter(|part| !part.starts_with('{')).collect();
    let name = match parts.as_slice() {
        [.., name, _] => *name,
        [name] => *name,
        [] => "",
    };
    let mut letters = name.chars().filter(char::is_ascii_alphanumeric);
    match letters.next() {
        Some(first) => std::iter::once(first.to_ascii_uppercase()).chain(letters).collect(),
        None => "Imported".to_owned(),
    }
}

fn name(label: &str, base_url: &str) -> String {
    let fit = |text: &str| {
        let name: String = snake_case(text).chars().take(60).collect();
        let name = name.trim_end_matches('_').to_owned();
        match name.starts_with(|c: char| c.is_ascii_lowercase()) {
            true => Some(name),
            false if name.is_empty() => None,
            false => Some(format!("n_{name}")),
        }
    };
    fit(label).or_else(|| fit(&of_host(base_url))).unwrap_or_else(|| "imported".to_owned())
}
