//! What connecting an account takes: address, variables, credentials, scopes.

use serde_json::{Map, Value, json};

use super::markdown::{Links, cell, code, codes, table};
use crate::definition::Definition;
use crate::destinations::{Destination, Kind, destinations};
use crate::integration::{CredentialKind, CredentialScheme, Integration, OAuth2};

pub(super) fn section(definition: &Definition) -> String {
    let integration = &definition.integration;
    let mut parts = vec![format!("## Connecting an account\n\n{}", addresses(integration))];
    parts.push(variables(integration));
    if integration.credentials.is_empty() {
        parts.push("The API takes no credentials.".to_owned());
    }
    for (name, scheme) in &integration.credentials {
        parts.push(credential(name, scheme));
        parts.push(fields(scheme));
    }
    let with_scopes: Vec<_> = integration.credentials.iter().filter_map(|(name, scheme)| Some((name, scheme.oauth2.as_ref()?))).collect();
    let heading = |name| if with_scopes.len() > 1 { format!("Scope of {}", code(name)) } else { "Scope".to_owned() };
    parts.extend(with_scopes.iter().filter_map(|(name, oauth2)| scopes(definition, &heading(name), oauth2)));
    parts.push(format!("`POST /integrated-account` takes it as\n\n```json\n{}\n```", example(integration)));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// Where requests go, and where else people and secrets are sent.
fn addresses(integration: &Integration) -> String {
    let others = destinations(integration).into_iter().map(|Destination { kind, url, .. }| {
        let url = code(url);
        match kind {
            Kind::Server { methods: 1, .. } => format!("Those of one method go to {url}."),
            Kind::Server { methods, .. } => format!("Those of {methods} methods go to {url}."),
            Kind::Consent { credential } => format!("For {}, people give their consent at {url}.", code(credential)),
            Kind::Token { credential } => format!("Tokens of {} come from {url}.", code(credential)),
            Kind::Revocation { credential } => format!("Tokens of {} are given back at {url}.", code(credential)),
        }
    });
    let base = format!("Requests go to {}.", code(&integration.base_url));
    [base].into_iter().chain(others).collect::<Vec<_>>().join(" ")
}

fn variables(integration: &Integration) -> String {
    let rows = integration.variables.iter().map(|(name, variable)| {
        let mut meaning = vec![cell(&variable.description, &Links::default())];
        if !variable.options.is_empty() {
            let options =
                variable.options.iter().map(|(value, label)| format!("{} ({})", cell_code(value), cell(label, &Links::default())));
            meaning.push(format!("One of {}.", options.collect::<Vec<_>>().join(", ")));
        }
        meaning.extend(variable.default.iter().map(|default| format!("Default {}.", cell_code(default))));
        meaning.extend(variable.pattern.iter().map(|pattern| format!("Must match {}.", cell_code(pattern))));
        [cell_code(name), meaning.join(" ")]
    });
    table(["Variable, in `context`", "What it is"], rows)
}

fn credential(name: &str, scheme: &CredentialScheme) -> String {
    let fields = scheme.kind.required_fields();
    let optional = match scheme.kind.optional_fields() {
        [] => String::new(),
        optional => format!(", and if there are any {}", codes(optional)),
    };
    format!("**{}**, {}: `credentials` holds {}{optional}. {}", code(name), kind(scheme.kind), codes(fields), attached(scheme))
}

/// What a definition says of the members of `credentials`.
fn fields(scheme: &CredentialScheme) -> String {
    let help = scheme.help.iter().cloned();
    let rows = scheme.fields.iter().map(|(name, field)| {
        let mut meaning: Vec<String> = field.label.iter().map(|label| format!("{}.", cell(label, &Links::default()))).collect();
        meaning.extend(field.help.iter().map(|help| cell(help, &Links::default())));
        meaning.extend(field.example.iter().map(|example| format!("For example {}.", cell_code(example))));
        [cell_code(name), meaning.join(" ")]
    });
    let table = table(["Member of `credentials`", "What it is"], rows);
    help.chain([table]).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn kind(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::ApiKey => "an API key",
        CredentialKind::Basic => "HTTP Basic",
        CredentialKind::Bearer => "a bearer token",
        CredentialKind::OAuth2 => "OAuth 2.0",
        CredentialKind::OAuth2ClientCredentials => "OAuth 2.0 with client credentials",
    }
}

fn attached(scheme: &CredentialScheme) -> String {
    let usual = match scheme.kind {
        CredentialKind::Basic => "Basic …",
        CredentialKind::ApiKey | CredentialKind::Bearer | CredentialKind::OAuth2 | CredentialKind::OAuth2ClientCredentials => "Bearer …",
    };
    let (place, name, value) = match &scheme.attach {
        None => ("header", "Authorization", usual.to_owned()),
        Some(attach) => {
            let value = format!("{}…", attach.prefix);
            match (&attach.header, &attach.query, &attach.cookie) {
                (_, Some(query), _) => ("query parameter", query.as_str(), value),
                (_, None, Some(cookie)) => ("cookie", cookie.as_str(), value),
                (header, None, None) => ("header", header.as_deref().unwrap_or("Authorization"), value),
            }
        }
    };
    let sent = if place == "header" { format!("{name}: {value}") } else { format!("{name}={value}") };
    format!("Sent as the {place} {}.", code(&sent))
}

/// Every scope that the vendor knows, and what needs it.
fn scopes(definition: &Definition, heading: &str, oauth2: &OAuth2) -> Option<String> {
    let rows = oauth2.scopes.iter().map(|(name, permits)| {
        let needing = definition.tools.iter().filter(|tool| tool.scopes.contains(name)).count();
        let needing = if needing == 0 { String::new() } else { needing.to_string() };
        [cell_code(name), cell(permits, &Links::default()), needing]
    });
    let table = table([heading, "What it permits", "Tools that need it"], rows);
    (!table.is_empty()).then_some(table)
}

/// A body for the management API, with the first way to authenticate.
fn example(integration: &Integration) -> String {
    let mut body = Map::new();
    body.insert("integration".to_owned(), json!(integration.name));
    body.insert("tenant_id".to_owned(), json!("your customer's id"));
    if let Some((name, scheme)) = integration.credentials.first() {
        if integration.credentials.len() > 1 {
            body.insert("authentication_method".to_owned(), json!(name));
        }
        body.insert("credentials".to_owned(), blanks(scheme.kind.required_fields().iter().copied()));
    }
    let needed = integration.variables.iter().filter(|(_, variable)| variable.default.is_none()).map(|(name, _)| name.as_str());
    let context = blanks(needed);
    if context.as_object().is_some_and(|context| !context.is_empty()) {
        body.insert("context".to_owned(), context);
    }
    format!("{:#}", Value::Object(body))
}

fn blanks<'a>(names: impl Iterator<Item = &'a str>) -> Value {
    Value::Object(names.map(|name| (name.to_owned(), json!("…"))).collect())
}

fn cell_code(text: &str) -> String {
    super::markdown::in_table(&code(text))
}
