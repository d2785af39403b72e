//! Fields: one for each variable that an account needs, and for each member of its credentials.

use serde_json::Value;

use super::{Field, Fixed};
use crate::authorization_server::named_variables;
use crate::integration::{CredentialField, CredentialKind, CredentialScheme, Integration, Variable};
use crate::variables::{DNS_LABEL, names_in_braces};

/// The variables that something uses of an account that is connected by `scheme`, in the order of the definition.
pub(super) fn needed_variables<'i>(
    integration: &'i Integration,
    scheme: &CredentialScheme,
    base_url: Option<&str>,
) -> Vec<(&'i str, &'i Variable)> {
    let own = base_url.map_or_else(|| [&integration.base_url].into_iter().chain(integration.servers.values()).collect(), |_| Vec::new());
    let texts =
        own.into_iter().map(String::as_str).chain(integration.headers.values().chain(integration.query.values()).map(String::as_str));
    let mut used: Vec<&str> = texts.flat_map(|text| names_in_braces(text).unwrap_or_default()).collect();
    used.extend(scheme.oauth2.iter().flat_map(|oauth2| named_variables(integration, oauth2, base_url)));
    let needed = integration.variables.iter().filter(|(name, _)| used.contains(&name.as_str()));
    needed.map(|(name, variable)| (name.as_str(), variable)).collect()
}

pub(super) fn of_variable(integration: &Integration, name: &str, variable: &Variable) -> Field {
    Field {
        name: format!("context.{name}"),
        label: label(name, variable),
        help: Some(variable.description.clone()),
        example: variable.example.clone(),
        is_secret: false,
        is_required: variable.default.is_none(),
        default: variable.default.clone(),
        options: variable.options.iter().map(|(value, label)| (value.clone(), label.clone())).collect(),
        autocomplete: "off",
        pattern: Some(variable.pattern.clone().unwrap_or_else(|| DNS_LABEL.to_owned())),
        around: around(&integration.base_url, name),
    }
}

/// `None` for a value that is no text: it is not for people.
pub(super) fn fixed(name: &str, variable: &Variable, value: &Value) -> Option<Fixed> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let value = variable.options.get(&text).cloned().unwrap_or(text);
    Some(Fixed { label: label(name, variable), value })
}

/// The members of `credentials` that a person supplies: none where the vendor asks for consent.
pub(super) fn of_credentials(scheme: &CredentialScheme) -> Vec<Field> {
    let names = if scheme.kind == CredentialKind::OAuth2 { &[] } else { scheme.kind.required_fields() };
    names.iter().map(|name| of_credential(scheme, name)).collect()
}

fn of_credential(scheme: &CredentialScheme, name: &str) -> Field {
    let (label, is_secret, autocomplete) = usual(name);
    let CredentialField { label: own_label, help, example, pattern, optional } = scheme.fields.get(name).cloned().unwrap_or_default();
    Field {
        name: format!("credentials.{name}"),
        label: own_label.unwrap_or_else(|| label.to_owned()),
        help,
        example,
        is_secret,
        is_required: !optional,
        default: None,
        options: Vec::new(),
        autocomplete,
        pattern,
        around: None,
    }
}

/// Label, whether it is secret, and what browsers may fill in: a vendor's password is the person's own, the rest nobody's.
fn usual(name: &str) -> (&'static str, bool, &'static str) {
    match name {
        "api_key" => ("API key", true, "off"),
        "username" => ("User name", false, "username"),
        "password" => ("Password", true, "current-password"),
        "client_id" => ("Client ID", false, "off"),
        "client_secret" => ("Client secret", true, "off"),
        _ => ("API token", true, "off"),
    }
}

/// `Shop address` for `shop_address`.
fn label(name: &str, variable: &Variable) -> String {
    variable.label.clone().unwrap_or_else(|| {
        let words = name.replace('_', " ");
        let mut characters = words.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect()
    })
}

/// What stands before and behind a variable in the host of a URL, where it alone varies.
fn around(url: &str, name: &str) -> Option<(String, String)> {
    let host = url.split_once("://")?.1.split('/').next()?;
    let (before, behind) = host.split_once(&format!("{{{name}}}"))?;
    let is_alone = !before.contains('{') && !behind.contains('{');
    is_alone.then(|| (before.to_ascii_lowercase(), behind.to_ascii_lowercase()))
}
